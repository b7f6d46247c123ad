"""Which convolution reads which, channel by channel: through pools, activations and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend
from vggviz.models import graph, kernels

if TYPE_CHECKING:
    import keras

BY_CHANNEL = (
    *("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "BatchNormalization", "Rescaling", "Dropout"),
    *("SpatialDropout2D", "GaussianNoise", "GaussianDropout", "Identity", "ZeroPadding2D", "Cropping2D"),
    *("MaxPooling2D", "AveragePooling2D", "UpSampling2D"),
)
FUNCTIONS = ("Relu", "Relu6", "LeakyRelu", "Elu", "Gelu", "Silu", "Selu", "Sigmoid", "Tanh")
"""Layers, and functions, each channel of whose output depends on the same channel of their input alone."""
GLOBAL = ("GlobalAveragePooling2D", "GlobalMaxPooling2D")
AFTER_MEANS = ("Dropout", "Flatten", "Reshape", "Identity", "Activation", "Softmax")
"""Layers that may stand behind a pool over the whole map, or behind the classifier."""


def read_by(model: keras.Model, layer: str) -> str | None:
    """The convolution whose channels a layer reads, one by one; None if it reads the image, or mixtures."""
    network = graph.unfold(model)
    return _maker(network, network.steps[layer].inputs)


def fed_by(model: keras.Model, layer: str) -> str | None:
    """The only convolution that reads the channels of a layer one by one; None for none or several.

    Also None for one that computes by code of its own, since that may do more than its kernel.
    """
    readers = [name for name in graph.conv_layers(model) if read_by(model, name) == layer]
    is_known = len(readers) == 1 and graph.find_step(model, readers[0]).is_keras_own
    return readers[0] if is_known else None


def classifier_on(model: keras.Model) -> tuple[str, np.ndarray] | None:
    """The layer whose channels' means, or maxima, a last dense layer reads, and its kernel (c, classes).

    None for a network that ends otherwise.
    """
    network = graph.unfold(model)
    makers = {id(step.output): step for step in network.steps.values()}
    step = makers.get(id(network.outputs[0])) if len(network.outputs) == 1 else None
    step = _before(makers, step, AFTER_MEANS)
    if step is None or type(step.core) is not backend.keras().layers.Dense:
        return None
    pool = _before(makers, makers.get(id(step.inputs[0])), AFTER_MEANS)
    if pool is None or not pool.is_a(*GLOBAL):
        return None
    layer = _maker(network, pool.inputs)
    return None if layer is None else (layer, kernels.kernel_of_dense(step.core))


def dense_kernel(model: keras.Model, layer: str) -> np.ndarray:
    """Kernels of a convolution, (kh, kw, in, out): zeros for input channels that a filter does not read."""
    kernel, step = kernels.filters(model, layer), graph.find_step(model, layer)
    count, each, filters = step.inputs[0].shape[-1], kernel.shape[2], kernel.shape[3]
    if each == count:
        return kernel
    dense = np.zeros((*kernel.shape[:2], count, filters), np.float32)
    for k in range(filters):
        first = k * (count // each) // filters * each
        dense[:, :, first : first + each, k] = kernel[..., k]
    return dense


def _before(
    makers: dict[int, graph.Step], step: graph.Step | None, kinds: tuple[str, ...]
) -> graph.Step | None:
    """The step, or the first one before it that is of none of some kinds."""
    while step is not None and not step.is_operation and step.is_a(*kinds) and len(step.inputs) == 1:
        step = makers.get(id(step.inputs[0]))
    return step


def _maker(network: graph.Network, tensors: tuple[Any, ...]) -> str | None:
    """The convolution from which a tensor is made channel by channel."""
    names = {id(step.output): name for name, step in network.steps.items()}
    while len(tensors) == 1 and (name := names.get(id(tensors[0]))) is not None:
        step = network.steps[name]
        if step.is_convolution:
            return name
        if not _is_by_channel(step):
            return None
        tensors = step.inputs
    return None


def _is_by_channel(step: graph.Step) -> bool:
    if step.is_operation:
        return step.kind in FUNCTIONS and len(step.inputs) == 1
    activations = backend.keras().activations
    mixing = (activations.softmax, getattr(activations, "log_softmax", None))
    return step.is_a(*BY_CHANNEL) and getattr(step.core, "activation", None) not in mixing
