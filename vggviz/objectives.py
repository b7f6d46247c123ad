"""Objectives to be explained or maximised: scalar functions of a model's activations."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vggviz._shared import backend, validation
from vggviz.models.graph import LOGITS
from vggviz.models.provenance import provenance

if TYPE_CHECKING:
    import keras

__all__ = ["Objective", "channel", "class_logit", "neuron"]


@dataclass(frozen=True)
class Objective:
    """A scalar function of some layers' activations, one value for each image.

    Objectives can be added, subtracted and multiplied by numbers:
    ``channel("block4_conv1", 3) - 0.5 * channel("block4_conv1", 7)``.

    Attributes:
        layers: names of the layers it reads; "logits" for the model's output before its softmax.
        value: function from ``{layer: tensor (N, ...)}`` to a tensor (N,), of Keras or TensorFlow operations.
        label: description for figures.
    """

    layers: tuple[str, ...]
    value: Callable[[Mapping[str, Any]], Any]
    label: str

    def __add__(self, other: Objective) -> Objective:
        """Sum of two objectives."""
        return self._with(other, 1, f"{self.label} + {check_objective(other).label}")

    def __sub__(self, other: Objective) -> Objective:
        """Difference of two objectives."""
        return self._with(other, -1, f"{self.label} - ({check_objective(other).label})")

    def __mul__(self, factor: float) -> Objective:
        """The objective times a number."""
        factor = validation.real("factor of an objective", factor)
        return Objective(self.layers, _Weighted(self.value, factor), f"{factor:g} x ({self.label})")

    __rmul__ = __mul__

    def __neg__(self) -> Objective:
        """The negated objective."""
        return -1 * self

    def _with(self, other: Objective, sign: int, label: str) -> Objective:
        layers = tuple(dict.fromkeys(self.layers + other.layers))
        return Objective(layers, _Sum(self.value, _Weighted(other.value, sign)), label)

    @property
    def is_cacheable(self) -> bool:
        """Whether a compiled gradient may be cached for this objective.

        False for user-defined functions, which may read mutable state.
        """
        return _is_cacheable(self.value)


def channel(layer: str, index: int) -> Objective:
    """Mean activation of a channel over all cells of its map, or a unit of a dense layer.

    Args:
        layer: the layer's name.
        index: the channel's index, from 0.

    Returns:
        An Objective.

    Raises:
        ValueError: a negative index; when used with a model, one outside the layer's channels.
    """
    _check_layer(layer)
    validation.whole("channel", index)
    return Objective((layer,), _Mean(layer, index), f"channel {index} of {layer}")


def neuron(layer: str, index: int, row: int | None = None, column: int | None = None) -> Objective:
    """Activation of one cell of a channel's map.

    Args:
        layer: the layer's name.
        index: the channel's index, from 0.
        row: the cell's row; None for the middle one, height // 2.
        column: the cell's column; None for the middle one, width // 2.

    Returns:
        An Objective.

    Raises:
        ValueError: a negative index; when used with a model, a cell or channel outside its maps.
    """
    _check_layer(layer)
    validation.whole("channel", index)
    for what, given in (("row", row), ("column", column)):
        if given is not None:
            validation.whole(what, given)
    place = (
        "in the middle"
        if row is None and column is None
        else f"at ({_position_label(row)}, {_position_label(column)})"
    )
    return Objective((layer,), _Cell(layer, index, row, column), f"channel {index} of {layer} {place}")


def class_logit(index: int) -> Objective:
    """Logit of a class: the output before the softmax, which would depend on all other classes as well.

    Args:
        index: the class's index, from 0.

    Returns:
        An Objective.

    Raises:
        ValueError: a negative index; when used with a model, one outside its classes.
    """
    validation.whole("class", index)
    return Objective((LOGITS,), _Logit(index), f"logit of class {index}")


def check_objective(objective: Objective) -> Objective:
    """The objective; TypeError if it is something else."""
    return validation.instance("An objective, made by channel, neuron or class_logit,", objective, Objective)


def label_for(objective: Objective, model: keras.Model) -> str:
    """The objective's label, with the names of classes where the model's provenance knows them."""
    labels = provenance(model).labels

    def named(match: re.Match[str]) -> str:
        index = int(match[1])
        return f"logit of {labels[index]}" if index < len(labels) else match[0]

    return re.sub(r"logit of class (\d+)", named, objective.label)


def as_channels(objectives: Sequence[Objective]) -> tuple[str, list[int]] | None:
    """Layer and channels if all objectives are made by `channel` and read the same layer; else None."""
    values = [objective.value for objective in objectives]
    means = [value for value in values if isinstance(value, _Mean)]
    layers = {value.layer for value in means}
    if len(means) < len(values) or len(layers) != 1:
        return None
    return layers.pop(), [value.index for value in means]


def as_class(objective: Objective) -> int | None:
    """Index of the class if the objective is made by `class_logit`; else None."""
    return objective.value.index if isinstance(objective.value, _Logit) else None


def mean_of_each(maps: Mapping[str, Any], layer: str, indices: Sequence[int]) -> Any:
    """Values of `channel(layer, index)` for one index per image, in a few operations for all of them.

    Args:
        maps: {layer: tensor (N, ..., C)}.
        layer: the layer's name.
        indices: a channel for each of the N images.

    Returns:
        A tensor (N,).

    Raises:
        ValueError: a channel outside the layer's.
    """
    values = maps[layer]
    _check_channel(maps, layer, max(indices))
    means = backend.keras().ops.mean(values, axis=tuple(range(1, len(values.shape) - 1)))
    return backend.tensorflow().gather(means, list(indices), batch_dims=1)


def _check_layer(layer: str) -> None:
    validation.instance("A layer's name", layer, str)


def _position_label(position: int | None) -> str:
    return "middle" if position is None else str(position)


# Values of objectives, as dataclasses so that equal ones compare equal -------------------------


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
                "use a model with a classifier, or a channel as objective."
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


def _is_cacheable(value: Callable[[Mapping[str, Any]], Any]) -> bool:
    if isinstance(value, _Sum):
        return _is_cacheable(value.one) and _is_cacheable(value.other)
    if isinstance(value, _Weighted):
        return _is_cacheable(value.value)
    return isinstance(value, _Mean | _Cell | _Logit)


def _channel(maps: Mapping[str, Any], layer: str, index: int) -> Any:
    """One channel of a layer's tensor; ValueError if there is no such channel."""
    _check_channel(maps, layer, index)
    return maps[layer][..., index]


def _check_channel(maps: Mapping[str, Any], layer: str, index: int) -> None:
    count = maps[layer].shape[-1]
    if index >= count:
        raise ValueError(f"The channels of {layer!r} are 0 to {count - 1}; got channel {index}.")
