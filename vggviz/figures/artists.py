"""The strokes that plots are made of: one array, one mosaic, one sum on an axes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from vggviz.activations.forward import Cell
from vggviz.activations.statistics import ChannelStatistics
from vggviz.figures.described_figure import bare, colour_map, describe
from vggviz.figures.scales import Scaled, number_text
from vggviz.images.mosaic import mosaic

MAX_PIXELS = 1200
"""Side of the largest mosaic that is drawn cell by cell: more would weigh megabytes, and not be seen."""
POSITIVE, NEGATIVE = "#b2182b", "#2166ac"
"""Red and blue as in the colour map of signed values."""
MARK = "#d55e00"
"""Vermilion of Okabe and Ito's palette: seen by colour-blind readers, and on viridis."""


def show_values(ax: Axes, values: np.ndarray, limit: float, *, signed: bool) -> Any:
    return ax.imshow(
        values, cmap=colour_map(signed), vmin=-limit if signed else 0, vmax=limit, interpolation="nearest"
    )


def show_mosaic(ax: Axes, scaled: Scaled, numbers: np.ndarray, columns: int) -> tuple[Any, str]:
    """Draw the tiles, reduced to what will be seen; returns what was drawn and a note on it."""
    tiles = scaled.values
    factor = int(np.ceil(columns * max(tiles.shape[:2]) / MAX_PIXELS))
    if factor > 1:
        from skimage.measure import block_reduce  # half a second that few figures need

        tiles = block_reduce(tiles, (factor, factor, 1), np.max)
    gap = 1 if min(tiles.shape[:2]) < 60 else 3
    drawn = show_values(ax, mosaic(tiles, columns, gap), scaled.limit, signed=scaled.signed)
    steps = np.array(tiles.shape[:2]) + gap
    places = [np.array(divmod(k, columns)) * steps for k in range(len(numbers))]
    hatch(ax, [place for place, dead in zip(places, scaled.dead, strict=True) if dead], tiles.shape[:2])
    label_tiles(ax, places, numbers, columns, tiles.shape[0])
    return drawn, f"; each point is the largest of {factor} x {factor} cells" if factor > 1 else ""


def hatch(ax: Axes, places: list[np.ndarray], size: tuple[int, ...]) -> None:
    boxes = [Rectangle((x - 0.5, y - 0.5), size[1], size[0]) for y, x in places]
    ax.add_collection(PatchCollection(boxes, facecolor="0.92", edgecolor="0.55", hatch="////", linewidth=0))


def label_tiles(ax: Axes, places: list[np.ndarray], numbers: np.ndarray, columns: int, height: int) -> None:
    """Channel numbers: in each tile while they can be read, else the first of each row at its side."""
    bare([ax])
    if len(numbers) <= 64:
        for (y, x), number in zip(places, numbers, strict=True):
            ax.text(
                x,
                y,
                str(number),
                fontsize=6,
                va="top",
                color="black",
                bbox={"facecolor": "white", "pad": 0.6},
            )
    elif (np.diff(numbers) == 1).all():
        ax.set_yticks([places[k][0] + height / 2 for k in range(0, len(numbers), columns)])
        ax.set_yticklabels([str(number) for number in numbers[::columns]], fontsize=7)


def show_colours(ax: Axes, shown: np.ndarray, numbers: np.ndarray, columns: int) -> None:
    """Kernels as small pictures in their colours, each under its number; zero is mid-grey."""
    size, gap = 8, 6  # points a weight, and between two kernels: room for a number
    colours = mosaic((0.5 + shown / 2).repeat(size, axis=0).repeat(size, axis=1), columns, gap)
    ax.imshow(np.where(np.isnan(colours), 1, colours), interpolation="nearest")
    height, width = np.array(shown.shape[:2]) * size + gap
    bare([ax])
    for k, number in enumerate(numbers):
        row, column = divmod(k, columns)
        ax.text(column * width - 0.5, row * height - 1, str(number), fontsize=6, va="bottom", color="0.35")


