"""Many images through a network, one by one: memory stays the same, and so does what each of them gives."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from vggviz._shared import validation
from vggviz.activations.forward import chosen_layers, feature_maps
from vggviz.activations.statistics import ChannelStatistics, channel_statistics
from vggviz.datasets.folder import Images, named_images, read_pairs, source_label
from vggviz.images import preprocessing
from vggviz.models import summary
from vggviz.models.graph import input_side

if TYPE_CHECKING:
    import keras

log = logging.getLogger("vggviz")


def dataset_statistics(
    model: keras.Model,
    source: Images,
    layers: str | Iterable[str] | None = None,
    *,
    preprocess: Callable[[np.ndarray], np.ndarray] | None = None,
) -> dict[str, ChannelStatistics]:
    """Mean, spread, maximum and share of zeros of every channel, over any number of images.

    Only one image and its maps are in memory, for all layers of VGG16 at 224 pixels 60 MB. The
    statistics of two folders add up, layer by layer, to what both would give as one, to the last bit.

    Args:
        model: any Keras model that reads square images.
        source: a folder, or names with images (see `read_images`). What cannot be read is named
            in the log and passed over.
        layers: a name, or names; None is every convolution and pool.
        preprocess: from uint8 (1, H, W, 3) RGB to the batch the model reads; None is
            `vggviz.preprocess`.

    Returns:
        ``{layer: ChannelStatistics}``.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: an unknown layer, no image that can be read, or activations that are not finite.
    """
    layers = chosen_layers(model, layers)
    return channel_statistics(maps for _, maps in dataset_maps(model, source, layers, preprocess))


def dataset_maps(
    model: keras.Model,
    source: Images,
    layers: list[str],
    preprocess: Callable[[np.ndarray], np.ndarray] | None,
) -> Iterator[tuple[str, dict[str, np.ndarray]]]:
    """Each image's name and maps, {layer: float32 (1, h, w, c)}; what it will cost is said first.

    The images go through the network one by one. In a batch a processor may add up the products of
    a cell in another order, so that its last bits depend on how many images stand beside.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: no image that can be read, or activations that are not finite.
    """
    reading = validation.function(
        "preprocess", preprocessing.preprocess if preprocess is None else preprocess
    )
    pairs = named_images(source)
    if isinstance(pairs, list):
        say_cost(model, layers, len(pairs))
    for name, image in read_pairs(pairs, input_side(model), source_label(source)):
        try:
            maps = feature_maps(model, reading(image[np.newaxis]), layers)
            for layer, values in maps.items():
                validation.finite(f"Its maps of {layer!r}", values)
        except ValueError as error:
            raise ValueError(f"The image {name!r} cannot be computed. {error}") from error
        yield name, maps


def say_cost(model: keras.Model, layers: list[str], count: int) -> None:
    """Say in the log what `count` images will cost, if there are several."""
    if count > 1:
        macs = summary.forward_macs(model, layers, (input_side(model), input_side(model)))
        log.info(
            "%s files: about %s each, %s in all.",
            f"{count:,}",
            *map(summary.format_macs, (macs, macs * count)),
        )
