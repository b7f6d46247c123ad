"""Rendering: images and values, batches, seeds, default sizes and recipes."""

import itertools

import numpy as np

import vggviz
from sentences import refused
from vggviz._shared import backend
from vggviz.feature_visualization.optimisation import Recipe
from vggviz.feature_visualization.rendering import complete_recipe, image_size, score_each
from vggviz.feature_visualization.synthesis import invert, visualize
from vggviz.objectives import LOGITS, Objective, channel, class_logit
from visualizing import SHORT, STEPS


def test_images_are_levels_and_values_are_activations(functional, drawn):
    objectives, found = drawn
    assert found.images.shape == (3, 32, 32, 3)
    assert found.images.dtype == found.values.dtype == np.float32
    assert found.images.min() >= 0
    assert found.images.max() <= 255
    assert found.values.shape == (3, STEPS + 1)
    assert found.labels == tuple(objective.label for objective in objectives)
    maps = vggviz.feature_maps(functional, vggviz.preprocess(found.images))
    expected = [maps["conv_b"][0, ..., 1].mean(), maps["conv_strided"][1, ..., 3].mean()]
    assert np.allclose(found.reached, [*expected, maps["conv_b"][2, 16, 16, 2]], rtol=1e-3)


def test_an_image_does_not_depend_on_the_others_in_the_batch(functional, drawn):
    objectives, together = drawn
    for index, objective in enumerate(objectives):
        alone = visualize(functional, objective, **SHORT)
        assert np.allclose(alone.values[0], together.values[index], rtol=0.01)
        assert np.abs(alone.images[0] - together.images[index]).mean() < 1


def test_channels_of_one_layer_are_scored_together():
    """By far fewer operations than one by one, and with the same values and gradients."""
    tf = backend.tensorflow()
    maps = tf.random.stateless_normal((3, 5, 4, 6), (0, 1))
    objectives = [channel("some", index) for index in (4, 0, 4)]

    def graph(objectives):
        def scored(maps):
            values = score_each(objectives, {"some": maps})
            return values, tf.gradients(values, maps)[0]

        return tf.function(scored).get_concrete_function(maps)

    together, one_by_one = graph(objectives), graph([1.0 * each for each in objectives])
    for ours, theirs in zip(together(maps), one_by_one(maps), strict=True):
        assert np.any(ours)
        assert np.allclose(ours, theirs, atol=1e-6)
    few, many = (len(one.graph.get_operations()) for one in (together, one_by_one))
    assert few < many
    with refused("0 to 5", "6"):
        score_each([channel("some", index) for index in (0, 6, 0)], {"some": maps})


def test_many_objectives_are_drawn_in_several_batches(functional, drawn, monkeypatch):
    objectives, together = drawn
    monkeypatch.setattr("vggviz.feature_visualization.rendering.BATCH_PIXELS", 2 * 32 * 32)
    assert np.allclose(visualize(functional, objectives, **SHORT).values, together.values, rtol=1e-3)


def test_the_seed_determines_the_images(functional, drawn):
    objectives, first = drawn
    again = visualize(functional, objectives, **SHORT)
    assert np.array_equal(first.images, again.images)
    assert np.array_equal(first.values, again.values)
    other = visualize(functional, objectives, seed=1, **SHORT)
    assert not np.allclose(first.images, other.images, atol=1)


def test_each_image_starts_from_its_own_noise(functional):
    """Also if two objectives are nearly the same, and whether drawn alone or together."""
    objectives = [channel("conv_b", 1), channel("conv_b", 2), 1.0 * channel("conv_b", 1)]
    settings = SHORT | {"steps": 1, "recipe": Recipe(jitter=0, scale=0, rotation=0, rate=0)}
    noise = visualize(functional, objectives, **settings).images
    for one, other in itertools.combinations(noise, 2):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.5
    for objective, own in zip(objectives, noise, strict=True):
        assert np.array_equal(visualize(functional, objective, **settings).images[0], own)


def test_inversions_start_from_the_same_noise(functional):
    """An inversion does not depend on its position in the batch."""
    batch = np.random.default_rng(0).normal(0, 60, (2, 32, 32, 3)).astype(np.float32)
    both, second = (invert(functional, images, "conv_a", steps=4) for images in (batch, batch[1:]))
    assert np.allclose(both.images[1], second.images[0], atol=0.5)


# --- default sizes and recipes


def test_the_default_size_is_the_receptive_field_plus_a_margin(functional, vgg16, monkeypatch):
    for layer, side in {"block2_conv2": 64, "block4_conv1": 60 + 16, "block4_conv3": 92 + 16}.items():
        assert image_size(vgg16, [layer], None) == (side, side), layer
    assert image_size(vgg16, ["block1_conv1", "block5_conv3"], None) == (128, 128)
    monkeypatch.setattr("vggviz.feature_visualization.rendering.DEFAULT_SIDES", (1, 128))
    for layer, side in {"conv_a": 3 + 16, "conv_b": 5 + 16, "conv_strided": 10 + 16}.items():
        found = visualize(functional, channel(layer, 0), steps=1)
        assert found.images.shape == (1, side, side, 3), layer
    assert visualize(functional, channel("conv_a", 0), steps=1, size=50).images.shape == (1, 50, 50, 3)


def test_the_default_size_is_at_most_that_of_the_input(functional):
    assert visualize(functional, channel("conv_linear", 0), steps=1).images.shape == (1, 32, 32, 3)


def test_the_size_of_models_with_a_dense_layer_is_fixed():
    keras = backend.keras()
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.Conv2D(2, 3), keras.layers.Flatten(), keras.layers.Dense(2)]
    )
    objective = Objective((LOGITS,), lambda maps: maps[LOGITS][:, 0], "first")
    assert visualize(model, objective, steps=1).images.shape == (1, 8, 8, 3)
    with refused("8 x 8"):
        visualize(model, class_logit(0), size=16, steps=1)


def test_the_default_jitter_is_half_the_stride(functional, sequential):
    for layer, jitter in {"conv_b": 0, "pool_a": 1, "conv_strided": 2, "conv_linear": 4}.items():
        assert complete_recipe(functional, [layer], Recipe()).jitter == jitter
    assert complete_recipe(functional, ["conv_b", "conv_linear"], Recipe()).jitter == 4
    assert complete_recipe(functional, ["conv_b"], Recipe(jitter=7)).jitter == 7
    assert complete_recipe(sequential, [LOGITS], Recipe()).jitter == 2
    assert complete_recipe(functional, ["conv_linear"], Recipe()) == Recipe().at_stride(8)
