"""Layers of a Keras model as one flat graph, in the order they run, with nested models expanded."""

from __future__ import annotations

import difflib
import weakref
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from vggviz._shared import backend, validation

if TYPE_CHECKING:
    import keras

CONVOLUTIONS = ("Conv2D", "DepthwiseConv2D", "SeparableConv2D")
POOLS = ("MaxPooling2D", "AveragePooling2D")
LOGITS = "logits"
"""Reserved name of the model's output before its softmax; of the output itself where there is none."""


@dataclass(frozen=True)
class Step:
    """One call of one layer.

    Attributes:
        layer: the Keras layer (or operation).
        inputs: its symbolic input tensors.
        output: its symbolic output tensor.
    """

    layer: Any
    inputs: tuple[Any, ...]
    output: Any

    @property
    def kind(self) -> str:
        """The layer's class, such as "Conv2D"."""
        return type(self.layer).__name__


@dataclass(frozen=True)
class Network:
    """A model as one flat graph of the same layers and weights, without nested models.

    Attributes:
        inputs: the symbolic inputs.
        outputs: the symbolic outputs.
        steps: {name: Step} in the order they run. A layer of a nested model keeps its own name
            unless that is taken; then it is "nested/layer". Further calls of a shared layer are
            "layer:1", "layer:2".
        functions: cache of compiled functions; each module chooses keys of its own.
    """

    inputs: list[Any]
    outputs: list[Any]
    steps: dict[str, Step]
    functions: dict[Any, Any] = field(default_factory=dict)


_networks: weakref.WeakKeyDictionary[Any, tuple[tuple[int, ...], Network]] = weakref.WeakKeyDictionary()


def unfold(model: keras.Model) -> Network:
    """The model's layers as one flat graph; cached until layers are added or removed.

    Args:
        model: a functional or sequential Keras model, which may contain nested models.

    Raises:
        TypeError: not a Keras model.
        ValueError: a subclassed model, or a sequential one without an input shape.
    """
    if not isinstance(model, backend.keras().Model):
        raise TypeError(f"A Keras model is wanted; got {validation.shown(model)}, a {type(model).__name__}.")
    layers = tuple(id(layer) for layer in model.layers)
    if model not in _networks or _networks[model][0] != layers:
        _networks[model] = (layers, _flatten(model))
    return _networks[model][1]


def conv_layers(model: keras.Model) -> list[str]:
    """Names of the model's convolutions, in the order they run.

    Raises:
        ValueError: the model has no two-dimensional convolution, or one with channels first.
    """
    names = [name for name, step in unfold(model).steps.items() if step.kind in CONVOLUTIONS]
    if not names:
        raise ValueError(f"The model {model.name!r} has no two-dimensional convolution.")
    for name in names:
        if unfold(model).steps[name].layer.data_format == "channels_first":
            raise ValueError(
                f"The layer {name!r} has its channels first; "
                "build the model with data_format='channels_last'."
            )
    return names


def feature_layers(model: keras.Model) -> list[str]:
    """Names of the model's convolutions and pools, in the order they run."""
    conv_layers(model)
    return [name for name, step in unfold(model).steps.items() if step.kind in CONVOLUTIONS + POOLS]


def find_step(model: keras.Model, layer: str) -> Step:
    """The step of a layer.

    Raises:
        ValueError: unknown layer; the message lists close matches.
    """
    steps = unfold(model).steps
    check_name(layer, steps)
    return steps[layer]


def part(model: keras.Model, names: Iterable[str], *, any_size: bool = False) -> keras.Model:
    """The submodel that computes some layers; cached.

    Args:
        model: any Keras model with one input; it may contain nested models.
        names: of the layers; LOGITS for the model's output before its softmax.
        any_size: accept images of any height and width instead of the model's input size.

    Returns:
        A keras.Model that shares the layers and weights; its output is ``{name: tensor}``.

    Raises:
        ValueError: unknown layer, several inputs, or, with `any_size`, a layer that needs a fixed
            size.
    """
    network = unfold(model)
    if len(network.inputs) != 1:
        raise ValueError(f"The model has {len(network.inputs)} inputs; one, for images, is wanted.")
    names = tuple(listed(names))
    key = ("part", names, any_size)
    if key not in network.functions:
        outputs = {n: _logits(network) if n == LOGITS else find_step(model, n).output for n in names}
        whole = backend.keras().Model(network.inputs[0], outputs)
        network.functions[key] = _at_any_size(whole) if any_size else whole
    return network.functions[key]


def check_name(layer: str, names: Iterable[str]) -> None:
    """Raise ValueError that lists close matches if `layer` is not among `names`."""
    names = list(names)
    if isinstance(layer, str) and layer in names:
        return
    close = difflib.get_close_matches(str(layer)[:100], names, n=3, cutoff=0.5) or names[:5]
    meant = " or ".join(map(repr, close))
    raise ValueError(f"There is no layer {validation.shown(layer)}; did you mean {meant}?")


