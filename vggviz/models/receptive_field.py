"""Receptive fields: the input pixels that a cell of a feature map depends on.

Size, effective stride and effective padding follow Araujo, Norris and Sim, "Computing Receptive Fields of
Convolutional Neural Networks", Distill 2019: the sum of equation 2 for the size, evaluated term by term
from the input on, and the corresponding sum for the padding; extended to dilated convolutions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from vggviz._shared import backend
from vggviz.models import graph

if TYPE_CHECKING:
    import keras

Pair = int | tuple[int, int]

POINTWISE = (
    *("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "BatchNormalization", "Rescaling"),
    *("Normalization", "Dropout", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "AlphaDropout"),
    *("ActivityRegularization", "Identity", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"),
    "Concatenate",
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
        y, x = (-axis.padding + i * axis.stride + (axis.size - 1) / 2 for axis in self._axes())
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
        height, width = pair(image_size)
        row, column = int(row), int(column)
        vertical, horizontal = self._axes()
        top, bottom = vertical.span(row, height)
        left, right = horizontal.span(column, width)
        if min(row, column) < 0 or top >= bottom or left >= right:
            raise ValueError(
                f"The cell ({row}, {column}) depends on no pixel of an image of {height} x {width}."
            )
        return top, left, bottom, right

    def _axes(self) -> Axes:
        return tuple(map(_Axis, pair(self.size), pair(self.stride), pair(self.padding)))


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
    fields: dict[int, Axes] = {id(tensor): (_Axis(1, 1, 0), _Axis(1, 1, 0)) for tensor in network.inputs}
    found: dict[str, ReceptiveField] = {}
    for name, step in network.steps.items():
        seen = [fields[id(tensor)] for tensor in step.inputs if id(tensor) in fields]
        if seen and len(seen) == len(step.inputs) and (axes := _step_axes(step, seen)):
            fields[id(step.output)] = axes
            found[name] = ReceptiveField(*(v if v == h else (v, h) for v, h in zip(*axes, strict=True)))
    return found


class _Axis(NamedTuple):
    """A receptive field along one axis; attributes as in ReceptiveField."""

    size: int
    stride: int
    padding: int

    def span(self, i: int, length: int) -> tuple[int, int]:
        start = i * self.stride - self.padding
        return max(start, 0), min(start + self.size, length)

    def window(self, reach: int, stride: int, before: int) -> _Axis:
        """The field after a sliding window of `reach` cells, with `before` cells of padding at the start."""
        size = self.size + (reach - 1) * self.stride
        return _Axis(size, self.stride * stride, self.padding + before * self.stride)


Axes = tuple[_Axis, ...]
"""The vertical and the horizontal axis."""


def _step_axes(step: graph.Step, seen: list[Axes]) -> Axes | None:
    """Both axes of a step's output, from those of its inputs; None if they are unknown."""
    if step.is_convolution or step.is_pool:
        return tuple(_window_axis(step, axis, seen[0][axis]) for axis in (0, 1))
    if isinstance(step.core, backend.keras().layers.ZeroPadding2D):
        return tuple(
            axis.window(1, 1, before) for axis, (before, _) in zip(seen[0], step.core.padding, strict=True)
        )
    if _is_pointwise(step) and len({(v.stride, h.stride) for v, h in seen}) == 1:
        return tuple(map(_union, zip(*seen, strict=True)))
    return None


def _is_pointwise(step: graph.Step) -> bool:
    """Whether a layer, or a function such as keras.ops.add, works at each position separately."""
    keras = backend.keras()
    if not isinstance(step.core, keras.Layer):
        return step.kind in (*POINTWISE, "Relu", "Relu6")
    return isinstance(step.core, tuple(getattr(keras.layers, kind) for kind in POINTWISE))


def _window_axis(step: graph.Step, axis: int, before: _Axis) -> _Axis:
    layer = step.core
    size = getattr(layer, "kernel_size", None) or layer.pool_size
    reach = (size[axis] - 1) * getattr(layer, "dilation_rate", (1, 1))[axis] + 1
    stride = layer.strides[axis]
    padding = same_padding(step.inputs[0].shape[1 + axis], reach, stride) if layer.padding == "same" else 0
    return before.window(reach, stride, padding)


def same_padding(length: int | None, reach: int, stride: int) -> int:
    """Number of cells that TensorFlow's "same" padding adds at the start of an axis of `length` cells.

    A window spans `reach` cells, with dilation. If the model accepts any size, the length is None, and taken
    for a multiple of the stride.
    """
    length = stride * reach if length is None else length
    needed = (math.ceil(length / stride) - 1) * stride + reach - length
    return max(needed, 0) // 2


def _union(axes: tuple[_Axis, ...]) -> _Axis:
    start = min(-axis.padding for axis in axes)
    end = max(axis.size - axis.padding for axis in axes)
    return _Axis(end - start, axes[0].stride, -start)


def pair(value: Any) -> tuple[int, int]:
    """A `Pair` as a tuple (vertical, horizontal)."""
    return (value, value) if isinstance(value, int) else (int(value[0]), int(value[1]))
