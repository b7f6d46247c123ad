"""Images that a network asks for: of what excites it most, and of what it remembers of a photograph.

Erhan, Bengio, Courville and Vincent, "Visualizing Higher-Layer Features of a Deep Network", 2009, for
the idea; Olah, Mordvintsev and Schubert, "Feature Visualization", Distill 2017, for the method.
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
    check_size,
    drawing_size,
    full_recipe,
    layers_read,
)
from vggviz.images.preprocessing import as_vgg16_reads
from vggviz.models.graph import part
from vggviz.objectives import Objective, check_objective

if TYPE_CHECKING:
    import keras

STEPS = 48
INVERSION_STEPS = 256
CARICATURE_STEPS = 128
ROBUST = Recipe()
"""For images from nothing: the network must recognise them however they are moved."""
STILL = Recipe(jitter=0, scale=0, rotation=0, total_variation=0.05, rate=0.2)
"""For images whose activations are compared with a photograph's, cell by cell."""


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
    """Draw images that excite a channel, a neuron, a class: activation maximization.

    Several objectives are drawn side by side in one batch: all begin with the same noise, and each
    comes out as it would alone, at the same size and with the same movements. The cost is logged before
    it starts (logger "vggviz", level INFO).

    Args:
        model: any Keras model that reads images.
        objectives: what is to be maximised (`channel`, `neuron`, `class_logit`, sums of them): one, or
            one for each image.
        size: side of the images in pixels. None is the receptive field of the layers read and 16
            more, at least 64 and at most 128, but not more than the model's input.
        steps: of gradient ascent.
        seed: of the noise at the start, and of the random movements.
        recipe: what keeps the images from becoming noise that only the network can see.
        folder: each image is written into it once it is finished, as PNG and .npz; one that is there
            already, drawn with the same weights and settings, is not drawn again. Objectives are told
            apart by their words.
        preprocess: from a tensor of RGB levels 0 to 255, float32 (N, H, W, 3), to what the model reads.

    Returns:
        The images in the order of the objectives, and the objective's value at each step.

    Raises:
        ValueError: no objective, an unknown layer or channel, a size that the layers cannot read, or
            a folder that cannot be written.
    """
    objectives = _listed(objectives)
    layers = layers_read(objectives)
    sides, recipe = drawing_size(model, layers, size), full_recipe(model, layers, recipe)
    return Rendering(model, sides, steps, seed, recipe, preprocess).draw(objectives, folder)


def visualization_cost(
    model: keras.Model,
    objectives: Objective | Iterable[Objective],
    *,
    size: int | None = None,
    steps: int = STEPS,
) -> Cost:
    """What `visualize` would cost; nothing is drawn.

    Args:
        model: any Keras model that reads images.
        objectives: one, or one for each image.
        size: as in `visualize`.
        steps: of gradient ascent.

    Raises:
        ValueError: no objective, an unknown layer, or a size that is none.
    """
    objectives = _listed(objectives)
    sides = drawing_size(model, layers_read(objectives), size)
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
    """Draw images that a layer cannot tell from given ones: feature inversion.

    Minimised is the squared distance between the layer's activations, as a share of the given ones'
    squared norm: Mahendran and Vedaldi, "Understanding Deep Image Representations by Inverting Them",
    CVPR 2015, equations 1 and 2, normalised as in their section 3. Their norm of the image, which
    keeps levels in range, is not needed: the parameterisation ends in a sigmoid.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), the images to be remembered, preprocessed; for convolutions of any
            height and width.
        layer: the layer's name, convolutional or dense.
        steps: of gradient descent.
        seed: of the noise at the start.
        recipe: how the images are drawn; by default they are not moved, since places count.
        folder: as in `visualize`.
        preprocess: as in `visualize`.

    Returns:
        An image for each of the batch; the values are the shares that remain, 0 for a perfect copy.

    Raises:
        ValueError: an unknown layer, a batch that does not fit, or a folder that cannot be written.
    """
    targets = _activations(model, batch, layer)
    objectives = [_nearness(layer, target, index) for index, target in enumerate(targets)]
    recipe = full_recipe(model, [layer], recipe)
    rendering = Rendering(model, _sides(batch), steps, seed, recipe, preprocess)
    drawn = rendering.draw(objectives, folder, {"target": digest([targets])})
    return replace(drawn, values=-drawn.values, measure="squared distance, of the photograph's squared norm")


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
    """Draw images in which a layer sees the same as in given ones, only more of it.

    Maximised is the dot product of the layer's activations with the given image's, times their
    cosine, which keeps other features from growing along: the recipe `caricature` of the library
    Lucid; Carter and others, "Activation Atlas", Distill 2019, draw activations so. Divided by the
    given ones' squared norm, so that the given image itself has the value 1.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), the images to be exaggerated, preprocessed; for convolutions of any
            height and width.
        layer: the layer's name, convolutional or dense.
        power: of the cosine, which counts as 0.1 at least; 0 leaves the dot product alone.
        steps: of gradient ascent.
        seed: of the noise at the start.
        recipe: how the images are drawn; by default they are not moved, since places count.
        folder: as in `visualize`.
        preprocess: as in `visualize`.

    Returns:
        An image for each of the batch; a value over 1 is so many times as strong as the given one.

    Raises:
        ValueError: an unknown layer, a batch that does not fit, or a folder that cannot be written.
    """
    power = validation.real("power of the cosine", power, 0)
    targets = _activations(model, batch, layer)
    objectives = [_exaggeration(layer, target, power, index) for index, target in enumerate(targets)]
    recipe = full_recipe(model, [layer], recipe)
    rendering = Rendering(model, _sides(batch), steps, seed, recipe, preprocess)
    drawn = rendering.draw(objectives, folder, {"target": digest([targets]), "power": power})
    return replace(drawn, measure="strength, of the photograph's own")


