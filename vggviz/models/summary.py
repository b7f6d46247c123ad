"""What each layer of a model gives, holds, costs and sees, in one table."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from html import escape
from typing import TYPE_CHECKING

from vggviz.models import graph
from vggviz.models.receptive_field import Pair, receptive_fields

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class LayerRow:
    """One layer.

    Attributes:
        name: the layer's name.
        kind: its class in Keras.
        shape: of its output, without the batch: (h, w, c), or (n,) for a dense layer.
        parameters: weights and biases.
        macs: multiplications with addition for one picture.
        receptive_field: side in input pixels, None where the layer sees everything.
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
        """The row as text, one entry a column."""
        return [_text(getattr(self, column.name)) for column in fields(self)]


class LayerTable(tuple[LayerRow, ...]):
    """Rows of `layer_table`; shows itself as a table, in a terminal and in a notebook."""

    __slots__ = ()
    HEADINGS = (
        "layer",
        "kind",
        "output",
        "parameters",
        "MAC",
        "receptive field",
        "stride",
        "padding",
    )

    def __str__(self) -> str:
        lines = [list(self.HEADINGS), *(row.cells() for row in self)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join(
                cell.ljust(width) if i < 2 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{heading}</th>' for heading in self.HEADINGS)
        body = "".join(
            f'<tr><th scope="row">{escape(first)}</th>'
            + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
            + "</tr>"
            for first, *rest in (row.cells() for row in self)
        )
        return f'<table class="layer-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def layer_table(model: keras.Model) -> LayerTable:
    """Output shape, parameters, multiplications and receptive field of each layer.

    Layers without parameters are listed only if they pool.

    Raises:
        ValueError: the model has no two-dimensional convolution, or one with channels first.
    """
    seen = receptive_fields(model)
    rows = []
    for name, step in graph.unfold(model).steps.items():
        parameters = step.layer.count_params() if hasattr(step.layer, "count_params") else 0
        if parameters or step.kind in graph.POOLS:
            shape = tuple(step.output.shape[1:])
            field = seen.get(name)
            view = (field.size, field.stride, field.padding) if field else (None, None, None)
            rows.append(LayerRow(name, step.kind, shape, parameters, _macs(step, shape), *view))
    return LayerTable(rows)


def _macs(step: graph.Step, shape: tuple[int | None, ...]) -> int | None:
    """Multiply-accumulate operations of one picture; None where the size is open or not counted."""
    if step.kind in graph.POOLS:
        return 0
    if None in shape or step.kind not in (*graph.CONVOLUTIONS, "Dense"):
        return None
    weights = [weight.shape for weight in step.layer.trainable_weights if len(weight.shape) > 1]
    # each weight of a kernel is used once at each place of the output
    places = math.prod(int(side or 0) for side in shape[:-1])
    return places * sum(math.prod(weight) for weight in weights)


def _text(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, tuple):
        return " x ".join("?" if side is None else f"{side:,}" for side in value)
    return f"{value:,}" if isinstance(value, int) else str(value)
