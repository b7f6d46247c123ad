"""Channel statistics of many images, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np

from vggviz.activations.forward import chosen_layers
from vggviz.activations.statistics import ChannelStatistics, layer_statistics
from vggviz.datasets.folder import Images
from vggviz.datasets.streaming import sum_over_images

if TYPE_CHECKING:
    import keras


def dataset_statistics(
    model: keras.Model,
    source: Images,
    layers: str | Iterable[str] | None = None,
    *,
    preprocess: Callable[[np.ndarray], np.ndarray] | None = None,
) -> dict[str, ChannelStatistics]:
    """Mean, standard deviation, maximum and APoZ of every channel, over any number of images.

    Few images are in memory: of two, all maps, 60 MB each for all layers of VGG16 at 224 pixels; by
    `load_forward_only`, of one for each core, eight at most, those of a block, up to 30 MB each. The
    statistics of two sets of images can be added, layer by layer; the sum equals the statistics of their
    union exactly.

    Args:
        model: any Keras model with a square input.
        source: a folder or named images (see `read_images`). Images that cannot be read are skipped
            with a warning.
        layers: a layer name or several; None selects all convolutions and pools.
        preprocess: function from uint8 (1, H, W, 3), RGB, to the model's input batch; None is
            `vggviz.preprocess`.

    Returns:
        ``{layer: ChannelStatistics}``.

    Raises:
        FileNotFoundError: the folder does not exist.
        ValueError: an unknown layer, no readable image, or activations that are not finite.
    """
    return sum_over_images(_statistics, model, source, chosen_layers(model, layers), preprocess)


def _statistics(_: str, layer: str, maps: np.ndarray) -> ChannelStatistics:
    return layer_statistics(layer, maps)
