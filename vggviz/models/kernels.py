"""Kernels of convolutions as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend, validation
from vggviz.models.graph import conv_layers, find_step, symbolic_calls, unfold
from vggviz.models.parts import linear_copy

if TYPE_CHECKING:
    import keras

ORDERS = {"bgr": (2, 1, 0), "rgb": (0, 1, 2)}
"""Places of red, green and blue in a model's input."""
MAX_LIT = 16
"""Most channels of an image that are lit one by one."""


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
    step = find_step(model, layer)
    core = step.core
    if step.is_a("SeparableConv2D"):
        depthwise, pointwise = np.asarray(core.depthwise_kernel), np.asarray(core.pointwise_kernel)
        kernel = np.einsum("hwim,imo->hwio", depthwise, pointwise.reshape(*depthwise.shape[2:], -1))
    else:
        kernel = np.asarray(getattr(core, "kernel", None))
    if kernel.ndim != 4:
        raise ValueError(f"The layer {layer!r} has no two-dimensional kernels; name a convolution.")
    if step.is_a("DepthwiseConv2D"):  # each filter reads one channel
        kernel = kernel.reshape(*kernel.shape[:2], 1, -1)
    if step.is_a("Conv2DTranspose"):
        kernel = kernel.swapaxes(2, 3)
    return kernel.astype(np.float32, copy=False)


def kernel_of_dense(layer: Any) -> np.ndarray:
    """Kernel (in, out) of a Keras Dense layer, float32; of a quantised one, what it makes of each input."""
    kernel = np.asarray(layer.kernel, np.float32)
    if not layer.quantization_mode:
        return kernel
    one_by_one = np.eye(len(kernel) + 1, len(kernel), dtype=np.float32)  # and none, which gives the bias
    *sums, bias = np.asarray(linear_copy(layer)(one_by_one), np.float32)
    return np.stack(sums) - bias


def filters_rgb(model: keras.Model, layer: str | None = None, *, order: str = "bgr") -> np.ndarray:
    """Kernels of a convolution that reads the image, with the colour axis in RGB order.

    Args:
        model: any Keras model.
        layer: the convolution's name; None is the first.
        order: "bgr" or "rgb", the order of the colours in the model's input: "bgr" for Keras' VGG16. Layers
            before the convolution that exchange colours are taken into account.

    Returns:
        float32 (kh, kw, 3, out), RGB, neither shifted nor scaled.

    Raises:
        ValueError: an unknown layer or order, or a convolution that does not read the 3 colours of an image.
    """
    layer = conv_layers(model)[0] if layer is None else layer
    colours = validation.one_of("order of the colours", order, ORDERS)
    kernels = filters(model, layer)
    channels = image_channels(model, layer)
    if channels is None or len(channels) != 3 or kernels.shape[2] != 3:
        raise ValueError(
            f"The convolution {layer!r} reads {kernels.shape[2]} channels, which are not the 3 colours of "
            f"one image; take filters(model, {layer!r})."
        )
    return kernels[:, :, [channels.index(index) for index in ORDERS[colours]]]


def image_channels(model: keras.Model, layer: str) -> tuple[int, ...] | None:
    """The channel of the image that each input channel of a layer is made from.

    Images with one channel lit show what the layers before it do to the colours.

    Returns:
        (0, 1, 2) for a layer that reads an RGB or BGR image itself; None for a layer that reads
        anything else, such as feature maps, which mix the image's channels.
    """
    network, (source, *others) = unfold(model), find_step(model, layer).inputs
    read = {id(tensor) for step in network.steps_to([source]).values() for tensor in step.inputs}
    image, *further = (tensor for tensor in network.inputs if tensor is source or id(tensor) in read)
    count = source.shape[-1]
    if others or further or len(image.shape) != 4 or image.shape[-1] != count:
        return None
    if source is image:
        return tuple(range(count))
    if count > MAX_LIT:
        return None
    lit = np.zeros((1 + count, *(side or 32 for side in image.shape[1:3]), count), image.dtype)
    lit[range(1, 1 + count), ..., range(count)] = 1
    with symbolic_calls:
        before = backend.keras().Model(image, source)
    dark, *values = np.asarray(before(lit, training=False), np.float64)
    changes = np.mean(np.stack(values) - dark, axis=(1, 2))
    share = changes / np.abs(changes).max(axis=0).clip(1e-30)
    order = share.argmax(axis=0).tolist()
    is_order = sorted(order) == list(range(count)) and np.allclose(share, np.eye(count)[order].T, atol=1e-3)
    return tuple(order) if is_order else None
