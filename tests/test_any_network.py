"""Networks and inputs as people have them: the right value, or one clear sentence."""

import concurrent.futures
import contextlib
import dataclasses
import functools
import inspect
import itertools
import os
import struct
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image
from PIL.TiffImagePlugin import PHOTOMETRIC_INTERPRETATION

import networks
import public
import vggviz
from sentences import one_sentence, refused
from vggviz import analysis, attribution, datasets, feature_visualization
from vggviz.__main__ import main as vggviz_main
from vggviz._shared import backend
from vggviz.activations.linearised import expanded_weights
from vggviz.activations.pathways import classifier_on
from vggviz.attribution.ablation import ablation_losses
from vggviz.attribution.core import scores
from vggviz.channel_atlas.tuning import random_control
from vggviz.cli.explain import _objectives
from vggviz.feature_visualization.rendering import complete_recipe
from vggviz.figures import described_figure
from vggviz.models.kernels import kernel_of_dense
from vggviz.objectives import channel, class_logit

pytestmark = pytest.mark.usefixtures("drawn_once")
SIDE = 16


def network(*front, activation="relu", head="softmax", classes=3, convolution=layers.Conv2D, side=SIDE):
    """Two convolutions, a pool between them, global average pooling and one dense layer."""
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((side, side, 3)),
            *front,
            convolution(4, 3, padding="same", activation=activation, name="c1"),
            layers.MaxPooling2D(name="p"),
            convolution(6, 3, padding="same", activation=activation, name="c2"),
            layers.GlobalAveragePooling2D(name="gap"),
            layers.Dense(classes, activation=head, name="out"),
        ]
    )


def with_end(end):
    """A functional model of one convolution whose end is a function of its pooled maps."""
    keras.utils.set_random_seed(0)
    images = keras.Input((SIDE, SIDE, 3))
    pooled = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, name="c1")(images))
    return keras.Model(images, end(pooled))


@pytest.fixture
def images():
    return np.random.default_rng(0).random((1, SIDE, SIDE, 3)).astype(np.float32)


def log_odds(model, images):
    """Difference of the first two logits: by the objectives, and by Keras' own probabilities."""
    ours = [float(scores(model, images, class_logit(k))[0]) for k in (0, 1)]
    probabilities = np.log(np.asarray(model(images), np.float64)[0])
    return ours[0] - ours[1], probabilities[0] - probabilities[1]


# --- logits


@pytest.mark.parametrize(
    "end",
    [
        lambda x: layers.Dense(3, activation="softmax")(x),
        lambda x: keras.ops.softmax(layers.Dense(3)(x)),
        lambda x: keras.activations.softmax(layers.Dense(3)(x)),
        lambda x: layers.Dense(3, activation=layers.Softmax())(x),
        lambda x: layers.Activation("softmax")(layers.Dense(3)(x)),
        lambda x: layers.Softmax()(layers.Rescaling(10.0)(layers.Dense(3, name="logits")(x))),
        lambda x: layers.Flatten()(layers.Dense(3, activation="softmax")(x)),
        lambda x: layers.Dropout(0.5)(layers.Dense(3, activation="softmax")(x)),
        lambda x: layers.Flatten()(layers.Conv2D(3, 1, activation="softmax")(layers.Reshape((1, 1, 4))(x))),
        lambda x: layers.SpectralNormalization(layers.Dense(3, activation="softmax"))(x),
    ],
)
def test_logits_of_every_kind_of_softmax(images, end):
    ours, keras_own = log_odds(with_end(end), images)
    assert ours == pytest.approx(keras_own, rel=1e-4, abs=1e-6)
    assert abs(keras_own) > 1e-3


def test_logits_of_a_dense_layer_with_changed_kernels(images):
    quantised, adapted = network(), network()
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # Keras' own, of NumPy
        quantised.layers[-1].quantize("int8")
    adapted.layers[-1].enable_lora(2)
    kernel = adapted.layers[-1].lora_kernel_b
    kernel.assign(np.random.default_rng(0).normal(size=kernel.shape))
    for model in (quantised, adapted):
        ours, keras_own = log_odds(model, images)
        assert ours == pytest.approx(keras_own, rel=1e-4)
        traced = analysis.trace(model, images, class_logit(0) - class_logit(1)).value
        assert traced == pytest.approx(keras_own, rel=1e-4)


def test_the_logit_of_a_sigmoid(images):
    model = network(head="sigmoid", classes=1)
    model.layers[-1].set_weights([np.full((6, 1), 3.0), np.array([20.0])])
    pooled = np.asarray(keras.Model(model.inputs[0], model.get_layer("gap").output)(images))
    assert np.asarray(model(images))[0, 0] == 1
    assert scores(model, images, class_logit(0))[0] == pytest.approx(3 * pooled.sum() + 20, rel=1e-5)
    assert attribution.saliency(model, images, class_logit(0)).any()


def test_an_end_that_is_not_known_is_refused(images):
    model = network(head="tanh")
    with refused("'out'", "linear", "softmax"):
        attribution.saliency(model, images, class_logit(0))


class Head(layers.Layer):
    """A user-defined layer that contains the dense layer, and so its activation."""

    def __init__(self, activation):
        super().__init__(name="head")
        self.dense = layers.Dense(3, activation=activation)

    def build(self, shape):
        self.dense.build(shape)

    def call(self, pooled):
        return self.dense(pooled)


@pytest.mark.parametrize("end", [Head("softmax"), layers.PReLU(name="head")])
def test_an_end_with_weights_that_is_not_linear_is_refused(images, end):
    with refused("'head'", "linear", "softmax"):
        scores(with_end(end), images, class_logit(0))


@pytest.mark.parametrize("classes", [1, 2, 3, 5])
def test_a_prelu_at_the_end_is_refused(images, classes):
    model = with_end(lambda x: layers.PReLU(name="head")(layers.Dense(classes)(x)))
    with refused("'head'", "linear", "softmax"):
        scores(model, images, class_logit(0))


@pytest.mark.parametrize("name", ["tanh", "hard_tanh", "relu6"])
@pytest.mark.parametrize("classes", [1, 3])
def test_an_end_that_is_linear_for_small_numbers_alone_is_refused(images, name, classes):
    with refused("linear", "softmax"):
        scores(with_end(lambda x: layers.Activation(name)(layers.Dense(classes)(x))), images, class_logit(0))


class Squared(layers.Dense):
    """A user-defined dense layer that squares the probabilities."""

    def call(self, values):
        return super().call(values) ** 2


@pytest.mark.parametrize("kind", [layers.SimpleRNN, layers.LSTM, Squared])
@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_an_end_with_more_after_its_activation_is_refused(images, kind, activation):
    shape = (4,) if kind is Squared else (2, 2)
    last = kind(3, activation=activation, name="end")
    with refused("'end'", "linear", "softmax"):
        scores(with_end(lambda x: last(layers.Reshape(shape)(x))), images, class_logit(0))


@pytest.mark.parametrize("end", [Head(None), layers.BatchNormalization()])
def test_a_linear_end_without_activation_is_the_logits(images, end):
    model = with_end(end)
    assert scores(model, images, class_logit(1))[0] == pytest.approx(np.asarray(model(images))[0, 1])


class Noise(layers.Layer):
    """A user-defined layer that is the identity when the network is used, but trains unless it is told."""

    def call(self, values, training=True):
        return values + 1 if training else values


def test_an_end_that_changes_values_in_training_alone(images):
    model = with_end(lambda x: Noise()(layers.Dense(3, activation="softmax")(x)))
    ours = [scores(model, images, class_logit(k))[0] for k in (0, 1)]
    first, second, _ = np.log(np.asarray(model(images, training=False))[0])
    assert ours[0] - ours[1] == pytest.approx(first - second, rel=1e-4)


def test_a_layer_called_logits_is_a_layer(images):
    model = with_end(lambda x: layers.Softmax()(layers.Rescaling(10.0)(layers.Dense(3, name="logits")(x))))
    ten = scores(model, images, class_logit(0)) / scores(model, images, channel("logits", 0))
    assert ten == pytest.approx(10)


def test_logits_on_the_command_line_are_classes_unless_a_layer_has_that_name():
    with_layer = with_end(lambda x: layers.Softmax()(layers.Dense(3, name="logits")(x)))
    for model, expected in ((network(), class_logit(1)), (with_layer, channel("logits", 1))):
        (found,) = _objectives(model, "logits:1")
        assert (found.label, found.layers) == (expected.label, expected.layers)


# --- models with code of their own


class Halving(keras.Model):
    """A functional model that does more than its graph."""

    def call(self, inputs, training=None):
        return super().call(inputs * 0.5, training=training)


class HalvingSequence(keras.Sequential):
    """A sequential model that does more than its layers."""

    def call(self, inputs, training=None):
        return super().call(inputs * 0.5, training=training)


