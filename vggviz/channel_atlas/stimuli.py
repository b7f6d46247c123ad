"""What the channels are shown, each stimulus with the call that draws it again, and their responses."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz import datasets
from vggviz._shared import validation
from vggviz.analysis import inner_responses
from vggviz.datasets.stimuli import SIDE
from vggviz.images.preprocessing import preprocess as vgg16_preprocess
from vggviz.models import graph
from vggviz.models.receptive_field import receptive_fields

if TYPE_CHECKING:
    import keras

ORIENTATIONS = np.arange(0, 180, 7.5)
"""Of the bars of gratings, in degrees anticlockwise; 0 is horizontal."""
FREQUENCIES = np.array([1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 3 / 8])
"""Cycles a pixel."""
PHASES = (0, 90)
"""Degrees. Both phases are a quarter of a cycle apart, so that a channel which misses one meets the other."""
HUES = np.arange(0, 360, 15.0)
"""Degrees, as in `datasets.hue_colour`."""
LEVELS = np.array([0, 127.5, 255])
"""Grey levels of even images: black, grey, white."""
RADII = np.array([8, 16, 32, math.inf])
"""Of curves, in pixels; the last are straight edges."""
DIRECTIONS = np.arange(0, 360, 30.0)
"""Towards which curves bulge, in degrees anticlockwise; 0 is right."""
POLARITIES = ((0, 255), (255, 0))
"""Grey levels inside a rim and outside."""
CONTRASTS = np.array([0, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1])
CHUNK = 16
"""Stimuli of a chunk; VGG16 takes about 6 seconds for one on two cores."""
PATTERN_RADIUS = 16
"""Radius in pixels of the curves that show colours and contrasts: they have many orientations at once."""
PATTERN_DIRECTIONS = (0, 90)
"""Directions of those curves; together they have all orientations."""


@dataclass(frozen=True)
class Stimulus:
    """An image described by the call that draws it.

    Attributes:
        kind: "grating", "colour" or "level" (an even image), "coloured curve", "curve" or "contrast".
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
    """The 471 stimuli, in order: gratings, colours, levels, coloured curves, curves, contrasts."""
    return [*gratings(), *colours(), *levels(), *coloured_curves(), *curves(), *contrasts()]


def chunks(size: int = CHUNK) -> Iterator[list[Stimulus]]:
    """All stimuli in order, some at a time, so that a measurement can be taken up again."""
    shown = all_stimuli()
    yield from (shown[start : start + size] for start in range(0, len(shown), size))


def responses(
    model: keras.Model,
    chunk: Sequence[Stimulus],
    *,
    layers: str | Iterable[str] | None = None,
    preprocess: Callable[[np.ndarray], np.ndarray] | None = None,
) -> dict[str, np.ndarray]:
    """Responses of all channels to some stimuli.

    Args:
        model: any Keras model that reads images of at most 224 pixels; it sees the middle of a stimulus.
        chunk: stimuli, at least one.
        layers: name or names of layers; None for all convolutions whose receptive field is known.
        preprocess: function from uint8 (N, H, W, 3) RGB to the model's input; None is `vggviz.preprocess`.

    Returns:
        ``{layer: float32 (n, c)}``, rectified, as of `analysis.inner_responses`.

    Raises:
        ValueError: an unknown layer or one without a receptive field, no stimulus, or a model that reads
            larger images, or grey ones without a `preprocess` of its own.
    """
    if not chunk:
        raise ValueError("One stimulus at least is wanted; got none.")
    names = measured_layers(model) if layers is None else layers
    read = _reader(model, preprocess)
    rows, columns = _window(model)
    images = read(np.stack([one.draw()[rows, columns] for one in chunk]))
    return inner_responses(model, images, names, rectified=True)


def measured_layers(model: keras.Model) -> list[str]:
    """Convolutions whose receptive field is known; ValueError if there are none."""
    fields = receptive_fields(model)
    names = [name for name in graph.conv_layers(model) if name in fields]
    if not names:
        raise ValueError("The model has no convolution whose receptive field is known.")
    return names


def axes() -> dict[str, Any]:
    """Values of the second axis of each tuning curve, or of the second and third; None for straight edges."""
    radii = [radius if math.isfinite(radius) else None for radius in RADII.tolist()]
    hues, directions = HUES.tolist(), DIRECTIONS.tolist()
    return {
        "orientation": ORIENTATIONS.tolist(),
        "frequency": FREQUENCIES.tolist(),
        **dict.fromkeys(("hue", "even_hue", "curve_hue"), hues),
        "level": LEVELS.tolist(),
        "contrast": CONTRASTS.tolist(),
        "curvature": [radii, directions],
        "edge": directions,
    }


def gratings() -> list[Stimulus]:
    """Black and white gratings, by phase, then orientation, then frequency: 2 x 24 x 6."""
    settings = itertools.product(PHASES, ORIENTATIONS.tolist(), FREQUENCIES.tolist())
    return [
        _stimulus("grating", "draw_grating", orientation=angle, frequency=frequency, phase=phase)
        for phase, angle, frequency in settings
    ]


def colours() -> list[Stimulus]:
    """Even images in 24 hues."""
    return [_even("colour", _colour(hue)) for hue in HUES]


def levels() -> list[Stimulus]:
    """Even images in black, grey and white."""
    return [_even("level", (level,) * 3) for level in LEVELS.tolist()]


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


def _even(kind: str, colour: tuple[float, ...]) -> Stimulus:
    return _stimulus(kind, "draw_grating", orientation=0, frequency=0, colours=(colour, colour))


def _curve(kind: str, radius: float, direction: float, **settings: object) -> Stimulus:
    return _stimulus(kind, "draw_curve", radius=radius, direction=direction, **settings)


def _stimulus(kind: str, function: str, **arguments: object) -> Stimulus:
    return Stimulus(kind, function, arguments)


def _colour(hue: float, saturation: float = 1) -> tuple[float, ...]:
    return tuple(datasets.hue_colour(float(hue), saturation=saturation).tolist())


def _window(model: keras.Model) -> tuple[slice, slice]:
    """Rows and columns of a stimulus that a model reads: all, or the middle ones."""
    size = [side or SIDE for side in graph.image_input(graph.unfold(model).inputs).shape[1:3]]
    if max(size) > SIDE:
        raise ValueError(f"Stimuli have {SIDE} x {SIDE} pixels; the model reads images of {size}.")
    rows, columns = (slice((SIDE - side) // 2, (SIDE - side) // 2 + side) for side in size)
    return rows, columns


def _reader(
    model: keras.Model, preprocess: Callable[[np.ndarray], np.ndarray] | None
) -> Callable[[np.ndarray], np.ndarray]:
    if preprocess is not None:
        return validation.function("preprocess", preprocess)
    count = graph.image_input(graph.unfold(model).inputs).shape[-1]
    if count != 3:
        raise ValueError(f"The model reads images of {count} channels, not 3: give a `preprocess`.")
    return vgg16_preprocess
