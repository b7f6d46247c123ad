"""How channels respond to pictures: strongest places, zeros, similar maps, classes, what is lost without."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vggviz._shared import hashing, package_data, validation
from vggviz.activations.forward import feature_maps
from vggviz.analysis.preferences import preferred_classes
from vggviz.attribution.ablation import (
    ablation_losses,
    first_order_losses,
    has_exact_answer,
    macs_behind,
)
from vggviz.models import graph
from vggviz.models.summary import forward_macs

if TYPE_CHECKING:
    import keras

Arrays = dict[str, np.ndarray]
TOP, TOP_RELATIVES, CLASSES = 9, 6, 5
"""Pictures, other channels and classes listed for each channel."""
EXACT_MACS = 2.5e12
"""Most multiply-accumulates for which every channel of a layer is switched off to see the answer change."""
SAMPLE = 8
"""Channels of any other layer that are switched off, to measure how good the estimate is."""


@dataclass(frozen=True, eq=False)
class Work:
    """What an atlas is computed from, in memory.

    Attributes:
        model: the network.
        layers: names of its convolutions that the atlas is about, in the order they run.
        names: names of the pictures.
        levels: uint8 (N, H, W, 3), the pictures.
        preprocess: function from levels, float32 (n, H, W, 3), to the model's input.
        folder: the atlas' folder.
        engine: what draws the channels.
    """

    model: keras.Model
    layers: list[str]
    names: tuple[str, ...]
    levels: np.ndarray
    preprocess: Callable[[np.ndarray], np.ndarray]
    folder: Path
    engine: str = "tensorflow"

    def batches(self) -> Iterator[np.ndarray]:
        """The pictures one by one, as the model reads them: in larger batches last bits may differ."""
        yield from (self.read(image[np.newaxis]) for image in self.levels)

    def change_with_levels(self) -> np.ndarray | None:
        """Change of the model's input with red, green and blue of the same pixel, (channels, 3).

        None if the preprocessing is another than a sum of the three.
        """
        dark = np.zeros(self.levels.shape[1:], np.uint8)
        lit = [self.read((dark + 255 * row)[np.newaxis]) for row in np.eye(3, dtype=np.uint8)]
        none = self.read(dark[np.newaxis])
        change = np.stack([(each - none)[0, 0, 0] / 255 for each in lit], axis=1)
        expected = none + self.levels[0] @ change.T
        return change if np.allclose(expected, self.read(self.levels[:1]), rtol=1e-3, atol=1e-3) else None

    def read(self, images: np.ndarray) -> np.ndarray:
        """Images, uint8 (n, H, W, 3), as the model reads them."""
        return np.asarray(self.preprocess(images.astype(np.float32)))

    def forward_macs(self, layers: list[str]) -> float:
        """Multiply-accumulates of one forward pass to some layers."""
        return forward_macs(self.model, layers, self.levels.shape[1:3])

    @cached_property
    def is_imagenet(self) -> bool:
        """Whether the convolutions are VGG16's with ImageNet's weights, whose preferred classes are known."""
        steps = graph.unfold(self.model).steps
        arrays = {name: steps[name].core.get_weights() for name in graph.conv_layers(self.model)}
        return hashing.arrays_sha256(arrays) == package_data.ARRAYS_SHA256


def by_picture(work: Work, layers: list[str]) -> Iterator[tuple[str, Arrays]]:
    """Examples, shares of zeros, means, maxima and relatives by response of each layer's channels.

    All layers are computed in one pass over the pictures.

    Yields:
        (layer, arrays); see the data dictionary.

    Raises:
        ValueError: activations that are not finite.
    """
    found = {layer: _Responses(layer) for layer in layers}
    for batch in work.batches():
        for layer, maps in feature_maps(work.model, batch, layers).items():
            found[layer].add(maps)
    yield from ((layer, responses.arrays()) for layer, responses in found.items())


def by_picture_macs(work: Work, layers: list[str]) -> float:
    """About how many multiply-accumulates `by_picture` takes."""
    return len(work.names) * work.forward_macs(layers)


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


def estimates(work: Work, layers: list[str]) -> Iterator[tuple[str, Arrays]]:
    """First-order estimates of the losses of the answer, for layers where not all are measured.

    Yields:
        (layer, arrays) of the layers that the answer depends on.
    """
    if estimated := _estimated(work, layers):
        for layer, found in first_order_losses(work.model, estimated, work.batches()).items():
            yield layer, {"loss_answer": found.astype(np.float32)}


def estimates_macs(work: Work, layers: list[str]) -> float:
    """About how many multiply-accumulates `estimates` takes: a pass forward and, for twice as many, back."""
    estimated = _estimated(work, layers)
    return 3 * by_picture_macs(work, estimated) if estimated else 0


def _estimated(work: Work, layers: list[str]) -> list[str]:
    return [layer for layer in layers if not is_exact(work, layer)]


def losses(work: Work, layers: list[str]) -> Iterator[tuple[str, Arrays]]:
    """What is lost without each channel, measured by switching it off.

    Yields:
        (layer, arrays).
    """
    for layer in layers:
        exact = is_exact(work, layer)
        asked = None if exact else sampled(layer, count_of(work.model, layer))
        found, arrays = ablation_losses(work.model, layer, work.batches(), asked), {}
        if found.next_layer is not None:
            arrays["loss_next"] = found.next_layer.astype(np.float32)
        if found.answer is not None:
            arrays["loss_answer_exact"] = found.answer.astype(np.float32)
            arrays |= {"loss_answer": arrays["loss_answer_exact"]} if exact else {}
        yield layer, arrays


def losses_macs(work: Work, layers: list[str]) -> float:
    """About how many multiply-accumulates `losses` takes."""
    total = 0.0
    for layer in layers:
        count = count_of(work.model, layer) if is_exact(work, layer) else SAMPLE
        total += len(work.names) * (work.forward_macs([layer]) + count * macs_behind(work.model, layer))
    return total


def is_exact(work: Work, layer: str) -> bool:
    """Whether every channel of a layer is switched off to see the answer change, and not a sample of them."""
    each = macs_behind(work.model, layer) * len(work.names)
    is_cheap = each * count_of(work.model, layer) <= EXACT_MACS
    return is_cheap and has_exact_answer(work.model, layer)


def sampled(layer: str, count: int) -> list[int]:
    """The channels of a layer by which the estimate is tried; seeded by the layer's name."""
    seed = int.from_bytes(hashlib.sha256(layer.encode()).digest()[:8])
    drawn = np.random.default_rng(seed).choice(count, min(SAMPLE, count), replace=False)
    return sorted(drawn.tolist())


