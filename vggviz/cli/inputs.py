"""What each command of the command line does."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras
    import numpy as np

log = logging.getLogger("vggviz")


def load_network(options: argparse.Namespace, *, classifier: str | None = None) -> keras.Model:
    """The network that --model or --weights names; one of --model keeps the end that it has."""
    from vggviz.models.loading import load_model, load_vgg16

    return load_model(options.model) if options.model else load_vgg16(options.weights, classifier)


def photograph(model: keras.Model, photo: str) -> np.ndarray:
    """The photograph in the size that the model reads."""
    from vggviz.images.loading import load_image

    return load_image(photo, model.input_shape[1] or 224)


def reading(options: argparse.Namespace) -> Callable[[Any], Any]:
    """How the network reads RGB levels, float32 (N, H, W, 3), arrays and tensors alike."""
    from vggviz.images.preprocessing import as_vgg16_reads

    return {"vgg16": as_vgg16_reads, "levels": _levels, "unit": _unit}[options.input]


def _levels(levels: Any) -> Any:
    return levels


def _unit(levels: Any) -> Any:
    return levels / 255


def as_batch(image: np.ndarray, options: argparse.Namespace) -> np.ndarray:
    """The photograph as the network reads it."""
    return reading(options)(image[None].astype("float32"))


def plain(layer: str) -> str:
    """A layer's name as part of a file's name."""
    return layer.replace("/", "-").replace(":", "-")


def say_saved(*paths: Path) -> None:
    """The files that were written, one a line, so that a script can read them."""
    for path in paths:
        print(path)
