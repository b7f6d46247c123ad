"""Gradients of channels with respect to images by PyTorch or JAX, as functions of NumPy arrays.

The score is that of the drawings: the mean over the map of the positive part of a channel's pre-activation,
or of the negative part. Where the map is zero everywhere the gradient is that of the pre-activation's mean,
as in `vggviz._shared.gradient_override`. Nothing here needs TensorFlow.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from vggviz._shared import validation
from vggviz.network_gradients.chain import Convolution, Pool

Layers = Sequence[Convolution | Pool]
Gradient = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]
"""Function from a batch, float32 (N, H, W, C), to scores, float32 (N,), their gradient, float32 (N, H, W, C),
and whether each map is zero everywhere, bool (N,)."""


def score_gradient(engine: str, layers: Layers, channels: Sequence[int], factor: float) -> Gradient:
    """The function that computes scores and gradients on a graphics processor, or without one.

    Args:
        engine: "torch" or "jax".
        layers: what `chain` returns.
        channels: the channel of each image of a batch.
        factor: 1 for the positive part of the pre-activations, -1 for the negative part.

    Raises:
        ValueError: an unknown engine, or one that is not installed.
    """
    validation.one_of("engine", engine, ENGINES)
    if importlib.util.find_spec(engine) is None:
        raise ValueError(f"The engine {engine!r} is not installed: pip install {engine}.")
    return ENGINES[engine](layers, list(channels), factor)


def _torch_gradient(layers: Layers, channels: list[int], factor: float) -> Gradient:
    import torch
    from torch.nn import functional

    device = "cuda" if torch.cuda.is_available() else "cpu"
    arrays = _on_device(
        layers,
        lambda a: torch.tensor(a, device=device),
        lambda k: np.ascontiguousarray(k.transpose(3, 2, 0, 1)),
    )

    def before_activation(values: Any) -> Any:
        for index, layer in enumerate(layers):
            if isinstance(layer, Pool):
                values = functional.max_pool2d(values, layer.size)
            else:
                values = functional.conv2d(
                    torch.relu(values) if index else values, *arrays[index], padding="same"
                )
        return factor * values[range(len(channels)), channels]

    def compute(batch: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        images = torch.tensor(batch, device=device, requires_grad=True)
        before = before_activation(images.permute(0, 3, 1, 2))
        maps = torch.relu(before)
        silent = (maps == 0).flatten(1).all(1)
        wanted = torch.where(silent[:, None, None], before, maps).mean((1, 2)).sum()
        (gradient,) = torch.autograd.grad(wanted, images)
        found = maps.mean((1, 2)), gradient, silent
        return tuple(each.detach().cpu().numpy() for each in found)

    return compute


def _jax_gradient(layers: Layers, channels: list[int], factor: float) -> Gradient:
    import jax
    from jax import numpy as jnp

    arrays = _on_device(layers, jnp.asarray, lambda kernel: kernel)

    def before_activation(values: Any) -> Any:
        for index, layer in enumerate(layers):
            if isinstance(layer, Pool):
                window = (1, layer.size, layer.size, 1)
                values = jax.lax.reduce_window(values, -jnp.inf, jax.lax.max, window, window, "VALID")
            else:
                kernel, bias = arrays[index]
                values = jax.nn.relu(values) if index else values
                order = ("NHWC", "HWIO", "NHWC")
                values = jax.lax.conv_general_dilated(values, kernel, (1, 1), "SAME", dimension_numbers=order)
                values += bias
        return factor * values[jnp.arange(len(channels)), :, :, jnp.array(channels)]

    def wanted(batch: Any) -> Any:
        before = before_activation(batch)
        maps = jax.nn.relu(before)
        silent = (maps == 0).all((1, 2))
        return jnp.where(silent[:, None, None], before, maps).mean((1, 2)).sum(), (maps.mean((1, 2)), silent)

    gradient_of = jax.jit(jax.value_and_grad(wanted, has_aux=True))

    def compute(batch: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        (_, (scores, silent)), gradient = gradient_of(batch)
        return np.asarray(scores), np.asarray(gradient), np.asarray(silent)

    return compute


def _on_device(layers: Layers, put: Callable[[np.ndarray], Any], order: Callable[[Any], Any]) -> list[Any]:
    """Kernels, with their axes in another order, and biases of each convolution; None for pools."""
    return [
        None if isinstance(layer, Pool) else (put(order(layer.kernel)), put(layer.bias)) for layer in layers
    ]


ENGINES = {"torch": _torch_gradient, "jax": _jax_gradient}
