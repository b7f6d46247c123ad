"""From the trained network to plain VGG16: normalisation and scaling become kernels and biases."""

from __future__ import annotations

from pathlib import Path

import h5py
import keras
import numpy as np

from training.network import BLOCKS, SPREAD, convolutions
from vggviz.files import atomic_path

Weights = dict[str, tuple[np.ndarray, np.ndarray]]


def fold(model: keras.Model) -> Weights:
    """{convolution: (kernel, bias)} that give the same numbers without normalisation or scaling.

    With s = gamma / sqrt(variance + epsilon), the kernel becomes W s, and the bias
    beta - mean s (Jacob et al., 2018, section 3.2); the first kernel is divided by the input's
    spread besides.
    """
    folded = {}
    for number, name in enumerate(convolutions(model)):
        norm = model.get_layer(f"{name}_norm")
        gamma, beta, mean, variance = (np.asarray(w, np.float64) for w in norm.get_weights())
        scale = gamma / np.sqrt(variance + norm.epsilon)
        kernel = np.asarray(model.get_layer(name).get_weights()[0], np.float64) * scale
        folded[name] = (kernel / (SPREAD if number == 0 else 1), beta - mean * scale)
    return folded


def on_grid(weights: Weights, bits: int = 8) -> Weights:
    """Round each kernel to a grid of 2^bits values, its step a power of two for each output channel.

    Such numbers are exact in half precision, and are the network: there is no error to speak of
    when they are read as 8-bit weights.
    """
    rounded = {}
    for name, (kernel, bias) in weights.items():
        largest = np.abs(kernel).max(axis=(0, 1, 2))
        step = 2.0 ** np.ceil(np.log2(np.maximum(largest / (2 ** (bits - 1) - 1), 1e-30)))
        rounded[name] = (np.round(kernel / step) * step, bias)
    return rounded


def plain_model(weights: Weights, kernel: np.ndarray, bias: np.ndarray) -> keras.Model:
    """Keras' own VGG16 with these weights, at any picture size, and a linear head.

    Args:
        weights: {convolution: (kernel, bias)}.
        kernel: (512, classes), of the head.
        bias: (classes,).

    Returns:
        A model from (N, H, W, 3) to logits (N, classes).
    """
    vgg16 = keras.applications.VGG16(weights=None, include_top=False, input_shape=(None, None, 3))
    for name, values in weights.items():
        vgg16.get_layer(name).set_weights(values)
    pooled = keras.layers.GlobalAveragePooling2D(name="pooled")(vgg16.output)
    logits = keras.layers.Dense(len(bias), name="logits")
    model = keras.Model(vgg16.input, logits(pooled))
    logits.set_weights([kernel, bias])
    return model


def random_weights(seed: int) -> Weights:
    """He initialisation in the same form: the control."""
    keras.utils.set_random_seed(seed)
    he, channels, drawn = keras.initializers.HeNormal(), 3, {}
    for block, (outputs, count) in enumerate(BLOCKS, start=1):
        for number in range(1, count + 1):
            kernel = np.asarray(he((3, 3, channels, outputs)), np.float64)
            drawn[f"block{block}_conv{number}"] = (kernel, np.zeros(outputs))
            channels = outputs
    return drawn


def write(weights: Weights, path: Path) -> None:
    """Write the layout of Keras' own file without the top, in half precision, shuffled and deflated."""
    with atomic_path(path) as beside, h5py.File(beside, "w") as file:
        names = ["input_1", *_layer_names()]
        file.attrs["layer_names"] = np.array([name.encode() for name in names])
        file.attrs["backend"] = b"tensorflow"
        file.attrs["keras_version"] = b"3"
        for name in names:
            group = file.create_group(name)
            entries = [f"{name}/kernel", f"{name}/bias"] if name in weights else []
            group.attrs["weight_names"] = np.array([entry.encode() for entry in entries], dtype="S64")
            for entry, values in zip(entries, weights.get(name, ()), strict=True):
                group.create_dataset(
                    entry,
                    data=values.astype(np.float16),
                    compression="gzip",
                    compression_opts=9,
                    shuffle=True,
                )


def _layer_names() -> list[str]:
    return [
        f"block{block}_{part}"
        for block, (_, count) in enumerate(BLOCKS, start=1)
        for part in [*(f"conv{number}" for number in range(1, count + 1)), "pool"]
    ]
