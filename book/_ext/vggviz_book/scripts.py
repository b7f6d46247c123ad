"""No page waits for a script, and none loads the search's but the page of the search."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

SEARCH = {"searchtools.js", "language_data.js", "searchindex.js"}
"""Needed in all pages only by themes that search while one types."""

OPTIONS = "documentation_options.js"
"""Scripts that stand in a page itself add to it, and do not wait: so it must stand there too."""


def lighten(page: BeautifulSoup, path: Path) -> None:
    """Let scripts run, in their order, when the page has been read.

    Args:
        page: what is changed.
        path: where it lies, for the files that it names.
    """
    for link in page.select('link[rel="preload"][as="script"]'):
        link.decompose()
    for script in page.select("script[src]"):
        name = Path(path_of(script["src"])).name
        if name == "fontawesome.js" or (name in SEARCH and path.name != "search.html"):
            script.decompose()
        elif name == OPTIONS:
            script.string = (path.parent / path_of(script["src"])).read_text("utf-8").strip()
            del script["src"]
        else:
            script["defer"] = ""


def path_of(address: object) -> str:
    """The path in an address as a page names it, without the version behind it."""
    return urlsplit(str(address)).path
