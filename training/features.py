"""One pass over the pictures: what the network makes of each, kept in a file for each class.

A run that was interrupted goes on with the first class that has no file yet. One picture and its maps
are in memory at a time.
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
from vggviz.models.graph import feature_layers, part

if TYPE_CHECKING:
    import keras

SUMS = ("mean", "square", "maximum", "zeros", "cells")
"""By channel, over the pictures of a class: of each picture's mean activation, of its square, of its
largest activation, of the cells that are zero, of all cells."""


@dataclass(frozen=True)
class Shard:
    """The pictures of a class that are computed together.

    Attributes:
        path: where the numbers are kept.
        label: number of the class.
        names: of the pictures in the zip, in order.
        views: how each is shown.
        counted: whether the channels' sums are taken (over the first view).
    """

    path: Path
    label: int
    names: list[str]
    views: dict[str, View]
    counted: bool


@dataclass(frozen=True)
class Features:
    """The pass over a part of the pictures, put together.

    Attributes:
        views: {name: float32 (N, channels)}, the mean of the last pool.
        labels: int (N,), numbers of classes.
        indices: int (N,), place of each picture in its class.
        sums: {name of SUMS: float64 (classes, channels of all convolutions)}; empty without them.
    """

    views: dict[str, np.ndarray]
    labels: np.ndarray
    indices: np.ndarray
    sums: dict[str, np.ndarray]


def shards(pictures: TinyImageNet, folder: Path) -> tuple[list[Shard], list[Shard]]:
    """Training and validation pictures, class by class."""
    training = [
        Shard(folder / f"training-{k:03}.npz", k, names, views.TRAINING, True)
        for k, names in enumerate(pictures.training)
    ]
    validation = [
        Shard(folder / f"validation-{k:03}.npz", k, names, views.VALIDATION, False)
        for k, names in enumerate(pictures.validation)
    ]
    return training, validation


def compute(model: keras.Model, pictures: TinyImageNet, folder: Path) -> tuple[Features, Features]:
    """Do what of the pass is not done yet.

    Args:
        model: convolutions and pools, one after the other.
        pictures: what to show it.
        folder: for the shards; made if need be.

    Returns:
        The features of the training and the validation pictures.

    Raises:
        ValueError: the folder holds shards of other pictures.
    """
    folder.mkdir(parents=True, exist_ok=True)
    both = shards(pictures, folder)
    missing = [shard for some in both for shard in some if not shard.path.is_file()]
    print(_cost(model, missing))
    with (
        pictures.reader() as reader,
        tqdm(total=sum(len(shard.names) for shard in missing), desc="pictures", mininterval=5) as bar,
    ):
        for shard in missing:
            arrays = compute_shard(model, shard, reader, bar)
            with atomic_path(shard.path) as beside:
                np.savez(beside, names=shard.names, **arrays)
    return collect(both[0]), collect(both[1])


def compute_shard(model: keras.Model, shard: Shard, reader: Reader, bar: tqdm) -> dict[str, np.ndarray]:
    """{view: float16 (N, channels)}, and with `counted` each of SUMS, float64 (channels,)."""
    kept: dict[str, list[np.ndarray]] = {name: [] for name in shard.views}
    sums: dict[str, np.ndarray] = {}
    for index, name in enumerate(shard.names):
        picture = reader.picture(name)
        for number, (view, show) in enumerate(shard.views.items()):
            counted = shard.counted and number == 0
            layers = [*vggviz.conv_layers(model), last(model)] if counted else [last(model)]
            maps = feature_maps(model, show(picture, shard.label, index), layers)
            kept[view].append(maps.pop(last(model)).mean(axis=(0, 1)))
            if counted:
                found = channel_sums(maps.values())
                sums = {key: sums.get(key, 0) + found[key] for key in SUMS}
        bar.update()
    return {view: np.array(rows, np.float16) for view, rows in kept.items()} | sums


def feature_maps(model: keras.Model, pixels: np.ndarray, layers: list[str]) -> dict[str, np.ndarray]:
    """One picture's maps, {layer: float32 (h, w, c)}; it may have any size."""
    outputs = part(model, layers, any_size=True)(vggviz.preprocess(pixels), training=False)
    return {name: np.asarray(values)[0] for name, values in outputs.items()}


def channel_sums(maps: Iterable[np.ndarray]) -> dict[str, np.ndarray]:
    """What one picture adds to SUMS, the layers' channels one after the other."""
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


def collect(some: list[Shard]) -> Features:
    """Put shards together.

    Raises:
        ValueError: a shard holds other pictures than are wanted of it.
    """
    found = [_read(shard) for shard in some]
    counts = [len(shard.names) for shard in some]
    return Features(
        {view: np.concatenate([f[view] for f in found]).astype(np.float32) for view in some[0].views},
        np.repeat([shard.label for shard in some], counts),
        np.concatenate([np.arange(count) for count in counts]),
        {key: np.array([f[key] for f in found]) for key in SUMS if some[0].counted},
    )


def _read(shard: Shard) -> dict[str, np.ndarray]:
    with np.load(shard.path) as arrays:
        if arrays["names"].tolist() != shard.names:
            raise ValueError(
                f"{shard.path.name} in the work folder is of other pictures; name an empty folder (--work)."
            )
        return {name: arrays[name] for name in arrays.files}


def _cost(model: keras.Model, missing: list[Shard]) -> str:
    """A line on how much work is left."""
    sides = Counter()
    for shard in missing:
        for show in shard.views.values():
            sides[getattr(show, "keywords", {}).get("side", views.SIZE)] += len(shard.names)
    macs = sum(n * summary.forward_macs(model, [last(model)], (side, side)) for side, n in sides.items())
    count = sum(len(shard.names) for shard in missing)
    return f"{count:,} pictures, {sides.total():,} times through the network: {macs / 1e12:,.1f} TMAC."
