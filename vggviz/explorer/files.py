"""The files of the explorer's page, generated one by one so that memory holds the maps of one image."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from vggviz.activations.forward import feature_maps
from vggviz.activations.statistics import channel_statistics
from vggviz.explorer import encoding, manifest, preferences
from vggviz.explorer.answer import answer_of
from vggviz.explorer.live import gradients, litert
from vggviz.images.mosaic import mosaic
from vggviz.models.graph import conv_layers, input_side, unfold
from vggviz.models.kernels import filters

if TYPE_CHECKING:
    from vggviz.explorer.content import Content


def cost(content: Content) -> str:
    """A sentence on what will be written, with the size of the numbers before compression."""
    steps = unfold(content.model).steps
    shapes = [
        tuple(input_side(content.model) if n is None else n for n in steps[name].output.shape[1:])
        for name in content.layers
    ]
    cells = sum(math.prod(shape) for shape in shapes) * len(content.images)
    weights = sum(manifest.weights(content.model, name) for name in content.layers)
    channels = sum(shape[-1] for shape in shapes)
    return (
        f"The explorer shows {channels:,} channels of {len(content.layers)} layers for "
        f"{len(content.images)} images; it takes {2 * (cells + weights) / 1e6:,.0f} MB at most."
    )


def files(content: Content, runtime: str | os.PathLike[str] | None) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of every file of the page; manifest.json comes last."""
    yield from manifest.page_files()
    names = manifest.file_names(content.layers)
    ids = manifest.file_names(content.images)
    facts = manifest.Facts(_signed(content))
    answer = answer_of(content.model, content.layers)
    # Exactly where the answer is computed from them, so that the cells add up to the score.
    exact = {answer.layer} if answer else set()
    for title, image in tqdm(content.images.items(), desc="explorer", disable=None, leave=False, delay=1):
        yield from _image_files(content, ids[title], image, facts, exact)
    yield from _kernel_files(content, names, facts)
    yield from _example_and_drawing_files(content, names)
    for layer, found in preferences.preferred(content.model, content.layers).items():
        facts.preferred.append(layer)
        yield f"preferred/{names[layer]}.json", _json(found)
    entries = manifest.manifest(content, facts, names, ids)
    if answer:
        entries["answer"] = answer.entry(names)
        yield from answer.files().items()
    if runtime and _is_computable(content):
        entries["live"], live_files = _live(content, names, runtime)
        yield from live_files
    yield "manifest.json", _json(entries)


def _image_files(
    content: Content, folder: str, image: np.ndarray, facts: manifest.Facts, exact: Collection[str]
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of an image and of its maps; those of the layers `exact` in single precision."""
    yield f"{folder}/picture.png", encoding.png(image)
    yield f"{folder}/small.webp", encoding.small(image)
    batch, maps = _maps(content, image, content.layers)
    yield f"{folder}/input.maps.gz", encoding.pack_exactly(np.moveaxis(batch[0], -1, 0))
    facts.note_input(batch)
    for layer, name in manifest.file_names(content.layers).items():
        values = maps[layer]
        pack = encoding.pack_exactly if layer in exact else encoding.pack
        planes = pack(np.moveaxis(values[0], -1, 0))
        facts.note(folder, layer, values, len(planes))
        yield f"{folder}/{name}.png", encoding.png(encoding.sheet(values[0], facts.signed[layer]))
        yield f"{folder}/{name}.json", _json(_statistics(layer, values))
        yield f"{folder}/{name}.maps.gz", planes


def _live(
    content: Content, names: Mapping[str, str], runtime: str | os.PathLike[str]
) -> tuple[dict[str, Any] | None, list[tuple[str, bytes]]]:
    """The entry "live" of the manifest, and its files; (None, []) if `preprocess` is not linear."""
    coefficients = litert.reading(content.preprocess, input_side(content.model))
    if coefficients is None:
        return None, []
    segments = litert.segments(content.model, content.layers)
    of_runtime = dict(litert.runtime_files(runtime))
    entry = {**coefficients, "segments": [segment.entry(dict(names)) for segment in segments]}
    entry["runtime"] = litert.runtime_size(of_runtime)
    entry["gradients"] = gradients.entry(content.model, content.layers, segments, names)
    files = [*of_runtime.items(), *((segment.file, segment.packed) for segment in segments)]
    return entry, [*files, *([(gradients.FILE, gradients.template())] if entry["gradients"] else [])]


def _is_computable(content: Content) -> bool:
    """Whether a page can compute the maps: every convolution is shown, and the input size is fixed."""
    is_fixed = None not in unfold(content.model).inputs[0].shape[1:]
    return is_fixed and set(conv_layers(content.model)) <= set(content.layers)


def _maps(
    content: Content, image: np.ndarray, layers: Sequence[str]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The preprocessed batch of one image, and its feature maps."""
    batch = np.asarray(content.preprocess(image[None]), np.float32)
    return batch, feature_maps(content.model, batch, layers)


def _signed(content: Content) -> dict[str, bool]:
    """Whether a layer is negative anywhere for any image; a pass of its own, so that no maps are stored.

    Layers that cannot be negative are not computed: for VGG16, none is.
    """
    open_layers = [layer for layer in content.layers if not manifest.is_never_negative(content.model, layer)]
    signed = dict.fromkeys(content.layers, False)
    for image in content.images.values() if open_layers else ():
        for layer, values in _maps(content, image, open_layers)[1].items():
            signed[layer] = signed[layer] or bool(values.min() < 0)
    return signed


def _kernel_files(
    content: Content, names: Mapping[str, str], facts: manifest.Facts
) -> Iterator[tuple[str, bytes]]:
    """Yield kernels and biases of the convolutions whose arithmetic the page shows."""
    for layer, name in names.items():
        if manifest.kernel(content.model, layer, content.layers):
            weights = filters(content.model, layer)
            packed = encoding.pack(np.moveaxis(weights, -1, 0))
            facts.kernel_bytes[layer] = len(packed)
            bias = unfold(content.model).steps[layer].core.bias
            values = np.zeros(weights.shape[-1]) if bias is None else np.asarray(bias)
            yield f"kernels/{name}.gz", packed
            yield f"kernels/{name}.json", _json({"bias": values.astype(float).tolist()})


def _example_and_drawing_files(content: Content, names: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    ids = manifest.file_names(content.example_images)
    for title, image in content.example_images.items():
        yield f"examples/{ids[title]}.png", encoding.png(image)
    for layer, examples in content.examples.items():
        yield f"examples/{names[layer]}.json", _json(manifest.examples_of(examples, ids))
    for layer, drawn in content.drawings.items():
        tiles = mosaic(np.moveaxis(drawn, 0, -1), encoding.columns_of(len(drawn)), gap=0)
        yield f"drawings/{names[layer]}.png", encoding.png(np.nan_to_num(tiles).astype(np.uint8))


def _statistics(layer: str, values: np.ndarray) -> dict[str, list[float]]:
    found = channel_statistics({layer: values})[layer]
    numbers = {
        "maximum": np.abs(values).max(axis=(0, 1, 2)),
        "mean": found.mean,
        "variance": found.std**2,
        "zeros": found.apoz,
    }
    # Seven significant digits, the precision of float32, for a smaller file.
    return {name: [float(f"{n:.7g}") for n in array.astype(float)] for name, array in numbers.items()}


def _json(value: Any) -> bytes:
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
