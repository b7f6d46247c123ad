"""One forward pass, and what every layer of the model made of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend, validation
from vggviz.models import graph

if TYPE_CHECKING:
    import keras

PIXELS = 4 * 224 * 224
"""In one pass through the network. More are no faster: one image keeps the processor busy."""


def feature_maps(
    model: keras.Model, batch: np.ndarray, layers: str | Iterable[str] | None = None
) -> dict[str, np.ndarray]:
    """The activations of many layers in one forward pass.

    The compiled function is kept with the model: a second call builds no graph.

    Args:
        model: any Keras model, functional or sequential, with others nested in it.
        batch: float (N, H, W, C), as the model's input wants it (see `preprocess`).
        layers: a name, or names; None is every convolution and pool.

    Returns:
        ``{layer: float32 (N, h, w, c)}``, in the order asked for, never normalised.

    Raises:
        ValueError: an unknown layer (close matches are named), or a batch that does not fit.
    """
    names = chosen_layers(model, layers)
    outputs = {name: _step(model, name).output for name in names}
    values = run(model, batch, tuple(outputs.values()))
    return dict(zip(names, values, strict=True))


def pre_activations(model: keras.Model, batch: np.ndarray, layer: str) -> np.ndarray:
    """What a convolution gives before its activation function: kernel times patch, plus bias.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), as the model's input wants it.
        layer: a convolution's name.

    Returns:
        float32 (N, h, w, c), negative where ReLU will give zero.

    Raises:
        ValueError: an unknown layer, one that is no convolution, or a batch that does not fit.
    """
    step = convolution_step(model, layer)
    (inputs,) = run(model, batch, (step.inputs[0],))
    values = step.layer.convolution_op(inputs, step.layer.kernel)
    return np.asarray(values if step.layer.bias is None else values + step.layer.bias, np.float32)


def chosen_layers(model: keras.Model, names: str | Iterable[str] | None) -> list[str]:
    """Each layer that is named, once; every convolution and pool where none is.

    Raises:
        ValueError: an empty list, an unknown layer, or one that gives no maps.
    """
    if names is None:
        return graph.feature_layers(model)
    listed = [names] if isinstance(names, str) else graph.listed(names)
    unique = list(dict.fromkeys(listed))
    if not unique:
        raise ValueError("No layer was named; name one at least, or None for every convolution and pool.")
    for name in unique:
        _step(model, name)
    return unique


def _step(model: keras.Model, layer: str) -> graph.Step:
    step = graph.find_step(model, layer)
    if len(step.output.shape) != 4:
        raise ValueError(
            f"The layer {layer!r} gives an output of shape {tuple(step.output.shape)}, no feature maps; "
            "name a convolution or a pool."
        )
    return step


def convolution_step(model: keras.Model, layer: str) -> graph.Step:
    """The step of a layer that must be a Conv2D."""
    step = graph.find_step(model, layer)
    if step.kind != "Conv2D":
        raise ValueError(f"The layer {layer!r} is a {step.kind}; a Conv2D is wanted.")
    return step


def ungrouped_step(model: keras.Model, layer: str) -> graph.Step:
    """The step of a Conv2D each of whose kernels reads all input channels."""
    step = convolution_step(model, layer)
    if step.layer.groups != 1:
        raise ValueError(f"The convolution {layer!r} is split into {step.layer.groups} groups; 1 is wanted.")
    return step


def run(model: keras.Model, batch: np.ndarray, tensors: tuple[Any, ...]) -> list[np.ndarray]:
    """Values of tensors of the unfolded graph for a batch, by a function compiled once."""
    tf = backend.tensorflow()
    network = graph.unfold(model)
    batch = check_batch(batch, network.inputs)
    key = tuple(map(id, tensors))
    if key not in network.functions:
        part = backend.keras().Model(network.inputs, dict(enumerate(tensors)))
        shape = tf.TensorSpec([None, *network.inputs[0].shape[1:]], network.inputs[0].dtype)
        compiled = tf.function(
            lambda images: part(images, training=False), input_signature=[shape], autograph=False
        )
        network.functions[key] = compiled.get_concrete_function()
    function = network.functions[key]
    at_once = max(1, PIXELS // math.prod(batch.shape[1:-1]))
    if len(batch) <= at_once:
        return _values(function(tf.constant(batch)))
    return _in_parts(lambda part: _values(function(tf.constant(part))), batch, at_once)


def _values(outputs: dict[int, Any]) -> list[np.ndarray]:
    return [np.asarray(outputs[index], np.float32) for index in range(len(outputs))]


def _in_parts(
    compute: Callable[[np.ndarray], list[np.ndarray]], batch: np.ndarray, at_once: int
) -> list[np.ndarray]:
    """Values for a long batch; what lies between input and output is in memory for a part of it only."""
    first = compute(batch[:at_once])
    whole = [np.empty((len(batch), *values.shape[1:]), np.float32) for values in first]
    for start in range(0, len(batch), at_once):
        part = compute(batch[start : start + at_once]) if start else first
        for kept, values in zip(whole, part, strict=True):
            kept[start : start + at_once] = values
    return whole


def check_batch(batch: np.ndarray, inputs: list[Any]) -> np.ndarray:
    """The batch in the type that the model reads; ValueError unless it fits its one input."""
    if len(inputs) != 1:
        raise ValueError(f"The model has {len(inputs)} inputs; one, for images, is wanted.")
    wanted = tuple(inputs[0].shape)
    shape = (
        f"({', '.join('any' if side is None else str(side) for side in wanted)}), as the model reads them,"
    )
    batch = validation.array("The batch's values", batch, shape, len(wanted))
    if not all(w in (None, n) for w, n in zip(wanted, batch.shape, strict=True)):
        raise ValueError(f"The batch must have shape {shape} but has {batch.shape}.")
    return validation.finite("The batch's values", batch).astype(inputs[0].dtype, copy=False)
