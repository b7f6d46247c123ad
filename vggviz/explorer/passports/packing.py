"""Several arrays of the channels of a layer in one compressed file for the page."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping

import numpy as np

from vggviz.explorer import encoding

ALIGNED = 4
"""Bytes to a multiple of which each array begins, as typed arrays of JavaScript must."""
LEVEL = 9
CURVES = ("orientation", "frequency", "hue", "contrast", "curvature")
"""Tuning curves: of each the mean over phases, its spread, and that of the random network."""
SCALARS = (
    "preferred_orientation",
    "orientation_selectivity",
    "preferred_frequency",
    "frequency_bandwidth",
    "preferred_hue",
    "hue_selectivity",
    "contrast_half",
    "preferred_radius",
    "preferred_direction",
    "curvature_selectivity",
    "expanded_correlation",
    "cancellation",
    "zeros",
    "mean",
    "largest",
    "loss_next",
    "loss_answer",
)
NUMBERS = ("example_values", "class_shares", "class_effects")
INDEXES = (
    *("inputs", "input_count", "outputs", "class_outputs", "alike_by_kernel", "alike_by_response"),
    *("classes", "example_images", "example_rows", "example_columns"),
)
SHARES = ("input_shares", "output_shares", "alike_by_kernel_cosine", "alike_by_response_cosine")
SMALL = ("family", "family_of_halves")
STEPS = 10_000
"""Steps of a share from 0 to 1: 16 bits hold it to four decimals."""


COARSE = 63
"""Steps of spreads and controls, which are seen beside a curve: fewer, so that the file is smaller."""


def pack(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Encode what the page shows of a layer's arrays; others are left out.

    Args:
        arrays: {name: (c, ...)}, as in `vggviz.channel_atlas`.

    Returns:
        gzip of: the length of the header in bytes, uint32 little-endian; the header, JSON
        {name: [type, shape, begin]}, `begin` counted from its end; the arrays in C order.
    """
    header, body = {}, b""
    for name, array in encoded(arrays):
        header[name] = [array.dtype.str[1:], list(array.shape), len(body)]
        content = array.tobytes()
        body += content + b"\0" * (-len(content) % ALIGNED)
    text = encoding.compact_json(header)
    text += b" " * (-len(text) % ALIGNED)
    return gzip.compress(np.uint32(len(text)).astype("<u4").tobytes() + text + body, LEVEL, mtime=0)


def encoded(arrays: Mapping[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield (name, array) in the types of the file, in a constant order.

    Curves become uint8: their share of the channel's largest mean response, 255 for all of it; in `COARSE`
    steps those of the random network, and the spreads. Shares and
    cosines become int16, in steps of 1 / `STEPS`.
    """
    for name in CURVES:
        if name in arrays:
            yield from _curve(name, arrays)
    for names, dtype in ((SCALARS + NUMBERS, "<f4"), (INDEXES, "<i2"), (SMALL, "u1")):
        for name in names:
            if name in arrays:
                yield name, np.asarray(arrays[name]).astype(dtype)
    for name in SHARES:
        if name in arrays:
            yield name, np.rint(np.nan_to_num(arrays[name]) * STEPS).clip(-32768, 32767).astype("<i2")


def _curve(name: str, arrays: Mapping[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray]]:
    for mean, spread in ((name, f"{name}_spread"), (f"{name}_random", "")):
        if mean not in arrays:
            continue
        values = np.nan_to_num(np.asarray(arrays[mean], np.float32))
        axes = tuple(range(1, values.ndim))
        largest = values.max(axis=axes, keepdims=True)
        unit = np.where(largest > 0, largest, 1)
        yield mean, _levels(values / unit, COARSE if mean != name else 255)
        if spread in arrays:
            yield spread, _levels(np.nan_to_num(np.asarray(arrays[spread], np.float32)) / unit, COARSE)


def _levels(shares: np.ndarray, steps: int) -> np.ndarray:
    return np.rint(255 / steps * np.rint(steps * shares.clip(0, 1))).astype(np.uint8)
