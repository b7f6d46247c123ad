"""Objectives: their values, sums and errors, and submodels."""

import numpy as np
import pytest

import networks
import vggviz
from sentences import refused
from vggviz.models.graph import LOGITS
from vggviz.models.parts import part
from vggviz.models.provenance import provenance
from vggviz.objectives import Objective, channel, class_logit, label_for, neuron


def value(model, objective, batch):
    return objective.value(part(model, objective.layers)(batch, training=False)).numpy()


def test_a_channel_is_the_mean_of_its_map(functional, batch):
    maps = vggviz.feature_maps(functional, batch, "conv_b")["conv_b"]
    assert np.allclose(value(functional, channel("conv_b", 4), batch), maps[..., 4].mean((1, 2)), rtol=1e-5)


def test_a_neuron_is_one_cell_by_default_the_middle_one(functional, batch):
    maps = vggviz.feature_maps(functional, batch, "conv_b")["conv_b"]
    for cell, place in {(): (16, 16), (3, 5): (3, 5), (None, 5): (16, 5), (3,): (3, 16)}.items():
        assert np.allclose(value(functional, neuron("conv_b", 4, *cell), batch), maps[:, *place, 4])


def test_a_channel_of_a_dense_layer_is_its_unit(nested, batch):
    assert np.allclose(value(nested, channel("scores", 1), batch), nested(batch)[:, 1], rtol=1e-5)


def test_sums_differences_and_weights(functional, batch):
    one, two = channel("conv_a", 1), neuron("conv_b", 2)
    a, b = (value(functional, objective, batch) for objective in (one, two))
    for objective, wanted in [
        (one + two, a + b),
        (one - two, a - b),
        (-one, -a),
        (3 * one, 3 * a),
        (two * 0.5, b / 2),
        (one - 2 * (two - one), a - 2 * (b - a)),
    ]:
        assert np.allclose(value(functional, objective, batch), wanted, rtol=1e-5, atol=1e-4)
    assert (one + two).layers == ("conv_a", "conv_b")
    assert (one + one).layers == ("conv_a",)


def test_a_user_defined_objective(functional, batch):
    strongest = Objective(("conv_b",), lambda maps: maps["conv_b"][:, 0, 0, 0], "a corner")
    assert np.allclose(
        value(functional, strongest, batch), value(functional, neuron("conv_b", 0, 0, 0), batch)
    )


def test_labels():
    assert channel("conv", 3).label == "channel 3 of conv"
    assert neuron("conv", 3).label == "channel 3 of conv in the middle"
    assert neuron("conv", 3, 1, 2).label == "channel 3 of conv at (1, 2)"
    assert class_logit(7).label == "logit of class 7"
    assert (channel("a", 1) - 0.5 * channel("b", 2)).label == "channel 1 of a - (0.5 x (channel 2 of b))"


def test_labels_name_the_classes_that_the_provenance_knows(functional, vgg16_imagenet):
    both = class_logit(8) - 0.5 * class_logit(10_000)
    assert label_for(class_logit(8), functional) == "logit of class 8"
    name = provenance(vgg16_imagenet).labels[8]
    assert label_for(both, vgg16_imagenet) == f"logit of {name} - (0.5 x (logit of class 10000))"
    assert label_for(channel("block1_conv1", 8), vgg16_imagenet) == "channel 8 of block1_conv1"


# --- the logits


def head(last):
    """A classifier with one convolution; `last` says how its softmax is computed."""
    keras = networks._keras()
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3)(inputs))
    dense = keras.layers.Dense(3, activation="softmax" if last == "dense" else None, name="dense")
    x = dense(x)
    if last == "layer":
        x = keras.layers.Softmax()(x)
    elif last == "activation":
        x = keras.layers.Activation("softmax")(x)
    elif last == "operation":
        x = keras.ops.softmax(x)
    return keras.Model(inputs, x)


