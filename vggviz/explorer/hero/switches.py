"""The answer of the linear classifier, and the channels of the last layer without which it is another.

The classifier is linear in the means of the maps of block5_pool. So a channel that is switched off takes its
own mean times its weights from the scores, exactly, and no network is needed to know what is left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

SHOWN = 3
"""Answers shown."""
FEWEST, MOST = 3, 6
"""Channels that can be switched off."""

Answer = tuple[int, float, float]
"""A class, its score, and its probability."""


@dataclass(frozen=True)
class Switches:
    """Channels to switch off, and the answers without each selection of them.

    Attributes:
        channels: FEWEST to MOST channels, fewer if fewer speak for the answer.
        enough: how many of them, the first ones, turn the answer; 0 if all together do not.
        answers: for each selection the best answers; bit i of its position says that channel i is off.
        scores: float (classes,), with all channels on.
        shares: float (classes,), the probabilities with all channels on.
    """

    channels: tuple[int, ...]
    enough: int
    answers: tuple[tuple[Answer, ...], ...]
    scores: np.ndarray
    shares: np.ndarray


def switches(means: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> Switches:
    """The smallest set of channels that turns the answer, and the answers without its subsets.

    For each other class the channels are ordered by what they add to the lead over that class: no set of as
    many takes more from this lead than the first ones. So the smallest set is that of the class that needs
    the fewest; of several such classes, the one that is ahead the most then.

    Args:
        means: float (channels,), the means of the maps of the last layer.
        kernel: float (channels, classes).
        bias: float (classes,).
    """
    parts = means[:, None].astype(np.float64) * kernel
    scores = parts.sum(axis=0) + bias
    first = int(scores.argmax())
    needed, _, rival = min(
        (*_needed(parts[:, first] - parts[:, k], scores[first] - scores[k]), k)
        for k in range(len(scores))
        if k != first
    )
    lead = parts[:, first] - parts[:, rival]
    enough = needed if needed <= MOST else 0
    count = min(max(FEWEST, enough) if enough else MOST, int((lead > 0).sum()))
    channels = tuple(int(channel) for channel in np.argsort(-lead, kind="stable")[:count])
    answers = tuple(_best(scores - off) for off in _sums(parts[list(channels)]))
    return Switches(channels, enough, answers, scores, softmax(scores))


def _needed(parts: np.ndarray, lead: float) -> tuple[int, float]:
    """How many parts must be left out for a lead to become negative, and the lead then; none if it cannot."""
    left = lead - np.cumsum(np.sort(parts[parts > 0])[::-1])
    if not (left < 0).any():
        return len(parts) + 1, 0.0
    return int((left < 0).argmax()) + 1, float(left[left < 0][0])


def _sums(parts: np.ndarray) -> np.ndarray:
    """Sums of each selection of rows of `parts` (n, classes), float (2**n, classes)."""
    count = len(parts)
    chosen = np.arange(2**count)[:, None] >> np.arange(count) & 1
    return chosen @ parts


def _best(scores: np.ndarray) -> tuple[Answer, ...]:
    shares = softmax(scores)  # the classifier's temperature is already divided into the scores
    ranked = np.argsort(-scores, kind="stable")[:SHOWN]
    return tuple((int(k), float(scores[k]), float(shares[k])) for k in ranked)
