"""Receptive fields: a cell depends on all pixels inside its field and on none outside."""

import numpy as np
import pytest

import networks
import vggviz
from sentences import refused
from vggviz import ReceptiveField


def test_the_centre_of_a_cell():
    field = ReceptiveField(size=44, stride=8, padding=18)
    assert [field.centre(i) for i in (0, 1, 27)] == [3.5, 11.5, 219.5]


def test_the_box_is_half_open_and_clipped():
    field = ReceptiveField(size=5, stride=2, padding=2)
    assert field.box(3, 4, 20) == (4, 6, 9, 11)
    assert field.box(0, 9, 20) == (0, 16, 3, 20)
    assert field.box(0, 3, (6, 7)) == (0, 4, 3, 7)


def test_the_centre_is_the_middle_of_the_box():
    field = ReceptiveField(size=(7, 4), stride=(3, 2), padding=(1, 0))
    top, left, bottom, right = field.box(3, 4, 100)
    assert field.centre(3)[0] == (top + bottom - 1) / 2
    assert field.centre(4)[1] == (left + right - 1) / 2
    assert (bottom - top, right - left) == (7, 4)


@pytest.mark.parametrize("cell", [(-1, 0), (0, -1), (100, 0), (0, 100)])
def test_a_cell_outside_the_image(cell):
    with refused(*map(str, cell), "20"):
        ReceptiveField(3, 1, 1).box(*cell, 20)


def cells(shape):
    """Corners, an edge and the middle of a map."""
    h, w = shape
    return sorted({(0, 0), (h - 1, w - 1), (0, w - 1), (h // 2, 0), (h // 2, w // 2)})


def test_pixels_outside_the_field_do_not_change_a_cell(network, batch):
    image = batch[:1]
    noise = np.random.default_rng(1).normal(0, 300, image.shape).astype(np.float32)
    maps = vggviz.feature_maps(network, image)
    fields = vggviz.receptive_fields(network)
    assert set(maps) <= set(fields)
    for layer, values in maps.items():
        for row, column in cells(values.shape[1:3]):
            top, left, bottom, right = fields[layer].box(row, column, image.shape[1:3])
            other = noise.copy()
            other[:, top:bottom, left:right] = image[:, top:bottom, left:right]
            found = vggviz.feature_maps(network, other, layer)[layer][0, row, column]
            np.testing.assert_allclose(found, values[0, row, column], rtol=1e-3, atol=1e-2, err_msg=layer)


def linear(*steps):
    """A network without biases or ReLU, all weights positive: so are the gradients in a field."""
    keras = networks._keras()
    kinds = {
        "conv": lambda **given: keras.layers.Conv2D(2, use_bias=False, kernel_initializer="ones", **given),
        "depth": lambda **given: keras.layers.DepthwiseConv2D(
            use_bias=False, depthwise_initializer="ones", **given
        ),
        "mean": lambda **given: keras.layers.AveragePooling2D(**given),
        "pad": lambda **given: keras.layers.ZeroPadding2D(**given),
    }
    inputs = x = keras.Input((29, 24, 1))
    for kind, given in steps:
        x = kinds[kind](**given)(x)
    layer = keras.layers.Conv2D(1, 1, use_bias=False, kernel_initializer="ones", name="last")
    return keras.Model(inputs, layer(x))


@pytest.mark.parametrize(
    "steps",
    [
        [("conv", {"kernel_size": 3, "padding": "same"})] * 3,
        [("conv", {"kernel_size": 3, "strides": 2, "padding": "same"})] * 2,
        [("conv", {"kernel_size": 4, "strides": 3, "padding": "valid"}), ("mean", {"pool_size": 2})],
        [("conv", {"kernel_size": (5, 2), "strides": (1, 2), "padding": "same"})],
        [("conv", {"kernel_size": 3, "dilation_rate": 2}), ("mean", {"pool_size": 3, "strides": 2})],
        [("pad", {"padding": ((2, 1), (1, 2))}), ("conv", {"kernel_size": 3, "strides": 2})],
        [("depth", {"kernel_size": 3, "padding": "same"}), ("mean", {"pool_size": 2, "padding": "same"})],
    ],
)
def test_the_gradient_of_a_cell_is_nonzero_exactly_in_its_field(steps):
    from vggviz._shared.backend import tensorflow

    tf, model = tensorflow(), linear(*steps)
    field = vggviz.receptive_fields(model)["last"]
    image = tf.ones((1, 29, 24, 1))
    for row, column in cells(model.output.shape[1:3]):
        with tf.GradientTape() as tape:
            tape.watch(image)
            value = model(image)[0, row, column, 0]
        nonzero = tape.gradient(value, image).numpy()[0, ..., 0] != 0
        expected = np.zeros_like(nonzero)
        top, left, bottom, right = field.box(row, column, (29, 24))
        expected[top:bottom, left:right] = True
        assert np.array_equal(nonzero, expected), (row, column)


def test_the_field_after_branches_is_their_union():
    keras = networks._keras()
    inputs = keras.Input((16, 16, 3))
    wide = keras.layers.Conv2D(2, 5, padding="same")(inputs)
    narrow = keras.layers.Conv2D(2, 1)(inputs)
    both = keras.layers.Concatenate(name="both")([wide, narrow])
    model = keras.Model(inputs, keras.layers.Conv2D(2, 3, padding="same", name="last")(both))
    assert vggviz.receptive_fields(model)["last"] == ReceptiveField(7, 1, 3)


def test_fields_of_branches_may_overlap_in_part():
    """One reads a pixel and the pixel after it, the other a pixel and the pixel before it."""
    keras = networks._keras()
    inputs = keras.Input((16, 16, 3))
    after = keras.layers.Conv2D(2, 2, padding="same")(inputs)
    shifted = keras.layers.ZeroPadding2D(((1, 0), (1, 0)))(inputs)
    both = keras.layers.Add(name="both")([after, keras.layers.Conv2D(2, 2)(shifted)])
    assert vggviz.receptive_fields(keras.Model(inputs, both))["both"] == ReceptiveField(3, 1, 1)


def test_branches_with_different_strides_have_no_field():
    keras = networks._keras()
    inputs = keras.Input((16, 16, 3))
    layers = keras.layers.Conv2D(2, 2, strides=2, name="half"), keras.layers.Conv2D(2, 9, name="cut")
    both = keras.layers.Add(name="both")([layer(inputs) for layer in layers])
    assert list(vggviz.receptive_fields(keras.Model(inputs, both))) == ["half", "cut"]


def test_layers_that_depend_on_the_whole_image_have_no_entry(sequential):
    assert not {"mean", "classes"} & set(vggviz.receptive_fields(sequential))
