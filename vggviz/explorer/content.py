"""The data of an explorer: a network, images, and what is known of the channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

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
