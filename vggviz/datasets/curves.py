"""Curves that fill an image: rims of one radius which all bulge in one direction, like scales of a fish."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vggviz._shared import validation
from vggviz.datasets.gratings import BLACK, WHITE, check_colours
from vggviz.datasets.stimuli import FINE, SIDE

SPACING = 16
"""Pixels from one rim to the next, in the direction in which they bulge."""
HALF_ANGLE = 60
"""Degrees of an arc to each side of its top; the arcs beside it begin there."""


def draw_curve(
    radius: float,
    direction: float,
    *,
    phase: float = 0,
    contrast: float = 1,
    colours: Sequence[Sequence[float]] = (BLACK, WHITE),
) -> np.ndarray:
    """Draw rims of discs that fill the image: arcs of 120 degrees side by side, and every 16 pixels again.

    Just inside a rim lies the first colour, just outside the second; between two rims one becomes the other
    evenly. So each rim is an edge of one polarity, and there is none of the other. All places have the same
    share of rims whatever the radius, and arcs of the same radius have the same orientations in opposite
    directions. An endless radius makes straight edges.

    Args:
        radius: of the arcs in pixels, from 4 on; `math.inf` for straight edges.
        direction: towards which the rims bulge, in degrees anticlockwise, 0 to 360; 0 is right, 90 up.
        phase: degrees; at 0 the top of a rim lies in the middle of the image, at 90 a quarter of the
            distance to the next one further in the direction.
        contrast: 0 (an even image of the mean of both colours) to 1.
        colours: two colours (red, green, blue), each 0 to 255: inside the rims, and outside.

    Returns:
        uint8 (224, 224, 3).

    Raises:
        ValueError: a radius, direction, phase, contrast or colour out of range.
    """
    straight = isinstance(radius, float) and radius == np.inf
    radius = np.inf if straight else validation.real("radius in pixels", radius, 4)
    angle = np.radians(validation.real("direction", direction, 0, 360))
    phase = validation.real("phase", phase, -360, 360)
    contrast = validation.real("contrast", contrast, 0, 1)
    first, second = check_colours(colours)
    along = (np.arange(SIDE * FINE) + 0.5) / FINE - SIDE / 2
    outward = np.cos(angle) * along - np.sin(angle) * along[:, np.newaxis]  # rows are counted downwards
    sideways = np.sin(angle) * along + np.cos(angle) * along[:, np.newaxis]
    beyond = (outward - _sag(sideways, radius)) / SPACING - phase / 360
    beyond -= np.floor(beyond)
    inside = beyond.reshape(SIDE, FINE, SIDE, FINE).mean(axis=(1, 3))
    wave = contrast * (2 * inside - 1)[..., np.newaxis]
    return np.rint((first + second) / 2 + wave * (first - second) / 2).astype(np.uint8)


def _sag(sideways: np.ndarray, radius: float) -> np.ndarray:
    """How far arcs side by side lie behind the line through their tops, 0 or negative, in pixels."""
    if np.isinf(radius):
        return np.zeros_like(sideways)
    width = 2 * radius * np.sin(np.radians(HALF_ANGLE))
    from_top = sideways - width * np.rint(sideways / width)
    squared = from_top * from_top
    return -squared / (radius + np.sqrt(radius**2 - squared))  # exact for large radii, too
