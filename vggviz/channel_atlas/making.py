"""Making an atlas: part after part into its folder, so that an interrupted one can be taken up again."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from vggviz._shared import hashing, package_data, validation
from vggviz._shared.files import output_folder
from vggviz.activations.forward import chosen_layers, feature_maps
from vggviz.activations.pathways import classifier_on, fed_by, read_by
from vggviz.analysis.preferences import preferred_classes
from vggviz.attribution.ablation import macs_behind
from vggviz.channel_atlas import responses, weights
from vggviz.channel_atlas.folder import FORMAT, HEAD, Atlas, add_arrays, maps_sha256, read_atlas, write_head
from vggviz.channel_atlas.responses import Pictures
from vggviz.datasets.folder import Images, read_images, unique_names
from vggviz.images.preprocessing import as_vgg16_reads
from vggviz.models import graph
from vggviz.models.parts import check_is_keras
from vggviz.models.provenance import package_versions, provenance
from vggviz.models.receptive_field import receptive_fields
from vggviz.models.summary import format_macs, forward_macs

if TYPE_CHECKING:
    import keras

TABLE = "atlas.csv"
CLASSES = 5
"""Preferred classes of each channel."""
Arrays = dict[str, np.ndarray]

log = logging.getLogger("vggviz")


@dataclass(frozen=True, eq=False)
class Work:
    """What the parts of an atlas are computed from.

    Attributes:
        model: the network.
        layers: names of its convolutions that the atlas is about, in the order they run.
        pictures: the pictures.
        folder: the atlas' folder.
    """

    model: keras.Model
    layers: list[str]
    pictures: Pictures
    folder: Path

    @cached_property
    def is_imagenet(self) -> bool:
        """Whether the convolutions are VGG16's with ImageNet's weights, whose preferred classes are known."""
        steps = graph.unfold(self.model).steps
        arrays = {name: steps[name].core.get_weights() for name in graph.conv_layers(self.model)}
        return hashing.arrays_sha256(arrays) == package_data.ARRAYS_SHA256


@dataclass(frozen=True)
class Part:
    """A part of the numbers.

    Attributes:
        compute: function of the work and of some layers that yields (layer, arrays); layers of which it
            knows nothing are left out.
        macs: function of the same: about how many multiply-accumulates that takes.
        together: whether all layers are computed in one pass, so that it is always asked for all.
    """

    compute: Callable[[Work, list[str]], Iterator[tuple[str, Arrays]]]
    macs: Callable[[Work, list[str]], float] = lambda _work, _layers: 0
    together: bool = False


def atlas(
    model: keras.Model,
    images: Images,
    *,
    layers: str | Iterable[str] | None = None,
    folder: str | os.PathLike[str],
    drawings: bool = True,
    preprocess: Callable[[Any], Any] | None = None,
) -> Atlas:
    """Make a passport of every channel: what it is made of, what excites it, what it prefers, what it is for.

    Every part is written into the folder as soon as it is computed. If the folder has an atlas of the same
    network and pictures already, it is taken up where it was left, and the result is equal to the bit;
    further layers are added. The cost is logged first (logger "vggviz", level INFO).

    Args:
        model: any Keras model with square images as input. What cannot be known of it is left out: of a model
            without classes, for instance, what its answer loses without a channel.
        images: a folder or named images (see `datasets.read_images`); all are held in memory.
        layers: name or names of convolutions; None for all.
        folder: where the atlas is written; created if it is not there.
        drawings: whether the channels are drawn as well, which takes hours for all of VGG16 without a
            graphics processor.
        preprocess: function from RGB levels 0 to 255, float32 (N, H, W, 3), array or tensor, to the model's
            input; None is VGG16's preprocessing.

    Returns:
        The finished Atlas.

    Raises:
        TypeError: not a Keras model.
        ValueError: an unknown layer, or one that is no convolution; no readable image; or a folder with an
            atlas of other weights, pictures or another version, which is left as it is.
    """
    check_is_keras(graph.unfold(model).inputs)
    names = _convolutions(model, layers)
    pictures = _pictures(model, images, as_vgg16_reads if preprocess is None else preprocess)
    work = Work(model, names, pictures, output_folder(folder))
    made = _begin(work)
    _log_cost(work, made)
    for part in made.head["parts"]:
        _make(work, made, part)
    made.write_table(work.folder / TABLE)
    return read_atlas(work.folder)


def _convolutions(model: keras.Model, layers: str | Iterable[str] | None) -> list[str]:
    """Names of convolutions in the order they run; ValueError for other layers."""
    known = graph.conv_layers(model)
    chosen = known if layers is None else chosen_layers(model, layers)
    for name in chosen:
        if name not in known:
            kind = graph.find_step(model, name).kind
            raise ValueError(f"The layer {name!r} is a {kind}; an atlas is about convolutions.")
    return [name for name in known if name in chosen]


def _pictures(model: keras.Model, images: Images, preprocess: Callable[[Any], Any]) -> Pictures:
    validation.function("preprocess", preprocess)
    named = list(read_images(images, graph.input_side(model)))
    names, levels = zip(*named, strict=True)
    return Pictures(names, np.stack(levels), preprocess)


def _begin(work: Work) -> Atlas:
    """The atlas in the folder, with an entry for each layer; ValueError if the folder has another one."""
    head = _head(work)
    if (work.folder / HEAD).exists():
        found = read_atlas(work.folder)
        for what in ("version", "weights", "network_sha256", "recipe"):
            if found.head.get(what) != head[what]:
                raise ValueError(
                    f"The folder {validation.shown(work.folder)} has an atlas of another {_WORDS[what]}; "
                    "name another folder, or take this one away."
                )
        known = graph.conv_layers(work.model)
        entries = {**found.head["layers"], **head["layers"]}
        head["layers"] = {name: entries[name] for name in known if name in entries}
    elif taken := [e["file"] for e in head["layers"].values() if (work.folder / e["file"]).exists()]:
        raise ValueError(
            f"The folder {validation.shown(work.folder)} has a file {taken[0]} but no atlas; "
            "name another folder."
        )
    write_head(work.folder, head)
    return Atlas(work.folder, head)


_WORDS = {
    "version": "version of vggviz",
    "weights": "network or of other weights",
    "network_sha256": "classifier",
    "recipe": "recipe or of other pictures",
}


def _head(work: Work) -> dict[str, Any]:
    """Contents of atlas.json; see `Atlas`."""
    known, model = provenance(work.model), work.model
    classifier = classifier_on(model)
    labels = list(known.labels)
    if classifier and len(labels) != classifier[1].shape[1]:
        labels = [f"class {k}" for k in range(classifier[1].shape[1])]
    return {
        "format": FORMAT,
        "version": package_versions().get("vggviz", ""),
        "network": known.network,
        "weights": maps_sha256(model),
        "network_sha256": hashing.weights_sha256(model),
        "recipe": _recipe(work),
        "parts": [name for name in PARTS if name != "classes" or work.is_imagenet],
        "side": int(work.pictures.levels.shape[1]),
        "pictures": list(work.pictures.names),
        "axes": {},
        "families": [],
        "thresholds": {},
        "classes": list(package_data.classes(package_data.LINEAR_CLASSES)[1]) if work.is_imagenet else [],
        "labels": labels,
        "layers": _entries(work),
    }


def _recipe(work: Work) -> dict[str, Any]:
    return {
        "pictures": hashing.digest(work.pictures.batches()),
        "exact_macs": responses.EXACT_MACS,
        "sample": responses.SAMPLE,
    }


def _entries(work: Work) -> dict[str, Any]:
    """What the head says of each layer."""
    fields, model = receptive_fields(work.model), work.model
    files = dict(unique_names(((_file_name(name), name) for name in graph.conv_layers(model)), files=True))
    return {
        name: {
            "file": f"{file}.npz",
            "channels": int(graph.find_step(model, name).output.shape[-1]),
            "field": [fields[name].size, fields[name].stride, fields[name].padding]
            if name in fields
            else None,
            "reads": read_by(model, name),
            "feeds": fed_by(model, name),
            "loss_answer_is_exact": responses.is_exact(model, name, len(work.pictures.names)),
        }
        for file, name in files.items()
        if name in work.layers
    }


def _file_name(layer: str) -> str:
    return layer.replace("/", "-").replace(":", "-")


def _make(work: Work, made: Atlas, part: str) -> None:
    """Compute a part of all layers that lack it, and add it to their files."""
    lacking = [layer for layer in work.layers if part not in made.parts(layer)]
    if not lacking:
        return
    started, asked = time.monotonic(), work.layers if PARTS[part].together else lacking
    with tqdm(total=len(asked), desc=f"atlas: {part}", leave=False, delay=1, disable=None) as bar:
        for layer, arrays in PARTS[part].compute(work, asked):
            bar.update()
            if layer in lacking:
                _add(made, layer, part, arrays)
                lacking.remove(layer)
    for layer in lacking:  # of which the part knows nothing
        _add(made, layer, part, {})
    log.info("%s: %.0f s.", part, time.monotonic() - started)


def _add(made: Atlas, layer: str, part: str, arrays: Mapping[str, np.ndarray]) -> None:
    add_arrays(made.folder / made.head["layers"][layer]["file"], part, arrays)


def _log_cost(work: Work, made: Atlas) -> None:
    """Log the multiply-accumulates of what is lacking, and about how long that takes on this machine."""
    total = 0.0
    for name, part in ((name, PARTS[name]) for name in made.head["parts"]):
        lacking = [layer for layer in work.layers if name not in made.parts(layer)]
        total += part.macs(work, work.layers if part.together and lacking else lacking) if lacking else 0
    channels = sum(made.head["layers"][name]["channels"] for name in work.layers)
    if total:
        speed = _speed(work)
        log.info(
            "Numbers of %s channels on %s pictures: about %s, %.0f minutes at the speed of one forward pass.",
            *(f"{channels:,}", len(work.pictures.names), format_macs(total), total / speed / 60),
        )


def _speed(work: Work) -> float:
    """Multiply-accumulates a second of a forward pass."""
    batch = next(work.pictures.batches())
    feature_maps(work.model, batch, work.layers)
    started = time.monotonic()
    feature_maps(work.model, batch, work.layers)
    return _forward(work, work.layers) / (time.monotonic() - started)


def _forward(work: Work, layers: list[str]) -> float:
    side = work.pictures.levels.shape[1]
    return forward_macs(work.model, layers, (side, side))


def _kernels(work: Work, layers: list[str]) -> Iterator[tuple[str, Arrays]]:
    return weights.by_kernel(work.model, layers)


def _expanded(work: Work, layers: list[str]) -> Iterator[tuple[str, Arrays]]:
    levels = work.pictures.change_with_levels()
    if levels is not None:
        yield from weights.expanded(work.model, layers, work.pictures.batches, levels)


def _expanded_macs(work: Work, layers: list[str]) -> float:
    return sum(
        2 * len(work.pictures.names) * _forward(work, [name])
        for name in weights.expandable(work.model, layers)
    )


def _responses(work: Work, layers: list[str]) -> Iterator[tuple[str, Arrays]]:
    return responses.by_picture(work.model, layers, work.pictures)


def _estimates(work: Work, layers: list[str]) -> Iterator[tuple[str, Arrays]]:
    return responses.estimates(work.model, layers, work.pictures)


def _losses(work: Work, layers: list[str]) -> Iterator[tuple[str, Arrays]]:
    return responses.losses(work.model, layers, work.pictures)


def _losses_macs(work: Work, layers: list[str]) -> float:
    count, total = len(work.pictures.names), 0.0
    for layer in layers:
        channels = graph.find_step(work.model, layer).output.shape[-1]
        sampled = channels if responses.is_exact(work.model, layer, count) else responses.SAMPLE
        total += count * (_forward(work, [layer]) + sampled * macs_behind(work.model, layer))
    return total


def _classes(work: Work, layers: list[str]) -> Iterator[tuple[str, Arrays]]:
    """Classes that activate each channel most, with effect sizes."""
    labels = {label: k for k, label in enumerate(package_data.classes(package_data.LINEAR_CLASSES)[1])}
    for layer in layers:
        count = graph.find_step(work.model, layer).output.shape[-1]
        listed = [preferred_classes(layer, channel, CLASSES) for channel in range(count)]
        yield (
            layer,
            {
                "classes": np.array([[labels[name] for name, _ in row] for row in listed], np.int32),
                "class_effects": np.array([[size for _, size in row] for row in listed], np.float32),
            },
        )


PARTS = {
    "kernels": Part(_kernels),
    "expanded": Part(_expanded, _expanded_macs),
    "responses": Part(
        _responses, lambda work, layers: len(work.pictures.names) * _forward(work, layers), together=True
    ),
    "estimates": Part(
        _estimates, lambda work, layers: 3 * len(work.pictures.names) * _forward(work, layers), together=True
    ),
    "losses": Part(_losses, _losses_macs),
    "classes": Part(_classes),
}
"""The parts of the numbers, in the order they are made."""
