"""Features of all images, computed with the network and stored in one file (shard) per class.

An interrupted run resumes with the first class without a file. Memory holds the maps of one image.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

import vggviz
from training import views
from training.data import Reader, TinyImageNet
from training.views import View
from vggviz._shared.files import atomic_path
from vggviz.models import summary
from vggviz.models.graph import feature_layers
from vggviz.models.parts import part

if TYPE_CHECKING:
    import keras

SUMS = ("mean", "square", "maximum", "zeros", "cells")
"""Sums per channel over the images of a class: of the mean activation, of its square, of the largest
activation, of the number of zero cells, of the number of all cells."""


@dataclass(frozen=True)
class Shard:
    """The images of a class whose features share a file.

    Attributes:
        path: the .npz file.
        label: index of the class.
        names: names of the images in the zip, in order.
        views: {name: function that renders an image for the network}.
        counted: whether `SUMS` are computed (over the first view).
    """

    path: Path
    label: int
    names: list[str]
    views: dict[str, View]
    counted: bool


@dataclass(frozen=True)
class Features:
    """Features of the training or validation images of all classes.

    Attributes:
        views: {name: float32 (N, channels)}, spatial mean of the last pool.
        labels: int (N,), class indices.
        indices: int (N,), position of each image in its class.
        sums: {name in SUMS: float64 (classes, channels of all convolutions)}; {} if not counted.
    """

    views: dict[str, np.ndarray]
    labels: np.ndarray
    indices: np.ndarray
    sums: dict[str, np.ndarray]


def shards(dataset: TinyImageNet, folder: Path) -> tuple[list[Shard], list[Shard]]:
    """The shards of the training and of the validation images, one per class."""
    training = [
        Shard(folder / f"training-{k:03}.npz", k, names, views.TRAINING, True)
        for k, names in enumerate(dataset.training)
    ]
    validation = [
        Shard(folder / f"validation-{k:03}.npz", k, names, views.VALIDATION, False)
        for k, names in enumerate(dataset.validation)
    ]
    return training, validation


def compute(model: keras.Model, dataset: TinyImageNet, folder: Path) -> tuple[Features, Features]:
    """Compute the shards that are missing, and load all.

    Args:
        model: a sequence of convolutions and pools.
        dataset: the images.
        folder: folder of the shards; created if it does not exist.

    Returns:
        The features of the training images and of the validation images.

    Raises:
        ValueError: the folder holds shards of other images.
    """
    folder.mkdir(parents=True, exist_ok=True)
    training, validation = shards(dataset, folder)
    missing = [shard for shard in [*training, *validation] if not shard.path.is_file()]
    print(_cost(model, missing))
    with (
        dataset.reader() as reader,
        tqdm(total=sum(len(shard.names) for shard in missing), desc="images", mininterval=5) as bar,
    ):
        for shard in missing:
            arrays = compute_shard(model, shard, reader, bar)
            with atomic_path(shard.path) as temporary:
                np.savez(temporary, names=shard.names, **arrays)
    return collect(training), collect(validation)


def compute_shard(model: keras.Model, shard: Shard, reader: Reader, bar: tqdm) -> dict[str, np.ndarray]:
    """Features {view: float16 (N, channels)} of a shard, and if counted SUMS, float64 (channels,)."""
    rows: dict[str, list[np.ndarray]] = {name: [] for name in shard.views}
    sums: dict[str, np.ndarray] = {}
    for index, name in enumerate(shard.names):
        image = reader.image(name)
        for order, (view, render) in enumerate(shard.views.items()):
            counted = shard.counted and order == 0
            layers = [*vggviz.conv_layers(model), last(model)] if counted else [last(model)]
            maps = feature_maps(model, render(image, shard.label, index), layers)
            rows[view].append(maps.pop(last(model)).mean(axis=(0, 1)))
            if counted:
                found = channel_sums(maps.values())
                sums = {key: sums.get(key, 0) + found[key] for key in SUMS}
        bar.update()
    return {view: np.array(of_view, np.float16) for view, of_view in rows.items()} | sums


def feature_maps(model: keras.Model, pixels: np.ndarray, layers: list[str]) -> dict[str, np.ndarray]:
    """Feature maps {layer: float32 (h, w, c)} of one image, uint8 (H, W, 3) of any size."""
    outputs = part(model, layers, any_size=True)(vggviz.preprocess(pixels), training=False)
    return {name: np.asarray(values)[0] for name, values in outputs.items()}


def channel_sums(maps: Iterable[np.ndarray]) -> dict[str, np.ndarray]:
    """The contribution of one image to SUMS, {name: float64 (channels of all layers,)}."""
    cells = [values.reshape(-1, values.shape[-1]) for values in maps]
    mean = np.concatenate([values.mean(axis=0, dtype=np.float64) for values in cells])
    return {
        "mean": mean,
        "square": mean**2,
        "maximum": np.concatenate([values.max(axis=0) for values in cells]).astype(np.float64),
        "zeros": np.concatenate([(values <= 0).sum(axis=0) for values in cells]).astype(np.float64),
        "cells": np.concatenate([np.full(v.shape[1], len(v)) for v in cells]).astype(np.float64),
    }


def last(model: keras.Model) -> str:
    """Name of the last convolution or pool."""
    return feature_layers(model)[-1]


def collect(shards: list[Shard]) -> Features:
    """Load and concatenate shards.

    Raises:
        ValueError: a file holds other images than its shard lists.
    """
    found = [_read(shard) for shard in shards]
    counts = [len(shard.names) for shard in shards]
    return Features(
        {view: np.concatenate([f[view] for f in found]).astype(np.float32) for view in shards[0].views},
        np.repeat([shard.label for shard in shards], counts),
        np.concatenate([np.arange(count) for count in counts]),
        {key: np.array([f[key] for f in found]) for key in SUMS if shards[0].counted},
    )


def _read(shard: Shard) -> dict[str, np.ndarray]:
    with np.load(shard.path) as arrays:
        if arrays["names"].tolist() != shard.names:
            raise ValueError(
                f"{shard.path.name} in the work folder is of other images; name an empty folder (--work)."
            )
        return {name: arrays[name] for name in arrays.files}


def _cost(model: keras.Model, missing: list[Shard]) -> str:
    """A line on the work to be done: images, forward passes, and multiply-accumulate operations."""
    sides = Counter()
    for shard in missing:
        for render in shard.views.values():
            sides[getattr(render, "keywords", {}).get("side", views.SIZE)] += len(shard.names)
    macs = sum(n * summary.forward_macs(model, [last(model)], (side, side)) for side, n in sides.items())
    count = sum(len(shard.names) for shard in missing)
    return f"{count:,} images, {sides.total():,} forward passes: {macs / 1e12:,.1f} TMAC."
