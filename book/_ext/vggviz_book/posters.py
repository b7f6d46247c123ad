"""Still pictures of views of an explorer, made from its files without the network."""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from vggviz.models.receptive_field import ReceptiveField

SIDE = 448
"""Pixels of the photograph's and of the map's longer side."""
GAP = 16
ADDRESS = re.compile(r"([^/]+)/(-?\d+)(?:/(-?\d+),(-?\d+))?")
"""Layer, channel, row and column of a view."""
FRAME, SHADOW = "#ff3ea5", "black"
"""Of the cell and of what it sees, as in the explorer."""


@dataclass(frozen=True)
class View:
    """A channel, and a cell of its map if one is taken apart.

    Attributes:
        layer: a name of the explorer's manifest.
        channel: of the layer.
        cell: row and column in the map.
    """

    layer: str
    channel: int
    cell: tuple[int, int] | None = None

    @property
    def address(self) -> str:
        """As the explorer writes it behind the "#"."""
        cell = f"/{self.cell[0]},{self.cell[1]}" if self.cell else ""
        return f"/{self.layer}/{self.channel}{cell}"


def parse(address: str) -> View:
    """Read "layer/channel" or "layer/channel/row,column".

    Raises:
        ValueError: another form.
    """
    found = ADDRESS.fullmatch(address.strip())
    if not found:
        raise ValueError(f"A view is layer/channel or layer/channel/row,column; it is {address!r}.")
    layer, channel, row, column = found.groups()
    return View(layer, int(channel), (int(row), int(column)) if row else None)


class Explorer:
    """The files of an explorer, for its first picture."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        self.picture = folder / self.manifest["pictures"][0]["id"]

    def layer(self, view: View) -> dict[str, Any]:
        """What the manifest says of a layer.

        Raises:
            ValueError: a layer, channel or cell that the explorer has not.
        """
        found = next((each for each in self.manifest["layers"] if each["name"] == view.layer), None)
        if found is None:
            raise ValueError(f"The explorer has no layer {view.layer!r}.")
        sizes = (found["channels"], found["rows"], found["columns"])
        if any(not 0 <= k < size for k, size in zip((view.channel, *(view.cell or ())), sizes, strict=False)):
            size = f"{sizes[0]} maps of {sizes[1]} x {sizes[2]} cells"
            raise ValueError(f"There is no {view.address[1:]!r}: {view.layer} has {size}.")
        return dict(found)

    def map(self, view: View) -> np.ndarray:
        """The map of the view's channel, float32 (rows, columns)."""
        return self.maps(self.layer(view))[view.channel].astype(np.float32)

    def maps(self, layer: Mapping[str, Any]) -> np.ndarray:
        """The maps of a layer of the manifest, float (channels, rows, columns)."""
        stored = gzip.decompress((self.picture / f"{layer['name']}.maps.gz").read_bytes())
        shape = (layer["channels"], layer["rows"], layer["columns"])
        return np.frombuffer(stored, f"<f{len(stored) // math.prod(shape)}").reshape(shape)

    def seen(self, view: View) -> tuple[int, int, int, int] | None:
        """Top, left, bottom and right of what the cell sees, in pixels, cut at the edges."""
        field, picture = self.layer(view)["field"], self.manifest["pictures"][0]
        if not field or not view.cell:
            return None
        return ReceptiveField(**field).box(*view.cell, (picture["rows"], picture["columns"]))


def poster(explorer: Explorer, view: View) -> Image.Image:
    """The photograph with what the cell sees, and beside it the map with the cell."""
    cell = view.cell and (*view.cell, view.cell[0] + 1, view.cell[1] + 1)
    right = framed(coloured(explorer, view), cell, Image.Resampling.NEAREST)
    return beside_photograph(explorer, view, right)


def beside_photograph(explorer: Explorer, view: View, right: Image.Image) -> Image.Image:
    """The photograph with what the cell sees, and beside it another picture."""
    photograph = Image.open(explorer.picture / "picture.png").convert("RGB")
    left = framed(photograph, explorer.seen(view), Image.Resampling.BICUBIC)
    whole = Image.new("RGB", (left.width + GAP + right.width, max(left.height, right.height)), "white")
    whole.paste(left, (0, 0))
    whole.paste(right, (left.width + GAP, 0))
    return whole


def coloured(explorer: Explorer, view: View) -> Image.Image:
    """A map in the explorer's colours, up to its own largest value."""
    values = explorer.map(view)
    tables = json.loads((explorer.folder / "colours.json").read_text("utf-8"))
    signed = explorer.layer(view)["signed"]
    share = values / (np.abs(values).max() or 1)
    levels = np.rint(255 * ((share + 1) / 2 if signed else share)).astype(int)
    table = np.array(tables["RdBu_r" if signed else "viridis"], np.uint8)
    return Image.fromarray(table[levels])


def framed(
    picture: Image.Image, box: tuple[int, int, int, int] | None, resampling: Image.Resampling
) -> Image.Image:
    """A picture enlarged to SIDE, with a frame around a box (top, left, bottom, right) of its pixels."""
    scale = SIDE / max(picture.size)
    whole = picture.resize((round(picture.width * scale), round(picture.height * scale)), resampling)
    if box:
        top, left, bottom, right = (k * scale for k in box)
        edges = (left, top, max(left, right - 1), max(top, bottom - 1))
        draw = ImageDraw.Draw(whole)
        for out, colour, width in ((5, SHADOW, 2), (3, FRAME, 3)):
            around = [edge + side * out for edge, side in zip(edges, (-1, -1, 1, 1), strict=True)]
            draw.rectangle(around, outline=colour, width=width)
    return whole


def first_view(explorer: Explorer) -> View:
    """The strongest channel of the last layer that the explorer has, as it opens."""
    layers = [each for each in explorer.manifest["layers"] if each["kind"] == "convolution"]
    layer = (layers or explorer.manifest["layers"])[-1]
    return View(layer["name"], int(explorer.maps(layer).max(axis=(1, 2)).argmax()))


def described(explorer: Explorer, view: View) -> str:
    """The text alternative of a poster."""
    words = f"The photograph, and the map of channel {view.channel} of {view.layer}"
    if not view.cell:
        return f"{words}."
    row, column = view.cell
    value = float(f"{explorer.map(view)[row, column]:.3g}")
    return f"{words}, {value:,g} at row {row}, column {column}; frames show this cell and what it sees."


def write(made: Image.Image, folder: Path) -> str:
    """Write a poster into a folder; return its name, which depends on what it shows."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"explore-{hashlib.sha256(made.tobytes()).hexdigest()[:12]}.webp"
    made.save(folder / name, "WEBP", quality=85, method=4)
    return name
