"""Of the theme's 2,000 icons, the fonts hold only those that the book's style sheet names.

The theme brings each icon twice, as a glyph of a font (0.28 MB) and as JavaScript (0.54 MB
compressed), which together would weigh more than all else in a page.
"""

from __future__ import annotations

import re
from pathlib import Path

from fontTools import subset

# Written as an escape or as the character itself, of Unicode's private use area.
CODE = re.compile(r'"(?:\\(f[0-9a-f]{3})|([\ue000-\uf8ff]))"')


def keep_used(static: Path) -> None:
    """Reduce each font of icons to the glyphs that the book's style sheet shows."""
    style = "".join(sheet.read_text("utf-8") for sheet in static.glob("book-*.css"))
    codes = sorted(int(escape, 16) if escape else ord(sign) for escape, sign in CODE.findall(style))
    for font in static.rglob("fa-*.woff2"):
        keep(font, codes)


def keep(path: Path, codes: list[int]) -> None:
    """Reduce a font file to the glyphs of these codes."""
    options = subset.Options(flavor="woff2")
    font = subset.load_font(str(path), options)
    if len(font.getBestCmap()) > len(codes):
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=codes)
        subsetter.subset(font)
        subset.save_font(font, str(path), options)
    font.close()
