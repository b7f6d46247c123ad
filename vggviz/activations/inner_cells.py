"""Means over the cells whose receptive field lies inside the image, computed without all other cells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend
from vggviz.activations.forward import check_batch, feature_maps, run
from vggviz.forward_only.network import ForwardOnly
from vggviz.models import graph
from vggviz.models.receptive_field import ReceptiveField, pair, receptive_fields

if TYPE_CHECKING:
    import keras

IMAGES = 2
"""Images whose maps are held in memory at a time where all cells are computed; 0.1 GB for VGG16."""
LAST = "channels_last"
"""Keras' own setting may be another."""
ACTIVATIONS = ("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU")
"""Layers that change each value by itself."""
Cells = tuple[range, range]
"""Rows and columns of a feature map."""


def inner_means(
    model: keras.Model, batch: np.ndarray, names: Iterable[str], *, rectified: bool = False
) -> dict[str, np.ndarray]:
    """Mean of every channel over the inner cells of layers with a known field, {layer: float32 (N, c)}.

    With `rectified`, of the positive part of what `passed_on` gives.

    A cell whose field lies inside the image depends on no other cells of the layer before than such ones.
    So in a chain of convolutions and pools the others are cut off after each layer, which for all of VGG16
    saves a third of the time.
    """
    network, names = graph.unfold(model), tuple(names)
    batch, key = check_batch(batch, network.inputs), ("inner", names, rectified)
    with graph.symbolic_calls:
        if key not in network.functions:
            network.functions[key] = _tensors_of_means(model, names, rectified)
    if tensors := network.functions[key]:
        return dict(zip(names, run(model, batch, tensors), strict=True))
    fields = receptive_fields(model)
    ends = {name: passed_on(network, name) if rectified else name for name in names}
    parts = []
    for start in range(0, len(batch), IMAGES):
        maps = feature_maps(model, batch[start : start + IMAGES], ends.values())
        if rectified:
            maps = {end: values.clip(0) for end, values in maps.items()}
        parts.append([_inner_mean(maps[end], fields[name], batch.shape[1:3]) for name, end in ends.items()])
    return {name: np.concatenate(means) for name, *means in zip(names, *parts, strict=True)}


def passed_on(network: graph.Network, name: str) -> str:
    """The step that gives what a layer passes on: the activation or batch normalization that follows it.

    Each is followed only if nothing else reads the step before. The layer itself if none follows.
    """
    while True:
        output = network.steps[name].output
        readers = [key for key, step in network.steps.items() if any(one is output for one in step.inputs)]
        if len(readers) != 1 or not network.steps[readers[0]].is_a("BatchNormalization", *ACTIVATIONS):
            return name
        (name,) = readers
        if network.steps[name].is_a(*ACTIVATIONS):
            return name


def _inner_mean(maps: np.ndarray, field: ReceptiveField, size: tuple[int, ...]) -> np.ndarray:
    """Mean over the inner cells of maps (N, h, w, c); if there are none, over those nearest the middle."""
    sides = zip(maps.shape[1:3], inner_cells(field, size), strict=True)
    rows, columns = (cells or range((side - 1) // 2, side // 2 + 1) for side, cells in sides)
    return maps[:, rows.start : rows.stop, columns.start : columns.stop].mean(axis=(1, 2))


def _tensors_of_means(model: keras.Model, names: tuple[str, ...], rectified: bool) -> tuple[Any, ...] | None:
    """Symbolic means over the inner cells of layers, from the input of the unfolded model.

    None if a layer up to the last of them is neither a convolution nor a pool, or reads another than the one
    before, or has no inner cells, or its padding depends on the size of what it reads; and without Keras.
    """
    if isinstance(model, ForwardOnly):
        return None
    keras, network = backend.keras(), graph.unfold(model)
    size, fields = network.inputs[0].shape[1:3], receptive_fields(model)
    before = tensor = network.inputs[0]
    start, means = (0, 0), {}
    for name, step in network.steps.items():
        if None in size or not _slides(step) or step.inputs[0] is not before:
            return None
        inner = inner_cells(fields[name], size)
        if not all(inner):
            return None
        tensor, start = _inner_output(step, tensor, start, inner)
        before = step.output
        if name in names:
            read = keras.ops.relu(tensor) if rectified else tensor
            means[name] = keras.layers.GlobalAveragePooling2D(data_format=LAST)(read)
        if len(means) == len(names):
            break
    return tuple(means[name] for name in names)


def _slides(step: graph.Step) -> bool:
    """Whether a layer slides a window whose padding does not depend on the size of what it reads."""
    if not (step.is_convolution or step.is_pool):
        return False
    return step.core.padding == "valid" or tuple(step.core.strides) == (1, 1)


def _inner_output(
    step: graph.Step, tensor: Any, start: tuple[int, int], inner: Cells
) -> tuple[Any, tuple[int, int]]:
    """The inner cells of a layer's output, from a tensor that holds the input's cells from `start` on.

    The second value is the first of them.
    """
    skipped = [-first % stride for first, stride in zip(start, step.core.strides, strict=True)]
    output = step.layer(_cropped(tensor, [(skip, 0) for skip in skipped]))
    sides = zip(start, skipped, step.core.strides, inner, output.shape[1:3], strict=True)
    ends = []
    for first, skip, stride, cells, length in sides:
        origin = (first + skip) // stride
        ends.append((cells.start - origin, origin + length - cells.stop))
    return _cropped(output, ends), (inner[0].start, inner[1].start)


def _cropped(tensor: Any, ends: list[tuple[int, int]]) -> Any:
    """A tensor (N, h, w, c) without some rows above and below, and columns left and right."""
    if not np.any(ends):
        return tensor
    return backend.keras().layers.Cropping2D(tuple(ends), data_format=LAST)(tensor)


def inner_cells(field: ReceptiveField, size: Iterable[int]) -> Cells:
    """Rows and columns of the cells whose field lies inside an image of a size; empty if there are none."""
    axes = zip(size, pair(field.size), pair(field.stride), pair(field.padding), strict=True)
    rows, columns = (
        range(-(-padding // stride), (length - reach + padding) // stride + 1)
        for length, reach, stride, padding in axes
    )
    return rows, columns
