"""Join the style sheets of the theme into one, with only the rules that the pages use.

The theme and its extensions load eleven sheets of 85 kB compressed, most of it for elements that no page
has. They delay the first paint on Lighthouse's phone profile from 1.1 to at least 1.8 seconds, which
costs the chapters with many formulas their 90 points. PurgeCSS finds the rules in use.
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

from vggviz_book import markup, npm, scripts

if TYPE_CHECKING:
    from sphinx.application import Sphinx

log = logging.getLogger(__name__)

SHEET = "link", '[rel~="stylesheet"]'
CHARSET = re.compile(r'@charset "[^"]*";')
IMPORT = re.compile(r'@import "([^"]+)";')
CONTENTS = re.compile(r"\((min|max)-width:\s*(?:1200|1199\.98)px\)")
"""The theme's width for a column with the contents of the page; below it they open over the text."""
CONTENTS_FROM = {"min": "(min-width:1400px)", "max": "(max-width:1399.98px)"}
"""On a narrower window the column would take its room from the figures."""
ADDRESS = re.compile(r"url\((?![\"']?(?:data:|#))[\"']?([^\"')]+)[\"']?\)")


def join(app: Sphinx, pages: Mapping[Path, BeautifulSoup]) -> None:
    """Join the sheets that the pages link to, in their order, and link to the joined one.

    Args:
        app: the sheet is written to its output.
        pages: the parsed pages by path; changed in place.
    """
    static = Path(app.outdir, "_static")
    links = [link for page in pages.values() for link in markup.named(page, *SHEET)]
    sheets = dict.fromkeys(static / name_of(link) for link in links)
    everything = "\n".join(flat(sheet, static) for sheet in sheets)
    everything = CONTENTS.sub(lambda width: CONTENTS_FROM[width[1]], everything)
    known = sorted(set().union(*map(nameable, pages.values())))
    style = used(everything, "\n".join(known), Path(app.srcdir), static)
    sheet = static / f"book-{hashlib.sha256(style.encode()).hexdigest()[:12]}.css"
    sheet.write_text(style, "utf-8")
    for page in pages.values():
        link(page, sheet.name)


def link(page: BeautifulSoup, sheet: str) -> None:
    """Link a page to one sheet in the static folder, in place of those it links to."""
    first, *others = markup.named(page, *SHEET)
    address = str(first["href"]).partition("_static/")[0] + f"_static/{sheet}"
    first.attrs = {"rel": "stylesheet", "href": address}
    for other in others:
        other.decompose()


def nameable(page: BeautifulSoup) -> set[str]:
    """What a selector can name in a page: tags, their attributes with their values, inline scripts."""
    found = {str(script.string) for script in page.find_all("script") if script.string}
    for tag in page.find_all(True):
        found.add(tag.name)
        for name in tag.attrs:
            found.update((name, *tag.get_attribute_list(name)))
    return found


def joined(book: Path) -> Path:
    """The joined sheet of a built book."""
    return next((book / "_static").glob("book-*.css"))


def name_of(link: Tag) -> str:
    """Path of a linked style sheet in the static folder."""
    return scripts.path_of(link["href"]).partition("_static/")[2]


def flat(sheet: Path, static: Path) -> str:
    """Rules of a sheet and of those it imports, with addresses relative to the static folder."""

    def seen_from_static(match: re.Match[str]) -> str:
        return f'url("{posixpath.relpath((sheet.parent / match[1]).as_posix(), static.as_posix())}")'

    style = ADDRESS.sub(seen_from_static, CHARSET.sub("", sheet.read_text("utf-8")))
    return IMPORT.sub(lambda match: flat(sheet.parent / match[1], static), style)


def used(style: str, known: str, root: Path, static: Path) -> str:
    """Rules that known words or the pages' scripts may use; all rules if PurgeCSS is not installed."""
    program = root / "node_modules" / "purgecss" / "bin" / "purgecss.js"
    if not program.is_file():
        return style
    # beside the pages, where the next build removes it if this one is killed
    with tempfile.TemporaryDirectory(dir=static.parents[1]) as folder:
        sheet, content = Path(folder, "all.css"), Path(folder, "words.txt")
        sheet.write_text(style, "utf-8")
        content.write_text(known, "utf-8")
        read = [str(path) for path in (content, *filter(may_set_classes, static.rglob("*.js")))]
        options = ["--css", str(sheet), "--variables", "--keyframes", "--output", folder, "--content", *read]
        command = [*npm.node(), str(program), *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            log.warning("PurgeCSS failed, so the style sheet has all rules: %s", done.stderr.strip())
        return sheet.read_text("utf-8")


def may_set_classes(script: Path) -> bool:
    """Whether a script may set classes of elements; icons and MathJax have styles of their own."""
    return script.name != "fontawesome.js" and not {"mathjax", "locales"} & set(script.parts)
