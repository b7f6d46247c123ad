"""Layers of a Keras model as one flat graph, in the order they run, with nested models expanded."""

from __future__ import annotations

import difflib
import itertools
import re
import threading
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend, validation
from vggviz.models.weights import check_finite

if TYPE_CHECKING:
    import keras

LOGITS = "/logits"
"""Name of the model's output before its softmax or sigmoid. No layer has it: Keras refuses names with "/"."""
ALLOWED = re.compile(r"(?!_)[\w.][\w.\\>-]*", re.ASCII)
"""Names that Keras allows for layers, and TensorFlow in compiled functions."""
HALF = ("float16", "bfloat16")
"""Keras' names of numbers of 16 bits."""
KERNELS = ("kernel", "depthwise_kernel", "pointwise_kernel")
"""Attributes of layers."""
UNRELATED = ("_called", "_parent_path", "_trainable", "_inbound_nodes", "_outbound_nodes")
"""Attributes of layers that calls and training change, but not what a layer computes."""


@dataclass(frozen=True)
class Step:
    """One call of a Keras layer (or operation), with its symbolic inputs and one of its outputs."""

    layer: Any
    inputs: tuple[Any, ...]
    output: Any

    def __post_init__(self) -> None:
        if getattr(self.core, "data_format", None) == "channels_first":
            raise ValueError(
                f"The layer {self.layer.name!r} has its channels first; "
                "build the model with data_format='channels_last'."
            )
        is_reshape = self.is_operation and self.kind == "Reshape"
        if is_reshape and self.inputs[0].shape[0] is None and (count := self.output.shape[0]) is not None:
            raise ValueError(
                f"The layer {self.layer.name!r} reshapes any number of images to {count}; "
                "let their number be -1."
            )

    @property
    def kind(self) -> str:
        """The layer's class, such as "Conv2D"."""
        return type(self.layer).__name__

    @property
    def core(self) -> Any:
        """The layer, or the layer inside a Keras wrapper such as SpectralNormalization."""
        layer, wrapper = self.layer, backend.keras().layers.Wrapper
        while isinstance(layer, wrapper):
            layer = layer.layer
        return layer

    def is_a(self, *kinds: str) -> bool:
        """Whether the layer, without its wrapper, is of one of Keras' classes, or of a subclass of one."""
        return isinstance(self.core, tuple(getattr(backend.keras().layers, kind) for kind in kinds))

    @property
    def is_operation(self) -> bool:
        """Whether this is no layer but a function, such as keras.ops.add."""
        return not isinstance(self.core, backend.keras().Layer)

    @property
    def is_keras_own(self) -> bool:
        """Whether the layer computes by the code of Keras' classes, not by that of a subclass or wrapper."""
        methods = ("call", "convolution_op")
        code = [getattr(each, name, None) for each in (self.layer, self.core) for name in methods]
        return all(function is None or function.__module__.startswith("keras.") for function in code)

    @property
    def is_conv2d(self) -> bool:
        """Whether the layer is a Conv2D (or of a subclass) with feature maps as output."""
        return self._makes_maps("Conv2D")

    @property
    def is_convolution(self) -> bool:
        """Whether the layer is a two-dimensional convolution that is not transposed."""
        return self._makes_maps("Conv2D", "DepthwiseConv2D", "SeparableConv2D")

    @property
    def is_pool(self) -> bool:
        """Whether the layer is a max or average pooling of windows."""
        return self._makes_maps("MaxPooling2D", "AveragePooling2D")

    @property
    def kernel_shapes(self) -> list[tuple[int, ...]]:
        """Shapes of the layer's kernels as they are used, whatever bits or summands are stored."""
        kernels = [getattr(self.core, name, None) for name in KERNELS]
        return [tuple(kernel.shape) for kernel in kernels if kernel is not None]

    def _makes_maps(self, *kinds: str) -> bool:
        return len(self.output.shape) == 4 and self.is_a(*kinds)


@dataclass(frozen=True)
class Network:
    """A model as one flat graph of the same layers and weights, without nested models.

    Attributes:
        inputs: the symbolic inputs.
        outputs: the symbolic outputs.
        steps: {name: Step} in the order they run. A layer of a nested model keeps its own name
            unless that is taken, also by a later layer of the outer model; then it is "nested/layer".
            Further calls of a shared layer, and further outputs of one, are "layer:1", "layer:2", by
            numbers that make no other layer's name.
        functions: cache of compiled functions; each module chooses keys of its own.
    """

    inputs: list[Any]
    outputs: list[Any]
    steps: dict[str, Step]
    functions: dict[Any, Any] = field(default_factory=dict)

    def steps_to(self, tensors: Iterable[Any]) -> dict[str, Step]:
        """The steps that some symbolic tensors depend on, {name: Step}, the last one first."""
        needed, found = set(map(id, tensors)), {}
        for name, step in reversed(self.steps.items()):
            if id(step.output) in needed:
                needed.update(map(id, step.inputs))
                found[name] = step
        return found


