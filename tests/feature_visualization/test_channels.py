"""Drawings of channels: they rise, from both sides; the optimum is that of `visualize`."""

import numpy as np
import pytest

import networks
import vggviz
from sentences import refused
from vggviz._shared.backend import keras
from vggviz.feature_visualization.channels import (
    ChannelDrawing,
    ChannelRecipe,
    default_recipe,
    default_sides,
    network_digest,
)
from vggviz.feature_visualization.optimisation import Recipe
from vggviz.feature_visualization.synthesis import visualize
from vggviz.images.preprocessing import as_vgg16_reads
from vggviz.objectives import channel

ASCENT = Recipe(rate=0.2, jitter=1)
SHORT = ChannelRecipe(steps=12, ascent=ASCENT)


def job(model, layer, side="optimum", recipe=SHORT, preprocess=as_vgg16_reads):
    return ChannelDrawing(model, layer, side, recipe, preprocess)


def drawn(*args, channels=None, **changes):
    each = job(*args, **changes)
    return each.draw(channels or each.channels, lambda: None)


@pytest.mark.parametrize("side", ["optimum", "opposite"])
def test_drawings_rise(functional, side):
    found = drawn(functional, "conv_b", side)
    assert found["images"].shape == (6, 32, 32, 3)
    assert (found["reached"] > 1.2 * found["start"]).all()


def test_the_values_are_means_of_both_parts_of_the_pre_activation(functional):
    for side, part in (("optimum", lambda v: v.clip(0)), ("opposite", lambda v: -v.clip(max=0))):
        found = drawn(functional, "conv_b", side)
        before = vggviz.pre_activations(functional, vggviz.preprocess(found["images"]), "conv_b")
        own = part(before)[range(6), :, :, range(6)].mean(axis=(1, 2))
        assert np.allclose(found["reached"], own, rtol=0.02)  # levels are rounded


def test_the_optimum_is_that_of_visualize(functional):
    found = drawn(functional, "conv_b")
    objectives = [channel("conv_b", index) for index in range(6)]
    expected = visualize(functional, objectives, steps=12, recipe=ASCENT)
    assert np.allclose(found["reached"], expected.reached, rtol=1e-3)
    assert np.abs(found["images"] - expected.images).mean() < 1


def test_the_opposite_is_the_optimum_of_the_negated_channel():
    model, negated = networks.functional(), networks.functional()
    kernel, bias = model.get_layer("conv_b").get_weights()
    negated.get_layer("conv_b").set_weights([-kernel, -bias])
    shared = ChannelRecipe(steps=12, ascent=Recipe(jitter=0, scale=0, rotation=0), shared_noise=True)
    opposite = drawn(model, "conv_b", "opposite", shared)
    optimum = drawn(negated, "conv_b", "optimum", shared)
    assert np.allclose(opposite["reached"], optimum["reached"], rtol=0.01)
    assert np.abs(opposite["images"] - optimum["images"].astype(float)).mean() < 1


def test_a_channel_that_is_silent_at_first_is_drawn():
    """Its map is zero on the noise; the gradient of its pre-activation leads out."""
    kernel = np.zeros((3, 3, 3, 2), np.float32)
    kernel[1, 1] = [[1, -1], [1, -1], [1, -1]]
    model = networks.single(kernel, [-150, -150])
    found = drawn(model, "conv", recipe=ChannelRecipe(steps=40, ascent=ASCENT))
    assert (found["start"] < 1).all()
    assert (found["reached"] > 20).all()


def test_a_dead_channel_stays_at_zero():
    found = drawn(networks.with_dead_channel(), "conv")
    assert found["reached"][networks.DEAD] == 0
    assert np.isfinite(found["reached"]).all()
    opposite = drawn(networks.with_dead_channel(), "conv", "opposite")
    assert opposite["reached"][networks.DEAD] == 1  # minus its bias


def test_shared_noise_is_one_for_all_and_own_noise_is_not(functional):
    still = Recipe(jitter=0, scale=0, rotation=0, rate=0)
    shared = drawn(functional, "conv_b", recipe=ChannelRecipe(1, ascent=still, shared_noise=True))["images"]
    own = drawn(functional, "conv_b", recipe=ChannelRecipe(1, ascent=still))["images"]
    assert (shared == shared[0]).all()
    assert not (own[0] == own[1]).all()