def halving():
    return Halving(*(lambda model: (model.inputs, model.outputs))(network()))


@pytest.mark.parametrize(
    "model",
    [
        halving,
        lambda: HalvingSequence([keras.Input((SIDE, SIDE, 3)), *network().layers]),
        lambda: keras.Sequential([keras.Input((SIDE, SIDE, 3)), halving()]),
    ],
    ids=["functional", "sequential", "nested"],
)
def test_a_model_with_a_call_method_of_its_own_is_refused(images, model):
    with refused("Halving", "call method of its own", "graph"):
        vggviz.feature_maps(model(), images)


class Trained(keras.Model):
    """A functional model with code of its own for training alone."""

    def train_step(self, data):
        return super().train_step(data)


def test_a_model_with_a_training_step_of_its_own(images):
    plain = network()
    model = Trained(plain.inputs, plain.outputs)
    assert np.array_equal(vggviz.feature_maps(model, images)["c2"], vggviz.feature_maps(plain, images)["c2"])


class Mirrored(layers.Conv2D):
    """A convolution that continues the image by its mirror image."""

    def call(self, inputs):
        return super().call(keras.ops.pad(inputs, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect"))

    def compute_output_shape(self, shape):
        return (*shape[:3], self.filters)


class Centred(layers.Conv2D):
    """A convolution by kernels whose mean is taken off."""

    def convolution_op(self, inputs, kernel):
        return super().convolution_op(inputs, kernel - keras.ops.mean(kernel))


def chain(*front, convolution=layers.Conv2D, padding="same"):
    """Layers, three convolutions and two pools, and a dense layer at the end: a chain for `occlusion`."""
    keras.utils.set_random_seed(0)
    images = tensor = keras.Input((SIDE, SIDE, 3))
    for layer in (
        convolution(4, 3, padding=padding, name="c1"),
        *front,
        *(layers.MaxPooling2D(), convolution(6, 3, padding=padding, activation="relu", name="c2")),
        *(layers.MaxPooling2D(), layers.Conv2D(4, 3, padding="same", name="c3")),
        *(layers.Flatten(), layers.Dense(3)),
    ):
        tensor = layer(tensor)
    return keras.Model(images, tensor)


def assert_occlusion_is_that_of_whole_images(model, images):
    found = attribution.occlusion(model, images, class_logit(0), size=4, stride=4)[0]
    whole = float(np.asarray(model(images))[0, 0])
    for top, left in itertools.product(range(0, SIDE, 4), repeat=2):
        covered = images.copy()
        covered[0, top : top + 4, left : left + 4] = 0
        assert found[top, left] == pytest.approx(whole - float(np.asarray(model(covered))[0, 0]), abs=1e-5)


def test_a_convolution_with_code_of_its_own(images):
    model = chain(convolution=Mirrored, padding="valid")
    assert vggviz.conv_layers(model) == ["c1", "c2", "c3"]
    assert vggviz.receptive_fields(model) == {}
    assert_occlusion_is_that_of_whole_images(model, images)
    for each in (model, chain(convolution=Centred)):
        for name in ("explain_cell", "analysis.input_contributions"):
            with refused("'c1'", "code of its own", "Conv2D"):
                arguments = (1, 0, 0) if name == "explain_cell" else (1,)
                OF_MODELS[name](each, images, "c1", *arguments)
    losses = ablation_losses(network(convolution=Centred), "c1", [images])
    assert losses.next_layer is None
    assert losses.answer.any()


def test_occlusion_with_a_convolution_with_code_of_its_own(images):
    assert_occlusion_is_that_of_whole_images(chain(convolution=Centred), images)


PER_POSITION = np.random.default_rng(1).random((SIDE, SIDE, 4)).astype(np.float32)


@pytest.mark.parametrize(
    "front",
    [
        lambda: layers.Softmax(axis=1),
        lambda: functools.partial(keras.ops.softmax, axis=2),
        lambda: layers.Activation(lambda x: x - keras.ops.mean(x, axis=(1, 2), keepdims=True)),
        lambda: layers.BatchNormalization(axis=1),
        lambda: layers.Normalization(axis=(1, 2, 3), mean=PER_POSITION, variance=1 + PER_POSITION),
        lambda: layers.Rescaling(2.0, offset=PER_POSITION),
        lambda: lambda x: x - PER_POSITION,
        lambda: lambda x: layers.Concatenate(axis=1)([x, x]),
        lambda: lambda x: layers.Multiply()([x, layers.AveragePooling2D(SIDE, strides=1)(x)]),
    ],
)
def test_occlusion_with_layers_that_depend_on_the_position_or_on_all_cells(images, front):
    assert_occlusion_is_that_of_whole_images(chain(front()), images)


@pytest.mark.parametrize(
    ("front", "known"),
    [
        (lambda: layers.Softmax(), True),
        (lambda: layers.Softmax(axis=1), False),
        (lambda: functools.partial(keras.ops.softmax, axis=-1), True),
        (lambda: functools.partial(keras.ops.softmax, axis=2), False),
        (lambda: layers.Activation(lambda x: x - keras.ops.mean(x, axis=(1, 2), keepdims=True)), False),
        (lambda: layers.Activation(lambda x: keras.ops.tanh(2 * x)), True),
        (lambda: layers.Conv2D(4, 3, padding="same", activation=layers.Softmax(axis=1)), False),
        (lambda: layers.Conv2D(4, 3, padding="same", activation=layers.LeakyReLU()), True),
        (lambda: lambda x: layers.Add()([x, x]), True),
        (lambda: lambda x: layers.Concatenate(axis=1)([x, x]), False),
        (lambda: lambda x: layers.Multiply()([x, layers.AveragePooling2D(SIDE, strides=1)(x)]), False),
    ],
)
def test_the_receptive_field_behind_layers_of_several_cells(front, known):
    assert ("c2" in vggviz.receptive_fields(chain(front()))) == known


# --- caches


class Scaled(layers.Layer):
    """A user-defined layer that reads a dict, and has no get_config for it."""

    def __init__(self, how):
        super().__init__()
        self.how = {"factor": 2.0, "function": how}

    def call(self, values):
        return self.how["function"](values * self.how["factor"])


@pytest.mark.parametrize(
    ("layer", "settings"),
    [
        (lambda: Scaled(keras.ops.tanh), lambda layer: layer.how),
        (
            lambda: layers.Lambda(lambda x, factor: x * factor, arguments={"factor": 2.0}),
            lambda layer: layer.arguments,
        ),
    ],
)
def test_a_setting_changed_in_a_layers_dict(images, layer, settings):
    scaled = layer()
    model = with_end(lambda x: layers.Dense(3)(scaled(x)))
    before = scores(model, images, class_logit(0))[0]
    settings(scaled)["factor"] = 5.0
    expected = float(np.asarray(model(images))[0, 0])
    assert abs(expected - before) > 1e-3
    assert scores(model, images, class_logit(0))[0] == pytest.approx(expected, rel=1e-5)


class Transposed(layers.Layer):
    """A user-defined layer that reads the kernel of another; Keras copies that layer once more."""

    def __init__(self, of):
        super().__init__()
        self.of = of

    def call(self, values):
        return keras.ops.conv_transpose(values, self.of.kernel, 1)

    def get_config(self):
        return {"of": keras.saving.serialize_keras_object(self.of)}

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config["of"]))


def with_a_kernel_read_twice():
    convolution = layers.Conv2D(4, 3, name="first")
    return network(convolution, Transposed(convolution))


@pytest.mark.parametrize(
    ("model", "reason"),
    [(lambda: chain(Scaled(lambda x: x)), " (Object Scaled"), (with_a_kernel_read_twice, "; as for")],
)
def test_a_model_that_keras_cannot_copy_is_refused(model, reason):
    for change in (lambda model: analysis.switch_off(model, {"c1": [0]}), random_control):
        with refused(f"cannot be copied by Keras' clone_model{reason}", "get_config"):
            change(model())


def test_the_random_control_of_a_model_with_a_loss_of_its_own(images):
    maps = [vggviz.feature_maps(random_control(model()), images, "c2") for model in (network, with_own_loss)]
    assert np.array_equal(maps[0]["c2"], maps[1]["c2"])


def adapted():
    front = layers.Normalization()
    front.adapt(np.random.default_rng(1).random((4, SIDE, SIDE, 3)).astype(np.float32))
    return network(front)


def with_lora():
    model = network()
    kernels = model.get_layer("c2"), model.get_layer("out")
    for layer in kernels:
        layer.enable_lora(2)
        layer.lora_kernel_b.assign(np.ones(layer.lora_kernel_b.shape))
    return model


def in_8_bits():
    model = network()
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # Keras' own, of NumPy
        model.get_layer("out").quantize("int8")
    return model


