"""The family of a channel: a rule on its tuning curves, with thresholds from a network with random weights.

A measure is the difference of two responses, as a share of the channel's largest response to any stimulus. A
channel whose largest response is below half the layer's median counts as if it reached that, so that nearly
silent channels, whose curves rest on a few cells, do not pass for selective ones.

The families are tried in the order of `FAMILIES`; the first that fits is the channel's.

- colour: even images of the best and of the worst hue differ (`colour`), more than black and white do
  (`light`), and the channel is not oriented.
- colour edge: coloured curves on grey of the best and of the worst hue differ (`colour edge`).
- curve: curves wake it more than all gratings and straight edges do (`bent` above 0), and the best curve
  more than the same turned by half a turn (`direction`).
- oriented edge, line: oriented, that is the best grating wakes it more than the same turned by a quarter
  (`orientation`), and not more awake for curves. An edge if at a quarter of the preferred frequency a quarter
  of the response is left (`low`), or if straight edges wake it more than gratings do (`edge`), else a line.
  Of an ideal edge filter, the first derivative of a Gaussian, 0.40 is left there, and of an ideal line
  filter, the second derivative, 0.16.
- high frequency: gratings of 1/4 cycle a pixel or more wake it more than all others do (`fine`).
- corner or texture: curves wake it more than all gratings and straight edges do, whichever way they bulge, or
  patterns without a preferred orientation wake it more than all even images do (`pattern`).
- other: none of these, among them channels that tell light from dark and silent ones.

The threshold of `colour`, `colour edge`, `direction`, `orientation`, `fine` and `pattern` is the median of
the random network's channels of the same layer, but at least a third and at most a half: differences below a
third are no preference that one would see, and above a half there is always one. (A high percentile would
let hardly anything pass: random kernels are coloured and oriented, too. In VGG16 the 95th percentile of
`colour` is 1 in the layers of blocks 1 to 3, and that of `orientation` 0.88 or more in all but the first.)
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vggviz._shared.files import output_folder
from vggviz.channel_atlas import stimuli, tuning
from vggviz.channel_atlas.responses import Work
from vggviz.channel_atlas.tuning import Arrays
from vggviz.datasets.stimuli import SIDE
from vggviz.models.receptive_field import receptive_fields

if TYPE_CHECKING:
    import keras

FAMILIES = (
    "colour",
    "colour edge",
    "curve",
    "oriented edge",
    "line",
    "high frequency",
    "corner or texture",
    "other",
)
COMPARED = ("colour", "colour edge", "direction", "orientation", "fine", "pattern")
"""Measures whose threshold comes from the random network."""
LEAST, MOST = 1 / 3, 1 / 2
LEFT = 1 / 4
"""Share of the response of an edge that is left at a quarter of the preferred frequency."""
FINE = 1 / 4
"""Cycles a pixel from which on a frequency is high."""
UNFINISHED = "unfinished"
"""Folder of the responses to stimuli while not all are measured."""


def measures(arrays: Mapping[str, np.ndarray]) -> Arrays:
    """The measures of the rule for the channels of a layer, {name: float64 (c,)}.

    Args:
        arrays: the layer's tuning curves, as of `tuning.curves`.
    """
    curves = {name: np.asarray(arrays[name], np.float64) for name in tuning.CURVES}
    scale = _largest(curves)
    grating, edge = curves["orientation"].max(axis=1), curves["edge"].max(axis=1)
    bent, opposite = tuning.best_and_opposite(curves["curvature"][:, :-1])
    best, across = tuning.best_and_opposite(curves["orientation"])
    fine = stimuli.FREQUENCIES >= FINE
    even = np.maximum(curves["even_hue"].max(axis=1), curves["level"].max(axis=1))
    straight = np.maximum(grating, edge)
    changes = {
        "colour": np.ptp(curves["even_hue"], axis=1),
        "colour edge": np.ptp(curves["curve_hue"], axis=1),
        "direction": bent - opposite,
        "orientation": best - across,
        "fine": curves["frequency"][:, fine].max(axis=1) - curves["frequency"][:, ~fine].max(axis=1),
        "pattern": np.maximum(bent, straight) - even,
        "light": np.ptp(curves["level"], axis=1),
        "bent": bent - straight,
        "edge": edge - grating,
    }
    return {name: change / scale for name, change in changes.items()} | {
        "low": _left_below(curves["frequency"])
    }


def thresholds(arrays: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Thresholds of a layer from its curves with random weights, the arrays ``..._random``.

    Raises:
        ValueError: arrays without a control.
    """
    control = {name: arrays[f"{name}_random"] for name in tuning.CURVES if f"{name}_random" in arrays}
    if len(control) < len(tuning.CURVES):
        raise ValueError("The thresholds come from a network with random weights: give `curves` a control.")
    found = measures(control)
    return {name: float(np.median(found[name]).clip(LEAST, MOST)) for name in COMPARED}


