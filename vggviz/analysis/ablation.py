"""Ablation: the same network with some of its channels switched off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend, validation
from vggviz.activations.forward import convolution_step
from vggviz.models.parts import changed_copy

if TYPE_CHECKING:
    import keras


def switch_off(model: keras.Model, channels: Mapping[str, Sequence[int]]) -> keras.Model:
    """Copy a network with some channels switched off: their maps are zero for every image.

    In the copy the kernels and the biases of these channels are zero. The model given stays as it is.
    Morcos, Barrett, Rabinowitz and Botvinick, "On the importance of single directions for generalization",
    ICLR 2018, measure with such ablations what a network owes to a channel.

    Args:
        model: any Keras model.
        channels: {name of a convolution: indices of its channels}.

    Returns:
        A copy of the model. Its provenance names the channels.

    Raises:
        TypeError: not a Keras model.
        ValueError: an unknown layer, one that is not a Conv2D with a kernel and a bias alone, or whose
            activation function is not zero at zero; or a channel that it lacks.
    """
    chosen = {}
    for layer, indices in validation.mapping("Channels", channels).items():
        step = convolution_step(model, layer)
        chosen[layer] = validation.channel_indices(
            f"The channels of {layer!r}", indices, step.output.shape[-1]
        )
    named = ", ".join(f"{layer} {'+'.join(map(str, indices))}" for layer, indices in chosen.items())
    copy = changed_copy(model, f"{named} switched off")
    for layer, indices in chosen.items():
        _silence(layer, convolution_step(copy, layer).core, indices)
    return copy


def _silence(layer: str, convolution: Any, indices: np.ndarray) -> None:
    """Set the kernels and biases of some channels to zero, in place."""
    weights = convolution.get_weights()
    if len(weights) != 1 + convolution.use_bias:
        raise ValueError(
            f"The convolution {layer!r} has other weights than a kernel and a bias; a plain Conv2D is wanted."
        )
    at_zero = float(backend.keras().ops.max(abs(convolution.activation(np.zeros((1, 1), np.float32)))))
    if at_zero:
        raise ValueError(
            f"The activation function of {layer!r} is {at_zero:g} at zero, so a channel without weights is "
            "not silent; one that is zero there, such as ReLU, is wanted."
        )
    for array in weights:
        array[..., indices] = 0
    convolution.set_weights(weights)
