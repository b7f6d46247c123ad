"""The files of the explorer's page, generated one by one so that memory holds the maps of one image."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from vggviz._shared import package_data
from vggviz.activations.forward import feature_maps
from vggviz.activations.statistics import channel_statistics
from vggviz.explorer import encoding, manifest, preferences
from vggviz.explorer.answer import answer_of
from vggviz.explorer.content import Facts
from vggviz.explorer.live import gradients, litert, sharing
from vggviz.explorer.passports import files as passports
from vggviz.explorer.passports import sketches
from vggviz.models.graph import conv_layers, input_side, unfold
from vggviz.models.kernels import filters
from vggviz.models.summary import counted

if TYPE_CHECKING:
    from vggviz.datasets.examples import Examples
    from vggviz.explorer.content import Content

LARGE = 500_000
"""Numbers in a layer's maps above which an image may lack them: the page computes them faster than it loads
1 MB. Of VGG16 these are blocks 1 to 3, but for the last two pools."""


def cost(content: Content) -> str:
    """A sentence on what will be written, with the size of the numbers before compression."""
    steps = unfold(content.model).steps
    shapes = [
        tuple(input_side(content.model) if n is None else n for n in steps[name].output.shape[1:])
        for name in content.layers
    ]
    cells = sum(math.prod(shape) for shape in shapes) * len(content.images)
    kernels = [steps[name].core.kernel for name in content.layers if steps[name].is_conv2d]
    weights = sum(math.prod(kernel.shape) for kernel in kernels)
    channels = sum(shape[-1] for shape in shapes)
    megabytes = math.ceil(2 * (cells + weights) / 1e6)
    return (
        f"The explorer shows {counted(channels, 'channel')} of {counted(len(content.layers), 'layer')} for "
        f"{counted(len(content.images), 'image')}; it takes {megabytes:,} MB at most."
    )


def files(content: Content, runtime: str | os.PathLike[str] | None) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of every file of the page; manifest.json comes last."""
    yield from manifest.page_files()
    names = manifest.file_names(content.layers)
    facts = Facts(_signed(content))
    answer = answer_of(content.model, content.layers)
    live = _reading(content) if runtime else None
    # Exactly where the answer is computed from them, so that the cells add up to the score.
    exact = {answer.layer} if answer else set()
    yield from _all_image_files(content, facts, exact, is_live=live is not None)
    kernels = dict(_kernel_files(content, names, facts))
    yield from kernels.items()
    yield from _example_and_drawing_files(content, names, facts)
    for layer, found in preferences.preferred(content.model, content.layers).items():
        facts.preferred.append(layer)
        yield f"preferred/{names[layer]}.json", encoding.compact_json(found)
    if facts.preferred:
        yield "preferred/words.json", encoding.compact_json(package_data.class_words())
        yield package_data.NOTICE, package_data.read(package_data.NOTICE)
    entries = manifest.manifest(content, facts, names)
    if answer:
        entries["answer"] = answer.entry(names)
        yield from answer.files.items()
    if runtime and live:
        entries["live"], live_files = _live(content, kernels, runtime)
        entries["live"] |= live
        yield from live_files
        yield from sketches.files(content, names, live)
    yield "manifest.json", encoding.compact_json(entries)


