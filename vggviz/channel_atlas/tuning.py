"""Tuning curves of all channels to the stimuli, their spread over phases, and what each channel prefers.

A response is the mean of a map over the cells whose receptive field lies inside the image. In shallow layers
these cells see a grating at every phase. In deep ones few are left: VGG16's block5_conv3 has four. So each
grating is shown at two phases, a quarter of a cycle apart, each curve with dark and with light inside, each
coloured curve and each contrast in two directions. A curve is the mean of both, its spread their standard
deviation. One of each makes the first half of the stimuli, the other the second.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from vggviz._shared import validation
from vggviz.analysis import Tuning, inner_responses
from vggviz.channel_atlas import stimuli
from vggviz.channel_atlas.stimuli import Stimulus
from vggviz.images.preprocessing import preprocess as vgg16_preprocess
from vggviz.models import graph
from vggviz.models.receptive_field import receptive_fields

if TYPE_CHECKING:
    import keras

CHUNK = 16
"""Stimuli of a chunk; VGG16 takes about 6 seconds for one on two cores."""
SIDE = 224
"""Pixels of a stimulus, in each direction."""
CURVES = {
    "orientation": "24 orientations of gratings, at the spatial frequency of the largest response",
    "frequency": "6 spatial frequencies of gratings, at the orientation of the largest response",
    "hue": "24 hues, mean over even images and coloured curves",
    "even_hue": "24 hues of even images",
    "curve_hue": "24 hues of curves on grey",
    "contrast": "6 contrasts of curves, the first 0",
    "curvature": "curves of 4 radii, the last of them straight, in 12 directions",
    "edge": "straight edges of 12 directions towards which they are lighter",
}
"""Curves, mean responses (c, ...); ``..._spread`` is their standard deviation over phases."""
NUMBERS = {
    "preferred_orientation": "degrees, 0 horizontal, 90 upright",
    "orientation_selectivity": "one minus the circular variance",
    "preferred_frequency": "cycles a pixel",
    "frequency_bandwidth": "octaves with at least half the largest response",
    "preferred_hue": "degrees, 0 red, 120 green, 240 blue",
    "hue_selectivity": "one minus the circular variance",
    "contrast_half": "contrast of half the largest change of the response",
    "preferred_radius": "pixels, inf for straight edges",
    "preferred_direction": "degrees towards which the preferred curve bulges",
    "curvature_selectivity": "change from the best curve to the same turned by half a turn, of their sum",
    "edge_selectivity": "change from the best edge to the same with dark and light exchanged, of their sum",
}
"""Numbers (c,); NaN for channels that no such stimulus wakes."""
Arrays = dict[str, np.ndarray]


def chunks(size: int = CHUNK) -> Iterator[list[Stimulus]]:
    """All stimuli in order, some at a time, so that a measurement can be taken up again."""
    shown = stimuli.all_stimuli()
    yield from (shown[start : start + size] for start in range(0, len(shown), size))


def responses(
    model: keras.Model,
    chunk: Sequence[Stimulus],
    *,
    layers: str | Iterable[str] | None = None,
    preprocess: Callable[[np.ndarray], np.ndarray] | None = None,
) -> Arrays:
    """Responses of all channels to some stimuli.

    Args:
        model: any Keras model that reads images of at most 224 pixels; it sees the middle of a stimulus.
        chunk: stimuli, at least one.
        layers: name or names of layers; None for all convolutions whose receptive field is known.
        preprocess: function from uint8 (N, H, W, 3) RGB to the model's input; None is `vggviz.preprocess`.

    Returns:
        ``{layer: float32 (n, c)}``, as of `analysis.inner_responses`.

    Raises:
        ValueError: an unknown layer or one without a receptive field, no stimulus, or a model that reads
            larger images, or grey ones without a `preprocess` of its own.
    """
    if not chunk:
        raise ValueError("One stimulus at least is wanted; got none.")
    names = measured_layers(model) if layers is None else layers
    read = _reader(model, preprocess)
    rows, columns = _window(model)
    return inner_responses(model, read(np.stack([one.draw()[rows, columns] for one in chunk])), names)


def measured_layers(model: keras.Model) -> list[str]:
    """Convolutions whose receptive field is known; ValueError if there are none."""
    fields = receptive_fields(model)
    names = [name for name in graph.conv_layers(model) if name in fields]
    if not names:
        raise ValueError("The model has no convolution whose receptive field is known.")
    return names


def curves(
    found: Mapping[str, np.ndarray], control: Mapping[str, np.ndarray] | None = None
) -> dict[str, Arrays]:
    """Tuning curves, their spreads, preferred values and selectivities, from the responses to all stimuli.

    Args:
        found: {layer: float (468, c)}, the responses to `stimuli.all_stimuli`, in order.
        control: those of a network with random weights, for the same layers; what is made of them is added
            under the names ``..._random``.

    Returns:
        ``{layer: {name: float32, first axis c}}``, the names of `CURVES`, each also with ``_spread``, and of
        `NUMBERS`. A layer with negative responses, as one without ReLU, is left out: the mean over phases
        of a linear channel says nothing.

    Raises:
        ValueError: responses of another shape, or not finite.
    """
    made = {layer: _arrays(parts) for layer, parts in _measured(found).items()}
    for layer, parts in _measured({} if control is None else {k: control[k] for k in made}).items():
        made[layer] |= {f"{name}_random": values for name, values in _arrays(parts).items()}
    return made


def curves_of_halves(found: Mapping[str, np.ndarray]) -> tuple[dict[str, Arrays], dict[str, Arrays]]:
    """`curves` of the first and of the second half of the stimuli: one phase, direction or polarity each.

    Even colours have no phase and are in both halves.
    """
    measured = _measured(found)
    first, second = (
        {layer: _arrays(_half(parts, index)) for layer, parts in measured.items()} for index in (0, 1)
    )
    return first, second


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


def _measured(found: Mapping[str, np.ndarray]) -> dict[str, Arrays]:
    """Responses by kind of stimulus, of the layers without negative ones."""
    count = len(stimuli.all_stimuli())
    for layer, values in found.items():
        given = validation.numbers(f"Responses of {layer!r}", values, "(N, c)", 2)
        if len(given) != count:
            raise ValueError(f"Responses to all {count} stimuli are wanted; {layer!r} has {len(given)}.")
    return {layer: _parts(values) for layer, values in found.items() if values.min() >= 0}


def _parts(values: np.ndarray) -> Arrays:
    """Responses (468, c) by kind of stimulus; axes: channel, phase (or direction, or polarity), values."""
    shapes = {
        "grating": (2, len(stimuli.ORIENTATIONS), len(stimuli.FREQUENCIES)),
        "colour": (1, len(stimuli.HUES)),
        "coloured curve": (2, len(stimuli.HUES)),
        "curve": (2, len(stimuli.RADII), len(stimuli.DIRECTIONS)),
        "contrast": (2, len(stimuli.CONTRASTS)),
    }
    ends = np.cumsum([math.prod(shape) for shape in shapes.values()])[:-1]
    split = zip(np.split(values.T.astype(np.float64), ends, axis=1), shapes.items(), strict=True)
    parts = {kind: part.reshape(-1, *shape) for part, (kind, shape) in split}
    straight = parts["curve"][:, :, -1].copy()
    straight[:, 1] = np.roll(straight[:, 1], len(stimuli.DIRECTIONS) // 2, axis=-1)  # light inside
    return parts | {"edge": straight}


def _half(parts: Arrays, index: int) -> Arrays:
    return {kind: part[:, [index % part.shape[1]]] for kind, part in parts.items()}


def _arrays(parts: Arrays) -> Arrays:
    """All arrays of a layer."""
    samples = _samples(parts)
    means = {name: values.mean(axis=1) for name, values in samples.items()}
    spreads = {f"{name}_spread": values.std(axis=1) for name, values in samples.items()}
    numbers = _numbers(means)
    return {k: v.astype(np.float32) for k, v in (means | spreads | numbers).items()}


def _samples(parts: Arrays) -> Arrays:
    """Each curve at each phase: channel, phase, then the curve's values."""
    gratings = parts["grating"]
    channels = np.arange(len(gratings))
    best = gratings.mean(axis=1).reshape(len(gratings), -1).argmax(axis=1)
    orientation, frequency = np.divmod(best, len(stimuli.FREQUENCIES))
    return {
        "orientation": gratings[channels, :, :, frequency],
        "frequency": gratings[channels, :, orientation],
        "hue": np.concatenate([parts["colour"], parts["coloured curve"]], axis=1),
        "even_hue": parts["colour"],
        "curve_hue": parts["coloured curve"],
        "contrast": parts["contrast"],
        "curvature": parts["curve"],
        "edge": parts["edge"],
    }


