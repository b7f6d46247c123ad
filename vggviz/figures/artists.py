"""The strokes that plots are made of: one array, one mosaic, one sum on an axes."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Rectangle

from vggviz.figures.colours import colour_map
from vggviz.figures.scales import Scaled
from vggviz.images.mosaic import mosaic

MAX_PIXELS = 1200
"""Side of the largest mosaic that is drawn cell by cell: more would weigh megabytes, and not be seen."""


def show_values(ax: Axes, values: np.ndarray, limit: float, *, signed: bool) -> Any:
    return ax.imshow(
        values, cmap=colour_map(signed), vmin=-limit if signed else 0, vmax=limit, interpolation="nearest"
    )


def show_mosaic(ax: Axes, scaled: Scaled, indices: np.ndarray, columns: int) -> tuple[Any, str]:
    """Draw the tiles, reduced to what will be seen; returns what was drawn and a note on it."""
    tiles = scaled.values
    factor = int(np.ceil(columns * max(tiles.shape[:2]) / MAX_PIXELS))
    if factor > 1:
        from skimage.measure import block_reduce  # half a second that few figures need

        tiles = block_reduce(tiles, (factor, factor, 1), np.max)
    gap = 1 if min(tiles.shape[:2]) < 60 else 3
    drawn = show_values(ax, mosaic(tiles, columns, gap), scaled.limit, signed=scaled.signed)
    steps = np.array(tiles.shape[:2]) + gap
    places = [np.array(divmod(k, columns)) * steps for k in range(len(indices))]
    hatch(ax, [place for place, dead in zip(places, scaled.dead, strict=True) if dead], tiles.shape[:2])
    label_tiles(ax, places, indices, columns, tiles.shape[0])
    return drawn, f"; each point is the largest of {factor} x {factor} cells" if factor > 1 else ""


def hatch(ax: Axes, places: list[np.ndarray], size: tuple[int, ...]) -> None:
    boxes = [Rectangle((x - 0.5, y - 0.5), size[1], size[0]) for y, x in places]
    ax.add_collection(PatchCollection(boxes, facecolor="0.92", edgecolor="0.55", hatch="////", linewidth=0))


def label_tiles(ax: Axes, places: list[np.ndarray], indices: np.ndarray, columns: int, height: int) -> None:
    """Channel indices: in each tile while they can be read, else the first of each row at its side.

    They are texts, since matplotlib takes a millisecond to make a tick.
    """
    ax.set_axis_off()
    if len(indices) <= 64:
        box = {"facecolor": "white", "pad": 0.6}
        for (y, x), index in zip(places, indices, strict=True):
            ax.text(x, y, str(index), fontsize=6, va="top", color="black", bbox=box)
    elif (np.diff(indices) == 1).all():
        for (y, _), index in zip(places[::columns], indices[::columns], strict=True):
            middle = y + height / 2
            ax.text(
                -0.006,
                middle,
                str(index),
                fontsize=7,
                ha="right",
                va="center",
                transform=ax.get_yaxis_transform(),
            )


def extent(values: np.ndarray) -> float:
    """The largest size of some numbers, NaN left out; 1 where all are zero."""
    return float(np.nanmax(np.abs(np.asarray(values, np.float64)))) or 1.0
