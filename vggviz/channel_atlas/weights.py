"""What the weights say of each channel: what it is made of, where it goes, its kernel's relatives.

Also its expanded weights, down to the pixels, with how well they predict its responses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend
from vggviz.activations.forward import compiled
from vggviz.activations.inner_cells import inner_cells
from vggviz.activations.linearised import expanded_weights, linear_layers, linear_network, path_sums
from vggviz.activations.pathways import classifier_on, dense_kernel, fed_by, read_by
from vggviz.analysis.similarity import kernel_similarity
from vggviz.channel_atlas.responses import TOP_RELATIVES, Arrays, Work, most_alike
from vggviz.models import kernels
from vggviz.models.parts import part
from vggviz.models.receptive_field import pair, receptive_fields

if TYPE_CHECKING:
    import keras

MOST_OF_KERNEL = 0.9
LARGEST_FIELD = 44
"""Side in pixels of the largest receptive field for which weights are expanded."""
SMALLEST_HALF = 1e-3
"""Expanded weights whose largest is below this are stored in single precision, not in half."""


def by_kernel(work: Work, layers: list[str]) -> Iterator[tuple[str, Arrays]]:
    """Inputs, outputs, classes and relatives by kernel of each layer's channels.

    Yields:
        (layer, arrays); see the data dictionary. Left out: the inputs of a layer that does not read another
        convolution channel by channel, such as the first; the outputs of one that no other, or more than
        one, reads.
    """
    model, classifier = work.model, classifier_on(work.model)
    for layer in layers:
        found = most_alike("alike_by_kernel", kernel_similarity(kernels.filters(model, layer)))
        if read_by(model, layer):
            found |= _inputs(shares(dense_kernel(model, layer)))
        if reader := fed_by(model, layer):
            found |= _listed("outputs", "output_shares", shares(dense_kernel(model, reader)))
        if classifier and classifier[0] == layer:
            found |= _listed("class_outputs", "class_shares", shares(classifier[1][np.newaxis, np.newaxis]))
        yield layer, found


def shares(kernel: np.ndarray) -> np.ndarray:
    """Share of each input channel in the squared norm of each kernel, signed: float64 (in, out).

    The sign is that of the sum of the weights. The absolute shares of a kernel add up to 1, or are all 0.
    """
    kernel = kernel.astype(np.float64)
    squares = np.square(kernel).sum(axis=(0, 1))
    total = squares.sum(axis=0)
    return np.sign(kernel.sum(axis=(0, 1))) * squares / np.where(total > 0, total, 1)


def _inputs(share: np.ndarray) -> Arrays:
    largest = -np.sort(-np.abs(share), axis=0)
    needed = (largest.cumsum(axis=0) < MOST_OF_KERNEL).sum(axis=0) + 1
    count = np.where(largest[0] > 0, np.minimum(needed, len(share)), 0).astype(np.int32)
    return _listed("inputs", "input_shares", share.T) | {"input_count": count}


def _listed(name: str, values: str, share: np.ndarray) -> Arrays:
    """The largest absolute shares of each row (c, others), and which these are; -1 where there are none."""
    order = np.argsort(-np.abs(share), axis=1, kind="stable")[:, :TOP_RELATIVES]
    chosen = np.take_along_axis(share, order, axis=1)
    return {name: np.where(chosen != 0, order, -1).astype(np.int32), values: chosen.astype(np.float32)}


def expanded(work: Work, layers: list[str]) -> Iterator[tuple[str, Arrays]]:
    """Expanded weights of each layer's channels in red, green and blue, and what they are worth.

    Yields:
        (layer, arrays) of the layers with a linear path and a receptive field of at most `LARGEST_FIELD`;
        none if the preprocessing is no weighted sum of red, green and blue.
    """
    model, levels = work.model, work.change_with_levels()
    for layer in [] if levels is None else expandable(model, layers):
        own = expanded_weights(model, layer)
        sums, total = path_sums(model, layer), np.abs(own).sum(axis=(1, 2, 3), dtype=np.float64)
        in_colour = (own @ levels).astype(np.float32)
        is_small = np.abs(in_colour).max() < SMALLEST_HALF
        found = {
            "expanded": in_colour if is_small else in_colour.astype(np.float16),
            "cancellation": (1 - total / np.where(sums > 0, sums, np.inf)).clip(0, 1).astype(np.float32),
            "expanded_correlation": _correlation(work, layer),
        }
        yield layer, found


def expanded_macs(work: Work, layers: list[str]) -> float:
    """About how many multiply-accumulates `expanded` takes: the linear and the real forward passes."""
    named = expandable(work.model, layers)
    return sum(2 * len(work.names) * work.forward_macs([name]) for name in named)


def expandable(model: keras.Model, layers: list[str]) -> list[str]:
    """The layers whose weights are expanded."""
    fields, linear = receptive_fields(model), linear_layers(model)
    return [name for name in layers if name in linear and max(pair(fields[name].size)) <= LARGEST_FIELD]


def _correlation(work: Work, layer: str) -> np.ndarray:
    """Correlation of the linear path's output with the pre-activations, over inner cells, float32 (c,)."""
    model = work.model
    paths = linear_network(model, [layer]), part(model, [layer], activated=False)
    field, sums = receptive_fields(model)[layer], np.zeros((6, paths[0].output[layer].shape[-1]))
    function = compiled(
        lambda images: [path(images, training=False)[layer] for path in paths], paths[0].input.shape
    )
    for batch in work.batches():
        rows, columns = inner_cells(field, batch.shape[1:3])
        both = function(backend.tensorflow().constant(batch, "float32"))
        x, y = (_cells(np.asarray(maps)[:, rows][:, :, columns]) for maps in both)
        sums += [
            np.full(len(sums[0]), len(x)),
            x.sum(0),
            y.sum(0),
            (x * x).sum(0),
            (y * y).sum(0),
            (x * y).sum(0),
        ]
    return _pearson(*sums).astype(np.float32)


def _cells(maps: np.ndarray) -> np.ndarray:
    return maps.reshape(-1, maps.shape[-1]).astype(np.float64)


def _pearson(n: Any, x: Any, y: Any, xx: Any, yy: Any, xy: Any) -> np.ndarray:
    """Pearson correlation from sums; NaN where one of the two is constant."""
    n = np.maximum(n, 1)
    spread_x, spread_y = xx - x * x / n, yy - y * y / n
    varies = (spread_x > 1e-12 * xx) & (spread_y > 1e-12 * yy)
    scale = np.sqrt(np.where(varies, spread_x * spread_y, 1))
    return np.where(varies, (xy - x * y / n) / scale, np.nan)
