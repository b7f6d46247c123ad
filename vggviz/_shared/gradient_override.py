"""Gradient overrides for ReLU."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from vggviz._shared import backend

RELUS = ("Relu", "Relu6")
"""Types of TensorFlow's ReLU operations."""


def overridden_gradient(score: Callable[[Any], Any], images: Any, overrides: Mapping[str, str]) -> Any:
    """Gradient of a score with respect to the images, under the given overrides.

    Can only be called while a `tf.function` is traced.

    Args:
        score: function from a tensor of images to a tensor of scores.
        images: float32 (N, H, W, C).
        overrides: {type of operation: name of a registered gradient}, such as `guided_relu` returns.

    Returns:
        float32 (N, H, W, C), zero where the score does not depend on the images.
    """
    tf = backend.tensorflow()
    inputs = tf.identity(images)
    with tf.compat.v1.get_default_graph().gradient_override_map(overrides):
        value = score(inputs)
    return tf.gradients(value, inputs, unconnected_gradients=tf.UnconnectedGradients.ZERO)[0]


class ScoreGradient(NamedTuple):
    """A score and its gradient.

    Attributes:
        score: a tensor (N,).
        gradient: float32 (N, H, W, C), with respect to the images.
        redirected: bool (N, 1, 1, 1), whether the unmodified gradient is zero in every layer that the
            image's score reads, so that all of `gradient` is that of pre-activations.
    """

    score: Any
    gradient: Any
    redirected: Any


def redirected_relu_gradient(
    score: Callable[[Mapping[str, Any]], Any], maps: Mapping[str, Any], images: Any
) -> ScoreGradient:
    """Gradient of a score; channels with zero gradient get the gradient of their pre-activation.

    A channel whose ReLU outputs zero everywhere has a zero gradient, so gradient ascent could not
    start. If the maps that the score reads are the output of a ReLU, a channel whose gradient through
    this ReLU is zero everywhere gets the gradient with respect to its pre-activation, where that is
    positive. ReLUs before this one keep their derivative: redirecting them as well, as the
    "redirected ReLU" of the library Lucid does, changes the direction of the gradient.

    Can only be called while a `tf.function` is traced.

    Args:
        score: function from maps to a tensor of scores (N,), each computed from one image's maps.
        maps: {layer: tensor (N, ...)}, computed from the images in the graph being traced.
        images: float32 (N, H, W, C).
    """
    tf = backend.tensorflow()
    read = {layer: tf.identity(values) for layer, values in maps.items()}  # independent of one another
    value = score(read)
    zero = tf.UnconnectedGradients.ZERO
    upstream = tf.gradients(value, list(read.values()), unconnected_gradients=zero)
    before = [_gradient_before_relu(*pair) for pair in zip(maps.values(), upstream, strict=True)]
    tensors, gradients, is_zero = zip(*before, strict=True)
    (gradient,) = tf.gradients(tensors, images, gradients, unconnected_gradients=zero)
    redirected = tf.reduce_all(tf.stack(is_zero), axis=0)
    return ScoreGradient(value, gradient, tf.reshape(redirected, (-1, 1, 1, 1)))


def _gradient_before_relu(maps: Any, upstream: Any) -> tuple[Any, Any, Any]:
    """Pre-activations, the gradient with respect to them, and bool (N,): whether it is zero unmodified.

    The maps themselves and their gradient where no ReLU is found.
    """
    tf = backend.tensorflow()
    relu = _last_relu(maps.op)
    if relu is None:
        return maps, upstream, _all_zero(upstream, range(1, upstream.shape.rank))
    (before,), (after,) = relu.inputs, relu.outputs
    (wanted,) = tf.gradients(maps, after, upstream)
    (through,) = tf.gradients(after, before, wanted)
    is_zero = _all_zero(through, range(1, through.shape.rank - 1), keepdims=True)
    redirected = tf.where(is_zero & (after <= 0), tf.nn.relu(wanted), 0)
    return before, through + redirected, _all_zero(through, range(1, through.shape.rank))


def _last_relu(operation: Any) -> Any:
    """The ReLU whose output some maps are, possibly pooled or reshaped since; None if there is none.

    The search ends at an operation with several inputs (convolutions and dense layers also read
    weights): operations before it belong to earlier layers.
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
def guided_relu() -> dict[str, str]:
    """Overrides for guided backpropagation, which sets negative gradients to zero at each ReLU.

    Springenberg et al., "Striving for Simplicity", 2015, section 3.4.

    Returns:
        {type of operation: name of its registered gradient}, for `overridden_gradient`.
    """
    tf = backend.tensorflow()
    names = {}
    for operation, derivative in (("Relu", tf.raw_ops.ReluGrad), ("Relu6", tf.raw_ops.Relu6Grad)):
        names[operation] = f"VggvizGuided{operation}"
        tf.RegisterGradient(names[operation])(functools.partial(_guided_gradient, derivative))
    return names


def _guided_gradient(derivative: Callable[..., Any], operation: Any, gradient: Any) -> Any:
    """The ReLU's derivative applied to the positive part of the gradient."""
    positive = backend.tensorflow().nn.relu(gradient)
    return derivative(gradients=positive, features=operation.outputs[0])
