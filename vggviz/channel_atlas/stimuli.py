"""What the channels are shown: gratings, colours and curves, each with the call that draws it again."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from vggviz import datasets

ORIENTATIONS = np.arange(0, 180, 7.5)
"""Of the bars of gratings, in degrees anticlockwise; 0 is horizontal."""
FREQUENCIES = np.array([1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 3 / 8])
"""Cycles a pixel."""
PHASES = (0, 90)
"""Degrees. Both phases are a quarter of a cycle apart, so that a channel which misses one meets the other."""
HUES = np.arange(0, 360, 15.0)
"""Degrees, as in `datasets.hue_colour`."""
RADII = np.array([8, 16, 32, math.inf])
"""Of curves, in pixels; the last are straight edges."""
DIRECTIONS = np.arange(0, 360, 30.0)
"""Towards which curves bulge, in degrees anticlockwise; 0 is right."""
POLARITIES = ((0, 255), (255, 0))
"""Grey levels inside a rim and outside."""
CONTRASTS = np.array([0, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1])
PATTERN_RADIUS = 16
"""Radius in pixels of the curves that show colours and contrasts: they have many orientations at once."""
PATTERN_DIRECTIONS = (0, 90)
"""Directions of those curves; together they have all orientations."""


@dataclass(frozen=True)
class Stimulus:
    """An image described by the call that draws it.

    Attributes:
        kind: "grating", "colour" (an even image), "coloured curve", "curve" or "contrast".
        function: name of the function of `vggviz.datasets` that draws it.
        arguments: its arguments by name.
    """

    kind: str
    function: str
    arguments: Mapping[str, object]

    def draw(self) -> np.ndarray:
        """The image, uint8 (224, 224, 3)."""
        return getattr(datasets, self.function)(**self.arguments)

    def __str__(self) -> str:
        listed = ", ".join(f"{name}={value!r}" for name, value in self.arguments.items())
        return f"datasets.{self.function}({listed})"


def all_stimuli() -> list[Stimulus]:
    """The 468 stimuli, in order: gratings, colours, coloured curves, curves, contrasts."""
    return [*gratings(), *colours(), *coloured_curves(), *curves(), *contrasts()]


def gratings() -> list[Stimulus]:
    """Black and white gratings, by phase, then orientation, then frequency: 2 x 24 x 6."""
    settings = itertools.product(PHASES, ORIENTATIONS.tolist(), FREQUENCIES.tolist())
    return [
        _stimulus("grating", "draw_grating", orientation=angle, frequency=frequency, phase=phase)
        for phase, angle, frequency in settings
    ]


def colours() -> list[Stimulus]:
    """Even images in 24 hues."""
    return [
        _stimulus("colour", "draw_grating", orientation=0, frequency=0, colours=(colour, colour))
        for colour in map(_colour, HUES)
    ]


def coloured_curves() -> list[Stimulus]:
    """Curves of one radius between grey and a hue, by direction, then hue: 2 x 24."""
    return [
        _curve("coloured curve", PATTERN_RADIUS, direction, colours=(_colour(0, 0), _colour(hue)))
        for direction, hue in itertools.product(PATTERN_DIRECTIONS, HUES)
    ]


def curves() -> list[Stimulus]:
    """Black and white curves, by polarity, then radius, then direction: 2 x 4 x 12."""
    settings = itertools.product(POLARITIES, RADII.tolist(), DIRECTIONS.tolist())
    return [
        _curve("curve", radius, direction, colours=tuple((level,) * 3 for level in levels))
        for levels, radius, direction in settings
    ]


def contrasts() -> list[Stimulus]:
    """Black and white curves of one radius, by direction, then contrast: 2 x 6."""
    settings = itertools.product(PATTERN_DIRECTIONS, CONTRASTS.tolist())
    return [_curve("contrast", PATTERN_RADIUS, d, contrast=contrast) for d, contrast in settings]


def _curve(kind: str, radius: float, direction: float, **settings: object) -> Stimulus:
    return _stimulus(kind, "draw_curve", radius=radius, direction=direction, **settings)


def _stimulus(kind: str, function: str, **arguments: object) -> Stimulus:
    return Stimulus(kind, function, arguments)


def _colour(hue: float, saturation: float = 1) -> tuple[float, ...]:
    return tuple(datasets.hue_colour(float(hue), saturation=saturation).tolist())
