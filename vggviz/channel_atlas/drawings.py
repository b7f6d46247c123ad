"""Sheets of drawings, one for each side of a layer, in the folder of an atlas; interrupted runs continue."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from tqdm import tqdm

from vggviz._shared import validation
from vggviz._shared.files import atomic_path, output_folder
from vggviz._shared.hashing import text_digest
from vggviz.activations.forward import convolution_step
from vggviz.feature_visualization.channels import (
    SIDES,
    TENSORFLOW,
    ChannelDrawing,
    ChannelRecipe,
    default_recipe,
    default_sides,
    network_digest,
)
from vggviz.feature_visualization.cost import Cost
from vggviz.images.preprocessing import as_vgg16_reads
from vggviz.images.tiles import tiled, untiled

if TYPE_CHECKING:
    import keras

QUALITY = 75
"""Quality of the sheets' WebP."""
INDEX = "drawings.json"
PARTS = "drawing_parts"

log = logging.getLogger("vggviz")


def draw_layer(
    model: keras.Model,
    layer: str,
    folder: str | os.PathLike[str],
    *,
    sides: Sequence[str] | None = None,
    recipe: ChannelRecipe | None = None,
    preprocess: Callable[[Any], Any] = as_vgg16_reads,
    engine: str = TENSORFLOW,
) -> dict[str, np.ndarray]:
    """Draw the channels of a layer; what the folder has by the same recipe is not drawn again.

    Batches are saved as they are finished, and become a sheet for each side at the end. An interrupted run
    continues after its last batch, and gives the same sheets to the bit. The cost is logged first (logger
    "vggviz", level INFO). Sheets by another recipe are replaced.

    Args:
        model: any Keras model with images as input.
        layer: name of a Conv2D layer.
        folder: the atlas' folder; it is created.
        sides: "optimum", "opposite" or both; None for both, or for the optimum alone in deep layers.
        recipe: how the channels are drawn; None for a default that depends on the layer's effective stride.
        preprocess: function from a tensor of RGB levels 0 to 255, float32 (N, H, W, 3), to the model's
            input.
        engine: "tensorflow"; or "torch" or "jax" for the network's gradients, where these have a graphics
            processor and TensorFlow has none. For networks without branches, such as VGG16.

    Returns:
        For each side `<side>_start` and `<side>_reached`, float32 (c,): what is maximised, in the first
        step and on the drawing.

    Raises:
        ValueError: unknown layer, side or engine, a folder that holds drawings of another network or cannot
            be written, or images of another number of colours than the model reads.
    """
    jobs = _jobs(model, layer, sides, recipe, engine, preprocess)
    found: dict[str, np.ndarray] = {}
    folder = output_folder(folder)
    _claim(folder, network_digest(model))
    for job in jobs:
        if _entry(folder, layer, job.side).get("digest") != job.digest:
            _finish(job, folder, _draw(job, folder))
        entry, side = _entry(folder, layer, job.side), job.side
        found |= {f"{side}_{name}": np.array(entry[name], np.float32) for name in ("start", "reached")}
    return found


def drawing_cost(
    model: keras.Model,
    layer: str,
    *,
    sides: Sequence[str] | None = None,
    recipe: ChannelRecipe | None = None,
    engine: str = TENSORFLOW,
) -> Cost:
    """Cost of drawing a layer that the folder has nothing of, computed without running the model.

    Args:
        model: any Keras model with images as input.
        layer: name of a Conv2D layer.
        sides: "optimum", "opposite" or both; None for both, or for the optimum alone in deep layers.
        recipe: how the channels are drawn; None for a default that depends on the layer's effective stride.
        engine: as for `draw_layer`.

    Raises:
        ValueError: unknown layer, side or engine, or a layer that the engine cannot draw.
    """
    costs = [job.cost for job in _jobs(model, layer, sides, recipe, engine)]
    return replace(costs[0], images=sum(cost.images for cost in costs))


