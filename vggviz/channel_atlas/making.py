"""Making an atlas: part after part into its folder, so that an interrupted one can be taken up again."""

from __future__ import annotations

import functools
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from vggviz._shared import hashing, package_data, validation
from vggviz._shared.files import output_folder
from vggviz.activations.forward import chosen_layers, feature_maps
from vggviz.activations.pathways import classifier_on, fed_by, read_by
from vggviz.channel_atlas import drawings as drawn
from vggviz.channel_atlas import families, responses, stimuli, weights
from vggviz.channel_atlas.folder import FORMAT, HEAD, Atlas, add_arrays, maps_sha256, read_atlas, write_head
from vggviz.channel_atlas.responses import Arrays, Work
from vggviz.datasets.folder import Images, read_images, unique_names
from vggviz.feature_visualization.channels import DRAWN_BY, TENSORFLOW
from vggviz.images.preprocessing import as_vgg16_reads
from vggviz.models import graph
from vggviz.models.parts import check_is_keras
from vggviz.models.provenance import package_versions, provenance
from vggviz.models.receptive_field import receptive_fields
from vggviz.models.summary import format_macs

if TYPE_CHECKING:
    import keras

TABLE = "atlas.csv"

log = logging.getLogger("vggviz")


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
    engine: str = TENSORFLOW,
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
        engine: what draws: "tensorflow", or "torch" or "jax" where these have a graphics processor and
            TensorFlow has none; for networks without branches.
        preprocess: function from RGB levels 0 to 255, float32 (N, H, W, 3), array or tensor, to the model's
            input; None is VGG16's preprocessing.

    Returns:
        The finished Atlas.

    Raises:
        TypeError: not a Keras model.
        ValueError: an unknown layer, or one that is no convolution; no readable image; an engine for the
            drawings that is unknown, not installed, or not for this network; or a folder with an atlas of
            other weights, pictures or another version, which is left as it is.
    """
    validation.instance("Whether to draw (drawings), True or False,", drawings, bool)
    validation.one_of("engine", engine, DRAWN_BY)
    work = _work(
        model,
        images,
        layers,
        validation.path("folder", folder),
        as_vgg16_reads if preprocess is None else preprocess,
    )
    work = replace(work, engine=engine)
    made = _begin(work, drawings=drawings)
    _log_cost(work, made)
    was_finished = made.is_finished and (work.folder / TABLE).exists()
    for part in made.head["parts"]:
        if part != DRAWINGS or drawings:
            _make(work, made, part)
    if not was_finished:
        _finish(work, made)
    return read_atlas(work.folder)


def _work(
    model: keras.Model,
    images: Images,
    layers: str | Iterable[str] | None,
    folder: Path,
    preprocess: Callable[[Any], Any],
) -> Work:
    """The checked arguments, with the pictures read."""
    check_is_keras(model)
    names = _convolutions(model, layers)
    validation.function("preprocess", preprocess)
    pictures, levels = zip(*read_images(images, graph.input_side(model)), strict=True)
    work = Work(model, names, pictures, np.stack(levels), preprocess, output_folder(folder))
    feature_maps(model, next(work.batches()), names[:1])  # what preprocess returns must fit the model
    return work


def _convolutions(model: keras.Model, layers: str | Iterable[str] | None) -> list[str]:
    """Names of convolutions in the order they run; ValueError for other layers."""
    known = graph.conv_layers(model)
    chosen = known if layers is None else chosen_layers(model, layers)
    for name in chosen:
        if name not in known:
            kind = graph.find_step(model, name).kind
            raise ValueError(f"The layer {name!r} is a {kind}; an atlas is about convolutions.")
    return [name for name in known if name in chosen]


def _begin(work: Work, *, drawings: bool) -> Atlas:
    """The atlas in the folder, with an entry for each layer; ValueError if the folder has another one."""
    head = _head(work)
    head["parts"] += [DRAWINGS] * drawings
    if (work.folder / HEAD).exists():
        found = read_atlas(work.folder)
        for what in ("version", "weights", "network_sha256", "recipe"):
            if found.head.get(what) != head[what]:
                raise ValueError(
                    f"The folder {validation.shown(work.folder)} has an atlas of another {_WORDS[what]}; "
                    "name another folder, or take this one away."
                )
        head["thresholds"] = found.head["thresholds"]
        head["parts"] += [DRAWINGS] * (DRAWINGS in found.head["parts"] and not drawings)
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
        "parts": [name for name in PARTS if name != DRAWINGS and (name != "classes" or work.is_imagenet)],
        "side": int(work.levels.shape[1]),
        "pictures": list(work.names),
        "axes": stimuli.axes(),
        "families": list(families.FAMILIES),
        "thresholds": {},
        "classes": list(package_data.classes(package_data.LINEAR_CLASSES)[1]) if work.is_imagenet else [],
        "labels": labels,
        "layers": _entries(work),
    }


def _recipe(work: Work) -> dict[str, Any]:
    return {
        "pictures": hashing.digest(work.batches()),
        "exact_macs": responses.EXACT_MACS,
        "sample": responses.SAMPLE,
        "stimuli": hashing.text_digest(map(str, stimuli.all_stimuli())),
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
            "loss_answer_is_exact": responses.is_exact(work, name),
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
    started, asked = _clocks(), list(work.layers if PARTS[part].together else lacking)
    with tqdm(total=len(asked), desc=f"atlas: {part}", leave=False, delay=1, disable=None) as bar:
        for layer, arrays in PARTS[part].compute(work, asked):
            bar.update()
            if layer in lacking:
                add_arrays(made.path(layer), part, arrays)
                lacking.remove(layer)
    for layer in lacking:  # of which the part knows nothing
        add_arrays(made.path(layer), part, {})
    log.info("atlas, %s: %.0f s, %.0f s of the processor.", part, *(_clocks() - started))


def _clocks() -> np.ndarray:
    return np.array([time.monotonic(), time.process_time()])


def _finish(work: Work, made: Atlas) -> None:
    """Write the thresholds of the families into the head, and the table."""
    arrays = {layer: made.arrays(layer) for layer in made.layers}
    limits = {layer: families.thresholds(each) for layer, each in arrays.items() if "family" in each}
    write_head(work.folder, {**made.head, "thresholds": limits})
    made.write_table(work.folder / TABLE)


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
            "Atlas of %s channels from %s pictures: about %s, %s at the speed of a forward pass.",
            *(f"{channels:,}", len(work.names), format_macs(total), _duration(total / speed)),
        )


def _duration(seconds: float) -> str:
    return f"{seconds / 60:,.0f} minutes" if seconds > 90 else "a minute or less"


def _speed(work: Work) -> float:
    """Multiply-accumulates a second of a forward pass."""
    batch = next(work.batches())
    feature_maps(work.model, batch, work.layers)
    started = time.monotonic()
    feature_maps(work.model, batch, work.layers)
    return work.forward_macs(work.layers) / (time.monotonic() - started)


def _drawings(work: Work, layers: list[str]) -> Iterator[tuple[str, Arrays]]:
    """Drawn optima and opposites, which are kept in sheets; what they reach."""
    for layer in layers:
        if graph.find_step(work.model, layer).is_conv2d:
            draw = functools.partial(drawn.draw_layer, preprocess=work.preprocess, engine=work.engine)
            yield layer, draw(work.model, layer, work.folder)


def _drawings_macs(work: Work, layers: list[str]) -> float:
    named = [layer for layer in layers if graph.find_step(work.model, layer).is_conv2d]
    return sum(drawn.drawing_cost(work.model, layer, engine=work.engine).total for layer in named)


DRAWINGS = "drawings"
PARTS = {
    "kernels": Part(weights.by_kernel),
    "expanded": Part(weights.expanded, weights.expanded_macs),
    "responses": Part(responses.by_picture, responses.by_picture_macs, together=True),
    "estimates": Part(responses.estimates, responses.estimates_macs, together=True),
    "classes": Part(responses.by_class),
    "tuning": Part(families.by_stimulus, families.by_stimulus_macs, together=True),
    "losses": Part(responses.losses, responses.losses_macs),
    DRAWINGS: Part(_drawings, _drawings_macs),
}
"""The parts of an atlas, in the order they are made."""
