"""Which convolution reads which: through pools and activations, not through mixtures."""

import keras
import numpy as np

import networks
from vggviz.activations.pathways import classifier_on, dense_kernel, fed_by, read_by


def test_a_chain_is_followed_through_pools():
    model = networks.functional()
    assert read_by(model, "conv_a") is None
    assert read_by(model, "conv_strided") == "conv_b"
    assert read_by(model, "conv_linear") == "conv_even"
    assert fed_by(model, "conv_b") == "conv_strided"
    assert fed_by(model, "conv_linear") is None


def test_a_nested_model_is_followed():
    model = networks.nested()
    assert read_by(model, "outer_conv") == "inner_conv3"
    layer, kernel = classifier_on(model)
    assert layer == "outer_conv"
    assert np.array_equal(kernel, model.get_layer("scores").kernel)


def test_branches_are_left_out():
    inputs = keras.Input((16, 16, 3))
    x = keras.layers.Conv2D(4, 3, padding="same", name="root")(inputs)
    y = keras.layers.Conv2D(4, 3, padding="same", name="left")(x)
    z = keras.layers.Conv2D(4, 3, padding="same", name="right")(keras.layers.Activation("softmax")(x))
    model = keras.Model(inputs, keras.layers.Conv2D(2, 1, name="last")(y + z))
    assert read_by(model, "last") is None
    assert read_by(model, "right") is None, "a softmax mixes channels"
    assert fed_by(model, "root") == "left"
    assert fed_by(model, "left") is None
    others = [keras.layers.Conv2D(2, 1, name=name)(x) for name in ("one", "other")]
    assert fed_by(keras.Model(inputs, others), "root") is None, "two read it"
    assert classifier_on(model) is None


def test_a_classifier_with_softmax_is_found():
    model = networks.sequential()
    layer, kernel = classifier_on(model)
    assert layer == "second"
    assert kernel.shape == (6, 3)


def test_dense_kernels_compute_the_same():
    """A grouped and a depthwise convolution, with zeros for the channels that a filter does not read."""
    inputs = keras.Input((8, 8, 4))
    images = np.random.default_rng(0).normal(size=(1, 8, 8, 4)).astype(np.float32)
    for layer in (
        keras.layers.Conv2D(6, 3, groups=2, name="own"),
        keras.layers.DepthwiseConv2D(3, depth_multiplier=3, name="own"),
        keras.layers.SeparableConv2D(5, 3, name="own"),
        keras.layers.Conv2D(5, 3, name="own"),
    ):
        model = keras.Model(inputs, layer(inputs))
        kernel = dense_kernel(model, "own")
        assert kernel.shape == (3, 3, 4, model.output.shape[-1])
        expected = networks.convolved(images, kernel, 0, padding="valid")
        np.testing.assert_allclose(model(images), expected, rtol=1e-3, atol=1e-4)
