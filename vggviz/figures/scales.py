"""Colours safe for colour-blind readers; scales of maps: the brightest value, clipping; numbers in words."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np

from vggviz._shared import validation

POSITIVE, NEGATIVE = "#b2182b", "#2166ac"
"""Red and blue, the ends of RdBu, the colour map of signed values."""
OKABE_ITO = {
    "blue": "#0072b2",
    "vermilion": "#d55e00",
    "green": "#009e73",
    "purple": "#cc79a7",
    "orange": "#e69f00",
    "sky blue": "#56b4e9",
    "black": "#000000",
}
"""Okabe and Ito's palette for curves and bars, in the order of use."""
MARK = OKABE_ITO["vermilion"]
"""For marks on an image; visible on viridis as well."""
SCALES = {
    "channel": "each map scaled by its own maximum",
    "layer": "all scaled by the layer's maximum",
    "global": "all scaled by the maximum over all layers",
}
"""Scales of feature maps. Other figures use the same names, as far as they apply."""
KERNEL_SCALES = {
    "channel": "each filter scaled by its own largest weight",
    "layer": "all scaled by the layer's largest weight",
}
HUES = (
    *((15, "red"), (45, "orange"), (70, "yellow"), (160, "green"), (200, "cyan"), (255, "blue")),
    *((290, "violet"), (345, "magenta"), (math.inf, "red")),
)
GREYS = ((0.2, "black"), (0.45, "dark grey"), (0.55, "grey"), (0.8, "light grey"), (math.inf, "white"))
"""Names of colours, each with the hue in degrees, or the level, at which the next one begins."""
PARTS = (
    ("upper left", "upper middle", "upper right"),
    ("middle left", "middle", "middle right"),
    ("lower left", "lower middle", "lower right"),
)
"""Names of the ninths of a picture."""
SINGLE_SCALES = {
    "channel": "each map scaled by its own largest value",
    "global": "all maps scaled by the largest value of all",
}
"""Scales of arrays that are drawn side by side and belong to no layer."""


def colour_map(signed: bool) -> matplotlib.colors.Colormap:
    """Perceptually uniform: viridis, or for signed values RdBu with zero in the middle; NaN is white."""
    return matplotlib.colormaps["RdBu_r" if signed else "viridis"].with_extremes(bad="white")


def number_text(value: Any, digits: int = 3) -> str:
    """A number with that many significant digits, or from 1,000 on as a whole number with commas."""
    rounded = float(f"{value:.{digits}g}")
    return f"{value:,.0f}" if 1000 <= abs(rounded) < 1e9 else f"{value:.{digits}g}"


def colour_name(colour: np.ndarray) -> str:
    """The English name of a colour (3,), red, green and blue from 0 to 1."""
    low, high = float(colour.min()), float(colour.max())
    if high - low < 0.15:
        return next(name for below, name in GREYS if (low + high) / 2 < below)
    hue = 360 * colorsys.rgb_to_hsv(*map(float, colour))[0]
    return next(name for below, name in HUES if hue < below)


def capital(text: str) -> str:
    """A text with its first letter as a capital, and the others as they are."""
    return f"{text[:1].upper()}{text[1:]}"


def scale_label(scale: str, signed: bool) -> str:
    """A scale of feature maps in words; on that of values of both signs the limit is one of size."""
    return SCALES[scale].replace("maximum", "largest absolute value" if signed else "maximum")


def percent_text(share: float) -> str:
    """A share in whole percent; it says 0% only of nothing, and 100% only of all."""
    if 0 < share < 0.005:
        return "under 1%"
    return "over 99%" if 0.995 <= share < 1 else f"{share:.0%}"


def shares_text(values: np.ndarray, of: str = "") -> str:
    """The shares of zeros and of negative values, as in "30% of the values are zero and 20% negative".

    "" if there are none.
    """
    zero, negative = (float((values == 0).mean()), float((values < 0).mean()))
    texts = [f"{percent_text(zero)} {of}are zero"] if zero else []
    if negative:
        texts.append(f"{percent_text(negative)} {'' if texts else f'{of}are '}negative")
    return " and ".join(texts)


def size_text(shape: Sequence[int], unit: str) -> str:
    """Size of an array (h, w) in words: the sides of one that is not square are named."""
    height, width = (f"{side:,}" for side in shape[:2])
    return f"{height} x {width} {unit}" if height == width else f"{height} rows of {width} {unit}"


