"""Sketches that a reader's own is compared with: lines, arcs, and discs in the colours of the page.

The page asks the network for a reader's sketch, and lists the channels whose share of their layer's answer
is the largest multiple of that for these. Otherwise the same few channels, which answer to any black on grey,
would always come first.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from vggviz.activations.forward import feature_maps
from vggviz.explorer import encoding
from vggviz.models.graph import conv_layers, input_side

if TYPE_CHECKING:
    from vggviz.explorer.content import Content

SIDE = 64
"""Side of a sketch in pixels, as in find/sketch.js."""
GAP = 8
INKS = ((0, 0, 0), (255, 255, 255), (220, 30, 30), (30, 160, 50), (40, 70, 220), (245, 210, 40))
WIDTH = 4
COUNT = 18
"""Sketches: eight lines, four arcs, six discs."""
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Answers:
    """How much the channels of a layer answer, as means over their maps.

    Attributes:
        empty: to the ground alone, float64 (c,).
        others: how much more than that to a sketch, on average over all, float64 (c,).
    """

    empty: np.ndarray
    others: np.ndarray


def files(
    content: Content, names: Mapping[str, str], reading: Mapping[str, Sequence]
) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of the file of what the answer to a reader's sketch is compared with.

    Args:
        content: the data of the explorer.
        names: {layer: file name}.
        reading: see `answers`.
    """
    found = {names[layer]: each for layer, each in answers(content, reading).items()}
    short = {
        what: {name: [float(f"{mean:.4g}") for mean in getattr(each, what)] for name, each in found.items()}
        for what in ("empty", "others")
    }
    yield "sketch/others.json", encoding.compact_json({"count": COUNT, **short})


def answers(content: Content, reading: Mapping[str, Sequence]) -> dict[str, Answers]:
    """Answers of each channel of all convolutions to the sketches.

    Args:
        content: the data of the explorer.
        reading: ``weights`` and ``offset`` of what the network reads of red, green and blue.
    """
    side, ground = input_side(content.model), ground_of(reading)
    layers = [layer for layer in content.layers if layer in conv_layers(content.model)]
    empty = _means(content, np.full((side, side, 3), ground, np.uint8), layers)
    sums = {layer: np.zeros_like(values) for layer, values in empty.items()}
    for sketch in drawn(min(SIDE, side), ground):  # one at a time: the maps of all would take gigabytes
        for layer, values in _means(content, laid_out(sketch, side, ground), layers).items():
            sums[layer] += (values - empty[layer]).clip(0)
    return {layer: Answers(empty[layer], values / COUNT) for layer, values in sums.items()}


def _means(content: Content, image: np.ndarray, layers: list[str]) -> dict[str, np.ndarray]:
    batch = np.asarray(content.preprocess(image[None]), np.float32)
    found = feature_maps(content.model, batch, layers)
    return {layer: maps.mean(axis=(0, 1, 2), dtype=np.float64) for layer, maps in found.items()}


def ground_of(reading: Mapping[str, Sequence]) -> Colour:
    """The grey that a network reads as zero, as in paint/hiding.js; the middle grey if none is known."""
    weights, offset = np.array(reading["weights"], float), np.array(reading["offset"], float)
    if not offset.any():
        return (128, 128, 128)
    colour = -(offset / (weights**2).sum(axis=1)) @ weights
    red, green, blue = np.rint(colour.clip(0, 255)).astype(int).tolist()
    return red, green, blue


def drawn(size: int, ground: Colour) -> Iterator[np.ndarray]:
    """Yield the sketches, uint8 (size, size, 3)."""
    unit = size / SIDE
    lines = [partial(_line, angle=angle, ink=ink) for ink in INKS[:2] for angle in (0, 45, 90, 135)]
    arcs = [partial(_arc, start=start) for start in (0, 90, 180, 270)]
    for draw in (*lines, *arcs, *(partial(_disc, ink=ink) for ink in INKS)):
        image = Image.new("RGB", (size, size), ground)
        draw(ImageDraw.Draw(image), unit)
        yield np.asarray(image)


def _line(pen: ImageDraw.ImageDraw, unit: float, *, angle: float, ink: Colour) -> None:
    """From one end to the other through the middle, 48 of 64 pixels long."""
    across, down = 24 * math.cos(math.radians(angle)), -24 * math.sin(math.radians(angle))
    ends = [unit * each for each in (32 - across, 32 - down, 32 + across, 32 + down)]
    pen.line(ends, fill=ink, width=max(1, round(WIDTH * unit)))


def _arc(pen: ImageDraw.ImageDraw, unit: float, *, start: float) -> None:
    box = [unit * each for each in (14, 14, 50, 50)]
    pen.arc(box, start, start + 180, fill=INKS[0], width=max(1, round(WIDTH * unit)))


def _disc(pen: ImageDraw.ImageDraw, unit: float, *, ink: Colour) -> None:
    pen.ellipse([unit * each for each in (16, 16, 48, 48)], fill=ink)


def laid_out(sketch: np.ndarray, side: int, ground: Colour) -> np.ndarray:
    """A sketch on the ground, in its own size and, if there is room, twice as large, as in find/sketch.js.

    Args:
        sketch: uint8 (size, size, 3).
        side: of the image that the network reads.
        ground: red, green and blue.

    Returns:
        uint8 (side, side, 3).
    """
    size = len(sketch)
    image = np.empty((side, side, 3), np.uint8)
    image[:] = ground
    if 3 * size + 3 * GAP > side:
        _lay(image, sketch, (side - size) // 2)
        return image
    left = (side - 3 * size - GAP) // 2
    _lay(image, sketch, left)
    _lay(image, sketch.repeat(2, axis=0).repeat(2, axis=1), left + size + GAP)
    return image


def _lay(image: np.ndarray, part: np.ndarray, left: int) -> None:
    top, size = (len(image) - len(part)) // 2, len(part)
    image[top : top + size, left : left + size] = part
