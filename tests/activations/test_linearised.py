"""Expanded weights are exact for a linear network, and what is not linear is left out."""

import itertools

import keras
import numpy as np
import pytest

import networks
from vggviz.activations.inner_cells import inner_cells
from vggviz.activations.linearised import expanded_weights, linear_layers, linear_network, path_sums
from vggviz.models.receptive_field import receptive_fields


def linear(size, kernel):
    """A network of linear layers: paddings, strides, dilation, branches, normalisation."""
    keras.utils.set_random_seed(1)
    layers = keras.layers
    inputs = keras.Input((size, size, 3))
    x = layers.Rescaling(0.5, offset=3.0, name="scaled")(inputs)
    x = layers.Conv2D(4, 3, padding="same", name="first", bias_initializer="normal")(x)
    x = layers.BatchNormalization(name="normalised", moving_variance_initializer="ones")(x)
    x = layers.AveragePooling2D(2, name="pool")(x)
    y = layers.DepthwiseConv2D(3, padding="same", name="depthwise", depth_multiplier=2)(x)
    z = layers.SeparableConv2D(8, 3, padding="same", dilation_rate=2, name="separable")(x)
    x = layers.Conv2D(5, kernel, strides=2, padding="same", name="strided")(layers.Add(name="sum")([y, z]))
    model = keras.Model(inputs, x)
    variance = model.get_layer("normalised").moving_variance
    variance.assign(np.linspace(0.5, 4, 4))
    return model


@pytest.mark.parametrize(("size", "kernel"), [(28, 2), (29, 3), (31, 2), (31, 3)])
def test_expanded_weights_of_a_linear_network_are_exact(size, kernel):
    """A kernel of 3 with stride 2 has padding on the left only if it reads an odd number of cells."""
    model = linear(size, kernel)
    field = receptive_fields(model)["strided"]
    image = np.random.default_rng(0).uniform(0, 255, (1, size, size, 3)).astype(np.float32)
    maps = np.asarray(model(image)) - np.asarray(model(0 * image))
    weights = expanded_weights(model, "strided")
    assert weights.shape == (5, field.size, field.size, 3)
    rows, columns = inner_cells(field, (size, size))
    assert rows
    assert columns
    for row, column in itertools.product(rows, columns):
        top, left, bottom, right = field.box(row, column, size)
        predicted = np.einsum("khwc,hwc->k", weights, image[0, top:bottom, left:right])
        np.testing.assert_allclose(predicted, maps[0, row, column], rtol=1e-3, atol=2e-3)


def test_relu_is_left_out_and_max_pools_become_average_pools():
    model = networks.functional()
    path = linear_network(model, ["conv_linear"])
    image = np.random.default_rng(0).normal(size=(2, 32, 32, 3)).astype(np.float32)
    once, twice, negative = (
        np.asarray(path(image * k, training=False)["conv_linear"]) for k in (1.0, 2.0, -1.0)
    )
    np.testing.assert_allclose(twice, 2 * once, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(negative, -once, rtol=1e-4, atol=1e-4)


def test_the_sum_over_paths_is_that_of_absolute_weights():
    model = networks.functional()
    for weights in (layer.trainable_variables for layer in model.layers):
        for weight in weights:
            weight.assign(np.abs(weight))
    total = np.abs(expanded_weights(model, "conv_strided")).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(path_sums(model, "conv_strided"), total, rtol=1e-4)


def test_the_sum_over_paths_is_without_what_is_added():
    inputs = keras.Input((16, 16, 3))
    x = keras.layers.Rescaling(2.0, offset=3.0)(inputs)
    model = keras.Model(inputs, keras.layers.Conv2D(4, 3, name="only", bias_initializer="ones")(x))
    kernel = np.asarray(model.get_layer("only").kernel)
    np.testing.assert_allclose(path_sums(model, "only"), 2 * np.abs(kernel).sum(axis=(0, 1, 2)), rtol=1e-5)


def test_a_nested_model_is_followed():
    model, flat = networks.nested(), networks.flat(networks.nested())
    for layer in ("inner_conv1", "inner_conv3", "outer_conv"):
        assert np.array_equal(expanded_weights(model, layer), expanded_weights(flat, layer))


def test_layers_behind_a_product_have_no_linear_path():
    inputs = keras.Input((16, 16, 3))
    x = keras.layers.Conv2D(4, 3, name="first")(inputs)
    y = keras.layers.Multiply(name="product")([x, x])
    model = keras.Model(inputs, keras.layers.Conv2D(2, 3, name="second")(y))
    assert linear_layers(model) == ["first"]


def test_layers_behind_a_constant_have_no_linear_path():
    inputs = keras.Input((16, 16, 3))
    x = keras.layers.Conv2D(4, 3, name="first")(inputs)
    model = keras.Model(inputs, keras.layers.Conv2D(2, 3, name="second")(x + 1.0))
    assert linear_layers(model) == ["first"]


def test_the_model_keeps_its_weights():
    model = networks.functional()
    before = model.get_weights()
    path_sums(model, "conv_b")
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
