"""What one writes oneself where a peer has no function for it: statistics of channels, with NumPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

STATISTICS = ("mean", "spread", "maximum", "zeros")


def statistics(maps: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Mean, spread, maximum and share of zeros of each channel of maps (N, h, w, c) that lie in memory."""
    found = {}
    for layer, values in maps.items():
        cells = values.reshape(-1, values.shape[-1])
        numbers = [cells.mean(axis=0, dtype=np.float64), cells.std(axis=0, dtype=np.float64)]
        found |= named(layer, *numbers, cells.max(axis=0), (cells <= 0).mean(axis=0))
    return found


def named(layer: str, *values: np.ndarray) -> dict[str, np.ndarray]:
    """Mean, spread, maximum and share of zeros under names of their own: each is held against its like."""
    return {f"{layer}/{what}": each for what, each in zip(STATISTICS, values, strict=True)}


@dataclass
class Sums:
    """The same, batch by batch: what must be kept is four numbers of each channel.

    Attributes:
        count: {layer: cells seen of each channel}.
        kept: {layer: sum, sum of squares, maximum, zeros}, each (c,).
    """

    count: dict[str, int] = field(default_factory=dict)
    kept: dict[str, list[np.ndarray]] = field(default_factory=dict)

    def add(self, layer: str, cells: int, new: Sequence[np.ndarray]) -> None:
        """Take in sum, sum of squares, maximum and zeros over so many cells."""
        new = [np.asarray(each, np.float64) for each in new]
        old = self.kept.get(layer, [np.zeros_like(new[0])] * 4)
        self.count[layer] = self.count.get(layer, 0) + cells
        self.kept[layer] = [old[0] + new[0], old[1] + new[1], np.maximum(old[2], new[2]), old[3] + new[3]]

    def statistics(self) -> dict[str, np.ndarray]:
        """Mean, spread, maximum and share of zeros of each channel."""
        found = {}
        for layer, (total, squares, most, zeros) in self.kept.items():
            mean = total / self.count[layer]
            spread = np.sqrt(np.maximum(squares / self.count[layer] - mean**2, 0))
            found |= named(layer, mean, spread, most, zeros / self.count[layer])
        return found
