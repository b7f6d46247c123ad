"""A model's kernels as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vggviz.models.graph import conv_layers, find_step

if TYPE_CHECKING:
    import keras


def filters(model: keras.Model, layer: str) -> np.ndarray:
    """The kernels of a convolution, as they are.

    Args:
        model: any Keras model; the layer may lie in a nested one.
        layer: the convolution's name.

    Returns:
        float32 (kh, kw, in, out), where ``[..., k]`` is the kernel of filter k.

    Raises:
        ValueError: there is no such layer, or it has no kernel of four axes.
    """
    kernel = getattr(find_step(model, layer).layer, "kernel", None)
    if kernel is None or len(kernel.shape) != 4:
        raise ValueError(f"The layer {layer!r} has no two-dimensional kernels; name a convolution.")
    return np.asarray(kernel, dtype=np.float32)


def filters_rgb(model: keras.Model) -> np.ndarray:
    """The kernels of the first convolution in true colours, for a network that reads BGR.

    Keras' VGG16 reads blue, green, red; here the axis is turned to red, green, blue.

    Returns:
        float32 (kh, kw, 3, out), the weights themselves, neither shifted nor scaled.

    Raises:
        ValueError: the model's first convolution does not read three channels.
    """
    first = conv_layers(model)[0]
    kernels = filters(model, first)
    if kernels.shape[2] != 3:
        raise ValueError(
            f"The first convolution {first!r} reads {kernels.shape[2]} channels; only 3 have colours."
        )
    return kernels[:, :, ::-1]
