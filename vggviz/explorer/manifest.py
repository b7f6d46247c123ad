"""manifest.json of the explorer's page: layers, images, file names, and where values come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np

from vggviz._shared import backend
from vggviz.datasets.folder import unique_names
from vggviz.explorer import encoding
from vggviz.explorer.passports import files as passports
from vggviz.images import preprocessing
from vggviz.images.tiles import columns_of
from vggviz.models import graph
from vggviz.models.provenance import provenance
from vggviz.models.receptive_field import pair, receptive_fields, same_padding

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    import keras

    from vggviz.explorer.content import Content, Facts

BGR = [f"{colour} minus its mean" for colour in ("blue", "green", "red")]
COLOURS = ("viridis", "RdBu_r")
PAGE_FOLDERS = (
    "arithmetic",
    "answer",
    "state",
    "paint",
    "views",
    "live",
    "gradients",
    "own_image",
    "change",
    "passport",
    "find",
    "tour",
    "styles",
)
"""Folders of the page's scripts and styles."""
IMAGE = "/input"
"""What the first layers read. No layer has this name, as with `graph.LOGITS`."""
TAKEN = (
    "kernels",
    "examples",
    "drawings",
    "input",
    "preferred",
    "classifier",
    "atlas",
    "opposites",
    "sketch",
    "yours",
    "changed",
    "switched",
    "difference",
    "painted",
    "painted-change",
    "painting",
    *PAGE_FOLDERS,
)
"""Names that no image and no layer may take."""


def manifest(content: Content, facts: Facts, names: Mapping[str, str]) -> dict[str, Any]:
    """The content of manifest.json.

    Args:
        content: the data of the explorer.
        facts: collected from the maps of all images.
        names: {layer: file name}.
    """
    ids = file_names(content.images)
    height, width, channels = facts.input_shape
    is_vgg16 = content.preprocess is preprocessing.preprocess
    ids_of_examples = file_names(content.example_images)
    return {
        "version": 1,
        "provenance": str(provenance(content.model)),
        "pictures": [
            {
                "id": ids[title],
                "title": title,
                "rows": height,
                "columns": width,
                "maximum": {names[layer]: value for layer, value in facts.maxima[ids[title]].items()},
                "lacking": [names[layer] for layer in facts.lacking[ids[title]]],
            }
            for title in content.images
        ],
        "input": {"channels": BGR if is_vgg16 else [f"input {index}" for index in range(channels)]},
        "layers": [_layer(content, layer, facts, names) for layer in content.layers],
        "live": None,
        "answer": None,
        "atlas": [names[layer] for layer in passports.shown(content)],
        "examples": {
            "titles": {ids_of_examples[title]: title for title in content.example_images},
            "side": next((len(image) for image in content.example_images.values()), 0),
        },
    }


def _layer(content: Content, layer: str, facts: Facts, names: Mapping[str, str]) -> dict[str, Any]:
    step = graph.unfold(content.model).steps[layer]
    height, width, channels = facts.shapes[layer]
    field = receptive_fields(content.model).get(layer)
    source = reads(content.model, layer)
    tile = encoding.tile_of(height, width)
    return {
        "name": names[layer],
        "kind": _kind(step),
        "rows": height,
        "columns": width,
        "channels": channels,
        "reads": source and {**names, IMAGE: "input"}.get(source),
        "signed": facts.signed[layer],
        "bytes": {"maps": facts.map_bytes[layer], "kernels": facts.kernel_bytes.get(layer, 0)},
        "sheet": {"columns": columns_of(channels), "tile": list(tile)},
        "field": field and {what: pair(getattr(field, what)) for what in ("size", "stride", "padding")},
        "kernel": kernel(content.model, layer, content.layers),
        "pool": pool(content.model, layer, content.layers),
        "preferred": layer in facts.preferred,
        "examples": layer in content.examples or passports.has_examples(content, layer),
        "drawings": facts.sheets.get(("drawings", layer)),
        "opposites": facts.sheets.get(("opposites", layer)),
    }


