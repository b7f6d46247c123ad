"""What each of VGG16's channels prefers among Tiny ImageNet's 200 classes, from a table in the package."""

from __future__ import annotations

import functools
import io
import math

import numpy as np

from vggviz._shared import package_data, validation
from vggviz.models.graph import check_name

TABLE = "preferred_classes.npz"


def preferred_classes(layer: str, channel: int, top: int = 5) -> list[tuple[str, float]]:
    """The classes of Tiny ImageNet that a channel of VGG16 with ImageNet's weights answers to most.

    Measured on 300 training images of each class (64 x 64 pixels, enlarged to 224): the mean over a
    class's images of the channel's mean activation, minus that over all other images, in units of
    the standard deviation within a class (pooled over the classes). What is none of the 200 classes
    cannot appear, whatever the channel makes of it. `effect_size_error` says how sure a value is.

    Args:
        layer: a convolution, "block1_conv1" to "block5_conv3".
        channel: its number in the layer, from 0.
        top: how many classes.

    Returns:
        [(name, effect size)], largest first.

    Raises:
        ValueError: an unknown layer (close matches are named), or no such channel or number of classes.
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
    """Standard error of an effect size, were the spread the same in all classes.

    Hedges and Olkin, "Statistical Methods for Meta-Analysis", 1985, chapter 5: the square root of
    (m + n) / (m n) + d**2 / (2 (m + n)). A class that a channel answers to often spreads more than the
    others; the error is then larger by up to that factor, on which the model card has numbers.

    Args:
        effect_size: d, as `preferred_classes` gives it.
        images: m, of the class; None is that of the table in the package.
        others: n, of all other classes; None is that of the table in the package.

    Raises:
        ValueError: a value that is no number, or no image.
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
