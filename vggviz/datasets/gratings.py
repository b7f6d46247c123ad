"""Gratings and colours of constant mean, the stimuli of orientation, colour and contrast tuning."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vggviz._shared import validation
from vggviz.datasets.stimuli import SIDE

BLACK, WHITE = (0, 0, 0), (255, 255, 255)


def draw_grating(
    orientation: float,
    frequency: float,
    *,
    phase: float = 0,
    contrast: float = 1,
    colours: Sequence[Sequence[float]] = (BLACK, WHITE),
) -> np.ndarray:
    """Draw parallel bars whose colour changes between two colours as a cosine.

    Args:
        orientation: of the bars, in degrees anticlockwise, 0 to 360; 0 is horizontal, 90 vertical.
        frequency: cycles a pixel, 0 to 0.5.
        phase: degrees; at 0 the second colour is reached in the middle of the image, at 180 the first.
        contrast: 0 (an even image of the mean of both colours) to 1.
        colours: two colours (red, green, blue), each 0 to 255.

    Returns:
        uint8 (224, 224, 3).

    Raises:
        ValueError: an orientation, frequency, phase, contrast or colour out of range.
    """
    angle = np.radians(validation.real("orientation", orientation, 0, 360))
    frequency = validation.real("frequency in cycles a pixel", frequency, 0, 0.5)
    phase = np.radians(validation.real("phase", phase, -360, 360))
    contrast = validation.real("contrast", contrast, 0, 1)
    along = np.arange(SIDE) - (SIDE - 1) / 2
    across = -np.cos(angle) * along[:, np.newaxis] - np.sin(angle) * along  # rows are counted downwards
    wave = contrast * np.cos(2 * np.pi * frequency * across + phase)[..., np.newaxis]
    first, second = check_colours(colours)
    return np.rint((first + second) / 2 + wave * (second - first) / 2).astype(np.uint8)


def check_colours(colours: Sequence[Sequence[float]]) -> np.ndarray:
    """Two colours as an array (2, 3); ValueError unless they are two of three levels from 0 to 255."""
    given = validation.numbers("Colours", colours, "(2, 3)", 2)
    if given.shape != (2, 3) or given.min() < 0 or given.max() > 255:
        raise ValueError(f"The colours are two of three levels from 0 to 255; got {given.tolist()}.")
    return given


def hue_colour(hue: float, *, saturation: float = 1) -> np.ndarray:
    """Colour of a hue on a circle around grey: red, green and blue have the same mean for all hues, 127.5.

    So a channel that reads the mean of the three colours tells no hue from another, or from grey. People
    do: of these colours the yellowish green is the lightest and the bluish violet the darkest.

    Args:
        hue: degrees, 0 to 360; 0 red, 60 yellow, 120 green, 180 cyan, 240 blue, 300 magenta.
        saturation: 0 (grey) to 1 (the purest red, green and blue with this mean).

    Returns:
        float64 (3,), red, green and blue, 0 to 255.

    Raises:
        ValueError: a hue or saturation out of range.
    """
    angle = np.radians(validation.real("hue", hue, 0, 360))
    saturation = validation.real("saturation", saturation, 0, 1)
    return 127.5 * (1 + saturation * np.cos(angle - np.radians([0, 120, 240])))