def shown_layers(model: keras.Model, names: Iterable[str] | None) -> tuple[str, ...]:
    """The layers of an explorer, in the order in which they run.

    Args:
        model: any Keras model.
        names: of layers; None is every convolution and pool, and any other input layer of a convolution.

    Raises:
        ValueError: an unknown layer (with its close matches), a layer without maps, or none.
    """
    steps = graph.unfold(model).steps
    if names is None:
        wanted = set(graph.feature_layers(model))
        wanted |= {source for name in wanted if (source := reads(model, name)) in steps}
    else:
        wanted = {names} if isinstance(names, str) else set(graph.listed(names))
    if not wanted:
        raise ValueError("No layer was named; name one at least, or None for every convolution and pool.")
    for name in wanted:
        if len(graph.find_step(model, name).output.shape) != 4:
            raise ValueError(f"The layer {name!r} has no maps to show; name a convolution or a pool.")
    return tuple(name for name in steps if name in wanted)


def reads(model: keras.Model, layer: str) -> str | None:
    """Name of the input layer of a layer, `IMAGE` for the image; None if it has several inputs."""
    network = graph.unfold(model)
    tensors = network.steps[layer].inputs
    if len(tensors) != 1:
        return None
    if any(tensors[0] is each for each in network.inputs):
        return IMAGE
    return next((name for name, step in network.steps.items() if step.output is tensors[0]), None)


def kernel(model: keras.Model, layer: str, shown: Iterable[str]) -> dict[str, Any] | None:
    """Kernel size, stride, padding and activation of a convolution; None if its arithmetic is not shown.

    It is shown for a Conv2D without groups and dilation, with ReLU or no activation, of a shown layer.
    """
    step = graph.unfold(model).steps[layer]
    if not (step.is_conv2d and step.is_keras_own) or not _reads_shown(model, layer, shown):
        return None
    convolution, activations = step.core, backend.keras().activations
    names = {activations.relu: "relu", activations.linear: "linear"}
    is_plain = convolution.groups == 1 and tuple(convolution.dilation_rate) == (1, 1)
    if not is_plain or convolution.activation not in names:
        return None
    window = _window(step, convolution.kernel_size)
    return window | {"activation": names[convolution.activation]}


def is_never_negative(model: keras.Model, layer: str) -> bool:
    """Whether a layer ends in a ReLU, or is a pool of one that does; False if it is not known.

    Subclasses and wrapped layers may compute anything, so they are not known.
    """
    steps, keras = graph.unfold(model).steps, backend.keras()
    itself, source = steps[layer].layer, reads(model, layer)
    if type(itself) is keras.layers.Conv2D:
        return itself.activation is keras.activations.relu
    is_pool = type(itself) in (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)
    return is_pool and source in steps and is_never_negative(model, source)


def pool(model: keras.Model, layer: str, shown: Iterable[str]) -> dict[str, Any] | None:
    """Window size, stride, padding and kind of a pool; None for any other layer."""
    step = graph.unfold(model).steps[layer]
    takes = {"MaxPooling2D": "maximum", "AveragePooling2D": "mean"}
    if step.kind not in takes or not _reads_shown(model, layer, shown):
        return None
    return _window(step, step.core.pool_size) | {"takes": takes[step.kind]}


def _reads_shown(model: keras.Model, layer: str, shown: Iterable[str]) -> bool:
    """Whether the input of a layer is on the page."""
    return reads(model, layer) in (IMAGE, *shown)


def _window(step: graph.Step, size: tuple[int, int]) -> dict[str, list[int]]:
    layer = step.core
    padding = [
        same_padding(step.inputs[0].shape[1 + axis], size[axis], layer.strides[axis])
        if layer.padding == "same"
        else 0
        for axis in (0, 1)
    ]
    return {"size": list(size), "stride": list(layer.strides), "padding": padding}


def _kind(step: graph.Step) -> str:
    if step.is_convolution:
        return "convolution"
    return "pooling" if step.is_pool else "other"


def file_names(titles: Iterable[str]) -> dict[str, str]:
    """A distinct name for each title that is safe in paths and URLs: letters, digits, - and _."""
    safe = ((re.sub(r"[^A-Za-z0-9_-]+", "-", title).strip("-") or "unnamed", title) for title in titles)
    return {title: name for name, title in unique_names(safe, files=True, taken=TAKEN)}


def page_files() -> Iterator[tuple[str, bytes]]:
    """Yield (path, bytes) of the page's own files and of colours.json, matplotlib's colour maps."""
    yield from _files_below(resources.files("vggviz").joinpath("explorer", "page"), "")
    levels = np.linspace(0, 1, 256)
    tables = {name: matplotlib.colormaps[name](levels, bytes=True)[:, :3].tolist() for name in COLOURS}
    yield "colours.json", encoding.compact_json(tables)


def _files_below(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _files_below(entry, f"{prefix}{entry.name}/")
        else:
            yield prefix + entry.name, entry.read_bytes()
