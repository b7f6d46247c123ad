"""Every file of the explorer's page, one after the other, so that memory holds one picture's maps."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from vggviz.activations.forward import feature_maps
from vggviz.activations.statistics import channel_statistics
from vggviz.explorer import encoding, litert, manifest, preferences
from vggviz.images.mosaic import mosaic
from vggviz.models.graph import conv_layers, input_side, unfold
from vggviz.models.kernels import filters

if TYPE_CHECKING:
    from vggviz.explorer.content import Content


def cost(content: Content) -> str:
    """What will be written, in words: the numbers as they are, before they are packed."""
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
        f"{len(content.images)} pictures; it takes {2 * (cells + weights) / 1e6:,.0f} MB at most."
    )


def files(content: Content, runtime: str | os.PathLike[str] | None) -> Iterator[tuple[str, bytes]]:
    """Every file of the page: its name, and its bytes."""
    yield from manifest.page_files()
    names = manifest.file_names(content.layers)
    ids = manifest.file_names(content.images)
    signed = _signed(content)
    facts = manifest.Facts()
    for title, image in tqdm(content.images.items(), desc="explorer", disable=None, leave=False, delay=1):
        yield f"{ids[title]}/picture.png", encoding.png(image)
        batch, maps = _maps(content, image)
        yield f"{ids[title]}/input.maps.gz", encoding.pack_exactly(np.moveaxis(batch[0], -1, 0))
        facts.note_input(batch)
        for layer, values in maps.items():
            path = f"{ids[title]}/{names[layer]}"
            planes = encoding.pack(np.moveaxis(values[0], -1, 0))
            facts.note(ids[title], layer, values, signed[layer], len(planes))
            yield f"{path}.png", encoding.png(encoding.sheet(values[0], signed[layer]))
            yield f"{path}.json", _json(_statistics(layer, values))
            yield f"{path}.maps.gz", planes
    yield from _kernel_files(content, names, facts)
    yield from _liked_files(content, names)
    for layer, found in preferences.preferred(content.model, content.layers).items():
        facts.preferred.append(layer)
        yield f"preferred/{names[layer]}.json", _json(found)
    told = manifest.manifest(content, facts, names, ids)
    if runtime and _is_whole(content):
        told["live"], parts = _live(content, names)
        if parts:
            of_runtime = dict(litert.runtime_files(runtime))
            told["live"]["runtime"] = litert.runtime_size(of_runtime)
            yield from of_runtime.items()
            yield from ((part.file, part.packed) for part in parts)
    yield "manifest.json", _json(told)


def _live(content: Content, names: Mapping[str, str]) -> tuple[dict[str, Any] | None, list[litert.Segment]]:
    """What the page is told of the network's parts, and they; none if a page cannot read pixels so."""
    reading = litert.reading(content.preprocess, input_side(content.model))
    if reading is None:
        return None, []
    parts = litert.segments(content.model, content.layers)
    return {**reading, "segments": [part.told(dict(names)) for part in parts]}, parts


def _is_whole(content: Content) -> bool:
    """Whether every convolution is shown, for pictures of one size; else no page computes them."""
    sized = None not in unfold(content.model).inputs[0].shape[1:]
    return sized and set(conv_layers(content.model)) <= set(content.layers)


def _maps(content: Content, image: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    batch = np.asarray(content.preprocess(image[None]), np.float32)
    return batch, feature_maps(content.model, batch, content.layers)


def _signed(content: Content) -> dict[str, bool]:
    """Which layers have values below zero for a picture; one more pass, so that no maps are kept."""
    below = dict.fromkeys(content.layers, False)
    for image in content.images.values():
        for layer, values in _maps(content, image)[1].items():
            below[layer] = below[layer] or bool(values.min() < 0)
    return below


def _kernel_files(
    content: Content, names: Mapping[str, str], facts: manifest.Facts
) -> Iterator[tuple[str, bytes]]:
    for layer, name in names.items():
        if manifest.kernel(content.model, layer, content.layers):
            weights = filters(content.model, layer)
            packed = encoding.pack(np.moveaxis(weights, -1, 0))
            facts.kernel_bytes[layer] = len(packed)
            bias = unfold(content.model).steps[layer].layer.bias
            values = np.zeros(weights.shape[-1]) if bias is None else np.asarray(bias)
            yield f"kernels/{name}.gz", packed
            yield f"kernels/{name}.json", _json({"bias": values.astype(float).tolist()})


def _liked_files(content: Content, names: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
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
    # Seven digits, as single precision has; fewer bytes for the first view.
    return {name: [float(f"{n:.7g}") for n in array.astype(float)] for name, array in numbers.items()}


def _json(value: Any) -> bytes:
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
