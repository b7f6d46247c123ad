"""Forward passes: the output of any layer of a model."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend, validation
from vggviz.forward_only.network import ForwardOnly
from vggviz.models import graph
from vggviz.models.parts import check_is_keras, linear_copy

if TYPE_CHECKING:
    import keras

PIXELS = 4 * 224 * 224
"""Largest batch of one pass, in pixels. Larger ones are no faster: one image keeps all cores busy."""


def feature_maps(
    model: keras.Model, batch: np.ndarray, layers: str | Iterable[str] | None = None
) -> dict[str, np.ndarray]:
    """Feature maps of several layers, computed in one forward pass.

    The compiled function is cached, so a second call builds no graph.

    Args:
        model: any functional or sequential Keras model, which may contain nested models.
        batch: float (N, H, W, C), the model's input (see `preprocess`).
        layers: name or names of layers; None for all convolutions and pools.

    Returns:
        ``{layer: float32 (N, h, w, c)}``, in the order of `layers`, never normalised.

    Raises:
        ValueError: unknown layer (the message lists close matches), or a batch of another shape.
    """
    names = chosen_layers(model, layers)
    outputs = {name: _map_step(model, name).output for name in names}
    values = run(model, batch, tuple(outputs.values()))
    return dict(zip(names, values, strict=True))


def maps_in_turn(
    model: keras.Model, batch: np.ndarray, layers: list[str]
) -> Iterable[tuple[str, np.ndarray]]:
    """Names and feature maps of layers, as `feature_maps`; for several batches, computed side by side."""
    if isinstance(model, ForwardOnly):
        return model.maps_in_turn(check_batch(batch, model.network.inputs), layers)
    return feature_maps(model, batch, layers).items()


def pre_activations(model: keras.Model, batch: np.ndarray, layer: str) -> np.ndarray:
    """Output of a convolution before its activation function: kernel times patch, plus bias.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), the model's input.
        layer: name of a Conv2D layer.

    Returns:
        float32 (N, h, w, c), negative where a ReLU would output zero.

    Raises:
        ValueError: unknown layer, one that is not a Conv2D, or a batch of another shape.
    """
    step = convolution_step(model, layer)
    check_is_keras(model)
    (inputs,) = run(model, batch, (step.inputs[0],))
    return np.asarray(linear_copy(step.layer)(inputs), np.float32)


def chosen_layers(model: keras.Model, names: str | Iterable[str] | None) -> list[str]:
    """Names of layers without duplicates; all convolutions and pools for None.

    Raises:
        ValueError: an empty list, an unknown layer, or one whose output is not feature maps.
    """
    if names is None:
        return graph.feature_layers(model)
    listed = [names] if isinstance(names, str) else graph.listed(names)
    unique = list(dict.fromkeys(listed))
    if not unique:
        raise ValueError("No layer was named; name one at least, or None for every convolution and pool.")
    for name in unique:
        _map_step(model, name)
    return unique


def _map_step(model: keras.Model, layer: str) -> graph.Step:
    step = graph.find_step(model, layer)
    if len(step.output.shape) != 4:
        raise ValueError(
            f"The layer {layer!r} gives an output of shape {tuple(step.output.shape)}, no feature maps; "
            "name a convolution or a pool."
        )
    return step


def convolution_step(model: keras.Model, layer: str) -> graph.Step:
    """The step of a layer; ValueError unless it is a Conv2D."""
    step = graph.find_step(model, layer)
    if not step.is_conv2d:
        raise ValueError(f"The layer {layer!r} is a {step.kind}; a Conv2D is wanted.")
    return step


def ungrouped_step(model: keras.Model, layer: str) -> graph.Step:
    """The step of a layer; ValueError unless it is a Conv2D without groups, and without code of its own."""
    step = convolution_step(model, layer)
    if not step.is_keras_own:
        raise ValueError(
            f"The layer {layer!r}, a {step.kind}, computes by code of its own, so its sums are not known; "
            "a Conv2D as it is in Keras is wanted."
        )
    if step.core.groups != 1:
        raise ValueError(f"The convolution {layer!r} has {step.core.groups} groups; only 1 is supported.")
    return step


def run(model: keras.Model, batch: np.ndarray, tensors: tuple[Any, ...]) -> list[np.ndarray]:
    """Values of symbolic tensors of `graph.unfold(model)` for a batch; the compiled function is cached."""
    network = graph.unfold(model)
    batch = check_batch(batch, network.inputs)
    if isinstance(model, ForwardOnly):
        return _in_parts(lambda part: model.compute(part, tensors), batch, _batch_size(batch))
    tf = backend.tensorflow()
    key = tuple(map(id, tensors))
    if key not in network.functions:
        with graph.symbolic_calls:
            part = backend.keras().Model(network.inputs, dict(enumerate(tensors)))
        shape = tf.TensorSpec([None, *network.inputs[0].shape[1:]], network.inputs[0].dtype)
        compiled = tf.function(
            lambda images: part(images, training=False), input_signature=[shape], autograph=False
        )
        # the tensors are kept as well, so that no new ones get their ids
        network.functions[key] = (compiled.get_concrete_function(), tensors)
    function, _ = network.functions[key]
    return _in_parts(lambda part: _values(function(tf.constant(part))), batch, _batch_size(batch))


def compiled(function: Callable[..., Any], *shapes: tuple[int | None, ...]) -> Any:
    """A function of float32 tensors of some shapes, traced once, so that TensorFlow does not warn of many."""
    tf = backend.tensorflow()
    specs = [tf.TensorSpec(shape, tf.float32) for shape in shapes]
    return tf.function(function, input_signature=specs, autograph=False).get_concrete_function()


def _batch_size(batch: np.ndarray) -> int:
    """Images of one pass."""
    return max(1, PIXELS // math.prod(batch.shape[1:-1]))


def _values(outputs: dict[int, Any]) -> list[np.ndarray]:
    return [np.asarray(outputs[index], np.float32) for index in range(len(outputs))]


def _in_parts(
    compute: Callable[[np.ndarray], list[np.ndarray]], batch: np.ndarray, batch_size: int
) -> list[np.ndarray]:
    """Values for a long batch, computed part by part to limit the memory of intermediate tensors."""
    first = compute(batch[:batch_size])
    if len(batch) <= batch_size:
        return first
    outputs = [np.empty((len(batch), *values.shape[1:]), np.float32) for values in first]
    for start in range(0, len(batch), batch_size):
        part = compute(batch[start : start + batch_size]) if start else first
        for target, values in zip(outputs, part, strict=True):
            target[start : start + batch_size] = values
    return outputs


def check_batch(batch: np.ndarray, inputs: list[Any]) -> np.ndarray:
    """The batch in the input's dtype; ValueError unless the model has one input, of this shape."""
    wanted = tuple(graph.image_input(inputs).shape)
    sides = ", ".join("any" if side is None else str(side) for side in wanted)
    batch = validation.array("The batch's values", batch, f"({sides}), the model's input shape", len(wanted))
    if not all(w in (None, n) for w, n in zip(wanted, batch.shape, strict=True)):
        raise ValueError(f"The batch must have the model's input shape, ({sides}); got {batch.shape}.")
    batch = validation.finite("The batch's values", batch)
    converted = batch.astype(inputs[0].dtype, copy=False)
    if converted.dtype.kind in "biu" and not np.array_equal(converted, batch):
        raise ValueError(
            f"The model's input is {converted.dtype}, whole numbers; got {batch.dtype} from {batch.min():g} "
            f"to {batch.max():g}, which rounding would change."
        )
    return converted