def difference(found, expected):
    """A loss that Keras cannot find by its name, and so cannot copy."""
    return keras.ops.mean(found - expected)


def with_own_loss():
    model = network()
    model.compile("adam", loss=difference, metrics=[difference])
    return model


def with_a_layer_in_two_nested_models():
    shared = layers.Conv2D(3, 3, padding="same", name="shared")
    nested = [keras.Sequential([keras.Input((SIDE, SIDE, 3)), shared], name=name) for name in ("one", "two")]
    return network(*nested)


def with_lambda(*, nested):
    front = layers.Lambda(lambda x: 2 * x)
    return network(keras.Sequential([keras.Input((SIDE, SIDE, 3)), front]) if nested else front)


COPIED = {
    "adapted": adapted,
    "LoRA": with_lora,
    "8 bits": in_8_bits,
    "loss": with_own_loss,
    "shared by nested models": with_a_layer_in_two_nested_models,
    "Lambda": functools.partial(with_lambda, nested=False),
    "nested Lambda": functools.partial(with_lambda, nested=True),
}


@pytest.mark.parametrize("model", COPIED.values(), ids=COPIED)
def test_a_copy_computes_what_the_model_does(images, model):
    model = model()
    copy = attribution.shuffled_weights(model, "out")
    found, expected = (vggviz.feature_maps(each, images, "c2")["c2"] for each in (copy, model))
    assert np.allclose(found, expected, rtol=1e-5)
    maps = vggviz.feature_maps(analysis.switch_off(model, {"c1": [0]}), images, "c1")["c1"]
    assert not maps[..., 0].any()
    assert np.allclose(maps[..., 1:], vggviz.feature_maps(model, images, "c1")["c1"][..., 1:], rtol=1e-5)


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_the_shuffled_weights_of_a_normalization_count(images, is_wrapped):
    given = layers.Normalization(name="front")
    given.adapt(np.array([[0.1, 0.4, 0.2], [0.3, 0.6, 1.8]], np.float32))
    model = network(layers.TimeDistributed(given, name="rows") if is_wrapped else given)
    copy = attribution.shuffled_weights(model, model.layers[0].name, cascade=False, seed=3)
    mean, variance, _ = copy.layers[0].get_weights()
    assert not np.array_equal(mean, given.get_weights()[0])
    expected = vggviz.feature_maps(network(layers.Normalization(mean=mean, variance=variance)), images, "c1")
    assert np.allclose(vggviz.feature_maps(copy, images, "c1")["c1"], expected["c1"], atol=1e-5)


def halves(model_side, scale=1.0):
    """A convolution whose channels are split; the second half is read by the convolution "c2"."""
    keras.utils.set_random_seed(0)
    images = keras.Input((model_side, model_side, 3))
    first = layers.Conv2D(4, 3, padding="same", name="c1")
    _, second = keras.ops.split(first(images), 2, axis=-1)
    model = keras.Model(images, layers.Conv2D(4, 3, padding="same", name="c2")(second))
    first.set_weights([weight * scale for weight in first.get_weights()])
    return model


def test_the_layers_before_one_of_several_outputs_count(tmp_path):
    cost = feature_visualization.visualization_cost(halves(SIDE), channel("c2", 0), size=SIDE)
    assert cost.macs == SIDE * SIDE * 3 * 3 * (3 * 4 + 2 * 4)
    drawn = []
    for folder in (tmp_path, None):
        for scale in (1.0, -1.0):
            keras.backend.clear_session()  # so that equal layers have equal names, as in two processes
            found = feature_visualization.visualize(
                halves(SIDE, scale), channel("c2", 0), steps=2, folder=folder
            )
            drawn.append(found.images)
    assert np.array_equal(drawn[:2], drawn[2:])
    assert not np.array_equal(*drawn[:2])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite(images, value):
    model = network()
    good = model.get_weights()
    bad = [weight.copy() for weight in good]
    bad[2][0, 0, 0, 1] = value
    model.set_weights(bad)
    with refused("not finite", "c2/kernel"):
        vggviz.feature_maps(model, images, "c1")
    model.set_weights(good)
    assert vggviz.feature_maps(model, images, "c1")["c1"].any()


@pytest.mark.parametrize(
    ("layer", "macs"),
    [
        (layers.TimeDistributed(layers.Conv2D(5, 3, padding="same")), 2 * 8 * 8 * 9 * 3 * 5),
        (layers.TimeDistributed(layers.Conv2DTranspose(5, 2, strides=2)), 2 * 8 * 8 * 4 * 3 * 5),
        (layers.Conv3D(5, 3, padding="same"), 2 * 8 * 8 * 27 * 3 * 5),
    ],
    ids=["images", "transposed", "volumes"],
)
def test_cost_of_convolutions_of_several_images(layer, macs):
    front = keras.Input((8, 16, 3))
    model = keras.Sequential([front, layers.Conv2D(3, 1), layers.Reshape((2, 8, 8, 3)), layer])
    assert [row.macs for row in vggviz.layer_table(model)] == [8 * 16 * 3 * 3, macs]


def test_a_layer_changed_in_place(images):
    model = network()
    vggviz.feature_maps(model, images, "c1"), attribution.saliency(model, images, channel("c2", 0))
    model.get_layer("c1").activation = keras.activations.tanh
    other = network(activation="tanh")
    other.get_layer("c2").activation = keras.activations.relu
    other.set_weights(model.get_weights())
    assert np.array_equal(
        vggviz.feature_maps(model, images, "c1")["c1"], vggviz.feature_maps(other, images, "c1")["c1"]
    )
    ours, wanted = (attribution.saliency(each, images, channel("c2", 0)) for each in (model, other))
    assert np.array_equal(ours, wanted)


def test_a_layer_inside_a_layer_changed_in_place(images):
    head = Head(None)
    model = with_end(head)
    before = scores(model, images, channel("head", 1))
    head.dense.activation = keras.activations.tanh
    assert np.allclose(scores(model, images, channel("head", 1)), np.tanh(before), atol=1e-6)
    assert abs(before - np.tanh(before)) > 1e-3


def test_checkpoints_depend_on_the_preprocessing(tmp_path):
    model, wanted = network(), channel("c2", 0)
    ways = (lambda x: x / 255, lambda x: x / 127.5 - 1)
    drawn, alone = (
        [
            feature_visualization.visualize(model, wanted, steps=2, folder=folder, preprocess=way).images
            for way in ways
        ]
        for folder in (tmp_path, None)
    )
    assert np.array_equal(drawn, alone)
    assert not np.array_equal(*drawn)


def named_activation(factor):
    def activation(values):
        return keras.ops.tanh(factor * values)

    return activation


def minus(first, second):
    shared = layers.Conv2D(4, 3, padding="same", name="shared", kernel_initializer="ones")
    return lambda x: layers.Subtract(name="minus")([(x, shared(x))[k] for k in (first, second)])


@pytest.mark.parametrize(
    "fronts",
    [
        [lambda factor=factor: lambda x: x * factor for factor in (1.0, 0.01)],
        [lambda factor=factor: layers.Activation(named_activation(factor)) for factor in (1.0, 0.01)],
        [lambda factor=factor: layers.Lambda(named_activation(factor)) for factor in (1.0, 0.01)],
        [lambda how=how: Scaled(how) for how in (keras.ops.tanh, keras.ops.sin)],
        [lambda order=order: minus(*order) for order in ((0, 1), (1, 0))],
    ],
    ids=["constant", "activation", "Lambda", "no get_config", "order of inputs"],
)
def test_checkpoints_depend_on_what_the_layers_compute(tmp_path, fronts):
    drawn = []
    for folder in (tmp_path, None):
        for front in fronts:
            keras.backend.clear_session()  # so that equal layers have equal names, as in two processes
            model, wanted = chain(front()), channel("c2", 0)
            drawn.append(feature_visualization.visualize(model, wanted, steps=2, folder=folder).images)
    assert np.array_equal(drawn[:2], drawn[2:])
    assert not np.array_equal(*drawn[:2])


def test_checkpoints_depend_on_what_an_objective_of_a_users_own_computes(tmp_path):
    model = network()
    wanted = [
        vggviz.objectives.Objective(("c2",), value, "mine")
        for value in (
            lambda maps: keras.ops.mean(maps["c2"][..., 0], axis=(1, 2)),
            lambda maps: keras.ops.mean(maps["c2"][..., 1], axis=(1, 2)),
        )
    ]
    drawn = [
        feature_visualization.visualize(model, each, steps=2, folder=folder).images
        for folder in (tmp_path, None)
        for each in wanted
    ]
    assert np.array_equal(drawn[:2], drawn[2:])
    assert not np.array_equal(*drawn[:2])
    assert len(list(tmp_path.glob("*.npz"))) == 2
    feature_visualization.visualize(model, wanted, steps=2, folder=tmp_path)
    assert len(list(tmp_path.glob("*.npz"))) == 2


