"""Preferred classes of VGG16's channels among Tiny ImageNet's 200, from a table in the package."""

from __future__ import annotations

import functools
import io
import math

import numpy as np

from vggviz._shared import package_data, validation
from vggviz.models.graph import check_name

TABLE = "preferred_classes.npz"


def preferred_classes(layer: str, channel: int, top: int = 5) -> list[tuple[str, float]]:
    """Classes of Tiny ImageNet that activate a channel of VGG16 with ImageNet's weights most.

    The effect size of a class is the mean of the channel's mean activation over images of the class,
    minus that over all other images, divided by the standard deviation within a class (pooled over
    the classes). It was measured on 300 training images of each class (64 x 64 pixels, enlarged to
    224). See `effect_size_error` for its standard error.

    Args:
        layer: name of a convolution, "block1_conv1" to "block5_conv3".
        channel: index of the channel, from 0.
        top: number of classes.

    Returns:
        [(label, effect size)], largest first.

    Raises:
        ValueError: unknown layer (the message lists close matches), channel or number out of range.
    """
    sizes, starts, _ = _table()
    check_name(layer, starts)
    first, count = starts[layer]
    channel = validation.whole(f"channel of {layer!r}", channel, 0, count - 1)
    top = validation.whole("number of classes (top)", top, 1, sizes.shape[1])
    row = sizes[first + channel].astype(np.float64)
    _, labels = package_data.classes(package_data.LINEAR_CLASSES)
    return [(labels[k], float(row[k])) for k in np.argsort(-row, kind="stable")[:top]]


def effect_size_error(effect_size: float, images: int | None = None, others: int | None = None) -> float:
    """Standard error of an effect size, assuming equal variances in all classes.

    Hedges and Olkin, "Statistical Methods for Meta-Analysis", 1985, chapter 5: the square root of
    (m + n) / (m n) + d**2 / (2 (m + n)). The standard deviation of a preferred class is often larger
    than that of the others; the error is then larger by up to the ratio, which the model card reports.

    Args:
        effect_size: d, as returned by `preferred_classes`.
        images: m, number of images of the class; None for that of the package's table.
        others: n, number of images of all other classes; None for that of the package's table.

    Returns:
        The standard error, in the unit of the effect size.

    Raises:
        ValueError: an effect size that is not finite, or numbers of images below 1.
    """
    each, classes = _table()[2], _table()[0].shape[1]
    m = validation.whole("number of images", each if images is None else images, 1)
    n = validation.whole("number of other images", each * (classes - 1) if others is None else others, 1)
    d = validation.real("effect size", effect_size)
    return math.sqrt((m + n) / (m * n) + d**2 / (2 * (m + n)))


@functools.cache
def _table() -> tuple[np.ndarray, dict[str, tuple[int, int]], int]:
    """Effect sizes float16 (channels, classes), {layer: (first row, channels)}, images of each class."""
    with np.load(io.BytesIO(package_data.read(TABLE))) as arrays:
        counts = arrays["channels"].tolist()
        starts = (arrays["channels"].cumsum() - arrays["channels"]).tolist()
        rows = zip(arrays["layers"].tolist(), zip(starts, counts, strict=True), strict=True)
        return arrays["effect_sizes"], dict(rows), int(arrays["pictures"])
