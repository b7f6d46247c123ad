"""Indices of visual perception, layer by layer, from distances between feature maps or responses of units.

Jacob, Pramod, Katti and Arun, "Qualitative similarities and differences in visual object representations
between brains and deep networks", 2021. A unit is a channel at one cell.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from vggviz._shared import validation
from vggviz.activations.statistics import check_maps

RESPONSE = 0.05
"""Least response to an object, as a share of the largest change of any unit of the layer."""


def pair_distances(maps: Mapping[str, np.ndarray], pairs: np.ndarray) -> dict[str, np.ndarray]:
    """Euclidean distances of pairs of images in each layer, over all units.

    Args:
        maps: {layer: float (N, h, w, c)}.
        pairs: int (..., 2), indices of images.

    Returns:
        ``{layer: float64 (...)}``, a distance for each pair.

    Raises:
        ValueError: maps or pairs of another shape, or an index out of range.
    """
    distances = {}
    for layer, values in validation.mapping("Maps", maps).items():
        images = check_maps(layer, values)
        checked = _indices("Pairs", pairs, "(..., 2)", len(images))
        if checked.shape[-1] != 2:
            raise ValueError(f"Pairs must be numbers of shape (..., 2); got {checked.shape}.")
        found = np.array([_distance(images[i], images[j]) for i, j in checked.reshape(-1, 2)])
        distances[layer] = found.reshape(checked.shape[:-1])
    return distances


def distance_index(
    maps: Mapping[str, np.ndarray], larger: np.ndarray, smaller: np.ndarray
) -> dict[str, np.ndarray]:
    """Difference of two mean distances divided by their sum, from -1 to 1, for each stimulus.

    The form of most indices of Jacob et al.; for mirror confusion the larger distance is that of an image
    from its upside-down copy, and the smaller one that from its left-right mirror image.

    Args:
        maps: {layer: float (N, h, w, c)}.
        larger: int (S, P, 2), for each of S stimuli the pairs of images that differ more for people.
        smaller: int (S, Q, 2), the pairs that differ less.

    Returns:
        ``{layer: float64 (S,)}``, positive where the layer agrees with people, 0 if all distances are 0.

    Raises:
        ValueError: maps or pairs of another shape, or an index out of range.
    """
    pairs = [validation.array("Pairs", value, "(S, P, 2)", 3, kinds="ui") for value in (larger, smaller)]
    if len(pairs[0]) != len(pairs[1]):
        raise ValueError(
            f"Pairs must have shapes (S, P, 2) and (S, Q, 2); got {pairs[0].shape} and {pairs[1].shape}."
        )
    large, small = (pair_distances(maps, some) for some in pairs)
    return {layer: _index(large[layer].mean(axis=1), small[layer].mean(axis=1)) for layer in large}


def weber_index(
    maps: Mapping[str, np.ndarray], pairs: np.ndarray, quantity: np.ndarray
) -> dict[str, np.ndarray]:
    """How much better distances follow the relative than the absolute change of a quantity.

    Weber's law says that what counts is the change divided by the smaller value. The index is the Pearson
    correlation of distance and relative change, minus that of distance and absolute change.

    Args:
        maps: {layer: float (N, h, w, c)}.
        pairs: int (S, P, 2), P >= 3: S sets of pairs of images.
        quantity: float (N,), a length or brightness of each image, above 0.

    Returns:
        ``{layer: float64 (S,)}``; 0 where all distances of a set are equal.

    Raises:
        ValueError: maps, pairs or quantities of another shape, an index out of range, a quantity of 0 or
            below, or a set whose relative or absolute changes are all equal.
    """
    quantity = validation.numbers("Quantities", quantity, "(N,)", 1).astype(np.float64)
    pairs = _indices("Pairs", pairs, "(S, P, 2)", len(quantity))
    if pairs.ndim != 3 or pairs.shape[1] < 3 or quantity.min() <= 0:
        raise ValueError(
            "Three pairs or more in each set, (S, P, 2), and quantities above 0 are wanted; "
            f"got pairs of shape {pairs.shape} and a least quantity of {quantity.min():g}."
        )
    values = np.sort(quantity[pairs], axis=-1)
    change = values[..., 1] - values[..., 0]
    relative = change / values[..., 0]
    if min(np.ptp(change, axis=1).min(), np.ptp(relative, axis=1).min()) <= 0:
        raise ValueError(
            "Relative and absolute changes must each differ between the pairs of a set; "
            f"got quantities from {quantity.min():g} to {quantity.max():g} in pairs of shape {pairs.shape}."
        )
    return {
        layer: _correlation(distances, relative) - _correlation(distances, change)
        for layer, distances in pair_distances(maps, pairs).items()
    }


def relative_size_index(maps: Mapping[str, np.ndarray], *, share: float = 0.07) -> dict[str, np.ndarray]:
    """Whether units with an interaction of two parts' sizes respond alike to equal ratios of the sizes.

    Four images in a row show an object of two parts, A and B: both small, A large, B large, both large. The
    interaction of a unit is the part of its responses that no sum of an effect of A and one of B explains.
    Vighneshvel and Arun, "Coding of relative size in monkey inferotemporal cortex", 2015.

    Args:
        maps: {layer: float (4 T, h, w, c)}, of T objects.
        share: of the units that do not respond alike to all four images, those with the largest interaction,
            0 to 1; at least one unit.

    Returns:
        ``{layer: float64 (T,)}``: distance of the second and third image minus that of the first and fourth,
        divided by their sum, over those units; 0 where none responds.

    Raises:
        ValueError: maps of another shape or of a number of images that is no multiple of 4, or a share out of
            range.
    """
    share = validation.real("share of the units", share, 0, 1)
    found = {}
    for layer, values in validation.mapping("Maps", maps).items():
        images = check_maps(layer, values)
        if len(images) % 4:
            raise ValueError(f"Four images for each object are wanted; {layer!r} has maps of {len(images)}.")
        objects = images.reshape(len(images) // 4, 4, -1)
        found[layer] = np.array([_relative_size(responses, share) for responses in objects])
    return found


def normalization_slope(
    maps: Mapping[str, np.ndarray], alone: np.ndarray, together: np.ndarray, *, blank: int | None = None
) -> dict[str, np.ndarray]:
    """Slope of the responses to several objects at once against the sum of the responses to each alone.

    1 is a sum, 1 / K an average of K objects. Only units count that respond to an object at each of the K
    places. Zoccolan, Cox and DiCarlo, "Multiple object response normalization in monkey inferotemporal
    cortex", 2005.

    Args:
        maps: {layer: float (N, h, w, c)}.
        alone: int (S, K), the images of each of the K objects of S scenes alone, a place in each column.
        together: int (S,), the images of the scenes.
        blank: index of an image without objects. A response is then the change from that image, up or down,
            and must be larger than a twentieth of the layer's largest. None for the activation itself, which
            must be above 0: the response to the ground is then added K times to the sum, and once to the
            scene.

    Returns:
        ``{layer: float64 (S,)}``, of least-squares lines; NaN for layers without such a unit.

    Raises:
        ValueError: maps or indices of another shape, or an index out of range.
    """
    found = {}
    for layer, values in validation.mapping("Maps", maps).items():
        images = check_maps(layer, values)
        units = images.reshape(len(images), -1)
        singles = _indices("Images of objects alone", alone, "(S, K)", len(units))
        scenes = _indices("Images of scenes", together, "(S,)", len(units))
        if singles.ndim != 2 or scenes.shape != singles.shape[:1]:
            raise ValueError(
                f"Indices must have shapes (S, K) and (S,); got {singles.shape} and {scenes.shape}."
            )
        if blank is not None:
            units = units - units[validation.whole("blank image", blank, 0, len(units) - 1)]
        least = 0 if blank is None else RESPONSE * np.abs(units).max()
        sizes = units if blank is None else np.abs(units)
        responds = np.all([(sizes[np.unique(place)] > least).any(axis=0) for place in singles.T], axis=0)
        units = units[:, responds].astype(np.float64)
        found[layer] = _slopes(units[singles].sum(axis=1), units[scenes])
    return found


def _distance(one: np.ndarray, other: np.ndarray) -> float:
    """Euclidean distance, summed in float64 without BLAS, whose threads cost more here than they save."""
    change = np.subtract(one, other, dtype=np.float64).ravel()
    return math.sqrt(np.einsum("i,i", change, change))


def _indices(what: str, value: Any, shape: str, count: int) -> np.ndarray:
    """Indices of images as an int array; ValueError unless all are from 0 to count - 1."""
    given = validation.array(what, value, shape, (1, 2, 3, 4), kinds="ui")
    validation.channel_indices(what, given.ravel(), count)
    return given.astype(int)


def _index(larger: Any, smaller: Any) -> Any:
    total = larger + smaller
    return (larger - smaller) / np.where(total > 0, total, 1)


def _correlation(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Pearson correlation of each row with its other, 0 for a constant row."""
    rows, others = (values - values.mean(axis=1, keepdims=True) for values in (rows, others))
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(others, axis=1)
    return (rows * others).sum(axis=1) / np.where(lengths > 0, lengths, 1)


def _relative_size(responses: np.ndarray, share: float) -> float:
    """Index of one object, from responses (4, units)."""
    varying = np.ptp(responses, axis=0) > 0  # silent units would take most of the share
    if not varying.any():
        return 0.0
    small, a_large, b_large, large = responses[:, varying].astype(np.float64)
    count = max(1, round(share * len(small)))
    chosen = np.argpartition(-np.abs(small + large - a_large - b_large), count - 1)[:count]
    differences = ((a_large - b_large)[chosen], (small - large)[chosen])
    return float(_index(*(np.linalg.norm(difference) for difference in differences)))


def _slopes(sums: np.ndarray, responses: np.ndarray) -> np.ndarray:
    """Least-squares slope of each row of responses against its row of sums, NaN where these are constant."""
    if not sums.size:
        return np.full(len(sums), np.nan)
    centred = sums - sums.mean(axis=1, keepdims=True)
    squares = (centred**2).sum(axis=1)
    return (centred * responses).sum(axis=1) / np.where(squares > 0, squares, np.nan)
