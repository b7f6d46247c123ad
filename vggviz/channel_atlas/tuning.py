"""Tuning curves of all channels to the stimuli, their spread over phases, and what each channel prefers.

A response is the mean of a map's positive values over the cells whose receptive field lies inside the image;
of a layer without ReLU, after the batch normalization and the activation that follow it. In shallow layers
these cells see a grating at every phase. In deep ones few are left: VGG16's block5_conv3 has four. So each
grating is shown at two phases, a quarter of a cycle apart, each curve with dark and with light inside, each
coloured curve and each contrast in two directions. A curve is the mean of both, its spread their standard
deviation.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from vggviz._shared import backend, validation
from vggviz._shared.files import atomic_path
from vggviz._shared.hashing import text_digest
from vggviz.activations.forward import chosen_layers
from vggviz.analysis import Tuning
from vggviz.channel_atlas import stimuli
from vggviz.channel_atlas.stimuli import chunks as chunks
from vggviz.channel_atlas.stimuli import responses as responses
from vggviz.models import graph
from vggviz.models.parts import untrained_copy

if TYPE_CHECKING:
    import keras

CURVES = {
    "orientation": "24 orientations of gratings, at the spatial frequency of the largest response",
    "frequency": "6 spatial frequencies of gratings, at the orientation of the largest response",
    "hue": "24 hues, mean over even images and coloured curves",
    "even_hue": "24 hues of even images",
    "curve_hue": "24 hues of curves on grey",
    "level": "even images in black, grey and white",
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


def all_responses(
    model: keras.Model,
    *,
    layers: str | Iterable[str] | None = None,
    preprocess: Callable[[np.ndarray], np.ndarray] | None = None,
    kept_in: Path | None = None,
) -> Arrays:
    """Responses to all stimuli, a chunk at a time, with a progress bar; {layer: float32 (471, c)}.

    VGG16 takes 3 minutes on two quiet cores. Arguments and errors as of `responses`. With `kept_in`, a
    folder, each chunk is saved there when it is measured, and loaded from there if it was.
    """
    names = chosen_layers(model, stimuli.measured_layers(model) if layers is None else layers)
    parts = []
    with tqdm(total=len(stimuli.all_stimuli()), desc="stimuli", disable=None, leave=False, delay=1) as bar:
        for index, chunk in enumerate(stimuli.chunks()):
            path = kept_in / f"{text_digest(names)}-{index:03}.npz" if kept_in else None
            found = _kept(path, names) if path else None
            if found is None:
                found = stimuli.responses(model, chunk, layers=names, preprocess=preprocess)
                if path:
                    _keep(path, found)
            parts.append(found)
            bar.update(len(chunk))
    return {name: np.concatenate([part[name] for part in parts]) for name in names}


def _keep(path: Path, found: Arrays) -> None:
    with atomic_path(path) as temporary:
        np.savez(
            temporary,
            allow_pickle=False,
            **{f"layer {index}": values for index, values in enumerate(found.values())},
        )


def _kept(path: Path, names: list[str]) -> Arrays | None:
    """Responses in a file, {layer: values}; None if there is none, or a damaged one."""
    try:
        with path.open("rb") as stream, np.load(stream) as saved:
            return {name: saved[f"layer {index}"] for index, name in enumerate(names)}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def random_control(model: keras.Model, *, seed: int = 0) -> keras.Model:
    """Copy of a network with random kernels (He initialisation) and no bias; of VGG16 `load_vgg16("random")`.

    What else a layer has, such as the statistics of a normalisation, is as Keras makes it.

    Raises:
        ValueError: a network without Keras, or of a kind that Keras cannot copy.
    """
    seed = validation.whole("seed", seed)
    keras, copy = backend.keras(), untrained_copy(model)
    for index, kernel in enumerate(weight for weight in copy.weights if len(weight.shape) > 1):
        kernel.assign(keras.initializers.HeNormal(seed=seed + 1000 * index)(kernel.shape))
    for step in graph.unfold(copy).steps.values():
        bias = getattr(step.layer, "bias", None)
        if bias is not None:
            bias.assign(np.zeros(bias.shape))
    return copy


def curves(
    found: Mapping[str, np.ndarray], control: Mapping[str, np.ndarray] | None = None
) -> dict[str, Arrays]:
    """Tuning curves, their spreads, preferred values and selectivities, from the responses to all stimuli.

    Args:
        found: {layer: float (471, c)}, the responses to `stimuli.all_stimuli`, in order.
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
    """`curves` of the first and of the second half of the stimuli.

    A half has one phase of the gratings, one direction of the coloured curves and contrasts, and of the other
    curves and straight edges every second direction in both polarities, so 6 and not 12. Even images have no
    phase and are in both halves.
    """
    measured = _measured(found)
    first, second = (
        {layer: _arrays(_half(parts, k), stimuli.DIRECTIONS[k::2]) for layer, parts in measured.items()}
        for k in (0, 1)
    )
    return first, second


