"""A file of slides for reveal.js, beside the pages of the book."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from slides import chapter, plan
from slides.chapter import Slide

FOLDER = "slides"
REVEAL = ("dist/reset.css", "dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js")
"""What the decks take from reveal.js."""
DECK = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: slides</title>
<link rel="stylesheet" href="../_static/reveal/reset.css">
<link rel="stylesheet" href="../_static/reveal/reveal.css">
<link rel="stylesheet" href="../_static/slides.css">
{formulas}
<script defer src="../_static/reveal/reveal.js"></script>
<script defer src="../_static/reveal/notes.js"></script>
<script defer src="../_static/slides.js"></script>
</head>
<body>
<div class="reveal"><div class="slides">
{slides}
</div></div>
</body>
</html>
"""


def write(root: Path, node_modules: Path, pages: Mapping[Path, BeautifulSoup]) -> None:
    """Write a deck for each session, and link to it from the lesson plan.

    Args:
        root: the folder of the site.
        node_modules: where npm has put reveal.js; without it there are no slides.
        pages: the finished pages by path; that of the lesson plan is changed in place.
    """
    teaching = pages.get(root / "book" / plan.PAGE)
    if teaching is None or not (node_modules / "reveal.js").is_dir():
        return
    copy_reveal(node_modules / "reveal.js", root / "_static" / "reveal")
    (root / FOLDER).mkdir(exist_ok=True)
    for session in plan.sessions(teaching):
        chapters = [page for name in session.chapters if (page := pages.get(root / "book" / name))]
        (root / FOLDER / session.name).write_text(deck(session, chapters), "utf-8")
    add_links(teaching)


def copy_reveal(source: Path, target: Path) -> None:
    """Copy the parts of reveal.js that the decks use."""
    target.mkdir(exist_ok=True)
    for part in REVEAL:
        shutil.copy(source / part, target)


def add_links(page: BeautifulSoup) -> None:
    """Link to the slides below the heading of each session of the lesson plan."""
    for session in plan.sessions(page):
        paragraph = page.new_tag("p", attrs={"class": "slides-link"})
        link = page.new_tag("a", attrs={"href": f"../{FOLDER}/{session.name}"})
        link.string = "Slides of this session"
        paragraph.append(link)
        heading = session.place.find(["h2", "h3"])
        assert isinstance(heading, Tag)
        heading.insert_after(paragraph)


def deck(session: plan.Session, chapters: list[BeautifulSoup]) -> str:
    """The HTML of a deck: the session's title, then a column of slides for each chapter."""
    columns = [f"<section>\n<h1>{escape(session.title)}</h1>\n<p>Inside VGG16</p>\n</section>"]
    for page in chapters:
        shown = "\n".join(section(slide) for slide in chapter.slides(page) if not slide.is_empty)
        columns.append(f"<section>\n{shown}\n</section>")
    formulas = next(filter(None, map(formula_scripts, chapters)), "")
    return DECK.format(title=escape(session.title), formulas=formulas, slides="\n".join(columns))


def formula_scripts(page: BeautifulSoup) -> str:
    """The scripts of a page that render formulas."""
    return "\n".join(str(script) for script in page.select("script") if "mathjax" in str(script).lower())


def section(slide: Slide) -> str:
    """The HTML of one slide."""
    words = f"<p>{escape(slide.words)}</p>\n" if slide.words else ""
    shown = "\n".join(quiz(part) if part.name == "div" else figure(part) for part in slide.shown)
    notes = "\n".join(f"<p>{escape(note)}</p>" for note in slide.notes)
    return f"""<section>
<h2>{escape(slide.heading)}</h2>
{words}{shown}
<aside class="notes">{notes}</aside>
</section>"""


def figure(image: Tag) -> str:
    """A figure as large as the slide allows."""
    return f'<img class="r-stretch" src="{escape(str(image["src"]))}" alt="{escape(str(image["alt"]))}">'


def quiz(box: Tag) -> str:
    """A question; the next step shows the answer."""
    question, solution = box.select_one("legend"), box.select_one("details")
    assert question is not None
    assert solution is not None
    options = "".join(f"<li>{plain(option)}</li>" for option in box.select(".quiz-option > span"))
    answer = "".join(f"<p>{plain(part)}</p>" for part in solution.select("p"))
    listed = f"<ol>{options}</ol>" if options else ""
    return (
        f'<div class="quiz-slide"><p>{plain(question)}</p>{listed}<div class="fragment">{answer}</div></div>'
    )


def plain(part: Tag) -> str:
    """What stands in a part, without its links and identifiers."""
    copy = BeautifulSoup(part.decode_contents(), "html.parser")
    for link in copy.select("a"):
        link.unwrap()
    for named in copy.select("[id]"):
        del named["id"]
    return str(copy)
