"""Circuits: contributions of channels to others, through one convolution or through the whole network."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend, validation
from vggviz.activations.forward import check_batch, run, ungrouped_step
from vggviz.models.graph import check_name, conv_layers, find_step, listed, unfold
from vggviz.models.parts import is_logits, part
from vggviz.models.receptive_field import same_padding
from vggviz.objectives import Objective, check_objective, label_for

if TYPE_CHECKING:
    import keras


def input_contributions(
    model: keras.Model, batch: np.ndarray, layer: str, channel: int, *, place: tuple[int, int] | None = None
) -> np.ndarray:
    """Contribution of each input channel of a convolution to an output channel: weight times activation.

    The sum over the input channels, plus the bias, is the channel's pre-activation (see
    `pre_activations`) in one cell, or its mean over the map.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), the model's input.
        layer: name of a Conv2D layer.
        channel: index of the output channel.
        place: (row, column) of one cell; None for the mean over all cells.

    Returns:
        float32 (N, input channels).

    Raises:
        ValueError: unknown layer, one that is not an ungrouped Conv2D, or a channel or cell outside its map.
    """
    step = ungrouped_step(model, layer)
    convolution = step.core
    channel = validation.whole(f"channel of {layer!r}", channel, 0, step.output.shape[-1] - 1)
    (inputs,) = run(model, batch, (step.inputs[0],))
    # a depthwise convolution computes the terms of an ordinary one, without the sum over input channels
    products = backend.keras().ops.depthwise_conv(
        inputs,
        np.asarray(convolution.kernel, np.float32)[..., channel, np.newaxis],
        strides=1,  # TensorFlow's depthwise convolution supports only equal ones
        padding=convolution.padding,
        data_format="channels_last",
        dilation_rate=convolution.dilation_rate,
    )
    rows, columns = (_kept(convolution, axis, inputs.shape[1 + axis]) for axis in (0, 1))
    products = np.asarray(products, np.float32)[:, rows, columns]
    if place is None:
        return products.mean(axis=(1, 2), dtype=np.float64).astype(np.float32)
    if not isinstance(place, (tuple, list)) or len(place) != 2:
        raise ValueError(f"A place is a row and a column; got {validation.shown(place)}.")
    row, column = (
        validation.whole(f"{what} in {layer!r}", index, 0, count - 1)
        for what, index, count in zip(("row", "column"), place, products.shape[1:3], strict=True)
    )
    return products[:, row, column]


def _kept(convolution: Any, axis: int, length: int) -> slice:
    """The places along an axis of a convolution with stride 1 that the convolution itself computes."""
    stride, first = convolution.strides[axis], 0
    if convolution.padding == "same":  # fewer zeros are added at the start than for stride 1
        reach = (convolution.kernel_size[axis] - 1) * convolution.dilation_rate[axis] + 1
        first = same_padding(length, reach, 1) - same_padding(length, reach, stride)
    return slice(first, None, stride)


@dataclass(frozen=True)
class Trace:
    """The channels that contribute most to an objective, layer by layer.

    Attributes:
        objective: label of the objective.
        value: value of the objective.
        layers: names of the L layers, in the order they run.
        channels: int (L, top), channel indices, largest contribution first.
        values: float32 (L, top), contribution of each channel to the objective: activation times
            gradient, summed over the map.
        links: float32 (L - 1, top, top): ``links[l, i, j]`` is the contribution of channel i of layer
            l to the objective through channel j of the next layer.
    """

    objective: str
    value: float
    layers: tuple[str, ...]
    channels: np.ndarray
    values: np.ndarray
    links: np.ndarray


def trace(
    model: keras.Model,
    batch: np.ndarray,
    objective: Objective,
    layers: Sequence[str] | None = None,
    *,
    top: int | None = None,
) -> Trace:
    """Trace an objective back through the network by the channels that contribute most to it.

    In the last layer these are the channels with the largest activation times gradient (channel
    attribution of Olah et al., "The Building Blocks of Interpretability", Distill 2018); in each
    earlier layer, those with the largest contribution through the channels already chosen. In a
    network of convolutions, ReLU and pools without biases, the contributions of all channels of a layer
    sum to the objective, and the links into a channel sum to its contribution; with biases, the
    difference is due to the biases. Trace ``-objective`` for the channels that decrease it.

    Args:
        model: any Keras model.
        batch: float (1, H, W, C), one image, the model's input.
        objective: the objective to trace, such as ``class_logit(3)``.
        layers: names in any order; None for the last convolution of each size before the objective.
        top: number of channels of each layer; None for 3, or as many as every layer has.

    Returns:
        A Trace.

    Raises:
        TypeError: not a model, or not an objective.
        ValueError: unknown layer, or one that the objective does not depend on; more than one image;
            more channels than a layer has.
    """
    check_objective(objective)
    names = _default_layers(model, objective) if layers is None else _in_order(model, layers)
    batch = check_batch(batch, unfold(model).inputs)
    if len(batch) != 1:
        raise ValueError(f"One image is traced at a time; got a batch of {len(batch)}.")
    fewest = min(find_step(model, name).output.shape[-1] for name in names)
    top = min(3, fewest) if top is None else top
    top = validation.whole("number of channels of each layer (top)", top, 1, fewest)
    network = part(model, dict.fromkeys((*names, *objective.layers)))
    found = _trace(network, batch, objective, names, top)
    return replace(found, objective=label_for(objective, model))


def _trace(network: Any, batch: np.ndarray, objective: Objective, names: list[str], top: int) -> Trace:
    tf = backend.tensorflow()
    compiled = tf.function(
        lambda images: _traced_tensors(network(images, training=False), objective, names, top),
        autograph=False,
    )
    images = tf.constant(batch)
    # without get_concrete_function, TensorFlow warns about the fifth new tf.function
    value, channels, values, links = compiled.get_concrete_function(images)(images)
    return Trace(
        objective.label,
        float(value),
        tuple(names),
        np.stack([row.numpy() for row in channels]).astype(np.int64),
        np.stack([row.numpy() for row in values]),
        np.array([block.numpy() for block in links], np.float32).reshape(-1, top, top),
    )


def _traced_tensors(maps: Mapping[str, Any], objective: Objective, names: list[str], top: int) -> Any:
    """Value, and by layer: channel indices, contributions, links to the next; only in a traced graph.

    `tf.gradients` computes only what lies between two tensors; a gradient tape would continue to the image.
    """
    tf = backend.tensorflow()
    value = objective.value(maps)[0]
    gradients = tf.gradients(value, [maps[name] for name in names])
    for name, gradient in zip(names, gradients, strict=True):
        if gradient is None:
            raise ValueError(f"The objective, {objective.label}, does not depend on the layer {name!r}.")
    products = [
        tf.reduce_sum(maps[name][0] * gradient[0], axis=(0, 1))
        for name, gradient in zip(names, gradients, strict=True)
    ]
    channels = [tf.math.top_k(products[-1], top).indices]
    links: list[Any] = []
    for before, after, gradient in reversed(list(zip(names, names[1:], gradients[1:], strict=False))):
        through = _contributions(maps[before], maps[after], gradient, channels[0])
        channels.insert(0, tf.math.top_k(tf.reduce_sum(through, axis=0), top).indices)
        links.insert(0, tf.transpose(tf.gather(through, channels[0], axis=1)))
    values = [tf.gather(each, indices) for each, indices in zip(products, channels, strict=True)]
    return value, channels, values, links


def _contributions(before: Any, after: Any, gradient: Any, channels: Any) -> Any:
    """Contributions of each channel of `before` through each chosen channel of `after`: (top, C)."""
    tf, through = backend.tensorflow(), []
    for channel in tf.unstack(channels):
        upstream = gradient * tf.one_hot(channel, after.shape[-1], dtype=gradient.dtype)
        (downstream,) = tf.gradients(after, before, grad_ys=upstream)
        through.append(tf.reduce_sum(before[0] * downstream[0], axis=(0, 1)))
    return tf.stack(through)


def _default_layers(model: keras.Model, objective: Objective) -> list[str]:
    """Names of the last convolution of each size before the layers of the objective."""
    network = unfold(model)
    steps, order = network.steps, list(network.steps)
    read = [name for name in objective.layers if not is_logits(name, network)]
    for name in read:
        check_name(name, order)
    end = min(map(order.index, read), default=len(order))
    convolutions = [name for name in conv_layers(model) if order.index(name) < end]
    if not convolutions:
        raise ValueError(f"There is no convolution before {objective.label} to trace it through.")
    sizes = itertools.groupby(convolutions, lambda name: steps[name].output.shape[1:3])
    return [list(names)[-1] for _, names in sizes]  # a decoder repeats sizes of the encoder


def _in_order(model: keras.Model, layers: Iterable[str]) -> list[str]:
    """Layers sorted in the order they run; ValueError unless their outputs are feature maps."""
    layers = [layers] if isinstance(layers, str) else listed(layers)
    for name in layers:
        if len(find_step(model, name).output.shape) != 4:
            raise ValueError(f"The layer {name!r} gives no feature maps; name convolutions or pools.")
    if not layers:
        raise ValueError("There is no layer to trace through; name one at least.")
    return [name for name in unfold(model).steps if name in layers]