def test_an_objective_of_a_users_own_is_kept_at_any_size(tmp_path):
    far = vggviz.objectives.Objective(("c2",), lambda maps: maps["c2"][:, 20, 20, 0], "far")
    drawn = [
        feature_visualization.visualize(network(), far, size=4 * SIDE, steps=2, folder=folder).images
        for folder in (tmp_path, None)
    ]
    assert np.array_equal(*drawn)


def test_checkpoints_with_a_mean_image_taken_off(tmp_path):
    mean = np.random.default_rng(0).random((SIDE, SIDE, 3)).astype(np.float32)
    drawn = [
        feature_visualization.visualize(
            network(), channel("c2", 0), steps=2, folder=folder, preprocess=lambda x: x / 255 - mean
        ).images
        for folder in (tmp_path, tmp_path, None)
    ]
    assert np.array_equal(drawn[0], drawn[1])
    assert np.array_equal(drawn[0], drawn[2])


@pytest.mark.parametrize("preprocess", [vggviz.preprocess, lambda _: None])
def test_preprocessing_without_gradients_is_refused(preprocess):
    with refused("preprocess", "tensor", "NumPy"):
        feature_visualization.visualize(network(), channel("c2", 0), steps=1, preprocess=preprocess)


@pytest.mark.parametrize("change", [lambda o: o + 3, lambda o: o - "x", lambda o: o * "x", lambda o: o * [1]])
def test_objectives_are_added_to_objectives_and_multiplied_by_numbers(change):
    with refused(kind=(TypeError, ValueError)):
        change(channel("c2", 0))


# --- layers of other kinds


def test_the_default_layer_has_more_than_one_cell():
    model = keras.applications.MobileNet(weights=None, input_shape=(96, 96, 3), classes=5)
    assert attribution.target_layer(model) == "conv_pw_13"
    batch = np.random.default_rng(0).normal(size=(1, 96, 96, 3)).astype(np.float32)
    assert np.ptp(attribution.eigen_cam(model, batch)) > 0
    assert np.array_equal(
        attribution.grad_cam(model, batch, class_logit(0)),
        attribution.grad_cam(model, batch, class_logit(0), "conv_pw_13"),
    )


def test_no_layer_has_more_than_one_cell():
    model = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 8), layers.Flatten(), layers.Dense(3)])
    with refused("more than one cell", "name a layer"):
        attribution.eigen_cam(model, np.ones((1, 8, 8, 3)))


def test_the_command_line_says_the_target_layer(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    networks.save(network(), tmp_path / "model.keras")
    vggviz_main(["why", "cat", "--model", "model.keras", "--method", "grad_cam", "saliency"])
    assert "target layer: c2" in capsys.readouterr().out.splitlines()
    with Image.open("cat_why.png") as image:
        assert "grad_cam: class" in image.text["Description"]
        assert image.text["Description"].count(", layer c2:") == 1


class Renamed(layers.Conv2D):
    """A user-defined convolution."""


def test_a_subclass_of_a_convolution_is_one(images):
    model, same = network(convolution=Renamed), network()
    assert vggviz.conv_layers(model) == ["c1", "c2"]
    for function in (
        lambda each: vggviz.pre_activations(each, images, "c2"),
        lambda each: attribution.grad_cam(each, images, class_logit(0)),
        lambda each: attribution.occlusion(each, images, class_logit(0), size=4, stride=4),
    ):
        assert np.allclose(function(model), function(same), atol=1e-6)


class Narrow(layers.Conv2D):
    """A subclass whose arguments are others than Keras', and are not in its configuration."""

    def __init__(self, weight, **settings):
        super().__init__(4, 3, **settings)
        self.weight = weight


def test_the_expanded_weights_of_a_subclass_of_a_convolution():
    model = network(Narrow(1.0, name="own"))
    kernel = np.asarray(model.get_layer("own").kernel)
    assert np.allclose(expanded_weights(model, "own"), kernel.transpose(3, 0, 1, 2), atol=1e-6)


def test_the_only_map_of_a_layer(images):
    figure, _ = vggviz.plot_feature_maps({"c1": images[..., :1]}, "c1")
    assert vggviz.text_alternative(figure).startswith("The only feature map of c1.")


def test_a_wrapped_convolution_is_one(images):
    wrapped = layers.SpectralNormalization(layers.Conv2D(4, 3, activation="relu"), name="wrapped")
    model = keras.Sequential([keras.Input((SIDE, SIDE, 3)), wrapped])
    assert vggviz.conv_layers(model) == ["wrapped"]
    assert vggviz.filters(model, "wrapped").shape == (3, 3, 3, 4)
    assert vggviz.layer_table(model)[0].macs == 14 * 14 * (3 * 3 * 3 * 4)
    before = vggviz.pre_activations(model, images, "wrapped")
    assert before.min() < 0
    assert np.allclose(np.maximum(before, 0), np.asarray(model(images)), atol=1e-6)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (layers.Conv2DTranspose(7, 3), (3, 3, 32, 7)),
        (layers.DepthwiseConv2D(3), (3, 3, 1, 32)),
        (layers.SeparableConv2D(5, 3), (3, 3, 32, 5)),
        (layers.Conv2D(2, 3), (3, 3, 32, 2)),
    ],
)
def test_kernels_of_other_convolutions(layer, shape):
    model = keras.Sequential([keras.Input((8, 8, 32)), layer])
    assert vggviz.filters(model, layer.name).shape == shape


def test_the_kernel_of_a_separable_convolution_is_that_of_one_convolution():
    keras.utils.set_random_seed(0)
    separable = layers.SeparableConv2D(5, 3, depth_multiplier=2, use_bias=False)
    model = keras.Sequential([keras.Input((8, 8, 3)), separable])
    values = np.random.default_rng(0).normal(size=(1, 8, 8, 3)).astype(np.float32)
    whole = keras.ops.conv(values, vggviz.filters(model, separable.name), padding="valid")
    assert np.allclose(np.asarray(whole), np.asarray(model(values)), atol=1e-5)


def u_net():
    keras.utils.set_random_seed(0)
    images = keras.Input((SIDE, SIDE, 3))
    conv = {"padding": "same", "activation": "relu"}
    fine = layers.Conv2D(4, 3, name="e1", **conv)(images)
    coarse = layers.Conv2D(6, 3, name="e2", **conv)(layers.MaxPooling2D()(fine))
    both = layers.Concatenate()([fine, layers.UpSampling2D()(coarse)])
    return keras.Model(images, layers.Conv2D(2, 1, name="mask")(layers.Conv2D(4, 3, name="d1", **conv)(both)))


def test_a_trace_through_a_u_net(images):
    found = analysis.trace(u_net(), images, channel("mask", 1))
    assert found.layers == ("e1", "e2", "d1")
    assert found.value == pytest.approx(float(np.asarray(u_net()(images))[0, ..., 1].mean()), rel=1e-5)


def test_a_trace_through_a_layer_of_one_channel(images):
    model = network(layers.Conv2D(1, 3, name="one"))
    found = analysis.trace(model, images, class_logit(0), ["one", "c2"])
    assert found.channels.shape == (2, 1)
    assert found.value == pytest.approx(float(scores(model, images, class_logit(0))[0]), rel=1e-5)


def test_occlusion_with_weights_per_position(images):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            *(keras.Input((SIDE, SIDE, 3)), layers.Conv2D(4, 3, padding="same")),
            *(layers.PReLU(alpha_initializer="uniform"), layers.MaxPooling2D()),
            *(layers.Conv2D(4, 3, padding="same", activation="relu"), layers.MaxPooling2D()),
            *(layers.Flatten(), layers.Dense(3)),
        ]
    )
    found = attribution.occlusion(model, images, class_logit(0), size=4, stride=4)[0]
    whole = scores(model, images, class_logit(0))[0]
    for top, left in itertools.product(range(0, SIDE, 4), repeat=2):
        covered = images.copy()
        covered[0, top : top + 4, left : left + 4] = 0
        expected = whole - scores(model, covered, class_logit(0))[0]
        assert found[top, left] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("strides", [(2, 1), (1, 3), (2, 2)])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_inputs_of_a_convolution_with_any_strides(images, strides, padding):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((SIDE, SIDE, 3)), layers.Conv2D(4, 3, strides=strides, padding=padding, name="c")]
    )
    given = analysis.input_contributions(model, images, "c", 1)
    assert given.sum() == pytest.approx(float(np.asarray(model(images))[0, ..., 1].mean()), abs=1e-5)


