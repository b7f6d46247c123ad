"""Matplotlib artists that the plots share: one array, a mosaic of tiles, hatching, channel indices."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from vggviz.figures.described_figure import root
from vggviz.figures.scales import Scaled, colour_map
from vggviz.images.mosaic import mosaic

MAX_PIXELS = 1200
"""Longest side of a mosaic in cells; larger ones are reduced, as a screen shows no more."""


def show_values(ax: Axes, values: np.ndarray, limit: float, *, signed: bool) -> AxesImage:
    """Draw an array (h, w) on the scale 0 to `limit`, or -`limit` to `limit` if it is signed."""
    ax.grid(visible=False)  # matplotlibrc may draw one over the values
    return ax.imshow(
        values,
        cmap=colour_map(signed),
        vmin=-limit if signed else 0,
        vmax=limit,
        interpolation="nearest",
        interpolation_stage="data",  # else matplotlib may scale float64 colours, in eight times the memory
        origin="upper",  # matplotlibrc may say "lower"
        aspect="equal",
    )


def show_image(
    ax: Axes,
    image: np.ndarray,
    *,
    interpolation: str | None = None,
    extent: tuple[float, float, float, float] | None = None,
    zorder: float = 0,
) -> None:
    """Draw an image (H, W, 3), or (H, W) in grey levels from 0 to 255, with its first row on top."""
    ax.grid(visible=False)
    ax.imshow(
        image,
        cmap="gray",
        vmin=0,
        vmax=255,
        interpolation=interpolation,
        origin="upper",
        aspect="equal",
        extent=extent,
        zorder=zorder,
    )


def show_under(ax: Axes, drawn: AxesImage, image: np.ndarray) -> None:
    """Draw an image (H, W, 3) in grey under a map, which is stretched over it."""
    height, width = image.shape[:2]
    drawn.set_extent((-0.5, width - 0.5, height - 0.5, -0.5))
    drawn.set(alpha=0.65, zorder=1)
    show_image(ax, image.mean(axis=-1))


def show_mosaic(ax: Axes, scaled: Scaled, indices: np.ndarray, columns: int) -> tuple[AxesImage, str]:
    """Draw tiles as a mosaic, max-pooled if it is too large; returns the image and a note on the pooling."""
    tiles = scaled.values
    factor = int(np.ceil(columns * max(tiles.shape[:2]) / MAX_PIXELS))
    if factor > 1:
        tiles = _strongest(tiles, factor, signed=scaled.signed)
    gap = 1 if min(tiles.shape[:2]) < 60 else 3
    shown = show_values(ax, mosaic(tiles, columns, gap), scaled.limit, signed=scaled.signed)
    steps = np.array(tiles.shape[:2]) + gap
    corners = [np.array(divmod(k, columns)) * steps for k in range(len(indices))]
    hatch(ax, [corner for corner, dead in zip(corners, scaled.dead, strict=True) if dead], tiles.shape[:2])
    label_tiles(ax, corners, indices, columns, tiles.shape[0])
    largest = "largest in size" if scaled.signed else "largest"
    return shown, f"; each point is the {largest} of {factor} x {factor} cells" if factor > 1 else ""


def _strongest(tiles: np.ndarray, factor: int, *, signed: bool) -> np.ndarray:
    """The maximum of each square of `factor` cells; if signed, the minimum where that is farther from 0."""
    rows, columns = (np.arange(0, side, factor) for side in tiles.shape[:2])
    high = np.maximum.reduceat(np.maximum.reduceat(tiles, rows, axis=0), columns, axis=1)
    if not signed:
        return high
    low = np.minimum.reduceat(np.minimum.reduceat(tiles, rows, axis=0), columns, axis=1)
    return np.where(high >= -low, high, low)


def hatch(ax: Axes, corners: list[np.ndarray], size: tuple[int, ...]) -> None:
    """Hatch tiles of `size` (h, w), given their upper left corners (y, x)."""
    boxes = [Rectangle((x - 0.5, y - 0.5), size[1], size[0]) for y, x in corners]
    ax.add_collection(PatchCollection(boxes, facecolor="0.92", edgecolor="0.55", hatch="////", linewidth=0))


def label_tiles(ax: Axes, corners: list[np.ndarray], indices: np.ndarray, columns: int, height: int) -> None:
    """Write each tile's channel index; above 64 consecutive channels, the first index of each row.

    Texts are used instead of tick labels because matplotlib takes about a millisecond per tick.
    """
    ax.set_axis_off()
    if len(indices) <= 64:
        box = {"facecolor": "white", "pad": 0.6}
        for (y, x), index in zip(corners, indices, strict=True):
            ax.text(x, y, str(index), fontsize=6, va="top", color="black", bbox=box)
    elif (np.diff(indices) == 1).all():
        for (y, _), index in zip(corners[::columns], indices[::columns], strict=True):
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


def separate(ax: Axes, texts: Sequence[Text]) -> None:
    """Move texts that overlap apart, up and down in equal parts."""
    if len(texts) > 1:
        root(ax).draw_without_rendering()  # lays the figure out, else the scale would be another
    for _ in range(40):
        boxes = [text.get_window_extent().padded(2) for text in texts]
        pairs = [
            (k, m) for k, m in itertools.combinations(range(len(boxes)), 2) if boxes[k].overlaps(boxes[m])
        ]
        if not pairs:
            return
        for one, other in pairs:
            low, high = sorted((one, other), key=lambda k: boxes[k].y0)
            by = (boxes[low].y1 - boxes[high].y0) / 2 + 0.5
            _move_up(ax, texts[low], -by)
            _move_up(ax, texts[high], by)


def _move_up(ax: Axes, text: Text, pixels: float) -> None:
    x, y = ax.transData.transform(text.get_position())
    text.set_position(tuple(ax.transData.inverted().transform((x, y + pixels))))


def extent(values: np.ndarray) -> float:
    """Largest absolute value, NaN ignored; 1 if all are zero."""
    return float(np.nanmax(np.abs(np.asarray(values, np.float64)))) or 1.0
