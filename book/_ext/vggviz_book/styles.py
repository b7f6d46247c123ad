"""One style sheet for the whole book, with only the rules that its pages use.

The theme and its extensions bring a dozen sheets of 80 kB compressed, most of it for things that no page
of this book has. PurgeCSS finds what is used, among all words of the pages and of their scripts.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup, Tag
from sphinx.util import logging

from vggviz_book import npm, scripts

if TYPE_CHECKING:
    from sphinx.application import Sphinx

log = logging.getLogger(__name__)

SHEET = 'link[rel~="stylesheet"]'
CHARSET = re.compile(r'@charset "[^"]*";')
IMPORT = re.compile(r'@import "([^"]+)";')
ADDRESS = re.compile(r"url\((?![\"']?(?:data:|#))[\"']?([^\"')]+)[\"']?\)")


def join(app: Sphinx, pages: Mapping[Path, BeautifulSoup]) -> None:
    """Put the sheets that pages name, in their order, into one, and let the pages name that.

    Args:
        app: whose output is changed.
        pages: as they will be written, by their paths.
    """
    root = Path(app.outdir)
    static = root / "_static"
    named = (
        path.parent / scripts.path_of(link["href"]) for path, page in pages.items() for link in sheets(page)
    )
    everything = "\n".join(flat(sheet, static) for sheet in dict.fromkeys(file.resolve() for file in named))
    style = used(everything, "\n".join(map(str, pages.values())), Path(app.srcdir), static)
    sheet = static / f"book-{hashlib.sha256(style.encode()).hexdigest()[:12]}.css"
    sheet.write_text(style, "utf-8")
    for path, page in pages.items():
        first, *others = sheets(page)
        first.attrs = {
            "rel": "stylesheet",
            "href": posixpath.relpath(sheet.as_posix(), path.parent.as_posix()),
        }
        for other in others:
            other.decompose()


def sheets(page: BeautifulSoup) -> list[Tag]:
    """The links to style sheets in a page."""
    return page.select(SHEET)


def flat(sheet: Path, static: Path) -> str:
    """A sheet's rules, with those that it imports, and with addresses as seen from the static folder."""

    def seen_from_static(match: re.Match[str]) -> str:
        return f'url("{posixpath.relpath((sheet.parent / match[1]).as_posix(), static.as_posix())}")'

    style = ADDRESS.sub(seen_from_static, CHARSET.sub("", sheet.read_text("utf-8")))
    return IMPORT.sub(lambda match: flat(sheet.parent / match[1], static), style)


def used(style: str, pages: str, root: Path, static: Path) -> str:
    """The rules that the pages use, or their scripts could; all, where npm has brought no PurgeCSS."""
    program = root / "node_modules" / "purgecss" / "bin" / "purgecss.js"
    if not program.is_file():
        return style
    # beside the pages: if this build is killed, the next one removes what is there
    with tempfile.TemporaryDirectory(dir=static.parents[1]) as folder:
        sheet, content = Path(folder, "all.css"), Path(folder, "pages.html")
        sheet.write_text(style, "utf-8")
        content.write_text(pages, "utf-8")
        words = [str(content), *(str(script) for script in static.rglob("*.js") if speaks_of_styles(script))]
        options = ["--css", str(sheet), "--variables", "--keyframes", "--output", folder, "--content", *words]
        command = [*npm.node(), str(program), *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            log.warning("PurgeCSS did not find out which style rules are used: %s", done.stderr.strip())
        return sheet.read_text("utf-8")


def speaks_of_styles(script: Path) -> bool:
    """Whether a script may give classes to things in a page: not the theme's 2,000 icons, nor formulas."""
    return script.name != "fontawesome.js" and not {"mathjax", "locales"} & set(script.parts)
