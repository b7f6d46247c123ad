"""Of the theme's 2,000 icons, load only those that stand in the pages.

The theme brings each icon twice, as a glyph of a font (0.28 MB) and as JavaScript (0.54 MB
compressed), which together would weigh more than all else in a page.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from fontTools import subset

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SCRIPT = re.compile(r"\s*<script[^>]*fontawesome\.js[^>]*></script>")
NAME = re.compile(r"\bfa-([a-z0-9-]+)")
RULE = re.compile(r"([^{}]*){([^{}]*)}")
# Written as an escape or as the character itself, of Unicode's private use area.
CODE = re.compile(r'"(?:\\(f[0-9a-f]{3})|([\ue000-\uf8ff]))"')


def lighten(app: Sphinx, exception: Exception | None) -> None:
    """Take the script out of the written pages, and the other icons out of the fonts."""
    if exception or app.builder.format != "html":
        return
    names = set()
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text("utf-8")
        names.update(NAME.findall(text))
        page.write_text(SCRIPT.sub("", text), "utf-8")
    static = Path(app.outdir, "_static")
    codes = {code for style in static.rglob("*.css") for code in used(style.read_text("utf-8"), names)}
    for font in static.rglob("fa-*.woff2"):
        keep(font, sorted(codes))


def used(style: str, names: set[str]) -> set[int]:
    """Codes of the icons that a style sheet may show: those of these names, and those without a name."""
    codes: set[int] = set()
    for selectors, body in RULE.findall(style):
        own = set(NAME.findall(selectors))
        if not own or own & names:
            codes.update(int(escape, 16) if escape else ord(sign) for escape, sign in CODE.findall(body))
    return codes


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
