"""Evaluation of attributions: model randomisation test, deletion and insertion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import validation
from vggviz.activations.forward import check_batch
from vggviz.attribution.core import check_fill, chunks, scores
from vggviz.models import graph, parts
from vggviz.objectives import Objective, check_objective, label_for

if TYPE_CHECKING:
    import keras

BLUR = 5.0
"""Standard deviation in pixels of the Gaussian blur that insertion starts from (Petsiuk et al. 2018)."""


def shuffled_weights(model: keras.Model, layer: str, *, cascade: bool = True, seed: int = 0) -> keras.Model:
    """Copy of the model with shuffled weights, from the output down to a layer (model randomisation test).

    Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018, section 3: an attribution that looks
    the same for such a copy does not explain the network. Instead of drawing new weights, as the paper
    does, the values of each array are permuted, which preserves the scale of the activations.

    Args:
        model: any Keras model; it is not modified.
        layer: the lowest layer to shuffle; it must have weights.
        cascade: whether all later layers are shuffled as well.
        seed: seed of the permutations. That of a layer does not depend on which others are shuffled.

    Returns:
        The copy. Its provenance names the shuffled layers and the seed.

    Raises:
        ValueError: an unknown layer, or one without weights.
        TypeError: `cascade` is not a bool.
    """
    validation.instance("True or False as cascade", cascade, bool)
    seed = validation.whole("seed", seed)
    step = graph.find_step(model, layer)
    if not getattr(step.layer, "weights", None):
        raise ValueError(f"The layer {layer!r} has no weights to shuffle; name one that has.")
    copy = parts.changed_copy(
        model, f"{layer}{' and all after it' if cascade else ''} shuffled (seed {seed})"
    )
    names = list(graph.unfold(copy).steps)
    shuffled = names[names.index(layer) :] if cascade else [layer]
    for name in shuffled:
        _shuffle_layer(graph.find_step(copy, name).layer, np.random.default_rng([seed, names.index(name)]))
    return copy


@dataclass(frozen=True)
class DeletionInsertion:
    """Deletion and insertion curves: the objective against the share of changed pixels.

    Attributes:
        shares: float64 (steps + 1,), shares of the pixels, from 0 to 1.
        deletion: float32 (N, steps + 1), the objective with these pixels deleted.
        insertion: float32 (N, steps + 1), the objective with these pixels inserted into a blurred image.
        label: label of the objective.
    """

    shares: np.ndarray
    deletion: np.ndarray
    insertion: np.ndarray
    label: str

    @property
    def deletion_area(self) -> np.ndarray:
        """Area under each image's deletion curve, float64 (N,); lower is better."""
        return np.trapezoid(self.deletion, self.shares, axis=-1)

    @property
    def insertion_area(self) -> np.ndarray:
        """Area under each image's insertion curve, float64 (N,); higher is better."""
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
    """Deletion and insertion metrics: change pixels in the order of their attribution.

    Petsiuk, Das and Saenko, "RISE", 2018, section 4: pixels of the image are replaced by a constant
    (deletion), or pixels of a blurred image by those of the original (insertion). For a good attribution
    the objective falls early under deletion, and rises early under insertion.

    Args:
        model: any Keras model.
        batch: float (N, H, W, C), preprocessed for the model.
        attribution: float (N, H, W), the largest values first; None is a random order, as a control.
        objective: the scalar to compute; areas are comparable for the same objective and image only.
        steps: number of steps, each of equally many pixels.
        fill: constant that replaces deleted pixels, one number or one per colour, in the batch's units.
        seed: seed of the random order, also for pixels with equal attribution.

    Returns:
        The curves of all images.

    Raises:
        ValueError: an attribution of another shape or that is not finite, an objective with an unknown
            layer or channel, a batch whose shape does not match the model, or `steps`, `fill` or `seed`
            out of range.
    """
    check_objective(objective)
    batch = check_batch(batch, graph.unfold(model).inputs)
    attribution = np.zeros(batch.shape[:3]) if attribution is None else attribution
    attribution = validation.numbers("The attribution's values", attribution, f"{batch.shape[:3]}", 3)
    if attribution.shape != batch.shape[:3]:
        raise ValueError(f"The attribution must have shape {batch.shape[:3]}; got {attribution.shape}.")
    steps, seed = validation.whole("number of steps", steps, 1), validation.whole("seed", seed)
    fill = check_fill(fill, batch)
    shares = np.linspace(0, 1, steps + 1)
    curves = [
        _curves(model, image, _pixel_ranks(values, seed), shares, objective, fill)
        for image, values in zip(batch, attribution, strict=True)
    ]
    deletion, insertion = np.stack(curves, axis=1)
    return DeletionInsertion(shares, deletion, insertion, label_for(objective, model))


def _shuffle_layer(layer: Any, rng: np.random.Generator) -> None:
    """Permute the values of each weight array of a layer, if it has any."""
    if getattr(layer, "weights", None):
        layer.set_weights([rng.permuted(w.ravel()).reshape(w.shape) for w in layer.get_weights()])
        parts.finalize(layer)


def _score_steps(
    model: keras.Model,
    changed: Callable[[int], np.ndarray],
    counts: np.ndarray,
    objective: Objective,
    label: str,
) -> np.ndarray:
    """Scores, float32 (steps + 1,), of the images `changed(count)`, computed in chunks."""
    batches = (np.stack([changed(count) for count in chunk]) for chunk in chunks(counts, label))
    return np.concatenate([scores(model, batch, objective) for batch in batches])


def _pixel_ranks(values: np.ndarray, seed: int) -> np.ndarray:
    """Rank of each pixel, int64 (H, W), 0 for the largest value; ties are broken at random."""
    tie_breaker = np.random.default_rng(seed).random(values.size)
    order = np.lexsort((tie_breaker, -values.ravel().astype(np.float64)))
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
    """Deletion and insertion curve of one image, each float32 (steps + 1,)."""
    from skimage.filters import gaussian  # importing it takes half a second

    counts = np.rint(shares * ranks.size).astype(int)
    constant = np.broadcast_to(np.asarray(fill, image.dtype), image.shape)
    blurred = gaussian(image, BLUR, channel_axis=-1, preserve_range=True).astype(image.dtype)

    def deleted(count: int) -> np.ndarray:
        return np.where((ranks < count)[..., np.newaxis], constant, image)

    def inserted(count: int) -> np.ndarray:
        return np.where((ranks < count)[..., np.newaxis], image, blurred)

    return (
        _score_steps(model, deleted, counts, objective, "deletion"),
        _score_steps(model, inserted, counts, objective, "insertion"),
    )
