"""Defer the scripts of the pages, and remove those that a page does not need."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from bs4 import BeautifulSoup

from vggviz_book import markup

SEARCH = {"searchtools.js", "language_data.js", "searchindex.js"}
"""Needed on other pages only by themes that search while one types."""

ONLY_WITH = {
    "explore.js": ("figure", ".explore"),
    "explorer_ahead.js": ("a", "[href*='/explorers/']"),
    "hero.js": ("div", ".hero"),
    "quiz.js": ("div", ".quiz"),
}
"""Scripts of elements that not every page has."""

OPTIONS = "documentation_options.js"
"""Read by inline scripts, which cannot be deferred, so it becomes inline as well."""


def defer(page: BeautifulSoup, path: Path, root: Path) -> None:
    """Let scripts run, in their order, after the page has been parsed.

    Args:
        page: the parsed page; changed in place.
        path: its file.
        root: the folder of the site.
    """
    for link in markup.named(page, "link", '[rel="preload"][as="script"]'):
        link.decompose()
    for script in markup.named(page, "script", "[src]"):
        name = Path(path_of(script["src"])).name
        if name == "fontawesome.js" or (name in SEARCH and path.name != "search.html") or is_idle(name, page):
            script.decompose()
        elif name == OPTIONS:
            script.string = (root / "_static" / OPTIONS).read_text("utf-8").strip()
            del script["src"]
        else:
            script["defer"] = ""


def is_idle(name: str, page: BeautifulSoup) -> bool:
    """Whether a page has nothing for a script."""
    return name in ONLY_WITH and not markup.named(page, *ONLY_WITH[name])


def path_of(address: object) -> str:
    """Path of an address, without the version in its query."""
    return urlsplit(str(address)).path
