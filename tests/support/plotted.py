"""What the tests of plots share: the content of axes and figures, and read-only arrays."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

DEAD = 3
"""Index of the dead channel of the fixtures `maps` and `linear`."""


def arrays_of(ax):
    """The arrays that an axes shows, NaN in gaps."""
    return [np.ma.filled(image.get_array().astype(float), np.nan) for image in ax.images]


def tile(whole, index, size, columns, gap=1):
    """The tile of an index in a mosaic of square tiles."""
    row, column = divmod(index, columns)
    top, left = row * (size + gap), column * (size + gap)
    return whole[top : top + size, left : left + size]


def text_of(figure):
    """All text in a figure."""
    from matplotlib.text import Text

    return " ".join(text.get_text() for text in figure.findobj(Text))


def read_only(array):
    """Make an array read-only, so that a plot that changes its arguments fails."""
    array.setflags(write=False)
    return array


def blank_share(picture):
    """Share of the rows of an encoded picture, bytes or a path, that are of the background's colour only."""
    with Image.open(io.BytesIO(picture) if isinstance(picture, bytes) else picture) as image:
        pixels = np.asarray(image.convert("RGB"))
    return float((pixels == pixels[0, 0]).all(axis=(1, 2)).mean())
