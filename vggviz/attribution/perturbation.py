"""Attribution by hiding: what the objective loses behind a square, or keeps behind a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vggviz._shared import validation
from vggviz.activations.forward import check_batch, feature_maps
from vggviz.attribution.core import CHUNK, checked_fill, chunks, enlarged, resized, scores, target_layer
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
    """How much the objective loses when a square of the image is covered.

    Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014, section 4.2:
    occlusion sensitivity. A square moves over the image; a pixel's value is the mean loss over the
    squares that cover it.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), as the model's input wants it.
        objective: what is explained.
        size: side of the square in pixels.
        stride: pixels from one square to the next, not more than `size`, so that every pixel is covered; the
            last one of a row or column ends at the edge.
        fill: what covers, a number or one for each colour, in the batch's units; 0 is for VGG16
            ImageNet's mean colour.

    Returns:
        float32 (N, H, W), signed, positive where the objective needs the pixels.

    Raises:
        ValueError: an objective that the model does not have, or a batch, size or stride that does
            not fit.
    """
    check_objective(objective)
    batch = check_batch(batch, graph.unfold(model).inputs)
    corners = _corners(batch.shape[1:3], size, stride)
    cover = np.broadcast_to(checked_fill(fill, batch), (CHUNK, size, size, batch.shape[-1]))
    maps = []
    for image in batch:
        whole = scores(model, image[np.newaxis], objective)[0]
        score = window_scorer(model, image, objective)
        left = [score(cover[: len(part)], part) for part in chunks(corners, "occlusion")]
        maps.append(_mean_over_squares(whole - np.concatenate(left), corners, size, batch.shape[1:3]))
    return np.stack(maps)


def score_cam(
    model: keras.Model,
    batch: np.ndarray,
    objective: Objective,
    layer: str | None = None,
    *,
    batch_size: int = 16,
) -> np.ndarray:
    """Score-CAM: each channel weighs what the network says to the image seen through its map.

    Wang et al., "Score-CAM", CVPR Workshops 2020, algorithm 1, with a softmax over the channels'
    scores (so the score of the empty image, which the algorithm subtracts from all, cancels).
    Channels whose map is the same everywhere leave the empty image, and are computed once; of the others
    only what lies where their mask is not zero (see `vggviz.attribution.incremental`).

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), as the model's input wants it; what is masked becomes zero.
        objective: what is explained.
        layer: whose maps are weighed; None is the last convolution.
        batch_size: masked images computed at once.

    Returns:
        float32 (N, H, W), from zero on, in the image's pixels, not normalised.

    Raises:
        ValueError: an unknown layer, one without maps, or a batch that does not fit.
    """
    check_objective(objective)
    batch_size = validation.whole("number of images in a batch (batch_size)", batch_size, 1)
    layer, batch = target_layer(model, layer), check_batch(batch, graph.unfold(model).inputs)
    cells = []
    for image in batch:
        maps = feature_maps(model, image[np.newaxis], layer)[layer][0]
        seen = _masked_scores(model, image, maps, objective, batch_size)
        weights = np.exp(seen - seen.max())
        cells.append(maps @ (weights / weights.sum()))
    return enlarged(np.stack(cells), batch)


def _corners(sides: tuple[int, ...], size: int, stride: int) -> np.ndarray:
    """Row and column of the first pixel of squares from edge to edge of the image, int (n, 2)."""
    size = validation.whole("square's side (size) in pixels", size, 1, min(sides))
    stride = validation.whole("stride of the square in pixels, no longer than its side,", stride, 1, size)
    rows, columns = (sorted({*range(0, side - size, stride), side - size}) for side in sides)
    return np.array([(y, x) for y in rows for x in columns])


def _mean_over_squares(
    values: np.ndarray, corners: np.ndarray, size: int, sides: tuple[int, ...]
) -> np.ndarray:
    """Each pixel's mean over the squares that cover it, float32 (H, W)."""
    total, covers = np.zeros(sides), np.zeros(sides)
    for value, (y, x) in zip(values, corners, strict=True):
        total[y : y + size, x : x + size] += value
        covers[y : y + size, x : x + size] += 1
    return (total / covers).astype(np.float32)


def _masked_scores(
    model: keras.Model, image: np.ndarray, maps: np.ndarray, objective: Objective, batch_size: int
) -> np.ndarray:
    """The objective for the image seen through each channel's map, float32 (c,)."""
    score = window_scorer(model, np.zeros_like(image), objective)
    empty = score(np.zeros_like(image[np.newaxis, :1, :1]), np.zeros((1, 2), int))
    found = np.full(maps.shape[-1], empty[0], np.float32)
    uneven = np.flatnonzero(np.ptp(maps, axis=(0, 1)) > 0)
    uneven = uneven[np.argsort(_spreads(maps[..., uneven]), kind="stable")]  # windows alike go together
    for channels in chunks(uneven, "Score-CAM", batch_size):
        masks = _masks(maps[..., channels], image.shape[:2])
        found[channels] = score(*_windows(masks[..., np.newaxis] * image))
    return found


def _spreads(maps: np.ndarray) -> np.ndarray:
    """How far apart the cells above the minimum lie in each of the maps (h, w, n), int (n,)."""
    above = maps > maps.min(axis=(0, 1))
    return np.max([np.ptp(_ends(above.max(axis=axis)), axis=0) for axis in (0, 1)], axis=0)


def _windows(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Windows of one size that hold all of each image (n, H, W, C) that is not zero, and their corners."""
    seen = (images != 0).max(axis=-1)
    ends = np.stack([_ends(seen.max(axis=axis).T) for axis in (2, 1)], axis=-1)
    size = np.ptp(ends, axis=0).max(axis=0)
    corners = np.minimum(ends[0], np.array(seen.shape[1:]) - size)
    windows = [p[y : y + size[0], x : x + size[1]] for p, (y, x) in zip(images, corners, strict=True)]
    return np.stack(windows), corners


def _ends(marks: np.ndarray) -> np.ndarray:
    """The first mark in each column of bool (k, n), and the place behind the last: int (2, n)."""
    return np.stack([marks.argmax(axis=0), len(marks) - marks[::-1].argmax(axis=0)])


def _masks(maps: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Maps (h, w, n) enlarged to the image, each stretched from 0 to 1: (n, H, W)."""
    masks = resized(np.moveaxis(maps, -1, 0), size)
    low, high = masks.min(axis=(1, 2), keepdims=True), masks.max(axis=(1, 2), keepdims=True)
    return (masks - low) / np.where(high > low, high - low, 1)
