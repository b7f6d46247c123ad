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
from vggviz.models.graph import conv_layers, unfold
from vggviz.models.kernels import filters

if TYPE_CHECKING:
    import keras

    from vggviz.explorer.explorer import Explorer


def cost(explorer: Explorer) -> str:
    """What will be written, in words: the numbers as they are, before they are packed."""
    steps = unfold(explorer.model).steps
    shapes = [
        tuple(side(explorer.model) if n is None else n for n in steps[name].output.shape[1:])
        for name in explorer.layers
    ]
    cells = sum(math.prod(shape) for shape in shapes) * len(explorer.pictures)
    weights = sum(manifest.weights(explorer.model, name) for name in explorer.layers)
    channels = sum(shape[-1] for shape in shapes)
    return (
        f"The explorer shows {channels:,} channels of {len(explorer.layers)} layers for "
        f"{len(explorer.pictures)} pictures; it takes {2 * (cells + weights) / 1e6:,.0f} MB at most."
    )


def files(explorer: Explorer, runtime: str | os.PathLike[str] | None) -> Iterator[tuple[str, bytes]]:
    """Every file of the page: its name, and its bytes."""
    yield from manifest.page_files()
    names = manifest.file_names(explorer.layers)
    ids = manifest.file_names(explorer.pictures)
    signed = _signed(explorer)
    facts = manifest.Facts()
    for title, image in tqdm(explorer.pictures.items(), desc="explorer", disable=None, leave=False, delay=1):
        yield f"{ids[title]}/picture.png", encoding.png(image)
        batch, maps = _maps(explorer, image)
        yield f"{ids[title]}/input.maps.gz", encoding.pack_exactly(np.moveaxis(batch[0], -1, 0))
        facts.note_input(batch)
        for layer, values in maps.items():
            path = f"{ids[title]}/{names[layer]}"
            planes = encoding.pack(np.moveaxis(values[0], -1, 0))
            facts.note(ids[title], layer, values, signed[layer], len(planes))
            yield f"{path}.png", encoding.png(encoding.sheet(values[0], signed[layer]))
            yield f"{path}.json", _json(_statistics(layer, values))
            yield f"{path}.maps.gz", planes
    yield from _kernel_files(explorer, names, facts)
    yield from _liked_files(explorer, names)
    for layer, found in preferences.preferred(explorer.model, explorer.layers).items():
        facts.preferred.append(layer)
        yield f"preferred/{names[layer]}.json", _json(found)
    told = manifest.manifest(explorer, facts, names, ids)
    if runtime and _is_whole(explorer):
        told["live"], parts = _live(explorer, names)
        if parts:
            of_runtime = dict(litert.runtime_files(runtime))
            told["live"]["runtime"] = litert.runtime_size(of_runtime)
            yield from of_runtime.items()
            yield from ((part.file, part.packed) for part in parts)
    yield "manifest.json", _json(told)


def _live(explorer: Explorer, names: Mapping[str, str]) -> tuple[dict[str, Any] | None, list[litert.Segment]]:
    """What the page is told of the network's parts, and they; none if a page cannot read pixels so."""
    reading = litert.reading(explorer.preprocess, side(explorer.model))
    if reading is None:
        return None, []
    parts = litert.segments(explorer.model, explorer.layers)
    return {**reading, "segments": [part.told(dict(names)) for part in parts]}, parts


def _is_whole(explorer: Explorer) -> bool:
    """Whether every convolution is shown, for pictures of one size; else no page computes them."""
    sized = None not in unfold(explorer.model).inputs[0].shape[1:]
    return sized and set(conv_layers(explorer.model)) <= set(explorer.layers)


def _maps(explorer: Explorer, image: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    batch = np.asarray(explorer.preprocess(image[None]), np.float32)
    return batch, feature_maps(explorer.model, batch, explorer.layers)


def _signed(explorer: Explorer) -> dict[str, bool]:
    """Which layers have values below zero for a picture; one more pass, so that no maps are kept."""
    below = dict.fromkeys(explorer.layers, False)
    for image in explorer.pictures.values():
        for layer, values in _maps(explorer, image)[1].items():
            below[layer] = below[layer] or bool(values.min() < 0)
    return below


def _kernel_files(
    explorer: Explorer, names: Mapping[str, str], facts: manifest.Facts
) -> Iterator[tuple[str, bytes]]:
    for layer, name in names.items():
        if manifest.kernel(explorer.model, layer, explorer.layers):
            weights = filters(explorer.model, layer)
            packed = encoding.pack(np.moveaxis(weights, -1, 0))
            facts.kernel_bytes[layer] = len(packed)
            bias = unfold(explorer.model).steps[layer].layer.bias
            values = np.zeros(weights.shape[-1]) if bias is None else np.asarray(bias)
            yield f"kernels/{name}.gz", packed
            yield f"kernels/{name}.json", _json({"bias": values.astype(float).tolist()})


def _liked_files(explorer: Explorer, names: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    ids = manifest.file_names(explorer.example_pictures)
    for title, image in explorer.example_pictures.items():
        yield f"examples/{ids[title]}.png", encoding.png(image)
    for layer, examples in explorer.examples.items():
        yield f"examples/{names[layer]}.json", _json(manifest.examples_of(examples, ids))
    for layer, drawn in explorer.drawings.items():
        tiles = mosaic(np.moveaxis(drawn, 0, -1), encoding.columns_of(len(drawn)), gap=0)
        yield f"drawings/{names[layer]}.png", encoding.png(np.nan_to_num(tiles).astype(np.uint8))


def side(model: keras.Model) -> int:
    """Side of the square pictures that a model reads, in pixels; 224 where it leaves that open."""
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
