"""Class activation maps: weighted sums of a layer's feature maps.

The methods differ in the weights of the channels (or cells). The weighted sum is set to zero where it is
negative, and resized to the image by bilinear interpolation, with each cell's centre at the centre of its
share of the image: for VGG16 and similar networks the centre of the cell's receptive field.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from vggviz.activations.forward import check_batch, feature_maps
from vggviz.attribution.core import target_layer, upsample_positive
from vggviz.attribution.gradients import gradients
from vggviz.forward_only.network import ForwardOnly
from vggviz.models import graph
from vggviz.objectives import Objective, as_class, check_objective

if TYPE_CHECKING:
    import keras

Weights = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Function from activations and gradients, both (h, w, c), to weights that broadcast to them."""


def grad_cam(
    model: keras.Model, batch: np.ndarray, objective: Objective, layer: str | None = None
) -> np.ndarray:
    """Grad-CAM: each channel is weighted by the mean of its gradient.

    Selvaraju et al., "Grad-CAM", ICCV 2017, equations 1 and 2. For a network that ends in global average
    pooling and one dense layer this equals CAM, divided by the number of cells (section 3.1).

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), preprocessed for the model.
        objective: the scalar to explain, for example ``class_logit(3)``.
        layer: the target layer; None is `target_layer(model)`.

    Returns:
        float32 (N, H, W), not negative, not normalised.

    Raises:
        ValueError: an unknown layer, a layer without feature maps or that the objective does not depend
            on, or a batch whose shape does not match the model.
    """
    if isinstance(model, ForwardOnly):
        return _linear_cam(model, batch, objective, layer)
    return _gradient_cam(model, batch, objective, layer, _mean_gradient)


def grad_cam_plus_plus(
    model: keras.Model, batch: np.ndarray, objective: Objective, layer: str | None = None
) -> np.ndarray:
    """Grad-CAM++: each channel is weighted by a weighted sum of its positive gradients.

    Chattopadhay et al., "Grad-CAM++", WACV 2018, equations 5 and 19: the closed form for Y = exp(S),
    where S is the objective. The factor exp(S), constant over the image, is omitted, since it overflows
    for common logits.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), preprocessed for the model.
        objective: the scalar to explain.
        layer: the target layer, preferably the output of a ReLU; None is `target_layer(model)`.

    Returns:
        float32 (N, H, W), not negative, not normalised.

    Raises:
        ValueError: as in `grad_cam`.
    """
    return _gradient_cam(model, batch, objective, layer, _plus_plus_weights)


def layer_cam(
    model: keras.Model, batch: np.ndarray, objective: Objective, layer: str | None = None
) -> np.ndarray:
    """LayerCAM: each cell is weighted by the positive part of its own gradient.

    Jiang et al., "LayerCAM: Exploring Hierarchical Class Activation Maps for Localization", IEEE
    Transactions on Image Processing 2021. Weights per cell rather than per channel make the maps of early
    layers useful for localisation as well.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), preprocessed for the model.
        objective: the scalar to explain.
        layer: the target layer; None is `target_layer(model)`.

    Returns:
        float32 (N, H, W), not negative, not normalised.

    Raises:
        ValueError: as in `grad_cam`.
    """
    return _gradient_cam(model, batch, objective, layer, lambda _, gradient: np.maximum(gradient, 0))


def eigen_cam(model: keras.Model, batch: np.ndarray, layer: str | None = None) -> np.ndarray:
    """Eigen-CAM: the maps projected on their first principal component, independent of the class.

    Muhammad and Yeasin, "Eigen-CAM", IJCNN 2020: the matrix of cells by channels, not centred, times its
    first right singular vector. The vector's sign is chosen such that the sum of the map is positive;
    for the output of a ReLU no cell is negative then.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), preprocessed for the model.
        layer: the target layer; None is `target_layer(model)`.

    Returns:
        float32 (N, H, W), not negative, not normalised.

    Raises:
        ValueError: an unknown layer, a layer without feature maps, or a batch whose shape does not match
            the model.
    """
    layer = target_layer(model, layer)
    maps = feature_maps(model, batch, layer)[layer]
    return upsample_positive(np.stack([_first_component(image_maps) for image_maps in maps]), batch)


def _mean_gradient(_: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Weights (c,) by equation 1 of Grad-CAM."""
    return gradient.mean(axis=(0, 1))


def _plus_plus_weights(activation: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Weights (c,) by equation 5 of Grad-CAM++; alpha, 1 / (2 + sum(map) x gradient), by equation 19."""
    denominator = 2 + activation.sum(axis=(0, 1)) * gradient
    alpha = np.divide(1, denominator, out=np.zeros_like(gradient), where=denominator != 0)
    return (alpha * np.maximum(gradient, 0)).sum(axis=(0, 1))


def _gradient_cam(
    model: keras.Model, batch: np.ndarray, objective: Objective, layer: str | None, weights: Weights
) -> np.ndarray:
    """Positive part of the weighted sum of maps (equation 2 of Grad-CAM), one image at a time."""
    check_objective(objective)
    layer, batch = target_layer(model, layer), check_batch(batch, graph.unfold(model).inputs)
    gradient_function = gradients(model, objective, batch.shape[1:], batch.dtype, layer)
    maps = []
    for image in batch:
        (activation,), (gradient,) = gradient_function(image[np.newaxis])
        maps.append((weights(activation, gradient) * activation).sum(axis=-1))
    return upsample_positive(np.stack(maps), batch)


def _linear_cam(model: ForwardOnly, batch: np.ndarray, objective: Objective, layer: str | None) -> np.ndarray:
    """Grad-CAM of a class where its mean gradient is known without a backward pass."""
    layer, index = target_layer(model, layer), as_class(check_objective(objective))
    weights = None if index is None else model.mean_gradient(layer, index)
    if weights is None:
        raise ValueError(
            "Without gradients there are class activation maps of a class, at the last convolution or pool; "
            f"got {objective.label!r} at {layer!r}: load_vgg16() returns a network that has gradients."
        )
    return upsample_positive(feature_maps(model, batch, layer)[layer] @ weights, batch)


def _first_component(maps: np.ndarray) -> np.ndarray:
    """Maps (h, w, c) times their first right singular vector, float64 (h, w)."""
    cells = maps.reshape(-1, maps.shape[-1]).astype(np.float64)
    if len(cells) < cells.shape[1]:  # of the two matrices with the same eigenvalues, the smaller one
        values, vectors = np.linalg.eigh(cells @ cells.T)
        projected = np.sqrt(values[-1]) * vectors[:, -1]
    else:
        projected = cells @ np.linalg.eigh(cells.T @ cells).eigenvectors[:, -1]
    projected = projected.reshape(maps.shape[:2])
    return projected if projected.sum() >= 0 else -projected
