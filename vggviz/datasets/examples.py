"""The images that excite a channel most, over a folder of any size, and what it saw of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vggviz._shared import validation
from vggviz.activations.forward import chosen_layers
from vggviz.datasets.folder import Images, named_images, read_images
from vggviz.datasets.statistics import dataset_maps
from vggviz.models.graph import find_step, input_side
from vggviz.models.receptive_field import ReceptiveField, receptive_fields

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Examples:
    """The images that excite each channel of one layer most, each with its strongest cell.

    Two of them add up to the examples of both sets of images together, whatever the parts and their
    order. Equal activations stand by the image's name.

    Attributes:
        layer: the layer's name.
        field: its receptive field; None where its reach is not known.
        size: side of the images as the network read them, in pixels.
        top: how many are kept of each channel; k below is smaller only where fewer were seen.
        seen: images seen in all.
        channels: int (c,), the channels' indices.
        names: str (c, k), the images' names, most exciting first.
        values: float32 (c, k), the largest activation of the channel in each.
        rows: int (c, k), row of the cell that holds it; of equal cells the first.
        columns: int (c, k), its column.
    """

    layer: str
    field: ReceptiveField | None
    size: int
    top: int
    seen: int
    channels: np.ndarray
    names: np.ndarray
    values: np.ndarray
    rows: np.ndarray
    columns: np.ndarray

    def __add__(self, other: Examples) -> Examples:
        """Both sets of images together."""
        for what in ("layer", "size", "top"):
            if getattr(self, what) != getattr(other, what):
                raise ValueError(
                    "Only examples of the same kind add up; "
                    f"got {what} {getattr(self, what)!r} and {getattr(other, what)!r}."
                )
        if not np.array_equal(self.channels, other.channels):
            raise ValueError("Only examples of the same channels add up; got others.")
        pairs = zip(_columns_of(self), _columns_of(other), strict=True)
        names, values, rows, columns = _best([np.concatenate(pair, axis=1) for pair in pairs], self.top)
        return dataclasses.replace(
            self, seen=self.seen + other.seen, names=names, values=values, rows=rows, columns=columns
        )

    def place(self, channel: int) -> int:
        """Where a channel stands along the first axis.

        Raises:
            ValueError: it is not among the channels.
        """
        index = validation.whole(f"channel of {self.layer!r}", channel)
        found = np.flatnonzero(self.channels == index)
        if not len(found):
            raise ValueError(
                f"There are no examples of channel {index} of {self.layer!r}; "
                f"there are of {len(self.channels)} channels, such as {self.channels[0]}."
            )
        return int(found[0])

    def boxes(self, channel: int) -> np.ndarray:
        """What each strongest cell of a channel saw of its image, clipped at the border.

        Returns:
            int (k, 4), of top, left, bottom, right, half-open; the whole image where the reach of
            the layer is not known.
        """
        place = self.place(channel)
        cells = zip(self.rows[place], self.columns[place], strict=True)
        whole = (0, 0, self.size, self.size)
        return np.array([self.field.box(*cell, self.size) if self.field else whole for cell in cells])


def dataset_examples(
    model: keras.Model,
    source: Images,
    layers: str | Iterable[str] | None = None,
    *,
    channels: Sequence[int] | None = None,
    top: int = 9,
    preprocess: Callable[[np.ndarray], np.ndarray] | None = None,
) -> dict[str, Examples]:
    """The images that excite each channel most, in one pass over any number of them.

    An image counts once for a channel, by its strongest cell. Only one image and its maps are in
    memory, for all layers of VGG16 at 224 pixels 60 MB.

    Args:
        model: any Keras model that reads square images.
        source: a folder, or names with images (see `read_images`). What cannot be read is named
            in the log and passed over.
        layers: a name, or names; None is every convolution and pool.
        channels: indices of the channels, the same of each layer; None is all.
        top: how many images of each channel.
        preprocess: from uint8 (1, H, W, 3) RGB to the batch the model reads; None is
            `vggviz.preprocess`.

    Returns:
        ``{layer: Examples}``.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: an unknown layer, a channel that is not there, no image that can be read,
            activations that are not finite, or a `top` below 1.
    """
    top = validation.whole("number of images (top)", top, 1)
    layers = chosen_layers(model, layers)
    counts = {layer: find_step(model, layer).output.shape[-1] for layer in layers}
    indices = {layer: _indices(layer, count, channels) for layer, count in counts.items()}
    fields, size = receptive_fields(model), input_side(model)
    found: dict[str, Examples] = {}
    for name, maps in dataset_maps(model, source, layers, preprocess):
        for layer, values in maps.items():
            strongest = _strongest_cells([name], values, indices[layer])
            new = Examples(layer, fields.get(layer), size, top, 1, indices[layer], *strongest)
            found[layer] = found[layer] + new if layer in found else new
    return found


def example_crops(
    examples: Examples, source: Images, channels: Sequence[int] | None = None
) -> dict[int, list[np.ndarray]]:
    """What the strongest cells saw: the images cut to the receptive field, clipped at the border.

    Each image is read once more, and let go when its pieces are cut.

    Args:
        examples: of one layer, by `dataset_examples`.
        source: the same images as there.
        channels: indices of channels; None is all.

    Returns:
        ``{channel: [uint8 (h, w, 3), ...]}``, most exciting first.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: a channel of which there are no examples, or an image that is no longer there.
    """
    validation.instance("What dataset_examples gives for a layer", examples, Examples)
    given = examples.channels if channels is None else validation.several("Indices of channels", channels)
    indices = [validation.whole(f"channel of {examples.layer!r}", index) for index in given]
    wanted: dict[str, list[tuple[int, int, np.ndarray]]] = {}
    for index in indices:
        names = examples.names[examples.place(index)].tolist()
        for rank, (name, box) in enumerate(zip(names, examples.boxes(index), strict=True)):
            wanted.setdefault(name, []).append((index, rank, box))
    cut: dict[tuple[int, int], np.ndarray] = {}
    pairs = ((name, image) for name, image in named_images(source) if name in wanted)
    for name, image in read_images(pairs, examples.size):
        for index, rank, (upper, left, lower, right) in wanted.pop(name, []):
            cut[index, rank] = image[upper:lower, left:right].copy()
    if wanted:
        raise ValueError(f"The image {next(iter(wanted))!r} is no longer there.")
    return {index: [cut[index, rank] for rank in range(examples.names.shape[1])] for index in indices}


def _indices(layer: str, count: int, channels: Sequence[int] | None) -> np.ndarray:
    if channels is None:
        return np.arange(count)
    return validation.channel_indices(f"The channels of {layer!r}", channels, count)


def _strongest_cells(names: list[str], values: np.ndarray, indices: np.ndarray) -> list[np.ndarray]:
    """Names, values, rows and columns (c, N) of each channel's strongest cell in each image."""
    cells = values.reshape(len(values), -1, values.shape[-1])
    if not np.array_equal(indices, np.arange(values.shape[-1])):
        cells = cells[..., indices]
    best = cells.max(axis=1)
    # argmax of the truth values takes an eighth of the time that argmax of the floats would
    rows, columns = np.divmod((cells == best[:, np.newaxis]).argmax(axis=1), values.shape[2])
    return [np.tile(names, (len(indices), 1)), best.T, rows.T, columns.T]


def _columns_of(examples: Examples) -> list[np.ndarray]:
    return [examples.names, examples.values, examples.rows, examples.columns]


def _best(parts: list[np.ndarray], top: int) -> list[np.ndarray]:
    """The `top` strongest of each channel, in order; equals by name."""
    names, values, rows, columns = parts
    order = np.lexsort((columns, rows, names, -values), axis=1)[:, :top]
    names, *others = (np.take_along_axis(part, order, axis=1) for part in parts)
    # no wider than the longest name needs: a longer one that fell out must leave no trace
    return [names.astype(f"U{np.strings.str_len(names).max()}"), *others]
