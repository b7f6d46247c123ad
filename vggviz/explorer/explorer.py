"""The explorer: an interactive page of a network, whose data Python computes and JavaScript draws.

`Explorer.save` documents the files; the scripts in vggviz/explorer/page/ read them.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from vggviz._shared import validation
from vggviz._shared.files import atomic_folder
from vggviz.channel_atlas.folder import Atlas, read_atlas
from vggviz.datasets.examples import dataset_examples
from vggviz.datasets.folder import Images, check_pair, read_images, unique_names
from vggviz.explorer import files, manifest, notebook
from vggviz.explorer.content import Content, FurtherMaps
from vggviz.explorer.live import litert
from vggviz.images.loading import Source, load_image, sample_images
from vggviz.images.preprocessing import preprocess as vgg16_preprocess
from vggviz.models.graph import check_name, input_side, unfold
from vggviz.models.parts import check_is_keras

if TYPE_CHECKING:
    import keras

log = logging.getLogger("vggviz")


class Explorer(Content):
    """A network and images that can be saved as a page; a notebook displays it.

    Attributes:
        model: the network.
        images: {title: uint8 (H, W, 3)}, at the network's input size.
        layers: names of the layers shown, in the order in which they run.
        preprocess: function from uint8 (N, H, W, 3) RGB to the model's input batch.
        examples: {layer: Examples}, the dataset examples of each channel.
        example_images: {name: uint8 (H, W, 3)}, the images of `examples`.
        drawings: {layer: uint8 (c, h, w, 3)}, the feature visualization of each channel; of the layers that
            are not given, those of the atlas are shown.
        further_maps: "small" or "all", which maps of all images but the first are stored (see `explore`).
        atlas: what is known of each channel, or None.
    """

    def with_examples(self, source: Images, *, top: int = 4) -> Explorer:
        """Return an explorer with the images of `source` that activate each channel most.

        Args:
            source: a folder, or names with images (see `dataset_examples`).
            top: number of examples per channel.

        Returns:
            A new explorer.

        Raises:
            FileNotFoundError: the folder does not exist.
            ValueError: no readable image, or `top` is less than 1.
        """
        found = dataset_examples(self.model, source, self.layers, top=top, preprocess=self.preprocess)
        names = {str(name) for examples in found.values() for name in examples.names.flat}
        example_images = {
            name: image for name, image in read_images(source, input_side(self.model)) if name in names
        }
        all_images = {**self.example_images, **example_images}
        return dataclasses.replace(self, examples=found, example_images=all_images)

    def with_drawings(self, drawings: Mapping[str, np.ndarray]) -> Explorer:
        """Return an explorer with the feature visualization of each channel of some layers.

        Args:
            drawings: {layer: float (c, h, w, 3)}, RGB levels from 0 to 255, one image per channel, as
                in ``visualize(...).images``.

        Returns:
            A new explorer.

        Raises:
            ValueError: a layer that is not shown, or not one image for each channel.
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
        """Write the page and its data into a folder that any static host can serve.

        Browsers load no data from disk; ``python -m http.server`` in the folder serves the page.

        The files: ``index.html`` with its scripts and styles; ``manifest.json``, the list of layers and
        images; ``colours.json``, matplotlib's viridis and RdBu_r; for each image ``picture.png``, the same
        as small as a button ``small.webp``, and, for each layer, a sheet of thumbnails ``.png``, statistics
        ``.json`` and the maps ``.maps.gz`` (c, h, w) in half precision; ``kernels/`` with the kernels
        ``.packed`` (out, kh, kw, in) and biases ``.json`` of each convolution; for ImageNet's VGG16
        ``preferred/`` with the three classes of Tiny ImageNet that each channel prefers (see
        `preferred_classes`) and the words by which they are found, and ``NOTICE.md`` with the terms
        of weights and words; ``examples/`` and ``drawings/`` with photographs and sheets of
        drawings ``.webp``; with an atlas ``atlas/`` with its arrays, one file ``.gz`` for each
        layer, sheets of expanded weights ``.webp`` and ``atlas.json``; ``classifier/`` with the
        kernel and the classes of a linear classifier on the means of a layer, for ImageNet's VGG16
        and for networks that end in one: the maps of that layer are in single precision.

        Args:
            folder: created if it does not exist; an existing explorer is replaced atomically.
            runtime: npm's folder ``node_modules/@litertjs``. With it the page can compute the maps of a
                reader's own image: ``live/`` then holds LiteRT.js and what the network has beside its
                kernels. Maps that the page can compute are then stored for the first image alone, unless
                `explore` was told otherwise.
                Ignored unless every convolution is shown and `preprocess` is the same linear function
                of R, G and B at every pixel.

        Returns:
            The folder.

        Raises:
            FileNotFoundError: `runtime` holds no LiteRT.js.
            ValueError: the folder holds other files, or cannot be written.
        """
        log.info("%s", files.cost(self))
        with atomic_folder(folder, marker="manifest.json") as temporary:
            for name, content in files.files(self, runtime):
                path = temporary / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        return Path(folder)

    def _repr_html_(self) -> str:
        """HTML of a frame with the page; `vggviz.explorer.notebook` serves its files."""
        titles = ", ".join(self.images)
        content = f"{self.model.name} {titles} {' '.join(self.layers)}"
        name = f"{self.model.name}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"
        save = functools.partial(self.save, runtime=os.environ.get(litert.RUNTIME))
        return notebook.frame(save, f"Explorer of {self.model.name}: {titles}", name)


