"""The explorer: a page on which a reader walks through a network, prepared here, painted by JavaScript.

What is written, and what each file holds, stands at `Explorer.save`; vggviz/explorer/page/ reads it.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import validation
from vggviz._shared.files import atomic_folder
from vggviz.datasets.examples import dataset_examples
from vggviz.datasets.folder import Images, check_pair, read_images
from vggviz.explorer import files, litert, manifest, notebook
from vggviz.explorer.content import Content
from vggviz.images.loading import Source, load_image
from vggviz.images.preprocessing import preprocess as vgg16_preprocess
from vggviz.models.graph import check_name, input_side, unfold

if TYPE_CHECKING:
    import keras

log = logging.getLogger("vggviz")


class Explorer(Content):
    """A network and pictures, ready to be made a page. In a notebook it shows itself.

    Attributes:
        model: the network.
        pictures: {title: uint8 (H, W, 3)}, as large as the network reads them.
        layers: names of the layers shown, in the order they run.
        preprocess: from uint8 (N, H, W, 3) RGB to the batch that the model reads.
        examples: {layer: Examples}, the pictures that excite each channel most.
        example_pictures: {name: uint8 (H, W, 3)}, those pictures.
        drawings: {layer: uint8 (c, h, w, 3)}, what each channel wants to see.
    """

    def with_examples(self, source: Images, *, top: int = 4) -> Explorer:
        """The explorer with the pictures of `source` that excite each channel most.

        Args:
            source: a folder, or names with pictures (see `dataset_examples`).
            top: how many of each channel.

        Raises:
            FileNotFoundError: there is no such folder.
            ValueError: no picture that can be read, or a number below 1.
        """
        found = dataset_examples(self.model, source, self.layers, top=top, preprocess=self.preprocess)
        names = {str(name) for examples in found.values() for name in examples.names.flat}
        kept = {name: image for name, image in read_images(source, input_side(self.model)) if name in names}
        return dataclasses.replace(self, examples=found, example_images=kept)

    def with_drawings(self, drawings: Mapping[str, np.ndarray]) -> Explorer:
        """The explorer with what each channel of some layers wants to see.

        Args:
            drawings: {layer: levels from 0 to 255, (c, h, w, 3) RGB}, one picture a channel, as
                ``visualize(...).images`` has them.

        Raises:
            ValueError: a layer that is not shown, or not one picture for each channel.
        """
        for layer, drawn in drawings.items():
            check_name(layer, self.layers)
            channels = unfold(self.model).steps[layer].output.shape[-1]
            if drawn.ndim != 4 or drawn.shape[0] != channels or drawn.shape[3] != 3:
                raise ValueError(
                    f"The drawings of {layer!r} must have shape ({channels}, h, w, 3); got {drawn.shape}."
                )
        levels = {layer: np.clip(np.round(d), 0, 255).astype(np.uint8) for layer, d in drawings.items()}
        return dataclasses.replace(self, drawings={**self.drawings, **levels})

    def save(self, folder: str | os.PathLike[str], *, runtime: str | os.PathLike[str] | None = None) -> Path:
        """Write the page and all that it reads, to be served by any static host.

        Browsers read no numbers from disk: ``python -m http.server`` in the folder shows the page.

        The files: ``index.html`` with its scripts and styles; ``manifest.json``, which says what there
        is; ``colours.json``, matplotlib's viridis and RdBu_r; for each picture ``picture.png`` and, for
        each layer, a sheet of thumbnails ``.png``, statistics ``.json`` and the maps ``.maps.gz`` (a
        plane a channel, half precision); ``kernels/`` with each convolution's kernels ``.gz`` (out, kh,
        kw, in) and biases ``.json``; for ImageNet's VGG16 ``preferred/`` with the three classes of Tiny
        ImageNet that each channel prefers (see `preferred_classes`).

        Args:
            folder: made if it is not there. An explorer that stands there is replaced when the new one
                is whole.
            runtime: npm's folder ``node_modules/@litertjs``. With it the page computes a reader's own
                picture by itself: ``live/`` then holds LiteRT.js and the network, half precision. Only
                where every convolution is shown and `preprocess` is one and the same sum for each pixel.

        Returns:
            The folder.

        Raises:
            FileNotFoundError: there is no LiteRT.js in `runtime`.
            ValueError: the folder holds something else, or cannot be written.
        """
        log.info("%s", files.cost(self))
        with atomic_folder(folder, marker="manifest.json") as beside:
            for name, content in files.files(self, runtime):
                path = beside / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        return Path(folder)

    def _repr_html_(self) -> str:
        """The page in a frame; see `vggviz.explorer.notebook` for where its files come from."""
        titles = ", ".join(self.images)
        made_of = f"{self.model.name} {titles} {' '.join(self.layers)}"
        name = f"{self.model.name}-{hashlib.sha256(made_of.encode()).hexdigest()[:8]}"
        save = functools.partial(self.save, runtime=os.environ.get(litert.RUNTIME))
        return notebook.frame(save, f"Explorer of {self.model.name}: {titles}", name)


def explore(
    model: keras.Model,
    images: Source | Images | Iterable[str],
    *,
    layers: Iterable[str] | None = None,
    preprocess: Callable[[np.ndarray], np.ndarray] | None = None,
) -> Explorer:
    """A page that shows every channel of a network for some pictures, down to the arithmetic of a cell.

    In a notebook the result shows itself; `Explorer.save` writes the page into a folder.

    Args:
        model: any Keras model with one input, for pictures.
        images: what `load_image` takes, or several: a folder, a list of names, {title: picture}.
        layers: names; None is every convolution and pool, and what else a convolution reads.
        preprocess: from uint8 (N, H, W, 3) RGB to the batch that the model reads; None is
            `vggviz.preprocess`.

    Raises:
        FileNotFoundError: there is no such picture.
        ValueError: an unknown layer, a picture that cannot be read, or none at all.
    """
    reading = validation.function("preprocess", vgg16_preprocess if preprocess is None else preprocess)
    names = manifest.shown_layers(model, layers)
    shown = dict(_images(images, input_side(model)))
    if not shown:
        raise ValueError("There is no picture to explore; got an empty collection.")
    return Explorer(model, shown, names, reading)


def _images(images: Any, size: int) -> Iterator[tuple[str, np.ndarray]]:
    if isinstance(images, Mapping):
        pairs: Iterable[tuple[str, Any]] = images.items()
    elif isinstance(images, (str, os.PathLike)) and Path(images).is_dir():
        yield from read_images(images, size)
        return
    elif isinstance(images, (list, tuple)):
        pairs = [_titled(image, index) for index, image in enumerate(images)]
    else:
        pairs = [_titled(images, 0)]
    for title, image in pairs:
        yield str(title), load_image(image, size)


def _titled(image: Any, index: int) -> tuple[str, Any]:
    if isinstance(image, tuple):
        return check_pair(image)
    return (
        validation.words(Path(image).stem)
        if isinstance(image, (str, os.PathLike))
        else f"picture {index + 1}"
    ), image