_counter = itertools.count()
_networks: weakref.WeakKeyDictionary[Any, tuple[list[Any], Network]] = weakref.WeakKeyDictionary()
symbolic_calls = threading.RLock()
"""Held while layers are called on symbolic tensors: Keras numbers the calls of a layer without a lock."""


def unfold(model: keras.Model) -> Network:
    """The model's layers as one flat graph; cached until a layer or an attribute of one changes.

    Raises:
        TypeError: not a Keras model.
        ValueError: a subclassed model, a sequential one without an input shape, one with channels first or
            for a fixed number of images, or weights that are not finite when the model, or a changed layer of
            it, is read first.
    """
    if isinstance(network := getattr(model, "network", None), Network):
        return network  # of vggviz.forward_only, which is no Keras model
    validation.instance("A Keras model", model, backend.keras().Model)
    with symbolic_calls:
        state = _state(model)
        cached = _networks.get(model)
        if cached is None or list(map(id, cached[0])) != list(map(id, state)):
            for weight in model.weights:  # they would make numbers wrong without a word
                check_finite(weight.path, [np.asarray(weight)], model.name)
            _networks[model] = cached = (state, flatten(model))
        return cached[1]


def _state(model: keras.Model) -> list[Any]:
    """All objects that the model's computation depends on, for comparison by identity.

    A new activation, kernel variable or dtype policy is another object; new values of a variable are not.
    """
    keras = backend.keras()
    values: list[Any] = []
    layers = model._flatten_layers(include_self=False)  # also those inside wrappers and other layers
    for layer in layers:
        if not isinstance(layer, keras.Model):
            own = [value for name, value in vars(layer).items() if name not in UNRELATED]
            # other layers may read what is in a list or dict; flattening all takes ten times as long
            is_fixed = type(layer).__module__.startswith("keras.") and not isinstance(
                layer, keras.layers.Lambda
            )
            values += own if is_fixed else keras.tree.flatten(own)
    return layers + values


def conv_layers(model: keras.Model) -> list[str]:
    """Names of the model's convolutions, in the order they run.

    Raises:
        ValueError: the model has no two-dimensional convolution.
    """
    names = [name for name, step in unfold(model).steps.items() if step.is_convolution]
    if not names:
        raise ValueError(f"The model {model.name!r} has no two-dimensional convolution.")
    return names


def feature_layers(model: keras.Model) -> list[str]:
    """Names of the model's convolutions and pools, in the order they run."""
    conv_layers(model)
    return [name for name, step in unfold(model).steps.items() if step.is_convolution or step.is_pool]


def find_step(model: keras.Model, layer: str) -> Step:
    """The step of a layer; ValueError that lists close matches if there is none."""
    steps = unfold(model).steps
    check_name(layer, steps)
    return steps[layer]


def check_name(layer: str, names: Iterable[str]) -> None:
    """Raise ValueError that lists close matches if `layer` is not among `names`."""
    names = list(names)
    if not isinstance(layer, str) or layer not in names:
        close = difflib.get_close_matches(str(layer)[:100], names, n=3, cutoff=0.5) or names[:5]
        meant = " or ".join(map(repr, close))
        raise ValueError(f"There is no layer {validation.shown(layer)}; did you mean {meant}?")


def listed(names: Iterable[str]) -> list[str]:
    """Names of layers as a list; TypeError unless each is text."""
    names = list(validation.several("Names of layers", names))
    if wrong := [name for name in names if not isinstance(name, str)]:
        raise TypeError(f"Names of layers must be text; got {validation.shown(wrong[0])}.")
    return names


def flatten(model: keras.Model, *, any_size: bool = False) -> Network:
    """Call every layer on new symbolic inputs, of any size if wanted, and record the calls.

    Raises:
        ValueError: a model without a graph, or a layer that needs images of the model's own size.
    """
    keras = backend.keras()
    shape = (lambda t: (None, None, t.shape[-1])) if any_size else (lambda t: t.shape[1:])
    inputs = [fresh_input(shape(tensor), tensor.dtype) for tensor in _functional(model).inputs]
    steps: dict[str, Step] = {}
    outputs = _call_layers(model, inputs, (), frozenset(), steps)
    # the number of channels is unknown after Flatten, for instance, but a dense layer needs it
    if any_size and (unknown := [step for step in steps.values() if step.output.shape[-1] is None]):
        sides = " x ".join(map(str, model.inputs[0].shape[1:3]))
        raise ValueError(
            f"The layer {unknown[0].layer.name!r} needs images of the model's input size, {sides} pixels."
        )
    return Network(inputs, keras.tree.flatten(outputs), steps)


