"""The written pages once more: each is read, mended by the modules that know how, and written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EntitySubstitution
from bs4.formatter import HTMLFormatter

from vggviz_book import figures, icons, markup, notfound, scripts, sharing, styles

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class AsWritten(HTMLFormatter):
    """HTML 5, with the attributes of an element in the order in which they were written."""

    def __init__(self) -> None:
        super().__init__(EntitySubstitution.substitute_xml, void_element_close_prefix="")

    def attributes(self, tag: Tag) -> Iterable[tuple[str, Any]]:
        """All of them, unsorted; one without a value as its name alone."""
        return ((name, None if value == "" and name != "alt" else value) for name, value in tag.attrs.items())


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Make all pages of the book valid, accessible, light, and fit to be shared."""
    if exception or app.builder.format != "html":
        return
    root = Path(app.outdir)
    pages = {path: BeautifulSoup(path.read_text("utf-8"), "html.parser") for path in theme_pages(root)}
    for path, page in pages.items():
        markup.correct(page)
        scripts.defer(page, path)
    figures.add_small_copies(app, pages)
    sharing.describe(app, pages)
    styles.join(app, pages)
    icons.keep_used(root / "_static")
    notfound.hold_from_anywhere(pages[root / f"{notfound.NAME}.html"], app.config.html_baseurl)
    for path, page in pages.items():
        path.write_text(page.decode(formatter=AsWritten()), "utf-8")
    sharing.write_entrance(app)
    sharing.write_sitemap(app, pages)


def theme_pages(root: Path) -> list[Path]:
    """All pages that the theme has made: the book's, and beside them search, index and not found."""
    entrance = root / "index.html"
    return sorted(page for page in (*root.glob("*.html"), *root.glob("book/*.html")) if page != entrance)
