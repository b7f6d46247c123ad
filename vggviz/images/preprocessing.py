"""Conversion between RGB images and VGG16's input: BGR, with the channel means subtracted."""

from __future__ import annotations

from typing import Any

import numpy as np

from vggviz._shared import validation

CHANNEL_MEANS = np.array([103.939, 116.779, 123.68], dtype=np.float32)
"""Means of blue, green and red over ImageNet's training images, in levels from 0 to 255."""


def preprocess(images: np.ndarray) -> np.ndarray:
    """Convert RGB images to VGG16's input: BGR, with the channel means subtracted.

    Like `keras.applications.vgg16.preprocess_input`, but never changes its argument.

    Args:
        images: (H, W, 3) or (N, H, W, 3), RGB, levels 0 to 255.

    Returns:
        float32 (N, H, W, 3), BGR, from about -124 to 151.

    Raises:
        ValueError: another shape or dtype, NaN, or levels outside 0 to 255.
    """
    images = _as_batch(images)
    if not (images.min() >= 0 and images.max() <= 255):  # written so that NaN is refused, too
        raise ValueError(f"Images must have levels from 0 to 255; got {images.min():g} to {images.max():g}.")
    return as_vgg16_reads(images.astype(np.float32))


def as_vgg16_reads(levels: Any) -> Any:
    """`preprocess` without validation, for arrays and tensors; differentiable.

    Args:
        levels: float32 (N, H, W, 3), RGB, 0 to 255, array or tensor.

    Returns:
        float32 (N, H, W, 3), of the same type, BGR, with the channel means subtracted.
    """
    return levels[..., ::-1] - CHANNEL_MEANS


def deprocess(batch: np.ndarray) -> np.ndarray:
    """Convert a batch as returned by `preprocess` to RGB images, rounded and clipped to 0 to 255.

    Args:
        batch: float (N, H, W, 3) or (H, W, 3), BGR, channel means subtracted.

    Returns:
        uint8 (N, H, W, 3), RGB.

    Raises:
        ValueError: another shape or dtype, or NaN.
    """
    levels = validation.finite("The batch's values", _as_batch(batch)) + CHANNEL_MEANS
    return np.rint(levels).clip(0, 255).astype(np.uint8)[..., ::-1]


def _as_batch(images: np.ndarray) -> np.ndarray:
    images = validation.array("Images", images, "(H, W, 3) or (N, H, W, 3)", (3, 4))
    if images.shape[-1] != 3:
        raise ValueError(f"Images must have shape (H, W, 3) or (N, H, W, 3); got {images.shape}.")
    return images if images.ndim == 4 else images[np.newaxis]
