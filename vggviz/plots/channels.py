"""Figures of channels: dataset examples, pairwise similarity, and traces through the layers."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vggviz._shared import validation
from vggviz.analysis.circuits import Trace
from vggviz.analysis.similarity import likeness_order
from vggviz.datasets.examples import Examples
from vggviz.figures.artists import show_image, show_values
from vggviz.figures.described_figure import describe, fitted
from vggviz.figures.layout import bare, colour_bar, mosaic_axes, one_axes, one_picture
from vggviz.figures.page import page
from vggviz.figures.scales import NEGATIVE, POSITIVE, number_text
from vggviz.images.mosaic import mosaic

ORDERS = {"alike": "like ones side by side", "index": "by index"}


@fitted
def plot_examples(
    examples: Examples, crops: Mapping[int, Sequence[np.ndarray]], *, ax: Axes | None = None
) -> tuple[Figure, Axes]:
    """Draw the dataset examples of channels: one row per channel, strongest first, all crops to one scale.

    Args:
        examples: of one layer, from `dataset_examples`.
        crops: {channel index: [uint8 (h, w, 3), ...]}, from `example_crops`.
        ax: axes to draw on; None makes a figure.

    Returns:
        The figure and its axes.

    Raises:
        ValueError: no crops, crops of a channel without examples, or more or fewer crops than examples.
    """
    validation.instance("A result of dataset_examples for a layer", examples, Examples)
    validation.mapping("Crops of the channels", crops)
    values = np.array([examples.values[examples.place(channel)] for channel in crops])
    columns = values.shape[1]
    lines = math.ceil(columns * 0.5 / page().width)  # a number needs half an inch
    across = math.ceil(columns / lines)
    rows = [_checked_crops(crops, channel, columns) for channel in crops]
    tiles = _tiles(rows, lines * across)
    side = tiles.shape[0]
    gap = max(2, math.ceil(side * page().letters(7) / 280 * across * 8 / page().width))  # a line of text
    whole = np.pad(mosaic(tiles, across, gap), ((0, gap), (0, 0), (0, 0)), constant_values=np.nan)
    figure, ax = mosaic_axes(ax, whole.shape[0] / whole.shape[1])
    show_image(ax, np.where(np.isnan(whole), 255, whole).astype(np.uint8), interpolation="antialiased")
    bare([ax])
    _write_values(ax, values, lines, side, gap)
    middles = (np.arange(len(values)) + 0.5) * lines * (side + gap) - gap / 2
    ax.set_yticks(middles, [str(k) for k in crops], fontsize=8)
    ax.tick_params(length=0)
    ax.set_ylabel("channel", fontsize=8)
    ax.set_title(
        f"{examples.layer}: the {columns} of {examples.seen:,} images that excite a channel most\n"
        "what its strongest cell sees of them, and the activation",
        fontsize=10,
    )
    describe(figure, _examples_description(examples, list(crops)))
    return figure, ax


@fitted
def plot_similarity(
    similarity: np.ndarray, *, order: str = "alike", label: str = "cosine", ax: Axes | None = None
) -> tuple[Figure, Axes]:
    """Draw the pairwise similarity of channels: red is similar, white unrelated, blue opposite.

    Args:
        similarity: float (c, c), -1 to 1, from `channel_similarity` or `kernel_similarity`.
        order: "alike" puts similar channels side by side, "index" keeps the order of their indices.
        label: name of the measure, for the colourbar.
        ax: axes to draw on; None makes a figure.

    Returns:
        The figure and its axes.

    Raises:
        ValueError: another shape, or an unknown order.
    """
    validation.one_of("order", order, ORDERS)
    validation.instance("A text as label", label, str)
    similarity = validation.numbers("Similarities", similarity, "(c, c)", 2)
    if len(similarity) != similarity.shape[-1] or len(similarity) < 2:
        raise ValueError(f"A similarity has shape (c, c), of 2 channels at least; got {similarity.shape}.")
    indices = likeness_order(similarity) if order == "alike" else np.arange(len(similarity))
    figure, ax = one_picture(ax, 1, 6.6)
    drawn = show_values(ax, similarity[np.ix_(indices, indices)], 1, signed=True)
    bare([ax])
    if len(indices) <= 40:
        ax.set_xticks(range(len(indices)), indices, fontsize=6, rotation=90)
        ax.set_yticks(range(len(indices)), indices, fontsize=6)
        ax.tick_params(length=0)
    colour_bar(ax, drawn, label)
    ax.set_title(f"{len(indices)} channels, each with each; {ORDERS[order]}", fontsize=10)
    describe(figure, _similarity_description(similarity, label))
    return figure, ax


@fitted
def plot_trace(trace: Trace, *, ax: Axes | None = None) -> tuple[Figure, Axes]:
    """Draw the channels with the largest contributions to an objective, and the links between them.

    Args:
        trace: from `trace`.
        ax: axes to draw on; None makes a figure.

    Returns:
        The figure and its axes.
    """
    validation.instance("A result of trace", trace, Trace)
    figure, ax = one_axes(ax, 8, 1.6 + 0.7 * trace.channels.shape[1])
    to_objective = trace.values[-1][:, np.newaxis]
    links = [*trace.links, to_objective]
    largest = max(float(np.abs(link).max()) for link in links) or 1.0
    middle = (trace.channels.shape[1] - 1) / 2
    for step, link in enumerate(links):
        _draw_links(ax, step, link, largest, middle if step == len(links) - 1 else None)
    for (step, rank), index in np.ndenumerate(trace.channels):
        _draw_box(ax, step, rank, f"{index}\n{number_text(trace.values[step, rank])}")
    _draw_box(
        ax, len(trace.layers), middle, f"{textwrap.fill(trace.objective, 12)}\n{number_text(trace.value)}"
    )
    ax.set_xlim(-0.4, len(trace.layers) + 0.5)
    ax.set_ylim(trace.channels.shape[1] - 0.5, -0.5)
    bare([ax])
    ax.set_xticks(range(len(trace.layers)), trace.layers, fontsize=8, rotation=60 if page().is_narrow else 0)
    ax.tick_params(length=0)
    ax.set_title(
        "box: a channel, and what it gives in all; line: what of it goes by way of the channel behind\n"
        f"red for, blue against; the thickest line is {number_text(largest)}",
        fontsize=10,
    )
    describe(figure, _trace_description(trace))
    return figure, ax


def _checked_crops(crops: Mapping[int, Sequence[np.ndarray]], channel: int, count: int) -> list[np.ndarray]:
    """The crops of a channel; ValueError unless there are `count`."""
    checked = list(validation.several(f"Crops of channel {channel}", crops[channel]))
    if len(checked) != count:
        raise ValueError(f"Channel {channel} has {count} examples; got {len(checked)} crops.")
    return [validation.image(f"A crop of channel {channel}", crop) for crop in checked]


def _tiles(rows: list[list[np.ndarray]], count: int) -> np.ndarray:
    """Crops centred in squares of one size, `count` for each row, float32 (side, side, 3, n), NaN around."""
    side = max(max(crop.shape[:2]) for crops in rows for crop in crops)
    tiles = np.full((side, side, 3, len(rows) * count), np.nan, np.float32)
    for row, crops in enumerate(rows):
        for index, crop in enumerate(crops):
            height, width = crop.shape[:2]
            top, left = (side - height) // 2, (side - width) // 2
            tiles[top : top + height, left : left + width, :, row * count + index] = crop
    return tiles


def _write_values(ax: Axes, values: np.ndarray, lines: int, side: int, gap: int) -> None:
    """Each activation (channels, examples) under its tile, of a channel on some lines."""
    across = math.ceil(values.shape[1] / lines)
    for (place, rank), value in np.ndenumerate(values):
        row, column = place * lines + rank // across, rank % across
        middle, below = column * (side + gap) + side / 2, row * (side + gap) + side
        ax.text(middle, below, number_text(value), fontsize=7, ha="center", va="top", color="black")


def _draw_links(ax: Axes, step: int, link: np.ndarray, largest: float, end: float | None) -> None:
    """Lines from the channels of a layer to those of the next, or all to the height `end`."""
    for (i, j), value in np.ndenumerate(link):
        ax.plot(
            [step, step + 1],
            [i, j if end is None else end],
            color=POSITIVE if value >= 0 else NEGATIVE,
            linewidth=6 * abs(value) / largest,
            alpha=0.6,
            solid_capstyle="butt",
            zorder=1,
        )


def _draw_box(ax: Axes, x: float, y: float, text: str) -> None:
    box = {"boxstyle": "round", "facecolor": "white", "edgecolor": "0.5"}
    ax.text(x, y, text, fontsize=8, ha="center", va="center", color="black", bbox=box, zorder=2)


def _examples_description(examples: Examples, channels: Sequence[int]) -> str:
    most = "a channel" if len(channels) == 1 else f"each of {len(channels)} channels"
    count, layer = examples.values.shape[1], examples.layer
    what = f"The {count} of {examples.seen:,} images that excite {most} of {layer} most"
    return " ".join([f"{what}, the strongest first.", *(_channel_description(examples, k) for k in channels)])


def _channel_description(examples: Examples, channel: int) -> str:
    row = examples.place(channel)
    values, names = examples.values[row], examples.names[row]
    if values[0] <= 0:
        return f"Channel {channel} is never positive."
    down = f", down to {number_text(values[-1])}" if len(values) > 1 else ""
    return f"Channel {channel}: {number_text(values[0])} on {names[0]}{down}."


def _similarity_description(similarity: np.ndarray, label: str) -> str:
    pairs = np.triu_indices(len(similarity), 1)
    values = similarity[pairs]
    highest, lowest = (
        f"{pairs[0][k]} and {pairs[1][k]} ({values[k]:.2f})" for k in (values.argmax(), values.argmin())
    )
    silent = int((~similarity.any(axis=1)).sum())
    return (
        f"Similarity ({label}) of {len(similarity)} channels, each with each. Most alike are {highest}, "
        f"least {lowest}; the median of all pairs is {np.median(values):.2f}."
        + (f" {silent} of them are like none: silent, or constant, here." if silent else "")
    )


def _trace_description(trace: Trace) -> str:
    text = f"A trace of {trace.objective}, which is {number_text(trace.value)}: channels and what they give."
    for layer, channels, values in zip(trace.layers, trace.channels, trace.values, strict=True):
        given = (f"{index} ({number_text(value)})" for index, value in zip(channels, values, strict=True))
        text += f" {layer}: {', '.join(given)}."
    return text
