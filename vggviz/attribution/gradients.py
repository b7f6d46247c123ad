"""Attribution by gradients: which pixels, changed a little, would change the objective."""

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
from vggviz.models import graph
from vggviz.objectives import Objective, check_objective

if TYPE_CHECKING:
    import keras

Gradient = Callable[[np.ndarray], list[np.ndarray]]
PIXELS = 4 * 224 * 224
"""Pixels differentiated at once: with VGG16 half a gigabyte of activations waits for the way back."""
KEPT = 8
"""Compiled gradients of a model that wait for the next call: to compile one takes as long as to use it."""


def saliency(model: keras.Model, batch: np.ndarray, objective: Objective) -> np.ndarray:
    """How strongly the objective answers to each pixel: the largest gradient of its colours, unsigned.

    Simonyan, Vedaldi and Zisserman, "Deep Inside Convolutional Networks", 2014, section 3.1.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), as the model's input wants it.
        objective: what is explained, ``class_logit(3)`` for instance.

    Returns:
        float32 (N, H, W), from zero on, in units of the objective for each unit of the batch.

    Raises:
        ValueError: an objective that the model does not have, or a batch that does not fit.
    """
    batch = _fitting(model, batch, objective)
    gradient = gradients(model, objective, batch.shape[1:], batch.dtype)
    found = [gradient(part)[0] for part in _chunks(batch, batch.shape[1:3])]
    return _strongest_colour(np.concatenate(found))


def smooth_grad(
    model: keras.Model,
    batch: np.ndarray,
    objective: Objective,
    *,
    samples: int = 25,
    noise: float = 0.15,
    seed: int = 0,
) -> np.ndarray:
    """Saliency of the gradient averaged over noisy copies of the image.

    Smilkov et al., "SmoothGrad: removing noise by adding noise", 2017, section 3. The gradients are
    averaged with their signs; then the largest size of the colours is taken, as in `saliency`. Every
    image gets the same noise, in the measure of its own range.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), as the model's input wants it.
        objective: what is explained.
        samples: noisy copies of each image.
        noise: standard deviation, as a share of the image's range (largest minus smallest value).
        seed: of the noise.

    Returns:
        float32 (N, H, W), from zero on.

    Raises:
        ValueError: an objective that the model does not have, or a batch that does not fit.
    """
    batch = _fitting(model, batch, objective)
    samples = validation.whole("number of samples", samples, 1)
    noise = validation.real("noise, a share of the image's range,", noise, 0)
    seed = validation.whole("seed", seed)

    def copies(image: np.ndarray, indices: np.ndarray) -> np.ndarray:
        draws = [np.random.default_rng([seed, n]).standard_normal(image.shape) for n in indices]
        return image + noise * np.ptp(image) * np.stack(draws)

    gradient = gradients(model, objective, batch.shape[1:], batch.dtype)
    averages = [_average(gradient, functools.partial(copies, image), samples) for image in batch]
    return _strongest_colour(np.stack(averages))


def guided_backprop(model: keras.Model, batch: np.ndarray, objective: Objective) -> np.ndarray:
    """Saliency of a gradient that every ReLU lets back only where it is positive.

    Springenberg et al., "Striving for Simplicity", 2015, section 3.4: beside the cells that were
    silent on the way forth, those are stopped whose gradient is negative on the way back. The largest
    size of the colours is taken, as in `saliency`. The image it draws depends little on the weights
    above (Adebayo et al. 2018): it shows edges rather than reasons.

    Args:
        model: any Keras model; activations other than ReLU and ReLU6 keep their gradient.
        batch: float (N, H, W, C), as the model's input wants it.
        objective: what is explained.

    Returns:
        float32 (N, H, W), from zero on.

    Raises:
        ValueError: an objective that the model does not have, or a batch that does not fit.
    """
    batch = _fitting(model, batch, objective)
    tf = backend.tensorflow()
    part = graph.part(model, objective.layers)

    def score(images: Any) -> Any:
        return objective.value(part(images, training=False))

    shape = tf.TensorSpec([None, *batch.shape[1:]], batch.dtype)
    function = tf.function(lambda images: overridden_gradient(score, images, guided_relu()), autograph=False)
    compiled = function.get_concrete_function(shape)
    found = [compiled(tf.constant(images)).numpy() for images in _chunks(batch, batch.shape[1:3])]
    return _strongest_colour(np.concatenate(found))


def integrated_gradients(
    model: keras.Model,
    batch: np.ndarray,
    objective: Objective,
    *,
    baseline: np.ndarray | float | None = None,
    steps: int = 50,
) -> np.ndarray:
    """The objective's rise from a baseline to the image, dealt out to the pixels.

    Sundararajan, Taly and Yan, "Axiomatic Attribution for Deep Networks", 2017, equation 1; the
    integral is a sum over the middles of `steps` equal pieces of the way. The colours of a pixel are
    added with their signs, so a map sums to f(image) - f(baseline) (proposition 1), but for what
    the finite sum misses.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), as the model's input wants it.
        objective: what is explained.
        baseline: where the way begins, anything that broadcasts to the batch; None is zero, for VGG16
            an image of ImageNet's mean colour.
        steps: points on the way.

    Returns:
        float32 (N, H, W), signed, in units of the objective.

    Raises:
        ValueError: an objective that the model does not have, or a batch or baseline that does not fit.
    """
    batch = _fitting(model, batch, objective)
    steps = validation.whole("number of steps", steps, 1)
    starts = _baseline(baseline, batch)

    def way(start: np.ndarray, image: np.ndarray, indices: np.ndarray) -> np.ndarray:
        return start + ((indices + 0.5) / steps)[:, None, None, None] * (image - start)

    gradient = gradients(model, objective, batch.shape[1:], batch.dtype)
    averages = [
        _average(gradient, functools.partial(way, start, image), steps)
        for start, image in zip(starts, batch, strict=True)
    ]
    return ((batch - starts) * np.stack(averages)).sum(axis=-1, dtype=np.float32)


