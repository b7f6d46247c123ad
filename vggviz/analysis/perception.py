"""Indices of visual perception, from distances between feature maps or from responses of units.

Jacob, Pramod, Katti and Arun, "Qualitative similarities and differences in visual object representations
between brains and deep networks", 2021. A unit is a channel at one cell.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vggviz._shared import validation
from vggviz.activations.statistics import check_maps


def pair_distances(maps: Mapping[str, np.ndarray], pairs: np.ndarray) -> dict[str, np.ndarray]:
    """Euclidean distances of pairs of images in each layer, over all units.

    Args:
        maps: {layer: float (N, h, w, c)}.
        pairs: int (P, 2), indices of images.

    Returns:
        ``{layer: float64 (P,)}``.

    Raises:
        ValueError: maps or pairs of another shape, or an index out of range.
    """
    pairs = validation.array("Pairs", pairs, "(P, 2)", 2, kinds="ui")
    if pairs.shape[1] != 2:
        raise ValueError(f"Pairs must be numbers of shape (P, 2); got {pairs.shape}.")
    distances = {}
    for layer, values in validation.mapping("Maps", maps).items():
        images = check_maps(layer, values)
        validation.channel_indices("Indices of images in pairs", pairs.ravel(), len(images))
        changes = (np.subtract(images[i], images[j], dtype=np.float64) for i, j in pairs)
        distances[layer] = np.array([np.linalg.norm(change) for change in changes])
    return distances


def difference_index(larger: np.ndarray, smaller: np.ndarray) -> np.ndarray:
    """Difference of two distances divided by their sum, -1 to 1; 0 where both are 0.

    The form of most indices of Jacob et al.: mirror confusion with the distances of an image from its
    upside-down copy and from its left-right mirror image, global advantage with those of a change of the
    large and of the small shapes, and others.

    Args:
        larger: float (P,), distances that are the larger ones for people.
        smaller: float (P,), those that are the smaller ones.

    Returns:
        float64 (P,); positive where the network agrees with people.

    Raises:
        ValueError: arrays of different shapes, or negative distances.
    """
    larger, smaller = _alike("Distances", larger, smaller)
    if min(larger.min(), smaller.min()) < 0:
        raise ValueError(f"Distances must not be negative; got {min(larger.min(), smaller.min()):g}.")
    total = larger + smaller
    return (larger - smaller) / np.where(total > 0, total, 1)


def weber_index(distances: np.ndarray, before: np.ndarray, after: np.ndarray) -> float:
    """How much better distances follow the relative than the absolute change of a quantity.

    Weber's law says that what counts is the change divided by the smaller value.

    Args:
        distances: float (P,), P >= 3, one for each pair of images.
        before: float (P,), the smaller value of the quantity, such as a length, above 0.
        after: float (P,), the larger one.

    Returns:
        Pearson correlation of distance and relative change, minus that of distance and absolute change.

    Raises:
        ValueError: arrays of different shapes, fewer than three pairs, values that are not positive, or
            distances or changes that are all equal, which no correlation is defined for.
    """
    before, after = _alike("Values", before, after)
    distances, change = _alike("Distances", distances, after - before)
    if len(change) < 3 or before.min() <= 0:
        raise ValueError(
            "Three or more pairs, with values above 0, are wanted; "
            f"got {len(change)} with a least value of {before.min():g}."
        )
    rows = np.stack([distances, change / before, change])
    if not np.ptp(rows, axis=1).all():
        raise ValueError("Distances, relative and absolute changes must each differ between pairs.")
    correlations = np.corrcoef(rows)[0]
    return float(correlations[1] - correlations[2])


def relative_size_index(responses: np.ndarray, share: float = 0.07) -> np.ndarray:
    """Whether units with an interaction of two parts' sizes respond alike to equal ratios of the sizes.

    Each tetrad holds an object of two parts, A and B: both small, A large, B large, both large. The
    interaction of a unit is the part of its responses that no sum of an effect of A and one of B explains.

    Args:
        responses: float (T, 4, U): tetrads, their images in this order, units.
        share: of the units, those with the largest interaction, above 0 to 1.

    Returns:
        float64 (T,): distance of the second and third image minus that of the first and fourth, divided by
        their sum, over those units; 0 where none responds.

    Raises:
        ValueError: responses of another shape, or a share out of range.
    """
    responses = validation.numbers("Responses", responses, "(tetrads, 4, units)", 3)
    if responses.shape[1] != 4:
        raise ValueError(f"Responses must have shape (tetrads, 4, units); got {responses.shape}.")
    count = max(1, round(validation.real("share of the units", share, 0, 1) * responses.shape[2]))
    small, a_large, b_large, large = np.moveaxis(responses.astype(np.float64), 1, 0)
    interaction = np.abs(small + large - a_large - b_large)
    chosen = np.argsort(-interaction, axis=1, kind="stable")[:, :count]
    distances = [
        np.linalg.norm(np.take_along_axis(one - other, chosen, axis=1), axis=1)
        for one, other in ((a_large, b_large), (small, large))
    ]
    return difference_index(*distances)


def normalization_slope(alone: np.ndarray, together: np.ndarray) -> float:
    """Slope of the responses to several objects against the sum of the responses to each alone.

    1 is a sum, 1 / K an average of K objects. Zoccolan, Cox and DiCarlo, "Multiple object response
    normalization in monkey inferotemporal cortex", 2005.

    Args:
        alone: float (K, S, U): responses to each of the K objects of S scenes alone, of U units.
        together: float (S, U): responses to all K at once.

    Returns:
        The slope of a least-squares line over all scenes and units.

    Raises:
        ValueError: responses of other shapes, or sums that are all equal, which have no slope.
    """
    alone = validation.numbers("Responses to objects alone", alone, "(objects, scenes, units)", 3)
    total, together = _alike("Responses", alone.sum(axis=0, dtype=np.float64), together)
    centred = total - total.mean()
    if not centred.any():
        raise ValueError("The sums of the responses must differ between units or scenes; all are equal.")
    return float((centred * (together - together.mean())).sum() / (centred**2).sum())


def _alike(what: str, one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as float64; ValueError unless they are finite and of one shape."""
    axes = (1, 2)
    one, other = (
        validation.numbers(what, values, "(P,)", axes).astype(np.float64) for values in (one, other)
    )
    if one.shape != other.shape:
        raise ValueError(f"{what} must have one shape; got {one.shape} and {other.shape}.")
    return one, other
