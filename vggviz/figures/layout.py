"""Layouts of axes: one, a grid of panels, a mosaic with its colourbar."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure

from vggviz.figures.described_figure import check_axes, new_figure, root


def one_axes(ax: Axes | None, width: float = 8, height: float = 5) -> tuple[Figure, Axes]:
    """The caller's axes, or new ones of that size in inches, with their figure."""
    ax = new_figure(width, height).add_subplot() if ax is None else check_axes(ax)
    return root(ax), ax


def mosaic_axes(ax: Axes | None, aspect: float) -> tuple[Figure, Axes]:
    """Axes for a large image with room for a colourbar at its right: the caller's, or new ones.

    The positions are fixed, as matplotlib's constrained layout takes longer than the drawing.

    Args:
        ax: the caller's axes, or None.
        aspect: height of the image divided by its width.
    """
    if ax is None:
        width, side, title = 8.0, 0.85, 0.5
        height = max(width * side * aspect, 1.6)
        figure = new_figure(width, height + title, layout=None)
        ax = figure.add_axes((0.045, 0.0, side, height / (height + title)))
    return root(ax), ax


def side_bar(ax: Axes, drawn: ScalarMappable, label: str, *, extend: str = "neither") -> None:
    """Add a colourbar at the right of an axes, as an inset of that axes."""
    bar = root(ax).colorbar(drawn, cax=ax.inset_axes((1.012, 0.2, 0.02, 0.6)), extend=extend)
    bar.ax.tick_params(labelsize=8)
    bar.set_label(label, fontsize=8)


def panels(
    ax: Axes | None, count: int, *, columns: int, width: float = 8, aspect: float = 1.15
) -> tuple[Figure, list[Axes]]:
    """A grid of axes for small images: in a new figure, or as insets of the caller's axes.

    Args:
        ax: axes to be divided, or None.
        count: number of panels.
        columns: panels in a row at most.
        width: width of a new figure in inches.
        aspect: height of a panel with its title divided by its width.
    """
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    if ax is None:
        figure = new_figure(width, max(1.6, width / columns * aspect * rows))
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        for unused in grid[count:]:
            unused.remove()
        return figure, list(grid[:count])
    check_axes(ax).set_axis_off()
    corners = [(k % columns / columns, 1 - (k // columns + 1) / rows) for k in range(count)]
    return root(ax), [ax.inset_axes((x, y, 0.88 / columns, 0.8 / rows)) for x, y in corners]


def three_and_one(ax: Axes | None) -> tuple[Figure, list[Axes]]:
    """Three small axes above a wide one: in a new figure, or as insets of the caller's axes."""
    if ax is None:
        figure = new_figure(8, 6.2)
        grid = figure.add_gridspec(2, 3, height_ratios=(1, 1.15))
        upper = [figure.add_subplot(grid[0, k]) for k in range(3)]
        return figure, [*upper, figure.add_subplot(grid[1, :])]
    check_axes(ax).set_axis_off()
    upper = [ax.inset_axes((k / 3, 0.55, 0.3, 0.38)) for k in range(3)]
    return root(ax), [*upper, ax.inset_axes((0.1, 0, 0.9, 0.45))]


def bare(axes: Sequence[Axes]) -> None:
    """Remove ticks and spines."""
    for ax in axes:
        ax.set_xticks([])
        ax.set_yticks([])
        for spine in ax.spines.values():
            spine.set_visible(False)