def classify(arrays: Mapping[str, np.ndarray], limits: Mapping[str, float] | None = None) -> np.ndarray:
    """Family of each channel of a layer, uint8 (c,), an index into `FAMILIES`.

    Args:
        arrays: the layer's tuning curves, as of `tuning.curves` or `tuning.curves_of_halves`.
        limits: thresholds; None takes those of the arrays' own control.

    Raises:
        ValueError: no limits, and arrays without a control.
    """
    limits = thresholds(arrays) if limits is None else limits
    found = measures(arrays)
    over = {name: found[name] >= limits[name] for name in COMPARED}
    bent, oriented = found["bent"] > 0, over["orientation"]
    edge = (found["low"] >= LEFT) | (found["edge"] > 0)
    fits = {
        "colour": over["colour"] & ~oriented & (found["colour"] > found["light"]),
        "colour edge": over["colour edge"],
        "curve": bent & over["direction"],
        "oriented edge": oriented & ~bent & edge,
        "line": oriented & ~bent & ~edge,
        "high frequency": over["fine"],
        "corner or texture": bent | over["pattern"],
    }
    first = np.argmax([*(fits[name] for name in FAMILIES[:-1]), np.ones(len(bent), bool)], axis=0)
    return first.astype(np.uint8)


def of_control(arrays: Mapping[str, np.ndarray], limits: Mapping[str, float] | None = None) -> np.ndarray:
    """Family of each channel of the random network by the same rule; otherwise like `classify`."""
    limits = thresholds(arrays) if limits is None else limits
    return classify({name: arrays[f"{name}_random"] for name in tuning.CURVES}, limits)


def of_network(
    model: keras.Model,
    control: keras.Model | None = None,
    *,
    layers: str | Iterable[str] | None = None,
    preprocess: Callable[[np.ndarray], np.ndarray] | None = None,
    kept_in: str | os.PathLike[str] | None = None,
) -> dict[str, dict[str, np.ndarray]]:
    """Tuning curves and families of the channels of a network, measured now; an atlas keeps the same arrays.

    Args:
        model: any Keras model.
        control: the same network with random weights; None makes one by `tuning.random_control`.
        layers: name or names of layers; None for all convolutions whose receptive field is known.
        preprocess: function from uint8 (N, H, W, 3) RGB to the model's input; None is `vggviz.preprocess`.
        kept_in: folder in which responses are kept as they are measured, and from which they are taken up
            again; None keeps none.

    Returns:
        ``{layer: {name: array}}`` as of `tuning.curves`, with those of `with_families`.

    Raises:
        ValueError: as of `stimuli.responses`.
    """
    control = tuning.random_control(model) if control is None else control
    found, random = (
        tuning.all_responses(
            network,
            layers=layers,
            preprocess=preprocess,
            kept_in=None if kept_in is None else output_folder(Path(kept_in) / label),
        )
        for label, network in (("network", model), ("control", control))
    )
    made = tuning.curves(found, random)
    with_families(made, tuning.curves_of_halves({layer: found[layer] for layer in made}))
    return made


def by_stimulus(work: Work, layers: list[str]) -> Iterator[tuple[str, Arrays]]:
    """Tuning curves and families of the channels of each layer.

    Yields:
        (layer, arrays) of the layers with a known receptive field; none if the network reads larger images
        than the stimuli.
    """
    if named := _shown_stimuli(work, layers):
        unfinished = work.folder / UNFINISHED
        yield from of_network(work.model, layers=named, preprocess=work.read, kept_in=unfinished).items()
        shutil.rmtree(unfinished, ignore_errors=True)


def by_stimulus_macs(work: Work, layers: list[str]) -> float:
    """About how many multiply-accumulates `by_stimulus` takes, with those of the random network."""
    named = _shown_stimuli(work, layers)
    return 2 * len(stimuli.all_stimuli()) * work.forward_macs(named) if named else 0


def _shown_stimuli(work: Work, layers: list[str]) -> list[str]:
    fields = receptive_fields(work.model)
    fits = max(work.levels.shape[1:3]) <= SIDE
    return [layer for layer in layers if layer in fields] if fits else []


def with_families(made: dict[str, Arrays], halves: tuple[dict[str, Arrays], dict[str, Arrays]]) -> None:
    """Add `family` (c,) and `family_of_halves` (c, 2) to the curves of each layer.

    Args:
        made: `tuning.curves` with a control; changed.
        halves: `tuning.curves_of_halves` of the same responses. The thresholds are those of the whole.
    """
    for layer, arrays in made.items():
        limits = thresholds(arrays)
        arrays["family"] = classify(arrays, limits)
        arrays["family_of_halves"] = np.stack([classify(half[layer], limits) for half in halves], axis=1)


def agreement(family_of_halves: np.ndarray) -> tuple[float, float]:
    """Share of channels with one family in both halves of the stimuli, and Cohen's kappa.

    Kappa is 0 for as many as by chance, given how many channels each family has, and 1 for all; NaN where
    both halves have one and the same family only.
    """
    first, second = np.asarray(family_of_halves).T
    same = float((first == second).mean())
    chance = float(
        np.dot(*(np.bincount(half, minlength=len(FAMILIES)) / len(first) for half in (first, second)))
    )
    return same, (same - chance) / (1 - chance) if chance < 1 else float("nan")


def _largest(curves: Arrays) -> np.ndarray:
    """Largest response of each channel, but at least half the layer's median; 1 where all are silent."""
    largest = np.max([values.reshape(len(values), -1).max(axis=1) for values in curves.values()], axis=0)
    soft = np.maximum(largest, np.median(largest) / 2)
    return np.where(soft > 0, soft, 1)


def _left_below(curves: np.ndarray) -> np.ndarray:
    """Response at a quarter of the frequency of the largest, of that, (c,); at least the lowest frequency."""
    octaves = np.log2(stimuli.FREQUENCIES)
    lower = octaves[curves.argmax(axis=1)] - 2
    left = [np.interp(at, octaves, curve) for at, curve in zip(lower, curves, strict=True)]
    return np.array(left) / np.where(curves.max(axis=1) > 0, curves.max(axis=1), 1)