def area_text(rows: np.ndarray, columns: np.ndarray) -> str:
    """The rows and columns that some places (n,) lie in, such as "row 3, columns 5 to 7"."""
    ends = {"row": (rows.min(), rows.max()), "column": (columns.min(), columns.max())}
    return ", ".join(
        f"{what} {low}" if low == high else f"{what}s {low} to {high}" for what, (low, high) in ends.items()
    )


def place_text(values: np.ndarray) -> str:
    """Where the largest value of an array (h, w) stands; a rectangle of equal ones has no single place."""
    rows, columns = np.nonzero(values == np.nanmax(values))
    (top, left), (bottom, right) = (rows.min(), columns.min()), (rows.max(), columns.max())
    if len(rows) == (bottom - top + 1) * (right - left + 1):
        return f"{'at' if len(rows) == 1 else 'in'} {area_text(rows, columns)}"
    return f"at {len(rows):,} places, the first at row {rows[0]}, column {columns[0]}"


def part_text(values: np.ndarray) -> str:
    """In which ninth of an array (h, w) the largest value stands, such as "in the upper left"."""
    rows, columns = np.nonzero(values == np.nanmax(values))
    height, width = values.shape
    found = {*zip((6 * rows + 3) // (2 * height), (6 * columns + 3) // (2 * width), strict=True)}
    if len(found) > 1:
        return "in several places"
    row, column = found.pop()
    return f"in the {PARTS[row][column]}"


def tick_text(value: float) -> str:
    """A number of an axis or a colour bar: with commas, and as many digits as it needs."""
    return f"{value:,.9g}".replace("-", "\N{MINUS SIGN}")


@dataclass(frozen=True)
class Scaled:
    """Maps with the colour scale that they are drawn on.

    Attributes:
        values: float32 (h, w, n), unchanged, or for scale="channel" divided by each map's limit.
        limit: the value of the brightest colour.
        signed: whether there are negative values; zero is then in the middle of the colour map.
        label: the scale in words, for the figure.
        dead: bool (n,), whether a map is zero everywhere.
    """

    values: np.ndarray
    limit: float
    signed: bool
    label: str
    dead: np.ndarray


def scale_maps(
    maps: Mapping[str, np.ndarray], layer: str, tiles: np.ndarray, scale: str, clip: float | None = None
) -> Scaled:
    """Choose the colour scale of some maps of a layer.

    Args:
        maps: {layer: (N, h, w, c)}, which the limits are computed from.
        layer: the layer that is drawn.
        tiles: (h, w, n), the maps to be drawn.
        scale: "channel", "layer" or "global".
        clip: percentile (0 to 100) of the absolute values at which the scale ends; None is the maximum.

    Raises:
        ValueError: an unknown scale or percentile.
    """
    validation.one_of("scale", scale, SCALES)
    if clip is not None and not validation.real("clip, a percentile,", clip, 0, 100):
        raise ValueError(f"The clip is a percentile above 0 and up to 100; got {clip!r}.")
    dead = ~np.any(tiles, axis=(0, 1))
    over = {"channel": [tiles], "layer": [maps[layer]]}.get(scale) or list(maps.values())
    label = scale_label(scale, any(values.min() < 0 for values in over))
    if scale == "channel":
        limits = np.array([_limit(tiles[..., k], clip) for k in range(tiles.shape[-1])])
        tiles = tiles / np.where(dead, 1, limits).astype(np.float32)
        limit = 1.0
    else:
        limit = _limit_of_all(over, clip) or 1.0
        label += f" ({number_text(limit)})"
    if clip is not None:
        label = label.replace("maximum", f"{clip:g}th percentile")
        label = label.replace("largest absolute value", f"{clip:g}th percentile of absolute values")
    return Scaled(tiles, limit, bool((tiles < 0).any()), label, dead)


def _limit_of_all(arrays: Sequence[np.ndarray], clip: float | None) -> float:
    """Limit of several arrays together; they are concatenated only for a percentile."""
    if clip is None:
        return max(_limit(values, None) for values in arrays)
    return _limit(np.concatenate([np.ravel(values) for values in arrays]), clip)


def _limit(values: np.ndarray, clip: float | None) -> float:
    """Largest absolute value, or a percentile of the absolute values unless that is zero."""
    largest = max(float(values.max()), -float(values.min()))
    return largest if clip is None else float(np.percentile(np.abs(values), clip)) or largest
