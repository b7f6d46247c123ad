"""The data of an explorer: a network, images, and what is known of the channels."""

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
    """A network and the images that it is shown with.

    Attributes:
        model: the network.
        images: {title: uint8 (H, W, 3)}, at the network's input size.
        layers: names of the layers shown, in the order in which they run.
        preprocess: function from uint8 (N, H, W, 3) RGB to the model's input batch.
        examples: {layer: Examples}, the dataset examples of each channel.
        example_images: {name: uint8 (H, W, 3)}, the images of `examples`.
        drawings: {layer: uint8 (c, h, w, 3)}, the feature visualization of each channel.
    """

    model: keras.Model
    images: Mapping[str, np.ndarray]
    layers: tuple[str, ...]
    preprocess: Callable[[np.ndarray], np.ndarray]
    examples: Mapping[str, Examples] = field(default_factory=dict)
    example_images: Mapping[str, np.ndarray] = field(default_factory=dict)
    drawings: Mapping[str, np.ndarray] = field(default_factory=dict)
