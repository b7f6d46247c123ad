"""Tuning of channels to an angle, such as an orientation or a hue: curves, preferred angle, selectivity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vggviz._shared import validation
from vggviz.activations.forward import chosen_layers
from vggviz.activations.inner_cells import inner_means
from vggviz.models.receptive_field import receptive_fields

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Tuning:
    """Responses of the channels of one layer to stimuli that differ in an angle.

    Attributes:
        angles: float64 (A,), degrees, ascending.
        curves: float64 (A, c), mean response to each angle.
        period: degrees after which the stimulus is the same again: 180 for orientations, 360 for hues.
    """

    angles: np.ndarray
    curves: np.ndarray
    period: float

    @property
    def preferred(self) -> np.ndarray:
        """Preferred angle, float64 (c,), from 0 to below the period; NaN for silent channels.

        The angle of the mean of all angles as points on a circle, weighted with the responses.
        """
        angle = np.angle(self._vector()) * self.period / (2 * np.pi) % self.period
        angle[angle == self.period] = 0  # the remainder of a tiny negative number is rounded up
        return np.where(self.curves.sum(axis=0) > 0, angle, np.nan)

    @property
    def selectivity(self) -> np.ndarray:
        """One minus the circular variance, float64 (c,); 0 for equal responses, 1 for a single angle.

        Ringach, Shapley and Hawken, "Orientation selectivity in macaque V1", 2002. 0 for silent channels.
        """
        return np.abs(self._vector())

    def _vector(self) -> np.ndarray:
        # scipy.stats.circmean and circvar take no weights
        turns = np.exp(2j * np.pi * self.angles / self.period)
        total = self.curves.sum(axis=0)
        return (turns @ self.curves) / np.where(total > 0, total, 1)


def inner_responses(
    model: keras.Model,
    batch: np.ndarray,
    layers: str | Iterable[str] | None = None,
    *,
    rectified: bool = False,
) -> dict[str, np.ndarray]:
    """Mean activation of every channel over the cells whose receptive field lies inside the image.

    The zeros of the padding are an edge that every other cell sees. Where no cell's field lies inside, the
    one or two cells nearest to the middle are taken, in each direction.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), the model's input; a few images are computed at a time.
        layers: name or names of layers; None for all convolutions and pools.
        rectified: take the positive part of each cell before the mean, after the batch normalization and the
            activation that follow the layer, if they are layers of their own. So a layer without ReLU has
            responses to both phases of a grating that do not cancel.

    Returns:
        ``{layer: float32 (N, c)}``.

    Raises:
        ValueError: an unknown layer, or one without a receptive field, or a batch of another shape.
        TypeError: `rectified` is not a bool.
    """
    rectified = validation.instance("True or False as rectified", rectified, bool)
    names = chosen_layers(model, layers)
    batch = validation.array("The batch's values", batch, "(N, H, W, C)", 4)
    fields = receptive_fields(model)
    for name in names:
        if name not in fields:
            raise ValueError(f"The receptive field of the layer {name!r} is unknown or the whole image.")
    return inner_means(model, batch, names, rectified=rectified)


def tuning_curves(
    responses: Mapping[str, np.ndarray], angles: np.ndarray, *, period: float = 180
) -> dict[str, Tuning]:
    """Tuning curves of channels from their responses to stimuli that differ in an angle.

    Responses to the same angle are averaged: over the phases and frequencies of gratings, for instance.

    Args:
        responses: {layer: float (N, c)}, not negative, as returned by `inner_responses`.
        angles: float (N,), the angle of each image in degrees, from 0 to below the period. Three different
            ones or more, at equal distances around the circle, each the same number of times.
        period: degrees after which the stimulus is the same again: 180 for orientations, 360 for hues.

    Returns:
        ``{layer: Tuning}``.

    Raises:
        ValueError: responses or angles of another shape or range.
    """
    period = validation.real("period in degrees", period, 1, 360)
    angles = validation.numbers("Angles", angles, "(N,)", 1).astype(np.float64)
    different, places, counts = np.unique(angles, return_inverse=True, return_counts=True)
    steps = np.diff(different, append=different[0] + period)
    outside = different[0] < 0 or different[-1] >= period
    if len(different) < 3 or outside or np.ptp(counts) or not np.allclose(steps, period / len(different)):
        raise ValueError(
            f"Three or more angles from 0 to below {period:g}, at equal distances and equally often, are "
            f"wanted; got {validation.shown_list(different)}, {validation.shown_list(counts)} times."
        )
    found = {}
    for layer, values in validation.mapping("Responses", responses).items():
        given = validation.numbers(f"Responses of {layer!r}", values, "(N, c)", 2)
        if len(given) != len(angles) or given.min() < 0:
            raise ValueError(
                f"A response of 0 or above to each of the {len(angles)} images is wanted; "
                f"{layer!r} has {given.shape} from {given.min():g} on."
            )
        sums = np.zeros((len(different), given.shape[1]))
        np.add.at(sums, places, given)
        found[layer] = Tuning(different, sums / counts[0], period)
    return found
