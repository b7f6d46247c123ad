"""The page that figures are drawn for, a screen or a phone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

TALLEST = 7.2
"""Inches: the greatest height of a figure, 720 CSS pixels, so that it is seen whole on a laptop."""


@dataclass(frozen=True)
class Page:
    """Sizes of figures on a page.

    Attributes:
        width: width of the column in inches, of 100 CSS pixels each.
        smallest: least size of letters in points; 0 leaves sizes as they are.
        tallest: greatest height of a figure of pictures in inches.
        is_narrow: whether colour bars lie below the pictures, and grids have few columns.
    """

    width: float
    smallest: float
    tallest: float
    is_narrow: bool = False

    def chart_size(self, width: float, height: float) -> tuple[float, float]:
        """Width and height of a chart that is `width` x `height` inches on a wide page."""
        return min(width, self.width), min(height, 0.95 * self.width)

    def columns(self, wanted: int, count: int, *, has_titles: bool = True) -> int:
        """Columns of a grid of `count` pictures, at most `wanted`, so that its rows are nearly alike."""
        most = min(wanted, count)
        if self.is_narrow:
            most = min(most, 2 if has_titles else 3)
        rows = -(-count // most)
        return -(-count // rows)

    def most_height(self, rows: int) -> float:
        """Greatest height in inches of that many rows of pictures, one inch of each row at least."""
        return max(self.tallest, rows)

    def letters(self, size: float) -> float:
        """Size of letters in points: that of a wide page, or the least size of a narrow one."""
        return max(size, self.smallest)


WIDE = Page(8.0, 0.0, TALLEST)
NARROW = Page(3.58, 9.0, 60.0, is_narrow=True)
"""A phone of 390 CSS pixels with the margins of the book's pages."""

_page: ContextVar[Page] = ContextVar("page", default=WIDE)


def page() -> Page:
    """The page that figures are drawn for."""
    return _page.get()


@contextmanager
def narrow_page() -> Iterator[None]:
    """Within this context figures are drawn for a phone."""
    token = _page.set(NARROW)
    try:
        yield
    finally:
        _page.reset(token)
