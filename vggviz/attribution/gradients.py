"""Gradient-based attribution: gradients of an objective with respect to the pixels."""

from __future__ import annotations

import functools
import math
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend, validation
from vggviz._shared.gradient_override import guided_relu, overridden_gradient
from vggviz.activations.forward import check_batch
from vggviz.models import graph, parts
from vggviz.objectives import Objective, check_objective

if TYPE_CHECKING:
    import keras

Gradient = Callable[[np.ndarray], list[np.ndarray]]
MAX_PIXELS = 4 * 224 * 224
"""Pixels per backward pass: for VGG16 half a gigabyte of activations is held in memory for it."""
CACHED_GRADIENTS = 8
"""Compiled gradients cached per model: compiling one takes as long as running it."""


def saliency(model: keras.Model, batch: np.ndarray, objective: Objective) -> np.ndarray:
    """Absolute gradient of the objective with respect to each pixel, the maximum over its colours.

    Simonyan, Vedaldi and Zisserman, "Deep Inside Convolutional Networks", 2014, section 3.1.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), preprocessed for the model.
        objective: the scalar to explain, for example ``class_logit(3)``.

    Returns:
        float32 (N, H, W), not negative, in units of the objective per unit of the batch.

    Raises:
        ValueError: an objective with an unknown layer or channel, or a batch whose shape does not match
            the model.
    """
    batch = check_inputs(model, batch, objective)
    gradient = gradients(model, objective, batch.shape[1:], batch.dtype)
    results = [gradient(chunk)[0] for chunk in _chunks(batch, batch.shape[1:3])]
    return _largest_colour(np.concatenate(results))


def smooth_grad(
    model: keras.Model,
    batch: np.ndarray,
    objective: Objective,
    *,
    samples: int = 25,
    noise: float = 0.15,
    seed: int = 0,
) -> np.ndarray:
    """SmoothGrad: saliency from the mean gradient of noisy copies of the image.

    Smilkov et al., "SmoothGrad: removing noise by adding noise", 2017, section 3. The mean is that of the
    signed gradients; the maximum of its absolute value over the colours is returned, as in `saliency`. All
    images get the same noise, scaled by their own range.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), preprocessed for the model.
        objective: the scalar to explain.
        samples: number of noisy copies per image.
        noise: standard deviation as a fraction of the image's range (maximum minus minimum).
        seed: seed of the noise.

    Returns:
        float32 (N, H, W), not negative, in units of the objective per unit of the batch.

    Raises:
        ValueError: an objective with an unknown layer or channel, a batch whose shape does not match the
            model, or `samples`, `noise` or `seed` out of range.
    """
    batch = check_inputs(model, batch, objective)
    samples = validation.whole("number of samples", samples, 1)
    noise = validation.real("noise, a share of the image's range,", noise, 0)
    seed = validation.whole("seed", seed)

    def noisy_copies(image: np.ndarray, indices: np.ndarray) -> np.ndarray:
        draws = [np.random.default_rng([seed, n]).standard_normal(image.shape) for n in indices]
        return image + noise * np.ptp(image) * np.stack(draws)

    gradient = gradients(model, objective, batch.shape[1:], batch.dtype)
    means = [_mean_gradient(gradient, functools.partial(noisy_copies, image), samples) for image in batch]
    return _largest_colour(np.stack(means))


