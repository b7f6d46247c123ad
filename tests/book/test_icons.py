"""The icon fonts, reduced to the icons in use."""

from __future__ import annotations

import shutil
from pathlib import Path

import pydata_sphinx_theme
from fontTools.ttLib import TTFont

from vggviz_book import icons


def test_a_font_keeps_the_icons_that_the_style_sheet_names(tmp_path: Path) -> None:
    theme = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme" / "static"
    (font,) = theme.rglob("fa-solid-900.woff2")
    shutil.copy(font, tmp_path)
    (tmp_path / "book-1.css").write_text('.fa-bars:before{content:"\\f0c9"}.fa-x:before{content:"\uf00d"}')
    icons.keep_used(tmp_path)
    assert sorted(TTFont(tmp_path / font.name).getBestCmap()) == [0xF00D, 0xF0C9]