@pytest.mark.parametrize(
    "front", [layers.RandomFlip, lambda: layers.Resizing(SIDE, SIDE), lambda: layers.Lambda(lambda x: x)]
)
def test_a_layer_of_unknown_reach_in_front(front):
    model = network(front())
    cost = feature_visualization.visualization_cost(model, channel("c1", 0))
    assert cost.macs == SIDE * SIDE * 3 * 3 * 3 * 4
    assert feature_visualization.visualize(model, channel("c1", 0), steps=1).images.shape == (
        1,
        SIDE,
        SIDE,
        3,
    )
    assert complete_recipe(model, ["c1"], feature_visualization.Recipe())


# --- colours of kernels


def reading(channels, *front, **options):
    """A model whose convolution "c" has a filter for each input channel, lit by that channel alone."""
    images = keras.Input((SIDE, SIDE, channels))
    read = images
    for layer in front:
        read = layer(read)
    convolution = layers.Conv2D(read.shape[-1], 3, name="c", use_bias=False, **options)
    model = keras.Model(images, convolution(read))
    convolution.set_weights([np.zeros((3, 3, 1, 1)) + np.eye(read.shape[-1])])
    return model


def drawn_by_the_command_line(model, folder, *options):
    """The colours in the figure that the command `filters` draws, and its text alternative."""
    networks.save(model, folder / "model.keras")
    vggviz_main(["filters", "--model", str(folder / "model.keras"), "--out", str(folder / "c.png"), *options])
    with Image.open(folder / "c.png") as image:
        return {colour for _, colour in image.convert("RGB").getcolors(2**20)}, image.text["Description"]


@pytest.mark.parametrize(
    ("given", "first"), [("vgg16", (127, 127, 255)), ("unit", (255, 127, 127)), ("levels", (255, 127, 127))]
)
@pytest.mark.parametrize("front", [(), (layers.Rescaling(2.0), layers.ZeroPadding2D())])
def test_the_command_line_draws_true_colours(tmp_path, given, first, front):
    model = reading(3, *front)
    model.get_layer("c").set_weights([model.get_layer("c").get_weights()[0] * [1, 0, 0]])  # the first channel
    colours, text = drawn_by_the_command_line(model, tmp_path, "--input", given)
    assert first in colours
    assert first[::-1] not in colours
    assert "3 of 3 filters" in text


def test_the_command_line_draws_kernels_of_grey_images_in_grey(tmp_path):
    colours, text = drawn_by_the_command_line(reading(1), tmp_path)
    assert {red for red, green, blue in colours if red == green == blue} == {red for red, *_ in colours}
    assert "mid-grey is zero" in text


def test_the_command_line_draws_bands_one_by_one(tmp_path, capsys):
    colours, text = drawn_by_the_command_line(reading(4), tmp_path, "--input", "unit")
    assert "4 of 4 filters" in text
    assert "each column is one of the 4 input channels, which have no colours." in text
    assert any(red > 2 * blue for red, _, blue in colours)
    one_sentence(capsys.readouterr().err.strip(), "'c'", "4 channels", "no colours")


def test_three_feature_maps_are_no_colours(tmp_path):
    mixed = layers.Conv2D(3, 1, name="mixed", kernel_initializer="ones")
    _, text = drawn_by_the_command_line(reading(3, mixed), tmp_path, "--layer", "c")
    assert "each column is one of the 3 input channels, which have no colours." in text
    with refused("'c'", "3 channels", "colours"):
        vggviz.filters_rgb(reading(3, mixed), "c")


@pytest.mark.parametrize(
    "front", [layers.Rescaling(-1.0), lambda images: keras.ops.repeat(images[..., :1], 3, axis=-1)]
)
def test_a_negative_and_one_colour_three_times_have_no_colours(front):
    with refused("'c'", "3 channels", "colours"):
        vggviz.filters_rgb(reading(3, front), "c")


def test_colours_exchanged_before_the_first_convolution():
    swapped = reading(3, lambda images: images[..., ::-1])
    kernels = vggviz.filters(swapped, "c")
    assert np.array_equal(vggviz.filters_rgb(swapped, order="rgb"), kernels[:, :, ::-1])
    assert np.array_equal(vggviz.filters_rgb(swapped, order="bgr"), kernels)
    turned = reading(3, lambda images: keras.ops.stack([images[..., k] for k in (1, 2, 0)], axis=-1))
    assert np.array_equal(vggviz.filters_rgb(turned, order="rgb"), kernels[:, :, [2, 0, 1]])


# --- precision, data format, number of axes


@contextlib.contextmanager
def made_in(policy):
    """Layers that are made here compute by a policy."""
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy("float32")


def test_half_precision_is_computed_in_single(images):
    with made_in("mixed_float16"):
        half = network()
    single = network()
    half.set_weights([w * 30 for w in single.get_weights()])
    single.set_weights(half.get_weights())
    for function in (
        lambda model: attribution.saliency(model, images * 255, class_logit(0)),
        lambda model: feature_visualization.caricature(model, images * 255, "c2", steps=2).images,
        lambda model: feature_visualization.invert(model, images * 255, "c2", steps=2).images,
    ):
        found = function(half)
        assert np.isfinite(found).all()
        assert np.allclose(found, function(single), rtol=1e-3)
    assert half.get_layer("c1").compute_dtype == "float16"


HALVES = ("float16", "bfloat16")


@pytest.mark.parametrize(("policy", "dtype"), [(half, None) for half in HALVES] + [(None, "bfloat16")])
def test_weights_or_images_of_16_bits_are_computed_in_single(images, policy, dtype):
    with made_in(policy or "float32"):
        half = network()
    if dtype:
        inputs = keras.Input((SIDE, SIDE, 3), dtype=dtype)
        half = keras.Model(inputs, half(inputs))
    single = network()
    single.set_weights([np.asarray(weight, np.float32) for weight in half.get_weights()])
    for function in (
        lambda model: vggviz.feature_maps(model, images, "c2")["c2"],
        lambda model: attribution.integrated_gradients(model, images, class_logit(0), steps=3),
        lambda model: attribution.occlusion(model, images, class_logit(0), size=4, stride=4),
        lambda model: feature_visualization.invert(model, images, "c2", steps=2).images,
    ):
        assert np.allclose(function(half), function(single), rtol=1e-4, atol=1e-6)


class Block(layers.Layer):
    """A user-defined layer that contains a list of convolutions."""

    def __init__(self):
        super().__init__(name="inner")
        self.convolutions = [layers.Conv2D(4, 3, padding="same") for _ in range(2)]

    def build(self, shape):
        for convolution in self.convolutions:
            convolution.build(shape)

    def call(self, maps):
        for convolution in self.convolutions:
            maps = convolution(maps)
        return maps


class Around(layers.Layer):
    """A user-defined layer that contains a model."""

    def __init__(self, inner):
        super().__init__(name="inner")
        self.model = inner

    def call(self, maps):
        return self.model(maps)


def sequential(*front):
    return keras.Sequential([*front, layers.Conv2D(4, 3, padding="same"), layers.Conv2D(4, 1)])


class Named(Around):
    """A user-defined layer whose model has named inputs and outputs."""

    def __init__(self):
        given = keras.Input((SIDE, SIDE, 4), dtype=keras.config.dtype_policy().compute_dtype, name="maps")
        super().__init__(keras.Model({"maps": given}, {"maps": sequential()(given)}))
        self.model.compile(loss=lambda wanted, found: 0.0)

    def call(self, maps):
        return self.model({"maps": maps})["maps"]


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.convolution = layers.Conv2D(4, 3)

    def call(self, maps):
        return self.convolution(maps)


def attention(maps):
    cells = layers.Reshape((SIDE * SIDE, 4))(maps)
    seen = layers.MultiHeadAttention(2, 4)(cells, cells)
    return layers.Reshape((SIDE, SIDE, 4), name="inner")(seen)


@pytest.mark.parametrize(
    "inner",
    [
        lambda x: layers.SpectralNormalization(layers.Conv2D(4, 3), name="inner")(x),
        lambda x: layers.Conv2D(4, 3, activation=layers.LeakyReLU(0.3), name="inner")(x),
        lambda x: Block()(x),
        attention,
        lambda x: Around(sequential(keras.Input((SIDE, SIDE, 4))))(x),
        lambda x: Around(sequential())(x),
        lambda x: Around(keras.Sequential([sequential()]))(x),
        lambda x: Named()(x),
        lambda x: Around(Subclassed())(x),
    ],
    ids=["wrapper", "activation", "list", "attention", *("model", "late", "nested", "named", "subclassed")],
)
def test_layers_inside_layers_are_computed_in_single(images, inner):
    def with_inner():
        keras.utils.set_random_seed(0)
        front = keras.Input((SIDE, SIDE, 3))
        maps = inner(layers.Conv2D(4, 3, padding="same", name="c1")(front))
        return keras.Model(front, layers.Dense(3)(layers.GlobalAveragePooling2D()(maps)))

    with made_in("mixed_float16"):
        half = with_inner()
    single = with_inner()
    single.set_weights(half.get_weights())
    ours, wanted = (vggviz.feature_maps(model, images * 1e5, "inner")["inner"] for model in (half, single))
    assert np.allclose(ours, wanted, rtol=1e-4, atol=1e-5 * np.abs(wanted).max())


