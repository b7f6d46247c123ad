"""Circuits: contributions sum to what they explain."""

import dataclasses

import numpy as np
import pytest

import networks
import vggviz
from sentences import refused
from vggviz import objectives
from vggviz._shared import backend

LAYERS = ["conv_a", "conv_b", "conv_strided", "conv_even"]


@pytest.fixture(scope="module")
def without_biases():
    model = networks.functional()
    for layer in model.layers:
        if layer.weights:
            kernel, bias = layer.get_weights()
            layer.set_weights([kernel, np.zeros_like(bias)])
    return model


@pytest.fixture
def one(batch):
    return batch[:1]


def objective():
    return objectives.channel("conv_linear", 2)


# --- one convolution


@pytest.mark.parametrize("layer", [*LAYERS, "conv_linear"])
def test_contributions_and_bias_sum_to_the_pre_activation(functional, batch, layer):
    values = vggviz.pre_activations(functional, batch, layer)
    bias = functional.get_layer(layer).get_weights()[1]
    found = vggviz.analysis.input_contributions(functional, batch, layer, 1)
    assert found.shape == (3, functional.get_layer(layer).kernel.shape[2])
    expected = values[..., 1].mean(axis=(1, 2))
    np.testing.assert_allclose(found.sum(axis=1) + bias[1], expected, rtol=1e-4, atol=1e-2)


@pytest.mark.parametrize("place", [(0, 0), (4, 9), (31, 31)])
def test_contributions_in_one_cell_equal_those_of_explain_cell(functional, one, place):
    cell = vggviz.explain_cell(functional, one, "conv_b", 3, *place)
    found = vggviz.analysis.input_contributions(functional, one, "conv_b", 3, place=place)
    np.testing.assert_allclose(found[0], cell.by_channel, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("spread", [{"dilation_rate": 2}, {"strides": 2}, {"strides": (3, 2)}], ids=str)
@pytest.mark.parametrize("side", [15, 16])
def test_dilated_convolutions_and_strides_with_padding(batch, side, spread):
    keras = backend.keras()
    inputs = keras.Input((side, side, 3))
    layer = keras.layers.Conv2D(2, 3, padding="same", name="wide", **spread)
    model = keras.Model(inputs, layer(inputs))
    small = batch[:, :side, :side]
    found = vggviz.analysis.input_contributions(model, small, "wide", 1).sum(axis=1)
    expected = vggviz.pre_activations(model, small, "wide")[..., 1].mean(axis=(1, 2))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-3)


# --- traces through layers


def test_without_biases_the_channels_of_each_layer_sum_to_the_objective(without_biases, one):
    found = vggviz.analysis.trace(without_biases, one, objective(), ["conv_a"], top=4)
    assert found.values.sum() == pytest.approx(found.value, rel=1e-4)
    found = vggviz.analysis.trace(without_biases, one, objective(), ["conv_even"], top=5)
    assert found.values.sum() == pytest.approx(found.value, rel=1e-4)


def test_without_biases_the_links_into_a_channel_sum_to_its_contribution(without_biases, one):
    found = vggviz.analysis.trace(without_biases, one, objective(), ["conv_a", "conv_b"], top=4)
    assert found.links.shape == (1, 4, 4)
    np.testing.assert_allclose(
        found.links[0].sum(axis=0), found.values[1], rtol=1e-4, atol=1e-5 * np.abs(found.values).max()
    )


def test_with_biases_the_difference_is_due_to_the_biases(functional, one):
    found = vggviz.analysis.trace(functional, one, objective(), ["conv_a", "conv_b"], top=4)
    difference = found.values[1] - found.links[0].sum(axis=0)
    gradients = gradient_of(functional, one, "conv_b")
    maps = vggviz.feature_maps(functional, one, "conv_b")["conv_b"]
    bias = functional.get_layer("conv_b").get_weights()[1]
    rest = ((maps > 0) * gradients).sum(axis=(0, 1, 2)) * bias
    np.testing.assert_allclose(difference, rest[found.channels[1]], rtol=1e-3, atol=1e-3 * np.abs(rest).max())


def gradient_of(model, batch, layer):
    """Gradient of the objective with respect to the layer's map."""
    tf, keras = backend.tensorflow(), backend.keras()
    rest = keras.Model(model.get_layer(layer).output, model.output)
    maps = tf.constant(vggviz.feature_maps(model, batch, layer)[layer])
    with tf.GradientTape() as tape:
        tape.watch(maps)
        value = tf.reduce_mean(rest(maps)[..., 2])
    return tape.gradient(value, maps).numpy()


