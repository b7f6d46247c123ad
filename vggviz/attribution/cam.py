"""Class activation maps: a layer's maps, weighted by what they mean for the objective.

Each method weighs the channels (or cells) in its own way, adds them up, cuts off what is negative, and
enlarges the sum to the image. The enlargement is bilinear with the middle of each cell in the middle of
its share of the image: with VGG16 and its like that is the middle of the cell's receptive field.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from vggviz.activations.forward import check_batch, feature_maps
from vggviz.attribution.core import enlarged, target_layer
from vggviz.attribution.gradients import gradients
from vggviz.models import graph
from vggviz.objectives import Objective, check_objective

if TYPE_CHECKING:
    import keras

Weighing = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From activations and gradients, both (h, w, c), to weights that broadcast to them."""


def grad_cam(
    model: keras.Model, batch: np.ndarray, objective: Objective, layer: str | None = None
) -> np.ndarray:
    """Grad-CAM: each channel weighs as much as its gradient on average.

    Selvaraju et al., "Grad-CAM", ICCV 2017, equations 1 and 2. For a network that ends in global average
    pooling and one dense layer this is CAM, divided by the number of cells (section 3.1).

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), as the model's input wants it.
        objective: what is explained, ``class_logit(3)`` for instance.
        layer: whose maps are weighed; None is the last convolution.

    Returns:
        float32 (N, H, W), from zero on, in the image's pixels, not normalised.

    Raises:
        ValueError: an unknown layer, one without maps or that the objective does not depend on, or
            a batch that does not fit.
    """
    return _by_gradients(model, batch, objective, layer, _mean_gradient)


def grad_cam_plus_plus(
    model: keras.Model, batch: np.ndarray, objective: Objective, layer: str | None = None
) -> np.ndarray:
    """Grad-CAM++: a channel's positive gradients count, the more the fewer cells they share it with.

    Chattopadhay et al., "Grad-CAM++", WACV 2018, equations 5 and 19: the closed form for Y = exp(S),
    S the objective. The factor exp(S), the same for the whole image, is left out, since it overflows
    for common logits.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), as the model's input wants it.
        objective: what is explained.
        layer: whose maps are weighed, best one behind a ReLU; None is the last convolution.

    Returns:
        float32 (N, H, W), from zero on, in the image's pixels, not normalised.

    Raises:
        ValueError: as in `grad_cam`.
    """
    return _by_gradients(model, batch, objective, layer, _plus_plus)


def layer_cam(
    model: keras.Model, batch: np.ndarray, objective: Objective, layer: str | None = None
) -> np.ndarray:
    """LayerCAM: each cell weighs as much as its own gradient where that is positive.

    Jiang et al., "LayerCAM: Exploring Hierarchical Class Activation Maps for Localization", IEEE
    Transactions on Image Processing 2021. With a weight for each cell the maps of early layers, too,
    say where.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), as the model's input wants it.
        objective: what is explained.
        layer: whose maps are weighed; None is the last convolution.

    Returns:
        float32 (N, H, W), from zero on, in the image's pixels, not normalised.

    Raises:
        ValueError: as in `grad_cam`.
    """
    return _by_gradients(model, batch, objective, layer, lambda _, gradient: np.maximum(gradient, 0))


def eigen_cam(model: keras.Model, batch: np.ndarray, layer: str | None = None) -> np.ndarray:
    """Eigen-CAM: the maps along their first principal component, whatever the class.

    Muhammad and Yeasin, "Eigen-CAM", IJCNN 2020: the cells, as rows of an uncentred matrix, times its
    first right singular vector. Of the vector's two signs that one is taken for which the map's sum is
    positive; behind a ReLU no cell is negative then.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), as the model's input wants it.
        layer: whose maps are read; None is the last convolution.

    Returns:
        float32 (N, H, W), from zero on, in the image's pixels, not normalised.

    Raises:
        ValueError: an unknown layer, one without maps, or a batch that does not fit.
    """
    layer = target_layer(model, layer)
    maps = feature_maps(model, batch, layer)[layer]
    return enlarged(np.stack([_first_component(image) for image in maps]), batch)


def _mean_gradient(_: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Equation 1 of Grad-CAM."""
    return gradient.mean(axis=(0, 1))


def _plus_plus(activation: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Equation 5 of Grad-CAM++ with the alpha of equation 19: 1 / (2 + sum of the map x gradient)."""
    denominator = 2 + activation.sum(axis=(0, 1)) * gradient
    alpha = np.divide(1, denominator, out=np.zeros_like(gradient), where=denominator != 0)
    return (alpha * np.maximum(gradient, 0)).sum(axis=(0, 1))


def _by_gradients(
    model: keras.Model, batch: np.ndarray, objective: Objective, layer: str | None, weigh: Weighing
) -> np.ndarray:
    """The positive part of the weighted sum of maps (equation 2 of Grad-CAM), one image at a time."""
    check_objective(objective)
    layer, batch = target_layer(model, layer), check_batch(batch, graph.unfold(model).inputs)
    differentiate = gradients(model, objective, batch.shape[1:], batch.dtype, layer)
    cells = []
    for image in batch:
        (activation,), (gradient,) = differentiate(image[np.newaxis])
        cells.append((weigh(activation, gradient) * activation).sum(axis=-1))
    return enlarged(np.stack(cells), batch)


def _first_component(maps: np.ndarray) -> np.ndarray:
    """Maps (h, w, c) times their first right singular vector, float64 (h, w)."""
    cells = maps.reshape(-1, maps.shape[-1]).astype(np.float64)
    vector = np.linalg.eigh(cells.T @ cells).eigenvectors[:, -1]
    projected = (cells @ vector).reshape(maps.shape[:2])
    return projected if projected.sum() >= 0 else -projected