def test_the_policies_of_a_model_stay_as_they_are(images):
    policies = keras.dtype_policies.DTypePolicyMap(default_policy="mixed_float16")
    with made_in(policies):
        model = network()
    vggviz.feature_maps(model, images)
    assert {layer.compute_dtype for layer in model.layers} == {"float16"}
    assert not len(policies)


def test_a_nested_model_with_named_inputs_and_outputs(images):
    keras.utils.set_random_seed(0)
    inner, outer = keras.Input((SIDE, SIDE, 3), name="photo"), keras.Input((SIDE, SIDE, 3))
    named = keras.Model({"photo": inner}, {"maps": layers.Conv2D(4, 3, name="c")(inner)})
    pooled = layers.GlobalAveragePooling2D()(named({"photo": outer})["maps"])
    model = keras.Model(outer, layers.Dense(3)(pooled))
    assert scores(model, images, class_logit(1))[0] == pytest.approx(np.asarray(model(images))[0, 1])


def test_a_name_in_the_model_and_in_a_nested_one_is_that_of_the_model(images):
    inner = keras.Sequential([keras.Input((SIDE, SIDE, 3)), layers.Conv2D(4, 3, name="c")], name="inner")
    model = keras.Sequential([keras.Input((SIDE, SIDE, 3)), inner, layers.Conv2D(5, 3, name="c")])
    assert vggviz.conv_layers(model) == ["inner/c", "c"]
    assert np.allclose(vggviz.feature_maps(model, images, "c")["c"], np.asarray(model(images)), atol=1e-6)


def test_names_of_layers_that_look_like_further_calls(images):
    keras.utils.set_random_seed(0)
    shared = layers.Conv2D(4, 3, padding="same", name="d")
    front = keras.Input((SIDE, SIDE, 3))
    maps = layers.Conv2D(4, 3, padding="same", name="c")(layers.Conv2D(5, 3, name="c:1")(front))
    end = layers.Conv2D(6, 3, name="d:1")(shared(shared(maps)))
    model = keras.Model(front, end)
    assert vggviz.conv_layers(model) == ["c:1", "c", "d", "d:2", "d:1"]
    for name in ("c:1", "c", "d:1"):
        wanted = np.asarray(keras.Model(front, model.get_layer(name).output)(images))
        assert np.allclose(vggviz.feature_maps(model, images, name)[name], wanted, atol=1e-6)


@pytest.mark.parametrize("names", [("a b", "c:1"), ("層", "_x"), ("input", "output"), ("-", "all")])
def test_any_name_of_a_layer(images, names, tmp_path):
    plain = network()
    front = keras.Input((SIDE, SIDE, 3))
    maps = layers.Conv2D(4, 3, padding="same", activation="relu", name=names[0])(front)
    maps = layers.Conv2D(6, 3, padding="same", activation="relu", name=names[1])(layers.MaxPooling2D()(maps))
    model = keras.Model(front, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(maps)))
    model.set_weights(plain.get_weights())
    found = vggviz.feature_maps(model, images)
    assert [*found][::2] == [*names]
    assert np.array_equal(found[names[1]], vggviz.feature_maps(plain, images, "c2")["c2"])
    ours, wanted = (attribution.grad_cam(each, images, class_logit(0)) for each in (model, plain))
    assert np.allclose(ours, wanted)
    ours, wanted = (
        attribution.occlusion(each, images, class_logit(0), size=4, stride=4) for each in (model, plain)
    )
    assert np.allclose(ours, wanted)
    assert vggviz.explore(model, "cat").save(tmp_path / "page").is_dir()


def test_drawings_of_layers_with_similar_names_on_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    convolutions = [layers.Conv2D(2, 3, name=name) for name in ("c:1", "c-1")]
    networks.save(keras.Sequential([keras.Input((SIDE, SIDE, 3)), *convolutions]), tmp_path / "model.keras")
    vggviz_main(["dream", "c:1:0", "c-1:0", "--steps", "1", "--model", "model.keras"])
    written = [line for line in capsys.readouterr().out.splitlines() if line.endswith(".png")]
    assert written == ["vggviz-dreams/c-1-0.png", "vggviz-dreams/c-1-0-2.png"]


def of_any_size():
    front = keras.Input((None, None, 3))
    return keras.Model(front, keras.Sequential(network().layers).call(front))


def nested_in_part():
    whole = network()
    inner = keras.Model(whole.inputs, whole.get_layer("c2").output)
    return keras.Sequential([keras.Input((SIDE, SIDE, 3)), inner, *whole.layers[-2:]])


def in_double_precision():
    with made_in("float64"):
        model = network()
    model.set_weights(network().get_weights())
    return model


@pytest.mark.parametrize("model", [of_any_size, nested_in_part, in_double_precision])
def test_what_is_lost_without_a_channel_in_models_of_other_kinds(images, model):
    expected, found = (ablation_losses(each, "c1", [images]) for each in (network(), model()))
    assert np.allclose(found.next_layer, expected.next_layer, rtol=1e-4)
    assert np.allclose(found.answer, expected.answer, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("change", ["int8", "int4", "LoRA"])
def test_kernels_and_cost_of_a_dense_layer_with_changed_kernels(change):
    model = network()
    dense, whole = model.layers[-1], vggviz.layer_table(model)[-1].macs
    kernel = kernel_of_dense(dense)
    assert np.array_equal(kernel, np.asarray(dense.kernel))
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # Keras' own, of NumPy
        dense.enable_lora(2) if change == "LoRA" else dense.quantize(change)
    unit = [np.asarray(dense(row)) for row in (*np.eye(6)[:, np.newaxis], np.zeros((1, 6)))]
    odds = np.log(np.concatenate(unit))  # logits but for a constant of each row
    found = kernel_of_dense(dense)
    wanted = (odds - odds[:, :1])[:-1] - (odds - odds[:, :1])[-1]
    assert np.allclose(found - found[:, :1], wanted, atol=1e-5)
    assert np.allclose(found, kernel, atol=0.2)
    assert vggviz.layer_table(model)[-1].macs == whole == 6 * 3
    assert np.array_equal(classifier_on(model)[1], found)


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(("side", "stride"), [(2, 2), (3, 2), (3, 1), (2, 3)])
@pytest.mark.parametrize("output_padding", [None, 0])
def test_cost_of_a_transposed_convolution(padding, side, stride, output_padding):
    window = {"strides": stride, "padding": padding, "output_padding": output_padding}
    model = keras.Sequential(
        [
            *(keras.Input((SIDE, SIDE, 3)), layers.Conv2D(4, 3, padding="same", name="c")),
            layers.Conv2DTranspose(5, side, **window, name="t"),
        ]
    )
    expected = SIDE * SIDE * side * side * 4 * 5
    assert vggviz.layer_table(model)[1].macs == expected
    cost = feature_visualization.visualization_cost(model, channel("t", 0), size=SIDE)
    assert cost.macs == expected + SIDE * SIDE * 3 * 3 * 3 * 4


def test_cost_of_a_convolution_with_lora():
    model = network()
    before = vggviz.layer_table(model)[1].macs
    model.get_layer("c2").enable_lora(2)
    assert vggviz.layer_table(model)[1].macs == before


def test_frozen_layers_cost_as_much():
    model = network()
    before = vggviz.layer_table(model)
    model.trainable = False
    assert vggviz.layer_table(model) == before


OF_MODELS = {
    name: function
    for name, function in public.FUNCTIONS.items()
    if "model" in inspect.signature(function).parameters
    and name not in ("provenance", "decode_predictions", "read_atlas")  # which look up a record of the model
}


def call_with(name, model, batch):
    """Call a public function of a model, with the layer "c" and its channel 0 where they are asked for."""
    given = {"batch": batch, "objective": channel("c", 0), "objectives": channel("c", 0), "layer": "c"}
    given |= {"channel": 0, "row": 0, "column": 0, "attribution": None}
    given |= {
        "folder": tempfile.mkdtemp(),
        "channels": {"c": [0]},
        "source": {"cat": vggviz.load_image("cat", 16)},
    }
    given["images"] = given["source"]
    needed = [n for n, p in inspect.signature(OF_MODELS[name]).parameters.items() if p.default is p.empty]
    return OF_MODELS[name](model, **{each: given[each] for each in needed if each != "model"})


@pytest.mark.parametrize("name", OF_MODELS)
def test_channels_first_is_refused_by_one_sentence(name):
    model = keras.Sequential(
        [keras.Input((3, 8, 8)), layers.Conv2D(2, 3, data_format="channels_first", name="c")]
    )
    with refused("The layer 'c' has its channels first", "data_format='channels_last'"):
        call_with(name, model, np.zeros((1, 3, 8, 8), np.float32))


@pytest.mark.parametrize("name", ["feature_maps", "attribution.saliency", "attribution.integrated_gradients"])
@pytest.mark.parametrize(("kind", "shape"), [(layers.Conv1D, (8, 1)), (layers.Conv3D, (8, 8, 8, 1))])
def test_other_than_images_is_refused(name, kind, shape):
    model = keras.Sequential([keras.Input(shape), kind(2, 3, name="c")])
    with refused():
        call_with(name, model, np.zeros((1, *shape), np.float32))


def test_fractions_for_a_model_of_whole_numbers_are_refused(tmp_path):
    model = keras.Sequential(
        [keras.Input((8, 8, 3), dtype="uint8"), layers.Rescaling(1 / 255), layers.Conv2D(2, 3, name="c")]
    )
    with refused("uint8", "0.5"):
        vggviz.feature_maps(model, np.full((1, 8, 8, 3), 0.5, np.float32), "c")
    levels = np.full((1, 8, 8, 3), 200.0)
    assert vggviz.feature_maps(model, levels, "c")["c"].any()
    for name in ("attribution.saliency", "feature_visualization.visualize", "feature_visualization.invert"):
        with refused("uint8", "no gradient", "float32"):
            call_with(name, model, levels)
    with refused("uint8", "no gradient", "float32"):
        feature_visualization.visualize(model, channel("c", 0), steps=1, folder=tmp_path)


@pytest.fixture
def keras_set_to_channels_first():
    keras.config.set_image_data_format("channels_first")
    yield
    keras.config.set_image_data_format("channels_last")


def numbers_of(result):
    """All arrays and numbers of a result; texts and functions are left out."""
    if isinstance(result, keras.Model):
        return result.get_weights()
    if isinstance(result, vggviz.Atlas):
        return numbers_of([result.arrays(layer) for layer in result.layers])
    if dataclasses.is_dataclass(result):
        result = vars(result)
    if isinstance(result, dict):
        result = list(result.values())
    if isinstance(result, (list, tuple)):
        return [number for part in result for number in numbers_of(part)]
    is_number = isinstance(result, (int, float, np.ndarray)) and np.asarray(result).dtype.kind in "biuf"
    return [np.asarray(result, float)] if is_number else []


@pytest.mark.usefixtures("keras_set_to_channels_first")
def test_vgg16_where_keras_is_set_to_channels_first():
    for classifier in (None, "linear"):
        with refused("'channels_first'", "set_image_data_format('channels_last')"):
            vggviz.load_vgg16("random", classifier)


@pytest.fixture(scope="module")
def channels_last():
    """A model with channels last, and its copy made where Keras is set to channels first."""
    last = {"data_format": "channels_last", "padding": "same", "kernel_initializer": "ones"}
    model = keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            layers.Conv2D(3, 3, name="b", **last),
            layers.Conv2D(2, 3, name="c", **last),
        ]
    )
    keras.config.set_image_data_format("channels_first")
    copy = keras.models.clone_model(model)
    keras.config.set_image_data_format("channels_last")
    return model, copy