@pytest.mark.parametrize("last", ["dense", "layer", "activation", "operation"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_the_logit_is_read_before_the_softmax(last, wrapped):
    keras, model = networks._keras(), head(last)
    dense = model.get_layer("dense")
    images = np.random.default_rng(0).normal(0, 9, (2, 8, 8, 3)).astype(np.float32)
    before = keras.Model(model.input, dense.input)(images)
    if wrapped:
        model = keras.Sequential([keras.Input((8, 8, 3)), model])
    wanted = before @ dense.kernel + dense.bias
    got = part(model, [LOGITS])(images)[LOGITS]
    assert np.allclose(got, wanted, atol=1e-5)
    assert np.allclose(keras.ops.softmax(got), model(images), atol=1e-5)
    assert np.allclose(value(model, class_logit(2), images), wanted[:, 2], atol=1e-5)


def test_without_a_softmax_the_output_is_the_logit(nested, batch):
    assert np.allclose(part(nested, [LOGITS])(batch)[LOGITS], nested(batch), rtol=1e-5)


def test_logits_change_with_the_weights():
    model = head("dense")
    images = np.ones((1, 8, 8, 3), np.float32)
    before = value(model, class_logit(0), images)
    model.get_layer("dense").bias.assign_add([1, 0, 0])
    assert np.allclose(value(model, class_logit(0), images), before + 1)


# --- submodels for images of any size


def test_a_submodel_for_images_of_any_size(functional, batch):
    wide = np.concatenate([batch, batch], axis=2)
    maps = part(functional, ["conv_a", "conv_b"], any_size=True)(wide)
    assert maps["conv_b"].shape == (3, 32, 64, 6)
    same = vggviz.feature_maps(functional, batch, "conv_b")["conv_b"]
    assert np.allclose(maps["conv_b"][:, :, :30], same[:, :, :30], atol=1e-3)


def test_a_classifier_with_global_pooling_works_at_any_size(sequential, batch):
    model = part(sequential, [LOGITS], any_size=True)
    assert np.allclose(model(batch)[LOGITS], part(sequential, [LOGITS])(batch)[LOGITS], rtol=1e-4)
    assert model(batch[:, :16, :24])[LOGITS].shape == (3, 3)


def test_a_submodel_is_cached_and_does_not_change_the_model(nested):
    configuration = nested.to_json()
    for any_size in (False, True):
        made = part(nested, ["inner_conv2", LOGITS], any_size=any_size)
        assert part(nested, ("inner_conv2", LOGITS), any_size=any_size) is made
    assert nested.to_json() == configuration


def test_a_model_with_a_flatten_layer_needs_its_input_size():
    keras = networks._keras()
    layers = [
        keras.layers.Conv2D(2, 3, name="conv"),
        keras.layers.Flatten(name="row"),
        keras.layers.Dense(3),
    ]
    model = keras.Sequential([keras.Input((8, 8, 3)), *layers])
    with refused("'row'", "8 x 8"):
        part(model, [LOGITS], any_size=True)
    assert part(model, ["conv"], any_size=True)(np.ones((1, 20, 20, 3)))["conv"].shape == (1, 18, 18, 2)


# --- errors


@pytest.mark.parametrize(
    ("objective", "words"),
    [
        (channel("conv_b", 6), ("'conv_b'", "0 to 5", 6)),
        (neuron("conv_b", 6), ("'conv_b'", "0 to 5", 6)),
        (neuron("conv_b", 0, 32, 0), ("32 x 32", "(32, 0)")),
        (class_logit(0), ("(3, 3, 7)", "classes")),
        (channel("conv_c", 0), ("'conv_c'", "'conv_b'")),
    ],
)
def test_objectives_that_the_model_does_not_have(functional, batch, objective, words):
    with refused(*words):
        value(functional, objective, batch)


def test_a_class_or_a_cell_out_of_range(sequential, batch):
    with refused("0 to 2", "3"):
        value(sequential, class_logit(3), batch)
    with refused("'mean'", "rows"):
        value(sequential, neuron("mean", 0), batch)


@pytest.mark.parametrize("make", [lambda n: channel("a", n), lambda n: neuron("a", 0, n), class_logit])
@pytest.mark.parametrize("index", [-1, 1.5, True])
def test_invalid_indices(make, index):
    with refused(index, "whole number"):
        make(index)


def test_a_model_with_two_inputs():
    keras = networks._keras()
    inputs = [keras.Input((8, 8, 3)), keras.Input((8, 8, 3))]
    model = keras.Model(inputs, keras.layers.Add(name="sum")(inputs))
    with refused("2 inputs", "one"):
        part(model, ["sum"])
