"""VGG16 with given weights, for Keras 2 and 3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.peers.material import BLOCKS


def vgg16(
    keras: Any,
    weights: Mapping[str, Sequence[np.ndarray]],
    *,
    size: int = 224,
    classes: bool = False,
    activation: str | None = "softmax",
) -> Any:
    """Build VGG16 with Keras' names of the layers.

    Args:
        keras: `keras`, `tf_keras` or `tensorflow.keras`.
        weights: {layer: kernel and bias}.
        size: side of the image in pixels.
        classes: whether to add a classifier: global average pooling and a dense layer.
        activation: activation of the classifier.
    """
    layers = keras.layers
    x = inputs = keras.Input((size, size, 3))
    for block, (depth, channels) in enumerate(BLOCKS, 1):
        for k in range(1, depth + 1):
            name = f"block{block}_conv{k}"
            x = layers.Conv2D(channels, 3, padding="same", activation="relu", name=name)(x)
        x = layers.MaxPooling2D(2, name=f"block{block}_pool")(x)
    if classes:
        x = layers.GlobalAveragePooling2D(name="mean")(x)
        x = layers.Dense(len(weights["predictions"][1]), activation=activation, name="predictions")(x)
    model = keras.Model(inputs, x)
    for layer in model.layers:
        if layer.weights:
            layer.set_weights(weights[layer.name])
    return model
