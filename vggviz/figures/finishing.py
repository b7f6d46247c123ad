"""Finishing a new figure: letters, titles and size as its page needs them, and given texts as they are."""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ParamSpec, TypeVar

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator
from matplotlib.transforms import BboxBase

from vggviz.figures.page import page

TEX_SIGNS = frozenset("$&%#_{}~^\\")
"""Signs with a meaning in TeX."""
Given = ParamSpec("Given")
Drawn = TypeVar("Drawn", bound=tuple[Figure, Any])


def finish(figure: Figure) -> None:
    """Enlarge the letters of a new figure to the page's least size, wrap its titles, and fit its size."""
    _enlarge_letters(figure)
    _fit(figure)
    if _wrap_titles(figure):
        _fit(figure)


def _enlarge_letters(figure: Figure) -> None:
    smallest = page().smallest
    if not smallest:
        return
    for ax in figure.findobj(Axes):
        ax.tick_params(labelsize=smallest)
    for text in figure.findobj(Text):
        text.set_fontsize(max(text.get_fontsize(), smallest))


def _fit(figure: Figure) -> None:
    """Make a figure as high as its pictures need, or if that is too high, as narrow as they need."""
    axes = [ax for ax in figure.axes if ax.get_subplotspec()]
    engine = figure.get_layout_engine()
    if engine is None or not any(_proportions(ax) for ax in axes):
        return
    rows = _place(axes[0]).get_gridspec().nrows
    most = page().most_height(rows)
    engine.execute(figure)
    width, height = figure.get_size_inches()
    wanted = min(height - _spare(figure, axes, "rows") + _hidden(figure, axes), most)
    figure.set_size_inches(width, wanted)
    if wanted == most:
        figure.set_size_inches(width - _spare(figure, axes, "columns"), wanted)


def _hidden(figure: Figure, axes: Sequence[Axes]) -> float:
    """Inches that titles and colour bars of all rows take of the spare room around pictures, uncounted."""
    whole: dict[int, float] = {}
    counted: dict[int, float] = {}
    for ax in (ax for ax in axes if _proportions(ax)):
        box, row = _box(ax), _place(ax).rowspan.start
        place = ax.get_position(original=True).transformed(figure.transFigure)
        outside = max(0, place.y0 - box.y0) + max(0, box.y1 - place.y1)
        whole[row] = max(whole.get(row, 0), box.height - ax.bbox.height)
        counted[row] = max(counted.get(row, 0), outside)
    return (sum(whole.values()) - sum(counted.values())) / figure.dpi


def _proportions(ax: Axes) -> float:
    """Height of the picture in an axes divided by its width; 0 for a chart, which has any proportions."""
    aspect = ax.get_aspect()
    return 0.0 if isinstance(aspect, str) else float(ax.get_data_ratio() * aspect)


def _place(ax: Axes) -> SubplotSpec:
    place = ax.get_subplotspec()
    assert place is not None
    return place


def _box(ax: Axes) -> BboxBase:
    """The box in pixels that an axes takes with its title and its colour bar."""
    box = ax.get_tightbbox(for_layout_only=True)
    assert box is not None
    return box


def _spare(figure: Figure, axes: Sequence[Axes], along: str) -> float:
    """Inches that the pictures leave empty of all rows or columns together; negative if they need more."""
    size = np.array(figure.get_size_inches())
    grid = _place(axes[0]).get_gridspec()
    spare = np.full(grid.nrows if along == "rows" else grid.ncols, np.inf)
    for ax in axes:
        width, height = ax.get_position(original=True).size * size
        ratio, place = _proportions(ax), _place(ax)
        span = list(place.rowspan if along == "rows" else place.colspan)
        left = height - width * ratio if along == "rows" else width - height / (ratio or height / width)
        spare[span] = np.minimum(spare[span], left / len(span) if ratio else 0)
    return float(spare[np.isfinite(spare)].sum())


def _wrap_titles(figure: Figure) -> bool:
    """Break the titles and labels that are longer than the room they have; whether there were any."""
    wide, high = figure.bbox.width, figure.bbox.height
    wrapped = [_wrap(text, wide) for text in figure.texts]
    for ax in figure.axes:
        place = ax.get_subplotspec()
        share = len(place.colspan) / place.get_gridspec().ncols if place else 1
        wrapped += [_wrap(ax.title, wide * share), _wrap(ax.xaxis.label, wide * share)]
        wrapped.append(_wrap(ax.yaxis.label, high * ax.get_position().height))
    return any(wrapped)


def _wrap(text: Text, room: float) -> bool:
    """Break the lines of a text that are longer than `room` pixels; whether there were any."""
    length, room = _length(text), 0.97 * room
    lines = text.get_text().splitlines()
    most = int(max(map(len, lines), default=0) * room / length) if length else 0
    if length <= room or most < 5:
        return False
    while _length(text) > room and most >= 5:  # letters differ in width
        text.set_text("\n".join(part for line in lines for part in _broken(line, most)))
        most -= 1
    return True


def _length(text: Text) -> float:
    """Pixels of the longest line of a text, which may be vertical."""
    extent = text.get_window_extent()
    return extent.height if text.get_rotation() else extent.width


def _broken(line: str, most: int) -> list[str]:
    """A line as lines of nearly equal length, of at most that many characters; a longer word is broken."""
    count = len(textwrap.wrap(line, most, break_on_hyphens=False))
    longest = max(map(len, line.split()), default=0)
    least = min(most, max(longest, -(-len(line) // max(count, 1))))
    ways = (textwrap.wrap(line, width, break_on_hyphens=False) for width in range(least, most + 1))
    return next(lines for lines in ways if len(lines) <= count) or [""]


def literal_text(plot: Callable[Given, Drawn]) -> Callable[Given, Drawn]:
    """Decorator of a plot: its texts, which may be names of files or classes, are no formulas and no TeX."""

    @functools.wraps(plot)
    def with_literal_text(*args: Given.args, **kwargs: Given.kwargs) -> Drawn:
        ax = kwargs.get("ax")
        before = {text: text.get_text() for text in _text_in(ax)} if isinstance(ax, Axes) else {}
        drawn = plot(*args, **kwargs)
        for text in _text_in(ax if isinstance(ax, Axes) else drawn[0]):
            if TEX_SIGNS.intersection(text.get_text()) and before.get(text) != text.get_text():
                text.set(parse_math=False, usetex=False)
        return drawn

    return with_literal_text


def _text_in(artist: Artist) -> Iterator[Text]:
    """The texts of an artist, but not the numbers that matplotlib writes along an axis."""
    if isinstance(artist, Text):
        yield artist
    elif isinstance(artist, Axis) and not isinstance(artist.get_major_locator(), FixedLocator):
        yield artist.label
    else:
        for part in artist.get_children():
            yield from _text_in(part)
