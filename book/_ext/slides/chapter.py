"""The slides of a chapter, or of a section: its figures, results and tables; the text becomes notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag

from slides import words
from slides.plan import classes, title_of

FIGURE = "a.image-reference img"
LEARN = "admonition-what-you-will-learn"
"""Class of the box at the head of a chapter."""
THINGS = f"{FIGURE}, .cell_output pre, table, div.math"
TEXTS = {"p", "ul", "ol", "dl", "div", "blockquote"}
LEFT_OUT = {"quiz", "cell", "exercise", "solution", "provenance"}
"""Classes of parts that are no text of the speaker's."""


@dataclass
class Slide:
    """A heading, what is to be seen below it, and what the speaker says before and after it is seen."""

    heading: str
    shown: list[Tag] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    task: str = ""
    """HTML of what the class shall do; it is shown in place of a sentence."""

    @property
    def words(self) -> str:
        """HTML of what is said on the slide."""
        return self.task or words.point(self.before, self.after)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see but the heading."""
        return not self.shown and not self.words


def slides(part: Tag) -> list[Slide]:
    """The slides of a chapter, a section or an exercise, in the order of the text.

    Args:
        part: a place in a finished page of the built book; it is not changed.
    """
    part = around(part)
    if "exercise" in classes(part):
        return [task(part)]
    made = [slide for section in sections(part) for slide in of_section(section)]
    return [slide for slide in made if not slide.is_empty]


def place(page: BeautifulSoup, anchor: str) -> Tag:
    """What an anchor leads to; without an anchor, the chapter.

    Raises:
        ValueError: if the page has no such place.
    """
    found = page.find(id=anchor) if anchor else page.select_one(".bd-article > section")
    if not isinstance(found, Tag):
        raise ValueError(f"The lesson plan links to '#{anchor}', which is no place of its chapter.")
    return found


def around(place: Tag) -> Tag:
    """A chapter, section or exercise itself; of any other place the section that it is in."""
    if place.name == "section" or "exercise" in classes(place):
        return place
    section = place.find_parent("section")
    assert section is not None
    return section


def sections(part: Tag) -> Iterator[Tag]:
    """A chapter or section and the sections in it."""
    yield part
    yield from part.select("section")


def of_section(section: Tag) -> list[Slide]:
    """Slides of a section: things in a row stand on one, those with text between them on several."""
    heading, waiting = title_of(section), list[str]()
    made = [Slide(heading)]
    for part in section.find_all(True, recursive=False):
        if "tip" in classes(part):
            made[-1].after += waiting
            made.append(task(part))
            waiting = []
        elif found := things(part):
            if waiting and made[-1].shown:
                said, waiting = words.divided(waiting)
                made[-1].after += said
                made.append(Slide(heading))
            made[-1].before += waiting
            made[-1].shown += found
            waiting = []
        elif is_text(part):
            waiting.append(words.block(part))
    made[-1].after += waiting
    return made


def things(part: Tag) -> list[Tag]:
    """What a part shows: figures, printed results, tables, a formula, what one will learn."""
    if part.name == "section" or (LEFT_OUT - {"cell"}) & classes(part):
        return []
    if {"math", LEARN} & classes(part):
        return [part]
    return [thing for thing in part.select(THINGS) if thing.get_text(strip=True) or thing.name == "img"]


def is_text(part: Tag) -> bool:
    """Whether a part is text of the speaker's."""
    return part.name in TEXTS and not LEFT_OUT & classes(part)


def task(box: Tag) -> Slide:
    """The slide of an exercise, or of what the class shall try."""
    copy = words.parsed(words.block(box))
    title = copy.select_one(".admonition-title")
    assert title is not None
    title.extract()
    if number := title.select_one(".caption-number"):
        number.extract()
    heading = title.get_text().strip().removeprefix("(").removesuffix(")")
    assert copy.div is not None
    copy.div.unwrap()
    return Slide(heading, task=words.plain(str(copy)))


def figure_after(place: Tag) -> list[Tag]:
    """The first figure in a place, else soon after it, in a list; none if there is none."""
    cells = place.find_all_next("div", attrs={"class": "cell"}, limit=3)
    return [image for part in (place, *cells) for image in part.select(FIGURE)][:1]