def guided_backprop(model: keras.Model, batch: np.ndarray, objective: Objective) -> np.ndarray:
    """Guided backpropagation: saliency whose backward pass drops negative gradients at every ReLU.

    Springenberg et al., "Striving for Simplicity", 2015, section 3.4: the gradient is zero where the ReLU's
    input is negative, as usual, and also where the gradient itself is negative. The maximum of the absolute
    gradient over the colours is returned, as in `saliency`. The result hardly depends on the weights of the
    higher layers (Adebayo et al. 2018): it shows edges rather than evidence.

    Args:
        model: any Keras model; only ReLU and ReLU6 activations get the modified gradient.
        batch: float (N, H, W, C), preprocessed for the model.
        objective: the scalar to explain.

    Returns:
        float32 (N, H, W), not negative, in units of the objective per unit of the batch.

    Raises:
        ValueError: an objective with an unknown layer or channel, or a batch whose shape does not match
            the model.
    """
    batch = check_inputs(model, batch, objective)
    tf = backend.tensorflow()
    part = parts.part(model, objective.layers)

    def score(images: Any) -> Any:
        return objective.value(part(images, training=False))

    shape = tf.TensorSpec([None, *batch.shape[1:]], batch.dtype)
    function = tf.function(lambda images: overridden_gradient(score, images, guided_relu()), autograph=False)
    compiled = function.get_concrete_function(shape)
    results = [compiled(tf.constant(chunk)).numpy() for chunk in _chunks(batch, batch.shape[1:3])]
    return _largest_colour(np.concatenate(results))


def integrated_gradients(
    model: keras.Model,
    batch: np.ndarray,
    objective: Objective,
    *,
    baseline: np.ndarray | float | None = None,
    steps: int = 50,
) -> np.ndarray:
    """Integrated gradients: the objective's difference from a baseline, attributed to the pixels.

    Sundararajan, Taly and Yan, "Axiomatic Attribution for Deep Networks", 2017, equation 1; the integral
    along the straight path from the baseline is approximated by the midpoint rule with `steps` intervals.
    The signed values of a pixel's colours are added, so a map sums to f(image) - f(baseline) (completeness,
    proposition 1), up to the error of the approximation.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), preprocessed for the model.
        objective: the scalar to explain.
        baseline: start of the path, broadcast to the batch's shape; None is zero, which for VGG16 is an
            image of ImageNet's mean colour.
        steps: number of points on the path.

    Returns:
        float32 (N, H, W), signed, in units of the objective.

    Raises:
        ValueError: an objective with an unknown layer or channel, a batch whose shape does not match the
            model, a baseline that does not broadcast to the batch, or `steps` below 1.
    """
    batch = check_inputs(model, batch, objective)
    steps = validation.whole("number of steps", steps, 1)
    baselines = _broadcast_baseline(baseline, batch)

    def path(start: np.ndarray, image: np.ndarray, indices: np.ndarray) -> np.ndarray:
        return start + ((indices + 0.5) / steps)[:, None, None, None] * (image - start)

    gradient = gradients(model, objective, batch.shape[1:], batch.dtype)
    means = [
        _mean_gradient(gradient, functools.partial(path, start, image), steps)
        for start, image in zip(baselines, batch, strict=True)
    ]
    return ((batch - baselines) * np.stack(means)).sum(axis=-1, dtype=np.float32)


def gradients(
    model: keras.Model,
    objective: Objective,
    shape: tuple[int | None, ...],
    dtype: np.dtype,
    layer: str | None = None,
) -> Gradient:
    """Compile the gradient of an objective with respect to the images, or to a layer's maps.

    Args:
        model: any Keras model.
        objective: the scalar to differentiate.
        shape: shape of one image, (H, W, C).
        dtype: dtype of the batches.
        layer: layer with respect to whose maps the gradient is taken; None: the images.

    Returns:
        A function of a batch (n, H, W, C), differentiated in one pass, that returns a list: the gradient,
        float32 (n, H, W, C); with a layer its maps and the gradient, both float32 (n, h, w, c).

    Raises:
        ValueError: an objective with an unknown layer or channel, or that does not depend on `layer`.
    """
    # A user-defined objective may read mutable state, so its gradient is not cached.
    compiler = _caching_compiler(model) if objective.is_cacheable else functools.partial(_compile, model)
    function = compiler(objective, shape, dtype, layer)
    return lambda batch: [np.asarray(values, np.float32) for values in function(batch)]


