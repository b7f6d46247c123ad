"""Reduce the theme's icon fonts to the icons that the book's style sheet names.

The whole fonts are 0.3 MB, as much as the rest of a chapter, and delay its first paint on Lighthouse's phone
profile by up to 1.6 seconds.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

from fontTools import subset

# An escape or the character itself, from Unicode's private use area
CODE = re.compile(r'"(?:\\(f[0-9a-f]{3})|([\ue000-\uf8ff]))"')

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it reports every table of a font


def keep_used(static: Path) -> None:
    """Reduce each icon font to the glyphs that the joined style sheet names."""
    style = "".join(sheet.read_text("utf-8") for sheet in static.glob("book-*.css"))
    codes = sorted(int(escape, 16) if escape else ord(sign) for escape, sign in CODE.findall(style))
    for font in static.rglob("fa-*.woff2"):
        keep(font, codes)


def keep(path: Path, codes: list[int]) -> None:
    """Reduce a font file to the glyphs of the given codes."""
    options = subset.Options(flavor="woff2")
    font = subset.load_font(str(path), options)
    if len(font.getBestCmap()) > len(codes):
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=codes)
        subsetter.subset(font)
        subset.save_font(font, str(path), options)
    font.close()
