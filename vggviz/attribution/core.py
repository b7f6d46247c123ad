"""What the methods have in common: target layer, enlarging, chunks, scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from vggviz._shared import backend, validation
from vggviz.activations.forward import run
from vggviz.models import graph
from vggviz.objectives import Objective

if TYPE_CHECKING:
    import keras


def target_layer(model: keras.Model, layer: str | None) -> str:
    """The layer's name, checked; None is the last convolution."""
    if layer is None:
        return graph.conv_layers(model)[-1]
    shape = tuple(graph.find_step(model, layer).output.shape)
    if len(shape) != 4:
        raise ValueError(f"The layer {layer!r} gives an output of shape {shape}, no feature maps.")
    return layer


def enlarged(cells: np.ndarray, batch: np.ndarray) -> np.ndarray:
    """The positive part of (N, h, w), enlarged to the batch's pixels."""
    return resized(np.maximum(cells, 0), batch.shape[1:3])


def resized(maps: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """Maps (n, h, w) at another size, bilinear, float32."""
    maps = maps.astype(np.float32)[..., np.newaxis]
    return backend.tensorflow().image.resize(maps, size, method="bilinear").numpy()[..., 0]


CHUNK = 16
"""Images computed at once."""


def checked_fill(fill: float | np.ndarray, batch: np.ndarray) -> np.ndarray:
    """What covers pixels, float32: a number, or one for each colour of the batch."""
    values = validation.numbers("The fill's values", fill, f"() or ({batch.shape[-1]},)", (0, 1)).astype(
        np.float32
    )
    if values.size not in (1, batch.shape[-1]):
        raise ValueError(
            f"The fill is one number, or {batch.shape[-1]}, one for each colour; got {values.size}."
        )
    return values


def chunks(items: np.ndarray, label: str, size: int = CHUNK) -> Iterator[np.ndarray]:
    """The items in portions, with a progress bar where it takes long."""
    for start in tqdm(range(0, len(items), size), desc=label, leave=False, delay=1, disable=None):
        yield items[start : start + size]


def scores(model: keras.Model, batch: np.ndarray, objective: Objective) -> np.ndarray:
    """The objective's value for each image, float32 (N,); all of the batch at once."""
    tensors = graph.part(model, objective.layers).output
    values = run(model, batch, tuple(tensors.values()))
    constant = backend.tensorflow().constant
    maps = {name: constant(value) for name, value in zip(tensors, values, strict=True)}
    return np.asarray(objective.value(maps), np.float32)
