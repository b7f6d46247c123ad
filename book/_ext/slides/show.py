"""The HTML of a slide."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from string import ascii_uppercase

from bs4 import Tag

from slides import words
from slides.chapter import LEARN, Slide
from slides.plan import classes

ANSWER = "<strong>Answer: </strong>"
WIDE, HIGH = 2, 1.4
"""Width by height above which figures stand one below the other, and below which text stands beside one."""
ROOM = (1254, 560)
"""Width and height that a slide has for a figure."""
LEGIBLE = 1.3
"""How many times as large as on a page a figure must be shown, so that its letters can be read from afar."""


def slide(made: Slide, terms: Mapping[str, str]) -> str:
    """A slide of a chapter.

    Args:
        made: the slide.
        terms: definitions of the glossary, for the notes.
    """
    notes = words.notes(made.notes, terms)
    if made.task:
        return section(made.heading, beside(f'<div class="task">{made.task}</div>', made.shown), notes)
    return section(made.heading, beside(f'<p class="point">{made.sentence}</p>', made.shown), notes)


def section(heading: str, html: str, notes: str = "") -> str:
    """A slide with what is seen on it and what the speaker says."""
    return f"""<section>
<h2>{escape(heading)}</h2>
{html}
<aside class="notes">{notes}</aside>
</section>"""


def beside(html: str, shown: list[Tag]) -> str:
    """A text with results and formulas, and beside it a figure; tables and wide figures stand below."""
    images, rest = parted(shown)
    if any(part.name == "table" for part in rest) or not are_high(images):
        return f"{html}\n{things(shown)}"
    return f'<div class="beside">\n<div>{html}\n{things(rest)}</div>\n{things(images)}\n</div>'


def parted(shown: list[Tag]) -> tuple[list[Tag], list[Tag]]:
    """Figures, and all else."""
    images = [part for part in shown if part.name == "img"]
    return images, [part for part in shown if part.name != "img"]


def are_high(images: list[Tag]) -> bool:
    """Whether there is one figure, and it is not much wider than high."""
    return len(images) == 1 and shape(rendering(images[0])) < HIGH


def things(shown: list[Tag]) -> str:
    """Printed results, tables and formulas, then the figures, as large as there is room.

    Figures stand side by side, wide ones one below the other.
    """
    images, rest = parted(shown)
    figures = "\n".join(map(thing, images))
    shapes = [shape(rendering(image)) for image in images]
    name = "figures stacked" if all(one > WIDE for one in shapes) else "figures"
    style = f' style="--shape: {shapes[0]:.3g}"' if shapes else ""
    return "\n".join(map(thing, rest)) + (f'\n<div class="{name}"{style}>{figures}</div>' if images else "")


def shape(rendering: Tag) -> float:
    """Width of a rendering by its height; 1 if its size is unknown."""
    width, height = (float(str(rendering.get(side, "1"))) for side in ("width", "height"))
    return width / height


def thing(part: Tag) -> str:
    """What is to be seen: a figure, a printed result, a table, a list or a formula."""
    if part.name == "img":
        address = rendering(part).get("srcset") or part["src"]
        return f'<img src="{escape(str(address))}" alt="{escape(str(part["alt"]))}">'
    if part.name == "pre":
        return printed(part.get_text().strip("\n"))
    if part.name == "table":
        return f"<table>{words.plain(part.decode_contents())}</table>"
    if LEARN in classes(part):
        listed = "".join(words.plain(str(one)) for one in part.select("ul"))
        return f"<p>What you will learn:</p>{listed}"
    return f"<div>{escape(part.get_text())}</div>"


def rendering(image: Tag) -> Tag:
    """A figure, or its rendering for phones, if only there the letters are large enough on a slide."""
    source = image.find_previous_sibling("source")
    if isinstance(source, Tag) and magnified(image) < min(LEGIBLE, magnified(source)):
        return source
    return image


def magnified(image: Tag) -> float:
    """How many times as large as on a page a rendering can be shown; infinite if its size is unknown."""
    sizes = (float(str(image.get(side, "0"))) for side in ("width", "height"))
    return min(room / size if size else float("inf") for room, size in zip(ROOM, sizes, strict=True))


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
    options = [words.plain(option.decode_contents()) for option in box.select(".quiz-option > span")]
    listed = f"<ol>{''.join(f'<li>{option}</li>' for option in options)}</ol>" if options else ""
    answer = "".join(explained(part) for part in solution.select("p"))
    for letter, option in zip(ascii_uppercase, options, strict=False):
        answer = answer.replace(f"{ANSWER}{option}</p>", f"{ANSWER}{letter}. {option}</p>")
    seen = f'<p><strong>{asked}</strong></p>{listed}<div class="fragment">{answer}</div>'
    return section(heading, beside(f'<div class="task">{seen}</div>', figures), answer)


def explained(part: Tag) -> str:
    """A paragraph of a solution without the sentences that point to what the slide does not show."""
    said = [html for html in words.sentences([words.block(part)]) if not words.ELSEWHERE.search(html)]
    return f"<p>{words.plain(' '.join(said))}</p>" if said else ""
