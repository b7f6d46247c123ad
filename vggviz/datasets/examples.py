"""Dataset examples: the images that activate a channel most, and crops to its receptive field."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vggviz._shared import validation
from vggviz.activations.forward import chosen_layers
from vggviz.datasets.folder import Images, named_images, read_images
from vggviz.datasets.streaming import sum_over_images
from vggviz.models.graph import find_step, input_side
from vggviz.models.receptive_field import ReceptiveField, receptive_fields

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Examples:
    """The images with the largest activations of each channel of one layer, with the strongest cell.

    The sum of two instances holds the examples of the union of both sets of images, independent of how
    the images were divided and ordered. Equal activations are sorted by the image's name.

    Attributes:
        layer: the layer's name.
        field: its receptive field; None if it is unknown.
        size: side of the model's input in pixels.
        top: maximum number of images per channel; k below is smaller only if fewer images were read.
        seen: number of images read.
        channels: int (c,), channel indices.
        names: str (c, k), names of the images, in order of decreasing activation.
        values: float32 (c, k), largest activation of the channel in each image.
        rows: int (c, k), row of the cell with the largest activation; the first of equal cells.
        columns: int (c, k), column of that cell.
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
        """Examples of the union of both sets of images."""
        for name in ("layer", "size", "top"):
            if getattr(self, name) != getattr(other, name):
                raise ValueError(
                    f"Only examples with the same {name} can be added; "
                    f"got {getattr(self, name)!r} and {getattr(other, name)!r}."
                )
        if not np.array_equal(self.channels, other.channels):
            raise ValueError(
                "Only examples of the same channels can be added; "
                f"got {validation.shown_list(self.channels)} and {validation.shown_list(other.channels)}."
            )
        pairs = zip(_arrays(self), _arrays(other), strict=True)
        names, values, rows, columns = _strongest([np.concatenate(pair, axis=1) for pair in pairs], self.top)
        return dataclasses.replace(
            self, seen=self.seen + other.seen, names=names, values=values, rows=rows, columns=columns
        )

    def place(self, channel: int) -> int:
        """Position of a channel along the first axis of the arrays.

        Args:
            channel: the channel's index.

        Raises:
            ValueError: `channels` does not contain it.
        """
        index = validation.whole(f"channel of {self.layer!r}", channel)
        positions = np.flatnonzero(self.channels == index)
        if not len(positions):
            raise ValueError(
                f"There are no examples of channel {index} of {self.layer!r}; "
                f"there are of {len(self.channels)} channels, such as {self.channels[0]}."
            )
        return int(positions[0])

    def boxes(self, channel: int) -> np.ndarray:
        """Receptive field of a channel's strongest cell in each image, clipped at the border.

        Args:
            channel: the channel's index.

        Returns:
            int (k, 4) of (top, left, bottom, right) in pixels, half-open; the whole image if the
            layer's receptive field is unknown.

        Raises:
            ValueError: `channels` does not contain the channel.
        """
        position = self.place(channel)
        cells = zip(self.rows[position], self.columns[position], strict=True)
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
    """The images that activate each channel most, found in one pass over any number of images.

    Images are ranked by the activation of the channel's strongest cell. As few
    images are in memory as for `dataset_statistics`.

    Args:
        model: any Keras model with a square input.
        source: a folder or named images (see `read_images`). Images that cannot be read are skipped
            with a warning.
        layers: a layer name or several; None selects all convolutions and pools.
        channels: channel indices, the same for every layer; None selects all channels.
        top: number of images per channel.
        preprocess: function from uint8 (1, H, W, 3), RGB, to the model's input batch; None is
            `vggviz.preprocess`.

    Returns:
        ``{layer: Examples}``.

    Raises:
        FileNotFoundError: the folder does not exist.
        ValueError: an unknown layer or channel, no readable image, activations that are not finite,
            or a `top` below 1.
    """
    top = validation.whole("number of images (top)", top, 1)
    layers = chosen_layers(model, layers)
    counts = {layer: find_step(model, layer).output.shape[-1] for layer in layers}
    indices = {layer: _indices(layer, count, channels) for layer, count in counts.items()}
    fields, size = receptive_fields(model), input_side(model)

    def find(name: str, layer: str, maps: np.ndarray) -> Examples:
        strongest = _strongest_cells([name], maps, indices[layer])
        return Examples(layer, fields.get(layer), size, top, 1, indices[layer], *strongest)

    return sum_over_images(find, model, source, layers, preprocess)


