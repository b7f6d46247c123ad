"""One pass over many images: some are computed side by side, and what is found in their maps is added."""

from __future__ import annotations

import logging
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

import numpy as np

from vggviz._shared import validation
from vggviz.activations.forward import maps_in_turn
from vggviz.datasets.folder import Images, named_images, read_pairs, source_label
from vggviz.forward_only.network import ForwardOnly
from vggviz.images import preprocessing
from vggviz.models import summary
from vggviz.models.graph import input_side

if TYPE_CHECKING:
    import keras

TOGETHER = 2
"""Images that Keras computes side by side: while one is added up, the other keeps the cores busy."""
MOST = 8
"""Images that a network which takes one core for each computes side by side, at most: for their memory."""

log = logging.getLogger("vggviz")


class Addable(Protocol):
    """What can be added to another of its kind."""

    def __add__(self, other: Self) -> Self:
        """Return the sum."""


Found = TypeVar("Found", bound=Addable)


def sum_over_images(
    study: Callable[[str, str, np.ndarray], Found],
    model: keras.Model,
    source: Images,
    layers: list[str],
    preprocess: Callable[[np.ndarray], np.ndarray] | None,
) -> dict[str, Found]:
    """Add up over all images what a function finds in the maps of each layer. Logs the cost first.

    Images are computed one by one: in a batch the order of summation, and so the last bits of an
    activation, may depend on the batch size. Several are on their way at the same time, each in a thread
    that reads its maps where they are; what is found is added in the order of the images.

    Args:
        study: function of an image's name, a layer's name and its maps, float32 (1, h, w, c).
        model: any Keras model with a square input.
        source: as in `read_images`.
        layers: names of layers.
        preprocess: function from uint8 (1, H, W, 3), RGB, to the model's input; None is `vggviz.preprocess`.

    Returns:
        ``{layer: sum}``, in the order of `layers`.

    Raises:
        FileNotFoundError: the folder does not exist.
        ValueError: no readable image, or activations that are not finite.
    """
    if preprocess is None:
        preprocess = preprocessing.preprocess
    validation.function("preprocess", preprocess)
    pairs = named_images(source)
    if isinstance(pairs, list):
        log_cost(model, layers, len(pairs))

    def find(name: str, image: np.ndarray) -> dict[str, Found]:
        with _naming(name):
            batch = preprocess(image[np.newaxis])
            return {
                layer: study(name, layer, validation.finite(f"Its maps of {layer!r}", maps))
                for layer, maps in maps_in_turn(model, batch, layers)
            }

    sums: dict[str, Found] = {}
    images = read_pairs(pairs, input_side(model), source_label(source))
    for found in _side_by_side(find, images, _workers(model)):
        for layer, new in found.items():
            sums[layer] = sums[layer] + new if layer in sums else new
    return {layer: sums[layer] for layer in layers}


def _side_by_side(
    function: Callable[..., Any], arguments: Iterator[tuple[Any, ...]], workers: int
) -> Iterator[Any]:
    """Results of a function in the order of its arguments, of which one more than can run is taken."""
    running: deque[Future[Any]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for each in arguments:
            running.append(pool.submit(function, *each))
            if len(running) > workers:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


def _workers(model: keras.Model) -> int:
    return min(MOST, os.cpu_count() or 1) if isinstance(model, ForwardOnly) else TOGETHER


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
