"""Arrays in fewer bytes: half precision, and levels from -127 to 127 for curves and expanded weights."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vggviz.passports.passport import LOW_CORRELATION

SCALE = ".scale"
"""End of the name of the array of scales, (c,), by which the levels of each channel are multiplied."""
LEVELS, NOT_A_NUMBER = 127, -128
LARGEST_HALF = 65504
"""Largest number in half precision; arrays with larger ones are kept."""
FEW = 9
"""Values of a channel that are kept in half precision; more become levels."""

Arrays = Mapping[str, np.ndarray]


def packed(arrays: Arrays) -> dict[str, np.ndarray]:
    """Arrays in fewer bytes, rounded: see `unpacked`.

    Numbers are rounded to half precision, and where a channel has more than `FEW` to 1/254 of the channel's
    largest absolute value. Whole numbers stay what they are.
    """
    found: dict[str, np.ndarray] = {}
    for name, array in arrays.items():
        if array.dtype.kind != "f":
            found[name] = _small(array)
        elif array[0].size > FEW:
            found |= _levels(name, array)
        else:
            finite = np.abs(array[np.isfinite(array)])
            found[name] = array.astype(np.float16) if finite.max(initial=0) < LARGEST_HALF else array
    return found


def without_little(arrays: Arrays) -> dict[str, np.ndarray]:
    """The arrays without those that no table has; expanded weights that predict little become NaN."""
    found = {name: array for name, array in arrays.items() if not name.endswith("_spread_random")}
    if "expanded" in found:
        predicts = found["expanded_correlation"] >= LOW_CORRELATION
        found["expanded"] = np.where(predicts[:, None, None, None], found["expanded"], np.nan)
    return found


def unpacked(arrays: Arrays) -> dict[str, np.ndarray]:
    """The arrays that `packed` was given, up to rounding; others as they are."""
    found = {}
    for name, array in arrays.items():
        if f"{name}{SCALE}" in arrays:
            scale = arrays[f"{name}{SCALE}"].reshape(-1, *[1] * (array.ndim - 1))
            found[name] = np.where(array == NOT_A_NUMBER, np.float32(np.nan), array * scale)
        elif not name.endswith(SCALE):
            found[name] = array
    return found


def _small(array: np.ndarray) -> np.ndarray:
    """Whole numbers in the smallest type that holds them; text as it is."""
    if array.dtype.kind != "i":
        return array
    kinds = (np.int8, np.int16, np.int32, np.int64)
    fits = (kind for kind in kinds if np.iinfo(kind).min <= array.min() and array.max() <= np.iinfo(kind).max)
    return array.astype(next(fits))


def _levels(name: str, array: np.ndarray) -> dict[str, np.ndarray]:
    values = array.astype(np.float32)
    flat = np.abs(values).reshape(len(values), -1)
    largest = np.where(np.isnan(flat), 0, flat).max(axis=1)
    scale = np.where(largest > 0, largest / LEVELS, 1).astype(np.float32)
    levels = np.rint(values / scale.reshape(-1, *[1] * (values.ndim - 1)))
    codes = np.where(np.isnan(levels), NOT_A_NUMBER, levels).astype(np.int8)
    return {name: codes, f"{name}{SCALE}": scale}
