"""What is to be explained, or maximised: functions of a model's activations to one number an image."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vggviz._shared import backend, validation
from vggviz.models.graph import LOGITS

__all__ = ["Objective", "channel", "class_logit", "neuron"]


@dataclass(frozen=True)
class Objective:
    """One number for each image, as a function of some layers' activations.

    Objectives add, subtract, and are multiplied by numbers:
    ``channel("block4_conv1", 3) - 0.5 * channel("block4_conv1", 7)``.

    Attributes:
        layers: names of the layers it reads; "logits" is the model's output before its softmax.
        value: from ``{layer: tensor (N, ...)}`` to a tensor (N,), by operations of Keras or TensorFlow.
        label: what it is, for figures.
    """

    layers: tuple[str, ...]
    value: Callable[[Mapping[str, Any]], Any]
    label: str

    def __add__(self, other: Objective) -> Objective:
        """The sum of both."""
        return self._with(other, 1, f"{self.label} + {other.label}")

    def __sub__(self, other: Objective) -> Objective:
        """The difference of both."""
        return self._with(other, -1, f"{self.label} - ({other.label})")

    def __mul__(self, factor: float) -> Objective:
        """The same, weighted."""
        return Objective(self.layers, _Weighted(self.value, factor), f"{factor:g} x ({self.label})")

    __rmul__ = __mul__

    def __neg__(self) -> Objective:
        """What is large where this one is small."""
        return -1 * self

    def _with(self, other: Objective, sign: int, label: str) -> Objective:
        layers = tuple(dict.fromkeys(self.layers + other.layers))
        return Objective(layers, _Sum(self.value, _Weighted(other.value, sign)), label)

    @property
    def is_lasting(self) -> bool:
        """Whether equal ones compute the same at any time: those do that are made of this module's parts."""
        return _is_lasting(self.value)


def channel(layer: str, index: int) -> Objective:
    """Mean activation of a channel over all cells of its map; of a dense layer, its unit.

    Args:
        layer: the layer's name.
        index: the channel's index, from 0.

    Raises:
        ValueError: a number below 0; used with a model, one outside the layer's channels.
    """
    _check_layer(layer)
    validation.whole("channel", index)
    return Objective((layer,), _Mean(layer, index), f"channel {index} of {layer}")


def neuron(layer: str, index: int, row: int | None = None, column: int | None = None) -> Objective:
    """Activation of one cell of a channel's map.

    Args:
        layer: the layer's name.
        index: the channel's index, from 0.
        row: the cell's row; None is the middle one, of an even number the lower of the two.
        column: the cell's column; None is the middle one, of an even number the right of the two.

    Raises:
        ValueError: a number below 0; used with a model, a cell or channel that is not there.
    """
    _check_layer(layer)
    validation.whole("channel", index)
    for what, given in (("row", row), ("column", column)):
        if given is not None:
            validation.whole(what, given)
    place = "in the middle" if row is None and column is None else f"at ({_or(row)}, {_or(column)})"
    return Objective((layer,), _Cell(layer, index, row, column), f"channel {index} of {layer} {place}")


def class_logit(index: int) -> Objective:
    """What the network says for a class before the softmax, which would mix in all other classes.

    Args:
        index: the class's index, from 0.

    Raises:
        ValueError: a number below 0; used with a model, one outside its classes.
    """
    validation.whole("class", index)
    return Objective((LOGITS,), _Logit(index), f"logit of class {index}")


def check_objective(objective: Objective) -> Objective:
    """The objective; TypeError if it is none."""
    return validation.instance("An objective, made by channel, neuron or class_logit,", objective, Objective)


def _check_layer(layer: str) -> None:
    validation.instance("A layer's name", layer, str)


def _or(place: int | None) -> str:
    return "middle" if place is None else str(place)


# The values of objectives, as things that can be compared -------------------------------------


@dataclass(frozen=True)
class _Mean:
    layer: str
    index: int

    def __call__(self, maps: Mapping[str, Any]) -> Any:
        cells = _channel(maps, self.layer, self.index)
        return backend.keras().ops.mean(cells, axis=tuple(range(1, len(cells.shape))))


@dataclass(frozen=True)
class _Cell:
    layer: str
    index: int
    row: int | None
    column: int | None

    def __call__(self, maps: Mapping[str, Any]) -> Any:
        layer, cells = self.layer, _channel(maps, self.layer, self.index)
        if len(cells.shape) != 3:
            raise ValueError(
                f"The layer {layer!r} has no rows and columns; use channel({layer!r}, {self.index})."
            )
        height, width = cells.shape[1:]
        y = height // 2 if self.row is None else self.row
        x = width // 2 if self.column is None else self.column
        if not (y < height and x < width):
            raise ValueError(f"The maps of {layer!r} have {height} x {width} cells; got cell ({y}, {x}).")
        return cells[:, y, x]


@dataclass(frozen=True)
class _Logit:
    index: int

    def __call__(self, maps: Mapping[str, Any]) -> Any:
        logits = maps[LOGITS]
        if len(logits.shape) != 2:
            raise ValueError(
                f"The model gives an output of shape {tuple(logits.shape[1:])}, no classes; "
                "take a model with its top, or a channel as objective."
            )
        if self.index >= logits.shape[1]:
            raise ValueError(f"The model's classes are 0 to {logits.shape[1] - 1}; got class {self.index}.")
        return logits[:, self.index]


@dataclass(frozen=True)
class _Weighted:
    value: Callable[[Mapping[str, Any]], Any]
    factor: float

    def __call__(self, maps: Mapping[str, Any]) -> Any:
        return self.factor * self.value(maps)


@dataclass(frozen=True)
class _Sum:
    one: Callable[[Mapping[str, Any]], Any]
    other: Callable[[Mapping[str, Any]], Any]

    def __call__(self, maps: Mapping[str, Any]) -> Any:
        return self.one(maps) + self.other(maps)


def _is_lasting(value: Callable[[Mapping[str, Any]], Any]) -> bool:
    if isinstance(value, _Sum):
        return _is_lasting(value.one) and _is_lasting(value.other)
    if isinstance(value, _Weighted):
        return _is_lasting(value.value)
    return isinstance(value, _Mean | _Cell | _Logit)


def _channel(maps: Mapping[str, Any], layer: str, index: int) -> Any:
    """One channel's part of a layer's tensor."""
    count = maps[layer].shape[-1]
    if index >= count:
        raise ValueError(f"The channels of {layer!r} are 0 to {count - 1}; got channel {index}.")
    return maps[layer][..., index]
