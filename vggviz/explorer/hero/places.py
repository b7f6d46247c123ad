"""The channel that answers most at each place of a photograph, and its map as a small picture."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import matplotlib
import numpy as np
from skimage.measure import block_reduce

from vggviz.explorer import encoding

SIDE = 14
"""Places in a row and in a column: the cells of VGG16's last layer."""
NOBODY = -1
"""At a place where all channels are zero."""
LOSSLESS_UP_TO = 28
"""Largest side of maps that are stored without loss, as a cell of theirs covers several pixels."""
LEVELS = 32
"""Levels of what is stored without loss."""
QUALITIES = (75, 65, 55, 45, 35, 20, 1)


@dataclass(frozen=True)
class Sheet:
    """Maps of one layer: those that answer most somewhere, and others that were asked for.

    Attributes:
        layer: the layer's name.
        channels: int (n,), the channels with a map on the sheet, in increasing order.
        tiles: int (SIDE, SIDE), the position in `channels` of the one that answers most there, or NOBODY.
        peaks: int (SIDE, SIDE), its largest cell there, counted row by row over the place's cells.
        first: the position of the one with the layer's largest value, or NOBODY.
        levels: uint8 (rows, columns), the maps side by side as in `vggviz.explorer.encoding.sheet`.
        tile: side of one map on the sheet, in pixels.
        rows: rows of the layer's maps.
        ranks: for each place, counted row by row, where a channel that can be switched off answers most, the
            positions of those that answer most, up to the first that cannot; NOBODY ends a list in which all
            others are zero. Place -1 is the whole photograph.
    """

    layer: str
    channels: np.ndarray
    tiles: np.ndarray
    peaks: np.ndarray
    first: int
    levels: np.ndarray
    tile: int
    rows: int
    ranks: dict[int, list[int]]

    def webp(self, quality: int) -> bytes:
        """The sheet in viridis as WebP; coarse maps are stored without loss whatever the quality."""
        if self.tile <= LOSSLESS_UP_TO:
            steps = (self.levels.astype(int) * (LEVELS - 1) + 127) // 255
            return encoding.webp(viridis(steps * 255 // (LEVELS - 1)), lossless=True, quality=60)
        return encoding.webp(viridis(self.levels), quality=quality)


def sheet(layer: str, maps: np.ndarray, also: Collection[int] = ()) -> Sheet:
    """The sheet of a layer.

    Args:
        layer: its name.
        maps: float (h, w, c), not negative; h and w are multiples of SIDE.
        also: channels that can be switched off; they are on the sheet in any case.
    """
    winners = strongest(maps)
    largest = maps.max(axis=(0, 1))
    ranks = {-1: ranking(largest, also)} if largest.argmax() in also else {}
    ranks |= {place: ranking(values, also) for place, values in _led_by(also, maps)}
    named = [channel for rank in ranks.values() for channel in rank if channel != NOBODY]
    channels = np.unique([*winners[winners != NOBODY], *also, *named]).astype(int)

    def tile_of(channel: int) -> int:
        return NOBODY if channel == NOBODY else int(np.searchsorted(channels, channel))

    first = tile_of(int(largest.argmax())) if largest.any() else NOBODY
    shown = maps[..., channels] if len(channels) else np.zeros((*maps.shape[:2], 1))
    return Sheet(
        layer,
        channels,
        np.vectorize(tile_of, otypes=[int])(winners),
        largest_cells(maps, winners),
        first,
        encoding.sheet(shown),
        encoding.tile_of(*maps.shape[:2])[0],
        maps.shape[0],
        {place: [tile_of(channel) for channel in rank] for place, rank in ranks.items()},
    )


def ranking(values: np.ndarray, also: Collection[int]) -> list[int]:
    """The channels of the largest values, up to the first not in `also`, which is NOBODY if it is zero."""
    order = [int(channel) for channel in np.argsort(-values, kind="stable") if values[channel] > 0]
    end = next((k for k, channel in enumerate(order) if channel not in also), len(order))
    return [*order[:end], *(order[end : end + 1] or [NOBODY])]


def _led_by(also: Collection[int], maps: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """The places where one of these channels answers most, with all channels' values there."""
    values = _largest(maps).reshape(SIDE * SIDE, -1)
    for place, found in enumerate(values):
        if found.any() and found.argmax() in also:
            yield place, found


def strongest(maps: np.ndarray) -> np.ndarray:
    """The channel with the largest value at each place.

    Args:
        maps: float (h, w, c), not negative; h and w are multiples of SIDE.

    Returns:
        int (SIDE, SIDE), the lowest such channel; NOBODY where all are zero.
    """
    largest = _largest(maps)
    return np.where(largest.any(axis=-1), largest.argmax(axis=-1), NOBODY)


def largest_cells(maps: np.ndarray, winners: np.ndarray) -> np.ndarray:
    """The cell with the winner's largest value at each place, counted row by row over the place's cells.

    Args:
        maps: float (h, w, c); h and w are multiples of SIDE.
        winners: int (SIDE, SIDE), channels, or NOBODY.

    Returns:
        int (SIDE, SIDE), the first such cell; 0 where all channels are zero.
    """
    height, width, channels = maps.shape
    places = maps.reshape(SIDE, height // SIDE, SIDE, width // SIDE, channels).swapaxes(1, 2)
    cells = places.reshape(SIDE, SIDE, -1, channels)
    return np.take_along_axis(cells, winners[..., np.newaxis, np.newaxis], axis=-1)[..., 0].argmax(axis=-1)


def _largest(maps: np.ndarray) -> np.ndarray:
    """The largest value of each channel at each place, float (SIDE, SIDE, c)."""
    height, width, _ = maps.shape
    return block_reduce(maps, (height // SIDE, width // SIDE, 1), np.max)


def viridis(levels: np.ndarray) -> np.ndarray:
    """Grey levels in the colours of matplotlib's viridis, uint8 (..., 3)."""
    return matplotlib.colormaps["viridis"](levels.astype(np.uint8), bytes=True)[..., :3]


def within(budget: int, pictures: list[Sheet] | list[np.ndarray]) -> list[bytes]:
    """Encode sheets or uint8 (h, w, 3) in the best quality in which all together take `budget` bytes at most.

    If even the worst quality takes more, in the worst.
    """
    for quality in QUALITIES:
        encoded = [
            each.webp(quality) if isinstance(each, Sheet) else encoding.webp(each, quality=quality)
            for each in pictures
        ]
        if sum(map(len, encoded)) <= budget:
            break
    return encoded