def _caching_compiler(model: keras.Model) -> Callable[..., Callable[[Any], list[Any]]]:
    """`_compile` for this model with an LRU cache that lives as long as the model."""
    functions = graph.unfold(model).functions
    if "gradients" not in functions:
        reference = weakref.ref(model)  # a strong reference from the model's cache would keep it alive

        @functools.lru_cache(CACHED_GRADIENTS)
        def cached(*key: Any) -> Callable[[Any], list[Any]]:
            return _compile(reference(), *key)

        functions["gradients"] = cached
    return functions["gradients"]


def _compile(
    model: Any, objective: Objective, shape: tuple[int | None, ...], dtype: np.dtype, layer: str | None
) -> Callable[[Any], list[Any]]:
    """Compile the function that `gradients` returns, from an array to tensors."""
    tf = backend.tensorflow()
    names = objective.layers if layer is None else dict.fromkeys((*objective.layers, layer))
    differentiate = functools.partial(_differentiate, parts.part(model, names), objective, layer)
    batches = tf.TensorSpec((None, *shape), dtype)
    function = tf.function(differentiate, autograph=False).get_concrete_function(batches)
    return lambda batch: function(tf.constant(batch, batches.dtype))


def _differentiate(part: keras.Model, objective: Objective, layer: str | None, images: Any) -> list[Any]:
    """Gradient with respect to the images; or a layer's maps and the gradient with respect to them.

    Called while a `tf.function` is traced: `tf.gradients` differentiates only the operations between the
    layer and the objective, while a gradient tape would record all operations from the image on.
    """
    tf, maps = backend.tensorflow(), part(images, training=False)
    value = objective.value(maps)
    if layer is None:
        return tf.gradients(value, images, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    (gradient,) = tf.gradients(value, maps[layer])
    if gradient is None:
        raise ValueError(
            f"The objective ({objective.label}) does not depend on {layer!r}; name a layer before it."
        )
    return [maps[layer], gradient]


def _mean_gradient(gradient: Gradient, copies: Callable[[np.ndarray], np.ndarray], count: int) -> np.ndarray:
    """Mean gradient, float32 (H, W, C), over copies of an image, which `copies` makes from their indices."""
    total: Any = 0
    for indices in _chunks(np.arange(count), copies(np.arange(1)).shape[1:3]):
        total = total + np.sum(gradient(copies(indices))[0], axis=0, dtype=np.float64)
    return (total / count).astype(np.float32)


def _largest_colour(values: np.ndarray) -> np.ndarray:
    """Maximum absolute value over the last axis, float32."""
    return np.abs(values).max(axis=-1).astype(np.float32, copy=False)


def check_inputs(model: keras.Model, batch: np.ndarray, objective: Objective) -> np.ndarray:
    """Check objective and batch; return the batch in the dtype of the model's input."""
    check_objective(objective)
    batch = check_batch(batch, graph.unfold(model).inputs)
    graph.check_differentiable(graph.unfold(model).inputs[0])
    return batch


def _chunks(items: np.ndarray, size: tuple[int, ...]) -> list[np.ndarray]:
    """Divide items, one per image of (height, width) `size`, into chunks of at most MAX_PIXELS pixels."""
    count = max(1, MAX_PIXELS // math.prod(size))
    return [items[start : start + count] for start in range(0, len(items), count)]


def _broadcast_baseline(baseline: np.ndarray | float | None, batch: np.ndarray) -> np.ndarray:
    """The baseline broadcast to the batch's shape; None is zero."""
    values = validation.numbers(
        "The baseline's values", 0 if baseline is None else baseline, f"{batch.shape}", tuple(range(5))
    ).astype(batch.dtype)
    try:
        return np.broadcast_to(values, batch.shape)
    except ValueError:
        raise ValueError(
            f"The baseline must broadcast to the batch's shape {batch.shape}; got {values.shape}."
        ) from None