def _numbers(means: Arrays) -> Arrays:
    """Preferred values and selectivities, from the curves."""
    orientation = Tuning(stimuli.ORIENTATIONS, means["orientation"].T, 180)
    hue = Tuning(stimuli.HUES, means["hue"].T, 360)
    frequency, bandwidth = _preferred_frequency(means["frequency"])
    curved = means["curvature"].max(axis=2)
    radius = curved.argmax(axis=1)
    bent = means["curvature"][:, :-1].max(axis=1)
    numbers = {
        "preferred_orientation": (orientation.preferred, "orientation"),
        "orientation_selectivity": (orientation.selectivity, "orientation"),
        "preferred_frequency": (frequency, "frequency"),
        "frequency_bandwidth": (bandwidth, "frequency"),
        "preferred_hue": (hue.preferred, "hue"),
        "hue_selectivity": (hue.selectivity, "hue"),
        "contrast_half": (_half_contrast(means["contrast"]), "contrast"),
        "preferred_radius": (stimuli.RADII[radius], "curvature"),
        "preferred_direction": (Tuning(stimuli.DIRECTIONS, bent.T, 360).preferred, "curvature"),
        "curvature_selectivity": (_against_opposite(means["curvature"][:, :-1]), "curvature"),
        "edge_selectivity": (_against_opposite(means["edge"]), "edge"),
    }
    return {name: _known(values, means[curve]) for name, (values, curve) in numbers.items()}


