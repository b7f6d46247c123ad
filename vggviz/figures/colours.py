"""Colour maps and palettes, safe for colour-blind readers."""

from __future__ import annotations

import matplotlib

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


def colour_map(signed: bool, dead: str = "white") -> matplotlib.colors.Colormap:
    """Perceptually uniform colour map: viridis, or for signed values RdBu with zero in the middle.

    Args:
        signed: whether there are negative values.
        dead: colour of NaN.
    """
    return matplotlib.colormaps["RdBu_r" if signed else "viridis"].with_extremes(bad=dead)