@pytest.mark.parametrize("name", OF_MODELS)
def test_a_model_with_channels_last_where_keras_is_set_to_channels_first(name, channels_last, request):
    model, copy = channels_last
    batch = np.random.default_rng(0).random((1, 16, 16, 3)).astype(np.float32)
    expected = call_with(name, model, batch)
    request.getfixturevalue("keras_set_to_channels_first")
    found = call_with(name, copy, batch)
    assert numbers_of(found) or found == expected
    for ours, wanted in zip(numbers_of(found), numbers_of(expected), strict=True):
        np.testing.assert_allclose(ours, wanted, rtol=1e-5, atol=1e-6)


def two_inputs():
    inputs = [keras.Input((SIDE, SIDE, 3)) for _ in range(2)]
    both = layers.Concatenate()([layers.Conv2D(4, 3, name=f"c{k}")(each) for k, each in enumerate(inputs)])
    return keras.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling2D()(both)))


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (two_inputs, ["2 inputs", "one"]),
        (lambda: keras.Sequential([layers.Conv2D(4, 3, name="c0")]), ["no input shape", "keras.Input"]),
        (lambda: keras.Sequential([keras.Input((9,)), layers.Dense(3, name="c0")]), ["images"]),
    ],
    ids=["two inputs", "unbuilt", "no images"],
)
def test_other_models_on_the_command_line(model, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    networks.save(model(), tmp_path / "model.keras")
    for command in (
        "maps cat",
        "cell cat --layer c0 --channel 0 --row 0 --column 0",
        "why cat --method saliency",
    ):
        with pytest.raises(SystemExit) as end:
            vggviz_main([*command.split(), "--model", "model.keras"])
        assert end.value.code == 2
        one_sentence(capsys.readouterr().err.strip(), *words)


@pytest.mark.parametrize("factor", [1e-20, 1e-6, 1e20])
def test_images_of_a_layer_do_not_depend_on_its_unit(images, factor):
    model, scaled = network(), network()
    scaled.get_layer("c2").set_weights([factor * weight for weight in model.get_layer("c2").get_weights()])
    for synthesis in (feature_visualization.caricature, feature_visualization.invert):
        found, expected = (synthesis(each, images, "c2", steps=2) for each in (scaled, model))
        assert np.allclose(found.values, expected.values, rtol=1e-3, atol=1e-4)
        assert np.abs(found.images - expected.images).max() < 1


def test_a_model_for_batches_of_one_takes_more():
    model = keras.Sequential([keras.Input((8, 8, 3), batch_size=1), layers.Conv2D(2, 3, name="c")])
    batch = np.random.default_rng(0).normal(size=(3, 8, 8, 3)).astype(np.float32)
    one_by_one = np.concatenate([np.asarray(model(image[np.newaxis])) for image in batch])
    assert np.allclose(vggviz.feature_maps(model, batch, "c")["c"], one_by_one, atol=1e-5)


def turned_before_a_convolution(number):
    """A model for batches of one, which reshapes a number of images."""
    given = keras.Input((SIDE, SIDE, 3), batch_size=1)
    turned = keras.ops.reshape(given[..., ::-1], (number, SIDE, SIDE, 3))
    return keras.Model(given, layers.Conv2D(2, 3, name="c")(turned))


def test_any_number_of_images_inside_a_model(images):
    model, several = turned_before_a_convolution(-1), np.concatenate([images] * 3)
    assert np.array_equal(vggviz.filters_rgb(model, order="rgb"), vggviz.filters(model, "c")[:, :, ::-1])
    assert attribution.saliency(model, several, channel("c", 0)).shape == several.shape[:3]


def test_a_fixed_number_of_images_inside_a_model(images):
    model = turned_before_a_convolution(1)
    for call in (vggviz.filters_rgb, lambda model: attribution.saliency(model, images, channel("c", 0))):
        with refused("'reshape", "to 1", "-1"):
            call(model)


class Embedding(layers.Layer):
    """Weights for each position, added to maps."""

    def build(self, shape):
        self.values = self.add_weight(shape=(1, *shape[1:]), initializer="normal")

    def call(self, maps):
        return maps + self.values


@pytest.mark.parametrize(
    "between",
    [
        Embedding(),
        lambda maps: keras.ops.transpose(keras.ops.transpose(maps, (3, 0, 1, 2)), (1, 2, 3, 0)),
        lambda maps: keras.ops.sum(keras.ops.stack([maps, 2 * maps], 0), axis=0),
    ],
)
def test_axes_of_a_fixed_length_that_count_no_images(images, between):
    keras.utils.set_random_seed(0)
    front = keras.Input((SIDE, SIDE, 3))
    model = keras.Model(front, layers.Conv2D(2, 3, name="c")(between(layers.Conv2D(4, 3)(front))))
    several = np.concatenate([images] * 2)
    assert np.allclose(vggviz.feature_maps(model, several, "c")["c"], np.asarray(model(several)), atol=1e-5)


# --- images


def test_float_images_under_a_map():
    image = vggviz.load_image("cat", 64)
    drawn = [
        vggviz.plot_attribution({"cam": np.eye(64)}, images=given)[1][0].images[-1].get_array()
        for given in (image, image / 255)
    ]
    assert np.allclose(*drawn)
    assert drawn[0].max() > 100


def test_images_with_transparency_in_plots(images):
    image = vggviz.load_image("cat", SIDE)
    opaque = np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])
    half = np.dstack([image / 255, np.full(image.shape[:2], 0.5)])
    found = datasets.dataset_examples(network(), {"cat": image}, "c2", top=1)["c2"]
    maps = {"c2": np.ones((1, 4, 4, 2))}
    for given, expected in ((opaque, image), (half, image / 2 + 127.5)):
        for drawn, pixels in (
            (vggviz.plot_images({"a": given}), expected),
            (vggviz.plot_attribution({"a": np.eye(SIDE)}, images=given), expected.mean(axis=-1)),
            (vggviz.plot_channel(maps, "c2", 0, image=given, overlay=True), expected.mean(axis=-1)),
            (vggviz.plot_examples(found, {0: [given]}), expected),
        ):
            shown = np.asarray(drawn[0].axes[0].images[-1].get_array())
            described_figure.close(drawn[0])
            assert np.abs(shown[:SIDE, :SIDE] - pixels).max() <= 1


