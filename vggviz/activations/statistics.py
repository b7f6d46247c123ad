"""Statistics of channels over many images: mean, spread, maximum, share of zeros, dead channels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from vggviz._shared import validation
from vggviz.activations.exact_sums import exact_sums, rounded_mean, rounded_std
from vggviz.models.graph import check_name

ORDERS = ("max", "mean", "std", "apoz", "index")


@dataclass(frozen=True)
class ChannelStatistics:
    """Statistics of each channel of one layer, over all cells of all images.

    The sum of two instances is bitwise equal to the statistics of both sets of images together, in any
    order.

    Attributes:
        count: number of cells of each channel.
        sums: object (c,), exact sum of the activations, as integers in units of 2 ** -1000.
        squares: object (c,), exact sum of their squares, in the same unit.
        max: float32 (c,), largest activation.
        zeros: int64 (c,), number of cells that are zero (or negative, without a ReLU).
    """

    count: int
    sums: np.ndarray
    squares: np.ndarray
    max: np.ndarray
    zeros: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """Mean activation, float64 (c,), correctly rounded."""
        return rounded_mean(self.sums, self.count)

    @property
    def std(self) -> np.ndarray:
        """Standard deviation over the cells, float64 (c,), from the exact variance."""
        return rounded_std(self.sums, self.squares, self.count)

    @property
    def apoz(self) -> np.ndarray:
        """Share of cells that are zero, float64 (c,), 0 to 1 (Hu et al., "Network Trimming", 2016, eq. 1)."""
        return self.zeros / self.count

    @property
    def dead(self) -> np.ndarray:
        """Whether each channel was never positive, bool (c,)."""
        return self.max <= 0

    def __add__(self, other: ChannelStatistics) -> ChannelStatistics:
        """Statistics of both sets of images together."""
        if len(self.max) != len(other.max):
            raise ValueError(
                "Only statistics of the same layer can be added; "
                f"got {len(self.max)} and {len(other.max)} channels."
            )
        return ChannelStatistics(
            self.count + other.count,
            self.sums + other.sums,
            self.squares + other.squares,
            np.maximum(self.max, other.max),
            self.zeros + other.zeros,
        )


Maps = Mapping[str, np.ndarray]


def channel_statistics(maps: Maps | Iterable[Maps]) -> dict[str, ChannelStatistics]:
    """Mean, spread, maximum and share of zeros of every channel.

    The sums are exact, so the result does not depend on the order of the images or how they are batched.

    Args:
        maps: {layer: float (N, h, w, c)} as returned by `feature_maps`, or an iterable of such dicts,
            which is consumed one by one: a generator can provide any number of images.

    Returns:
        ``{layer: ChannelStatistics}``.

    Raises:
        ValueError: no maps, maps of another shape, or values that are not finite.
    """
    found: dict[str, ChannelStatistics] = {}
    for batch in [maps] if isinstance(maps, Mapping) else validation.several("Maps of several images", maps):
        for layer, values in validation.mapping("Maps", batch).items():
            new = layer_statistics(layer, check_maps(layer, values))
            found[layer] = found[layer] + new if layer in found else new
    if not found:
        raise ValueError("There are no maps to compute statistics of; got an empty collection.")
    return found


def rank_channels(maps: Maps, by: str = "max") -> dict[str, np.ndarray]:
    """Channel indices of each layer, sorted by a statistic.

    Args:
        maps: {layer: float (N, h, w, c)}.
        by: "max", "mean" or "std", largest first; "apoz", fewest zeros first; or "index".

    Returns:
        ``{layer: int64 (c,)}``, channel indices; ties are sorted by index.

    Raises:
        ValueError: unknown order, no maps, or maps of another shape.
    """
    validation.one_of("order", by, ORDERS)
    ranked = {}
    for layer, statistics in channel_statistics(maps).items():
        if by == "index":
            ranked[layer] = np.arange(len(statistics.max))
        else:
            key = statistics.apoz if by == "apoz" else -getattr(statistics, by)
            ranked[layer] = np.argsort(key, kind="stable")
    return ranked


def check_maps(layer: str, values: np.ndarray) -> np.ndarray:
    """The maps of one layer as an array; ValueError unless they are finite numbers (N, h, w, c)."""
    return validation.numbers(f"Maps of {layer!r}", values, "(N, h, w, c)", 4)


def layer_statistics(layer: str, values: np.ndarray) -> ChannelStatistics:
    """Statistics of the maps of one layer, (N, h, w, c); ValueError if they are not finite."""
    cells = values.reshape(-1, values.shape[-1])
    try:
        sums, squares = exact_sums(cells)
    except ValueError as error:
        raise ValueError(f"The maps of {layer!r} hold {error}.") from error
    return ChannelStatistics(len(cells), sums, squares, cells.max(axis=0), (cells <= 0).sum(axis=0))


def maps_of(maps: Mapping[str, np.ndarray], layer: str) -> np.ndarray:
    """The maps of one layer, checked; ValueError if the layer is unknown."""
    check_name(layer, validation.mapping("Maps", maps))
    return check_maps(layer, maps[layer])
