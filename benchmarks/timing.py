"""How a ratio is measured on a machine whose speed wavers: in turns, and the best of each counts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """One measured comparison.

    Attributes:
        name: what is compared.
        ours: the best time of ours, in seconds.
        theirs: the best time of the other way, in seconds.
        wanted: the least `theirs / ours` that is good enough.
    """

    name: str
    ours: float
    theirs: float
    wanted: float

    @property
    def value(self) -> float:
        """How many times as long the other way takes."""
        return self.theirs / self.ours


def compare(
    name: str,
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    wanted: float,
    turns: int = 3,
    short: int = 1,
) -> Ratio:
    """Time both in turns, so that a slow minute of the machine falls on both.

    Where ours takes a moment and theirs a minute, ours is timed `short` times in each turn: a
    moment is easily spoilt.
    """
    times = [(min(seconds(ours) for _ in range(short)), seconds(theirs)) for _ in range(turns)]
    return Ratio(name, min(t[0] for t in times), min(t[1] for t in times), wanted)


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