def explore(
    model: keras.Model,
    images: Source | Images | Iterable[str],
    *,
    layers: Iterable[str] | None = None,
    preprocess: Callable[[np.ndarray], np.ndarray] | None = None,
    further_maps: Literal["small", "all"] = "small",
    atlas: Atlas | str | os.PathLike[str] | None = None,
) -> Explorer:
    """Create an explorer: a page of all channels of a network for some images, down to single products.

    A notebook displays the explorer; `Explorer.save` writes the page into a folder.

    Args:
        model: any Keras model with one image input.
        images: an image as `load_image` takes it, or several: a folder, a list, {title: image}.
        layers: names; None is every convolution and pool, and any other input layer of a convolution.
        preprocess: function from uint8 (N, H, W, 3) RGB to the model's input batch; None is
            `vggviz.preprocess`.
        further_maps: which maps of all images but the first `Explorer.save` stores, if its page can compute
            them: "small", those of layers with at most 500,000 values, which takes 5 MB an image instead of
            20 for VGG16; "all", so that they are seen without loading the network. Thumbnails and
            statistics are stored for all layers.
        atlas: a finished or unfinished atlas of the same weights, or its folder: the page then shows each
            channel's passport. The photographs of its examples are shown if they are among `images` or
            `vggviz.sample_images`.

    Returns:
        The explorer.

    Raises:
        FileNotFoundError: an image file, or an atlas in its folder, does not exist.
        ValueError: an unknown layer, an image that cannot be read, no image, another `further_maps`, or an
            atlas of other weights.
    """
    checked = validation.function("preprocess", vgg16_preprocess if preprocess is None else preprocess)
    check_is_keras(model)
    names = manifest.shown_layers(model, layers)
    shown = dict(_images(images, input_side(model)))
    if not shown:
        raise ValueError("There is no image to explore; got an empty collection.")
    validation.one_of("further_maps", further_maps, get_args(FurtherMaps))
    known = _checked_atlas(atlas, model)
    photographs = _photographs(known, shown, input_side(model)) if known else {}
    return Explorer(
        model, shown, names, checked, example_images=photographs, atlas=known, further_maps=further_maps
    )


def _checked_atlas(atlas: Any, model: keras.Model) -> Atlas | None:
    """The atlas, read again from its folder, so that its weights are compared with the model's."""
    if atlas is None:
        return None
    return read_atlas(atlas.folder if isinstance(atlas, Atlas) else atlas, model)


def _photographs(atlas: Atlas, shown: Mapping[str, np.ndarray], side: int) -> dict[str, np.ndarray]:
    """The pictures of the atlas, as far as they are at hand: {name: uint8 (side, side, 3)}."""
    samples = sample_images()
    names = [name for name in atlas.head["pictures"] if name in shown or name in samples]
    return {name: shown[name] if name in shown else load_image(name, side) for name in names}


def _images(images: Any, size: int) -> Iterator[tuple[str, np.ndarray]]:
    """Yield (title, uint8 (size, size, 3)) of one or several images."""
    if isinstance(images, Mapping):
        pairs: Iterable[tuple[str, Any]] = images.items()
    elif isinstance(images, (str, os.PathLike)) and Path(images).is_dir():
        yield from read_images(images, size)
        return
    elif isinstance(images, (list, tuple)):
        pairs = [_titled(image, index) for index, image in enumerate(images)]
    else:
        pairs = [_titled(images, 0)]
    for title, image in unique_names(pairs):
        yield title, load_image(image, size)


def _titled(image: Any, index: int) -> tuple[str, Any]:
    """An image with its title: the one given, that of its file, or its position."""
    if isinstance(image, tuple):
        return check_pair(image)
    if isinstance(image, (str, os.PathLike)):
        return validation.path_text(Path(image).stem), image
    return f"picture {index + 1}", image