def test_the_same_batch_is_the_same_to_the_bit(functional):
    first, second = drawn(functional, "conv_strided"), drawn(functional, "conv_strided")
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_batches_hold_every_channel_once(functional, monkeypatch):
    monkeypatch.setattr("vggviz.feature_visualization.channels.BATCH_PIXELS", 4 * 32 * 32)
    assert job(functional, "conv_b").batches() == [range(4), range(4, 6)]
    monkeypatch.setattr("vggviz.feature_visualization.channels.BATCH_PIXELS", 1)
    assert len(job(functional, "conv_b").batches()) == 6


@pytest.mark.parametrize(
    "change",
    [
        {"recipe": ChannelRecipe(steps=13, ascent=ASCENT)},
        {"recipe": ChannelRecipe(steps=12, seed=1, ascent=ASCENT)},
        {"recipe": ChannelRecipe(steps=12, ascent=ASCENT, shared_noise=True)},
        {"recipe": ChannelRecipe(steps=12, ascent=Recipe(rate=0.3, jitter=1))},
        {"preprocess": lambda levels: levels / 255},
    ],
    ids=["steps", "seed", "noise", "rate", "preprocess"],
)
def test_another_recipe_has_another_digest(functional, change):
    assert job(functional, "conv_b").digest != job(functional, "conv_b", **change).digest
    assert job(functional, "conv_b").digest == job(networks.functional(), "conv_b").digest


def test_the_network_is_told_by_weights_and_settings_but_not_by_its_classifier(functional):
    assert network_digest(functional) == network_digest(networks.functional())
    plain = vggviz.load_vgg16("random", seed=1)
    assert network_digest(plain) == network_digest(vggviz.load_vgg16("random", "linear", seed=1))
    assert network_digest(plain) != network_digest(vggviz.load_vgg16("random", seed=2))
    kernel = np.ones((3, 3, 3, 2))
    kinds = [networks.single(kernel, activation=kind) for kind in ("relu", "elu")]
    assert len(set(map(network_digest, kinds))) == 2


@pytest.mark.parametrize("kind", ["a class without settings", "a Lambda layer", "an activation"])
def test_networks_are_told_apart_by_code_of_a_users_own(kind):
    assert network_digest(scaled(kind, 2)) == network_digest(scaled(kind, 2))
    assert network_digest(scaled(kind, 2)) != network_digest(scaled(kind, 3))


def scaled(kind, factor):
    """A network in which code of one's own multiplies the maps by a factor."""
    layers = keras().layers

    class Scaled(layers.Layer):
        def __init__(self, by):
            super().__init__()
            self.by = by

        def call(self, maps):
            return self.by * maps

    def by_factor(maps):
        return factor * maps

    last = {
        # Keras keeps an argument as a setting by itself if it is a plain number
        "a class without settings": lambda: Scaled(np.float32(factor)),
        "a Lambda layer": lambda: layers.Lambda(by_factor),
        "an activation": lambda: layers.Activation(by_factor),
    }[kind]()
    keras().utils.set_random_seed(0)
    return keras().Sequential([keras().Input((16, 16, 3)), layers.Conv2D(2, 3), last])


@pytest.mark.parametrize("layer", ["inner_conv3", "outer_conv"])
def test_layers_of_nested_models_are_drawn(layer):
    found = drawn(networks.nested(), layer, channels=range(2))
    assert (found["reached"] > found["start"]).all()


@refused("The model reads images of 1 colour;")
def test_images_of_other_colours_are_refused():
    drawn(networks.single(np.ones((3, 3, 1, 2))), "conv")


@refused("number of steps")
def test_a_recipe_without_steps_is_refused():
    ChannelRecipe(steps=0)


@refused("recipe", kind=TypeError)
def test_a_recipe_of_another_kind_is_refused():
    ChannelRecipe(ascent={"rate": 0.1})


def test_deep_layers_are_drawn_in_more_steps_and_from_one_side():
    model = networks.tiny_vgg16()
    for layer in ("block1_conv1", "block4_conv3"):
        assert default_recipe(model, layer) == ChannelRecipe(steps=24, ascent=Recipe(rate=0.25))
        assert default_sides(model, layer) == ["optimum", "opposite"]
    assert default_recipe(model, "block5_conv1") == ChannelRecipe(steps=48, ascent=Recipe())
    assert default_sides(model, "block5_conv1") == ["optimum"]


@refused("Unknown engine 'numpy'")
def test_an_unknown_engine_is_refused(functional):
    ChannelDrawing(functional, "conv_b", "optimum", SHORT, as_vgg16_reads, "numpy")
