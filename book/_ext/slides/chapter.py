"""The slides of one chapter: its headings, its figures, its quizzes; the text becomes the speaker's notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag

from slides.plan import classes, title_of

SENTENCE = re.compile(r"(.+?[.?!:][”’\"')\]]*)(?:\s+(?=[A-Z“‘\"'(`])|$)", re.DOTALL)
"""The first sentence of a text."""
LONGEST = 220
"""Letters of a sentence that is shown; a longer one is left to the speaker."""
FIGURE = "a.image-reference > img"
TEXTS = {"p", "ul", "ol", "dl", "div", "blockquote"}
LEFT_OUT = {"quiz", "cell", "solution", "provenance"}
"""Classes of parts that are no text of the speaker's."""


@dataclass
class Slide:
    """A heading, what is to be seen below it, and what the speaker says."""

    heading: str
    shown: list[Tag] = field(default_factory=list)
    words: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see but the heading."""
        return not self.shown and not self.words


def slides(page: BeautifulSoup) -> list[Slide]:
    """The slides of a chapter in the order of its text.

    Args:
        page: the finished page of the built book; it is not changed.
    """
    (chapter,) = page.select(".bd-article > section")
    return [slide for section in sections(chapter) for slide in of_section(section)]


def sections(chapter: Tag) -> Iterator[Tag]:
    """A chapter and the sections in it."""
    yield chapter
    yield from chapter.select("section")


def of_section(section: Tag) -> list[Slide]:
    """A slide for each figure and each quiz of a section, at least one."""
    heading = title_of(section)
    made = [Slide(heading)]
    for part in section.find_all(True, recursive=False):
        if part.name == "section" or part.name in {"h1", "h2", "h3"}:
            continue
        things = [part] if "quiz" in classes(part) else part.select(f".quiz, {FIGURE}")
        for thing in things:
            if made[-1].shown:
                made.append(Slide(heading))
            made[-1].shown.append(thing)
        if words := text_of(part):
            made[-1].notes.append(words)
            made[-1].words = made[-1].words or ("" if is_box(part) else first_sentence(words))
    return made


def text_of(part: Tag) -> str:
    """What a part says, without code, tables, quizzes and solutions."""
    if part.name not in TEXTS or LEFT_OUT & classes(part) or part.select_one("table"):
        return ""
    copy = BeautifulSoup(str(part), "html.parser")
    for left_out in copy.select(".headerlink, .admonition-title, script, details"):
        left_out.decompose()
    lines = [re.sub(r"\s+", " ", item.get_text()).strip() for item in copy.select("p") or [copy]]
    return " ".join(filter(None, lines))


def is_box(part: Tag) -> bool:
    """Whether a part is a box beside the text, such as what one will learn, and no exercise."""
    return "admonition" in classes(part) and "exercise" not in classes(part)


def first_sentence(words: str) -> str:
    """The first sentence of a text, "" if it is too long to show."""
    found = SENTENCE.match(words)
    return found[1] if found and len(found[1]) <= LONGEST else ""
