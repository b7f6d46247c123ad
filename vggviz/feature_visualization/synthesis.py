"""Activation maximization, feature inversion and caricatures.

Erhan, Bengio, Courville and Vincent, "Visualizing Higher-Layer Features of a Deep Network", 2009, for
activation maximization; Olah, Mordvintsev and Schubert, "Feature Visualization", Distill 2017, for the
parameterisation and regularisation.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend, validation
from vggviz._shared.hashing import digest
from vggviz.activations.forward import check_batch
from vggviz.feature_visualization.cost import Cost
from vggviz.feature_visualization.optimisation import Recipe
from vggviz.feature_visualization.rendering import (
    Rendering,
    Visualization,
    complete_recipe,
    image_size,
    layers_read,
)
from vggviz.images.preprocessing import as_vgg16_reads
from vggviz.models.parts import output_shapes, part
from vggviz.objectives import Objective, check_objective

if TYPE_CHECKING:
    import keras

STEPS = 48
INVERSION_STEPS = 256
CARICATURE_STEPS = 128
ROBUST = Recipe()
"""Default for `visualize`, with transformation robustness."""
STILL = Recipe(jitter=0, scale=0, rotation=0, total_variation=0.05, rate=0.2)
"""Default for `invert` and `caricature`, which compare activations cell by cell: no transformations."""


def visualize(
    model: keras.Model,
    objectives: Objective | Iterable[Objective],
    *,
    size: int | None = None,
    steps: int = STEPS,
    seed: int = 0,
    recipe: Recipe = ROBUST,
    folder: str | os.PathLike[str] | None = None,
    preprocess: Callable[[Any], Any] = as_vgg16_reads,
) -> Visualization:
    """Activation maximization: images that maximise a channel, a neuron, a class logit.

    Several objectives are optimised in one batch. Each image starts from a noise of its own, which depends
    on the seed and the objective's label; so an image does not depend on the other objectives, at the same
    size and recipe, and similar images are similar for the objectives' sake. The cost is logged first
    (logger "vggviz", level INFO).

    Args:
        model: any Keras model with images as input.
        objectives: the objective to maximise (`channel`, `neuron`, `class_logit`, sums of them); or several,
            one per image.
        size: side of the images in pixels. None is the receptive field of the objectives' layers plus 16,
            at least 64 and at most 128, but not larger than the model's input.
        steps: number of gradient ascent steps.
        seed: seed of the initial noises and of the random transformations.
        recipe: parameterisation and regularisation.
        folder: each finished image is saved here as PNG and .npz; an image that was saved with the same
            weights, settings and label of its objective is loaded instead of drawn again.
        preprocess: function from a tensor of RGB levels 0 to 255, float32 (N, H, W, 3), to the model's
            input.

    Returns:
        The images in the order of the objectives, and the objective's value at each step.

    Raises:
        ValueError: no objective, an unknown layer or channel, `size`, `steps` or `seed` out of range, or a
            folder that cannot be written.
        TypeError: an objective that is not an `Objective`.
    """
    objectives = _as_list(objectives)
    layers = layers_read(objectives)
    sides, recipe = image_size(model, layers, size), complete_recipe(model, layers, recipe)
    return Rendering(model, sides, steps, seed, recipe, preprocess).draw(objectives, folder)


def visualization_cost(
    model: keras.Model,
    objectives: Objective | Iterable[Objective],
    *,
    size: int | None = None,
    steps: int = STEPS,
) -> Cost:
    """Cost of `visualize`, computed without running the model.

    Args:
        model: any Keras model with images as input.
        objectives: one objective, or one per image.
        size: as in `visualize`.
        steps: number of gradient ascent steps.

    Returns:
        The number of multiply-accumulates.

    Raises:
        ValueError: no objective, an unknown layer, or `size` or `steps` out of range.
        TypeError: an objective that is not an `Objective`.
    """
    objectives = _as_list(objectives)
    sides = image_size(model, layers_read(objectives), size)
    return Rendering(model, sides, steps, 0, ROBUST, as_vgg16_reads).cost(objectives)


def invert(
    model: keras.Model,
    batch: np.ndarray,
    layer: str,
    *,
    steps: int = INVERSION_STEPS,
    seed: int = 0,
    recipe: Recipe = STILL,
    folder: str | os.PathLike[str] | None = None,
    preprocess: Callable[[Any], Any] = as_vgg16_reads,
) -> Visualization:
    """Feature inversion: images whose activations in a layer approximate those of given images.

    Minimises the squared distance between the layer's activations, divided by the squared norm of the given
    ones: Mahendran and Vedaldi, "Understanding Deep Image Representations by Inverting Them", CVPR 2015,
    equations 1 and 2, normalised as in their section 3. Their regulariser on the image's norm, which keeps
    levels in range, is not needed: the parameterisation ends in a sigmoid.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), the images to reconstruct, preprocessed for the model; for a fully
            convolutional part of any height and width.
        layer: name of a convolutional or dense layer.
        steps: number of gradient descent steps.
        seed: seed of the initial noise, the same for all images.
        recipe: parameterisation and regularisation; by default without transformations, since positions
            matter.
        folder: as in `visualize`.
        preprocess: as in `visualize`.

    Returns:
        One image per image of the batch; the values are relative squared distances, 0 for a perfect
        reconstruction.

    Raises:
        ValueError: an unknown layer, a batch whose shape does not match the model, `steps` or `seed` out of
            range, or a folder that cannot be written.
    """
    targets = _activations(model, batch, layer)
    objectives = [_inversion_objective(layer, target, index) for index, target in enumerate(targets)]
    recipe = complete_recipe(model, [layer], recipe)
    rendering = Rendering(model, _height_and_width(batch), steps, seed, recipe, preprocess, "inversion")
    drawn = rendering.draw(objectives, folder, {"target": digest([targets])})
    return replace(drawn, values=-drawn.values, measure="squared distance relative to the photograph")


def caricature(
    model: keras.Model,
    batch: np.ndarray,
    layer: str,
    *,
    power: float = 1.0,
    steps: int = CARICATURE_STEPS,
    seed: int = 0,
    recipe: Recipe = STILL,
    folder: str | os.PathLike[str] | None = None,
    preprocess: Callable[[Any], Any] = as_vgg16_reads,
) -> Visualization:
    """Caricature: images that amplify the activations of given images in a layer.

    Maximises the dot product of the layer's activations with those of the given image, times their cosine
    similarity, which penalises other features: the recipe `caricature` of the library Lucid; Carter et al.,
    "Activation Atlas", Distill 2019, use the same objective. It is divided by the squared norm of the given
    activations, so that the given image itself has the value 1.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), the images to caricature, preprocessed for the model; for a fully
            convolutional part of any height and width.
        layer: name of a convolutional or dense layer.
        power: exponent of the cosine similarity, which is clipped to at least 0.1; 0 maximises the dot
            product alone.
        steps: number of gradient ascent steps.
        seed: seed of the initial noise, the same for all images.
        recipe: parameterisation and regularisation; by default without transformations, since positions
            matter.
        folder: as in `visualize`.
        preprocess: as in `visualize`.

    Returns:
        One image per image of the batch; the values are relative to the given image, whose value is 1.

    Raises:
        ValueError: an unknown layer, a batch whose shape does not match the model, `power`, `steps` or
            `seed` out of range, or a folder that cannot be written.
    """
    power = validation.real("power of the cosine", power, 0)
    targets = _activations(model, batch, layer)
    objectives = [_caricature_objective(layer, target, power, index) for index, target in enumerate(targets)]
    recipe = complete_recipe(model, [layer], recipe)
    rendering = Rendering(model, _height_and_width(batch), steps, seed, recipe, preprocess, "caricature")
    drawn = rendering.draw(objectives, folder, {"target": digest([targets]), "power": power})
    return replace(drawn, measure="strength relative to the photograph")


def _inversion_objective(layer: str, target: np.ndarray, index: int) -> Objective:
    """Minus the squared distance from a target, relative to the target's squared norm."""
    norm = _norm(target)

    def value(maps: Mapping[str, Any]) -> Any:
        return -_sum_per_image((maps[layer] / norm - target / norm) ** 2)

    return Objective((layer,), value, f"inversion of image {index} at {layer}")


