"""What a channel does, in numbers: how strong, how often silent, dead or alive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

ORDERS = ("max", "mean", "std", "apoz", "number")


@dataclass(frozen=True)
class ChannelStatistics:
    """Statistics of each channel of one layer, over every cell of every picture seen.

    Two of them add up to the statistics of both sets of pictures together.

    Attributes:
        count: cells seen of each channel.
        mean: float64 (c,), mean activation.
        squares: float64 (c,), sum of squared distances from the mean.
        max: float32 (c,), largest activation.
        zeros: int64 (c,), cells that were zero (or below, without a ReLU).
    """

    count: int
    mean: np.ndarray
    squares: np.ndarray
    max: np.ndarray
    zeros: np.ndarray

    @property
    def std(self) -> np.ndarray:
        """Standard deviation over the cells, float64 (c,)."""
        return np.sqrt(self.squares / self.count)

    @property
    def apoz(self) -> np.ndarray:
        """Share of cells that are zero, float64 (c,), 0 to 1 (Hu et al., "Network Trimming", 2016, eq. 1)."""
        return self.zeros / self.count

    @property
    def dead(self) -> np.ndarray:
        """Channels that were never positive, bool (c,)."""
        return self.max <= 0

    def __add__(self, other: ChannelStatistics) -> ChannelStatistics:
        """Both sets of pictures together (Chan, Golub and LeVeque 1979, eq. 2.1)."""
        count = self.count + other.count
        shift = other.mean - self.mean
        return ChannelStatistics(
            count,
            self.mean + shift * (other.count / count),
            self.squares + other.squares + shift**2 * (self.count * other.count / count),
            np.maximum(self.max, other.max),
            self.zeros + other.zeros,
        )


Maps = Mapping[str, np.ndarray]


def channel_statistics(maps: Maps | Iterable[Maps]) -> dict[str, ChannelStatistics]:
    """Mean, spread, maximum and share of zeros of every channel.

    Args:
        maps: {layer: float (N, h, w, c)} as `feature_maps` gives it, or an iterable of those: one
            at a time is held, so a generator may run over any number of pictures.

    Returns:
        ``{layer: ChannelStatistics}``.

    Raises:
        ValueError: no maps at all, or maps of another shape.
    """
    found: dict[str, ChannelStatistics] = {}
    for some in [maps] if isinstance(maps, Mapping) else maps:
        for layer, values in some.items():
            new = _of_one(check_maps(layer, values))
            found[layer] = found[layer] + new if layer in found else new
    if not found:
        raise ValueError("There are no maps to make statistics of; got an empty collection.")
    return found


def rank_channels(maps: Maps, by: str = "max") -> dict[str, np.ndarray]:
    """The channels of each layer in order.

    Args:
        maps: {layer: float (N, h, w, c)}.
        by: "max", "mean" or "std", largest first; "apoz", fewest zeros first; "number".

    Returns:
        ``{layer: int64 (c,)}``, channel numbers. Equal channels stand by number.

    Raises:
        ValueError: an unknown order, no maps, or maps of another shape.
    """
    if by not in ORDERS:
        raise ValueError(f"Unknown order {by!r}; use one of {', '.join(ORDERS)}.")
    ranked = {}
    for layer, statistics in channel_statistics(maps).items():
        if by == "number":
            ranked[layer] = np.arange(len(statistics.max))
        else:
            key = statistics.apoz if by == "apoz" else -getattr(statistics, by)
            ranked[layer] = np.argsort(key, kind="stable")
    return ranked


def check_maps(layer: str, values: np.ndarray) -> np.ndarray:
    """The maps of one layer as an array; ValueError unless they have shape (N, h, w, c)."""
    values = np.asarray(values)
    if values.ndim != 4 or 0 in values.shape or values.dtype.kind not in "uif":
        raise ValueError(
            "Maps must be numbers of shape (N, h, w, c); "
            f"those of {layer!r} are {values.dtype} {values.shape}."
        )
    return values


def _of_one(values: np.ndarray) -> ChannelStatistics:
    cells = values.reshape(-1, values.shape[-1])
    mean = cells.mean(axis=0, dtype=np.float64)
    return ChannelStatistics(
        count=len(cells),
        mean=mean,
        squares=((cells - mean) ** 2).sum(axis=0),
        max=cells.max(axis=0),
        zeros=(cells <= 0).sum(axis=0),
    )
