"""A network without its activation functions: the linear path from the pixels to a layer.

Convolutions lose their activation and bias, max pools become average pools. What is left is the product of
all kernels along the path, the "expanded weights" of Voss et al., "Visualizing Weights", Distill 2021.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend
from vggviz.activations.inner_cells import inner_cells
from vggviz.models import graph
from vggviz.models.receptive_field import ReceptiveField, pair, receptive_fields

if TYPE_CHECKING:
    import keras

BATCH = 32
"""Channels whose weights are expanded at a time."""
KERNELS = ("kernel", "depthwise_kernel", "pointwise_kernel", "gamma")
SCALES = ("moving_variance",)
"""Weights of a layer that its output is proportional to, and those that scale it; others are added."""
DROPPED = ("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU")
DROPPED_FUNCTIONS = ("Relu", "Relu6", "LeakyRelu", "Elu", "Gelu", "Silu", "Selu")
KEPT = (
    *("Add", "Concatenate", "Average", "Dropout", "SpatialDropout2D", "GaussianNoise", "GaussianDropout"),
    *("Identity", "ZeroPadding2D", "AveragePooling2D", "Rescaling", "Normalization"),
)
"""Layers that are left out, and those that are linear as they are."""
Change = Callable[[np.ndarray], np.ndarray]


def linear_layers(model: keras.Model) -> list[str]:
    """Names of the layers with a known receptive field and a linear path from the pixels, in their order."""
    network, fields = graph.unfold(model), receptive_fields(model)
    known, found = {id(tensor) for tensor in network.inputs}, []
    for name, step in network.steps.items():
        if all(id(tensor) in known for tensor in step.inputs) and name in fields and _is_known(step):
            known.add(id(step.output))
            found.append(name)
    return found


def linear_network(
    model: keras.Model, layers: list[str], size: tuple[int, int] | None = None, *, change: Change = np.asarray
) -> keras.Model:
    """The linear path to some layers, as a keras.Model with the output {layer: tensor}.

    Args:
        model: any Keras model.
        layers: some of its `linear_layers`.
        size: height and width of the images; None for the model's own.
        change: function of the kernels, such as `numpy.abs`.
    """
    network = graph.unfold(model)
    (images,) = network.inputs
    inputs = graph.fresh_input((*(size or images.shape[1:3]), images.shape[-1]))
    values, ends = {id(images): inputs}, [network.steps[name].output for name in layers]
    with graph.symbolic_calls:
        for step in reversed(network.steps_to(ends).values()):
            values[id(step.output)] = _linear_call(step, change)([values[id(t)] for t in step.inputs])
        outputs = {name: values[id(end)] for name, end in zip(layers, ends, strict=True)}
        return backend.keras().Model(inputs, outputs)


def expanded_weights(model: keras.Model, layer: str) -> np.ndarray:
    """Product of all kernels along the path from the pixels to a layer, summed over the paths.

    Args:
        model: any Keras model.
        layer: one of its `linear_layers`.

    Returns:
        float32 (c, height, width, channels of the image): the gradient of each channel in a cell away from
        the border, with respect to the pixels of its receptive field.
    """
    size, cells, box = _inner_cell(model, receptive_fields(model)[layer])
    top, left, bottom, right = box
    path = linear_network(model, [layer], size)
    count = path.output[layer].shape[-1]
    parts = [_gradients(path, layer, cells, range(k, min(k + BATCH, count))) for k in range(0, count, BATCH)]
    return np.concatenate(parts)[:, top:bottom, left:right]


def path_sums(model: keras.Model, layer: str) -> np.ndarray:
    """Sum over all paths, and all pixels, of the absolute product of the kernels' weights, float64 (c,)."""
    size, (row, column), _ = _inner_cell(model, receptive_fields(model)[layer])
    path = linear_network(model, [layer], size, change=np.abs)
    images = np.stack([np.zeros(path.input.shape[1:], np.float32), np.ones(path.input.shape[1:], np.float32)])
    none, all_ones = np.asarray(path(images, training=False)[layer], np.float64)[:, row, column]
    return all_ones - none  # a Rescaling may add something


