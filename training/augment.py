"""Batches of random crops, some mirrored; nothing is decoded here."""

from __future__ import annotations

import numpy as np

SMALLEST = 40
"""Side of the smallest crop of a picture of 64 pixels: two fifths of its area."""


def crops(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Cut a square out of each picture, at a place of its own; mirror half of them.

    Args:
        images: uint8 (N, H, W, 3).
        random: decides the size of the squares (one for the batch), their places and the mirroring.

    Returns:
        uint8 (N, s, s, 3), s drawn from 40 to H.
    """
    count, height, width = images.shape[:3]
    side = int(random.integers(SMALLEST, min(height, width) + 1))
    rows = random.integers(0, height - side + 1, count)[:, None] + np.arange(side)
    columns = random.integers(0, width - side + 1, count)[:, None] + np.arange(side)
    mirrored = random.random(count) < 0.5
    columns[mirrored] = columns[mirrored, ::-1]
    return images[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]
