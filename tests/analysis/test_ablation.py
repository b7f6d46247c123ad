"""Switching channels off: their maps are zero, and the rest is as it would be with zeros in their place."""

import keras
import numpy as np
import pytest

import networks
import vggviz
from sentences import refused
from vggviz.analysis import switch_off


def masked(model, layer, channels, batch):
    """The model's output with some maps of a layer set to zero, computed in two halves."""
    maps = vggviz.feature_maps(model, batch, layer)[layer].copy()
    maps[..., channels] = 0
    names = [each.name for each in model.layers]
    for after in names[names.index(layer) + 1 :]:
        maps = model.get_layer(after)(maps)
    return np.asarray(maps)


@pytest.mark.parametrize("layer", ["conv_a", "conv_b", "conv_strided", "conv_linear"])
def test_the_rest_is_computed_from_zeros(functional, batch, layer):
    off = switch_off(functional, {layer: [0, 2]})
    assert not vggviz.feature_maps(off, batch, layer)[layer][..., [0, 2]].any()
    np.testing.assert_allclose(off(batch), masked(functional, layer, [0, 2], batch), rtol=1e-4, atol=1e-4)
    assert not np.allclose(off(batch), functional(batch), rtol=1e-3, atol=1e-3)


def test_several_layers_at_once_and_nested_models(nested, batch):
    off = switch_off(nested, {"inner_conv1": 3, "outer_conv": [0]})
    maps = vggviz.feature_maps(off, batch)
    assert not maps["inner_conv1"][..., 3].any()
    assert not maps["outer_conv"][..., 0].any()
    assert maps["inner_conv1"][..., :3].any()


def test_the_model_given_stays_as_it_is(functional, batch):
    before = [weights.copy() for weights in functional.get_weights()]
    switch_off(functional, {"conv_a": [1]})
    for old, new in zip(before, functional.get_weights(), strict=True):
        assert np.array_equal(old, new)


def test_a_channel_that_nothing_reads_changes_nothing(batch):
    model = networks.functional()
    kernel, bias = model.get_layer("conv_b").get_weights()
    kernel[:, :, 1] = 0
    model.get_layer("conv_b").set_weights([kernel, bias])
    assert np.array_equal(switch_off(model, {"conv_a": [1]})(batch), model(batch))


def test_the_provenance_names_the_channels(functional):
    assert "conv_a 1+2 switched off" in str(vggviz.provenance(switch_off(functional, {"conv_a": [1, 2]})))


def test_a_convolution_without_biases():
    model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(2, 3, use_bias=False, name="conv")])
    found = switch_off(model, {"conv": [0]})(np.ones((1, 8, 8, 1)))
    assert not np.asarray(found)[..., 0].any()
    assert np.asarray(found)[..., 1].all()


def test_refusals(functional):
    sigmoid = networks.single(np.ones((3, 3, 3, 2)), activation="sigmoid")
    with refused("conv_c", "conv_a"):
        switch_off(functional, {"conv_c": [0]})
    with refused("pool_a", "Conv2D"):
        switch_off(functional, {"pool_a": [0]})
    with refused("0 to 3", "4"):
        switch_off(functional, {"conv_a": [4]})
    with refused("at least one"):
        switch_off(functional, {})
    with refused("0.5 at zero", "ReLU"):
        switch_off(sigmoid, {"conv": [0]})


class Scaled(keras.layers.Conv2D):
    """A convolution with a weight of its own."""

    def build(self, input_shape):
        super().build(input_shape)
        self.scale = self.add_weight(name="scale", shape=(self.filters,), initializer="ones")

    def call(self, inputs):
        return super().call(inputs) + self.scale


def test_convolutions_with_other_weights_are_refused():
    model = keras.Sequential([keras.Input((8, 8, 1)), Scaled(2, 3, name="conv")])
    with refused("conv", "kernel and a bias"):
        switch_off(model, {"conv": [0]})
