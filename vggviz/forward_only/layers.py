"""VGG16's layers as plain objects, with the attributes of Keras' layers that the library reads."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vggviz.models.graph import Network, Step

BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
"""Convolutions and channels of each block (Simonyan and Zisserman, ICLR 2015, configuration D)."""
SIDE = 224

Arrays = Callable[[str], dict[str, list[np.ndarray]]]
"""Function from a layer's name to {name: kernel and bias}."""


@dataclass(frozen=True, eq=False)
class Tensor:
    """A symbolic tensor, or the shape of an array."""

    shape: tuple[Any, ...]
    dtype: str = "float32"


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer with weights of some shapes; `kind` is Keras' name of its class."""

    name: str
    kind: str
    weights: tuple[Tensor, ...] = ()
    data_format = "channels_last"

    def count_params(self) -> int:
        """Number of weights and biases."""
        return sum(math.prod(each.shape) for each in self.weights)


@dataclass(frozen=True, eq=False)
class Convolution(Layer):
    """A Conv2D of 3 x 3 with ReLU, whose arrays are read when they are asked for."""

    read: Arrays = field(kw_only=True)
    kernel_size, strides, dilation_rate, padding, groups = (3, 3), (1, 1), (1, 1), "same", 1

    @functools.cached_property
    def _arrays(self) -> list[np.ndarray]:
        return self.read(self.name)[self.name]

    @property
    def kernel(self) -> np.ndarray:
        """Kernel (3, 3, in, out), float32."""
        return self._arrays[0]

    @property
    def bias(self) -> np.ndarray:
        """Bias (out,), float32."""
        return self._arrays[1]


@dataclass(frozen=True, eq=False)
class Pool(Layer):
    """A MaxPooling2D of 2 x 2."""

    pool_size, strides, padding = (2, 2), (2, 2), "valid"


class PlainStep(Step):
    """A step whose layer is one of these."""

    @property
    def kind(self) -> str:
        return str(self.layer.kind)

    @property
    def kernel_shapes(self) -> list[tuple[int, ...]]:
        return [weight.shape for weight in self.layer.weights if len(weight.shape) > 1]

    @property
    def core(self) -> Layer:
        return self.layer

    @property
    def is_operation(self) -> bool:
        return False

    def is_a(self, *kinds: str) -> bool:
        return self.kind in kinds


def vgg16(read: Arrays, classes: int) -> Network:
    """The graph of VGG16 for images of 224 x 224; where there are classes, with a linear classifier."""
    first = before = Tensor((None, SIDE, SIDE, 3))
    steps: dict[str, Step] = {}
    for layer, shape in _layers(read, classes):
        output = Tensor((None, *shape))
        steps[layer.name] = PlainStep(layer, (before,), output)
        before = output
    return Network([first], [before], steps)


def _layers(read: Arrays, classes: int) -> Iterator[tuple[Layer, tuple[int, ...]]]:
    """Each layer, and the shape of its output for one image."""
    side, channels = SIDE, 3
    for block, (convolutions, count) in enumerate(BLOCKS, 1):
        for k in range(1, convolutions + 1):
            weights = Tensor((3, 3, channels, count)), Tensor((count,))
            channels = count
            layer = Convolution(f"block{block}_conv{k}", "Conv2D", weights, read=read)
            yield layer, (side, side, channels)
        side //= 2
        yield Pool(f"block{block}_pool", "MaxPooling2D"), (side, side, channels)
    if classes:
        yield Layer("global_average_pooling", "GlobalAveragePooling2D"), (channels,)
        yield Layer("predictions", "Dense", (Tensor((channels, classes)), Tensor((classes,)))), (classes,)
