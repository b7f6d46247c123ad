"""Whether an attribution can be trusted: tests of it, and of the network behind it."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend, validation
from vggviz.activations.forward import check_batch
from vggviz.attribution.core import checked_fill, chunks, scores
from vggviz.models import graph
from vggviz.models.provenance import note_provenance, provenance
from vggviz.objectives import Objective, check_objective

if TYPE_CHECKING:
    import keras

BLUR = 5.0
"""Standard deviation in pixels of the blur that insertion starts from (Petsiuk et al. 2018)."""


def shuffled_weights(model: keras.Model, layer: str, *, cascade: bool = True, seed: int = 0) -> keras.Model:
    """A copy of the model whose weights are shuffled, from the top down to a layer.

    Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018, section 3: an attribution that looks
    the same for such a copy does not explain the network. They draw new random weights; here the weights
    of each array are shuffled among themselves, which keeps their spread, and so the activations' size.

    Args:
        model: any Keras model; it stays as it is.
        layer: the lowest layer that is shuffled, one with weights.
        cascade: shuffle all layers that run after it, too; else this one alone.
        seed: of the shuffling. A layer comes out the same with and without the others.

    Raises:
        ValueError: an unknown layer, or one without weights.
    """
    validation.instance("True or False as cascade", cascade, bool)
    seed = validation.whole("seed", seed)
    if not getattr(graph.find_step(model, layer).layer, "weights", None):
        raise ValueError(f"The layer {layer!r} has no weights to shuffle; name one that has.")
    gc.collect()  # earlier copies: Keras' models hold themselves in cycles, half a gigabyte each
    copy = backend.keras().models.clone_model(model)
    for new, old in zip(copy.weights, model.weights, strict=True):
        new.assign(old)
    names = list(graph.unfold(copy).steps)
    chosen = names[names.index(layer) :] if cascade else [layer]
    for name in chosen:
        _shuffle(graph.find_step(copy, name).layer, np.random.default_rng([seed, names.index(name)]))
    made_of = provenance(model)
    label = f"{made_of.source}, {layer}{' and all after it' if cascade else ''} shuffled (seed {seed})"
    note_provenance(copy, replace(made_of, source=label))
    return copy


@dataclass(frozen=True)
class DeletionInsertion:
    """The objective while an attribution's strongest pixels are taken from an image, or given to it.

    Attributes:
        shares: float64 (steps + 1,), shares of the pixels, from 0 to 1.
        deletion: float32 (N, steps + 1), the objective without them.
        insertion: float32 (N, steps + 1), the objective with them alone sharp.
        label: the objective in words.
    """

    shares: np.ndarray
    deletion: np.ndarray
    insertion: np.ndarray
    label: str

    @property
    def deletion_area(self) -> np.ndarray:
        """Area under each image's deletion curve, float64 (N,), the smaller the better."""
        return np.trapezoid(self.deletion, self.shares, axis=-1)

    @property
    def insertion_area(self) -> np.ndarray:
        """Area under each image's insertion curve, float64 (N,), the larger the better."""
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

    Petsiuk, Das and Saenko, "RISE", 2018, section 4: pixels are deleted into a plain image, or
    inserted into a blurred one. If the attribution is right the objective falls early, and rises early.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), as the model's input wants it.
        attribution: float (N, H, W), the strongest pixels first; None is a random order, the control.
        objective: what is read at each step; areas compare for one objective and image only.
        steps: of equally many pixels.
        fill: of the plain image, a number or one for each colour, in the batch's units.
        seed: of the random order, and of the order of pixels with equal attribution.

    Raises:
        ValueError: an attribution of another shape, an objective that the model does not have, or a
            batch that does not fit.
    """
    check_objective(objective)
    batch = check_batch(batch, graph.unfold(model).inputs)
    given = np.zeros(batch.shape[:3]) if attribution is None else attribution
    given = validation.numbers("The attribution's values", given, f"{batch.shape[:3]}", 3)
    if given.shape != batch.shape[:3]:
        raise ValueError(f"The attribution must have shape {batch.shape[:3]}; got {given.shape}.")
    steps, seed = validation.whole("number of steps", steps, 1), validation.whole("seed", seed)
    fill = checked_fill(fill, batch)
    shares = np.linspace(0, 1, steps + 1)
    curves = [
        _curves(model, image, _ranks(values, seed), shares, objective, fill)
        for image, values in zip(batch, given, strict=True)
    ]
    deletion, insertion = np.stack(curves, axis=1)
    return DeletionInsertion(shares, deletion, insertion, objective.label)


def _shuffle(layer: Any, rng: np.random.Generator) -> None:
    """Shuffle each array of a layer's weights; operations have none."""
    if getattr(layer, "weights", None):
        layer.set_weights([rng.permuted(w.ravel()).reshape(w.shape) for w in layer.get_weights()])


def _each(
    model: keras.Model,
    image: Callable[[int], np.ndarray],
    counts: np.ndarray,
    objective: Objective,
    label: str,
) -> np.ndarray:
    """Scores of an image with so many pixels changed, each made when its turn comes."""
    portions = (np.stack([image(count) for count in part]) for part in chunks(counts, label))
    return np.concatenate([scores(model, images, objective) for images in portions])


def _ranks(values: np.ndarray, seed: int) -> np.ndarray:
    """The place of each pixel in the order, 0 for the strongest; equal ones at random, int64 (H, W)."""
    chance = np.random.default_rng(seed).random(values.size)
    order = np.lexsort((chance, -values.ravel().astype(np.float64)))
    ranks = np.empty(values.size, np.int64)
    ranks[order] = np.arange(values.size)
    return ranks.reshape(values.shape)


def _curves(
    model: keras.Model,
    image: np.ndarray,
    ranks: np.ndarray,
    shares: np.ndarray,
    objective: Objective,
    fill: float | np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The objective after each share of the pixels was deleted, and after it was inserted."""
    from skimage.filters import gaussian  # half a second that other functions need not pay

    counts = np.rint(shares * ranks.size).astype(int)
    plain = np.broadcast_to(np.asarray(fill, image.dtype), image.shape)
    blurred = gaussian(image, BLUR, channel_axis=-1, preserve_range=True).astype(image.dtype)

    def deleted(count: int) -> np.ndarray:
        return np.where((ranks < count)[..., np.newaxis], plain, image)

    def inserted(count: int) -> np.ndarray:
        return np.where((ranks < count)[..., np.newaxis], image, blurred)

    return (
        _each(model, deleted, counts, objective, "deletion"),
        _each(model, inserted, counts, objective, "insertion"),
    )
