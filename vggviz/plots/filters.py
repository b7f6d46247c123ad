"""Figures of convolution kernels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vggviz._shared import validation
from vggviz.figures.artists import show_image, show_values
from vggviz.figures.described_figure import describe, fitted
from vggviz.figures.layout import bare, colour_bar, one_picture
from vggviz.figures.page import page
from vggviz.figures.scales import KERNEL_SCALES, colour_name, number_text, percent_text
from vggviz.figures.selection import choose
from vggviz.images.mosaic import mosaic

MAX_SLICES = 16
"""Most input slices of a filter that are drawn."""
MOST_NAMED = 16
"""Most filters that a text alternative lists."""


@fitted
def plot_filters(
    kernels: np.ndarray,
    *,
    channels: Sequence[int] | None = None,
    top: int | None = None,
    scale: str = "channel",
    rgb: bool = True,
    ax: Axes | None = None,
) -> tuple[Figure, Any]:
    """Draw the kernels of a layer: with 3 input channels in colour, with 1 in grey, else slice by slice.

    Args:
        kernels: (kh, kw, in, out). With in = 3 the input channels are red, green, blue (see
            `filters_rgb`) and mid-grey is zero, as with in = 1. Otherwise each row is a filter (8 filters
            unless `channels` or `top` is given), its columns the input channels, of which the 16 of
            largest norm are drawn.
        channels: indices of the filters, in the order they are drawn.
        top: number of filters, those of largest norm.
        scale: "channel" or "layer": whose largest absolute weight is drawn in full colour.
        rgb: False draws 3 input channels slice by slice, too, such as 3 feature maps.
        ax: axes to draw on; None makes a figure.

    Returns:
        The figure and its axes.

    Raises:
        ValueError: another shape, an unknown scale, or a filter index out of range.
    """
    validation.one_of("scale", scale, KERNEL_SCALES)
    validation.instance("True or False as rgb", rgb, bool)
    kernels = validation.numbers("Kernels", kernels, "(kh, kw, in, out)", 4)
    norms = np.sqrt((kernels**2).sum(axis=(0, 1, 2)))
    coloured = kernels.shape[2] in ((1, 3) if rgb else (1,))
    count = len(norms) if coloured else 8
    indices = choose(np.argsort(-norms, kind="stable"), channels, top, count)
    shown = _scaled(kernels, indices, scale)
    columns = len(indices) if len(indices) <= 10 else max(8, math.ceil(math.sqrt(len(indices))))
    rows = math.ceil(len(indices) / columns) if coloured else len(indices)
    across = columns if coloured else min(MAX_SLICES, kernels.shape[2])
    aspect = 1.15 * rows * kernels.shape[0] / (kernels.shape[1] * across)
    figure, ax = one_picture(ax, aspect, min(8, 1.4 * across))
    label = f"{len(indices)} of {len(norms)} filters; {KERNEL_SCALES[scale]}"
    detail = "mid-grey is zero" if coloured else _slices_text(kernels.shape[2])
    if coloured:
        show_colours(ax, shown, indices, columns)
    else:
        show_slices(ax, shown, indices)
    ax.set_title(
        f"{label}; {detail}" if coloured else f"{label}\n{detail}", fontsize=10, pad=14 if coloured else None
    )
    describe(figure, f"{label}; {detail}.")
    describe(figure, _description(shown, indices, norms, coloured=coloured))
    return figure, ax


def _description(shown: np.ndarray, indices: np.ndarray, norms: np.ndarray, *, coloured: bool) -> str:
    """Text alternative of filters: their indices and colours unless they are many, and their norms."""
    chosen = norms[indices]
    most, least = int(chosen.argmax()), int(chosen.argmin())
    extremes = (
        f"The largest norm is {number_text(chosen[most])} (filter {indices[most]})"
        + (f", the smallest {number_text(chosen[least])} ({indices[least]})" if len(indices) > 1 else "")
        + "."
    )
    if len(indices) > MOST_NAMED:
        return f"Filter {indices[0]} comes first. {extremes}"
    if coloured:
        named = (f"{index} {_colours(shown[..., k])}" for k, index in enumerate(indices))
        return f"Filters: {', '.join(named)}. {extremes}"
    slices = np.sqrt((shown**2).sum(axis=(0, 1)))
    ranked = np.sort(slices, axis=0)[::-1][:MAX_SLICES]
    fall = np.median(ranked[-1] / np.where(ranked[0] > 0, ranked[0], 1))
    return (
        f"Filters {', '.join(map(str, indices))}. {extremes} The weakest slice drawn of a filter has "
        f"{percent_text(float(fall))} of the norm of its strongest (median)."
    )


def _colours(kernel: np.ndarray) -> str:
    """The strongest colour of a kernel (kh, kw, 1 or 3) as it is drawn, and the one most opposed to it."""
    weights = np.broadcast_to(kernel, (*kernel.shape[:2], 3)).reshape(-1, 3)
    strongest = weights[(weights**2).sum(axis=1).argmax()]
    along = weights @ strongest
    name = colour_name(0.5 + strongest / 2)
    opposed = colour_name(0.5 + weights[along.argmin()] / 2)
    return f"{name} against {opposed}" if along.min() < 0 and opposed != name else name


def _slices_text(count: int) -> str:
    if count > MAX_SLICES:
        return f"{MAX_SLICES} of {count} input slices"
    return f"each column is one of the {count} input channels, which have no colours"


def _middles(size: int, count: int) -> list[float]:
    """The middles of `count` tiles of a mosaic."""
    return [index * (size + 1) + (size - 1) / 2 for index in range(count)]


def _scaled(kernels: np.ndarray, indices: np.ndarray, scale: str) -> np.ndarray:
    """The filters `indices` divided by their own largest absolute weight, or by that of the layer."""
    chosen = kernels[..., indices]
    limits = np.abs(chosen).max(axis=(0, 1, 2)) if scale == "channel" else np.abs(kernels).max()
    return chosen / np.where(limits > 0, limits, 1)


def show_colours(ax: Axes, shown: np.ndarray, indices: np.ndarray, columns: int) -> None:
    """Draw kernels (kh, kw, 1 or 3, n) as small images, each under its index; zero is mid-grey."""
    size = 8  # pixels per weight
    whole = columns * size * shown.shape[1]
    gap = max(6, math.ceil(page().letters(7) / 60 / page().width * whole))  # where the index is written
    shown = shown.repeat(3 // shown.shape[2], axis=2)
    colours = mosaic((0.5 + shown / 2).repeat(size, axis=0).repeat(size, axis=1), columns, gap)
    opaque = np.pad(
        colours, ((0, 0), (0, 0), (0, 1)), constant_values=1
    )  # else matplotlib computes in float64
    show_image(ax, np.where(np.isnan(opaque), np.float32(1), opaque), interpolation="nearest")
    height, width = np.array(shown.shape[:2]) * size + gap
    bare([ax])
    for k, index in enumerate(indices):
        row, column = divmod(k, columns)
        x, y = column * width - 0.5, row * height - 1
        # below the first row it lies within the picture, and to measure it would take as long as a title
        ax.text(x, y, str(index), fontsize=7, va="bottom", color="0.35", in_layout=row == 0)


def show_slices(ax: Axes, shown: np.ndarray, indices: np.ndarray) -> None:
    """Draw one row per filter: its input slices, or the 16 of largest norm, in decreasing order."""
    strongest = np.argsort(-(shown**2).sum(axis=(0, 1)), axis=0, kind="stable")[:MAX_SLICES]
    if all_drawn := shown.shape[2] <= MAX_SLICES:
        strongest = np.sort(strongest, axis=0)
    slices = np.take_along_axis(shown, strongest[np.newaxis, np.newaxis], axis=2)
    tiles = slices.transpose(0, 1, 3, 2).reshape(*shown.shape[:2], -1)
    drawn = show_values(ax, mosaic(tiles, columns=len(strongest)), 1, signed=True)
    bare([ax])
    names = [f"filter {index}" for index in indices]
    ax.set_yticks(_middles(shown.shape[0], len(indices)), names, fontsize=8)
    if all_drawn:
        ax.set_xticks(
            _middles(shown.shape[1], len(strongest)), list(map(str, range(len(strongest)))), fontsize=8
        )
    colour_bar(ax, drawn, "weight, of the largest")
