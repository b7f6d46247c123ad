"""Figures that say what they show and what they were computed from, wherever they are shown or saved."""

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
"""Pixels of a saved figure for each pixel of the page: sharp on dense screens."""
PACKED = {"compress_level": 1}
"""An eighth larger than at Pillow's own level 6, in half the time."""
FORMATS = (".png", ".svg", ".pdf")

_texts: weakref.WeakKeyDictionary[Figure, str] = weakref.WeakKeyDictionary()


class DescribedFigure(Figure):
    """A figure that a notebook shows at double density, its description inside the PNG."""


def new_figure(width: float = 8, height: float = 5, layout: str | None = "constrained") -> Figure:
    """An empty figure of pyplot's, so that a notebook shows it; width and height in inches."""
    _teach_notebook()
    return plt.figure(figsize=(width, height), dpi=DPI, layout=layout, FigureClass=DescribedFigure)


def root(ax: Axes) -> Figure:
    """The figure that holds an axes, however deep."""
    figure = check_axes(ax).figure
    while isinstance(figure, SubFigure):
        figure = figure.figure
    return figure


def check_axes(ax: Axes) -> Axes:
    """The axes; TypeError if it is none."""
    return validation.instance("None or matplotlib's Axes", ax, Axes)


def describe(figure: Figure, text: str) -> None:
    """Add a sentence to the figure's text alternative."""
    _texts[figure] = f"{_texts[figure]} {text}" if figure in _texts else text


def text_alternative(figure: Figure) -> str:
    """What a figure of this library shows, in words made from its numbers; "" for any other."""
    return _texts.get(validation.instance("A matplotlib Figure", figure, Figure), "")


def save_figure(figure: Figure, path: str | os.PathLike[str]) -> Path:
    """Save a figure with its description and provenance inside; the old file stays until it is whole.

    Args:
        figure: any matplotlib figure.
        path: ending in .png (twice the screen's density), .svg or .pdf.

    Raises:
        ValueError: another ending, or a folder that is not there or cannot be written.
    """
    validation.instance("A matplotlib Figure", figure, Figure)
    path = validation.path("figure's file", path)
    if path.suffix.lower() not in FORMATS:
        raise ValueError(f"A figure is saved as one of {', '.join(FORMATS)}; got {path.name!r}.")
    if not path.parent.is_dir():
        raise ValueError(f"There is no folder {str(path.parent)!r} to save {path.name!r} in.")
    # Drawn in memory first: on a full disk matplotlib's PDF writer trips over itself.
    data = _encoded(figure, path.suffix.lower()[1:], DPI)
    with atomic_path(path) as beside:
        beside.write_bytes(data)
    return path


def close(figure: Figure) -> None:
    """Let pyplot forget a figure, so that a run over many photographs does not hold them all."""
    plt.close(figure)


def png(figure: Figure) -> bytes:
    """The figure as PNG at twice the screen's density, description and provenance inside."""
    return _encoded(figure, "png", figure.dpi)


def _encoded(figure: Figure, kind: str, dpi: float) -> bytes:
    """The same bytes for the same figure: matplotlib's names of an SVG's parts are random without a salt."""
    stream = io.BytesIO()
    packed: dict[str, Any] = {"pil_kwargs": PACKED} if kind == "png" else {}
    with matplotlib.rc_context({"svg.hashsalt": "vggviz"}):
        figure.savefig(stream, format=kind, dpi=DENSITY * dpi, metadata=_metadata(figure, kind), **packed)
    return stream.getvalue()


def _metadata(figure: Figure, kind: str) -> dict[str, Any]:
    """The format's own words for description and source; no time of day, so that equal figures are equal."""
    made_of = Provenance()
    source = made_of.with_network(" and ".join(networks_in_use()) or made_of.network)
    text = text_alternative(figure)
    if kind == "png":
        return {"Description": text, "Source": source, "Software": "vggviz"}
    if kind == "svg":
        return {"Description": text, "Source": source, "Creator": "vggviz", "Date": None}
    return {"Subject": text, "Keywords": source, "Creator": "vggviz", "CreationDate": None}


def _teach_notebook() -> None:
    """In a notebook's kernel, show our figures through `png` rather than in the kernel's own way."""
    if "IPython" not in sys.modules or (shell := sys.modules["IPython"].get_ipython()) is None:
        return
    formatter = shell.display_formatter.formatters["image/png"]
    formatter.for_type(DescribedFigure, _shown_png)


def _shown_png(figure: Figure) -> tuple[bytes, dict[str, int]]:
    width, height = np.rint(figure.get_size_inches() * figure.dpi).astype(int)
    return png(figure), {"width": int(width), "height": int(height)}
