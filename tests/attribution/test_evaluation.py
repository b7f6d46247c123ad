"""Evaluation of attributions: shuffled weights, and deletion and insertion curves of linear models."""

import numpy as np
import pytest

import networks
import vggviz
from sentences import refused
from vggviz.attribution.cam import grad_cam
from vggviz.attribution.core import scores
from vggviz.attribution.evaluation import DeletionInsertion, deletion_insertion, shuffled_weights
from vggviz.attribution.gradients import integrated_gradients, saliency
from vggviz.attribution.perturbation import occlusion
from vggviz.models.graph import unfold
from vggviz.objectives import channel, class_logit

LAYERS = ["inner_conv1", "inner_conv2", "inner_conv3", "outer_conv", "scores"]


def weights(model, layer):
    return unfold(model).steps[layer].layer.get_weights()


def changed_layers(model, other):
    return [name for name in LAYERS if not np.array_equal(weights(model, name)[0], weights(other, name)[0])]


def test_layers_are_shuffled_from_the_output_down(nested):
    for index in (0, 2, 4):
        layer = LAYERS[index]
        assert changed_layers(nested, shuffled_weights(nested, layer)) == LAYERS[index:]
        assert changed_layers(nested, shuffled_weights(nested, layer, cascade=False)) == [layer]


def test_shuffling_permutes_the_values_of_each_array(nested):
    other = shuffled_weights(nested, "inner_conv2")
    for name in LAYERS:
        for before, after in zip(weights(nested, name), weights(other, name), strict=True):
            assert np.array_equal(np.sort(before, axis=None), np.sort(after, axis=None))


def test_a_layer_is_shuffled_the_same_with_and_without_cascade(nested):
    alone, cascade = (
        shuffled_weights(nested, "outer_conv", cascade=False),
        shuffled_weights(nested, "inner_conv1"),
    )
    assert np.array_equal(weights(alone, "outer_conv")[0], weights(cascade, "outer_conv")[0])


def test_the_model_is_not_modified_and_the_seed_determines_the_copy(nested):
    before = nested.get_weights()
    first, again, other = (shuffled_weights(nested, "scores", seed=seed).get_weights() for seed in (0, 0, 1))
    assert all(np.array_equal(a, b) for a, b in zip(nested.get_weights(), before, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_the_copy_records_the_shuffling_in_its_provenance(nested):
    assert "outer_conv and all after it shuffled (seed 3)" in str(
        vggviz.provenance(shuffled_weights(nested, "outer_conv", seed=3))
    )


def test_batch_normalisation_stays_finite():
    keras = networks._keras()
    layers = [keras.layers.Conv2D(4, 3, name="conv"), keras.layers.BatchNormalization(name="norm")]
    model = keras.Sequential([keras.Input((8, 8, 3)), *layers])
    model.get_layer("norm").moving_variance.assign([1.0, 2.0, 3.0, 4.0])
    assert np.isfinite(shuffled_weights(model, "conv")(np.ones((1, 8, 8, 3)))).all()


@pytest.mark.parametrize("method", [saliency, integrated_gradients, grad_cam, occlusion])
def test_attributions_change_with_the_weights(method, sequential, batch):
    before = method(sequential, batch, class_logit(0))
    after = method(shuffled_weights(sequential, "first"), batch, class_logit(0))
    assert np.abs(after - before).max() > 0.1 * np.abs(before).max()


def test_layers_without_weights_and_unknown_layers(nested):
    with refused("'scaled'", "weights"):
        shuffled_weights(nested, "scaled")
    with refused("'score'", "'scores'"):
        shuffled_weights(nested, "score")


# --- deletion and insertion


def test_the_curves_start_and_end_at_whole_and_empty_images(sequential, batch):
    curves = deletion_insertion(sequential, batch, np.abs(batch).sum(axis=-1), class_logit(0), steps=5)
    whole = scores(sequential, batch, class_logit(0))
    empty = scores(sequential, np.zeros_like(batch), class_logit(0))
    assert curves.deletion.shape == curves.insertion.shape == (3, 6)
    assert np.array_equal(curves.shares, np.linspace(0, 1, 6))
    assert np.allclose(curves.deletion[:, 0], whole, rtol=1e-4)
    assert np.allclose(curves.deletion[:, -1], empty, rtol=1e-4)
    assert np.allclose(curves.insertion[:, -1], whole, rtol=1e-4)
    assert curves.label == "logit of class 0"


def test_deletion_from_a_weighted_sum_subtracts_its_terms_in_order(linear, small):
    model, weights = linear
    terms = (weights * small).sum(axis=-1)
    curves = deletion_insertion(model, small, terms, channel("conv", 0), steps=64)
    ordered = -np.sort(-terms.reshape(2, -1), axis=1)
    left = terms.sum(axis=(1, 2))[:, None] - np.cumsum(ordered, axis=1)
    assert np.allclose(curves.deletion[:, 1:], left, rtol=1e-3, atol=1e-2)


def test_areas_rank_the_true_order_before_random_before_reversed(linear, small):
    model, weights = linear
    terms = (weights * small).sum(axis=-1)
    right, control, wrong = (
        deletion_insertion(model, small, order, channel("conv", 0), steps=8)
        for order in (terms, None, -terms)
    )
    assert np.all(right.deletion_area < control.deletion_area)
    assert np.all(control.deletion_area < wrong.deletion_area)
    assert np.all(right.insertion_area > control.insertion_area)


def test_areas_under_the_curves():
    shares, falling = np.linspace(0, 1, 3), np.array([[4.0, 1.0, 0.0]], np.float32)
    curves = DeletionInsertion(shares, falling, falling[:, ::-1], "label")
    assert np.allclose(curves.deletion_area, [1.5])
    assert np.allclose(curves.insertion_area, [1.5])


def test_ties_are_broken_at_random_by_the_seed(sequential, batch):
    flat = np.zeros((3, 32, 32))
    first, again, other, control = (
        deletion_insertion(sequential, batch, order, class_logit(0), steps=4, seed=seed).deletion
        for order, seed in ((flat, 0), (flat, 0), (flat, 1), (None, 0))
    )
    assert np.array_equal(first, again)
    assert np.array_equal(first, control)
    assert not np.array_equal(first, other)


def test_wrong_attributions_steps_and_batches(functional, batch):
    objective = channel("conv_a", 0)
    with refused("(3, 16, 16)", "(3, 32, 32)"):
        deletion_insertion(functional, batch, np.zeros((3, 16, 16)), objective)
    with refused("finite", "(3, 32, 32)"):
        deletion_insertion(functional, batch, np.full((3, 32, 32), np.nan), objective)
    with refused("steps", 0):
        deletion_insertion(functional, batch, None, objective, steps=0)
    with refused("32, 32, 3", "(3, 16, 32, 3)"):
        deletion_insertion(functional, batch[:, :16], None, objective)
