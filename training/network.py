"""VGG16's convolutions with batch normalisation, as they are while they learn."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

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
    maps = layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_norm")(maps)
    return layers.ReLU(name=f"{name}_relu")(maps)
