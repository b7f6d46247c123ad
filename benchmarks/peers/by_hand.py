"""Channel statistics in plain NumPy, for peers without a function for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

STATISTICS = ("mean", "spread", "maximum", "zeros")


def statistics(maps: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Mean, standard deviation, maximum and share of zeros of each channel of maps (N, h, w, c)."""
    found = {}
    for layer, values in maps.items():
        cells = values.reshape(-1, values.shape[-1])
        numbers = [cells.mean(axis=0, dtype=np.float64), cells.std(axis=0, dtype=np.float64)]
        found |= named(layer, *numbers, cells.max(axis=0), (cells <= 0).mean(axis=0))
    return found


def named(layer: str, *values: np.ndarray) -> dict[str, np.ndarray]:
    """Mean, standard deviation, maximum and share of zeros of a layer under the names to compare by."""
    return {f"{layer}/{what}": each for what, each in zip(STATISTICS, values, strict=True)}


@dataclass
class Sums:
    """The same statistics accumulated over batches.

    Attributes:
        count: {layer: number of cells of each channel}.
        totals: {layer: [sum, sum of squares, maximum, zeros]}, each (c,).
    """

    count: dict[str, int] = field(default_factory=dict)
    totals: dict[str, list[np.ndarray]] = field(default_factory=dict)

    def add(self, layer: str, cells: int, new: Sequence[np.ndarray]) -> None:
        """Add [sum, sum of squares, maximum, zeros] over a number of cells."""
        new = [np.asarray(each, np.float64) for each in new]
        old = self.totals.get(layer, [np.zeros_like(new[0])] * 4)
        self.count[layer] = self.count.get(layer, 0) + cells
        self.totals[layer] = [old[0] + new[0], old[1] + new[1], np.maximum(old[2], new[2]), old[3] + new[3]]

    def statistics(self) -> dict[str, np.ndarray]:
        """Mean, standard deviation, maximum and share of zeros of each channel."""
        found = {}
        for layer, (total, squares, maximum, zeros) in self.totals.items():
            mean = total / self.count[layer]
            spread = np.sqrt(np.maximum(squares / self.count[layer] - mean**2, 0))
            found |= named(layer, mean, spread, maximum, zeros / self.count[layer])
        return found
