"""The data of an explorer: a network, images, what is known of the channels; and facts about their maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from vggviz.channel_atlas.folder import Atlas
from vggviz.datasets.examples import Examples

if TYPE_CHECKING:
    import keras

FurtherMaps = Literal["small", "all"]
"""Which maps of all images but the first are stored; see `vggviz.explore`."""


@dataclass(frozen=True)
class Content:
    """The attributes of `vggviz.Explorer`, which documents them, for the modules that write its files."""

    model: keras.Model
    images: Mapping[str, np.ndarray]
    layers: tuple[str, ...]
    preprocess: Callable[[np.ndarray], np.ndarray]
    examples: Mapping[str, Examples] = field(default_factory=dict)
    example_images: Mapping[str, np.ndarray] = field(default_factory=dict)
    drawings: Mapping[str, np.ndarray] = field(default_factory=dict)
    further_maps: FurtherMaps = "small"
    atlas: Atlas | None = None


@dataclass
class Facts:
    """Facts about the maps, collected while they are computed.

    Attributes:
        signed: {layer: whether any value is negative}; known before, as the thumbnails depend on it.
        shapes: {layer: (h, w, c)}.
        maxima: {image id: {layer: largest |value|}}.
        lacking: {image id: layers whose maps are not stored}; known before the layers are noted.
        map_bytes: {layer: size of the largest compressed file of maps}.
        kernel_bytes: {layer: size of the compressed kernels}.
        preferred: layers with a file of preferred classes.
        sheets: {("drawings" or "opposites", layer): how they lie in their sheet}.
        input_shape: (H, W, C) of the network's input.
    """

    signed: Mapping[str, bool]
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    maxima: dict[str, dict[str, float]] = field(default_factory=dict)
    lacking: dict[str, list[str]] = field(default_factory=dict)
    map_bytes: dict[str, int] = field(default_factory=dict)
    kernel_bytes: dict[str, int] = field(default_factory=dict)
    preferred: list[str] = field(default_factory=list)
    sheets: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    input_shape: tuple[int, ...] = ()

    def note_input(self, batch: np.ndarray) -> None:
        """Store the shape of an input batch (1, H, W, C)."""
        self.input_shape = batch.shape[1:]

    def note(self, image: str, layer: str, values: np.ndarray) -> None:
        """Store facts about a layer's maps of an image, float32 (1, h, w, c)."""
        self.shapes[layer] = values.shape[1:]
        self.maxima.setdefault(image, {})[layer] = float(np.abs(values).max())

    def note_size(self, layer: str, size: int) -> None:
        """Store that a layer's maps of an image are compressed to `size` bytes."""
        self.map_bytes[layer] = max(size, self.map_bytes.get(layer, 0))
