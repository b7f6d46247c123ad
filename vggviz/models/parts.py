"""Submodels from a model's input to some of its layers, for images of any size, and to its logits.

To find the logits, the last layers are called with fixed numbers, and the results are compared with softmax,
sigmoid and the identity. So the last activation may be a layer, an attribute of one, or a function.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend
from vggviz.models.graph import LOGITS, Network, Step, find_step, fresh_input, listed, shallow_copy, unfold

if TYPE_CHECKING:
    import keras

TOLERANCE = 1e-2
"""Largest difference of probabilities that counts as equal; float16 has three digits."""


def part(model: keras.Model, names: Iterable[str], *, any_size: bool = False) -> keras.Model:
    """The submodel that computes some layers; cached.

    Args:
        model: any Keras model with one input; it may contain nested models.
        names: of the layers; LOGITS for the model's output before its softmax or sigmoid.
        any_size: accept images of any height and width instead of the model's input size.

    Returns:
        A keras.Model that shares the layers and weights; its output is ``{name: tensor}``.

    Raises:
        ValueError: unknown layer, several inputs, unknown logits, or, with `any_size`, a layer that needs
            a fixed size.
    """
    network = unfold(model)
    if len(network.inputs) != 1:
        raise ValueError(f"The model has {len(network.inputs)} inputs; one, for images, is wanted.")
    names = tuple(listed(names))
    key = ("part", names, any_size)
    if key not in network.functions:
        outputs = {
            name: logits(network) if is_logits(name, network) else find_step(model, name).output
            for name in names
        }
        whole = backend.keras().Model(network.inputs[0], outputs)
        network.functions[key] = _at_any_size(whole) if any_size else whole
    return network.functions[key]


def output_shapes(function: keras.Model, size: tuple[int, int]) -> dict[str, tuple[int | None, ...]]:
    """Shapes of the outputs of a submodel for one image, without the batch axis, as Keras computes them.

    Args:
        function: a model made by `part`.
        size: the image's height and width in pixels.

    Returns:
        ``{layer: (h, w, c)}``, or (n,) for a dense layer.

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
    makers = {id(step.output): step for step in network.steps.values()}
    while (step := makers.get(id(tensor))) is not None:
        if getattr(step.layer, "weights", None):
            return _without_activation(step)
        if _is_like(step, lambda values: values):
            tensor = step.inputs[0]
        elif _is_like(step, _softmax) or _is_like(step, _sigmoid):
            return step.inputs[0]
        else:
            break
    raise ValueError(_refusal(step))


def _without_activation(step: Step) -> Any:
    """The output tensor of a layer with weights, before its activation."""
    keras = backend.keras()
    activation = getattr(step.core, "activation", keras.activations.linear)
    if activation is keras.activations.linear:
        return step.output
    if not (_same(activation, _softmax) or _same(activation, _sigmoid)):
        raise ValueError(_refusal(step))
    return linear_copy(step.layer)(step.inputs[0])


def linear_copy(layer: Any) -> Any:
    """A copy of a layer with the same variables, and the same wrapper if any, without activation."""
    keras = backend.keras()
    changed = {"name": f"{layer.name}_linear"}
    if isinstance(layer, keras.layers.Wrapper):
        changed |= {"layer": linear_copy(layer.layer)}
    else:
        changed |= {"activation": keras.activations.linear}
    return shallow_copy(layer, **changed)


def _is_like(step: Step, function: Any) -> bool:
    """Whether a layer with one input equals a function, for fixed numbers."""
    if len(step.inputs) != 1:
        return False
    shape = tuple(4 if side is None else side for side in step.inputs[0].shape[1:])
    values = _probe((2, *shape))
    try:
        given = np.asarray(
            step.layer(values, training=False) if _takes_training(step) else step.layer(values)
        )
    except Exception:  # a custom layer can raise anything
        return False
    return given.size == values.size and np.allclose(
        given.reshape(values.shape), function(values), atol=TOLERANCE
    )


def _takes_training(step: Step) -> bool:
    return "training" in inspect.signature(step.layer.call).parameters


def _same(activation: Any, function: Any) -> bool:
    values = _probe((2, 5))
    return np.allclose(np.asarray(activation(values)), function(values), atol=TOLERANCE)


def _probe(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def _softmax(values: np.ndarray) -> np.ndarray:
    powers = np.exp(values)
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-values)))


def _refusal(step: Step | None) -> str:
    end = "its output" if step is None else f"its last layer, {step.layer.name!r} (a {step.kind}),"
    return (
        f"The logits of the model are unknown: {end} is neither linear nor a softmax or sigmoid; "
        "make the last layer linear, or use channel(layer, index) as the objective."
    )


def _at_any_size(model: Any) -> Any:
    """The model with the same layers, for inputs of any height and width."""
    keras = backend.keras()
    inputs = keras.tree.map_structure(
        lambda tensor: fresh_input((None, None, tensor.shape[-1]), tensor.dtype), model.input
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
