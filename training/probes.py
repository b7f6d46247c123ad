"""Linear probes by block and zeros by layer over a few pictures, for ImageNet's and for random weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

import vggviz
from training import features
from training.channels import by_layer
from training.data import TinyImageNet
from training.views import SMALL, resized
from vggviz._shared.files import atomic_path
from vggviz.models.graph import feature_layers

if TYPE_CHECKING:
    import keras

TRAINING, VALIDATION = 5, 3
"""Pictures of each class, the first of them."""


def measure(model: keras.Model, pictures: TinyImageNet, kept: Path) -> dict[str, Any]:
    """{"probe": {pool: share right}, "layers": {layer: {"zeros", "dead"}}}.

    The probes read the mean of each pool, and are fitted to the first TRAINING pictures of each class
    and measured on the first VALIDATION ones, all enlarged to SMALL pixels; zeros are counted over both.

    Args:
        model: convolutions and pools, one after the other.
        pictures: what to show it.
        kept: file for the numbers (.npz), read if it is there.
    """
    if not kept.is_file():
        with atomic_path(kept) as beside:
            np.savez(beside, **_compute(model, pictures, kept.stem))
    with np.load(kept) as arrays:
        found = {name: arrays[name] for name in arrays.files}
    fitted = found["fitted"]
    probe = {
        pool: vggviz.analysis.linear_probe(
            found[pool][fitted], found["labels"][fitted], found[pool][~fitted], found["labels"][~fitted]
        )
        for pool in _pools(model)
    }
    return {"probe": probe, "layers": by_layer(channels(model), found["zeros"], found["cells"])}


def channels(model: keras.Model) -> dict[str, int]:
    """{convolution: its channels}, in order."""
    return {name: model.get_layer(name).filters for name in vggviz.conv_layers(model)}


def _compute(model: keras.Model, pictures: TinyImageNet, name: str) -> dict[str, np.ndarray]:
    """The pools' means {pool: (N, channels)}, labels, which are fitted to, zeros and cells."""
    parts = ((pictures.training, TRAINING, True), (pictures.validation, VALIDATION, False))
    chosen = [
        (file, label, fit)
        for part, count, fit in parts
        for label, files in enumerate(part)
        for file in files[:count]
    ]
    pools: dict[str, list[np.ndarray]] = {pool: [] for pool in _pools(model)}
    zeros = cells = 0
    with pictures.reader() as reader:
        for file, _, _ in tqdm(chosen, desc=name, mininterval=5):
            maps = features.feature_maps(
                model, resized(reader.picture(file), side=SMALL), feature_layers(model)
            )
            for pool, rows in pools.items():
                rows.append(maps.pop(pool).mean(axis=(0, 1)))
            found = features.channel_sums(maps.values())
            zeros, cells = zeros + found["zeros"], cells + found["cells"]
    labels, fit = (np.array(column) for column in list(zip(*chosen, strict=True))[1:])
    means = {pool: np.array(rows) for pool, rows in pools.items()}
    return means | {"labels": labels, "fitted": fit, "zeros": zeros, "cells": cells}


def _pools(model: keras.Model) -> list[str]:
    convolutions = set(vggviz.conv_layers(model))
    return [name for name in feature_layers(model) if name not in convolutions]
