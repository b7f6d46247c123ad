"""Ratios of times on a machine of varying speed: timed in turns, taking the best time of each."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """A ratio of two times, or of two amounts of memory.

    Attributes:
        name: what is compared.
        ours: the best of vggviz.
        theirs: the best of the alternative.
        wanted: smallest acceptable `theirs / ours`.
        unit: of both, "s" or "MiB".
        part: the part of the benchmarks, where the book shows it.
    """

    name: str
    ours: float
    theirs: float
    wanted: float
    unit: str = "s"
    part: str = ""

    @property
    def value(self) -> float:
        """Time of the alternative divided by ours."""
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
    """Time two functions in turns, so that slow phases of the machine affect both.

    Args:
        name: what is compared.
        ours: timed `short` times in each turn, as short times are noisy.
        theirs: timed once in each turn.
        wanted: smallest acceptable ratio.
        turns: number of turns.
        short: number of calls of `ours` in each turn.
    """
    times = [(min(seconds(ours) for _ in range(short)), seconds(theirs)) for _ in range(turns)]
    return Ratio(name, min(t[0] for t in times), min(t[1] for t in times), wanted)


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
