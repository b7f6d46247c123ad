"""VGG16's convolutions with batch normalisation, as they are while they learn."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from vggviz.images import preprocess

BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
"""Channels and convolutions of each block: configuration D of Simonyan and Zisserman, 2015."""
SPREAD = 58.0
"""About the standard deviation of a picture's levels: the input is divided by it while training."""


def build(classes: int) -> keras.Model:
    """The network to be trained; it reads what Keras' own preprocessing gives, at any size.

    Args:
        classes: how many to tell apart.

    Returns:
        A model from (N, H, W, 3) to logits (N, classes).
    """
    inputs = keras.Input((None, None, 3))
    maps = layers.Rescaling(1 / SPREAD, name="scale")(inputs)
    for block, (channels, count) in enumerate(BLOCKS, start=1):
        for number in range(1, count + 1):
            maps = _convolution(maps, channels, f"block{block}_conv{number}")
        maps = layers.MaxPooling2D(2, name=f"block{block}_pool")(maps)
    pooled = layers.GlobalAveragePooling2D(name="pooled")(maps)
    return keras.Model(inputs, layers.Dense(classes, dtype="float32", name="logits")(pooled))


class JointNormalization(layers.BatchNormalization):
    """Batch normalisation of maps of several sizes with one mean and variance for all of them.

    A batch of one size is normalised by that size's own statistics, and a network that learns from
    such batches in turn is lost without them: the mean of its statistics over the sizes fits none.
    Each picture counts alike, however large. Given one array, this is Keras' own layer.
    """

    def build(self, input_shape: Any) -> None:
        """As Keras' own, and open to lists."""
        super().build(input_shape)
        self.input_spec = None

    def call(self, maps: Any, training: bool | None = None) -> Any:
        """Normalise one array (N, H, W, C), or each of a list of them, jointly while training."""
        if not isinstance(maps, list):
            return super().call(maps, training=training)
        if not training:
            return [super(JointNormalization, self).call(part, training=False) for part in maps]
        exact = [ops.cast(part, "float32") for part in maps]
        mean, variance = _joint_moments(exact)
        for running, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            running.assign(running * self.momentum + now * (1 - self.momentum))
        normalised = [
            ops.batch_normalization(part, mean, variance, -1, self.beta, self.gamma, self.epsilon)
            for part in exact
        ]
        return [ops.cast(part, self.compute_dtype) for part in normalised]


def _joint_moments(maps: list[Any]) -> tuple[Any, Any]:
    """Mean and variance of each channel; each picture counts alike, so each array by its pictures."""
    counts = [ops.cast(ops.shape(part)[0], "float32") for part in maps]
    weights = [count / sum(counts) for count in counts]
    moments = [ops.moments(part, axes=(0, 1, 2)) for part in maps]
    mean = sum(w * m for w, (m, _) in zip(weights, moments, strict=True))
    spread = (w * (v + ops.square(m - mean)) for w, (m, v) in zip(weights, moments, strict=True))
    return mean, sum(spread)


class Together(keras.Model):
    """The same network over pictures of several sizes at once; it shares the weights of `model`.

    From a list of arrays (n, h, w, 3), each of its own size, to the logits of all their pictures, one
    array after the other.
    """

    def __init__(self, model: keras.Model) -> None:
        super().__init__()
        self.model = model

    def call(self, parts: list[Any], training: bool | None = None) -> Any:
        """Layer by layer, so that each normalisation sees the maps of all sizes."""
        for layer in self.model.layers[1:]:
            if isinstance(layer, JointNormalization):
                parts = layer(parts, training=training)
            else:
                parts = [layer(part) for part in parts]
        return ops.concatenate(parts)


def single_precision(model: keras.Model) -> keras.Model:
    """The same network and weights, computing in float32 throughout: what is measured and folded."""
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        exact = build(model.output_shape[-1])
    finally:
        keras.config.set_dtype_policy(policy)
    exact.set_weights(model.get_weights())
    return exact


def convolutions(model: keras.Model) -> list[str]:
    """Names of the convolutions, in the order they run."""
    return [layer.name for layer in model.layers if isinstance(layer, layers.Conv2D)]


def batch_of(images: np.ndarray, size: int) -> np.ndarray:
    """Pictures (N, h, w, 3) of levels as the network reads them, resized to `size` pixels."""
    batch = preprocess(images)
    if batch.shape[1] == size:
        return batch
    return keras.ops.image.resize(batch, (size, size), antialias=batch.shape[1] > size)


def _convolution(maps: keras.KerasTensor, channels: int, name: str) -> keras.KerasTensor:
    # Normalisation makes a kernel's scale irrelevant, and a large one turns slowly. Photographs' first
    # kernels must turn far from their random start to be seen as learned, so they start small.
    start = keras.initializers.RandomNormal(stddev=0.03) if name == "block1_conv1" else "he_normal"
    convolve = layers.Conv2D(channels, 3, padding="same", use_bias=False, kernel_initializer=start, name=name)
    maps = convolve(maps)
    maps = JointNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_norm")(maps)
    return layers.ReLU(name=f"{name}_relu")(maps)
