"""Submodels of a model, from its input to some layers or to its logits, and between two of its tensors.

To find the logits, the last layers are called with fixed numbers, and the results are compared with softmax,
sigmoid and the identity. So the last activation may be a layer, an attribute of one, or a function.
"""

from __future__ import annotations

import functools
import gc
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend
from vggviz.models.graph import (
    LOGITS,
    Network,
    Step,
    find_step,
    flatten,
    image_input,
    listed,
    shallow_copy,
    symbolic_calls,
    unfold,
)
from vggviz.models.provenance import note_provenance, provenance

if TYPE_CHECKING:
    import keras

TOLERANCE = 1e-2
"""Largest difference of probabilities that counts as equal; float16 has three digits."""


def part(
    model: keras.Model, names: Iterable[str], *, any_size: bool = False, activated: bool = True
) -> keras.Model:
    """The submodel that computes some layers; cached.

    Args:
        model: any Keras model with one input; it may contain nested models.
        names: of the layers; LOGITS for the model's output before its softmax or sigmoid.
        any_size: accept images of any height and width instead of the model's input size.
        activated: False for the outputs before the layers' own activation functions, where they have any.

    Returns:
        A keras.Model that shares the layers and weights; its output is ``{name: tensor}``.

    Raises:
        ValueError: unknown layer, several inputs, unknown logits, or a layer that needs a fixed size.
    """
    keras, network, names = backend.keras(), unfold(model), tuple(listed(names))
    check_is_keras(model)
    images, key = image_input(network.inputs), ("part", names, any_size, activated)
    with symbolic_calls:
        if key not in network.functions:
            tensors = {name: _output(model, name, activated=activated) for name in names}
            whole = keras.Model(images, tensors)
            if any_size:
                flat = flatten(whole, any_size=True)
                tensors = keras.tree.pack_sequence_as(tensors, flat.outputs)
                whole = keras.Model(flat.inputs[0], tensors)
            network.functions[key] = whole
        return network.functions[key]


def _output(model: keras.Model, name: str, *, activated: bool) -> Any:
    """The symbolic output of a layer, or its logits; see `part`."""
    network = unfold(model)
    if is_logits(name, network):
        return logits(network)
    step = find_step(model, name)
    if activated or not hasattr(step.core, "activation"):
        return step.output
    return linear_copy(step.layer)(*step.inputs)


def between(tensor: Any, outputs: Any) -> Any:
    """The keras.Model from a tensor of an unfolded model to others; None if they depend on more than that."""
    with symbolic_calls:  # Keras notes a call of each layer on the way
        try:
            return backend.keras().Model(tensor, outputs)
        except ValueError:  # "graph disconnected"
            return None


def check_is_keras(model: keras.Model) -> None:
    """Raise ValueError if a network is no Keras model, but only goes forward."""
    if not isinstance(unfold(model).inputs[0], backend.keras().KerasTensor):
        raise ValueError(
            "Here a Keras model is wanted; the network only goes forward, by onnxruntime, and has no "
            "gradients and no parts: load_vgg16() returns one that has."
        )


def changed_copy(model: keras.Model, change: str) -> keras.Model:
    """A copy of a model, to be changed; its provenance names the change."""
    copy = untrained_copy(model)
    for new, old in zip(copy.weights, model.weights, strict=True):
        new.assign(old)
    finalize(copy)
    original = provenance(model)
    note_provenance(copy, replace(original, source=f"{original.source}, {change}"))
    return copy


def finalize(layer: Any) -> None:
    """Let layers such as Normalization, also those in a layer, compute with weights that have been set."""
    for each in layer._flatten_layers():
        if hasattr(each, "finalize_state"):
            each.finalize_state()


def untrained_copy(model: keras.Model) -> keras.Model:
    """A model of the same layers with new weights, not compiled: a loss may be one that Keras cannot copy.

    Raises:
        ValueError: a network without Keras, or of layers that Keras cannot copy.
    """
    check_is_keras(model)
    gc.collect()  # free earlier copies: Keras models contain reference cycles and hold half a gigabyte each
    given, cause = shallow_copy(model, compiled=False), None
    for recursive in (False, True):  # only True shares again what nested models share, but may compile them
        try:
            with symbolic_calls:
                copy = backend.keras().models.clone_model(given, clone_function=_copied, recursive=recursive)
        except Exception as error:  # the user's classes can raise anything, and Keras' words take many lines
            cause = error
        else:
            if [weight.shape for weight in copy.weights] == [weight.shape for weight in model.weights]:
                return copy
    reason = f" ({textwrap.shorten(str(cause), 120)})" if cause else ""
    raise ValueError(
        f"The model {model.name!r} cannot be copied by Keras' clone_model{reason}; as for saving it, a "
        "user-defined class of layers needs a get_config that returns all arguments, and weights of its own."
    ) from cause


def _copied(layer: Any) -> Any:
    """A new layer of the same settings; a Lambda layer itself, since Keras makes none of Python code."""
    is_lambda = isinstance(layer, backend.keras().layers.Lambda)
    return layer if is_lambda else type(layer).from_config(layer.get_config())


