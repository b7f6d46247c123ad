"""Perturbation-based attribution: occlusion sensitivity and Score-CAM."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vggviz._shared import validation
from vggviz.activations.forward import check_batch, feature_maps
from vggviz.attribution.core import CHUNK, check_fill, chunks, resize, target_layer, upsample_positive
from vggviz.attribution.incremental import window_scorer
from vggviz.models import graph
from vggviz.objectives import Objective, check_objective

if TYPE_CHECKING:
    import keras


def occlusion(
    model: keras.Model,
    batch: np.ndarray,
    objective: Objective,
    *,
    size: int = 16,
    stride: int = 8,
    fill: float | np.ndarray = 0,
) -> np.ndarray:
    """Occlusion sensitivity: decrease of the objective when a square of the image is covered.

    Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014, section 4.2. A
    square is moved over the image; a pixel's value is the mean decrease over the squares that cover it.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), preprocessed for the model.
        objective: the scalar to explain.
        size: side of the square in pixels.
        stride: pixels from one square to the next, at most `size`, so that every pixel is covered; the last
            square of a row or column ends at the edge.
        fill: value of covered pixels, one number or one per colour, in the batch's units; for VGG16, 0 is
            ImageNet's mean colour.

    Returns:
        float32 (N, H, W), signed, positive where covering decreases the objective.

    Raises:
        ValueError: an objective with an unknown layer or channel, a batch whose shape does not match the
            model, or `size`, `stride` or `fill` out of range.
    """
    check_objective(objective)
    batch = check_batch(batch, graph.unfold(model).inputs)
    corners = _corners(batch.shape[1:3], size, stride)
    square = np.broadcast_to(check_fill(fill, batch), (CHUNK, size, size, batch.shape[-1]))
    maps = []
    for image in batch:
        score = window_scorer(model, image, objective)
        original = score(image[np.newaxis, :1, :1], np.zeros((1, 2), int))[0]
        covered = [score(square[: len(chunk)], chunk) for chunk in chunks(corners, "occlusion")]
        decrease = original - np.concatenate(covered)
        maps.append(_mean_over_squares(decrease, corners, size, batch.shape[1:3]))
    return np.stack(maps)


def score_cam(
    model: keras.Model,
    batch: np.ndarray,
    objective: Objective,
    layer: str | None = None,
    *,
    batch_size: int = 16,
) -> np.ndarray:
    """Score-CAM: each channel is weighted by the objective's value for the image masked by its map.

    Wang et al., "Score-CAM", CVPR Workshops 2020, algorithm 1, with a softmax over the channels' scores
    (so the score of the all-zero image, which the algorithm subtracts, cancels). A constant map masks the
    whole image: the score of the all-zero image is computed once for all such channels. For the others
    only the window where the mask is not zero is computed (see `vggviz.attribution.incremental`).

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), preprocessed for the model; masked pixels become zero.
        objective: the scalar to explain.
        layer: the target layer; None is `target_layer(model)`.
        batch_size: masked images per forward pass.

    Returns:
        float32 (N, H, W), not negative, not normalised.

    Raises:
        ValueError: an unknown layer, a layer without feature maps, a batch whose shape does not match the
            model, or a `batch_size` below 1.
    """
    check_objective(objective)
    batch_size = validation.whole("number of images in a batch (batch_size)", batch_size, 1)
    layer, batch = target_layer(model, layer), check_batch(batch, graph.unfold(model).inputs)
    weighted = []
    for image in batch:
        maps = feature_maps(model, image[np.newaxis], layer)[layer][0]
        values = _masked_scores(model, image, maps, objective, batch_size)
        weights = np.exp(values - values.max())
        weighted.append(maps @ (weights / weights.sum()))
    return upsample_positive(np.stack(weighted), batch)


def _corners(sides: tuple[int, ...], size: int, stride: int) -> np.ndarray:
    """Row and column of the top left pixel of each square, int (n, 2)."""
    size = validation.whole("square's side (size) in pixels", size, 1, min(sides))
    stride = validation.whole("stride of the square in pixels, no longer than its side,", stride, 1, size)
    rows, columns = (sorted({*range(0, side - size, stride), side - size}) for side in sides)
    return np.array([(y, x) for y in rows for x in columns])


def _mean_over_squares(
    values: np.ndarray, corners: np.ndarray, size: int, sides: tuple[int, ...]
) -> np.ndarray:
    """Each pixel's mean over the squares that cover it, float32 (H, W)."""
    total, count = np.zeros(sides), np.zeros(sides)
    for value, (y, x) in zip(values, corners, strict=True):
        total[y : y + size, x : x + size] += value
        count[y : y + size, x : x + size] += 1
    return (total / count).astype(np.float32)


def _masked_scores(
    model: keras.Model, image: np.ndarray, maps: np.ndarray, objective: Objective, batch_size: int
) -> np.ndarray:
    """Value of the objective for the image masked by each channel's map, float32 (c,)."""
    score = window_scorer(model, np.zeros_like(image), objective)
    empty = score(np.zeros_like(image[np.newaxis, :1, :1]), np.zeros((1, 2), int))
    values = np.full(maps.shape[-1], empty[0], np.float32)
    varying = np.flatnonzero(np.ptp(maps, axis=(0, 1)) > 0)
    # Sort by extent: the windows of a batch share one size, that of the largest.
    varying = varying[np.argsort(_extents(maps[..., varying]), kind="stable")]
    for channels in chunks(varying, "Score-CAM", batch_size):
        masks = _masks(maps[..., channels], image.shape[:2])
        values[channels] = score(*_nonzero_windows(masks[..., np.newaxis] * image))
    return values


def _extents(maps: np.ndarray) -> np.ndarray:
    """Larger side of the bounding box of the cells above the minimum, for maps (h, w, n); int (n,)."""
    above = maps > maps.min(axis=(0, 1))
    return np.max([np.ptp(_first_and_stop(above.max(axis=axis)), axis=0) for axis in (0, 1)], axis=0)


def _nonzero_windows(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Windows of equal size around the nonzero pixels of images (n, H, W, C), and their top left corners."""
    nonzero = (images != 0).max(axis=-1)
    boxes = np.stack([_first_and_stop(nonzero.max(axis=axis).T) for axis in (2, 1)], axis=-1)
    size = np.ptp(boxes, axis=0).max(axis=0)
    corners = np.minimum(boxes[0], np.array(nonzero.shape[1:]) - size)
    windows = [im[y : y + size[0], x : x + size[1]] for im, (y, x) in zip(images, corners, strict=True)]
    return np.stack(windows), corners


def _first_and_stop(mask: np.ndarray) -> np.ndarray:
    """Index of the first True of each column of bool (k, n), and one after the last; int (2, n)."""
    return np.stack([mask.argmax(axis=0), len(mask) - mask[::-1].argmax(axis=0)])


def _masks(maps: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Maps (h, w, n) resized to the image and each rescaled to 0 to 1: float32 (n, H, W)."""
    masks = resize(np.moveaxis(maps, -1, 0), size)
    low, high = masks.min(axis=(1, 2), keepdims=True), masks.max(axis=(1, 2), keepdims=True)
    return (masks - low) / np.where(high > low, high - low, 1)
