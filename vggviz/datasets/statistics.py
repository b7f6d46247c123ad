"""Feature maps and channel statistics of many images, computed one image at a time, in one pass."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from vggviz._shared import validation
from vggviz.activations.forward import chosen_layers, feature_maps
from vggviz.activations.statistics import ChannelStatistics, layer_statistics
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
    """Mean, standard deviation, maximum and APoZ of every channel, over any number of images.

    No more than the maps of two images are in memory, 60 MB each for all layers of VGG16 at 224 pixels. The
    statistics of two sets of images can be added, layer by layer; the sum equals the statistics of
    their union exactly.

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
    found: dict[str, ChannelStatistics] = {}

    def add(_: str, maps: dict[str, np.ndarray]) -> None:
        for layer, values in maps.items():
            new = layer_statistics(layer, values)
            found[layer] = found[layer] + new if layer in found else new

    use_maps(add, model, source, chosen_layers(model, layers), preprocess)
    return found


def use_maps(
    use: Callable[[str, dict[str, np.ndarray]], None],
    model: keras.Model,
    source: Images,
    layers: list[str],
    preprocess: Callable[[np.ndarray], np.ndarray] | None,
) -> None:
    """Call a function with each image's name and maps, {layer: float32 (1, h, w, c)}. Logs the cost first.

    Images are computed one by one: in a batch the order of summation, and so the last bits of an
    activation, may depend on the batch size. The function runs in a thread, on one image after the other,
    while the network computes the next and the one after that is read.

    Raises:
        FileNotFoundError: the folder does not exist.
        ValueError: no readable image, or activations that are not finite.
    """
    preprocess = validation.function(
        "preprocess", preprocessing.preprocess if preprocess is None else preprocess
    )
    pairs = named_images(source)
    if isinstance(pairs, list):
        log_cost(model, layers, len(pairs))
    using: Future[None] | None = None
    with ThreadPoolExecutor(1) as pool:
        for name, image in read_pairs(pairs, input_side(model), source_label(source)):
            with _naming(name):
                maps = feature_maps(model, preprocess(image[np.newaxis]), layers)
            if using:
                using.result()  # no more than two images' maps are in memory
            using = pool.submit(_use, use, name, maps)
            del maps
    if using:
        using.result()


def _use(use: Callable[[str, dict[str, np.ndarray]], None], name: str, maps: dict[str, np.ndarray]) -> None:
    with _naming(name):
        for layer, values in maps.items():
            validation.finite(f"Its maps of {layer!r}", values)
    use(name, maps)


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Errors say which image they are about."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"The image {name!r} cannot be computed: {error}") from error


def log_cost(model: keras.Model, layers: list[str], count: int) -> None:
    """Log the number of multiply-accumulates for `count` images, if there are several."""
    if count > 1:
        macs = summary.forward_macs(model, layers, (input_side(model), input_side(model)))
        log.info(
            "%s files: about %s each, %s in all.",
            f"{count:,}",
            *map(summary.format_macs, (macs, macs * count)),
        )
