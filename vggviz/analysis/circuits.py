"""Which channels feed which: through one convolution, and from the first block to a class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend, validation
from vggviz.activations.forward import check_batch, run, ungrouped_step
from vggviz.models.graph import LOGITS, check_name, conv_layers, find_step, listed, part, unfold
from vggviz.objectives import Objective, check_objective

if TYPE_CHECKING:
    import keras


def input_contributions(
    model: keras.Model, batch: np.ndarray, layer: str, channel: int, *, place: tuple[int, int] | None = None
) -> np.ndarray:
    """What each input channel of a convolution gives to one of its channels: weight times activation.

    The sum over the input channels, plus the bias, is the channel's value before its activation
    function (`pre_activations`): at the place, or on the mean over the map.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), as the model's input wants it.
        layer: a convolution's name.
        channel: index of the channel that is fed.
        place: (row, column) of one cell; None is the mean over all cells.

    Returns:
        float32 (N, input channels); the strongest inputs are those that come last in `argsort`.

    Raises:
        ValueError: an unknown layer, one that is no convolution, or a channel or place outside it.
    """
    step = ungrouped_step(model, layer)
    convolution = step.layer
    channel = validation.whole(f"channel of {layer!r}", channel, 0, convolution.filters - 1)
    (inputs,) = run(model, batch, (step.inputs[0],))
    # a depthwise convolution is an ordinary one before its sum over the input channels
    products = backend.keras().ops.depthwise_conv(
        inputs,
        np.asarray(convolution.kernel, np.float32)[..., channel, np.newaxis],
        strides=convolution.strides,
        padding=convolution.padding,
        dilation_rate=convolution.dilation_rate,
    )
    given = np.asarray(products, np.float32)
    if place is None:
        return given.mean(axis=(1, 2), dtype=np.float64).astype(np.float32)
    if not isinstance(place, (tuple, list)) or len(place) != 2:
        raise ValueError(f"A place is a row and a column; got {validation.shown(place)}.")
    row, column = (
        validation.whole(f"{what} in {layer!r}", index, 0, count - 1)
        for what, index, count in zip(("row", "column"), place, given.shape[1:3], strict=True)
    )
    return given[:, row, column]


@dataclass(frozen=True)
class Trace:
    """The channels through which an image speaks for an objective, layer by layer.

    Attributes:
        objective: what was traced, in words.
        value: the objective's value.
        layers: names of the L layers, the first of the network first.
        channels: int (L, top), the channels' indices, strongest first.
        values: float32 (L, top), what each gives to the objective: activation times gradient,
            summed over the map.
        links: float32 (L - 1, top, top): ``links[l, i, j]`` is what channel i of layer l gives to
            the objective by way of channel j of the next layer.
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
    top: int = 3,
) -> Trace:
    """Follow an objective back through the network, by the channels that give most to it.

    In the last layer these are the channels of largest activation times gradient (channel
    attribution of Olah et al., "The Building Blocks of Interpretability", Distill 2018); in each
    layer before, those that give most by way of the channels already chosen. In a network of
    convolutions, ReLU and pools each number is weight times activation, passed through the ReLUs
    that are open: without biases the channels of a layer sum to the objective, and the links into a
    channel sum to what it gives; with biases the rest is theirs. Trace ``-objective`` for the channels
    that speak against it.

    Args:
        model: any Keras model.
        batch: float (1, H, W, C), one image as the model's input wants it.
        objective: what to follow, `class_logit(3)` say.
        layers: names, in any order; None is the last convolution of each size before the objective.
        top: channels of each layer.

    Raises:
        ValueError: an unknown layer, or one that the objective does not depend on; more than one
            image; more channels than a layer has.
    """
    check_objective(objective)
    names = _before(model, objective) if layers is None else _in_order(model, layers)
    batch = check_batch(batch, unfold(model).inputs)
    if len(batch) != 1:
        raise ValueError(f"One image is traced at a time; got a batch of {len(batch)}.")
    fewest = min(find_step(model, name).output.shape[-1] for name in names)
    top = validation.whole("number of channels of each layer (top)", top, 1, fewest)
    tf = backend.tensorflow()
    network = part(model, dict.fromkeys((*names, *objective.layers)))
    follow = tf.function(
        lambda images: _follow(tf, network(images, training=False), objective, names, top), autograph=False
    )
    # compiled by hand: a tf.function that is made anew for each call warns of it at the fifth
    images = tf.constant(batch)
    value, channels, values, links = follow.get_concrete_function(images)(images)
    return Trace(
        objective.label,
        float(value),
        tuple(names),
        np.stack([row.numpy() for row in channels]).astype(np.int64),
        np.stack([row.numpy() for row in values]),
        np.array([block.numpy() for block in links], np.float32).reshape(-1, top, top),
    )