def _all_image_files(
    content: Content, facts: Facts, exact: Collection[str], *, is_live: bool
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of all images; of those that the page can compute, all but the first may lack maps."""
    ids = manifest.file_names(content.images)
    shown = tqdm(content.images.items(), desc="explorer", disable=None, leave=False, delay=1)
    for index, (title, image) in enumerate(shown):
        batch, maps = _maps(content, image, content.layers)
        may_lack = is_live and index > 0 and content.further_maps == "small"
        large = {layer for layer in content.layers if may_lack and maps[layer].size > LARGE}
        facts.lacking[ids[title]] = sorted(large - set(exact), key=content.layers.index)
        yield from _photograph_files(ids[title], image, batch)
        facts.note_input(batch)
        yield from _map_files(content, ids[title], maps, facts, exact)


def _photograph_files(folder: str, image: np.ndarray, batch: np.ndarray) -> Iterator[tuple[str, bytes]]:
    """Yield the files of an image, and of what the network reads of it."""
    yield f"{folder}/picture.png", encoding.png(image)
    yield f"{folder}/small.webp", encoding.small(image)
    yield f"{folder}/input.maps.gz", encoding.pack_exactly(np.moveaxis(batch[0], -1, 0))


def _map_files(
    content: Content,
    folder: str,
    maps: Mapping[str, np.ndarray],
    facts: Facts,
    exact: Collection[str],
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of an image's maps; those of the layers `exact` in single precision."""
    for layer, name in manifest.file_names(content.layers).items():
        values = maps[layer]
        yield f"{folder}/{name}.png", encoding.png(encoding.sheet(values[0], facts.signed[layer]))
        yield f"{folder}/{name}.json", encoding.compact_json(_statistics(layer, values))
        facts.note(folder, layer, values)
        if layer not in facts.lacking[folder]:
            pack = encoding.pack_exactly if layer in exact else encoding.pack
            planes = pack(np.moveaxis(values[0], -1, 0))
            facts.note_size(layer, len(planes))
            yield f"{folder}/{name}.maps.gz", planes


def _reading(content: Content) -> dict[str, Any] | None:
    """How the page reads an image, if it can compute the maps.

    For that every convolution is shown, the input size is fixed, and `preprocess` is linear.
    """
    is_fixed = None not in unfold(content.model).inputs[0].shape[1:]
    if not is_fixed or not set(conv_layers(content.model)) <= set(content.layers):
        return None
    return litert.reading(content.preprocess, input_side(content.model))


def _live(
    content: Content, kernels: Mapping[str, bytes], runtime: str | os.PathLike[str]
) -> tuple[dict[str, Any], list[tuple[str, bytes]]]:
    """The network's part of the entry "live" of the manifest, and its files that are not stored yet.

    Args:
        content: the data of the explorer.
        kernels: {path: content} of the files of kernels, which hold most of the network.
        runtime: npm's folder of LiteRT.js.
    """
    names = manifest.file_names(content.layers)
    segments = litert.segments(content.model, content.layers)
    packed = {file: numbers for file, numbers in kernels.items() if file.endswith(".packed")}
    parts = [sharing.split(segment.content, packed) for segment in segments]
    of_runtime = dict(litert.runtime_files(runtime))
    entry: dict[str, Any] = {
        "segments": [segment.entry(names, of) for segment, of in zip(segments, parts, strict=True)],
        "runtime": litert.runtime_size(of_runtime),
        "gradients": gradients.entry(content.model, content.layers, segments, names),
    }
    files = [*of_runtime.items(), *((rest.file, rest.packed) for rest, *_ in parts)]
    return entry, [*files, *([(gradients.FILE, gradients.template())] if entry["gradients"] else [])]


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


def _kernel_files(content: Content, names: Mapping[str, str], facts: Facts) -> Iterator[tuple[str, bytes]]:
    """Yield kernels and biases of the convolutions whose arithmetic the page shows."""
    for layer, name in names.items():
        if manifest.kernel(content.model, layer, content.layers):
            weights = filters(content.model, layer)
            packed = encoding.pack(np.moveaxis(weights, -1, 0))
            facts.kernel_bytes[layer] = len(packed)
            bias = unfold(content.model).steps[layer].core.bias
            values = np.zeros(weights.shape[-1]) if bias is None else np.asarray(bias)
            yield f"kernels/{name}.packed", packed
            yield f"kernels/{name}.json", encoding.compact_json({"bias": values.astype(float).tolist()})


def _example_and_drawing_files(
    content: Content, names: Mapping[str, str], facts: Facts
) -> Iterator[tuple[str, bytes]]:
    ids = manifest.file_names(content.example_images)
    for title, image in content.example_images.items():
        yield f"examples/{ids[title]}.webp", encoding.webp(image, quality=90)
    yield from passports.files(content, names, ids)
    for layer, examples in content.examples.items():
        if passports.has_examples(content, layer):
            continue
        yield f"examples/{names[layer]}.json", encoding.compact_json(_examples(examples, ids))
    for layer in content.layers:
        for kind, of in (("drawings", passports.drawings_of), ("opposites", passports.opposites_of)):
            drawn = of(content, layer)
            if drawn is not None:
                facts.sheets[kind, layer] = passports.tiles_of(drawn)
                yield f"{kind}/{names[layer]}.webp", passports.sheet(drawn)


def _examples(examples: Examples, ids: Mapping[str, str]) -> list[list[list[Any]]]:
    """Examples of each channel as [image id, activation, top, left, bottom, right]."""
    return [
        [
            [ids[str(name)], float(f"{value:.7g}"), *map(int, box)]
            for name, value, box in zip(names, values, examples.boxes(int(channel)), strict=True)
        ]
        for channel, names, values in zip(examples.channels, examples.names, examples.values, strict=True)
    ]


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
