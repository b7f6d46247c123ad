"""What the explorer's page shows: a network, pictures, and what is known of its channels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from vggviz.datasets.examples import Examples

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Content:
    """A network and pictures.

    Attributes:
        model: the network.
        pictures: {title: uint8 (H, W, 3)}, as large as the network reads them.
        layers: names of the layers shown, in the order they run.
        preprocess: from uint8 (N, H, W, 3) RGB to the batch that the model reads.
        examples: {layer: Examples}, the pictures that excite each channel most.
        example_pictures: {name: uint8 (H, W, 3)}, those pictures.
        drawings: {layer: uint8 (c, h, w, 3)}, what each channel wants to see.
    """

    model: keras.Model
    images: Mapping[str, np.ndarray]
    layers: tuple[str, ...]
    preprocess: Callable[[np.ndarray], np.ndarray]
    examples: Mapping[str, Examples] = field(default_factory=dict)
    example_images: Mapping[str, np.ndarray] = field(default_factory=dict)
    drawings: Mapping[str, np.ndarray] = field(default_factory=dict)
