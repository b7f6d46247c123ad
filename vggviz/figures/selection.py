"""Which channels and which layers a figure shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from vggviz._shared import validation


def choose_channels(values: np.ndarray, channels: Sequence[int] | None, top: int | None) -> np.ndarray:
    """Indices of the channels to draw: those named, the `top` of largest maximum, or all.

    Args:
        values: (h, w, c), the maps of one image.
        channels: indices, in the order in which they are drawn.
        top: draw at most as many, strongest first; the maxima are taken only then.
    """
    count = values.shape[-1]
    return choose(np.arange(count) if top is None else by_maximum(values), channels, top, count)


def by_maximum(values: np.ndarray) -> np.ndarray:
    """Indices of the channels of (h, w, c) maps, largest maximum first, equal ones by index."""
    return np.argsort(-values.max(axis=(0, 1)).astype(np.float64), kind="stable")


def strongest(values: Mapping[str, np.ndarray], top: int) -> list[tuple[str, int]]:
    """Layer and index of the `top` strongest channels of each layer, the strongest of all layers first.

    Args:
        values: {layer: (h, w, c)}, the maps of one image.
        top: how many channels of each layer.
    """
    if not values:
        raise ValueError("There is no layer to draw; got no maps.")
    fewest = min(maps.shape[-1] for maps in values.values())
    top = validation.whole("number of channels of each layer (top)", top, 1, fewest)
    ranked = {layer: by_maximum(maps) for layer, maps in values.items()}
    return [(layer, int(ranked[layer][rank])) for rank in range(top) for layer in values]


def choose(ranked: np.ndarray, channels: Sequence[int] | None, top: int | None, count: int) -> np.ndarray:
    """Indices of the channels to draw: those named, else the `top` strongest, else all or `count`.

    Args:
        ranked: the indices of all channels, strongest first.
        channels: those named.
        top: draw at most as many.
        count: how many are drawn where neither is given; all of them stand by index.
    """
    top = None if top is None else validation.whole("number of channels (top)", top, 1)
    if channels is not None:
        indices = validation.channel_indices("Channels", channels, len(ranked))
        return indices if top is None else indices[np.argsort(np.argsort(ranked)[indices])][:top]
    if top is not None:
        return ranked[:top]
    return np.arange(len(ranked)) if count >= len(ranked) else ranked[:count]


def last_of_each_size(values: Mapping[str, np.ndarray]) -> list[str]:
    """The last layer of each size of map that is no pool: where pools halve, the end of each block."""
    sizes = {maps.shape[-3:-1]: name for name, maps in values.items() if "pool" not in name}
    return list(sizes.values()) or list(values)
