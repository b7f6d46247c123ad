"""Post-process the built HTML pages."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EntitySubstitution
from bs4.formatter import HTMLFormatter

from slides import deck, plan
from vggviz_book import (
    embeds,
    figures,
    header,
    heights,
    heroes,
    icons,
    markup,
    scripts,
    sharing,
    styles,
    tables,
)

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class AsWritten(HTMLFormatter):
    """Formatter for HTML 5 that keeps the order of attributes."""

    def __init__(self) -> None:
        super().__init__(EntitySubstitution.substitute_xml, void_element_close_prefix="")

    def attributes(self, tag: Tag) -> Iterable[tuple[str, Any]]:
        """Attributes in their order; those with an empty value as the name alone."""
        return ((name, None if value == "" and name != "alt" else value) for name, value in tag.attrs.items())


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Make all pages of the book valid, accessible and quick to load."""
    if exception or app.builder.format != "html":
        return
    root = Path(app.outdir)
    pages = {path: corrected(app, path, root) for path in theme_pages(root)}
    figures.offer_narrow(app, pages)
    styles.join(app, pages)
    icons.keep_used(root / "_static")
    deck.write(root, Path(app.srcdir, "node_modules"), pages)
    for path, page in pages.items():
        path.write_text(as_written(page), "utf-8")
    sharing.write_root_page(app)
    sharing.write_sitemap(app, pages)


def finish_page(app: Sphinx, path: Path, book: Path) -> str:
    """Finish a page for a book that is built.

    Args:
        app: the page is in its output.
        path: of the page.
        book: the folder of the pages of the book, whose joined style sheet the page takes.

    Returns:
        The page as HTML.
    """
    page = corrected(app, path, book)
    figures.offer_narrow(app, {path: page})
    styles.link(page, styles.joined(book).name)
    if path.name == plan.PAGE and (book / deck.FOLDER).is_dir():
        deck.add_links(page)
    return as_written(page)


def corrected(app: Sphinx, path: Path, root: Path) -> BeautifulSoup:
    """A page with the corrections that need no other page; `root` holds the scripts of the site."""
    page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
    markup.correct(page)
    heroes.place(page, root)
    embeds.fill(page, path, root, Path(app.outdir, *embeds.POSTERS))
    header.prepare(page, app.config.project)
    tables.align_numbers(page)
    scripts.defer(page, path, root)
    heights.estimate(page)
    sharing.add_description(page, app.config.project)
    return page


def as_written(page: BeautifulSoup) -> str:
    """A page as HTML."""
    return page.decode(formatter=AsWritten())


def theme_pages(root: Path) -> list[Path]:
    """All pages made by the theme: the book's, the search, the index and the page for missing addresses."""
    root_page = root / "index.html"
    return sorted(page for page in (*root.glob("*.html"), *root.glob("book/*.html")) if page != root_page)
