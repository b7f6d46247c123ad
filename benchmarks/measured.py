"""The results of one task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.catalogue import OURS, OWN

MARGIN = 1.1
"""Smallest ratio of times that counts as faster; a smaller one may be noise."""


@dataclass
class Cell:
    """The results of one peer in one task.

    Attributes:
        ready: seconds from the start of the interpreter until the network is loaded.
        turns: seconds of each call, in order; the first includes all compilation.
        memory: peak memory of the first call minus the memory before it, in bytes; None if unknown.
        whole: peak memory of the process in the first call, with all that it has loaded, in bytes.
        difference: largest difference from ours relative to the largest value of a layer; None if the
            results are not compared.
        reached: final value of the objective in activation maximization; None for other tasks.
        wrong: whether the difference exceeds the tolerance.
    """

    ready: float
    turns: list[float] = field(default_factory=list)
    memory: int | None = None
    whole: int | None = None
    difference: float | None = None
    reached: float | None = None
    wrong: bool = False

    @property
    def first(self) -> float:
        """Seconds of the first call."""
        return self.turns[0]

    @property
    def best(self) -> float:
        """Seconds of the fastest call."""
        return min(self.turns)


@dataclass
class Measured:
    """The results of one task.

    Attributes:
        cells: {peer: results}.
        left_out: {peer: why it has no results}.
    """

    cells: dict[str, Cell] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def ratio(self, peer: str, what: str = "best") -> float | None:
        """Time of a peer divided by ours, for the "best" or the "first" call.

        None if the peer has no results, or wrong ones.
        """
        cell, ours = self.cells.get(peer), self.cells.get(OURS)
        if cell is None or ours is None or cell.wrong:
            return None
        return getattr(cell, what) / getattr(ours, what)

    def of_our_best(self, peer: str, what: str = "best") -> float | None:
        """Time of a peer divided by that of the quicker of our two ways; None as in `ratio`."""
        ratio = self.ratio(peer, what)
        ours = [each for own in OWN if (each := self.ratio(own, what)) is not None]
        return None if ratio is None else ratio / min(ours)

    def is_ahead(self, peer: str) -> bool:
        """Whether a peer is faster than either of our two ways by more than `MARGIN`."""
        ratio = None if peer in OWN else self.of_our_best(peer)
        return ratio is not None and ratio * MARGIN < 1


def measured(saved: Mapping[str, Any]) -> Measured:
    """The inverse of `dataclasses.asdict` for `Measured`."""
    return Measured({peer: Cell(**cell) for peer, cell in saved["cells"].items()}, dict(saved["left_out"]))


def rounded(ratio: float) -> str:
    """A ratio with two significant digits, or from 100 on as a whole number."""
    return f"{ratio:.0f}" if ratio >= 100 else f"{ratio:.2g}"