def _known(numbers: np.ndarray, curves: np.ndarray) -> np.ndarray:
    """The numbers, NaN where the curve is zero everywhere."""
    return np.where(curves.reshape(len(curves), -1).max(axis=1) > 0, numbers, np.nan)


def best_and_opposite(curves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The largest response, and that to the same stimulus at the opposite angle, float (c,) each.

    Args:
        curves: float (c, ..., angles), at equal distances around the circle.
    """
    opposite = np.roll(curves, curves.shape[-1] // 2, axis=-1)
    flat, turned = (values.reshape(len(values), -1) for values in (curves, opposite))
    place = flat.argmax(axis=1)[:, np.newaxis]
    best, other = (np.take_along_axis(values, place, axis=1)[:, 0] for values in (flat, turned))
    return best, other


def _against_opposite(curves: np.ndarray) -> np.ndarray:
    """Difference of the best response and the opposite one, of their sum, (c,)."""
    best, other = best_and_opposite(curves)
    return (best - other) / np.where(best > 0, best + other, 1)


def _preferred_frequency(curves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Peak of each curve, and the octaves between the points of half its height; float (c,) each.

    The peak is that of the parabola through the largest value and its neighbours, over the logarithm of the
    frequency; at the first and last frequency it is that frequency.
    """
    octaves, channels = np.log2(stimuli.FREQUENCIES), np.arange(len(curves))
    top = curves.argmax(axis=1).clip(1, len(octaves) - 2)
    x = octaves[top[:, np.newaxis] + (-1, 0, 1)]
    y = curves[channels[:, np.newaxis], top[:, np.newaxis] + (-1, 0, 1)]
    rise, fall = (np.diff(y, axis=1) / np.diff(x, axis=1)).T
    bend = (fall - rise) / (x[:, 2] - x[:, 0])
    peak = (x[:, 0] + x[:, 1]) / 2 - rise / (2 * np.where(bend < 0, bend, -1))
    inside = np.isin(curves.argmax(axis=1), (0, len(octaves) - 1))
    peak = np.where(inside, octaves[curves.argmax(axis=1)], peak.clip(x[:, 0], x[:, 2]))
    return 2**peak, _width_at_half_height(octaves, curves)


def _width_at_half_height(places: np.ndarray, curves: np.ndarray) -> np.ndarray:
    """Distance over which straight lines between a curve's points are at least half its maximum."""
    fine = np.linspace(places[0], places[-1], 200)
    drawn = np.stack([np.interp(fine, places, curve) for curve in curves])
    return (drawn >= drawn.max(axis=1, keepdims=True) / 2).mean(axis=1) * np.ptp(places)


def _half_contrast(curves: np.ndarray) -> np.ndarray:
    """Least contrast of half the largest change from contrast 0, (c,); NaN where contrast changes nothing."""
    change = curves - curves[:, :1]
    change = np.abs(change)
    found = []
    for values in change:
        reached = np.flatnonzero(values >= values.max() / 2)[0]
        span = slice(max(reached - 1, 0), reached + 1)
        at = np.interp(values.max() / 2, values[span], stimuli.CONTRASTS[span])
        found.append(at if values.max() > 0 else np.nan)
    return np.array(found)
