"""Sessions of the lesson plan and their chapters, as the page for teachers lists them."""

from __future__ import annotations

from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag

PAGE = "how_to_use.html"
SESSIONS = 'section[id*="-session-"]'
CHAPTERS = 'a.internal[href$=".html"]'


@dataclass(frozen=True)
class Session:
    """One session: where it stands on the page, what it is called, and the pages of its chapters."""

    place: Tag
    title: str
    chapters: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of the file of its slides."""
        return str(self.place["id"]).partition("-session-")[0] + "-session.html"


def sessions(page: BeautifulSoup) -> list[Session]:
    """The sessions of the lesson plan in their order, each chapter once.

    Args:
        page: the page for teachers.
    """
    found = []
    for place in page.select(SESSIONS):
        chapters = dict.fromkeys(str(link["href"]) for link in place.select(CHAPTERS))
        found.append(Session(place, title_of(place), tuple(chapters)))
    return found


def title_of(section: Tag) -> str:
    """The heading of a section, without the sign that links to it."""
    heading = section.find(["h1", "h2", "h3"])
    assert isinstance(heading, Tag)
    return "".join(part.get_text() for part in heading.children if not is_link_sign(part)).strip()


def is_link_sign(part: object) -> bool:
    """Whether this is the sign after a heading that links to it."""
    return isinstance(part, Tag) and "headerlink" in classes(part)


def classes(part: Tag) -> set[str]:
    """The classes of an element."""
    return {str(name) for name in part.get_attribute_list("class")}
