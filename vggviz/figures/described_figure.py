"""Figures with a text alternative and their provenance, which every saved file holds as metadata."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import re
import struct
import sys
import weakref
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.transforms import Bbox

from vggviz._shared import validation
from vggviz._shared.files import atomic_path
from vggviz.figures.finishing import finish, literal_text
from vggviz.figures.page import narrow_page, page
from vggviz.models.provenance import source_line

DPI = 100
DENSITY = 2
"""Pixels of a saved figure per CSS pixel, for screens of high density."""
PNG_OPTIONS = {"compress_level": 1}
"""Files are an eighth larger than at Pillow's default, level 6, and written in half the time."""
FORMATS = (".png", ".svg", ".pdf")
SETTINGS: Any = {
    "svg.hashsalt": "vggviz",  # the elements of an SVG get random ids otherwise
    "figure.autolayout": False,  # else a figure without a layout engine gets one of these two
    "figure.constrained_layout.use": False,
}
"""Settings of matplotlib while a figure is encoded."""
MARGIN = 0.06
"""Inches around what is drawn; a saved figure has no more empty space at its edges."""
NARROW_CHUNK = b"vgNa"
"""Type of the private chunk of a PNG that holds the rendering for phones, itself a PNG."""
NARROW_DENSITY = 2
"""Pixels of a rendering for phones per CSS pixel."""
FOR_PHONES = "VGGVIZ_FOR_PHONES"
"""Environment variable that the book's build sets, so that figures are rendered for phones as well."""

P = ParamSpec("P")
R = TypeVar("R")

_texts: weakref.WeakKeyDictionary[Figure, str] = weakref.WeakKeyDictionary()
_calls: weakref.WeakKeyDictionary[Figure, Callable[[], Any]] = weakref.WeakKeyDictionary()


class DescribedFigure(Figure):
    """A figure that a notebook shows at double density, with its description inside the PNG."""


def new_figure(width: float = 8, height: float = 5, layout: str = "constrained") -> Figure:
    """An empty pyplot figure, which a notebook shows by itself; width and height in inches.

    A rendering for phones is none of pyplot's, so that a notebook does not show it as well.
    """
    if page().is_narrow:
        engine: Any = layout
        return DescribedFigure(figsize=(width, height), dpi=DPI, layout=engine)
    _register_png_formatter()
    return plt.figure(figsize=(width, height), dpi=DPI, layout=layout, FigureClass=DescribedFigure)


def fitted(plot: Callable[P, tuple[Figure, R]]) -> Callable[P, tuple[Figure, R]]:
    """Decorator of plots with an argument `ax`: a figure that the plot makes is fitted to its content.

    "$" in its texts begins no formula. While the book is built, the call is kept, so that the figure can be
    drawn again for phones.
    """
    literal = literal_text(plot)

    @functools.wraps(plot)
    def call(*args: P.args, **kwargs: P.kwargs) -> tuple[Figure, R]:
        figure, axes = literal(*args, **kwargs)
        if kwargs.get("ax") is None:
            finish(figure)
            if os.environ.get(FOR_PHONES) and not page().is_narrow:
                _calls[figure] = functools.partial(call, *args, **kwargs)
        return figure, axes

    return call


def root(ax: Axes) -> Figure:
    """The outermost figure of an axes, which may lie in nested subfigures."""
    figure = check_axes(ax).figure
    while isinstance(figure, SubFigure):
        figure = figure.figure
    return figure


def check_axes(ax: Axes) -> Axes:
    """Return the axes; TypeError for anything else."""
    return validation.instance("None or matplotlib's Axes", ax, Axes)


def describe(figure: Figure, text: str) -> None:
    """Add a sentence to the figure's text alternative."""
    text = re.sub(r",?\n", ", ", text)  # of titles
    _texts[figure] = f"{_texts[figure]} {text}" if figure in _texts else text


def text_alternative(figure: Figure) -> str:
    """The text alternative of a figure of this library, made from its numbers; "" for any other figure."""
    return _texts.get(validation.instance("A matplotlib Figure", figure, Figure), "")


