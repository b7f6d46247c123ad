"""The pages of a built book in the order of its contents."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup

from vggviz_book import sharing

TITLE = "Inside VGG16"
"""Of the first page, which the contents do not list."""
LAST = "quiz_solutions.html"
"""On paper the solutions stand at the end."""


@dataclass(frozen=True)
class Entry:
    """A page, its title, and the part of the book it belongs to."""

    path: Path
    title: str
    part: str


def entries(book: Path) -> list[Entry]:
    """The pages of a book, whose files lie in this folder."""
    first = book / sharing.FRONT
    page = BeautifulSoup(first.read_text("utf-8"), "html.parser")
    found, part = [Entry(first, TITLE, "")], ""
    for place in page.select("nav.bd-links p.caption, nav.bd-links li > a.internal[href$='.html']"):
        if place.name == "p":
            part = place.get_text(strip=True)
        elif (path := first.with_name(str(place["href"]))) not in {entry.path for entry in found}:
            found.append(Entry(path, place.get_text(strip=True), part))
    return sorted(found, key=lambda entry: entry.path.name == LAST)
