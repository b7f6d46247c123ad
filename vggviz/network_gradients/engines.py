"""Gradients of channels with respect to images by PyTorch or JAX, as functions of NumPy arrays.

The score is that of the drawings: the mean over the map of the positive part of a channel's pre-activation,
or of the negative part. Where the map is zero everywhere the gradient is that of the pre-activation's mean,
as in `vggviz._shared.gradient_override`. Nothing here needs TensorFlow.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from vggviz._shared import validation
from vggviz.network_gradients.chain import Convolution, Pool

Layers = Sequence[Convolution | Pool]
Gradient = Callable[[np.ndarray], tuple[np.ndarray, ...]]
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
    check_installed(engine)
    return ENGINES[engine](layers, list(channels), factor)


def check_installed(engine: str) -> None:
    """Raise ValueError for an engine whose package is not installed."""
    if importlib.util.find_spec(engine) is None:
        raise ValueError(f"The engine {engine!r} is not installed: pip install {engine}.")


def _torch_gradient(layers: Layers, channels: list[int], factor: float) -> Gradient:
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    arrays = _arrays(layers, lambda array: torch.tensor(array, device=device))

    def compute(batch: np.ndarray) -> tuple[np.ndarray, ...]:
        images = torch.tensor(batch, device=device, requires_grad=True)
        values = _torch_values(images.permute(0, 3, 1, 2), _pools(layers), arrays)
        before = factor * values[range(len(channels)), channels]
        maps = torch.relu(before)
        silent = (maps == 0).flatten(1).all(1)
        wanted = torch.where(silent[:, None, None], before, maps).mean((1, 2)).sum()
        (gradient,) = torch.autograd.grad(wanted, images)
        return tuple(each.detach().cpu().numpy() for each in (maps.mean((1, 2)), gradient, silent))

    return compute


def _torch_values(values: Any, pools: Sequence[int], arrays: Sequence[Any]) -> Any:
    """Pre-activations (N, c, h, w) of the last convolution for images (N, C, H, W)."""
    import torch
    from torch.nn import functional

    for place, (size, weights) in enumerate(zip(pools, arrays, strict=True), 1):
        if size:
            values = functional.max_pool2d(values, size)
        else:
            kernel, bias = weights
            values = functional.conv2d(values, kernel.permute(3, 2, 0, 1), bias, padding="same")
            values = torch.relu(values) if place < len(pools) else values
    return values


def _jax_gradient(layers: Layers, channels: list[int], factor: float) -> Gradient:
    from jax import numpy as jnp

    arrays, own = _arrays(layers, jnp.asarray), jnp.array(channels)
    gradient_of = _jax_compiled(_pools(layers))

    def compute(batch: np.ndarray) -> tuple[np.ndarray, ...]:
        (_, (scores, silent)), gradient = gradient_of(batch, arrays, own, factor)
        return np.asarray(scores), np.asarray(gradient), np.asarray(silent)

    return compute


@functools.cache
def _jax_compiled(pools: tuple[int, ...]) -> Any:
    """Function of a batch, arrays, channels and factor; JAX compiles it once for all batches of a shape."""
    import jax
    from jax import numpy as jnp

    def wanted(batch: Any, arrays: Any, channels: Any, factor: Any) -> Any:
        values = _jax_values(batch, pools, arrays)
        before = factor * values[jnp.arange(len(channels)), :, :, channels]
        maps = jax.nn.relu(before)
        silent = (maps == 0).all((1, 2))
        return jnp.where(silent[:, None, None], before, maps).mean((1, 2)).sum(), (maps.mean((1, 2)), silent)

    return jax.jit(jax.value_and_grad(wanted, has_aux=True))


def _jax_values(values: Any, pools: Sequence[int], arrays: Sequence[Any]) -> Any:
    """Pre-activations (N, h, w, c) of the last convolution for images (N, H, W, C)."""
    import jax
    from jax import numpy as jnp

    for place, (size, weights) in enumerate(zip(pools, arrays, strict=True), 1):
        if size:
            window = (1, size, size, 1)
            values = jax.lax.reduce_window(values, -jnp.inf, jax.lax.max, window, window, "VALID")
        else:
            kernel, bias = weights
            order = ("NHWC", "HWIO", "NHWC")
            values = jax.lax.conv_general_dilated(values, kernel, (1, 1), "SAME", dimension_numbers=order)
            values = jax.nn.relu(values + bias) if place < len(pools) else values + bias
    return values


def _pools(layers: Layers) -> tuple[int, ...]:
    """The size of each pool; 0 for convolutions."""
    return tuple(layer.size if isinstance(layer, Pool) else 0 for layer in layers)


def _arrays(layers: Layers, put: Callable[[np.ndarray], Any]) -> list[Any]:
    """Kernel and bias of each convolution as another package holds them; None for pools."""
    return [None if isinstance(layer, Pool) else (put(layer.kernel), put(layer.bias)) for layer in layers]


ENGINES = {"torch": _torch_gradient, "jax": _jax_gradient}
