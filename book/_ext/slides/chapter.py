"""The slides of a chapter, or of a section: the author's sentences with figures, results and tables below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag

from slides import marks, words
from slides.plan import classes, title_of

FIGURE = "a.image-reference img"
LEARN = "admonition-what-you-will-learn"
"""Class of the box at the head of a chapter."""
THINGS = f"{FIGURE}, .cell_output pre, table, div.math"
TEXTS = {"p", "ul", "ol", "dl", "div", "blockquote"}
LEFT_OUT = {"quiz", "cell", "exercise", "solution", "provenance", "tip"}
"""Classes of parts that are no text of the speaker's."""


@dataclass
class Slide:
    """A heading, a sentence, what is to be seen below it, and the text for the speaker."""

    heading: str
    sentence: str
    """HTML; "" ends what is shown."""
    shown: list[Tag] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    task: str = ""
    """HTML of what the class shall do; it is shown in place of a sentence."""


def slides(part: Tag) -> list[Slide]:
    """The slides of a chapter, a section or an exercise, in the order of the text.

    Args:
        part: a place in a finished page of the built book; it is not changed.

    Raises:
        ValueError: if no comment there says what to show.
    """
    part = around(part)
    if "exercise" in classes(part):
        return [task(part)]
    made = [slide for section in sections(part) for slide in of_section(section)]
    if not made:
        raise ValueError(
            f"The lesson plan shows {title_of(part)!r}, which has no '% {marks.MARK} ...' before a figure, "
            "a result or a table."
        )
    return made


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
    """Slides of a section: a mark begins one, and all up to the next mark or task belongs to it.

    A mark with nothing to see before the next one is replaced by that: a sentence for any network comes
    first, then the one for the default weights.
    """
    heading, made = title_of(section), list[Slide]()
    for part in section.children:
        if (sentence := marks.sentence(part)) is not None:
            if made and made[-1].sentence and not made[-1].shown:
                made.pop()
            made.append(Slide(heading, sentence))
        elif isinstance(part, Tag) and made:
            if "tip" in classes(part):
                made.append(Slide(heading, ""))
            if found := things(part):
                made[-1].shown += found
            elif is_text(part):
                made[-1].notes.append(words.block(part))
    return [slide for slide in made if slide.sentence and slide.shown]


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
    """The slide of an exercise, with its solution for the speaker."""
    copy = words.parsed(words.block(box))
    title = copy.select_one(".admonition-title")
    assert title is not None
    title.extract()
    if number := title.select_one(".caption-number"):
        number.extract()
    heading = title.get_text().strip().removeprefix("(").removesuffix(")")
    assert copy.div is not None
    copy.div.unwrap()
    return Slide(heading, "", notes=solution(box), task=words.plain(str(copy)))


def solution(box: Tag) -> list[str]:
    """The text of the solution that follows an exercise."""
    found = box.find_next_sibling()
    if not isinstance(found, Tag) or "solution" not in classes(found):
        return []
    return [words.block(part) for part in found.select("p:not(.admonition-title)")]


def figure_after(place: Tag) -> list[Tag]:
    """The first figure in a place, else soon after it, in a list; none if there is none."""
    cells = place.find_all_next("div", attrs={"class": "cell"}, limit=3)
    return [image for part in (place, *cells) for image in part.select(FIGURE)][:1]