def read(folder: str | os.PathLike[str], layer: str, side: str = "optimum") -> np.ndarray | None:
    """Read the finished drawings of a layer, of whatever recipe.

    Args:
        folder: the atlas' folder.
        layer: name of a layer.
        side: "optimum" or "opposite".

    Returns:
        uint8 (c, height, width, 3), RGB, in the channels' order; None if they are not finished.

    Raises:
        ValueError: unknown side, or a damaged sheet or list of sheets.
    """
    validation.one_of("side", side, SIDES)
    entry = _entry(Path(folder), layer, side)
    if not entry:
        return None
    path = Path(folder) / str(entry.get("file"))
    try:
        with Image.open(path) as sheet:
            return untiled(np.asarray(sheet.convert("RGB")), entry["channels"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"The sheet {validation.path_text(path)} is damaged or missing.") from error


def _jobs(
    model: keras.Model,
    layer: str,
    sides: Sequence[str] | None,
    recipe: ChannelRecipe | None,
    engine: str,
    preprocess: Callable[[Any], Any] = as_vgg16_reads,
) -> list[ChannelDrawing]:
    """The drawings of each side; ValueError unless there is one."""
    convolution_step(model, layer)
    sides = default_sides(model, layer) if sides is None else sides
    if isinstance(sides, str) or not sides:
        raise ValueError(
            f"sides are a list of {' or '.join(map(repr, SIDES))}; got {validation.shown(sides)}."
        )
    recipe = recipe or default_recipe(model, layer)
    return [ChannelDrawing(model, layer, side, recipe, preprocess, engine) for side in sides]


def _draw(job: ChannelDrawing, folder: Path) -> dict[str, np.ndarray]:
    """All drawings of a side; batches that were saved before are loaded."""
    log.info("%s", job.cost)
    batches = job.batches()
    label, total = f"drawing {job.layer}, {job.side}", job.recipe.steps * len(batches)
    with tqdm(total=total, desc=label, disable=None, leave=False, delay=1) as bar:
        paths = [_part(folder, job, batch.start) for batch in batches]
        drawn = [_drawn_batch(job, *both, bar.update) for both in zip(batches, paths, strict=True)]
    return {name: np.concatenate([part[name] for part in drawn]) for name in drawn[0]}


def _drawn_batch(
    job: ChannelDrawing, channels: range, path: Path, on_step: Callable[..., Any]
) -> dict[str, np.ndarray]:
    """A batch, loaded or drawn and saved."""
    try:
        # Opened here, since numpy.load leaves damaged files open.
        with path.open("rb") as stream, np.load(stream) as saved:
            loaded = {name: saved[name] for name in ("images", "start", "reached")}
        on_step(job.recipe.steps)
        return loaded
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        drawn = job.draw(channels, on_step)
        output_folder(path.parent)
        with atomic_path(path) as temporary:
            np.savez(temporary, allow_pickle=False, **drawn)
        return drawn


def _finish(job: ChannelDrawing, folder: Path, drawn: dict[str, np.ndarray]) -> None:
    """Write the sheet of a side, then its entry in the list, and remove the batches."""
    name = f"{_file_name(job.layer)}{'' if job.side == 'optimum' else f'.{job.side}'}.webp"
    with atomic_path(folder / name) as temporary:
        Image.fromarray(tiled(drawn["images"])).save(temporary, "WEBP", quality=QUALITY, method=6)
    index = _index(folder)
    index["layers"].setdefault(job.layer, {})[job.side] = {
        "file": name,
        "channels": len(job.channels),
        "recipe": job.settings,
        "digest": job.digest,
        "engine": job.engine,
        **{key: [float(str(value)) for value in drawn[key]] for key in ("start", "reached")},
    }
    _write_index(folder, index)
    for batch in job.batches():
        _part(folder, job, batch.start).unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # it holds batches of other layers, or no batch was ever saved
        (folder / PARTS).rmdir()


def _part(folder: Path, job: ChannelDrawing, start: int) -> Path:
    """The file of a batch."""
    return folder / PARTS / f"{_file_name(job.layer)}-{job.side}-{job.digest}-{job.engine}-{start}.npz"


def _file_name(layer: str) -> str:
    """A name for a layer's files, distinct even where case makes no difference."""
    safe = re.sub(r"[^a-z0-9_-]+", "-", layer)
    return safe if safe == layer else f"{safe}-{text_digest([layer])[:8]}"


def _claim(folder: Path, network: str) -> None:
    """Note whose drawings a folder holds; ValueError if it holds those of another network."""
    index = _index(folder)
    if index.setdefault("network", network) != network:
        raise ValueError(
            f"The folder {validation.path_text(folder)} holds drawings of another network; "
            "name another folder, or load that network's weights."
        )
    _write_index(folder, index)


def _entry(folder: Path, layer: str, side: str) -> dict[str, Any]:
    """What the list of sheets says of a side of a layer; empty if it is not finished."""
    entry: dict[str, Any] = _index(folder)["layers"].get(layer, {}).get(side, {})
    return entry


def _index(folder: Path) -> dict[str, Any]:
    """The list of a folder's sheets."""
    path = folder / INDEX
    if not path.exists():
        return {"layers": {}}
    try:
        index: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return index | {"layers": dict(index["layers"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{validation.path_text(path)} is damaged, or no list of drawings.") from error


def _write_index(folder: Path, index: dict[str, Any]) -> None:
    with atomic_path(folder / INDEX) as temporary:
        temporary.write_text(json.dumps(index, indent=1) + "\n", "utf-8")