def test_grey_levels_of_32_bits(tmp_path):
    ramp = np.tile(np.arange(256, dtype=np.int32), (256, 1))
    eight = vggviz.load_image(Image.fromarray(ramp), 256)
    assert np.array_equal(eight[..., 0], ramp)
    Image.fromarray((ramp * 257).astype(np.uint16)).save(tmp_path / "ramp.png")
    assert np.array_equal(vggviz.load_image(tmp_path / "ramp.png", 256)[..., 0], ramp)


@pytest.mark.parametrize("top", [1.0000002, 1.0005, 255.0001, 1e6])
@pytest.mark.parametrize("corner", [None, np.nan, np.inf, -np.inf])
def test_grey_levels_of_floats(tmp_path, top, corner):
    ramp = np.tile(np.arange(256, dtype=np.float32), (256, 1))
    levels, expected = ramp / 255 * np.float32(top), ramp.copy()
    if corner is not None:
        levels[0, 0], expected[0, 0] = corner, 255 * (corner == np.inf)
    Image.fromarray(levels).save(tmp_path / "ramp.tif")
    assert np.abs(vggviz.load_image(tmp_path / "ramp.tif", None)[..., 0] - expected).max() <= 1


def test_grey_levels_of_32_bits_above_16_bits():
    ramp = np.tile(np.arange(256, dtype=np.int32), (256, 1))
    assert np.array_equal(vggviz.load_image(Image.fromarray(ramp * 8_000_000), None)[..., 0], ramp)


@pytest.mark.parametrize(
    ("levels", "tags", "expected"),
    [
        (lambda ramp: ramp * 257, {}, lambda ramp: ramp),
        (lambda ramp: ramp * 257, {PHOTOMETRIC_INTERPRETATION: 0}, lambda ramp: 255 - ramp),
    ],
    ids=["black is zero", "white is zero"],
)
def test_tiffs_of_16_bits(tmp_path, levels, tags, expected):
    ramp = np.tile(np.arange(256, dtype=np.uint16), (256, 1))
    Image.fromarray(levels(ramp)).save(tmp_path / "ramp.tif", tiffinfo=tags)
    assert np.array_equal(vggviz.load_image(tmp_path / "ramp.tif", 256)[..., 0], expected(ramp))


def test_a_tiff_of_12_bits():
    packed = bytes.fromhex("000fff 7ff800")  # four levels of 12 bits
    short, long = 3, 4
    tags = [
        *[(256, short, 4), (257, short, 1), (258, short, 12), (259, short, 1), (262, short, 1)],
        *[(273, long, 8), (277, short, 1), (278, short, 1), (279, long, len(packed))],
    ]
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    start = struct.pack("<2sHI", b"II", 42, 8 + len(packed))
    file = start + packed + struct.pack("<H", len(tags)) + entries + bytes(4)
    assert vggviz.load_image(file, None)[0, :, 0].tolist() == [0, 255, 127, 128]


def test_the_transparent_level_of_16_bits_is_white(tmp_path):
    levels = np.array([[0, 257 * 7, 65535]], np.uint16)
    Image.fromarray(levels).save(tmp_path / "levels.png", transparency=257 * 7)
    assert vggviz.load_image(tmp_path / "levels.png", None)[0, :, 0].tolist() == [0, 255, 255]


def test_grey_with_premultiplied_alpha():
    image = Image.new("LA", (1, 1), (100, 128)).convert("La")
    assert vggviz.load_image(image, None)[0, 0, 0] == pytest.approx(100 * 0.5 + 255 * 0.5, abs=1)


def test_levels_in_either_byte_order():
    levels = np.arange(256, dtype=np.uint16).reshape(16, 16) * 257
    assert np.array_equal(vggviz.load_image(levels.astype(">u2"), 16), vggviz.load_image(levels, 16))


def test_floats_a_little_over_one_in_plots():
    image = np.full((8, 8, 3), 1.0000002)
    image[0] = -1e-7
    drawn = vggviz.plot_images({"one": image})[1][0].images[-1].get_array()
    assert (drawn.min(), drawn.max()) == (0, 255)
    with refused("1.1"):
        vggviz.plot_images({"one": image * 1.1})


def test_floats_a_little_over_one():
    assert vggviz.load_image(np.full((8, 8, 3), 1.0000002), 8).max() == 255
    with refused("1.1"):
        vggviz.load_image(np.full((8, 8, 3), 1.1), 8)


def test_an_iphones_image_says_what_to_install():
    with refused("HEIC", "pillow-heif"):
        vggviz.load_image(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100))


def test_images_of_the_same_name(tmp_path):
    image = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    for folder, pixels in (("cats", image), ("dogs", image[::-1])):
        (tmp_path / folder).mkdir()
        Image.fromarray(pixels).save(tmp_path / folder / "001.png")
    page = vggviz.explore(network(), [tmp_path / "cats/001.png", tmp_path / "dogs/001.png"])
    assert list(page.images) == ["001", "001 (2)"]
    assert np.array_equal(page.images["001 (2)"], image[::-1])
    pairs = [("x", image), ("x", image[::-1])]
    found = datasets.dataset_examples(network(), pairs, "c1", top=2)["c1"]
    assert set(found.names[0]) == {"x", "x (2)"}
    (crops,) = datasets.example_crops(found, pairs, [0]).values()
    assert len(crops) == 2
    numbered = datasets.dataset_examples(network(), {0: image}, "c1", top=1)["c1"]
    assert numbered.names[0, 0] == "0"


def test_a_linked_folder_is_read_once(tmp_path):
    real = tmp_path / "real"
    real.mkdir()
    Image.new("RGB", (8, 8)).save(real / "one.png")
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "linked").symlink_to(real)
    (real / "back").symlink_to(photos)
    assert [name for name, _ in datasets.read_images(photos, 8)] == ["linked/one.png"]


def test_a_folder_linked_beside_itself_is_read_once(tmp_path):
    (tmp_path / "b").mkdir()
    Image.new("RGB", (8, 8)).save(tmp_path / "b/one.png")
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "c").symlink_to(tmp_path / "b")
    assert [name for name, _ in datasets.read_images(tmp_path, 8)] == ["a/one.png"]


# --- the process


def test_threads_leave_stderr_alone(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    for number in range(4):
        Image.fromarray(noise).save(tmp_path / f"{number}.tif", compression="tiff_lzw")
    before = os.fstat(2)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        loaded = list(pool.map(lambda n: vggviz.load_image(tmp_path / f"{n % 4}.tif", 200), range(32)))
    assert all(np.array_equal(image, noise) for image in loaded)
    assert (os.fstat(2).st_dev, os.fstat(2).st_ino) == (before.st_dev, before.st_ino)


def run_python(code, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(Path(vggviz.__file__).parents[1]), **environment},
        capture_output=True,
        text=True,
    )
    return done.stdout.strip(), done.stderr.strip().splitlines()


def test_without_a_console(tmp_path):
    path = networks.save(networks.functional(), tmp_path / "own.keras")
    printed, _ = run_python(
        f"import sys; sys.stderr = None\nimport vggviz\nprint(vggviz.load_model({str(path)!r}).name)"
    )
    assert printed == "functional"


@pytest.mark.parametrize("installed", [True, False])
def test_another_backend_is_refused(monkeypatch, installed):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    if installed:
        monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    else:
        monkeypatch.setitem(sys.modules, "keras", None)
    with refused("vggviz computes with Keras on TensorFlow; this process set 'jax'"):
        backend.keras.__wrapped__()


def test_a_broken_tensorflow_is_not_another_backend():
    _, errors = run_python("import sys, vggviz\nsys.modules['absl'] = None\nvggviz.load_vgg16('random')")
    assert errors[-1].startswith("ModuleNotFoundError")
    assert "absl" in errors[-1]


@pytest.mark.parametrize("name", [pytest.param("jax", marks=pytest.mark.audit), "TensorFlow"])
def test_another_backend_is_one_sentence(name):
    """In a process of its own, which imports Keras on it."""
    _, errors = run_python("import vggviz\nvggviz.load_vgg16('random')", KERAS_BACKEND=name)
    assert errors[-1].startswith(
        f"ValueError: vggviz computes with Keras on TensorFlow; this process set {name!r}"
    )
