"""Attribution by hiding: what becomes of the objective when pixels are taken away or given back."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from vggviz import backend, layers
from vggviz.activations import check_batch, run
from vggviz.objectives import Objective

if TYPE_CHECKING:
    import keras

CHUNK = 16
"""Pictures computed at once."""
BLUR = 5.0
"""Standard deviation in pixels of the blur that insertion starts from (Petsiuk et al. 2018)."""


def occlusion(
    model: keras.Model,
    batch: np.ndarray,
    objective: Objective,
    *,
    size: int = 16,
    stride: int = 8,
    fill: float | np.ndarray = 0,
) -> np.ndarray:
    """How much the objective loses when a square of the picture is covered.

    Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014, section 4.2:
    occlusion sensitivity. A square moves over the picture, one forward pass at each place; a pixel's value
    is the mean loss over the squares that cover it.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), as the model's input wants it.
        objective: what is explained.
        size: side of the square in pixels.
        stride: pixels from one square to the next; the last one of a row or column ends at the edge.
        fill: what covers, a number or one for each colour, in the batch's units; 0 is for VGG16
            ImageNet's mean colour.

    Returns:
        float32 (N, H, W), signed: positive where the objective needs the pixels.

    Raises:
        ValueError: an objective that the model does not have, or a batch, size or stride that does
            not fit.
    """
    batch = check_batch(batch, layers.unfold(model).inputs)
    squares = _squares(batch.shape[1:3], size, stride)

    covers, found = np.zeros(batch.shape[1:3]), np.zeros(batch.shape[:3])
    for square in squares:
        covers[square] += 1
    for picture, losses in zip(batch, found, strict=True):
        whole = scores(model, picture[np.newaxis], objective)[0]
        left = _each(model, functools.partial(_covered, picture, fill), squares, objective, "occlusion")
        for square, value in zip(squares, left, strict=True):
            losses[square] += whole - value
    return (found / covers).astype(np.float32)


@dataclass(frozen=True)
class DeletionInsertion:
    """The objective while an attribution's strongest pixels are taken from a picture, or given to it.

    Attributes:
        shares: float64 (steps + 1,), shares of the pixels, from 0 to 1.
        deletion: float32 (N, steps + 1), the objective without them.
        insertion: float32 (N, steps + 1), the objective with them alone sharp.
        words: the objective in words.
    """

    shares: np.ndarray
    deletion: np.ndarray
    insertion: np.ndarray
    words: str

    @property
    def deletion_area(self) -> np.ndarray:
        """Area under each picture's deletion curve, float64 (N,): the smaller the better."""
        return np.trapezoid(self.deletion, self.shares, axis=-1)

    @property
    def insertion_area(self) -> np.ndarray:
        """Area under each picture's insertion curve, float64 (N,): the larger the better."""
        return np.trapezoid(self.insertion, self.shares, axis=-1)


def deletion_insertion(
    model: keras.Model,
    batch: np.ndarray,
    attribution: np.ndarray | None,
    objective: Objective,
    *,
    steps: int = 32,
    fill: float | np.ndarray = 0,
    seed: int = 0,
) -> DeletionInsertion:
    """Test an attribution: take its strongest pixels away first, or show them first.

    Petsiuk, Das and Saenko, "RISE", 2018, section 4: pixels are deleted into a plain picture, or
    inserted into a blurred one. If the attribution is right the objective falls early, and rises early.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), as the model's input wants it.
        attribution: float (N, H, W), the strongest pixels first; None is a random order, the control.
        objective: what is read at each step; areas compare for one objective and picture only.
        steps: of equally many pixels.
        fill: of the plain picture, a number or one for each colour, in the batch's units.
        seed: of the random order, and of the order of pixels with equal attribution.

    Raises:
        ValueError: an attribution of another shape, an objective that the model does not have, or a
            batch that does not fit.
    """
    batch = check_batch(batch, layers.unfold(model).inputs)
    given = np.zeros(batch.shape[:3]) if attribution is None else np.asarray(attribution)
    if given.shape != batch.shape[:3] or not np.isfinite(given).all():
        raise ValueError(
            f"The attribution must hold finite numbers of shape {batch.shape[:3]}; got {given.shape}."
        )
    if isinstance(steps, bool) or int(steps) != steps or steps < 1:
        raise ValueError(f"The number of steps is a whole number from 1 on; got {steps!r}.")
    shares = np.linspace(0, 1, steps + 1)
    curves = [
        _curves(model, picture, _ranks(values, seed), shares, objective, fill)
        for picture, values in zip(batch, given, strict=True)
    ]
    deletion, insertion = np.stack(curves, axis=1)
    return DeletionInsertion(shares, deletion, insertion, objective.words)