def show_slices(figure: Figure, ax: Axes, shown: np.ndarray, numbers: np.ndarray) -> None:
    """One row a filter, its strongest input slices from left to right."""
    strongest = np.argsort(-(shown**2).sum(axis=(0, 1)), axis=0, kind="stable")[:16]
    slices = np.take_along_axis(shown, strongest[np.newaxis, np.newaxis], axis=2)
    tiles = slices.transpose(0, 1, 3, 2).reshape(*shown.shape[:2], -1)
    drawn = show_values(ax, mosaic(tiles, columns=len(strongest)), 1, signed=True)
    height = shown.shape[0] + 1
    bare([ax])
    ax.set_yticks([k * height + 1 for k in range(len(numbers))])
    ax.set_yticklabels([f"filter {number}" for number in numbers], fontsize=7)
    figure.colorbar(drawn, ax=ax, shrink=0.6, aspect=40, pad=0.01).set_label(
        "weight, of the largest", fontsize=8
    )


def show_channel(figure: Figure, ax: Axes, tile: np.ndarray, limit: float, image: np.ndarray | None) -> None:
    """One map with its colourbar, over a grey photograph where there is one."""
    drawn = show_values(ax, tile, limit, signed=bool((tile < 0).any()))
    figure.colorbar(drawn, ax=ax, shrink=0.8).set_label("activation", fontsize=8)
    size = tile.shape
    if image is not None:
        size = image.shape[:2]
        drawn.set_extent((-0.5, size[1] - 0.5, size[0] - 0.5, -0.5))
        drawn.set(alpha=0.65, zorder=1)
        ax.imshow(image.mean(axis=-1), cmap="gray", vmin=0, vmax=255, zorder=0)
    if not tile.any():
        hatch(ax, [np.zeros(2)], size)


def show_boxes(figure: Figure, ax: Axes, statistics: Mapping[str, ChannelStatistics], by: str) -> None:
    values = [getattr(s, by) for s in statistics.values()]
    ax.boxplot(values, tick_labels=list(statistics), flierprops={"marker": ".", "markersize": 3})
    ax.tick_params(axis="x", rotation=60, labelsize=8)
    ax.margins(y=0.12)
    for place, (layer, s) in enumerate(statistics.items(), start=1):
        ax.annotate(
            str(s.dead.sum()),
            (place, 1),
            xycoords=("data", "axes fraction"),
            ha="center",
            va="top",
            fontsize=8,
        )
        describe(
            figure, f"{layer}: median {by} {number_text(np.median(getattr(s, by)))}, {s.dead.sum()} dead."
        )
    ax.set_title(
        "by layer; box: half of the channels, line: median, number above: dead channels", fontsize=10
    )


def show_sum(ax: Axes, cell: Cell, shown: np.ndarray, sums: np.ndarray) -> None:
    """The terms of the sum one under the other, each bar beginning where the last one ended."""
    labels, terms = [f"input {k}" for k in shown], list(sums[shown])
    if others := len(sums) - len(shown):
        labels.append(f"the other {others}")
        terms.append(sums.sum() - sums[shown].sum())
    labels += ["bias", "sum", "in the map"]
    terms.append(cell.bias)
    starts = np.concatenate([[0], np.cumsum(terms)[:-1]])
    colours = [POSITIVE if term >= 0 else NEGATIVE for term in terms] + ["0.3", "0.3"]
    widths, left = [*terms, cell.total, cell.value], [*starts, 0, 0]
    # names as places, matplotlib's categories, fail in axes that lie inside others
    ax.barh(range(len(labels)), widths, left=left, color=colours, tick_label=labels)
    ax.invert_yaxis()
    ax.axvline(0, color="0.3", linewidth=0.8)
    ax.margins(x=0.03)
    ax.use_sticky_edges = False
    ax.tick_params(labelsize=8)
    ax.set_title(f"the sum {number_text(cell.total, 4)}, in the map {number_text(cell.value, 4)}", fontsize=9)


def write_numbers(ax: Axes, values: np.ndarray) -> None:
    if values.size > 49:
        return
    limit = extent(values)
    for (y, x), value in np.ndenumerate(values):
        dark = abs(value) > 0.6 * limit
        ax.text(
            x,
            y,
            number_text(value + 0),
            ha="center",
            va="center",
            fontsize=8,
            color="white" if dark else "black",
        )


def extent(values: np.ndarray) -> float:
    """The largest size of some numbers, NaN left out; 1 where all are zero."""
    return float(np.nanmax(np.abs(np.asarray(values, np.float64)))) or 1.0