def save_figure(figure: Figure, path: str | os.PathLike[str]) -> Path:
    """Save a figure with its text alternative and provenance as metadata; an old file is replaced atomically.

    Args:
        figure: any matplotlib figure.
        path: ends in .png (written at 200 dpi), .svg or .pdf.

    Returns:
        The path of the file.

    Raises:
        ValueError: another suffix, or a folder that does not exist.
        OSError: the file cannot be written; an existing file is then unchanged.
    """
    validation.instance("A matplotlib Figure", figure, Figure)
    path = validation.path("figure's file", path)
    if path.suffix.lower() not in FORMATS:
        raise ValueError(f"A figure is saved as one of {', '.join(FORMATS)}; got {path.name!r}.")
    if not path.parent.is_dir():
        raise ValueError(f"There is no folder {str(path.parent)!r} to save {path.name!r} in.")
    # Rendered in memory first: on a full disk matplotlib's PDF writer raises a second, misleading error.
    data = _encoded(figure, path.suffix.lower()[1:], DENSITY * DPI)
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)
    return path


def close(figure: Figure) -> None:
    """Remove a figure from pyplot's registry, which would otherwise keep every figure in memory."""
    plt.close(figure)


def png(figure: Figure) -> bytes:
    """The figure as PNG at twice its resolution, with text alternative and provenance as metadata."""
    return _encoded(figure, "png", DENSITY * figure.dpi)


def narrow_png(figure: Figure) -> bytes:
    """The figure drawn again for a phone; b"" unless its call was kept."""
    if figure not in _calls:
        return b""
    with narrow_page():
        again, _ = _calls[figure]()
    return _encoded(again, "png", NARROW_DENSITY * DPI)


def _encoded(figure: Figure, kind: str, dpi: float) -> bytes:
    """Encode a figure reproducibly."""
    stream = io.BytesIO()
    options: dict[str, Any] = {"pil_kwargs": PNG_OPTIONS} if kind == "png" else {}
    with matplotlib.rc_context(SETTINGS), _laid_out(figure) as box:
        figure.savefig(
            stream, format=kind, dpi=dpi, metadata=_metadata(figure, kind), bbox_inches=box, **options
        )
    return stream.getvalue()


@contextlib.contextmanager
def _laid_out(figure: Figure) -> Iterator[Bbox]:
    """Lay a figure out once, and give the box of what it shows in inches.

    Within this context the layout is fixed. With an engine, even the one called "none", matplotlib would draw
    the figure twice to save it.
    """
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine(None)
    box = figure.get_tightbbox().padded(MARGIN)
    try:
        yield box
    finally:
        if engine is not None:
            figure.set_layout_engine(engine)


def _metadata(figure: Figure, kind: str) -> dict[str, Any]:
    """Description and source under the format's own keys, without a date, so that files are reproducible."""
    source, text = source_line(), text_alternative(figure)
    if kind == "png":
        return {"Description": text, "Source": source, "Software": "vggviz"}
    if kind == "svg":
        return {"Description": text, "Source": source, "Creator": "vggviz", "Date": None}
    return {"Subject": text, "Keywords": source, "Creator": "vggviz", "CreationDate": None}


def _register_png_formatter() -> None:
    """In an IPython kernel, have figures of this class displayed by `png`."""
    if "IPython" not in sys.modules or (shell := sys.modules["IPython"].get_ipython()) is None:
        return
    formatter = shell.display_formatter.formatters["image/png"]
    formatter.for_type(DescribedFigure, _png_and_size)


def _png_and_size(figure: Figure) -> tuple[bytes, dict[str, int]]:
    """The PNG, and the width and height in CSS pixels at which a notebook shows it."""
    data = png(figure)
    width, height = struct.unpack(">II", data[16:24])
    if narrow := narrow_png(figure):
        data = _with_chunk(data, NARROW_CHUNK, narrow)
    return data, {"width": round(width / DENSITY), "height": round(height / DENSITY)}


def _with_chunk(data: bytes, kind: bytes, content: bytes) -> bytes:
    """A PNG with another chunk before its last one, which is always 12 bytes long."""
    length, check = struct.pack(">I", len(content)), struct.pack(">I", zlib.crc32(kind + content))
    return data[:-12] + length + kind + content + check + data[-12:]
