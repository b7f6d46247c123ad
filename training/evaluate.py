"""How often the network is right."""

from __future__ import annotations

from dataclasses import dataclass

import keras
import numpy as np

from training import network
from training.data import Pictures


@dataclass(frozen=True)
class Accuracy:
    """Shares of validation pictures, and the classes that are mistaken for others most.

    Attributes:
        size: the pictures' side in pixels.
        top1: share whose likeliest class is right.
        top5: share whose class is among the likeliest five.
        confusion: int64 (classes, classes), true class by likeliest class.
    """

    size: int
    top1: float
    top5: float
    confusion: np.ndarray

    def worst(self, count: int = 5) -> list[tuple[int, float, int]]:
        """The classes right least often: (class, share right, what it is taken for most)."""
        totals = self.confusion.sum(axis=1)
        right = self.confusion.diagonal() / np.maximum(totals, 1)
        mistaken = self.confusion - np.diag(self.confusion.diagonal())
        return [(int(k), float(right[k]), int(mistaken[k].argmax())) for k in np.argsort(right)[:count]]


def accuracy(model: keras.Model, pictures: Pictures, size: int, *, batch: int = 100) -> Accuracy:
    """Measure at one size, over all pictures."""
    parts = range(0, len(pictures.labels), batch)
    scores = np.concatenate(
        [
            np.asarray(model.predict_on_batch(network.batch_of(pictures.images[k : k + batch], size)))
            for k in parts
        ]
    )
    likeliest = np.argsort(-scores, axis=1)[:, :5]
    hits = likeliest == pictures.labels[:, None]
    confusion = np.zeros((scores.shape[1],) * 2, np.int64)
    np.add.at(confusion, (pictures.labels, likeliest[:, 0]), 1)
    return Accuracy(size, float(hits[:, 0].mean()), float(hits.any(axis=1).mean()), confusion)
