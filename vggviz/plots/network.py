"""Figures of the network itself: its filters, what a cell sees, its layers, and how one number is made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from vggviz._shared import validation
from vggviz.activations.forward import Cell
from vggviz.figures.artists import (
    MARK,
    extent,
    show_colours,
    show_slices,
    show_sum,
    show_values,
    write_numbers,
)
from vggviz.figures.described_figure import bare, describe, one_axes, panels, three_and_one
from vggviz.figures.scales import number_text
from vggviz.figures.selection import choose
from vggviz.models.receptive_field import ReceptiveField
from vggviz.models.summary import LayerTable

FILTER_SCALES = {
    "filter": "each filter scaled by its own largest weight",
    "layer": "all scaled by the layer's largest weight",
}


def plot_filters(
    kernels: np.ndarray,
    *,
    channels: Sequence[int] | None = None,
    top: int | None = None,
    scale: str = "filter",
    ax: Axes | None = None,
) -> tuple[Figure, Any]:
    """Draw the kernels of a layer: those that read three channels in colour, deeper ones slice by slice.

    Args:
        kernels: (kh, kw, in, out). With in = 3 they are taken as red, green, blue (`filters_rgb`),
            mid-grey is zero. Otherwise a row is a filter (8 if neither `channels` nor `top` says
            otherwise), its columns the 16 input slices of largest norm.
        channels: numbers of the filters, in the order they are drawn.
        top: draw only as many, those of largest norm.
        scale: "filter" or "layer": what full colour stands for.
        ax: axes to draw on; None makes a figure.

    Raises:
        ValueError: another shape, an unknown scale, or a filter that is not there.
    """
    validation.one_of("scale", scale, FILTER_SCALES)
    kernels = validation.numbers("Kernels", kernels, "(kh, kw, in, out)", 4)
    norms = np.sqrt((kernels**2).sum(axis=(0, 1, 2)))
    coloured = kernels.shape[2] == 3
    count = len(norms) if coloured else 8
    numbers = choose(np.argsort(-norms, kind="stable"), channels, top, count)
    chosen = kernels[..., numbers]
    limits = np.abs(chosen if scale == "filter" else kernels).max(
        axis=(0, 1, 2) if scale == "filter" else None
    )
    shown = chosen / np.where(limits > 0, limits, 1)
    columns = len(numbers) if len(numbers) <= 10 else max(8, math.ceil(math.sqrt(len(numbers))))
    rows = math.ceil(len(numbers) / columns) if coloured else len(numbers)
    figure, ax = one_axes(ax, 8, 0.6 + 7.6 * rows / columns if coloured else 1.4 + 0.5 * rows)
    words = f"{len(numbers)} of {len(norms)} filters; {FILTER_SCALES[scale]}"
    if coloured:
        show_colours(ax, shown, numbers, columns)
        ax.set_title(f"{words}; mid-grey is zero", fontsize=10, pad=14)
    else:
        show_slices(figure, ax, shown, numbers)
        ax.set_title(f"{words}\n{min(16, kernels.shape[2])} of {kernels.shape[2]} input slices", fontsize=10)
    describe(
        figure,
        f"{words}. Filter {numbers[0]} comes first; the largest norm is {number_text(norms.max())} "
        f"(filter {norms.argmax()}), the smallest {number_text(norms.min())} (filter {norms.argmin()}).",
    )
    return figure, ax


def plot_receptive_field(
    field: ReceptiveField,
    image: np.ndarray,
    row: int | Sequence[int],
    column: int | Sequence[int],
    *,
    ax: Axes | None = None,
) -> tuple[Figure, Any]:
    """Draw what one cell sees, or several cells, as boxes on the photograph.

    Args:
        field: the layer's receptive field.
        image: uint8 (H, W, 3).
        row: the cell's row, or rows of several.
        column: the cell's column, or columns of several.
        ax: axes to draw on; None makes a figure.
    """
    validation.instance("What receptive_fields gives for a layer", field, ReceptiveField)
    image = validation.picture("The photograph", image)
    cells = _cells(row, column)
    boxes = [field.box(y, x, image.shape[:2]) for y, x in cells]
    figure, ax = one_axes(ax, 5, 5.3)
    ax.imshow(image)
    for (y, x), (top, left, bottom, right) in zip(cells, boxes, strict=True):
        ax.add_patch(
            Rectangle(
                (left - 0.5, top - 0.5), right - left, bottom - top, fill=False, edgecolor=MARK, linewidth=2
            )
        )
        describe(figure, f"Cell ({y}, {x}) sees rows {top} to {bottom - 1}, columns {left} to {right - 1}.")
    ax.set_title(
        f"receptive field {_pair(field.size)} pixels, a step of {_pair(field.stride)} from cell to cell",
        fontsize=10,
    )
    bare([ax])
    return figure, ax


def plot_layer_table(table: LayerTable, *, ax: Axes | None = None) -> tuple[Figure, Any]:
    """Draw where a network's numbers, parameters and work lie, layer by layer.

    Args:
        table: of `layer_table`.
        ax: axes to be divided; None makes a figure.
    """
    validation.instance("What layer_table gives", table, LayerTable)
    figure, axes = panels(ax, 3, columns=3, width=9, aspect=1.5)
    columns: dict[str, list[float]] = {
        "numbers given (millions)": [math.prod(side or 0 for side in row.shape) / 1e6 for row in table],
        "parameters (millions)": [row.parameters / 1e6 for row in table],
        "multiplications (billions)": [(row.macs or 0) / 1e9 for row in table],
    }
    for part, (title, values) in zip(axes, columns.items(), strict=True):
        part.barh(range(len(table)), values, color="#0072b2", tick_label=[row.name for row in table])
        part.invert_yaxis()
        part.set_title(title, fontsize=9)
        part.tick_params(labelsize=7, labelleft=part is axes[0])
        most = int(np.argmax(values))
        describe(
            figure,
            f"{title}: {number_text(sum(values))} in all, "
            f"most in {table[most].name} ({number_text(values[most])}).",
        )
    return figure, axes


def plot_cell(cell: Cell, *, top: int = 8, ax: Axes | None = None) -> tuple[Figure, Any]:
    """Draw the arithmetic of one number: patch, kernel, products, and the sum they make.

    Args:
        cell: of `explain_cell`.
        top: input channels drawn one by one; the rest is drawn as one bar.
        ax: axes to be divided; None makes a figure.
    """
    validation.instance("What explain_cell gives", cell, Cell)
    top = validation.whole("number of input channels (top)", top, 1)
    figure, axes = three_and_one(ax)
    sums = cell.by_channel
    order = np.argsort(-np.abs(sums), kind="stable")
    first = int(order[0])
    for part, what in zip(axes, ("patch", "kernel", "products"), strict=False):
        values = getattr(cell, what)[..., first]
        show_values(part, values, extent(values), signed=True)
        write_numbers(part, values)
        part.set_title(f"{what}\ninput channel {first}", fontsize=9)
    bare(axes[:3])
    show_sum(axes[3], cell, order[:top], sums)
    describe(
        figure,
        f"{cell.layer}, channel {cell.channel}, row {cell.row}, column {cell.column}: "
        f"{cell.products.size:,} products sum to {number_text(cell.total - cell.bias, 4)}, "
        f"plus bias {number_text(cell.bias, 4)} is {number_text(cell.total, 4)}; "
        f"the map holds {number_text(cell.value, 4)}. Input channel {first} gives most, "
        f"{number_text(sums[first], 4)}.",
    )
    return figure, axes


def _cells(row: int | Sequence[int], column: int | Sequence[int]) -> list[tuple[int, int]]:
    """Rows and columns of one cell or several, in pairs."""
    rows, columns = _numbers("row", row), _numbers("column", column)
    if len(rows) != len(columns) or not rows:
        raise ValueError(
            f"Each cell has a row and a column; got {len(rows)} rows and {len(columns)} columns."
        )
    return list(zip(rows, columns, strict=True))


def _numbers(what: str, given: int | Sequence[int]) -> list[int]:
    several = isinstance(given, (Sequence, np.ndarray)) and not isinstance(given, str)
    return [validation.whole(what, number) for number in (list(given) if several else [given])]  # type: ignore[arg-type]


def _pair(value: int | tuple[int, int]) -> str:
    return " x ".join(map(str, (value, value) if isinstance(value, int) else value))