def output_shapes(function: keras.Model, size: tuple[int, int]) -> dict[str, tuple[int | None, ...]]:
    """Shapes {layer: (h, w, c)}, or (n,) of a dense layer, that a `part` computes from one image of a size.

    Raises:
        ValueError: the output of some layer is empty for images of this size.
    """
    try:
        shapes = function.compute_output_shape((1, *size, function.input.shape[-1]))
        fits = all(side is None or side > 0 for shape in shapes.values() for side in shape)
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"Images of {size[0]} x {size[1]} pixels are too small for "
            f"{' or '.join(function.output)}; name a larger size, or None for the default."
        )
    return {name: tuple(shape[1:]) for name, shape in shapes.items()}


def is_logits(name: str, network: Network) -> bool:
    """Whether a name means the logits: `LOGITS`, or "logits" if no layer has that name."""
    return name == LOGITS or (name == LOGITS.strip("/") and name not in network.steps)


def logits(network: Network) -> Any:
    """The symbolic tensor of a network's logits: its output before the last softmax or sigmoid.

    Layers after it that do not change their input's values (Dropout, Flatten) are skipped. A linear output,
    and one that does not have two axes, and so no classes, is returned as it is.

    Raises:
        ValueError: several outputs, or a last activation other than linear, softmax and sigmoid.
    """
    if len(network.outputs) != 1:
        raise ValueError(f"The model has {len(network.outputs)} outputs; logits are those of a single one.")
    (output,) = network.outputs
    if len(output.shape) != 2:
        return output
    found = _before_end(network, output)
    same = tuple(found.shape) == tuple(output.shape)
    return found if same else backend.keras().ops.reshape(found, (-1, *output.shape[1:]))


def _before_end(network: Network, tensor: Any) -> Any:
    """The tensor before the softmax or sigmoid that leads to `tensor`; its shape may differ."""
    linear = backend.keras().activations.linear
    makers = {id(step.output): step for step in network.steps.values()}
    while (step := makers.get(id(tensor))) is not None and (known := _activation(step)):
        weighted = bool(getattr(step.layer, "weights", None))
        if weighted:
            return step.output if known is linear else linear_copy(step.layer)(*step.inputs)
        tensor = step.inputs[0]
        if known is not linear:
            return tensor
    end = "its output" if step is None else f"its last layer, {step.layer.name!r} (a {step.kind}),"
    raise ValueError(
        f"The logits of the model are unknown: {end} is not known to be linear, a softmax or a sigmoid; "
        "make the last layer linear, or use channel(layer, index) as the objective."
    )


def _activation(step: Step) -> Any:
    """Keras' linear, sigmoid or softmax, if a layer (its activation if it has weights) equals it, or None."""
    shape, function = step.inputs[0].shape[1:], step.layer
    weighted, has_activation = bool(getattr(step.layer, "weights", None)), hasattr(step.core, "activation")
    if weighted and has_activation:
        shape, function = (5,), step.core.activation
    elif not step.is_operation:
        function = functools.partial(step.layer, training=False)
    # of one unit there is no softmax: Keras warns of it
    names = ("linear", "sigmoid", "softmax")[: 2 if shape[-1:] == (1,) else 3]
    known = [getattr(backend.keras().activations, name) for name in names]
    values = np.random.default_rng(0).normal(size=(4, *(side or 4 for side in shape))).astype(np.float32)
    values *= np.geomspace(1, 300, 4).reshape(-1, *(1 for _ in shape)).astype(np.float32)  # small are alike
    close = functools.partial(np.allclose, atol=TOLERANCE, rtol=TOLERANCE)
    try:
        if weighted and not has_activation:
            return known[0] if _is_affine(function, values[:2]) else None
        given = np.asarray(function(values)).reshape(values.shape)
        found = next((one for one in known if close(given, np.asarray(one(values)))), None)
        return found if found in (None, known[0]) or not weighted or _ends_in(step, found, close) else None
    except Exception:  # a layer with several inputs, or a custom one, can raise anything
        return None


def _ends_in(step: Step, activation: Any, close: Callable[[Any, Any], bool]) -> bool:
    """Whether a layer's output is the activation of what it gives without; not so if it is recurrent."""
    inputs = np.random.default_rng(0).normal(size=(2, *(side or 4 for side in step.inputs[0].shape[1:])))
    given, linear = (each(inputs, training=False) for each in (step.layer, linear_copy(step.layer)))
    return close(np.asarray(given), np.asarray(activation(linear)))


def _is_affine(function: Callable[[Any], Any], values: np.ndarray) -> bool:
    """Whether f(a + b) - f(b) = f(a) - f(0), as for a layer whose output has no activation."""
    a = 1000 * values[0]  # large, so that it shows even where weights are small
    b = -(1 + np.abs(values[1])) * a  # of the other sign and larger, so a + b has the sign of b
    both, none, one, other = np.asarray(function(np.stack([a + b, 0 * a, a, b])))
    return np.allclose(both - other, one - none, atol=TOLERANCE * np.abs(both - none).max())


def linear_copy(layer: Any) -> Any:
    """A copy of a layer with the same variables, and the same wrapper if any, without activation."""
    keras = backend.keras()
    if isinstance(layer, keras.layers.Wrapper):
        return shallow_copy(layer, name=f"{layer.name}_linear", layer=linear_copy(layer.layer))
    return shallow_copy(layer, name=f"{layer.name}_linear", activation=keras.activations.linear)
