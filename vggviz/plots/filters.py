"""Figures of kernels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vggviz._shared import validation
from vggviz.figures.artists import show_values
from vggviz.figures.described_figure import describe
from vggviz.figures.layout import bare, one_axes
from vggviz.figures.scales import KERNEL_SCALES, number_text
from vggviz.figures.selection import choose
from vggviz.images.mosaic import mosaic


def plot_filters(
    kernels: np.ndarray,
    *,
    channels: Sequence[int] | None = None,
    top: int | None = None,
    scale: str = "channel",
    ax: Axes | None = None,
) -> tuple[Figure, Any]:
    """Draw the kernels of a layer: those that read three channels in colour, deeper ones slice by slice.

    Args:
        kernels: (kh, kw, in, out). With in = 3 they are taken as red, green, blue (`filters_rgb`),
            mid-grey is zero. Otherwise a row is a filter (8 if neither `channels` nor `top` says
            otherwise), its columns the 16 input slices of largest norm.
        channels: indices of the filters, in the order they are drawn.
        top: draw only as many, those of largest norm.
        scale: "channel" (the largest weight of each filter) or "layer": what full colour stands for.
        ax: axes to draw on; None makes a figure.

    Raises:
        ValueError: another shape, an unknown scale, or a filter that is not there.
    """
    validation.one_of("scale", scale, KERNEL_SCALES)
    kernels = validation.numbers("Kernels", kernels, "(kh, kw, in, out)", 4)
    norms = np.sqrt((kernels**2).sum(axis=(0, 1, 2)))
    coloured = kernels.shape[2] == 3
    count = len(norms) if coloured else 8
    indices = choose(np.argsort(-norms, kind="stable"), channels, top, count)
    chosen = kernels[..., indices]
    limits = np.abs(chosen if scale == "channel" else kernels).max(
        axis=(0, 1, 2) if scale == "channel" else None
    )
    shown = chosen / np.where(limits > 0, limits, 1)
    columns = len(indices) if len(indices) <= 10 else max(8, math.ceil(math.sqrt(len(indices))))
    rows = math.ceil(len(indices) / columns) if coloured else len(indices)
    figure, ax = one_axes(ax, 8, 0.6 + 7.6 * rows / columns if coloured else 1.4 + 0.5 * rows)
    label = f"{len(indices)} of {len(norms)} filters; {KERNEL_SCALES[scale]}"
    if coloured:
        show_colours(ax, shown, indices, columns)
        ax.set_title(f"{label}; mid-grey is zero", fontsize=10, pad=14)
    else:
        show_slices(figure, ax, shown, indices)
        ax.set_title(f"{label}\n{min(16, kernels.shape[2])} of {kernels.shape[2]} input slices", fontsize=10)
    describe(
        figure,
        f"{label}. Filter {indices[0]} comes first; the largest norm is {number_text(norms.max())} "
        f"(filter {norms.argmax()}), the smallest {number_text(norms.min())} (filter {norms.argmin()}).",
    )
    return figure, ax


def show_colours(ax: Axes, shown: np.ndarray, indices: np.ndarray, columns: int) -> None:
    """Kernels as small images in their colours, each under its number; zero is mid-grey."""
    size, gap = 8, 6  # points a weight, and between two kernels: room for a number
    colours = mosaic((0.5 + shown / 2).repeat(size, axis=0).repeat(size, axis=1), columns, gap)
    ax.imshow(np.where(np.isnan(colours), 1, colours), interpolation="nearest")
    height, width = np.array(shown.shape[:2]) * size + gap
    bare([ax])
    for k, index in enumerate(indices):
        row, column = divmod(k, columns)
        ax.text(column * width - 0.5, row * height - 1, str(index), fontsize=6, va="bottom", color="0.35")


def show_slices(figure: Figure, ax: Axes, shown: np.ndarray, indices: np.ndarray) -> None:
    """One row a filter, its strongest input slices from left to right."""
    strongest = np.argsort(-(shown**2).sum(axis=(0, 1)), axis=0, kind="stable")[:16]
    slices = np.take_along_axis(shown, strongest[np.newaxis, np.newaxis], axis=2)
    tiles = slices.transpose(0, 1, 3, 2).reshape(*shown.shape[:2], -1)
    drawn = show_values(ax, mosaic(tiles, columns=len(strongest)), 1, signed=True)
    height = shown.shape[0] + 1
    bare([ax])
    ax.set_yticks([k * height + 1 for k in range(len(indices))])
    ax.set_yticklabels([f"filter {index}" for index in indices], fontsize=7)
    figure.colorbar(drawn, ax=ax, shrink=0.6, aspect=40, pad=0.01).set_label(
        "weight, of the largest", fontsize=8
    )