def _nearness(layer: str, target: np.ndarray, index: int) -> Objective:
    """Minus the squared distance from a target, of its squared norm."""
    norm = _squared_norm(target)

    def value(maps: Mapping[str, Any]) -> Any:
        return -_summed((maps[layer] - target) ** 2) / norm

    return Objective((layer,), value, f"image {index} as {layer} remembers it")


def _exaggeration(layer: str, target: np.ndarray, power: float, index: int) -> Objective:
    """Dot product with a target times the cosine to a power, of the target's squared norm."""
    norm = _squared_norm(target)

    def value(maps: Mapping[str, Any]) -> Any:
        tf = backend.tensorflow()
        dot = _summed(maps[layer] * target)
        # the small number only keeps the root's gradient at zero from being infinite
        lengths = tf.sqrt(_summed(maps[layer] ** 2) * norm + 1e-12)
        return dot / norm * tf.maximum(dot / lengths, 0.1) ** power

    return Objective((layer,), value, f"image {index} as {layer} exaggerates it")


def _activations(model: keras.Model, batch: np.ndarray, layer: str) -> np.ndarray:
    """What a layer gives for a batch of any size, float32 (N, ...)."""
    own = part(model, [layer])
    resized = isinstance(batch, np.ndarray) and batch.ndim == 4 and batch.shape[1:3] != own.input.shape[1:3]
    function = part(model, [layer], any_size=resized)
    batch = check_batch(batch, function.inputs)
    check_size(function, batch.shape[1:3])
    return np.asarray(function(batch, training=False)[layer], np.float32)


def _listed(objectives: Objective | Iterable[Objective]) -> list[Objective]:
    if isinstance(objectives, Objective):
        return [objectives]
    listed = list(validation.several("Objectives", objectives))
    if not listed:
        raise ValueError("There is nothing to draw; name an objective, such as channel(layer, number).")
    return [check_objective(objective) for objective in listed]


def _sides(batch: np.ndarray) -> tuple[int, int]:
    height, width = np.shape(batch)[1:3]
    return height, width


def _squared_norm(target: np.ndarray) -> float:
    """Of a target that is zero all over: 1, so that nothing is divided by zero."""
    return float(np.sum(target.astype(np.float64) ** 2)) or 1.0


def _summed(values: Any) -> Any:
    """Over everything but the batch."""
    tf = backend.tensorflow()
    return tf.reduce_sum(values, axis=tuple(range(1, len(values.shape))))
