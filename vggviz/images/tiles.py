"""Images of one size side by side in a single picture, and back."""

from __future__ import annotations

import math

import numpy as np


def tiled(images: np.ndarray) -> np.ndarray:
    """Put images side by side, row by row, in about as many rows as columns.

    Args:
        images: (N, H, W), or (N, H, W, 3) in colour.

    Returns:
        The same dtype, (rows * H, columns * W) or (rows * H, columns * W, 3) for `columns_of(N)` columns;
        places without an image are zero.
    """
    count, columns = len(images), columns_of(len(images))
    places = np.zeros((-(-count // columns) * columns, *images.shape[1:]), images.dtype)
    places[:count] = images
    return in_rows(places, columns)


def in_rows(tiles: np.ndarray, columns: int) -> np.ndarray:
    """Tiles (rows * columns, H, W, ...) as one array (rows * H, columns * W, ...), row by row."""
    rows, (height, width, *colour) = len(tiles) // columns, tiles.shape[1:]
    grid = tiles.reshape(rows, columns, height, width, *colour).swapaxes(1, 2)
    return grid.reshape(rows * height, columns * width, *colour)


def untiled(sheet: np.ndarray, count: int) -> np.ndarray:
    """The images that `tiled` put side by side.

    Args:
        sheet: uint8 (rows * H, columns * W, 3).
        count: number of images.

    Returns:
        uint8 (count, H, W, 3).

    Raises:
        ValueError: a sheet whose height or width is no multiple of the number of its rows or columns.
    """
    columns = columns_of(count)
    rows = -(-count // columns)
    if sheet.shape[0] % rows or sheet.shape[1] % columns:
        raise ValueError(
            f"A sheet of {count} images has {rows} rows and {columns} columns; "
            f"got {sheet.shape[0]} x {sheet.shape[1]} pixels."
        )
    height, width = sheet.shape[0] // rows, sheet.shape[1] // columns
    grid = sheet.reshape(rows, height, columns, width, sheet.shape[2]).swapaxes(1, 2)
    return grid.reshape(rows * columns, height, width, sheet.shape[2])[:count]


def columns_of(count: int) -> int:
    """Number of columns of a sheet of so many images: the square root, rounded up."""
    return math.isqrt(max(count - 1, 0)) + 1
