"""What changes while training: the learning rate, and the size of the pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

PHASES = ((0.5, (32,)), (0.2, (32, 64)), (0.3, (48, 64, 96, 128)))
"""(Share of the work, sizes in pixels): most is learned where a picture costs least. In the later phases
each step holds pictures of several sizes, so that the network belongs to no single one."""


@dataclass(frozen=True)
class Schedule:
    """One cycle of the learning rate; small pictures first, several sizes together at the end.

    The rate rises while the first `rise` of the work is done, and falls along a cosine to nothing
    (after Smith and Topin, "Super-Convergence", 2018). Work is counted in pixels, which is what
    time goes by: a step at 64 pixels is worth four at 32.

    Attributes:
        steps: of the whole training.
        peak: the largest rate.
        rise: share of the work in which the rate rises.
        phases: (share of the work, sizes in pixels that a step's pictures are shared out among), in order.
    """

    steps: int
    peak: float
    rise: float = 0.1
    phases: tuple[tuple[float, tuple[int, ...]], ...] = PHASES

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0."""
        done = float(np.interp(step + 1, self._ends, self._work))
        if done < self.rise:
            return self.peak * done / self.rise
        return self.peak * 0.5 * (1 + math.cos(math.pi * (done - self.rise) / (1 - self.rise)))

    def sizes(self, step: int) -> tuple[int, ...]:
        """The sides of a step's pictures in pixels; as many pictures of one as of another."""
        return self.phases[int(np.searchsorted(self._ends[1:-1], step, side="right"))][1]

    @property
    def starts(self) -> list[tuple[int, tuple[int, ...]]]:
        """(First step, sizes) of each phase."""
        return [(math.ceil(step), sizes) for step, (_, sizes) in zip(self._ends, self.phases, strict=False)]

    @cached_property
    def _work(self) -> np.ndarray:
        return np.cumsum([0.0, *(share for share, _ in self.phases)])

    @cached_property
    def _ends(self) -> np.ndarray:
        """The steps at which the phases begin, and the last one's end."""
        cost = [np.mean(np.square(sizes)) for _, sizes in self.phases]
        steps = np.diff(self._work) / cost
        return np.cumsum([0.0, *(self.steps * steps / steps.sum())])