def example_crops(
    examples: Examples, source: Images, channels: Sequence[int] | None = None
) -> dict[int, list[np.ndarray]]:
    """Crop the images to the receptive field of the strongest cell, clipped at the border.

    Images are loaded one at a time, each once.

    Args:
        examples: examples of one layer, as returned by `dataset_examples`.
        source: the images that `dataset_examples` was called with.
        channels: channel indices; None selects all channels.

    Returns:
        ``{channel: [uint8 (h, w, 3), ...]}``, in order of decreasing activation.

    Raises:
        FileNotFoundError: the folder does not exist.
        ValueError: a channel without examples, or an image that is missing from the source.
    """
    validation.instance("An Examples instance, as returned by dataset_examples,", examples, Examples)
    given = examples.channels if channels is None else validation.several("Indices of channels", channels)
    indices = [validation.whole(f"channel of {examples.layer!r}", index) for index in given]
    boxes = _boxes_by_image(examples, indices)
    crops: dict[tuple[int, int], np.ndarray] = {}
    pairs = ((name, image) for name, image in named_images(source) if name in boxes)
    for name, image in read_images(pairs, examples.size):
        for index, rank, (top, left, bottom, right) in boxes.pop(name, []):
            crops[index, rank] = image[top:bottom, left:right].copy()
    if boxes:
        raise ValueError(f"The image {next(iter(boxes))!r} is missing from the source.")
    return {index: [crops[index, rank] for rank in range(examples.names.shape[1])] for index in indices}


def _boxes_by_image(examples: Examples, indices: list[int]) -> dict[str, list[tuple[int, int, np.ndarray]]]:
    """Group the receptive field boxes by image: ``{name: [(channel, rank, box), ...]}``."""
    boxes: dict[str, list[tuple[int, int, np.ndarray]]] = {}
    for index in indices:
        names = examples.names[examples.place(index)].tolist()
        for rank, (name, box) in enumerate(zip(names, examples.boxes(index), strict=True)):
            boxes.setdefault(name, []).append((index, rank, box))
    return boxes


def _indices(layer: str, count: int, channels: Sequence[int] | None) -> np.ndarray:
    """Validated channel indices, int (n,); all `count` channels for None."""
    if channels is None:
        return np.arange(count)
    return validation.channel_indices(f"The channels of {layer!r}", channels, count)


def _strongest_cells(names: list[str], values: np.ndarray, indices: np.ndarray) -> list[np.ndarray]:
    """Names, values, rows and columns, each (c, N), of each channel's strongest cell in each image."""
    cells = values.reshape(len(values), -1, values.shape[-1])
    if not np.array_equal(indices, np.arange(values.shape[-1])):
        cells = cells[..., indices]
    best = cells.max(axis=1)
    # argmax of booleans takes an eighth of the time of argmax of floats
    rows, columns = np.divmod((cells == best[:, np.newaxis]).argmax(axis=1), values.shape[2])
    return [np.tile(names, (len(indices), 1)), best.T, rows.T, columns.T]


def _arrays(examples: Examples) -> list[np.ndarray]:
    """The arrays (c, k) in the order that `_strongest` expects."""
    return [examples.names, examples.values, examples.rows, examples.columns]


def _strongest(arrays: list[np.ndarray], top: int) -> list[np.ndarray]:
    """Names, values, rows and columns (c, k) of each channel's `top` strongest images, sorted."""
    names, values, rows, columns = arrays
    order = np.lexsort((columns, rows, names, -values), axis=1)[:, :top]
    names, *others = (np.take_along_axis(array, order, axis=1) for array in arrays)
    # Shrink the string dtype to the longest remaining name: it must not depend on the images dropped.
    return [names.astype(f"U{np.strings.str_len(names).max()}"), *others]
