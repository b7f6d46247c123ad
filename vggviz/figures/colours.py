"""Colour maps and colours, safe for colour-blind readers."""

from __future__ import annotations

import matplotlib


def colour_map(signed: bool, dead: str = "white") -> matplotlib.colors.Colormap:
    """Perceptually even, and safe for colour-blind readers: viridis, or RdBu with zero in the middle."""
    return matplotlib.colormaps["RdBu_r" if signed else "viridis"].with_extremes(bad=dead)


POSITIVE, NEGATIVE = "#b2182b", "#2166ac"
"""Red and blue as in the colour map of signed values."""


MARK = "#d55e00"
"""Vermilion of Okabe and Ito's palette: seen by colour-blind readers, and on viridis."""