def _inner_cell(
    model: keras.Model, field: ReceptiveField
) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int, int, int]]:
    """Size of a small image, a cell whose field lies inside it, and the field's box.

    The size leaves the same remainder as the model's own, so that padding adds as many cells at the start.
    """
    whole = np.array([side or 0 for side in graph.unfold(model).inputs[0].shape[1:3]])
    size, stride, padding = (np.array(pair(value)) for value in (field.size, field.stride, field.padding))
    row, column = (cells.start for cells in inner_cells(field, whole.tolist()))
    least = (row, column) * stride - padding + size
    height, width = (least + (whole - least) % stride).tolist()
    return (height, width), (row, column), field.box(row, column, (height, width))


def _gradients(path: Any, layer: str, cell: tuple[int, int], channels: range) -> np.ndarray:
    """Gradient of some channels in a cell with respect to the image, (channels, H, W, C)."""
    tf = backend.tensorflow()
    images = tf.zeros((len(channels), *path.input.shape[1:]))
    with tf.GradientTape() as tape:
        tape.watch(images)
        values = path(images, training=False)[layer][:, cell[0], cell[1]]
        chosen = tf.gather(values, list(channels), batch_dims=1)
    return np.asarray(tape.gradient(chosen, images))


def _is_known(step: graph.Step) -> bool:
    """Whether a layer is linear, or can be made so."""
    if step.is_operation:
        return step.kind in (*DROPPED_FUNCTIONS, "Add", "Concatenate") and _reads_tensors_only(step)
    if step.is_a("MaxPooling2D", *DROPPED, *KEPT):
        return True
    names = {weight.name for weight in step.core.weights}
    wanted = {*KERNELS, *SCALES, "bias", "beta", "moving_mean"}
    return (step.is_convolution or step.is_a("BatchNormalization")) and names <= wanted


def _reads_tensors_only(step: graph.Step) -> bool:
    """Whether a function adds no constant: two tensors, or a list of them, or one."""
    return len(step.inputs) != 1 or step.kind in DROPPED_FUNCTIONS


def _linear_call(step: graph.Step, change: Change) -> Callable[[list[Any]], Any]:
    """A function of symbolic tensors: the layer without activation and bias, and with changed kernels."""
    layer = step.layer
    if step.is_a(*DROPPED) or step.kind in DROPPED_FUNCTIONS:
        return lambda tensors: tensors[0]
    if step.is_operation and step.kind == "Add":
        return lambda tensors: layer(*tensors)
    if step.is_a("MaxPooling2D"):
        config = {key: getattr(step.core, key) for key in ("pool_size", "strides", "padding", "data_format")}
        layer = backend.keras().layers.AveragePooling2D(**config)
    elif any(weight.name in KERNELS for weight in getattr(step.core, "weights", ())):
        return lambda tensors: _with_changed_weights(step.core, change, *tensors)
    return lambda tensors: layer(tensors if len(tensors) > 1 else tensors[0])


def _with_changed_weights(layer: Any, change: Change, tensor: Any) -> Any:
    """Output of a layer of the same Keras class in single precision, its kernels changed, nothing added."""
    kind: Any = next(each for each in type(layer).__mro__ if each.__module__.startswith("keras."))
    config = kind.get_config(layer) | {"dtype": "float32", "name": f"{layer.name}_expanded"}
    copied = kind.from_config(config | ({"activation": "linear"} if "activation" in config else {}))
    output = copied(tensor)
    copied.set_weights([_changed(weight, change) for weight in layer.weights])
    return output


def _changed(weight: Any, change: Change) -> np.ndarray:
    values = np.asarray(weight, np.float32)
    return change(values) if weight.name in KERNELS else values * (weight.name in SCALES)
