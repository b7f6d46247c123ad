"""Table of a model's layers: output shapes, parameters, costs and receptive fields."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from vggviz.models.graph import Step, find_step, unfold
from vggviz.models.parts import is_logits, output_shapes, part
from vggviz.models.receptive_field import Pair, receptive_fields

if TYPE_CHECKING:
    import keras

COUNTED = (
    *("Dense", "Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose"),
    *("DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"),
)
"""Kinds of layers whose multiply-accumulate operations are counted, also in wrappers."""


@dataclass(frozen=True)
class LayerRow:
    """One row of a layer table.

    Attributes:
        name: the layer's name.
        kind: class of the Keras layer.
        shape: output shape without the batch axis: (h, w, c), or (n,) for a dense layer.
        parameters: number of weights and biases.
        macs: multiply-accumulate operations for one image; None if unknown.
        receptive_field: side in input pixels; None if unknown or the whole image.
        stride: effective stride in input pixels.
        padding: effective padding in input pixels.
    """

    name: str
    kind: str
    shape: tuple[int | None, ...]
    parameters: int
    macs: int | None
    receptive_field: Pair | None
    stride: Pair | None
    padding: Pair | None

    def cells(self) -> list[str]:
        """The row as text, one string for each column of the table as displayed."""
        counts = (self.parameters, _millions(self.macs), self.receptive_field, self.stride, self.padding)
        return [self.name, *map(_text, (self.shape, *counts))]


class LayerTable(tuple[LayerRow, ...]):
    """Rows of `layer_table`, displayed as a table in terminals and notebooks."""

    __slots__ = ()
    HEADINGS = ("layer", "output", "parameters", "MAC (millions)", "receptive field", "stride", "padding")

    def __str__(self) -> str:
        lines = [self.HEADINGS, *(row.cells() for row in self)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        left = "  ".join(f"{{:{'<' if i == 0 else '>'}{width}}}" for i, width in enumerate(widths))
        return "\n".join(left.format(*line).rstrip() for line in lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{heading}</th>' for heading in self.HEADINGS)
        rows = ""
        for first, *rest in (row.cells() for row in self):
            cells = "".join(f'<td style="text-align: right">{escape(cell)}</td>' for cell in rest)
            rows += f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
        return f'<table class="layer-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def layer_table(model: keras.Model) -> LayerTable:
    """Output shape, parameters, multiply-accumulate operations and receptive field of each layer.

    Args:
        model: any Keras model.

    Returns:
        A tuple of LayerRow, displayed as a table; of the layers without parameters only pools are listed.

    Raises:
        ValueError: the model has no two-dimensional convolution, or one with channels first.
    """
    seen = receptive_fields(model)
    rows = []
    for name, step in unfold(model).steps.items():
        parameters = step.layer.count_params() if hasattr(step.layer, "count_params") else 0
        if parameters or step.is_pool:
            shape = tuple(step.output.shape[1:])
            field = seen.get(name)
            view = (field.size, field.stride, field.padding) if field else (None, None, None)
            macs = 0 if step.is_pool else _macs(step, shape[:-1])
            rows.append(LayerRow(name, step.kind, shape, parameters, macs, *view))
    return LayerTable(rows)


def _macs(step: Step, sides: tuple[Any, ...]) -> int | None:
    """Multiply-accumulate operations of a layer whose output has some sides, () if it is dense.

    Each kernel weight is used once for each output cell, or input cell if transposed. None if a side is
    unknown, or for other layers than `COUNTED`.
    """
    if None in sides or not step.is_a(*COUNTED):
        return None
    if step.is_a("Conv2DTranspose") and len(sides) > 1:
        of_one_cell = step.core.compute_output_shape((1, 1, 1, 1))[1:3]  # each further one adds a stride
        along = zip(sides[-2:], of_one_cell, step.core.strides, strict=True)
        sides = (*sides[:-2], *(1 + (side - first) // stride for side, first, stride in along))
    return math.prod(sides) * sum(map(math.prod, step.kernel_shapes))


def _millions(count: int | None) -> str | None:
    """A count in millions with one decimal; what would be rounded to 0.0 is "< 0.1"."""
    if not count:
        return None if count is None else "0"
    return f"{count / 1e6:,.1f}" if count >= 50_000 else "< 0.1"


def _text(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, tuple):
        return " x ".join("?" if side is None else f"{side:,}" for side in value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def forward_macs(model: keras.Model, layers: Iterable[str], size: tuple[int, int]) -> int:
    """Multiply-accumulates, of `COUNTED`, to compute layers or "logits" for one image of height and width."""
    network = unfold(model)
    ends = [network.outputs[0] if is_logits(n, network) else find_step(model, n).output for n in layers]
    counted = {name: step for name, step in network.steps_to(ends).items() if _macs(step, (1,))}
    shapes = {name: step.output.shape[1:] for name, step in counted.items()}
    any_size = tuple(network.inputs[0].shape[1:3]) != tuple(size)
    if counted and (any_size or any(None in shape for shape in shapes.values())):
        shapes = output_shapes(part(model, counted, any_size=any_size), size)
    return sum(_macs(step, shapes[name][:-1]) or 0 for name, step in counted.items())


def counted(count: int, what: str) -> str:
    """A number of things in words: "1 step", "2,000 steps"."""
    return f"{count:,} {what}{'s' * (count != 1)}"


def format_macs(macs: float) -> str:
    """A number of multiply-accumulate operations as text, in MAC, MMAC, GMAC or TMAC."""
    for unit, size in (("TMAC", 1e12), ("GMAC", 1e9), ("MMAC", 1e6)):
        if macs >= 0.9995 * size:  # what would be rounded to 1,000 of the unit below
            return f"{macs / size:.3g} {unit}"
    return f"{macs:,} MAC"