def scores(model: keras.Model, batch: np.ndarray, objective: Objective) -> np.ndarray:
    """The objective's value for each picture, float32 (N,); all of the batch at once."""
    tensors = layers.part(model, objective.layers).output
    values = run(model, batch, tuple(tensors.values()))
    constant = backend.tensorflow().constant
    maps = {name: constant(value) for name, value in zip(tensors, values, strict=True)}
    return np.asarray(objective.value(maps), np.float32)


def _each(
    model: keras.Model,
    change: Callable[[Any], np.ndarray],
    changes: Sequence[Any],
    objective: Objective,
    words: str,
) -> np.ndarray:
    """Scores of one picture changed in many ways, each made when its turn comes."""
    found = []
    for start in tqdm(range(0, len(changes), CHUNK), desc=words, leave=False, delay=1, disable=None):
        pictures = [change(what) for what in changes[start : start + CHUNK]]
        found.append(scores(model, np.stack(pictures), objective))
    return np.concatenate(found)


def _covered(picture: np.ndarray, fill: float | np.ndarray, square: tuple[slice, slice]) -> np.ndarray:
    copy = picture.copy()
    copy[square] = fill
    return copy


def _squares(sides: tuple[int, ...], size: int, stride: int) -> list[tuple[slice, slice]]:
    """Squares from edge to edge of the picture."""
    if not (1 <= size <= min(sides) and stride >= 1 and size == int(size) and stride == int(stride)):
        raise ValueError(
            f"The square's side is from 1 to {min(sides)} pixels and its stride from 1 on; "
            f"got {size!r} and {stride!r}."
        )
    rows, columns = (sorted({*range(0, side - size, stride), side - size}) for side in sides)
    return [(slice(y, y + size), slice(x, x + size)) for y in rows for x in columns]


def _ranks(values: np.ndarray, seed: int) -> np.ndarray:
    """The place of each pixel in the order, 0 for the strongest; equal ones at random, int64 (H, W)."""
    chance = np.random.default_rng(seed).random(values.size)
    order = np.lexsort((chance, -values.ravel().astype(np.float64)))
    ranks = np.empty(values.size, np.int64)
    ranks[order] = np.arange(values.size)
    return ranks.reshape(values.shape)


def _curves(
    model: keras.Model,
    picture: np.ndarray,
    ranks: np.ndarray,
    shares: np.ndarray,
    objective: Objective,
    fill: float | np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The objective after each share of the pixels was deleted, and after it was inserted."""
    from skimage.filters import gaussian  # half a second that other functions need not pay

    counts = np.rint(shares * ranks.size).astype(int).tolist()
    plain = np.broadcast_to(np.asarray(fill, picture.dtype), picture.shape)
    blurred = gaussian(picture, BLUR, channel_axis=-1, preserve_range=True).astype(picture.dtype)

    def deleted(count: int) -> np.ndarray:
        return np.where((ranks < count)[..., np.newaxis], plain, picture)

    def inserted(count: int) -> np.ndarray:
        return np.where((ranks < count)[..., np.newaxis], picture, blurred)

    return (
        _each(model, deleted, counts, objective, "deletion"),
        _each(model, inserted, counts, objective, "insertion"),
    )