def test_the_last_layer_has_the_channels_of_largest_activation_times_gradient(functional, one):
    maps = vggviz.feature_maps(functional, one, "conv_strided")["conv_strided"]
    expected = (maps * gradient_of(functional, one, "conv_strided")).sum(axis=(0, 1, 2))
    found = vggviz.analysis.trace(functional, one, objective(), ["conv_strided"], top=3)
    np.testing.assert_allclose(found.values[0], -np.sort(-expected)[:3], rtol=1e-3, atol=1e-4)
    assert np.array_equal(found.channels[0], np.argsort(-expected)[:3])
    negative = vggviz.analysis.trace(functional, one, -objective(), ["conv_strided"], top=3)
    np.testing.assert_allclose(negative.values[0], -np.sort(expected)[:3], rtol=1e-3, atol=1e-4)


def test_earlier_channels_contribute_most_to_the_chosen_ones(functional, one):
    found = vggviz.analysis.trace(functional, one, objective(), LAYERS, top=2)
    everything = vggviz.analysis.trace(functional, one, objective(), ["conv_a", "conv_b"], top=4)
    assert found.layers == tuple(LAYERS)
    assert found.links.shape == (3, 2, 2)
    contributions = found.links.sum(axis=2)
    assert (np.diff(contributions, axis=1) <= 0).all()
    for channel, value in zip(found.channels[0], found.values[0], strict=True):
        place = list(everything.channels[0]).index(channel)
        assert value == pytest.approx(everything.values[0, place], rel=1e-3)


def test_a_class_of_a_classifier(sequential, one):
    found = vggviz.analysis.trace(sequential, one, objectives.class_logit(1), top=2)
    assert found.layers == ("first", "second")
    assert found.objective == "logit of class 1"
    weights, bias = sequential.get_layer("classes").get_weights()
    means = vggviz.feature_maps(sequential, one, "second")["second"].mean(axis=(0, 1, 2))
    assert found.value == pytest.approx(means @ weights[:, 1] + bias[1], rel=1e-4)
    np.testing.assert_allclose(found.values[1], -np.sort(-means * weights[:, 1])[:2], rtol=1e-3)


def test_default_layers_are_the_last_convolutions_of_each_size(functional, nested, one):
    assert vggviz.analysis.trace(functional, one, objective(), top=1).layers == (
        "conv_b",
        "conv_strided",
        "conv_even",
    )
    before = vggviz.analysis.trace(functional, one, objectives.channel("conv_strided", 0), top=1)
    assert before.layers == ("conv_b",)
    assert before.links.shape == (0, 1, 1)
    inner = vggviz.analysis.trace(nested, one, objectives.channel("scores", 1), top=2)
    assert inner.layers == ("inner_conv2", "outer_conv")


def test_layers_may_be_given_in_any_order(functional, one):
    found = vggviz.analysis.trace(functional, one, objective(), ["conv_b", "conv_a"], top=2)
    assert found.layers == ("conv_a", "conv_b")
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.value = 0


# --- errors


def test_errors(functional, sequential, batch):
    one = batch[:1]
    with refused("'conv_b'", "0 to 5", "6"):
        vggviz.analysis.input_contributions(functional, one, "conv_b", 6)
    with refused("row", "0 to 31", "32"):
        vggviz.analysis.input_contributions(functional, one, "conv_b", 0, place=(32, 0))
    with refused("'pool_a'", "Conv2D"):
        vggviz.analysis.input_contributions(functional, one, "pool_a", 0)
    with refused("one image", "3"):
        vggviz.analysis.trace(functional, batch, objective())
    with refused("1 to 4", "top", "5"):
        vggviz.analysis.trace(functional, one, objective(), ["conv_a", "conv_b"], top=5)
    with refused("'conv_c'", "'conv_a'"):
        vggviz.analysis.trace(functional, one, objective(), ["conv_c"])
    with refused("no layer"):
        vggviz.analysis.trace(functional, one, objective(), [])
    with refused("'classes'", "no feature maps"):
        vggviz.analysis.trace(sequential, one, objectives.class_logit(0), ["classes"])
    with refused("channel 0 of conv_a", "conv_even"):
        vggviz.analysis.trace(functional, one, objectives.channel("conv_a", 0), ["conv_even"], top=1)
    with refused("before", "channel 0 of conv_a"):
        vggviz.analysis.trace(functional, one, objectives.channel("conv_a", 0))
