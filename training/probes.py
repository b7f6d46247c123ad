"""Linear probes on each pool, and zeros by layer, over a sample of the images."""

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
"""Number of images per class, taken from the beginning."""


def measure(model: keras.Model, dataset: TinyImageNet, cache: Path) -> dict[str, Any]:
    """Accuracy of a linear probe on each pool, and zeros and dead channels of each convolution.

    The input of a probe is the spatial mean of a pool. It is fitted to the first TRAINING images of each
    class and evaluated on the first VALIDATION ones, all resized to SMALL pixels; zeros are counted over
    both.

    Args:
        model: a sequence of convolutions and pools.
        dataset: the images.
        cache: .npz file of the features, computed if it does not exist.

    Returns:
        {"probe": {pool: accuracy}, "layers": {layer: {"zeros": share, "dead": number of channels}}}.
    """
    if not cache.is_file():
        with atomic_path(cache) as temporary:
            np.savez(temporary, **_compute(model, dataset, cache.stem))
    with np.load(cache) as arrays:
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
    """{convolution: number of channels}, in order."""
    return {name: model.get_layer(name).filters for name in vggviz.conv_layers(model)}


def _compute(model: keras.Model, dataset: TinyImageNet, name: str) -> dict[str, np.ndarray]:
    """{pool: spatial means (N, channels)}, labels, a mask of the training images, zeros and cells."""
    parts = ((dataset.training, TRAINING, True), (dataset.validation, VALIDATION, False))
    chosen = [
        (file, label, fit)
        for part, count, fit in parts
        for label, files in enumerate(part)
        for file in files[:count]
    ]
    pools: dict[str, list[np.ndarray]] = {pool: [] for pool in _pools(model)}
    zeros = cells = 0
    with dataset.reader() as reader:
        for file, _, _ in tqdm(chosen, desc=name, mininterval=5):
            maps = features.feature_maps(
                model, resized(reader.image(file), side=SMALL), feature_layers(model)
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
