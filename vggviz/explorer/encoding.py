"""Arrays as files that a page reads: sheets of thumbnails, and numbers packed with gzip."""

from __future__ import annotations

import gzip
import io
import math

import numpy as np
from PIL import Image
from skimage.transform import resize_local_mean

from vggviz.images.mosaic import mosaic

TILE = 56
"""Largest side of a thumbnail, in pixels."""
SMALLEST, LARGEST = 1e-3, 65504.0
"""Half precision holds numbers of this size to 1e-3 of the largest; others take single precision."""


def thumbnails(maps: np.ndarray) -> np.ndarray:
    """Maps made small by averaging; those that are small stay as they are.

    Args:
        maps: float (h, w, n).

    Returns:
        float32 (rows, columns, n), neither side larger than `TILE`, the proportions kept.
    """
    maps = np.asarray(maps, np.float32)
    height, width, count = maps.shape
    size = tile_of(height, width)
    return maps if size == (height, width) else resize_local_mean(maps, (*size, count), preserve_range=True)


def sheet(maps: np.ndarray, signed: bool = False) -> np.ndarray:
    """All maps of a layer as one grey picture, each in levels of its own largest |value|.

    Args:
        maps: float (h, w, n), not yet made small.
        signed: 128 is zero, 1 and 255 are the largest |value|; else 0 is zero and 255 the largest value.

    Returns:
        uint8, the thumbnails row by row without gaps, `columns_of(n)` in a row.
    """
    largest = np.abs(maps).max(axis=(0, 1))
    share = thumbnails(maps) / np.where(largest > 0, largest, 1)
    levels = 128 + 127 * share if signed else 255 * share
    whole = mosaic(levels, columns_of(maps.shape[-1]), gap=0)
    return np.nan_to_num(whole, nan=0).round().clip(0, 255).astype(np.uint8)


def tile_of(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of a thumbnail of a map of that size."""
    share = min(1.0, TILE / max(height, width))
    return max(1, round(height * share)), max(1, round(width * share))


def columns_of(count: int) -> int:
    """Thumbnails in a row of a sheet of `count`: the layout nearest to a square."""
    return math.ceil(math.sqrt(count))


def png(levels: np.ndarray) -> bytes:
    """Uint8 (h, w) grey or (h, w, 3) RGB as a PNG file."""
    stream = io.BytesIO()
    Image.fromarray(levels).save(stream, "PNG")
    return stream.getvalue()


def pack(values: np.ndarray) -> bytes:
    """Numbers in the order of the array, little-endian, packed with gzip; the same bytes each time.

    Half precision where it holds the array to 1e-3 of its largest |value|, else single.
    """
    largest = float(np.abs(values).max(initial=0))
    fits = largest == 0 or SMALLEST <= largest <= LARGEST
    return pack_exactly(values, "<f2" if fits else "<f4")


def pack_exactly(values: np.ndarray, dtype: str = "<f4") -> bytes:
    """Numbers in the order of the array, as `dtype`, packed with gzip; the same bytes each time."""
    return gzip.compress(np.ascontiguousarray(values, dtype).tobytes(), 6, mtime=0)