def _caricature_objective(layer: str, target: np.ndarray, power: float, index: int) -> Objective:
    """Dot product with a target times a power of the cosine, relative to the target's squared norm."""
    norm = _norm(target)

    def value(maps: Mapping[str, Any]) -> Any:
        tf, relative = backend.tensorflow(), maps[layer] / norm
        dot = _sum_per_image(relative * (target / norm))
        # The gradient of the square root is infinite at zero.
        lengths = tf.sqrt(_sum_per_image(relative**2) + 1e-12)
        return dot * tf.maximum(dot / lengths, 0.1) ** power

    return Objective((layer,), value, f"caricature of image {index} at {layer}")


def _activations(model: keras.Model, batch: np.ndarray, layer: str) -> np.ndarray:
    """Activations of a layer for a batch of any height and width, float32 (N, ...)."""
    own = part(model, [layer])
    other_size = (
        isinstance(batch, np.ndarray) and batch.ndim == 4 and batch.shape[1:3] != own.input.shape[1:3]
    )
    function = part(model, [layer], any_size=other_size)
    batch = check_batch(batch, function.inputs)
    output_shapes(function, batch.shape[1:3])
    return np.asarray(function(batch, training=False)[layer], np.float32)


def _as_list(objectives: Objective | Iterable[Objective]) -> list[Objective]:
    """One or several objectives as a list, checked."""
    if isinstance(objectives, Objective):
        return [objectives]
    listed = list(validation.several("Objectives", objectives))
    if not listed:
        raise ValueError("There is nothing to draw; name an objective, such as channel(layer, index).")
    return [check_objective(objective) for objective in listed]


def _height_and_width(batch: np.ndarray) -> tuple[int, int]:
    height, width = np.shape(batch)[1:3]
    return height, width


def _norm(target: np.ndarray) -> float:
    """Norm of a target, by which it is divided before it is squared; 1 if it is zero."""
    return float(np.linalg.norm(target.astype(np.float64))) or 1.0


def _sum_per_image(values: Any) -> Any:
    """Sum over all axes except the first."""
    tf = backend.tensorflow()
    return tf.reduce_sum(values, axis=tuple(range(1, len(values.shape))))
