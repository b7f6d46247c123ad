"""The arithmetic that computes one cell of a feature map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import validation
from vggviz.activations.forward import run, ungrouped_step
from vggviz.models.receptive_field import same_padding

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Cell:
    """The computation of one cell of a feature map.

    Attributes:
        layer: the convolution's name.
        channel: index of the channel.
        row: row of the cell.
        column: column of the cell.
        patch: float32 (kh, kw, C), the inputs under the kernel, zero outside the border.
        kernel: float32 (kh, kw, C), the channel's kernel.
        products: float32 (kh, kw, C), patch times kernel, elementwise.
        bias: the channel's bias.
        total: sum of the products plus bias.
        value: the cell's value: the layer's activation function of `total`.
    """

    layer: str
    channel: int
    row: int
    column: int
    patch: np.ndarray
    kernel: np.ndarray
    products: np.ndarray
    bias: float
    total: float
    value: float

    @property
    def by_channel(self) -> np.ndarray:
        """The products summed over each input channel, float32 (C,)."""
        return self.products.sum(axis=(0, 1))


def explain_cell(
    model: keras.Model, batch: np.ndarray, layer: str, channel: int, row: int, column: int
) -> Cell:
    """Compute one cell of a feature map step by step: patch, kernel, products, sum, activation.

    Args:
        model: any Keras model.
        batch: float (1, H, W, C), one image, the model's input.
        layer: a convolution's name.
        channel: index of the channel, from 0.
        row: row of the cell, from 0.
        column: column of the cell, from 0.

    Returns:
        A Cell.

    Raises:
        ValueError: unknown layer, one that is not an ungrouped Conv2D, a channel or cell outside its map,
            or more than one image.
    """
    step = ungrouped_step(model, layer)
    inputs, maps = run(model, batch, (step.inputs[0], step.output))
    if len(maps) != 1:
        raise ValueError(f"A cell is explained for one image; got a batch of {len(maps)}.")
    row, column, channel = (
        validation.whole(f"{what} in {layer!r}", index, 0, count - 1)
        for what, index, count in zip(
            ("row", "column", "channel"), (row, column, channel), maps.shape[1:], strict=True
        )
    )
    patch = _patch(step.core, inputs[0], row, column)
    kernel = np.asarray(step.core.kernel, np.float32)[..., channel]
    bias = 0.0 if step.core.bias is None else float(step.core.bias[channel])
    products = patch * kernel
    total = float(products.sum(dtype=np.float64)) + bias
    value = float(maps[0, row, column, channel])
    return Cell(layer, channel, row, column, patch, kernel, products, bias, total, value)


def _patch(layer: Any, inputs: np.ndarray, row: int, column: int) -> np.ndarray:
    """The (kh, kw, C) inputs under the kernel for one output cell, zero outside the border."""
    rows, columns = (
        _input_positions(layer, axis, cell, inputs.shape[axis]) for axis, cell in enumerate((row, column))
    )
    inside = ((rows >= 0) & (rows < inputs.shape[0]))[:, None] & (
        (columns >= 0) & (columns < inputs.shape[1])
    )
    values = inputs[rows.clip(0, inputs.shape[0] - 1)][:, columns.clip(0, inputs.shape[1] - 1)]
    return np.where(inside[..., None], values, np.float32(0))


def _input_positions(layer: Any, axis: int, cell: int, length: int) -> np.ndarray:
    """Input rows (or columns) under the kernel for one output row (or column)."""
    size, stride, dilation = layer.kernel_size[axis], layer.strides[axis], layer.dilation_rate[axis]
    reach = (size - 1) * dilation + 1
    start = cell * stride - (same_padding(length, reach, stride) if layer.padding == "same" else 0)
    return start + dilation * np.arange(size)
