"""Flat graphs of Keras models: names, order, nested models, close matches."""

import keras
import numpy as np
import pytest

import networks
import vggviz
from sentences import refused
from vggviz.models.graph import feature_layers, find_step, unfold

CONVOLUTIONS = {
    "functional": ["conv_a", "conv_b", "conv_strided", "conv_even", "conv_linear"],
    "sequential": ["first", "second"],
    "nested": ["inner_conv1", "inner_conv2", "inner_conv3", "outer_conv"],
    "dead": ["conv"],
}
BLOCKS = {1: 2, 2: 2, 3: 3, 4: 3, 5: 3}


@pytest.mark.parametrize("kind", CONVOLUTIONS)
def test_convolutions_are_listed_in_the_order_they_run(kind, request):
    assert vggviz.conv_layers(request.getfixturevalue(kind)) == CONVOLUTIONS[kind]


def test_vgg16_has_thirteen_convolutions_and_five_pools(vgg16):
    convolutions = [f"block{b}_conv{k + 1}" for b, count in BLOCKS.items() for k in range(count)]
    assert vggviz.conv_layers(vgg16) == convolutions
    pools = [name for name in feature_layers(vgg16) if name not in convolutions]
    assert pools == [f"block{b}_pool" for b in BLOCKS]
    assert len(feature_layers(vgg16)) == 18


def test_the_model_is_not_changed(network, batch):
    configuration, before = network.to_json(), network(batch).numpy()
    vggviz.feature_maps(network, batch)
    assert network.to_json() == configuration
    assert np.array_equal(network(batch).numpy(), before)


def test_the_graph_is_cached(network):
    assert unfold(network) is unfold(network)


def test_a_layer_added_to_a_sequential_model_is_found():
    keras = networks._keras()
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(2, 3, name="one")])
    assert vggviz.conv_layers(model) == ["one"]
    model.add(keras.layers.Conv2D(2, 3, name="two"))
    assert vggviz.conv_layers(model) == ["one", "two"]


def test_a_doubly_nested_model(batch):
    keras = networks._keras()
    outer = keras.Sequential([keras.Input((32, 32, 3)), networks.nested(), keras.layers.Dense(2)])
    assert vggviz.conv_layers(outer) == CONVOLUTIONS["nested"]
    direct = vggviz.feature_maps(networks.nested(), batch, "outer_conv")["outer_conv"]
    assert np.allclose(vggviz.feature_maps(outer, batch, "outer_conv")["outer_conv"], direct, rtol=1e-4)


def test_vgg16_as_a_layer_of_another_network():
    keras = networks._keras()
    inputs = keras.Input((32, 32, 3))
    features = keras.applications.VGG16(weights=None, include_top=False, input_shape=(32, 32, 3))
    scores = keras.layers.Dense(2)(keras.layers.Flatten()(features(inputs)))
    model = keras.Model(inputs, scores)
    assert len(vggviz.conv_layers(model)) == 13
    maps = vggviz.feature_maps(model, np.ones((1, 32, 32, 3), np.float32))
    assert maps["block5_conv3"].shape == (1, 2, 2, 512)


def test_the_same_name_inside_and_outside_a_nested_model():
    keras = networks._keras()
    inner = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(3, 1, name="conv")], name="inner")
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, inner(keras.layers.Conv2D(3, 1, name="conv")(inputs)))
    names = vggviz.conv_layers(model)
    assert names == ["conv", "inner/conv"]
    batch = np.random.default_rng(0).normal(size=(1, 8, 8, 3)).astype(np.float32)
    maps = vggviz.feature_maps(model, batch)
    assert np.allclose(maps["inner/conv"], model(batch), rtol=1e-5)
    assert not np.allclose(maps["conv"], maps["inner/conv"])


def test_a_shared_layer_has_a_name_for_each_call():
    keras = networks._keras()
    inputs = keras.Input((8, 8, 3))
    shared = keras.layers.Conv2D(3, 3, padding="same", name="shared")
    model = keras.Model(inputs, shared(shared(inputs)))
    batch = np.random.default_rng(0).normal(size=(1, 8, 8, 3)).astype(np.float32)
    maps = vggviz.feature_maps(model, batch)
    assert list(maps) == ["shared", "shared:1"]
    assert np.allclose(maps["shared:1"], shared(maps["shared"]), rtol=1e-4, atol=1e-5)


def test_a_nested_model_that_is_called_twice():
    keras = networks._keras()
    inner = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(3, 3, padding="same", name="c")])
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, inner(inner(inputs)))
    batch = np.random.default_rng(0).normal(size=(1, 8, 8, 3)).astype(np.float32)
    maps = list(vggviz.feature_maps(model, batch).values())
    assert len(maps) == 2
    assert np.allclose(maps[0], inner(batch), rtol=1e-4, atol=1e-5)
    assert np.allclose(maps[1], inner(inner(batch)), rtol=1e-4, atol=1e-5)


# --- errors


@pytest.mark.parametrize(
    "ask",
    [
        find_step,
        vggviz.filters,
        lambda model, name: vggviz.feature_maps(model, np.zeros((1, 32, 32, 3)), name),
        lambda model, name: vggviz.feature_maps(model, np.zeros((1, 32, 32, 3)), ["conv_a", name]),
        lambda model, name: vggviz.pre_activations(model, np.zeros((1, 32, 32, 3)), name),
        lambda model, name: vggviz.explain_cell(model, np.zeros((1, 32, 32, 3)), name, 0, 0, 0),
    ],
)
def test_the_error_for_an_unknown_layer_lists_close_matches(functional, ask):
    with refused("'conv_stride'", "'conv_strided'"):
        ask(functional, "conv_stride")


def test_the_error_lists_existing_layers_if_none_is_close(vgg16):
    with refused("'zzz'", "block1_conv1"):
        find_step(vgg16, "zzz")
    with refused("'block3conv2'", "'block3_conv2'"):
        find_step(vgg16, "block3conv2")


def test_an_index_is_refused_as_a_layer(functional):
    with refused("3"):
        find_step(functional, 3)


@pytest.mark.parametrize("what", ["conv_layers", "layer_table", "receptive_fields", "filters_rgb"])
def test_a_model_without_a_convolution(what):
    keras = networks._keras()
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)], name="flat")
    with refused("'flat'", "convolution"):
        getattr(vggviz, what)(model)


@pytest.mark.parametrize("what", ["conv_layers", "layer_table", "receptive_fields"])
def test_channels_first(what):
    keras = networks._keras()
    layer = keras.layers.Conv2D(2, 3, data_format="channels_first", name="turned")
    model = keras.Sequential([keras.Input((3, 8, 8)), layer])
    with refused("'turned'", "channels_last"):
        getattr(vggviz, what)(model)


def test_an_argument_that_is_not_a_model():
    with refused("Keras model", "str", kind=TypeError):
        vggviz.conv_layers("vgg16")


def test_a_sequential_model_without_an_input_shape():
    keras = networks._keras()
    with refused("'open'", "Input"):
        vggviz.conv_layers(keras.Sequential([keras.layers.Conv2D(2, 3)], name="open"))


def test_a_subclassed_model():
    keras = networks._keras()

    class Own(keras.Model):
        def call(self, inputs):
            return inputs

    with refused("'own'", "functional"):
        vggviz.conv_layers(Own(name="own"))


def test_a_refused_model_is_refused_again():
    model = keras.Sequential(
        [keras.Input((3, 16, 16)), keras.layers.Conv2D(4, 3, data_format="channels_first")]
    )
    for _ in range(2):
        with pytest.raises(ValueError, match="channels first"):
            unfold(model)
