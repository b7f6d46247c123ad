"""Texts of plots that are drawn as they are, without matplotlib's formulas."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any, ParamSpec, TypeVar

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator

Given = ParamSpec("Given")
Drawn = TypeVar("Drawn", bound=tuple[Figure, Any])


def literal_text(plot: Callable[Given, Drawn]) -> Callable[Given, Drawn]:
    """Decorator of a plot: "$" in its texts, which may be names of files or classes, begins no formula."""

    @functools.wraps(plot)
    def with_literal_text(*args: Given.args, **kwargs: Given.kwargs) -> Drawn:
        ax = kwargs.get("ax")
        before = {text: text.get_text() for text in _text_in(ax)} if isinstance(ax, Axes) else {}
        drawn = plot(*args, **kwargs)
        for text in _text_in(ax if isinstance(ax, Axes) else drawn[0]):
            if "$" in text.get_text() and before.get(text) != text.get_text():
                text.set_parse_math(False)
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
