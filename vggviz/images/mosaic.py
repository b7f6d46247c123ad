"""Arrangement of many maps in one array."""

from __future__ import annotations

import math

import numpy as np

from vggviz._shared import validation
from vggviz.images.tiles import columns_of, in_rows

MOST_CELLS = 500_000_000
"""Largest mosaic, two gigabytes. All maps of VGG16's first layer need three million cells."""


def mosaic(maps: np.ndarray, columns: int | None = None, gap: int = 1) -> np.ndarray:
    """Arrange maps as tiles of one array, row by row.

    Values are copied unscaled, so the tiles of one mosaic can be compared.

    Args:
        maps: (h, w, n), n maps as in a layer's output; or (h, w, 3, n), n colour tiles.
        columns: tiles in a row; None for the layout nearest to a square.
        gap: width of the gap between tiles, in cells.

    Returns:
        float32 (rows * (h + gap) - gap, columns * (w + gap) - gap), with a last axis of 3 for
        colour; NaN in the gaps and in empty places of the last row.

    Raises:
        ValueError: another shape, no maps, or an invalid or too large layout.
    """
    maps = validation.array("Maps", maps, "(h, w, n) or (h, w, 3, n)", (3, 4), "buif")  # NaN is allowed
    if maps.ndim == 4 and maps.shape[2] != 3:
        raise ValueError(f"Maps must have shape (h, w, n) or (h, w, 3, n); got {maps.shape}.")
    height, width, *colour, count = maps.shape
    gap = validation.whole("gap in cells", gap)
    columns = columns_of(count) if columns is None else validation.whole("number of columns", columns, 1)
    rows = math.ceil(count / columns)
    if rows * (height + gap) * columns * (width + gap) * math.prod(colour) > MOST_CELLS:
        raise ValueError(
            f"A mosaic has at most {MOST_CELLS:,} cells; {rows:,} rows and columns={columns} with gap={gap} "
            "make more."
        )
    tiles = np.full((rows * columns, height + gap, width + gap, *colour), np.nan, np.float32)
    tiles[:count, :height, :width] = np.moveaxis(maps, -1, 0)
    whole = in_rows(tiles, columns)
    return whole[: whole.shape[0] - gap, : whole.shape[1] - gap]