def listed(names: Iterable[str]) -> list[str]:
    """Names of layers as a list; TypeError unless each is text."""
    names = list(validation.several("Names of layers", names))
    if wrong := [name for name in names if not isinstance(name, str)]:
        raise TypeError(f"Names of layers must be text; got {validation.shown(wrong[0])}.")
    return names


def _logits(network: Network) -> Any:
    """The symbolic output before its softmax, or the output itself if it has none."""
    if len(network.outputs) != 1:
        raise ValueError(f"The model has {len(network.outputs)} outputs; logits are those of a single one.")
    keras = backend.keras()
    output = network.outputs[0]
    last = next((step for step in network.steps.values() if step.output is output), None)
    softmax = getattr(last and last.layer, "activation", None) is keras.activations.softmax
    if last and (last.kind == "Softmax" or (last.kind == "Activation" and softmax)):
        return last.inputs[0]
    if last and last.kind == "Dense" and softmax:
        values = keras.ops.matmul(last.inputs[0], last.layer.kernel)
        return values if last.layer.bias is None else keras.ops.add(values, last.layer.bias)
    return output


def _at_any_size(model: Any) -> Any:
    """The model with the same layers, for inputs of any height and width."""
    keras = backend.keras()
    inputs = keras.tree.map_structure(
        lambda tensor: keras.Input((None, None, tensor.shape[-1]), dtype=tensor.dtype), model.input
    )

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        layer = _at_any_size(layer) if isinstance(layer, keras.Model) else layer
        output = layer(*args, **kwargs)
        # the number of channels is unknown after Flatten, for instance, but a dense layer needs it
        if keras.tree.flatten(output)[0].shape[-1] is None:
            sides = " x ".join(map(str, keras.tree.flatten(model.input)[0].shape[1:3]))
            raise ValueError(
                f"The layer {layer.name!r} needs images of the model's input size, {sides} pixels."
            )
        return output

    return keras.models.clone_model(
        model, input_tensors=inputs, clone_function=lambda layer: layer, call_function=call
    )


def _flatten(model: keras.Model) -> Network:
    """Call every layer on new symbolic inputs, and record its input and output tensors."""
    keras = backend.keras()
    steps: dict[str, Step] = {}

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(layer, keras.Model):
            return _expand_nested(layer, args, steps)
        output = layer(*args, **kwargs)
        if isinstance(output, keras.KerasTensor):
            tensors = [t for t in keras.tree.flatten((args, kwargs)) if isinstance(t, keras.KerasTensor)]
            steps[_unique_name(layer.name, steps)] = Step(layer, tuple(tensors), output)
        return output

    if isinstance(model, keras.Sequential):
        inputs, outputs = _flatten_sequential(model, call)
        return Network(inputs, outputs, steps)
    if not getattr(model, "inputs", None):  # Keras raises AttributeError if there are none
        raise ValueError(
            f"The model {model.name!r} is a subclassed model, which has no graph of layers; "
            "build it with the functional API or as a Sequential."
        )
    flat = keras.models.clone_model(model, clone_function=lambda layer: layer, call_function=call)
    return Network(flat.inputs, flat.outputs, steps)


def _flatten_sequential(model: Any, call: Any) -> tuple[list[Any], list[Any]]:
    if not getattr(model, "inputs", None):
        raise ValueError(f"The model {model.name!r} has no input shape yet; give it a keras.Input first.")
    tensor = first = backend.keras().Input(batch_shape=model.inputs[0].shape, dtype=model.inputs[0].dtype)
    for layer in model.layers:
        tensor = call(layer, tensor)
    return [first], [tensor]


def _expand_nested(model: Any, args: tuple[Any, ...], steps: dict[str, Step]) -> Any:
    """Call a nested model, and record its layers as steps of the outer graph."""
    keras = backend.keras()
    inner = _flatten(model)
    tensors = [step.output for step in inner.steps.values()]
    outer = dict(zip(map(id, inner.inputs), keras.tree.flatten(args), strict=True))
    outer |= zip(map(id, tensors), keras.Model(inner.inputs, tensors)(*args), strict=True)
    for name, step in inner.steps.items():
        name = _unique_name(name if name not in steps else f"{model.name}/{name}", steps)
        steps[name] = Step(step.layer, tuple(outer[id(t)] for t in step.inputs), outer[id(step.output)])
    outputs = [outer[id(tensor)] for tensor in inner.outputs]
    return outputs[0] if len(outputs) == 1 else outputs


def _unique_name(name: str, steps: dict[str, Step]) -> str:
    """`name`, with ":1", ":2" appended for further calls of a shared layer."""
    calls = sum(1 for other in steps if other == name or other.startswith(f"{name}:"))
    return f"{name}:{calls}" if calls else name


def input_side(model: keras.Model) -> int:
    """Side of a model's square input in pixels; 224 if it accepts any size."""
    return int(unfold(model).inputs[0].shape[1] or 224)
