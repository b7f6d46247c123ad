"""The networks of keras.applications with random weights, as users have them, and Keras' numbers for them."""

from __future__ import annotations

import builtins
import inspect
import sys
import warnings
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from unittest import mock

import keras
import numpy as np
import tensorflow as tf
from keras.src.applications import resnet

CLASSES = 3
NETWORKS = {
    name: function
    for name, function in vars(keras.applications).items()
    if inspect.isfunction(function) and name[0].isupper()
}
SIDES = {"InceptionV3": 75, "InceptionResNetV2": 75, "Xception": 71}
"""Smallest sides of images in pixels, where they are not 32."""


def module_of(name):
    """The module that builds a network, such as "resnet"."""
    return NETWORKS[name].__module__.rpartition(".")[2]


def build(name, *, top=True, short=False):
    """A network with random weights; a short one has each of its repeated blocks once or twice."""
    keras.utils.set_random_seed(0)
    side, module = SIDES.get(name, 32), sys.modules[NETWORKS[name].__module__]
    settings = {"weights": None, "include_top": top, "input_shape": (side, side, 3)}
    settings |= {"classes": CLASSES} if top else {}
    if short and module_of(name) == "convnext":  # its gradients take minutes on CPUs
        sizes = {"depths": (1, 1, 1, 1), "projection_dims": (4, 8, 12, 16)}
        return module.ConvNeXt(**sizes, name="convnext_short", **settings)
    once = (lambda *bounds: builtins.range(*bounds)[:1]) if short else builtins.range
    with ExitStack() as changes:
        changes.enter_context(warnings.catch_warnings(action="ignore"))  # of sides that weights are not for
        for each in (module, resnet):  # "resnet_v2" calls functions of "resnet"
            changes.enter_context(mock.patch.object(each, "range", once, create=True))
        return NETWORKS[name](**settings)


def with_new_head(name, *, short=False):
    """A transfer-learning model: the network without its top, nested, and a new classifier."""
    base = build(name, top=False, short=short)
    images = keras.Input(base.input_shape[1:])
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(base(images))
    return keras.Model(images, keras.layers.Dense(CLASSES, activation="softmax", name="new_head")(pooled))


@dataclass(frozen=True)
class Case:
    """A network in one of the forms in which users have it.

    Attributes:
        name: of the network in keras.applications.
        nested: whether it is the base of a transfer-learning model.
        policy: Keras' dtype policy.
        suffix: of the file that it is saved to and loaded from; "" for the model as it was built.
        short: whether its repeated blocks are left out.
    """

    name: str
    nested: bool = False
    policy: str = "float32"
    suffix: str = ""
    short: bool = True

    def __str__(self):
        parts = (
            self.name,
            "nested" * self.nested,
            self.policy.removeprefix("mixed_"),
            self.suffix.strip("."),
        )
        return "-".join(filter(None, parts))

    def make(self, folder):
        """Keras' model in single precision, and the same network in the form of the case."""
        maker = with_new_head if self.nested else build
        keras.utils.clear_session()  # so that layers without names get the same ones twice
        model = reference = maker(self.name, short=self.short)
        calibrate(reference)
        if self.policy != "float32":
            keras.utils.clear_session()
            keras.mixed_precision.set_global_policy(self.policy)
            try:
                model = maker(self.name, short=self.short)
            finally:
                keras.mixed_precision.set_global_policy("float32")
            model.set_weights(reference.get_weights())
        if self.suffix:
            path = folder / f"{self.name}{self.suffix}"
            with warnings.catch_warnings(action="ignore"):  # Keras calls .h5 legacy
                model.save(path)
            model = keras.saving.load_model(path, compile=False)
            path.unlink()
        return Reference(reference), model


def some_images(model, count=1):
    """Seeded images as the networks read them that contain their preprocessing: float32 (n, H, W, 3)."""
    return np.random.default_rng(count).uniform(0, 255, (count, *model.input_shape[1:])).astype(np.float32)


