"""Figures of the network: receptive fields, its table of layers, and the arithmetic of one cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from vggviz._shared import validation
from vggviz.activations.cell import Cell
from vggviz.figures.artists import extent, show_image, show_values
from vggviz.figures.described_figure import describe, fitted
from vggviz.figures.layout import bare, charts, one_picture, three_and_one
from vggviz.figures.page import page
from vggviz.figures.scales import MARK, NEGATIVE, OKABE_ITO, POSITIVE, capital, number_text, size_text
from vggviz.models.receptive_field import Pair, ReceptiveField, pair
from vggviz.models.summary import LayerTable

MOST_NAMED = 4
"""Most input channels of a cell that a text alternative names."""


@fitted
def plot_receptive_field(
    field: ReceptiveField,
    image: np.ndarray,
    row: int | Sequence[int],
    column: int | Sequence[int],
    *,
    ax: Axes | None = None,
) -> tuple[Figure, Any]:
    """Draw the receptive field of one or several cells as boxes on the photograph.

    Args:
        field: the layer's receptive field, from `receptive_fields`.
        image: uint8 (H, W, 3).
        row: the cell's row, or the rows of several cells.
        column: the cell's column, or the columns of several cells.
        ax: axes to draw on; None makes a figure.

    Returns:
        The figure and its axes.

    Raises:
        ValueError: not one row and one column per cell, or a cell outside the layer's map.
    """
    validation.instance("A result of receptive_fields for a layer", field, ReceptiveField)
    image = validation.image("The photograph", image)
    cells = _cells(row, column)
    boxes = [field.box(y, x, image.shape[:2]) for y, x in cells]
    figure, ax = one_picture(ax, image.shape[0] / image.shape[1], 5)
    show_image(ax, image)
    on = f"on the photograph of {size_text(image.shape, 'pixels')}"
    fields = f"Receptive field{'' if len(cells) == 1 else 's'} of {_by(field.size)} pixels"
    describe(figure, f"{fields} {on}; the next cell sees as much, {_step(field)} pixels farther on.")
    for (y, x), (top, left, bottom, right) in zip(cells, boxes, strict=True):
        ax.add_patch(
            Rectangle(
                (left - 0.5, top - 0.5), right - left, bottom - top, fill=False, edgecolor=MARK, linewidth=2
            )
        )
        describe(figure, f"Cell ({y}, {x}) sees rows {top} to {bottom - 1}, columns {left} to {right - 1}.")
    ax.set_title(
        f"receptive field {_by(field.size)} pixels, a step of {_by(field.stride)} from cell to cell",
        fontsize=10,
    )
    bare([ax])
    return figure, ax


@fitted
def plot_layer_table(table: LayerTable, *, ax: Axes | None = None) -> tuple[Figure, Any]:
    """Draw the number of activations, parameters and multiplications of each layer.

    Args:
        table: from `layer_table`.
        ax: axes to be divided; None makes a figure.

    Returns:
        The figure and the three axes.
    """
    validation.instance("A result of layer_table", table, LayerTable)
    figure, axes = charts(ax, 3, height=0.8 + 0.19 * len(table))
    columns: dict[str, list[float]] = {
        "numbers given (millions)": [math.prod(side or 0 for side in row.shape) / 1e6 for row in table],
        "parameters (millions)": [row.parameters / 1e6 for row in table],
        "multiplications (billions)": [(row.macs or 0) / 1e9 for row in table],
    }
    for part, (title, values) in zip(axes, columns.items(), strict=True):
        part.barh(range(len(table)), values, color=OKABE_ITO["blue"], tick_label=[row.name for row in table])
        part.invert_yaxis()
        part.set_title(title, fontsize=9)
        part.tick_params(labelsize=8, labelleft=part is axes[0] or page().is_narrow)
        most = int(np.argmax(values))
        describe(
            figure,
            f"{capital(title)}: {number_text(sum(values))} in all, "
            f"most in {table[most].name} ({number_text(values[most])}).",
        )
    return figure, axes


@fitted
def plot_cell(cell: Cell, *, top: int = 8, ax: Axes | None = None) -> tuple[Figure, Any]:
    """Draw the arithmetic of one activation: patch, kernel, their products, and the sum.

    Args:
        cell: from `explain_cell`.
        top: number of input channels with their own bar, those of largest absolute sum; others share one.
        ax: axes to be divided; None makes a figure.

    Returns:
        The figure and the axes of patch, kernel, products and sum.

    Raises:
        ValueError: `top` is less than 1.
    """
    validation.instance("A result of explain_cell", cell, Cell)
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
    describe(figure, _cell_description(cell, order[:top]))
    return figure, axes


def _cell_description(cell: Cell, shown: np.ndarray) -> str:
    """Text alternative of the arithmetic of a cell: the sum, then the channels that move it most."""
    sums = cell.by_channel
    named = shown[:MOST_NAMED]
    terms = [f"{index} adds {number_text(sums[index])}" for index in named]
    if rest := len(sums) - len(named):
        terms.append(f"the other {rest} add {number_text(sums.sum() - sums[named].sum())}")
    return (
        f"{cell.layer}, channel {cell.channel}, row {cell.row}, column {cell.column}: the map holds "
        f"{number_text(cell.value)}. {cell.products.size:,} products and the bias, {number_text(cell.bias)}, "
        f"add up to {number_text(cell.total)}. Input channel {', '.join(terms)}. "
        f"Patch, kernel and products are drawn of channel {shown[0]}."
    )


def _cells(row: int | Sequence[int], column: int | Sequence[int]) -> list[tuple[int, int]]:
    """(row, column) of each cell; ValueError unless there is one row and one column per cell."""
    rows, columns = _indices("row", row), _indices("column", column)
    if len(rows) != len(columns) or not rows:
        raise ValueError(
            f"Each cell has a row and a column; got {len(rows)} rows and {len(columns)} columns."
        )
    return list(zip(rows, columns, strict=True))


def _indices(what: str, given: int | Sequence[int]) -> list[int]:
    several = isinstance(given, (Sequence, np.ndarray)) and not isinstance(given, str)
    return [validation.whole(what, index) for index in (list(given) if several else [given])]  # type: ignore[arg-type]


def show_sum(ax: Axes, cell: Cell, shown: np.ndarray, sums: np.ndarray) -> None:
    """Draw the terms as a waterfall chart: each bar begins where the one above ends."""
    labels, terms = [f"input {k}" for k in shown], list(sums[shown])
    if others := len(sums) - len(shown):
        labels.append(f"the other {others}")
        terms.append(sums.sum() - sums[shown].sum())
    labels += ["bias", "sum", "in the map"]
    terms.append(cell.bias)
    starts = np.concatenate([[0], np.cumsum(terms)[:-1]])
    colours = [POSITIVE if term >= 0 else NEGATIVE for term in terms] + ["0.3", "0.3"]
    widths, left = [*terms, cell.total, cell.value], [*starts, 0, 0]
    # names as positions (matplotlib's categories) fail in inset axes
    ax.barh(range(len(labels)), widths, left=left, color=colours, tick_label=labels)
    ax.invert_yaxis()
    ax.axvline(0, color="0.3", linewidth=0.8)
    ax.margins(x=0.03)
    ax.use_sticky_edges = False
    ax.tick_params(labelsize=8)
    ax.set_title(f"the sum {number_text(cell.total, 4)}, in the map {number_text(cell.value, 4)}", fontsize=9)


def write_numbers(ax: Axes, values: np.ndarray) -> None:
    """Write each value into its cell, unless there are more than 49."""
    if values.size > 49:
        return
    limit = extent(values)
    for (y, x), value in np.ndenumerate(values):
        dark = abs(value) > 0.6 * limit
        ax.text(
            x,
            y,
            number_text(value + 0, 2 if page().is_narrow else 3),
            ha="center",
            va="center",
            fontsize=8,
            color="white" if dark else "black",
        )


def _step(field: ReceptiveField) -> str:
    """The stride as text, as in "4", or "4 down and 2 across"."""
    down, across = pair(field.stride)
    return str(down) if down == across else f"{down} (down) or {across} (across)"


def _by(value: Pair) -> str:
    """A size as text, as in "3 x 3"."""
    return " x ".join(map(str, pair(value)))
