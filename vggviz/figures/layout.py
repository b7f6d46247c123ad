"""Layouts of axes: one, a grid of pictures, a mosaic; colour bars; figures of the size of their pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.ticker
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from vggviz.figures.described_figure import check_axes, new_figure, root
from vggviz.figures.page import page
from vggviz.figures.scales import tick_text

MOST_WIDTH = 4.0
"""Inches: the greatest width of a picture of few pixels, which a larger one would only blow up."""
BAR, PAD = 0.09, 0.06
"""Inches: the width of a colour bar, and its distance from the picture."""
TICKS = matplotlib.ticker.FuncFormatter(lambda value, _: tick_text(value))


def one_axes(ax: Axes | None, width: float = 8, height: float = 5) -> tuple[Figure, Axes]:
    """Axes of a chart: the caller's, or new ones of that size in inches, narrower on a narrow page."""
    if ax is None:
        ax = new_figure(*page().chart_size(width, height)).add_subplot()
    for axis in (check_axes(ax).xaxis, ax.yaxis):
        axis.set_major_formatter(TICKS)
    return root(ax), ax


def one_picture(ax: Axes | None, aspect: float, width: float = 8) -> tuple[Figure, Axes]:
    """Axes of a picture: the caller's, or new ones.

    Args:
        ax: the caller's axes, or None.
        aspect: height of the picture divided by its width.
        width: width of a new figure in inches at most.
    """
    if ax is None:
        width = min(width, page().width)
        ax = new_figure(width, min(width * aspect + 2, page().tallest)).add_subplot()
    return root(ax), check_axes(ax)


def mosaic_axes(ax: Axes | None, aspect: float) -> tuple[Figure, Axes]:
    """Axes for a large image with room for a colour bar: the caller's, or new ones.

    The positions are fixed, as matplotlib's constrained layout takes longer than the drawing.

    Args:
        ax: the caller's axes, or None.
        aspect: height of the image divided by its width.
    """
    if ax is None:
        left, right, title = (
            (0.3, 0.02, 0.7) if page().is_narrow else (0.36, 0.8, 0.5 if aspect < 1.3 else 1.0)
        )
        # above a tall picture, which makes the figure narrow, a title has more lines
        width = min(page().width - left - right, (page().tallest - title) / aspect)
        size = (left + width + right, width * aspect + title)
        figure = new_figure(*size, layout="none")
        ax = figure.add_axes((left / size[0], 0.0, width / size[0], width * aspect / size[1]))
    return root(ax), check_axes(ax)


class _Beside:
    """Position of a colour bar: as long as its picture and of fixed width, at its right or below it."""

    def __init__(self, ax: Axes, *, below: bool):
        self.ax, self.below = ax, below

    def __call__(self, _bar: Axes, _renderer: Any) -> Bbox:
        box = self.ax.get_position()
        figure: Any = self.ax.figure
        width, height = np.array([figure.bbox.width, figure.bbox.height]) / root(self.ax).dpi
        if self.below:
            return Bbox.from_bounds(box.x0, box.y0 - (PAD + BAR) / height, box.width, BAR / height)
        return Bbox.from_bounds(box.x1 + PAD / width, box.y0, BAR / width, box.height)


def colour_bar(ax: Axes, drawn: ScalarMappable, label: str = "", *, extend: str = "neither") -> None:
    """Add a colour bar as long as a picture: at its right, or on a narrow page below it without ticks.

    Ticks are removed, or set, beforehand.
    """
    below = page().is_narrow and not (ax.axison and len(ax.get_xticks()))
    place = ax.inset_axes((0, -0.1, 1, 0.05) if below else (1.03, 0, 0.05, 1))
    locator: Any = _Beside(ax, below=below)
    place.set_axes_locator(locator)
    bar = root(ax).colorbar(
        drawn, cax=place, extend=extend, format=TICKS, orientation="horizontal" if below else "vertical"
    )
    bar.ax.tick_params(labelsize=8)
    bar.ax.grid(visible=False)
    bar.set_label(label, fontsize=8)


def panels(
    ax: Axes | None, shapes: Sequence[tuple[int, ...]], *, columns: int, has_titles: bool = True
) -> tuple[Figure, list[Axes]]:
    """A grid of axes for pictures: in a new figure, or as insets of the caller's axes.

    Args:
        ax: axes to be divided, or None.
        shapes: (height, width, ...) of the pictures, for the proportions of the rows.
        columns: pictures in a row at most; the rows are made nearly alike.
        has_titles: whether the pictures have titles, which need room on a narrow page.
    """
    count = len(shapes)
    columns = page().columns(columns, count, has_titles=has_titles)
    rows = -(-count // columns)
    if ax is not None:
        check_axes(ax).set_axis_off()
        corners = [(k % columns / columns, 1 - (k // columns + 1) / rows) for k in range(count)]
        return root(ax), [ax.inset_axes((x, y, 0.88 / columns, 0.8 / rows)) for x, y in corners]
    aspects = [height / width for height, width, *_ in shapes]
    heights = [max(aspects[row * columns : (row + 1) * columns]) for row in range(rows)]
    width = min(page().width, columns * max(map(_greatest_width, shapes)))
    figure = new_figure(width, min(width / columns * sum(heights) + rows + 1, page().most_height(rows)))
    grid = figure.add_gridspec(rows, columns, height_ratios=heights)
    return figure, [figure.add_subplot(grid[divmod(k, columns)]) for k in range(count)]


def _greatest_width(shape: tuple[int, ...]) -> float:
    """Greatest width in inches of a picture: a column, unless it has few pixels and is not flat."""
    height, width = shape[:2]
    return page().width if width > 300 or width > 2 * height else MOST_WIDTH


def charts(ax: Axes | None, count: int, *, height: float) -> tuple[Figure, list[Axes]]:
    """Charts in a row, or on a narrow page one below the other; `height` of each in inches."""
    if ax is None:
        rows, columns = (count, 1) if page().is_narrow else (1, count)
        figure = new_figure(page().width, height * rows)
        return figure, list(figure.subplots(rows, columns, squeeze=False).ravel())
    check_axes(ax).set_axis_off()
    return root(ax), [ax.inset_axes((k / count, 0, 0.88 / count, 0.9)) for k in range(count)]


def three_and_one(ax: Axes | None) -> tuple[Figure, list[Axes]]:
    """Three small axes above a wide one: in a new figure, or as insets of the caller's axes."""
    if ax is None and page().is_narrow:
        figure = new_figure(page().width, 7.5)
        grid = figure.add_gridspec(3, 2, height_ratios=(1, 1, 1.9))
        upper = [figure.add_subplot(grid[divmod(k, 2)]) for k in range(3)]
        return figure, [*upper, figure.add_subplot(grid[2, :])]
    if ax is None:
        figure = new_figure(page().width, 6.2)
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
