"""Parts of a model that end before an activation."""

import numpy as np
import pytest

import networks
import vggviz
from sentences import refused
from vggviz.models.parts import part


@pytest.mark.parametrize("layer", ["conv_b", "conv_strided", "conv_linear"])
def test_what_comes_before_the_activation(functional, layer):
    batch = vggviz.preprocess(np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), np.uint8))
    found = np.asarray(part(functional, [layer], activated=False)(batch)[layer])
    assert np.allclose(found, vggviz.pre_activations(functional, batch, layer), rtol=1e-4, atol=1e-3)
    assert (found < 0).any()
    assert part(functional, [layer], activated=False) is part(functional, [layer], activated=False)
    assert part(functional, [layer], activated=False) is not part(functional, [layer])


def test_images_of_another_size(functional):
    batch = np.random.default_rng(0).normal(size=(1, 44, 40, 3)).astype(np.float32)
    found = np.asarray(part(functional, ["conv_b"], activated=False, any_size=True)(batch)["conv_b"])
    assert found.shape == (1, 44, 40, 6)
    inner = np.asarray(part(functional, ["conv_b"], activated=False)(batch[:, :32, :32])["conv_b"])
    assert np.allclose(found[:, :28, :28], inner[:, :28, :28], atol=1e-4)


def test_layers_without_an_activation_are_computed_as_they_are(functional):
    batch = np.random.default_rng(0).normal(size=(1, 32, 32, 3)).astype(np.float32)
    found = np.asarray(part(functional, ["pool_a"], activated=False)(batch)["pool_a"])
    assert np.array_equal(found, vggviz.feature_maps(functional, batch, "pool_a")["pool_a"])


def test_a_layer_of_several_inputs_is_computed_as_it_is():
    keras = networks._keras()
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, keras.layers.Add(name="sum")([inputs, keras.layers.ReLU()(inputs)]))
    batch = np.random.default_rng(0).normal(size=(1, 8, 8, 3)).astype(np.float32)
    found = np.asarray(part(model, ["sum"], activated=False)(batch)["sum"])
    assert np.array_equal(found, np.asarray(model(batch)))


@refused("There is no layer 'conv_c'")
def test_an_unknown_layer_is_refused():
    part(networks.functional(), ["conv_c"], activated=False)
