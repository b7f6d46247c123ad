"""The model randomisation test: what is shuffled, what stays, and that attributions notice."""

import networks
import numpy as np
import pytest
from sentences import refused

import vggviz
from vggviz.class_activation import grad_cam
from vggviz.gradients import integrated_gradients, saliency
from vggviz.layers import unfold
from vggviz.objectives import class_logit
from vggviz.perturbation import occlusion
from vggviz.randomisation import randomised

LAYERS = ["inner_conv1", "inner_conv2", "inner_conv3", "outer_conv", "scores"]


def weights(model, layer):
    return unfold(model).steps[layer].layer.get_weights()


def changed(model, other):
    return [name for name in LAYERS if not np.array_equal(weights(model, name)[0], weights(other, name)[0])]


def test_layers_are_shuffled_from_the_top_down(nested):
    for place, layer in enumerate(LAYERS):
        assert changed(nested, randomised(nested, layer)) == LAYERS[place:]
        assert changed(nested, randomised(nested, layer, cascade=False)) == [layer]


def test_a_layer_keeps_its_numbers_in_another_order(nested):
    other = randomised(nested, "inner_conv2")
    for name in LAYERS:
        for before, after in zip(weights(nested, name), weights(other, name), strict=True):
            assert np.array_equal(np.sort(before, axis=None), np.sort(after, axis=None))


def test_a_layer_comes_out_the_same_with_and_without_the_others(nested):
    alone, cascade = randomised(nested, "outer_conv", cascade=False), randomised(nested, "inner_conv1")
    assert np.array_equal(weights(alone, "outer_conv")[0], weights(cascade, "outer_conv")[0])


def test_the_model_stays_and_the_seed_decides(nested):
    before = nested.get_weights()
    first, again, other = (randomised(nested, "scores", seed=seed).get_weights() for seed in (0, 0, 1))
    assert all(np.array_equal(a, b) for a, b in zip(nested.get_weights(), before, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_the_copy_says_what_became_of_it(nested):
    assert "outer_conv and all after it shuffled (seed 3)" in str(
        vggviz.provenance(randomised(nested, "outer_conv", seed=3))
    )


def test_batch_normalisation_stays_finite():
    keras = networks._keras()
    layers = [keras.layers.Conv2D(4, 3, name="conv"), keras.layers.BatchNormalization(name="norm")]
    model = keras.Sequential([keras.Input((8, 8, 3)), *layers])
    model.get_layer("norm").moving_variance.assign([1.0, 2.0, 3.0, 4.0])
    assert np.isfinite(randomised(model, "conv")(np.ones((1, 8, 8, 3)))).all()


@pytest.mark.parametrize("method", [saliency, integrated_gradients, grad_cam, occlusion])
def test_attributions_of_the_network_change_with_it(method, sequential, batch):
    before = method(sequential, batch, class_logit(0))
    after = method(randomised(sequential, "first"), batch, class_logit(0))
    assert np.abs(after - before).max() > 0.1 * np.abs(before).max()


def test_what_is_refused(nested):
    with refused("'scaled'", "weights"):
        randomised(nested, "scaled")
    with refused("'score'", "'scores'"):
        randomised(nested, "score")
