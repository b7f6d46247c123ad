"""Still pictures of the answer in the explorer: the photograph, and the first classes as bars."""

from __future__ import annotations

import gzip
import json

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vggviz_book.posters import SIDE, Explorer, View, beside_photograph

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
COUNT = 5
LETTERS = 20
"""Height of the letters, in pixels of the picture."""
TEXT, BAR, REST = "#14181f", "#0b5cad", "#e4e8ee"


def poster(explorer: Explorer, view: View) -> tuple[Image.Image, str]:
    """The photograph and beside it the first classes, with the text alternative.

    Raises:
        ValueError: the explorer knows no answer.
    """
    found = answer(explorer)
    return beside_photograph(explorer, view, bars(found, SIDE)), described(found)


def answer(explorer: Explorer) -> list[tuple[str, float]]:
    """The first classes of the explorer's first picture with their scores, from the highest down.

    Raises:
        ValueError: the explorer knows no answer.
    """
    entry = explorer.manifest["answer"]
    if not entry:
        raise ValueError("The explorer's network has no answer to show.")
    folder = explorer.folder / "classifier"
    classes = json.loads((folder / "classes.json").read_text("utf-8"))
    packed = gzip.decompress((folder / "kernel.gz").read_bytes())
    bias = np.array(classes["bias"])
    means = json.loads((explorer.picture / f"{entry['layer']}.json").read_text("utf-8"))["mean"]
    kernel = np.frombuffer(packed, f"<f{len(packed) // (len(bias) * len(means))}").reshape(len(bias), -1)
    scores = kernel.astype(float) @ means + bias
    order = np.argsort(-scores, kind="stable")[:COUNT]
    return [(classes["labels"][k], float(scores[k])) for k in order]


def bars(found: list[tuple[str, float]], side: int) -> Image.Image:
    """Bars of the scores above zero, each under its name, as an image of side x side pixels."""
    image = Image.new("RGB", (side, side), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(LETTERS)
    largest = max(*(abs(score) for _, score in found), 1e-9)
    step = side // COUNT
    for index, (label, score) in enumerate(found):
        top = index * step
        draw.text((0, top + 4), shortened(label, draw, font, side), TEXT, font)
        draw.text((side, top + 4), f"{score:,.3g}", TEXT, font, anchor="ra")
        length = max(round(side * score / largest), 0)
        for right, colour in ((side, REST), (length, BAR)):
            draw.rectangle((0, top + 2 * LETTERS - 4, right, top + 3 * LETTERS), fill=colour)
    return image


def shortened(label: str, draw: ImageDraw.ImageDraw, font: Font, side: int) -> str:
    """As much of a label as leaves place for its score."""
    while draw.textlength(label, font) > 0.7 * side:
        label = label[:-2].rstrip(" …") + "…"
    return label


def described(found: list[tuple[str, float]]) -> str:
    """The text alternative."""
    listed = ", ".join(f"{label} {score:,.3g}" for label, score in found)
    return f"The photograph, and what the network says of it: {listed}."