def _call_layers(
    model: keras.Model, inputs: Any, path: tuple[str, ...], taken: frozenset[str], steps: dict[str, Step]
) -> Any:
    """Call the layers of a model, and those of nested ones, on symbolic tensors; its outputs.

    Args:
        model: the model.
        inputs: its inputs.
        path: names of the models around its layers, the outermost first.
        taken: names that its layers cannot have, since the models around it have them.
        steps: the calls so far; those of this model are added.
    """
    keras = backend.keras()
    own = taken.union(layer.name for layer in model.layers if not isinstance(layer, keras.Model))

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(layer, keras.Model):
            return _call_layers(layer, args, (*path, layer.name), own.union(steps), steps)
        name = layer.name
        for outer in reversed(path):
            name = f"{outer}/{name}" if name in taken else name
        called = _in_single_precision(layer)
        if called is not layer or name != layer.name or not ALLOWED.fullmatch(name):
            called = _with_name(called, _unique_name(name, steps, own))
        output = called(*args, **kwargs)
        tensors = [t for t in keras.tree.flatten((args, kwargs)) if isinstance(t, keras.KerasTensor)]
        for each in keras.tree.flatten(output):  # several of keras.ops.split, for instance
            steps[_unique_name(name, steps, own)] = Step(called, tuple(tensors), each)
        return output

    return _functional(model)._run_through_graph(inputs, call_fn=call)


def fresh_input(shape: Sequence[int | None], dtype: str = "float32", name: str | None = None) -> Any:
    """A new symbolic input for any number of images, in 32 bits if `dtype` has 16.

    Names that Keras chooses may repeat across threads.
    """
    dtype, name = "float32" if dtype in HALF else dtype, name or f"vggviz_input_{next(_counter)}"
    return backend.keras().Input(tuple(shape), dtype=dtype, name=name)


def shallow_copy(layer: Any, /, **attributes: Any) -> Any:
    """A layer of the same class and variables, with some attributes changed.

    `copy.copy` makes Keras save and load the layer, so that the copy gets variables of its own.
    """
    copied = object.__new__(type(layer))
    vars(copied).update(vars(layer) | attributes)
    return copied


def _with_name(layer: Any, name: str) -> Any:
    """A copy of a layer with the same variables and some name, or one like it that is allowed."""
    allowed = name if ALLOWED.fullmatch(name) else "layer" + re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)
    return shallow_copy(layer, name=allowed)


def _in_single_precision(layer: Any) -> Any:
    """The layer, or, if it or a layer in it computes in 16 bits, a copy with the same variables in 32.

    Activations of VGG16 reach tens of thousands; their sums and gradients exceed the range of float16.
    """
    keras = backend.keras()
    is_layer = isinstance(layer, keras.Layer)
    if not is_layer or not any(each.compute_dtype in HALF for each in layer._flatten_layers()):
        return layer
    if isinstance(layer, keras.Model) and getattr(layer, "inputs", None):
        given = layer.inputs if isinstance(layer, keras.Sequential) else layer.input
        inputs = keras.tree.map_structure(lambda t: fresh_input(t.shape[1:], t.dtype, t.name), given)
        plain = shallow_copy(layer, compiled=False)  # a loss may be one that Keras cannot copy
        return keras.models.clone_model(plain, inputs, clone_function=_in_single_precision)
    changed = {
        name: keras.tree.map_structure(_in_single_precision, value)
        for name, value in vars(layer).items()
        if name not in UNRELATED and isinstance(value, (keras.Layer, list, tuple, dict))
    }
    if layer.compute_dtype in HALF and not layer.quantization_mode:
        changed["_dtype_policy"] = policy = keras.DTypePolicy("float32")
        policy._variable_dtype = layer.variable_dtype  # no name means this: weights in 16 bits, sums in 32
    return shallow_copy(layer, **changed)


def _functional(model: keras.Model) -> Any:
    """A functional model of the same layers, whose inputs and outputs are lists."""
    if not getattr(model, "inputs", None):  # Keras raises AttributeError if there are none
        raise ValueError(
            f"The model {model.name!r} has no input shape, and so no graph of layers; give a Sequential a "
            "keras.Input first, and build any other model with the functional API."
        )
    if not type(model).call.__module__.startswith("keras."):
        raise ValueError(
            f"The model {model.name!r} computes by a call method of its own, {type(model).__name__}.call, "
            "which its graph of layers does not show; put what it does into the graph, by layers."
        )
    return backend.keras().Model(model.inputs, model.outputs)


def _unique_name(name: str, steps: Iterable[str], own: Iterable[str]) -> str:
    """`name`, with ":1", ":2" appended for further calls of a shared layer; none that another layer has."""
    if name not in steps:
        return name
    taken = {*steps, *own}
    return next(each for call in itertools.count(1) if (each := f"{name}:{call}") not in taken)


def input_side(model: keras.Model) -> int:
    """Side of a model's square input in pixels; 224 if it accepts any size."""
    return int(image_input(unfold(model).inputs).shape[1] or 224)


def image_input(inputs: Sequence[Any]) -> Any:
    """The symbolic input of a model; ValueError unless it is one, for images."""
    if len(inputs) != 1:
        raise ValueError(f"The model has {len(inputs)} inputs; one, for images, is wanted.")
    if len(inputs[0].shape) != 4:
        raise ValueError(f"The model's input has shape {inputs[0].shape}; images, (N, H, W, C), are wanted.")
    return inputs[0]


def check_differentiable(tensor: Any) -> None:
    """Raise ValueError if a symbolic input takes whole numbers."""
    if "float" not in tensor.dtype:
        raise ValueError(
            f"The model reads images as {tensor.dtype}, and whole numbers have no gradient; "
            "give it an input of dtype float32."
        )
