"""Figures with a text alternative and their provenance, which every saved file holds as metadata."""

from __future__ import annotations

import io
import os
import sys
import weakref
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure

from vggviz._shared import validation
from vggviz._shared.files import atomic_path
from vggviz.models.provenance import Provenance, networks_in_use

DPI = 100
DENSITY = 2
"""Pixels of a saved figure per CSS pixel, for screens of high density."""
PNG_OPTIONS = {"compress_level": 1}
"""Files are an eighth larger than at Pillow's default, level 6, and written in half the time."""
FORMATS = (".png", ".svg", ".pdf")

_texts: weakref.WeakKeyDictionary[Figure, str] = weakref.WeakKeyDictionary()


class DescribedFigure(Figure):
    """A figure that a notebook shows at double density, with its description inside the PNG."""


def new_figure(width: float = 8, height: float = 5, layout: str | None = "constrained") -> Figure:
    """An empty pyplot figure, which a notebook shows by itself; width and height in inches."""
    _register_png_formatter()
    return plt.figure(figsize=(width, height), dpi=DPI, layout=layout, FigureClass=DescribedFigure)


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
    text = text.replace("\n", " ")  # of titles
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
    data = _encoded(figure, path.suffix.lower()[1:], DPI)
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)
    return path


def close(figure: Figure) -> None:
    """Remove a figure from pyplot's registry, which would otherwise keep every figure in memory."""
    plt.close(figure)


def png(figure: Figure) -> bytes:
    """The figure as PNG at twice its resolution, with text alternative and provenance as metadata."""
    return _encoded(figure, "png", figure.dpi)


def _encoded(figure: Figure, kind: str, dpi: float) -> bytes:
    """Encode a figure reproducibly; without a salt matplotlib gives the elements of an SVG random ids."""
    stream = io.BytesIO()
    options: dict[str, Any] = {"pil_kwargs": PNG_OPTIONS} if kind == "png" else {}
    with matplotlib.rc_context({"svg.hashsalt": "vggviz"}):
        figure.savefig(stream, format=kind, dpi=DENSITY * dpi, metadata=_metadata(figure, kind), **options)
    return stream.getvalue()


def _metadata(figure: Figure, kind: str) -> dict[str, Any]:
    """Description and source under the format's own keys, without a date, so that files are reproducible."""
    provenance = Provenance()
    source = provenance.with_network(" and ".join(networks_in_use()) or provenance.network)
    text = text_alternative(figure)
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
    width, height = np.rint(figure.get_size_inches() * figure.dpi).astype(int)
    return png(figure), {"width": int(width), "height": int(height)}
