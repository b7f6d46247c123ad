"""The front door: a photograph, the maps that answer most where one points, and the network's answer."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from vggviz.activations.forward import feature_maps
from vggviz.explorer.answer import TOP_OF_VGG16, answer_of
from vggviz.explorer.hero import writing
from vggviz.explorer.hero.content import Content
from vggviz.explorer.hero.places import sheet, within
from vggviz.explorer.hero.switches import switches
from vggviz.explorer.notebook import BOOK
from vggviz.images.loading import Source, default_source, load_image
from vggviz.images.preprocessing import preprocess
from vggviz.models.graph import conv_layers, unfold
from vggviz.models.provenance import provenance

if TYPE_CHECKING:
    import keras

LAYERS = ("block1_conv2", "block2_conv2", "block3_conv3", "block4_conv3", "block5_conv3")
"""The last convolution of each block of VGG16."""
PHOTOGRAPH = 448
"""Side of the photograph, in pixels; the network sees half of it."""
PHOTOGRAPH_BYTES, SHEETS_BYTES = 18_000, 82_000
"""The most that the photograph and all sheets take."""
NOUNS = {
    "cat": "a cat",
    "astronaut": "an astronaut",
    "coffee": "a cup of coffee",
    "rocket": "a rocket",
    "camera": "a man with a camera",
    "hubble": "distant galaxies",
    "brick": "a brick wall",
    "grass": "grass",
    "gravel": "gravel",
}
"""What the sample images show."""
UNKNOWN = "a photograph"


class Hero(Content):
    """The front door; the book and notebooks display it. Its attributes are those of `Content`."""

    def files(self) -> dict[str, bytes]:
        """The pictures as {name: WebP}."""
        (photograph,) = within(PHOTOGRAPH_BYTES, [self.photograph])
        sheets = within(SHEETS_BYTES, list(self.sheets))
        return {"photograph.webp": photograph} | {
            f"{each.layer}.webp": content for each, content in zip(self.sheets, sheets, strict=True)
        }

    def _repr_html_(self) -> str:
        """HTML of the front door: its pictures beside the book's pages, or, in a notebook, in itself."""
        files = self.files()
        folder = os.environ.get(BOOK)
        if not folder:
            return writing.in_notebook(self, files)
        name = f"hero-{hashlib.sha256(b''.join(files.values())).hexdigest()[:8]}"
        Path(folder, name).mkdir(parents=True, exist_ok=True)
        for file, content in files.items():
            Path(folder, name, file).write_bytes(content)
        return writing.in_book(self, {file: f"../explorers/{name}/{file}" for file in files})


def hero(model: keras.Model, source: Source | None = None) -> Hero:
    """The front door of the book, for VGG16 and a photograph.

    Args:
        model: VGG16 from `load_vgg16`, or without a classifier from `load_forward_only`.
        source: an image as `load_image` takes it; None is the book's.

    Returns:
        A Hero, which a notebook displays. With ImageNet's weights it has the explorer's answer (see
        `vggviz.explorer.answer.answer_of`); other weights have no classifier that fits them.

    Raises:
        FileNotFoundError, ValueError: as `load_image` and `feature_maps`.
    """
    answer = answer_of(model, [TOP_OF_VGG16])
    maps = feature_maps(model, preprocess(load_image(source)), [*LAYERS, TOP_OF_VGG16])
    means = maps[TOP_OF_VGG16][0].mean(axis=(0, 1))
    turned = switches(means, answer.kernel.T, answer.bias) if answer else None
    also = {LAYERS[-1]: turned.channels} if turned else {}
    return Hero(
        _seen(source),
        provenance(model).source.startswith("random"),
        sum(unfold(model).steps[layer].output.shape[-1] for layer in conv_layers(model)),
        load_image(source, PHOTOGRAPH),
        tuple(sheet(layer, maps[layer][0], also.get(layer, ())) for layer in LAYERS),
        turned,
        answer.labels if answer else (),
    )


def _seen(source: Source | None) -> str:
    """What an image shows, if it is a sample."""
    name = default_source() if source is None else source
    return NOUNS.get(name, UNKNOWN) if isinstance(name, str) else UNKNOWN
