"""The HTML of a slide."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from bs4 import Tag

from slides import words
from slides.chapter import LEARN, Slide
from slides.plan import classes


def slide(made: Slide, terms: Mapping[str, str]) -> str:
    """A slide of a chapter.

    Args:
        made: the slide.
        terms: definitions of the glossary, for the notes.
    """
    notes = words.notes([*made.before, *made.after], terms)
    if made.task:
        return section(made.heading, beside(made.task, made.shown), notes)
    said = f'<p class="point">{made.words}</p>\n' if made.words else ""
    return section(made.heading, said + things(made.shown), notes)


def section(heading: str, html: str, notes: str = "") -> str:
    """A slide with what is seen on it and what the speaker says."""
    return f"""<section>
<h2>{escape(heading)}</h2>
{html}
<aside class="notes">{notes}</aside>
</section>"""


def beside(html: str, shown: list[Tag]) -> str:
    """A text, and beside it the figures; wide ones, and printed results, stand below it."""
    if any(part.name != "img" or is_wide(part) for part in shown):
        return f'<div class="task">{html}</div>\n{things(shown)}'
    return f'<div class="beside">\n<div>{html}</div>\n{things(shown)}\n</div>'


def things(shown: list[Tag]) -> str:
    """Printed results, tables and formulas, then the figures, as large as there is room.

    Figures stand side by side, wide ones one below the other.
    """
    printed = "\n".join(thing(part) for part in shown if part.name != "img")
    images = [part for part in shown if part.name == "img"]
    figures = "\n".join(map(thing, images))
    name = "figures stacked" if all(map(is_wide, images)) else "figures"
    return printed + (f'\n<div class="{name}">{figures}</div>' if figures else "")


def is_wide(image: Tag) -> bool:
    """Whether a figure is more than twice as wide as high."""
    width, height = (int(str(image.get(side, "1"))) for side in ("width", "height"))
    return width > 2 * height


def thing(part: Tag) -> str:
    """What is to be seen: a figure, a printed result, a table, a list or a formula."""
    if part.name == "img":
        return f'<img src="{escape(str(part["src"]))}" alt="{escape(str(part["alt"]))}">'
    if part.name == "pre":
        return printed(part.get_text().strip("\n"))
    if part.name == "table":
        return f"<table>{words.plain(part.decode_contents())}</table>"
    if LEARN in classes(part):
        return "".join(words.plain(str(listed)) for listed in part.select("ul"))
    return f"<div>{escape(part.get_text())}</div>"


def printed(text: str) -> str:
    """A printed result; the style sheet finds the size of its letters by its width and height."""
    lines = text.split("\n")
    size = f"--letters: {max(map(len, lines))}; --lines: {len(lines)}"
    return f'<pre style="{size}">{escape(text)}</pre>'


def quiz(heading: str, box: Tag, figures: list[Tag]) -> str:
    """The slide of a question, with the figure that it is about; the next step shows the answer."""
    question, solution = box.select_one("legend"), box.select_one("details")
    assert question is not None
    assert solution is not None
    asked = words.plain(words.block(question))
    options = "".join(
        f"<li>{words.plain(option.decode_contents())}</li>" for option in box.select(".quiz-option > span")
    )
    listed = f"<ol>{options}</ol>" if options else ""
    answer = "".join(explained(part) for part in solution.select("p"))
    seen = f'<p><strong>{asked}</strong></p>{listed}<div class="fragment">{answer}</div>'
    return section(heading, beside(seen, figures), answer)


def explained(part: Tag) -> str:
    """A paragraph of a solution without the sentences that point to what the slide does not show."""
    said = [html for html in words.sentences([words.block(part)]) if not words.ELSEWHERE.search(html)]
    return f"<p>{words.plain(' '.join(said))}</p>" if said else ""
