"""Sessions of the lesson plan and their items, as the page for teachers lists them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag

from slides import words

PAGE = "how_to_use.html"
SESSIONS = 'section[id*="-session-"]'
CHAPTERS = 'a.internal[href*=".html"]:not([href^="glossary.html"])'
ITEM = re.compile(r"\s*<em>(?P<kind>[^<]+)</em> \((?P<minutes>\d+) min\):\s*(?P<task>.+)", re.DOTALL)


@dataclass(frozen=True)
class Item:
    """A part of a session: what the class does, how long, and where it stands in the book."""

    kind: str
    minutes: int
    task: str
    """HTML with links."""
    places: tuple[str, ...]
    """Addresses of chapters, or with an anchor of sections and exercises."""
    notes: str = ""
    """HTML of the further paragraphs, which are for the teacher alone."""


@dataclass(frozen=True)
class Session:
    """One session: where it stands on the page, what it is called, and its items."""

    place: Tag
    title: str
    items: tuple[Item, ...]

    @property
    def name(self) -> str:
        """Name of the file of its slides."""
        return str(self.place["id"]).partition("-session-")[0] + "-session.html"


def sessions(page: BeautifulSoup) -> list[Session]:
    """The sessions of the lesson plan in their order.

    Args:
        page: the page for teachers.

    Raises:
        ValueError: if an item of a session does not begin with its kind and its minutes.
    """
    return [
        Session(place, title_of(place), tuple(item(part) for part in place.select(":scope > ul > li")))
        for place in page.select(SESSIONS)
    ]


def item(part: Tag) -> Item:
    """An item from its place in the list."""
    paragraphs = part.select("p")
    html = (paragraphs[0] if paragraphs else part).decode_contents()
    found = ITEM.fullmatch(html)
    if not found:
        raise ValueError(f"An item of the lesson plan is '*Kind* (20 min): task', not {part.get_text()!r}.")
    places = dict.fromkeys(str(link["href"]) for link in part.select(CHAPTERS))
    notes = "\n".join(map(str, paragraphs[1:]))
    return Item(found["kind"], int(found["minutes"]), found["task"], tuple(places), notes)


def title_of(section: Tag) -> str:
    """The heading of a section, without the sign that links to it."""
    heading = section.find(["h1", "h2", "h3"])
    assert isinstance(heading, Tag)
    return words.text(words.block(heading))


def classes(part: Tag) -> set[str]:
    """The classes of an element."""
    return set(part.get_attribute_list("class"))