def _follow(tf: Any, maps: Mapping[str, Any], objective: Objective, names: list[str], top: int) -> Any:
    """Objective, and by layer: channel numbers, values, links to the next layer. In TensorFlow's graph.

    `tf.gradients` computes only what lies between its two ends; a tape would go on to the image.
    """
    value = objective.value(maps)[0]
    slopes = tf.gradients(value, [maps[name] for name in names])
    for name, slope in zip(names, slopes, strict=True):
        if slope is None:
            raise ValueError(f"The objective, {objective.label}, does not depend on the layer {name!r}.")
    given = [
        tf.reduce_sum(maps[name][0] * slope[0], axis=(0, 1))
        for name, slope in zip(names, slopes, strict=True)
    ]
    channels = [tf.math.top_k(given[-1], top).indices]
    links: list[Any] = []
    for before, after, slope in reversed(list(zip(names, names[1:], slopes[1:], strict=False))):
        ways = _ways(tf, maps[before], maps[after], slope, channels[0])
        channels.insert(0, tf.math.top_k(tf.reduce_sum(ways, axis=0), top).indices)
        links.insert(0, tf.transpose(tf.gather(ways, channels[0], axis=1)))
    values = [tf.gather(each, indices) for each, indices in zip(given, channels, strict=True)]
    return value, channels, values, links


def _ways(tf: Any, before: Any, after: Any, slope: Any, channels: Any) -> Any:
    """What each channel of `before` gives by way of each of the chosen channels of `after`: (top, C)."""
    ways = []
    for channel in tf.unstack(channels):
        alone = slope * tf.one_hot(channel, after.shape[-1], dtype=slope.dtype)
        (back,) = tf.gradients(after, before, grad_ys=alone)
        ways.append(tf.reduce_sum(before[0] * back[0], axis=(0, 1)))
    return tf.stack(ways)


def _before(model: keras.Model, objective: Objective) -> list[str]:
    """The last convolution of each size that comes before all layers of the objective."""
    steps = unfold(model).steps
    order = list(steps)
    read = [name for name in objective.layers if name != LOGITS]
    for name in read:
        check_name(name, order)
    end = min(map(order.index, read), default=len(order))
    convolutions = [name for name in conv_layers(model) if order.index(name) < end]
    if not convolutions:
        raise ValueError(f"There is no convolution before {objective.label} to trace it through.")
    return list({steps[name].output.shape[1:3]: name for name in convolutions}.values())


def _in_order(model: keras.Model, layers: Iterable[str]) -> list[str]:
    """The layers named, in the order they run; ValueError unless they give maps."""
    layers = [layers] if isinstance(layers, str) else listed(layers)
    for name in layers:
        if len(find_step(model, name).output.shape) != 4:
            raise ValueError(f"The layer {name!r} gives no feature maps; name convolutions or pools.")
    if not layers:
        raise ValueError("There is no layer to trace through; name one at least.")
    return [name for name in unfold(model).steps if name in layers]