def _measured(found: Mapping[str, np.ndarray]) -> dict[str, Arrays]:
    """Responses by kind of stimulus, of the layers without negative ones."""
    count = len(stimuli.all_stimuli())
    for layer, values in found.items():
        given = validation.numbers(f"Responses of {layer!r}", values, "(N, c)", 2)
        if len(given) != count:
            raise ValueError(f"Responses to all {count} stimuli are wanted; {layer!r} has {len(given)}.")
    return {layer: _parts(values) for layer, values in found.items() if values.min() >= 0}


def _parts(values: np.ndarray) -> Arrays:
    """Responses (471, c) by kind of stimulus; axes: channel, phase (or direction, or polarity), values."""
    shapes = {
        "grating": (2, len(stimuli.ORIENTATIONS), len(stimuli.FREQUENCIES)),
        "colour": (1, len(stimuli.HUES)),
        "level": (1, len(stimuli.LEVELS)),
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
    """One phase of each kind; of the curves, where one polarity looks like a direction, half of these."""
    bent = {kind: parts[kind][..., index::2] for kind in ("curve", "edge")}
    return {kind: part[:, [index % part.shape[1]]] for kind, part in parts.items()} | bent


def _arrays(parts: Arrays, directions: np.ndarray = stimuli.DIRECTIONS) -> Arrays:
    """All arrays of a layer."""
    samples = _samples(parts)
    means = {name: values.mean(axis=1) for name, values in samples.items()}
    spreads = {f"{name}_spread": values.std(axis=1) for name, values in samples.items()}
    numbers = _numbers(means, directions)
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
        "level": parts["level"],
        "contrast": parts["contrast"],
        "curvature": parts["curve"],
        "edge": parts["edge"],
    }


def _numbers(means: Arrays, directions: np.ndarray) -> Arrays:
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
        "preferred_direction": (Tuning(directions, bent.T, 360).preferred, "curvature"),
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
    at_end = np.isin(curves.argmax(axis=1), (0, len(octaves) - 1))
    peak = np.where(at_end, octaves[curves.argmax(axis=1)], peak.clip(x[:, 0], x[:, 2]))
    return 2**peak, _width_at_half_height(octaves, curves)


def _width_at_half_height(places: np.ndarray, curves: np.ndarray) -> np.ndarray:
    """Distance over which straight lines between a curve's points are at least half its maximum."""
    fine = np.linspace(places[0], places[-1], 200)
    drawn = np.stack([np.interp(fine, places, curve) for curve in curves])
    return (drawn >= drawn.max(axis=1, keepdims=True) / 2).mean(axis=1) * np.ptp(places)


def _half_contrast(curves: np.ndarray) -> np.ndarray:
    """Least contrast of half the largest change from contrast 0, (c,); NaN where contrast changes nothing."""
    found = []
    for values in np.abs(curves - curves[:, :1]):
        reached = np.flatnonzero(values >= values.max() / 2)[0]
        span = slice(max(reached - 1, 0), reached + 1)
        at = np.interp(values.max() / 2, values[span], stimuli.CONTRASTS[span])
        found.append(at if values.max() > 0 else np.nan)
    return np.array(found)
