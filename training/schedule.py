"""What changes while training: the learning rate, and the size of the pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Schedule:
    """One cycle of the learning rate; small pictures first, several sizes at the end.

    The rate rises for the first `rise` of all steps and falls along a cosine to nothing (after
    Smith and Topin, "Super-Convergence", 2018).

    Attributes:
        steps: of the whole training.
        peak: the largest rate.
        rise: share of the steps in which the rate rises.
        sizes: (share of the steps at which it begins, sizes in pixels that are drawn from).
    """

    steps: int
    peak: float
    rise: float = 0.15
    sizes: tuple[tuple[float, tuple[int, ...]], ...] = ((0, (32,)), (0.5, (48,)), (0.7, (48, 64, 96, 128)))

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0."""
        done = (step + 1) / self.steps
        if done < self.rise:
            return self.peak * done / self.rise
        return self.peak * 0.5 * (1 + math.cos(math.pi * (done - self.rise) / (1 - self.rise)))

    def size(self, step: int, random: np.random.Generator) -> int:
        """The pictures' side at a step, in pixels."""
        done = step / self.steps
        choice = [sizes for begin, sizes in self.sizes if done >= begin][-1]
        return int(random.choice(choice))
