"""Which channels and which layers a figure shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from vggviz._shared import validation
from vggviz.activations.statistics import maps_of, rank_channels


def choose_channels(
    maps: Mapping[str, np.ndarray], layer: str, channels: Sequence[int] | None, top: int | None
) -> np.ndarray:
    first = maps_of(maps, layer)[:1]
    ranked = rank_channels({layer: first})[layer]
    return choose(ranked, channels, top, len(ranked))


def strongest(maps: Mapping[str, np.ndarray], layers: Sequence[str], top: int) -> list[tuple[str, int]]:
    """Layer and number of the `top` strongest channels of each layer, the strongest of all layers first."""
    if not layers:
        raise ValueError("There is no layer to draw; got no maps.")
    fewest = min(maps_of(maps, layer).shape[-1] for layer in layers)
    top = validation.whole("number of channels of each layer (top)", top, 1, fewest)
    ranked = {layer: choose_channels(maps, layer, None, top) for layer in layers}
    return [(layer, int(ranked[layer][rank])) for rank in range(top) for layer in layers]


def choose(ranked: np.ndarray, channels: Sequence[int] | None, top: int | None, count: int) -> np.ndarray:
    """Channel numbers to draw: those named, else the `top` strongest, else all (by index) or `count`."""
    top = None if top is None else validation.whole("number of channels (top)", top, 1)
    if channels is not None:
        indices = validation.channel_indices("Channels", channels, len(ranked))
        return indices if top is None else indices[np.argsort(np.argsort(ranked)[indices])][:top]
    if top is not None:
        return ranked[:top]
    return np.arange(len(ranked)) if count >= len(ranked) else ranked[:count]


def last_of_each_size(maps: Mapping[str, np.ndarray]) -> list[str]:
    """The last layer of each size of map that is no pool: where pools halve, the end of each block."""
    sizes = {maps_of(maps, name).shape[1:3]: name for name in maps if "pool" not in name}
    return list(sizes.values()) or list(maps)
