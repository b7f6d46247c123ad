"""The numbers of one task, and what may be said from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.catalogue import OURS

MARGIN = 1.1
"""How many times as fast one must be to be called faster: less may be chance."""


@dataclass
class Cell:
    """What was measured of one peer in one task.

    Attributes:
        ready: seconds from the start of the interpreter until the network stands.
        turns: seconds of each call, in order; the first builds what is built once.
        memory: the most that the first call took above what was taken before it, in bytes; None where the
            system does not say.
        difference: the largest from ours, of the largest number of the layer; None where none is compared.
        reached: the objective's value for the finished picture, of activation maximization; else None.
        wrong: whether the difference is larger than rounding explains.
    """

    ready: float
    turns: list[float] = field(default_factory=list)
    memory: int | None = None
    difference: float | None = None
    reached: float | None = None
    wrong: bool = False

    @property
    def first(self) -> float:
        """Seconds of the first call."""
        return self.turns[0]

    @property
    def best(self) -> float:
        """Seconds of the best call."""
        return min(self.turns)


@dataclass
class Measured:
    """One task.

    Attributes:
        cells: by peer.
        left_out: why a peer that has the task has no cell.
    """

    cells: dict[str, Cell] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def ratio(self, peer: str, what: str = "best") -> float | None:
        """How many times as long as ours a peer takes: its "best" call, or its "first".

        None where there is nothing to compare: the peer has no cell, or its numbers are wrong.
        """
        cell, ours = self.cells.get(peer), self.cells.get(OURS)
        if cell is None or ours is None or cell.wrong:
            return None
        return getattr(cell, what) / getattr(ours, what)

    def is_ahead(self, peer: str) -> bool:
        """Whether a peer is faster than ours, and not only by chance."""
        ratio = self.ratio(peer)
        return ratio is not None and ratio * MARGIN < 1


def measured(kept: Mapping[str, Any]) -> Measured:
    """A task from what `dataclasses.asdict` made of it."""
    return Measured({peer: Cell(**cell) for peer, cell in kept["cells"].items()}, dict(kept["left_out"]))


def rounded(ratio: float) -> str:
    """A ratio to two digits, or to whole times."""
    return f"{ratio:.0f}" if ratio >= 100 else f"{ratio:.2g}"
