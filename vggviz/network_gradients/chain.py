"""Networks without branches as arrays: VGG16's convolutions and pools, for other packages than Keras."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz.models.graph import Step, find_step, image_input, unfold

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Convolution:
    """A convolution of stride 1 with zeros around the map, before its ReLU.

    Attributes:
        kernel: float32 (size, size, in, out), of an odd size.
        bias: float32 (out,).
    """

    kernel: np.ndarray
    bias: np.ndarray


@dataclass(frozen=True)
class Pool:
    """Largest value of each square of `size` by `size` cells."""

    size: int


def chain(model: keras.Model, layer: str) -> list[Convolution | Pool]:
    """The layers from a model's input to a convolution, whose own activation is left out.

    Args:
        model: a Keras model.
        layer: name of a Conv2D layer.

    Returns:
        The layers in their order; a ReLU follows each convolution but the last.

    Raises:
        ValueError: unknown layer, or a network that has other layers on the way.
    """
    makers = {id(step.output): step for step in unfold(model).steps.values()}
    start = id(image_input(unfold(model).inputs))
    steps = [find_step(model, layer)]
    while (tensors := steps[0].inputs) and id(tensors[0]) != start:
        if len(tensors) != 1 or id(tensors[0]) not in makers:
            raise _refusal(steps[0])
        steps.insert(0, makers[id(tensors[0])])
    return [_converted(step, last=step is steps[-1]) for step in steps]


def _converted(step: Step, *, last: bool) -> Convolution | Pool:
    layer = step.core
    if step.is_operation or not step.is_keras_own:
        raise _refusal(step)
    config = layer.get_config()
    if step.is_a("Conv2D") and layer is step.layer and _is_plain(config, last=last):
        kernel = np.asarray(layer.kernel, np.float32)
        bias = np.zeros(kernel.shape[-1], np.float32) if layer.bias is None else np.asarray(layer.bias)
        return Convolution(kernel, bias.astype(np.float32))
    if step.is_a("MaxPooling2D") and _is_plain_pool(config):
        return Pool(config["pool_size"][0])
    raise _refusal(step)


def _is_plain(config: dict[str, Any], *, last: bool) -> bool:
    """Whether a Conv2D has stride 1, a square odd kernel, zeros around the map, and a ReLU."""
    sides = config["kernel_size"]
    wanted = {"padding": "same", "strides": (1, 1), "dilation_rate": (1, 1), "groups": 1}
    plain = all(config[name] == value for name, value in wanted.items())
    square = isinstance(sides, tuple) and sides[0] == sides[1] and sides[0] % 2 == 1
    return bool(plain and square) and (last or config["activation"] == "relu")


def _is_plain_pool(config: dict[str, Any]) -> bool:
    """Whether a pool's squares cover the map without overlap."""
    return config["padding"] == "valid" and len({*config["strides"], *config["pool_size"]}) == 1


def _refusal(step: Step) -> ValueError:
    return ValueError(
        f"PyTorch and JAX draw chains of Conv2D with ReLU, stride 1 and padding 'same', and of MaxPooling2D; "
        f"{step.layer.name!r} is another layer ({step.kind}): draw with TensorFlow."
    )
