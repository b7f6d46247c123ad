"""Receptive fields: the input pixels that a cell of a feature map depends on.

Size, effective stride and effective padding follow Araujo, Norris and Sim, "Computing Receptive Fields of
Convolutional Neural Networks", Distill 2019: the sum of equation 2 for the size, evaluated term by term
from the input on, and the corresponding sum for the padding; extended to dilated convolutions.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz.models import graph

if TYPE_CHECKING:
    import keras

Pair = int | tuple[int, int]

POINTWISE = (
    *("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "BatchNormalization", "Rescaling"),
    *("Normalization", "Dropout", "GaussianNoise", "GaussianDropout", "AlphaDropout", "Concatenate"),
    *("ActivityRegularization", "Identity", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"),
)
"""Layers whose output cells depend only on the input cell at the same place. After a layer that is neither
pointwise nor a sliding window the receptive field is unknown or the whole image, and none is returned."""


@dataclass(frozen=True)
class ReceptiveField:
    """The square of input pixels that one cell of a feature map depends on.

    Attributes:
        size: side in input pixels.
        stride: effective stride: input pixels from one cell to the next.
        padding: effective padding: input pixels by which the first cell's square extends beyond the
            image's edge.

    Each is a pair (vertical, horizontal) if the two differ.
    """

    size: Pair
    stride: Pair
    padding: Pair

    def centre(self, i: int) -> float | tuple[float, float]:
        """Centre of cell `i` along an axis, in input pixels: -padding + i stride + (size - 1) / 2.

        A pair (vertical, horizontal) if the two differ.
        """
        size, stride, padding = self._sides()
        y, x = (-padding + i * stride + (size - 1) / 2).tolist()
        return y if y == x else (y, x)

    def box(self, row: int, column: int, image_size: Pair) -> tuple[int, int, int, int]:
        """Input pixels that the cell (row, column) depends on, clipped to the image.

        Args:
            row: row of the cell in the feature map, from 0.
            column: column of the cell, from 0.
            image_size: side of the image in pixels, or (height, width).

        Returns:
            (top, left, bottom, right), half-open, as in ``image[top:bottom, left:right]``.

        Raises:
            ValueError: no such cell, or its receptive field lies outside the image.
        """
        cell, image = np.array([int(row), int(column)]), np.array(pair(image_size))
        size, stride, padding = self._sides()
        start = cell * stride - padding
        first, end = np.maximum(start, 0), np.minimum(start + size, image)
        if (cell < 0).any() or (first >= end).any():
            raise ValueError(
                f"The cell ({cell[0]}, {cell[1]}) depends on no pixel of an image of {image[0]} x {image[1]}."
            )
        top, left, bottom, right = map(int, (*first, *end))
        return top, left, bottom, right

    def _sides(self) -> np.ndarray:
        """Size, stride and padding as rows, vertical and horizontal as columns."""
        return np.array([pair(self.size), pair(self.stride), pair(self.padding)])


def receptive_fields(model: keras.Model) -> dict[str, ReceptiveField]:
    """Receptive field of each layer's cells, in pixels of the model's input.

    Args:
        model: any Keras model.

    Returns:
        ``{layer: ReceptiveField}``. Dense layers, which depend on the whole image, and layers after one
        whose receptive field is unknown have no entry.

    Raises:
        ValueError: the model has no two-dimensional convolution, or one with channels first.
    """
    graph.conv_layers(model)
    network = graph.unfold(model)
    fields = {id(tensor): np.array([(1, 1), (1, 1), (0, 0)]) for tensor in network.inputs}
    found: dict[str, ReceptiveField] = {}
    for name, step in network.steps.items():
        seen = [fields[id(tensor)] for tensor in step.inputs if id(tensor) in fields]
        window = _window(step) if seen and len(seen) == len(step.inputs) else None
        if window and (field := _field_after(window, np.stack(seen, axis=1))) is not None:
            fields[id(step.output)] = field
            found[name] = ReceptiveField(*(v if v == h else (v, h) for v, h in field.tolist()))
    return found


def _field_after(window: tuple[Any, Any, Any], seen: np.ndarray) -> np.ndarray | None:
    """Size, stride and padding (3, 2) after a window, from those of its inputs (3, N, 2); None if unknown."""
    size, stride, padding = seen
    if (stride != stride[0]).any():
        return None
    reach, step_stride, before = map(np.array, window)
    first = padding.max(axis=0)
    union = first + (size - padding).max(axis=0)
    return np.stack([union + (reach - 1) * stride[0], stride[0] * step_stride, first + before * stride[0]])


def _window(step: graph.Step) -> tuple[Any, Any, Any] | None:
    """Cells that a step's windows span, their stride, and the padding before the first; None if unknown."""
    layer = step.core
    if not (step.is_keras_own and _has_local_activation(step)):  # it may pad, for instance
        return None
    if _is_pointwise(step):
        return 1, 1, 0
    if step.is_a("ZeroPadding2D"):
        return 1, 1, [before for before, _ in layer.padding]
    if not (step.is_convolution or step.is_pool):
        return None
    size = np.array(getattr(layer, "kernel_size", None) or layer.pool_size)
    reach = (size - 1) * getattr(layer, "dilation_rate", 1) + 1
    if layer.padding != "same":
        return reach, layer.strides, 0
    sides = zip(step.inputs[0].shape[1:3], reach, layer.strides, strict=True)
    return reach, layer.strides, [same_padding(*side) for side in sides]


def _has_local_activation(step: graph.Step) -> bool:
    """Whether the activation function changes each cell by itself, as functions of Keras' own do."""
    activation = getattr(step.core, "activation", None)
    if activation is None or (inspect.isfunction(activation) and activation.__module__.startswith("keras.")):
        return True
    values = np.zeros((2, 4, 4, step.output.shape[-1]), np.float32)
    values[1, 0, 0] = 1
    try:
        before, after = np.asarray(activation(values))
    except Exception:  # a function for maps of one size can raise anything
        return False
    changed = (before != after).any(axis=-1)
    changed[0, 0] = False
    return not changed.any()


def _is_pointwise(step: graph.Step) -> bool:
    """Whether a layer, or a function such as keras.ops.add, works at each position separately.

    A softmax may run over the positions; a layer of several inputs may repeat one at all positions.
    """
    known = step.kind in (*POINTWISE, "Relu", "Relu6") if step.is_operation else step.is_a(*POINTWISE)
    is_softmax = step.kind == "Softmax" if step.is_operation else step.is_a("Softmax")
    same = all(tensor.shape[1:3] == step.output.shape[1:3] for tensor in step.inputs)
    return known and same and not (is_softmax and step.core.axis not in (-1, 3))


def same_padding(length: int | None, reach: int, stride: int) -> int:
    """Number of cells that TensorFlow's "same" padding adds at the start of an axis of `length` cells.

    A window spans `reach` cells, with dilation. If the model accepts any size, the length is None, and taken
    for a multiple of the stride.
    """
    left = stride if length is None else (length - 1) % stride + 1  # cells from the last window's first on
    return max(reach - left, 0) // 2


def pair(value: Any) -> tuple[int, int]:
    """A `Pair` as a tuple (vertical, horizontal)."""
    return (value, value) if isinstance(value, int) else (int(value[0]), int(value[1]))