def by_class(work: Work, layers: list[str]) -> Iterator[tuple[str, Arrays]]:
    """Classes that activate each channel most, with effect sizes, for VGG16 with ImageNet's weights.

    Yields:
        (layer, arrays).
    """
    labels = {label: k for k, label in enumerate(package_data.classes(package_data.LINEAR_CLASSES)[1])}
    for layer in layers if work.is_imagenet else []:
        count = count_of(work.model, layer)
        listed = [preferred_classes(layer, channel, CLASSES) for channel in range(count)]
        indices = np.array([[labels[name] for name, _ in row] for row in listed], np.int32)
        sizes = np.array([[size for _, size in row] for row in listed], np.float32)
        yield layer, {"classes": indices, "class_effects": sizes}


def most_alike(name: str, cosines: np.ndarray) -> Arrays:
    """The other channels with the largest positive cosine (c, c), and the cosine; -1 where there are none."""
    others = np.where(np.eye(len(cosines), dtype=bool), -np.inf, cosines)
    order = np.argsort(-others, axis=1, kind="stable")[:, : min(TOP_RELATIVES, len(others) - 1)]
    chosen = np.take_along_axis(others, order, axis=1)
    found = {name: np.where(chosen > 0, order, -1).astype(np.int32)}
    return found | {f"{name}_cosine": np.where(chosen > 0, chosen, 0).astype(np.float32)}


def count_of(model: keras.Model, layer: str) -> int:
    """Number of channels of a layer."""
    return int(graph.find_step(model, layer).output.shape[-1])
