"""Functions shared by the attribution methods: target layer, resizing, chunks, scores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from vggviz._shared import backend, validation
from vggviz.activations.forward import run
from vggviz.models import graph, parts
from vggviz.objectives import Objective

if TYPE_CHECKING:
    import keras

CHUNK = 16
"""Images per forward pass."""


def target_layer(model: keras.Model, layer: str | None = None) -> str:
    """Name of the target layer of the class activation maps.

    Args:
        model: any Keras model.
        layer: a layer with feature maps; None is the last convolution whose maps have more than one cell.

    Returns:
        The layer's name.

    Raises:
        ValueError: an unknown layer, one without feature maps, or no convolution with more than one cell.
    """
    if layer is None:
        steps = graph.unfold(model).steps
        names = graph.conv_layers(model)
        wide = [name for name in names if tuple(steps[name].output.shape[1:3]) != (1, 1)]
        if not wide:
            raise ValueError(
                f"No convolution of the model {model.name!r} has maps of more than one cell; name a layer."
            )
        return wide[-1]
    shape = tuple(graph.find_step(model, layer).output.shape)
    if len(shape) != 4:
        raise ValueError(f"The output of the layer {layer!r} has shape {shape}, so it has no feature maps.")
    return layer


def upsample_positive(maps: np.ndarray, batch: np.ndarray) -> np.ndarray:
    """Set negative values of maps (N, h, w) to zero and resize them to the batch's height and width."""
    return resize(np.maximum(maps, 0), np.shape(batch)[1:3])


def resize(maps: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """Resize maps (n, h, w) by bilinear interpolation to `size`, (height, width); float32."""
    rows, columns = (_bilinear(old, new) for old, new in zip(maps.shape[1:], size, strict=True))
    return rows @ maps.astype(np.float32) @ columns.T


def _bilinear(old: int, new: int) -> np.ndarray:
    """Weights (new, old) that stretch `old` cells over `new`, beyond the outer cells' centres constant.

    SciPy's zoom gives the same, but takes a sixth of a second to import.
    """
    centres = ((np.arange(new) + 0.5) * old / new - 0.5).clip(0, old - 1)
    return np.maximum(0, 1 - abs(centres[:, np.newaxis] - np.arange(old))).astype(np.float32)


def check_fill(fill: float | np.ndarray, batch: np.ndarray) -> np.ndarray:
    """Return the values that replace pixels, float32: one number, or one per colour of the batch."""
    values = validation.numbers("The fill's values", fill, f"() or ({batch.shape[-1]},)", (0, 1)).astype(
        np.float32
    )
    if values.size not in (1, batch.shape[-1]):
        raise ValueError(
            f"The fill is one number, or {batch.shape[-1]}, one for each colour; got {values.size}."
        )
    return values


def chunks(items: np.ndarray, label: str, size: int = CHUNK) -> Iterator[np.ndarray]:
    """Yield the items in chunks; shows a progress bar after one second."""
    for start in tqdm(range(0, len(items), size), desc=label, leave=False, delay=1, disable=None):
        yield items[start : start + size]


def scores(model: keras.Model, batch: np.ndarray, objective: Objective) -> np.ndarray:
    """Value of the objective for each image, float32 (N,), from one forward pass of the whole batch."""
    tensors = parts.part(model, objective.layers).output
    values = run(model, batch, tuple(tensors.values()))
    constant = backend.tensorflow().constant
    maps = {name: constant(value) for name, value in zip(tensors, values, strict=True)}
    return np.asarray(objective.value(maps), np.float32)