def gradients(
    model: keras.Model,
    objective: Objective,
    shape: tuple[int | None, ...],
    dtype: np.dtype,
    layer: str | None = None,
) -> Gradient:
    """A function that gives the objective's gradient by a batch's pixels, or a layer's maps and that by them.

    Args:
        model: any Keras model.
        objective: what is differentiated.
        shape: of one image (H, W, C).
        dtype: of the batches.
        layer: None, or the layer's name.

    Returns:
        A function that takes (n, H, W, C), differentiates all of it at once, and gives a list: the gradient,
        float32 (n, H, W, C); with a layer its maps and the gradient, both float32 (n, h, w, c).

    Raises:
        ValueError: an objective that the model does not have, or that does not depend on the layer.
    """
    # What the value of an objective of one's own reads may change, so its function is not kept.
    compiled = _kept(model) if objective.is_cacheable else functools.partial(_compiled, model)
    function = compiled(objective, shape, dtype, layer)
    return lambda batch: [np.asarray(values, np.float32) for values in function(batch)]


def _kept(model: keras.Model) -> Callable[..., Callable[[Any], list[Any]]]:
    """`_compiled` for this model, which remembers the last few functions as long as there is the model."""
    functions = graph.unfold(model).functions
    if "gradients" not in functions:
        own = weakref.ref(model)  # what a model keeps must not keep the model

        @functools.lru_cache(KEPT)
        def compiled(*wanted: Any) -> Callable[[Any], list[Any]]:
            return _compiled(own(), *wanted)

        functions["gradients"] = compiled
    return functions["gradients"]


def _compiled(
    model: Any, objective: Objective, shape: tuple[int | None, ...], dtype: np.dtype, layer: str | None
) -> Callable[[Any], list[Any]]:
    """The function of `gradients`, from a tensor to tensors."""
    tf = backend.tensorflow()
    names = objective.layers if layer is None else dict.fromkeys((*objective.layers, layer))
    differentiated = functools.partial(_differentiated, graph.part(model, names), objective, layer)
    batches = tf.TensorSpec((None, *shape), dtype)
    function = tf.function(differentiated, autograph=False).get_concrete_function(batches)
    return lambda batch: function(tf.constant(batch, batches.dtype))


def _differentiated(part: keras.Model, objective: Objective, layer: str | None, images: Any) -> list[Any]:
    """The gradient by the images, or a layer's maps and the gradient by them. In TensorFlow's graph.

    `tf.gradients` computes only what lies between its two ends; a tape would go on to the image.
    """
    tf, maps = backend.tensorflow(), part(images, training=False)
    value = objective.value(maps)
    if layer is None:
        return tf.gradients(value, images, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    (found,) = tf.gradients(value, maps[layer])
    if found is None:
        raise ValueError(
            f"The objective ({objective.label}) does not depend on {layer!r}; name a layer before it."
        )
    return [maps[layer], found]


def _average(gradient: Gradient, copies: Callable[[np.ndarray], np.ndarray], count: int) -> np.ndarray:
    """Gradient (H, W, C) averaged over copies of one image, which `copies` makes by their numbers."""
    total: Any = 0
    for indices in _chunks(np.arange(count), copies(np.arange(1)).shape[1:3]):
        total = total + np.sum(gradient(copies(indices))[0], axis=0, dtype=np.float64)
    return (total / count).astype(np.float32)


def _strongest_colour(values: np.ndarray) -> np.ndarray:
    return np.abs(values).max(axis=-1).astype(np.float32, copy=False)


def _fitting(model: keras.Model, batch: np.ndarray, objective: Objective) -> np.ndarray:
    """The batch, checked with the objective, as the model reads it."""
    check_objective(objective)
    batch = check_batch(batch, graph.unfold(model).inputs)
    if batch.dtype.kind in "biu":
        raise ValueError(
            f"The model reads images as {batch.dtype}, and whole numbers have no gradient; "
            "give it an input of dtype float32."
        )
    return batch


def _chunks(items: np.ndarray, size: tuple[int, ...]) -> list[np.ndarray]:
    """The items in portions; each stands for an image of the given height and width."""
    count = max(1, PIXELS // math.prod(size))
    return [items[start : start + count] for start in range(0, len(items), count)]


def _baseline(baseline: np.ndarray | float | None, batch: np.ndarray) -> np.ndarray:
    given = validation.numbers(
        "The baseline's values", 0 if baseline is None else baseline, f"{batch.shape}", tuple(range(5))
    ).astype(batch.dtype)
    try:
        return np.broadcast_to(given, batch.shape)
    except ValueError:
        raise ValueError(
            f"The baseline must broadcast to the batch's shape {batch.shape}; got {given.shape}."
        ) from None
