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
SIGN = re.compile(r"content:|--fa:")
# Written as an escape or as the character itself, of Unicode's private use area.
CODE = re.compile(r'"(?:\\(f[0-9a-f]{3})|([\ue000-\uf8ff]))"')


def lighten(app: Sphinx, exception: Exception | None) -> None:
    """Take the script out of the written pages, and the other icons out of style sheets and fonts."""
    if exception or app.builder.format != "html":
        return
    names = set()
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text("utf-8")
        names.update(NAME.findall(text))
        page.write_text(SCRIPT.sub("", text), "utf-8")
    static = Path(app.outdir, "_static")
    for script in static.rglob("*.js"):
        if script.name != "fontawesome.js":
            names.update(NAME.findall(script.read_text("utf-8")))
    codes: set[int] = set()
    for path in static.rglob("*.css"):
        style = without_others(path.read_text("utf-8"), names)
        path.write_text(style, "utf-8")
        codes.update(int(escape, 16) if escape else ord(sign) for escape, sign in CODE.findall(style))
    for font in static.rglob("fa-*.woff2"):
        keep(font, sorted(codes))


def without_others(style: str, names: set[str]) -> str:
    """A style sheet without the signs of icons of other names.

    Only rules that hold a sign are meant: one for `.fa-brands, .fab` is wanted wherever `fab` stands.
    """

    def kept(rule: re.Match[str]) -> str:
        own = set(NAME.findall(rule[1]))
        return "" if own and not own & names and SIGN.search(rule[2]) else rule[0]

    return RULE.sub(kept, style)


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
