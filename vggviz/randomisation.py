"""The model randomisation test: does an attribution change when the network forgets what it learned?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz import backend, layers
from vggviz.weights import note_provenance, provenance

if TYPE_CHECKING:
    import keras


def randomised(model: keras.Model, layer: str, *, cascade: bool = True, seed: int = 0) -> keras.Model:
    """A copy of the model whose weights are shuffled, from the top down to a layer.

    Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018, section 3: an attribution that looks
    the same for such a copy does not explain the network. The weights of each array are shuffled among
    themselves, which keeps their spread, and so the size of the activations.

    Args:
        model: any Keras model; it stays as it is.
        layer: the lowest layer that is shuffled, one with weights.
        cascade: shuffle all layers that run after it, too; else this one alone.
        seed: of the shuffling. A layer comes out the same with and without the others.

    Raises:
        ValueError: an unknown layer, or one without weights.
    """
    if not getattr(layers.find_step(model, layer).layer, "weights", None):
        raise ValueError(f"The layer {layer!r} has no weights to shuffle; name one that has.")
    copy = backend.keras().models.clone_model(model)
    copy.set_weights(model.get_weights())
    names = list(layers.unfold(copy).steps)
    chosen = names[names.index(layer) :] if cascade else [layer]
    for name in chosen:
        _shuffle(layers.find_step(copy, name).layer, np.random.default_rng([seed, names.index(name)]))
    made_of = provenance(model)
    words = f"{made_of.source}, {layer}{' and all after it' if cascade else ''} shuffled (seed {seed})"
    note_provenance(copy, replace(made_of, source=words))
    return copy


def _shuffle(layer: Any, rng: np.random.Generator) -> None:
    """Shuffle each array of a layer's weights; operations have none."""
    if getattr(layer, "weights", None):
        layer.set_weights([rng.permuted(w.ravel()).reshape(w.shape) for w in layer.get_weights()])
