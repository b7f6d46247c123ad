"""Other gradients of a ReLU than its derivative."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from vggviz._shared import backend

RELUS = ("Relu", "Relu6")
"""TensorFlow's names for the operations."""


def gradient_through(score: Callable[[Any], Any], images: Any, ways_back: Mapping[str, str]) -> Any:
    """A score's gradient by the images, with other ways back; only while a `tf.function` is traced.

    Args:
        score: from a tensor of images to a tensor of scores.
        images: float32 (N, H, W, C).
        ways_back: of `guided`.

    Returns:
        float32 (N, H, W, C), zero where the score does not depend on the images.
    """
    tf = backend.tensorflow()
    seen = tf.identity(images)
    with tf.compat.v1.get_default_graph().gradient_override_map(ways_back):
        value = score(seen)
    return tf.gradients(value, seen, unconnected_gradients=tf.UnconnectedGradients.ZERO)[0]


class Slope(NamedTuple):
    """What leads a score upwards.

    Attributes:
        score: a tensor (N,).
        uphill: float32 (N, H, W, C), by the images.
        asleep: bool (N, 1, 1, 1), whether every channel that an image's score depends on is silent.
    """

    score: Any
    uphill: Any
    asleep: Any


def waking_slope(score: Callable[[Mapping[str, Any]], Any], maps: Mapping[str, Any], images: Any) -> Slope:
    """A score's gradient, that of silent channels taken before their ReLU; only in a traced `tf.function`.

    A channel that is silent all over has no slope: what it gives is zero, and stays zero. So where a
    ReLU made the maps that the score reads, a channel through which nothing of the score's gradient
    comes back gets the gradient of its pre-activation, as far as that would raise it. All other
    ReLUs, those between the images and that one, keep their derivative: with them passed over, too,
    as by the "redirected ReLU" of the library Lucid, the gradient points elsewhere.

    Args:
        score: from maps to a tensor of scores (N,), each image's from that image's maps alone.
        maps: {layer: tensor (N, ...)}, computed from the images in the graph being traced.
        images: float32 (N, H, W, C).
    """
    tf = backend.tensorflow()
    read = {layer: tf.identity(values) for layer, values in maps.items()}  # none depends on another
    value = score(read)
    zero = tf.UnconnectedGradients.ZERO
    pulls = tf.gradients(value, list(read.values()), unconnected_gradients=zero)
    ends = [_before_relu(made, pull) for made, pull in zip(maps.values(), pulls, strict=True)]
    tensors, slopes, silent = zip(*ends, strict=True)
    (uphill,) = tf.gradients(tensors, images, slopes, unconnected_gradients=zero)
    asleep = tf.reduce_all(tf.stack(silent), axis=0)
    return Slope(value, uphill, tf.reshape(asleep, (-1, 1, 1, 1)))


def _before_relu(made: Any, pull: Any) -> tuple[Any, Any, Any]:
    """Where to go on from some maps, the gradient there, and bool (N,): whether none came through."""
    tf = backend.tensorflow()
    relu = _own_relu(made.op)
    if relu is None:
        return made, pull, _all_zero(pull, range(1, pull.shape.rank))
    (before,), (after,) = relu.inputs, relu.outputs
    (wanted,) = tf.gradients(made, after, pull)
    (through,) = tf.gradients(after, before, wanted)
    silent = _all_zero(through, range(1, through.shape.rank - 1), keepdims=True)
    waking = tf.where(silent & (after <= 0), tf.nn.relu(wanted), 0)
    return before, through + waking, _all_zero(through, range(1, through.shape.rank))


def _own_relu(operation: Any) -> Any:
    """The ReLU that made some maps, perhaps with pools and changes of shape after it; None if none did.

    An operation that reads several tensors, as convolutions and dense layers read their weights, ends
    the search: what comes before it is of other layers.
    """
    while operation.type not in RELUS:
        read = [tensor for tensor in operation.inputs if tensor.dtype.is_floating]
        if len(read) != 1:
            return None
        operation = read[0].op
    return operation


def _all_zero(values: Any, axes: Iterable[int], **settings: Any) -> Any:
    return backend.tensorflow().reduce_all(values == 0, axis=tuple(axes), **settings)


@functools.cache
def guided() -> dict[str, str]:
    """Stop negative gradients, too: Springenberg et al., "Striving for Simplicity", 2015, section 3.4."""
    relu = backend.tensorflow().nn.relu
    return _registered("Guided", lambda back, output, gradient: back(relu(gradient), output))


def _registered(kind: str, way: Callable[[Callable[[Any, Any], Any], Any, Any], Any]) -> dict[str, str]:
    """Register a way back for each kind of ReLU: names of the operations, and of their new gradients."""
    tf = backend.tensorflow()
    names = {}
    for operation, back in (("Relu", tf.raw_ops.ReluGrad), ("Relu6", tf.raw_ops.Relu6Grad)):
        names[operation] = f"Vggviz{kind}{operation}"
        tf.RegisterGradient(names[operation])(functools.partial(_way_back, way, back))
    return names


def _way_back(way: Callable[..., Any], back: Callable[..., Any], operation: Any, gradient: Any) -> Any:
    return way(lambda g, y: back(gradients=g, features=y), operation.outputs[0], gradient)
