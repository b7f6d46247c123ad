"""Kernels of convolutions as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vggviz.models.graph import conv_layers, find_step

if TYPE_CHECKING:
    import keras


def filters(model: keras.Model, layer: str) -> np.ndarray:
    """Kernels of a convolution, unscaled.

    Args:
        model: any Keras model; the layer may be in a nested one.
        layer: the convolution's name.

    Returns:
        float32 (kh, kw, in, out), where ``[..., k]`` is the kernel of filter k.

    Raises:
        ValueError: unknown layer, or one without two-dimensional kernels.
    """
    kernel = getattr(find_step(model, layer).layer, "kernel", None)
    if kernel is None or len(kernel.shape) != 4:
        raise ValueError(f"The layer {layer!r} has no two-dimensional kernels; name a convolution.")
    return np.asarray(kernel, dtype=np.float32)


def filters_rgb(model: keras.Model) -> np.ndarray:
    """Kernels of the first convolution of a network with BGR input, with the colour axis in RGB order.

    Args:
        model: any Keras model whose input is BGR, such as Keras' VGG16.

    Returns:
        float32 (kh, kw, 3, out), RGB, neither shifted nor scaled.

    Raises:
        ValueError: the first convolution does not have three input channels.
    """
    first = conv_layers(model)[0]
    kernels = filters(model, first)
    if kernels.shape[2] != 3:
        raise ValueError(
            f"The first convolution {first!r} reads {kernels.shape[2]} channels; only 3 have colours."
        )
    return kernels[:, :, ::-1]