def calibrate(model):
    """Make all maps of an untrained network about 1, and the log odds of `some_images` about 0.1.

    They would vanish within a few layers, because batch normalisation has no statistics yet.
    """
    kinds = keras.layers.BatchNormalization
    normalisations = [layer for layer in model._flatten_layers() if isinstance(layer, kinds)]
    momenta = [layer.momentum for layer in normalisations]
    for layer in normalisations:
        layer.momentum = 0.0
    levels = np.linspace(1, 0, 8, dtype=np.float32)[:, None, None, None]
    model(np.concatenate([some_images(model), some_images(model, 7)]) * levels, training=True)
    for layer, momentum in zip(normalisations, momenta, strict=True):
        layer.momentum = momentum
        variance = layer.moving_variance  # a small one would make much of rounding errors
        variance.assign(keras.ops.maximum(variance, keras.ops.mean(variance)))
    *_, head = (layer for layer in model.layers if layer.weights)
    head.kernel.assign(0.1 * head.kernel / Reference(model).log_odds(some_images(model))[0])


@dataclass(frozen=True)
class Reference:
    """What Keras computes for a model, without the library."""

    model: keras.Model

    def layers(self):
        """All layers and operations, such as the sum that "+" makes, also those of nested models, by name."""
        nested = [layer for layer in self.model._flatten_layers() if isinstance(layer, keras.Model)]
        called = [
            getattr(model, "operations", model.layers) for model in nested
        ]  # a Sequential has layers only
        return {operation.name: operation for operations in called for operation in operations}

    def convolutions(self):
        """Names of the convolutions."""
        return [name for name, layer in self.layers().items() if "Conv2D" in type(layer).__name__]

    def outputs(self, images, names):
        """Log odds of the images, and what the layers return as the model calls them: {layer: tensor}."""
        found = {}

        def recorded(layer, call):
            def call_and_record(*args, **kwargs):
                found[layer] = call(*args, **kwargs)
                return found[layer]

            return call_and_record

        layers = self.layers()
        with ExitStack() as changes:
            for name in names:
                call = recorded(name, layers[name].call)
                changes.enter_context(mock.patch.object(layers[name], "call", call))
            return _log_odds(self.model(images, training=False)), found

    def maps(self, images, names):
        """{layer: float32 (n, h, w, c)}"""
        return {name: values.numpy() for name, values in self.outputs(images, names)[1].items()}

    def maps_of_half_weights(self, images, names):
        """The maps with the weights rounded to half precision."""
        weights = self.model.get_weights()
        self.model.set_weights([weight.astype(np.float16) for weight in weights])
        try:
            return self.maps(images, names)
        finally:
            self.model.set_weights(weights)

    def log_odds(self, images):
        """Difference of the first two logits, by the probabilities of the model: float32 (n,)."""
        return self.outputs(images, [])[0].numpy()

    def gradient(self, images):
        """Gradient of the log odds with respect to the images."""
        images = tf.constant(images)
        with tf.GradientTape() as tape:
            tape.watch(images)
            value = self.outputs(images, [])[0]
        return tape.gradient(value, images).numpy()

    def maps_and_gradient(self, images, name):
        """Maps of a layer, and the gradient of the log odds with respect to them."""
        with tf.GradientTape() as tape:
            value, maps = self.outputs(images, [name])
        return maps[name].numpy(), tape.gradient(value, maps[name]).numpy()

    def macs(self):
        """Multiply-accumulates of one image, from the sizes of all products in TensorFlow's graph."""
        shape = tf.TensorSpec((1, *self.model.input_shape[1:]))
        function = tf.function(lambda images: self.model(images, training=False))
        return _macs(function.get_concrete_function(shape).graph)


def _macs(graph):
    total = 0
    for op in graph.get_operations():
        if op.type in _PRODUCTS:
            total += _PRODUCTS[op.type](op)
        elif op.type == "StatefulPartitionedCall":  # Keras compiles convolutions with groups
            total += _macs(graph._get_function(op.get_attr("f").name).graph)
    return total


def _log_odds(probabilities):
    logs = tf.math.log(probabilities)
    return logs[:, 0] - logs[:, 1]


def _window_products(op):
    kernel, output = op.inputs[1].shape, op.outputs[0].shape
    return output[1] * output[2] * kernel.num_elements()


def _matrix_products(op):
    return op.inputs[0].shape[-1] * op.outputs[0].shape.num_elements()


_PRODUCTS: dict[str, Any] = {
    "Conv2D": _window_products,
    "DepthwiseConv2dNative": _window_products,
    "MatMul": _matrix_products,
}
