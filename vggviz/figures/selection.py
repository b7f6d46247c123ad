"""Choice of the channels and layers that a figure shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from vggviz._shared import validation


def choose_channels(values: np.ndarray, channels: Sequence[int] | None, top: int | None) -> np.ndarray:
    """Indices of the channels to draw: those given, the `top` of largest maximum, or all.

    Args:
        values: (h, w, c), the maps of one image.
        channels: indices, in the order in which they are drawn.
        top: number of channels at most, strongest first; maxima are computed only if it is given.
    """
    count = values.shape[-1]
    return choose(np.arange(count) if top is None else by_maximum(values), channels, top, count)


def by_maximum(values: np.ndarray) -> np.ndarray:
    """Channel indices of (h, w, c) maps by decreasing maximum, ties by index."""
    return np.argsort(-values.max(axis=(0, 1)).astype(np.float64), kind="stable")


def strongest(values: Mapping[str, np.ndarray], top: int) -> list[tuple[str, int]]:
    """(layer, index) of the `top` strongest channels of each layer: first the strongest of every layer.

    Args:
        values: {layer: (h, w, c)}, the maps of one image.
        top: number of channels of each layer.

    Raises:
        ValueError: no layer, or `top` is less than 1 or more than a layer has.
    """
    if not values:
        raise ValueError("There is no layer to draw; got no maps.")
    fewest = min(maps.shape[-1] for maps in values.values())
    top = validation.whole("number of channels of each layer (top)", top, 1, fewest)
    ranked = {layer: by_maximum(maps) for layer, maps in values.items()}
    return [(layer, int(ranked[layer][rank])) for rank in range(top) for layer in values]


def choose(ranked: np.ndarray, channels: Sequence[int] | None, top: int | None, count: int) -> np.ndarray:
    """Indices of the channels to draw: those given, else the `top` strongest, else all or `count`.

    Args:
        ranked: indices of all channels, strongest first.
        channels: indices, in the order in which they are drawn.
        top: number of channels at most.
        count: number of channels if neither is given; if it covers all, they are ordered by index.
    """
    top = None if top is None else validation.whole("number of channels (top)", top, 1)
    if channels is not None:
        indices = validation.channel_indices("Channels", channels, len(ranked))
        return indices if top is None else indices[np.argsort(np.argsort(ranked)[indices])][:top]
    if top is not None:
        return ranked[:top]
    return np.arange(len(ranked)) if count >= len(ranked) else ranked[:count]


def last_of_each_size(values: Mapping[str, np.ndarray]) -> list[str]:
    """The last layer of each map size that is not a pool; in VGG16 the last convolution of each block."""
    sizes = {maps.shape[-3:-1]: name for name, maps in values.items() if "pool" not in name}
    return list(sizes.values()) or list(values)
