"""Sums without rounding: what is added up in parts, in any order, is the same number to the last bit."""

from __future__ import annotations

import itertools
import math

import numpy as np

UNIT = -1000
"""A sum is held as a whole number of 2 ** UNIT; every number that is taken, and its square, is one."""
LIMITS = (-400, 400)
"""Exponents of 2 between which numbers may lie. All of float32 do."""
BLOCK = 1 << 14
"""Numbers worked on at a time: they and what is made of them stay in the processor's cache."""
BITS = 42
"""Bits taken of each number in a round: with 1,024 of them a float64, of 53 bits, still adds exactly."""


def exact_sums(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sum of each column and the sum of its squares, without any rounding.

    Args:
        cells: float or integer (n, c); integers and wider floats are taken as float64.

    Returns:
        Two arrays of Python's whole numbers, object (c,), in units of 2 ** UNIT. They add up with +.

    Raises:
        ValueError: NaN, infinite values, or float64 beyond LIMITS; the text says what "they hold".
    """
    top = _top(cells)
    sums, squares = _Digits(cells.shape, top), _Digits(cells.shape, 2 * top)
    rows = max(1, min(1024, BLOCK // cells.shape[1]))
    wide = cells.dtype not in (np.float16, np.float32)
    for start in range(0, len(cells), rows):
        block = cells[start : start + rows].astype(np.float64)
        sums.add(block)
        for part in _squared(block, wide=wide):
            squares.add(part)
    return sums.total(), squares.total()


def rounded_mean(sums: np.ndarray, count: int) -> np.ndarray:
    """The mean of `count` numbers from their exact sums, each the nearest float64, float64 (c,)."""
    return np.array([total / (count << -UNIT) for total in sums])


def rounded_std(sums: np.ndarray, squares: np.ndarray, count: int) -> np.ndarray:
    """Their standard deviation: the root of the float64 that is nearest to the variance, float64 (c,)."""
    variances = [
        ((count * square << -UNIT) - total * total) / (count * count << -2 * UNIT)
        for total, square in zip(sums, squares, strict=True)
    ]
    return np.array([math.sqrt(variance) for variance in variances])


class _Digits:
    """Sums of columns in "digits" of BITS bits or fewer, so that int64 holds each of them exactly."""

    def __init__(self, shape: tuple[int, ...], top: int) -> None:
        """Of `shape` numbers at most, none of them beyond 2 ** top."""
        self.columns, self.top = shape[1], top
        self.bits = min(BITS, 62 - shape[0].bit_length())
        self.digits: list[np.ndarray] = []

    def add(self, rest: np.ndarray) -> None:
        """Add a block, float64 (n, c) with n up to 1,024: first the upper bits of each, then what is left."""
        for place in itertools.count():
            unit = self._unit(place)
            grid = 1.5 * 2.0 ** (52 + unit)  # a float64 this large has no room for bits below `unit`
            upper = rest + grid
            upper -= grid
            rest = rest - upper
            if place == len(self.digits):
                self.digits.append(np.zeros(self.columns, np.int64))
            self.digits[place] += (upper.sum(axis=0) * 2.0**-unit).astype(np.int64)
            if not rest.any():
                return

    def total(self) -> np.ndarray:
        """All that was added, object (c,), in units of 2 ** UNIT."""
        total = np.zeros(self.columns, object)
        for place, digit in enumerate(self.digits):
            total += digit.astype(object) << (self._unit(place) - UNIT)
        return total

    def _unit(self, place: int) -> int:
        return self.top - self.bits * (place + 1)


def _squared(block: np.ndarray, *, wide: bool) -> list[np.ndarray]:
    """Arrays of float64 that add up to the squares exactly.

    A float32 has 24 bits and its square 48, which a float64 holds. A float64 is split into halves of
    26 bits first (Dekker, "A floating-point technique for extending the available precision", 1971).
    """
    if not wide:
        return [block * block]
    scaled = block * (2.0**27 + 1)
    upper = scaled - (scaled - block)
    lower = block - upper
    return [upper * upper, 2 * upper * lower, lower * lower]


def _top(cells: np.ndarray) -> int:
    """The smallest power of 2 that no number is beyond; ValueError if one cannot be added exactly."""
    largest = max(abs(float(cells.max())), abs(float(cells.min())))
    if not math.isfinite(largest):
        raise ValueError("NaN or infinite values; every value must be a finite number")
    top = math.frexp(largest)[1]
    smallest = largest
    if cells.dtype.itemsize > 4 and largest:
        smallest = float(np.abs(cells[cells != 0]).min())
    if top > LIMITS[1] or (largest and math.frexp(smallest)[1] <= LIMITS[0]):
        raise ValueError(
            f"values of size {smallest:.3g} to {largest:.3g}; zeros, and values from "
            f"{2.0 ** LIMITS[0]:.0e} to {2.0 ** LIMITS[1]:.0e} in size, can be added exactly"
        )
    return top
