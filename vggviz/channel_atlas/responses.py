"""How channels respond to the pictures: strongest places, shares of zeros, most similar maps, losses."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vggviz._shared import validation
from vggviz.activations.forward import feature_maps
from vggviz.attribution.ablation import ablation_losses, first_order_losses, macs_behind
from vggviz.channel_atlas.weights import most_alike
from vggviz.models import graph

if TYPE_CHECKING:
    import keras

Arrays = dict[str, np.ndarray]
TOP = 9
"""Pictures listed for each channel."""
EXACT_MACS = 2.5e12
"""Most multiply-accumulates for which every channel of a layer is switched off to see the answer change."""
SAMPLE = 8
"""Channels of any other layer that are switched off, to measure how good the estimate is."""


@dataclass(frozen=True)
class Pictures:
    """The pictures that an atlas is made with, in memory.

    Attributes:
        names: their names.
        levels: uint8 (N, H, W, 3).
        preprocess: function from levels, float32 (n, H, W, 3), to the model's input.
    """

    names: tuple[str, ...]
    levels: np.ndarray
    preprocess: Callable[[np.ndarray], np.ndarray]

    def batches(self) -> Iterator[np.ndarray]:
        """The pictures one by one, as the model reads them: in larger batches last bits may differ."""
        yield from (self._read(image) for image in self.levels)

    def change_with_levels(self) -> np.ndarray | None:
        """Change of the model's input with red, green and blue of the same pixel, (channels, 3).

        None if the preprocessing is another than a sum of the three.
        """
        dark = np.zeros(self.levels.shape[1:], np.uint8)
        lit = [self._read(dark + 255 * row) for row in np.eye(3, dtype=np.uint8)]
        none = self._read(dark)
        change = np.stack([(each - none)[0, 0, 0] / 255 for each in lit], axis=1)
        expected = none + self.levels[0] @ change.T
        return change if np.allclose(expected, self._read(self.levels[0]), rtol=1e-3, atol=1e-3) else None

    def _read(self, image: np.ndarray) -> np.ndarray:
        return np.asarray(self.preprocess(image[np.newaxis].astype(np.float32)))


def by_picture(model: keras.Model, layers: list[str], pictures: Pictures) -> Iterator[tuple[str, Arrays]]:
    """Examples, shares of zeros, means, maxima and relatives by response of each layer's channels.

    All layers are computed in one pass over the pictures.

    Yields:
        (layer, arrays); see the data dictionary.

    Raises:
        ValueError: activations that are not finite.
    """
    found = {layer: _Responses(layer) for layer in layers}
    for batch in pictures.batches():
        for layer, maps in feature_maps(model, batch, layers).items():
            found[layer].add(maps)
    yield from ((layer, responses.arrays()) for layer, responses in found.items())


class _Responses:
    """Sums over the pictures for one layer."""

    def __init__(self, layer: str) -> None:
        self.layer, self.cells = layer, 0
        self.products = self.sums = self.zeros = np.zeros(1)
        self.values: list[np.ndarray] = []
        self.places: list[np.ndarray] = []
        self.width = 1

    def add(self, maps: np.ndarray) -> None:
        """Count in the maps (1, h, w, c) of a picture."""
        self.width = maps.shape[2]
        cells = validation.finite(f"The maps of {self.layer!r}", maps).reshape(-1, maps.shape[-1])
        self.values.append(cells.max(axis=0))
        self.places.append((cells == self.values[-1]).argmax(axis=0))
        self.cells += len(cells)
        self.zeros = self.zeros + (cells <= 0).sum(axis=0)
        exact = cells.astype(np.float64)
        self.sums, self.products = self.sums + exact.sum(axis=0), self.products + exact.T @ exact

    def arrays(self) -> Arrays:
        """The arrays of the layer."""
        norms = np.sqrt(np.diag(self.products))
        scale = np.where(norms > 0, norms, 1)
        return {
            **self._examples(),
            **most_alike("alike_by_response", self.products / scale / scale[:, np.newaxis]),
            "zeros": (self.zeros / self.cells).astype(np.float32),
            "mean": (self.sums / self.cells).astype(np.float32),
            "largest": np.max(self.values, axis=0).astype(np.float32),
        }

    def _examples(self) -> Arrays:
        values, places = np.stack(self.values, axis=1), np.stack(self.places, axis=1)
        order = np.argsort(-values, axis=1, kind="stable")[:, :TOP]
        values, places = (np.take_along_axis(array, order, axis=1) for array in (values, places))
        excites = values > 0
        rows, columns = np.divmod(places, self.width)
        found = {"images": order, "rows": rows, "columns": columns}
        return {
            "example_values": np.where(excites, values, 0).astype(np.float32),
            **{f"example_{name}": np.where(excites, k, -1).astype(np.int32) for name, k in found.items()},
        }


def estimates(model: keras.Model, layers: list[str], pictures: Pictures) -> Iterator[tuple[str, Arrays]]:
    """First-order estimates of the losses of the answer; for layers where they are not measured, too.

    Yields:
        (layer, arrays) of the layers that the answer depends on.
    """
    estimated = [layer for layer in layers if not is_exact(model, layer, len(pictures.names))]
    if estimated:
        for layer, losses in first_order_losses(model, estimated, pictures.batches()).items():
            yield layer, {"loss_answer": losses.astype(np.float32)}


def losses(model: keras.Model, layers: list[str], pictures: Pictures) -> Iterator[tuple[str, Arrays]]:
    """What is lost without each channel, measured by switching it off.

    Yields:
        (layer, arrays).
    """
    for layer in layers:
        exact = is_exact(model, layer, len(pictures.names))
        found = ablation_losses(
            model, layer, pictures.batches(), None if exact else sampled(layer, _count(model, layer))
        )
        arrays = {}
        if found.next_layer is not None:
            arrays["loss_next"] = found.next_layer.astype(np.float32)
        if found.answer is not None:
            arrays["loss_answer_exact"] = found.answer.astype(np.float32)
            arrays |= {"loss_answer": arrays["loss_answer_exact"]} if exact else {}
        yield layer, arrays


def is_exact(model: keras.Model, layer: str, pictures: int) -> bool:
    """Whether every channel of a layer is switched off to see the answer change, and not a sample of them."""
    return macs_behind(model, layer) * _count(model, layer) * pictures <= EXACT_MACS


def sampled(layer: str, count: int) -> list[int]:
    """The channels of a layer by which the estimate is tried; seeded by the layer's name."""
    seed = int.from_bytes(hashlib.sha256(layer.encode()).digest()[:8])
    drawn = np.random.default_rng(seed).choice(count, min(SAMPLE, count), replace=False)
    return sorted(drawn.tolist())


def _count(model: keras.Model, layer: str) -> int:
    return int(graph.find_step(model, layer).output.shape[-1])
