"""Other ways back through a ReLU than its derivative, by TensorFlow's own means of replacing one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from vggviz import backend


def gradient_through(score: Callable[[Any], Any], pictures: Any, ways_back: Mapping[str, str]) -> Any:
    """A score's gradient by the pictures, with other ways back; only while a `tf.function` is traced.

    Args:
        score: from a tensor of pictures to a tensor of scores.
        pictures: float32 (N, H, W, C).
        ways_back: of `guided` or `redirected`.

    Returns:
        float32 (N, H, W, C), zero where the score does not depend on the pictures.
    """
    tf = backend.tensorflow()
    seen = tf.identity(pictures)
    with tf.compat.v1.get_default_graph().gradient_override_map(ways_back):
        value = score(seen)
    return tf.gradients(value, seen, unconnected_gradients=tf.UnconnectedGradients.ZERO)[0]


@functools.cache
def guided() -> dict[str, str]:
    """Stop negative gradients, too: Springenberg et al., "Striving for Simplicity", 2015, section 3.4."""
    relu = backend.tensorflow().nn.relu
    return _registered("Guided", lambda back, output, gradient: back(relu(gradient), output))


@functools.cache
def redirected() -> dict[str, str]:
    """Let through, where a cell is silent, what would wake it: a slope for those that have none.

    As the "redirected ReLU" of the library Lucid does.
    """
    tf = backend.tensorflow()

    def way(back: Callable[[Any, Any], Any], output: Any, gradient: Any) -> Any:
        return back(gradient, output) + tf.where(output <= 0, tf.nn.relu(gradient), 0)

    return _registered("Redirected", way)


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
