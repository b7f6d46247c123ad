"""The page that a host shows for an address where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup

if TYPE_CHECKING:
    from sphinx.application import Sphinx

NAME = "404"
"""Static hosts look for 404.html."""

BODY = """<section id="not-found">
<h1>There is no such page</h1>
<p>The address may have a mistake in it, or the page has moved. All pages stand in the book's contents beside
this text; <a href="search.html">the search</a> finds words in them, and
<a href="book/index.html">the first page</a> says what the book is about.</p>
</section>"""


def collect(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Let Sphinx write the page as one of the book's."""
    yield NAME, {"title": "There is no such page", "body": BODY}, "page.html"


def hold_from_anywhere(page: BeautifulSoup, site: str) -> None:
    """Make addresses hold wherever the missing page would have been.

    Args:
        page: what is changed.
        site: where the book is published; "" at the root of a host.
    """
    root = urlsplit(site).path or "/"
    for name in ("href", "src"):
        for element in page.select(f"[{name}]"):
            address = str(element[name])
            if not address.startswith("#"):
                element[name] = urljoin(root, address)
