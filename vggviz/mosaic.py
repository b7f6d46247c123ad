"""Many small maps laid out as one array."""

from __future__ import annotations

import math

import numpy as np


def mosaic(maps: np.ndarray, columns: int | None = None, gap: int = 1) -> np.ndarray:
    """Lay maps out in rows, left to right, top to bottom.

    Values are copied as they are, so two tiles of one mosaic can be compared.

    Args:
        maps: (h, w, n), n maps as a layer returns them; or (h, w, 3, n), n tiles in colour.
        columns: tiles in a row; None takes the layout nearest to a square.
        gap: cells between two tiles.

    Returns:
        float32 (rows * (h + gap) - gap, columns * (w + gap) - gap), with a last axis of 3 for
        colour; NaN in the gaps and where the last row has no tile.

    Raises:
        ValueError: another shape, no map at all, or a layout that cannot be.
    """
    maps = np.asarray(maps)
    if maps.ndim not in (3, 4) or 0 in maps.shape or (maps.ndim == 4 and maps.shape[2] != 3):
        raise ValueError(f"Maps must have shape (h, w, n) or (h, w, 3, n); got {maps.shape}.")
    columns = math.ceil(math.sqrt(maps.shape[-1])) if columns is None else columns
    if columns < 1 or gap < 0:
        raise ValueError(f"A mosaic needs columns >= 1 and gap >= 0; got columns={columns}, gap={gap}.")
    height, width, *colour, count = maps.shape
    rows = math.ceil(count / columns)
    tiles = np.full((rows * columns, height + gap, width + gap, *colour), np.nan, np.float32)
    tiles[:count, :height, :width] = np.moveaxis(maps, -1, 0)
    grid = tiles.reshape(rows, columns, height + gap, width + gap, *colour).swapaxes(1, 2)
    whole = grid.reshape(rows * (height + gap), columns * (width + gap), *colour)
    return whole[: whole.shape[0] - gap, : whole.shape[1] - gap]
