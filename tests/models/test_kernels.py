"""Kernels as arrays, and those of the first convolution in RGB order."""

import numpy as np
import pytest

import networks
import vggviz
from sentences import refused
from vggviz._shared import backend


def test_kernels_equal_the_layers_weights(network):
    for layer in vggviz.conv_layers(network):
        kernels = vggviz.filters(network, layer)
        assert kernels.dtype == np.float32
        assert kernels.ndim == 4
        if network.name != "nested":
            assert np.array_equal(kernels, network.get_layer(layer).get_weights()[0])


def test_kernels_of_a_nested_model(nested):
    expected = nested.get_layer("vgg_like").get_layer("inner_conv3").get_weights()[0]
    assert np.array_equal(vggviz.filters(nested, "inner_conv3"), expected)


def test_changing_the_array_does_not_change_the_model(functional):
    before = vggviz.filters(functional, "conv_a").copy()
    for take in (lambda: vggviz.filters(functional, "conv_a"), lambda: vggviz.filters_rgb(functional)):
        kernels = take()
        try:
            kernels[:] = 0
        except ValueError:
            continue
    assert np.array_equal(vggviz.filters(functional, "conv_a"), before)


@pytest.mark.parametrize("colour", [0, 1, 2])
def test_the_colour_axis_is_in_rgb_order(colour):
    """A kernel that responds to one colour of a preprocessed image has its weight at that colour's index."""
    responses = []
    for index in range(3):
        kernel = np.zeros((3, 3, 3, 1))
        kernel[1, 1, index] = 1
        model = networks.single(kernel, activation=None)
        lit = np.zeros((32, 32, 3), np.uint8)
        lit[..., colour] = 255
        dark = vggviz.preprocess(np.zeros_like(lit))
        response = vggviz.feature_maps(model, vggviz.preprocess(lit), "conv")["conv"]
        responses.append((response - vggviz.feature_maps(model, dark, "conv")["conv"])[0, 5, 5, 0])
        if responses[-1] > 200:
            assert np.flatnonzero(vggviz.filters_rgb(model)[1, 1, :, 0]).tolist() == [colour]
    assert sorted(np.round(responses)) == [0, 0, 255]


def test_the_weights_are_neither_shifted_nor_scaled(functional):
    colours = vggviz.filters_rgb(functional)
    assert colours.dtype == np.float32
    assert np.array_equal(colours[:, :, ::-1], vggviz.filters(functional, "conv_a"))


def test_the_first_kernels_of_a_nested_network(nested):
    assert np.array_equal(vggviz.filters_rgb(nested)[:, :, ::-1], vggviz.filters(nested, "inner_conv1"))


@pytest.mark.parametrize("swap", [False, True])
def test_the_kernels_of_each_image_of_two(swap):
    """The colours of one image, and of the other after a layer that may exchange them; not of both joined."""
    layers = backend.keras().layers
    first, second = (backend.keras().Input((16, 16, 3), name=name) for name in ("first", "second"))
    changed = layers.Rescaling(1 / 255)(second)
    if swap:
        changed = backend.keras().ops.flip(changed, axis=-1)
    one, other = layers.Conv2D(2, 3, name="one")(first), layers.Conv2D(2, 3, name="other")(changed)
    both = layers.Conv2D(2, 3, name="both")(layers.Average()([first, second]))
    model = backend.keras().Model([first, second], [one, other, both])
    assert np.array_equal(vggviz.filters_rgb(model, "one", order="rgb"), vggviz.filters(model, "one"))
    kernels = vggviz.filters(model, "other")
    expected = kernels[:, :, ::-1] if swap else kernels
    assert np.array_equal(vggviz.filters_rgb(model, "other", order="rgb"), expected)
    with refused("'both'", "3 channels"):
        vggviz.filters_rgb(model, "both", order="rgb")


def test_layers_without_kernels(functional, sequential):
    with refused("'pool_a'", "convolution"):
        vggviz.filters(functional, "pool_a")
    with refused("'classes'", "convolution"):
        vggviz.filters(sequential, "classes")


def test_rgb_kernels_need_three_input_channels():
    with refused("'conv'", "4", "3"):
        vggviz.filters_rgb(networks.single(np.ones((3, 3, 4, 1))))
