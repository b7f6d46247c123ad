"""What gradient ascent will cost, said before it starts: arithmetic over the layers, nothing is run."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vggviz.models.graph import CONVOLUTIONS, LOGITS, Step, find_step, unfold
from vggviz.models.receptive_field import receptive_fields

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Cost:
    """Multiplications of a drawing; `str` says it in a line.

    Attributes:
        pictures: how many.
        size: their height and width in pixels.
        steps: of gradient ascent.
        macs: multiplications with addition, of one picture once through the network.
    """

    pictures: int
    size: tuple[int, int]
    steps: int
    macs: int

    @property
    def total(self) -> int:
        """All multiplications with addition; the way back to the pixels takes as many as the way up."""
        return 2 * self.macs * self.pictures * (self.steps + 1)

    def __str__(self) -> str:
        pictures = f"{self.pictures} picture{'' if self.pictures == 1 else 's'}"
        return (
            f"{pictures} of {self.size[0]} x {self.size[1]} pixels, {self.steps} steps: "
            f"about 2 x {amount(self.macs)} a picture and step, {amount(self.total)} in all."
        )


def forward_macs(model: keras.Model, layers: Iterable[str], size: tuple[int, int]) -> int:
    """Multiplications of one picture on its way to some layers, in convolutions and dense layers.

    Args:
        model: any Keras model.
        layers: names of the layers, "logits" for the output before its softmax.
        size: the picture's height and width in pixels.
    """
    fields = receptive_fields(model)
    macs = 0
    for name, step in _on_the_way(model, layers).items():
        if step.kind in (*CONVOLUTIONS, "Dense"):
            strides = fields[name].stride if name in fields else size  # a dense layer runs once
            vertical, horizontal = strides if isinstance(strides, tuple) else (strides, strides)
            places = math.ceil(size[0] / vertical) * math.ceil(size[1] / horizontal)
            kernels = [weight.shape for weight in step.layer.weights if len(weight.shape) > 1]
            macs += places * sum(math.prod(kernel) for kernel in kernels)
    return macs


def _on_the_way(model: keras.Model, layers: Iterable[str]) -> dict[str, Step]:
    """The steps that some layers depend on, themselves among them."""
    network = unfold(model)
    wanted = {id(network.outputs[0] if name == LOGITS else find_step(model, name).output) for name in layers}
    found = {}
    for name, step in reversed(network.steps.items()):
        if id(step.output) in wanted:
            found[name] = step
            wanted |= set(map(id, step.inputs))
    return found


def amount(macs: float) -> str:
    """Multiplications with addition, in the unit that suits them."""
    for unit, size in (("TMAC", 1e12), ("GMAC", 1e9), ("MMAC", 1e6)):
        if macs >= size:
            return f"{macs / size:.3g} {unit}"
    return f"{macs:,} MAC"
