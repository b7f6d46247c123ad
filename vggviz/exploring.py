"""The explorer: a page on which a reader walks through a network, prepared here, painted by JavaScript.

What is written, and what each file holds, stands at `Explorer.save`; vggviz/explorer/ reads it.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from vggviz import explorer_manifest, live, sheets, showing
from vggviz import images as pictures_of
from vggviz.activations import feature_maps
from vggviz.channels import channel_statistics
from vggviz.examples import Examples, dataset_examples
from vggviz.files import folder_in_place
from vggviz.filters import filters
from vggviz.images import Source
from vggviz.layers import check_name, conv_layers, unfold
from vggviz.mosaic import mosaic
from vggviz.pictures import Pictures, read_pictures

if TYPE_CHECKING:
    import keras

log = logging.getLogger("vggviz")


@dataclass(frozen=True)
class Explorer:
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

    model: keras.Model
    pictures: Mapping[str, np.ndarray]
    layers: tuple[str, ...]
    preprocess: Callable[[np.ndarray], np.ndarray]
    examples: Mapping[str, Examples] = dataclasses.field(default_factory=dict)
    example_pictures: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    drawings: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)

    def with_examples(self, source: Pictures, *, top: int = 4) -> Explorer:
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
        kept = {name: image for name, image in read_pictures(source, _side(self.model)) if name in names}
        return dataclasses.replace(self, examples=found, example_pictures=kept)

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
        kw, in) and biases ``.json``.

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
        log.info("%s", self._cost())
        with folder_in_place(folder, mark="manifest.json") as beside:
            for name, content in self._files(runtime):
                path = beside / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        return Path(folder)

    def _repr_html_(self) -> str:
        """The page in a frame; see `vggviz.showing` for where its files come from."""
        titles = ", ".join(self.pictures)
        made_of = f"{self.model.name} {titles} {' '.join(self.layers)}"
        name = f"{self.model.name}-{hashlib.sha256(made_of.encode()).hexdigest()[:8]}"
        save = functools.partial(self.save, runtime=os.environ.get(live.RUNTIME))
        return showing.frame(save, f"Explorer of {self.model.name}: {titles}", name)

    def _cost(self) -> str:
        channels = sum(unfold(self.model).steps[layer].output.shape[-1] for layer in self.layers)
        pictures = "a picture" if len(self.pictures) == 1 else f"{len(self.pictures)} pictures"
        return f"The explorer shows {channels:,} channels of {len(self.layers)} layers for {pictures}."

    def _files(self, runtime: str | os.PathLike[str] | None) -> Iterator[tuple[str, bytes]]:
        """Every file of the page: its name, and its bytes."""
        yield from explorer_manifest.page_files()
        names = explorer_manifest.file_names(self.layers)
        ids = explorer_manifest.file_names(self.pictures)
        signed = self._signed()
        facts = explorer_manifest.Facts()
        with tqdm(total=len(self.pictures), desc="explorer", disable=None, leave=False, delay=1) as bar:
            for title, image in self.pictures.items():
                yield f"{ids[title]}/picture.png", sheets.png(image)
                batch, maps = self._maps(image)
                packed = sheets.pack_exactly(np.moveaxis(batch[0], -1, 0))
                yield f"{ids[title]}/input.maps.gz", packed
                facts.note_input(batch)
                for layer, values in maps.items():
                    path = f"{ids[title]}/{names[layer]}"
                    planes = sheets.pack(np.moveaxis(values[0], -1, 0))
                    facts.note(ids[title], layer, values, signed[layer], len(planes))
                    yield f"{path}.png", sheets.png(sheets.sheet(values[0], signed[layer]))
                    yield f"{path}.json", _json(_statistics(layer, values))
                    yield f"{path}.maps.gz", planes
                bar.update()
        yield from self._kernel_files(names, facts)
        yield from self._liked_files(names)
        told = explorer_manifest.manifest(self, facts, names, ids)
        reading = live.reading(self.preprocess, _side(self.model)) if runtime and self._is_whole() else None
        if runtime and reading:
            parts = live.segments(self.model, self.layers)
            yield from live.runtime_files(runtime)
            yield from ((part.file, part.packed) for part in parts)
            told["live"] = {**reading, "segments": [part.told(names) for part in parts]}
        yield "manifest.json", _json(told)

    def _is_whole(self) -> bool:
        """Whether every convolution is shown, for pictures of one size; else no page computes them."""
        sized = None not in unfold(self.model).inputs[0].shape[1:]
        return sized and set(conv_layers(self.model)) <= set(self.layers)

    def _maps(self, image: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        batch = np.asarray(self.preprocess(image[None]), np.float32)
        return batch, feature_maps(self.model, batch, self.layers)

    def _signed(self) -> dict[str, bool]:
        """Which layers have values below zero for a picture; one more pass, so that no maps are kept."""
        below = dict.fromkeys(self.layers, False)
        for image in self.pictures.values():
            for layer, values in self._maps(image)[1].items():
                below[layer] = below[layer] or bool(values.min() < 0)
        return below

    def _kernel_files(
        self, names: Mapping[str, str], facts: explorer_manifest.Facts
    ) -> Iterator[tuple[str, bytes]]:
        for layer, name in names.items():
            if explorer_manifest.kernel(self.model, layer, self.layers):
                weights = filters(self.model, layer)
                packed = sheets.pack(np.moveaxis(weights, -1, 0))
                facts.kernel_bytes[layer] = len(packed)
                bias = unfold(self.model).steps[layer].layer.bias
                values = np.zeros(weights.shape[-1]) if bias is None else np.asarray(bias)
                yield f"kernels/{name}.gz", packed
                yield f"kernels/{name}.json", _json({"bias": values.astype(float).tolist()})

    def _liked_files(self, names: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
        ids = explorer_manifest.file_names(self.example_pictures)
        for title, image in self.example_pictures.items():
            yield f"examples/{ids[title]}.png", sheets.png(image)
        for layer, examples in self.examples.items():
            yield f"examples/{names[layer]}.json", _json(explorer_manifest.examples_of(examples, ids))
        for layer, drawn in self.drawings.items():
            tiles = mosaic(np.moveaxis(drawn, 0, -1), sheets.columns_of(len(drawn)), gap=0)
            yield f"drawings/{names[layer]}.png", sheets.png(np.nan_to_num(tiles).astype(np.uint8))


def explorer(
    model: keras.Model,
    images: Source | Pictures | Iterable[str],
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
    shown = dict(_pictures(images, _side(model)))
    if not shown:
        raise ValueError("There is no picture to explore; got an empty collection.")
    names = explorer_manifest.shown_layers(model, layers)
    return Explorer(model, shown, names, preprocess or pictures_of.preprocess)


def _pictures(images: Any, size: int) -> Iterator[tuple[str, np.ndarray]]:
    if isinstance(images, Mapping):
        pairs: Iterable[tuple[str, Any]] = images.items()
    elif isinstance(images, (str, os.PathLike)) and Path(images).is_dir():
        yield from read_pictures(images, size)
        return
    elif isinstance(images, (list, tuple)):
        pairs = [(_title(image, number), image) for number, image in enumerate(images)]
    else:
        pairs = [(_title(images, 0), images)]
    for title, image in pairs:
        yield str(title), pictures_of.load_image(image, size)


def _title(image: Any, number: int) -> str:
    return Path(image).stem if isinstance(image, (str, os.PathLike)) else f"picture {number + 1}"


def _side(model: keras.Model) -> int:
    return int(unfold(model).inputs[0].shape[1] or 224)


def _statistics(layer: str, values: np.ndarray) -> dict[str, list[float]]:
    found = channel_statistics({layer: values})[layer]
    numbers = {
        "maximum": np.abs(values).max(axis=(0, 1, 2)),
        "mean": found.mean,
        "variance": found.std**2,
        "zeros": found.apoz,
    }
    # Seven digits, as single precision has; fewer bytes for the first view.
    return {name: [float(f"{n:.7g}") for n in array.astype(float)] for name, array in numbers.items()}


def _json(value: Any) -> bytes:
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
