"""Images of one size side by side in a single picture, and back."""

from __future__ import annotations

import math

import numpy as np


def tiled(images: np.ndarray) -> np.ndarray:
    """Put images side by side, row by row, in about as many rows as columns.

    Args:
        images: uint8 (N, H, W, 3).

    Returns:
        uint8 (rows * H, columns * W, 3); places without an image are black.
    """
    count, height, width, colours = images.shape
    columns = columns_of(count)
    rows = -(-count // columns)
    places = np.zeros((rows * columns, height, width, colours), images.dtype)
    places[:count] = images
    grid = places.reshape(rows, columns, height, width, colours).swapaxes(1, 2)
    return grid.reshape(rows * height, columns * width, colours)


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
