"""Kernels of convolutions as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend
from vggviz.models.graph import conv_layers, find_step

if TYPE_CHECKING:
    import keras


def filters(model: keras.Model, layer: str) -> np.ndarray:
    """Kernels of a convolution, unscaled.

    Args:
        model: any Keras model; the layer may be in a nested one.
        layer: the convolution's name.

    Returns:
        float32 (kh, kw, in, out), where ``[..., k]`` is the kernel of filter k. A filter of a depthwise
        convolution reads one channel; that of a separable one is the product of its two steps.

    Raises:
        ValueError: unknown layer, or one without two-dimensional kernels.
    """
    core = find_step(model, layer).core
    kernel = _kernel(core)
    if kernel is None or kernel.ndim != 4:
        raise ValueError(f"The layer {layer!r} has no two-dimensional kernels; name a convolution.")
    return kernel.astype(np.float32, copy=False)


def _kernel(layer: Any) -> np.ndarray | None:
    """A layer's kernel with axes (kh, kw, in, out); None if it has none."""
    layers = backend.keras().layers
    if isinstance(layer, layers.SeparableConv2D):
        depthwise, pointwise = np.asarray(layer.depthwise_kernel), np.asarray(layer.pointwise_kernel)
        return np.einsum("hwim,imo->hwio", depthwise, pointwise.reshape(*depthwise.shape[2:], -1))
    if getattr(layer, "kernel", None) is None:
        return None
    kernel = np.asarray(layer.kernel)
    if isinstance(layer, layers.DepthwiseConv2D):  # each filter reads one channel
        return kernel.reshape(*kernel.shape[:2], 1, -1)
    return kernel.swapaxes(2, 3) if isinstance(layer, layers.Conv2DTranspose) else kernel


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
