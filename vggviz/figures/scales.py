"""How values become brightness, and text: which maximum they are measured by, and where they are cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vggviz._shared import validation

SCALES = {
    "channel": "each map scaled by its own maximum",
    "layer": "all scaled by the layer's maximum",
    "global": "all scaled by the maximum over all layers",
}
"""Of feature maps. The same words name the scales of all other figures, where they have a meaning."""
KERNEL_SCALES = {
    "channel": "each filter scaled by its own largest weight",
    "layer": "all scaled by the layer's largest weight",
}
SINGLE_SCALES = {
    "channel": "each map scaled by its own largest value",
    "global": "all maps scaled by the largest value of all",
}
"""Of arrays that are drawn side by side and belong to no layer."""


def number_text(value: Any, digits: int = 3) -> str:
    """A number for a figure: that many significant digits, or all whole ones with commas, as in 1,396."""
    rounded = float(f"{value:.{digits}g}")
    return f"{value:,.0f}" if 1000 <= abs(rounded) < 1e9 else f"{value:.{digits}g}"


@dataclass(frozen=True)
class Scaled:
    """Maps ready to be drawn.

    Attributes:
        values: float32 (h, w, n): as they were, or for scale="channel" divided by each map's limit.
        limit: the value that is drawn brightest.
        signed: whether there are values below zero, so that zero belongs in the middle.
        label: the choice in words, for the figure.
        dead: bool (n,), maps that are zero all over.
    """

    values: np.ndarray
    limit: float
    signed: bool
    label: str
    dead: np.ndarray


def scale_maps(
    maps: Mapping[str, np.ndarray], layer: str, tiles: np.ndarray, scale: str, clip: float | None = None
) -> Scaled:
    """Choose the scale that some maps of a layer are drawn on.

    Args:
        maps: {layer: (N, h, w, c)}, what the limits are taken from.
        layer: the layer that is drawn.
        tiles: (h, w, n), the maps drawn.
        scale: "channel", "layer" or "global".
        clip: percentile (0 to 100) of the values at which the scale ends; None is the maximum.

    Raises:
        ValueError: an unknown scale or percentile.
    """
    validation.one_of("scale", scale, SCALES)
    if clip is not None and not validation.real("clip, a percentile,", clip, 0, 100):
        raise ValueError(f"The clip is a percentile above 0 and up to 100; got {clip!r}.")
    dead = ~np.any(tiles, axis=(0, 1))
    label = SCALES[scale]
    if scale == "channel":
        limits = np.array([_limit(tiles[..., k], clip) for k in range(tiles.shape[-1])])
        tiles = tiles / np.where(dead, 1, limits).astype(np.float32)
        limit = 1.0
    else:
        over = [maps[layer]] if scale == "layer" else list(maps.values())
        limit = _limit_of_all(over, clip) or 1.0
        label += f" ({number_text(limit)})"
    if clip is not None:
        label = label.replace("maximum", f"{clip:g}th percentile")
    return Scaled(tiles, limit, bool((tiles < 0).any()), label, dead)


def _limit_of_all(arrays: Sequence[np.ndarray], clip: float | None) -> float:
    """The limit of several arrays together; they are copied into one only for a percentile."""
    if clip is None:
        return max(_limit(values, None) for values in arrays)
    return _limit(np.concatenate([np.ravel(values) for values in arrays]), clip)


def _limit(values: np.ndarray, clip: float | None) -> float:
    """Largest distance from zero, or the percentile of the distances; never zero for a map that is not."""
    largest = max(float(values.max()), -float(values.min()))
    return largest if clip is None else float(np.percentile(np.abs(values), clip)) or largest
