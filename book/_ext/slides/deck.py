"""A file of slides for reveal.js, beside the pages of the book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from slides import chapter, plan, show, words
from vggviz_book import mathjax, npm

FOLDER = "slides"
BOOK = "../book"
"""Where the pages are from there."""
REVEAL = ("dist/reset.css", "dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js")
"""What the decks take from reveal.js."""
DECK = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: slides</title>
<link rel="stylesheet" href="../_static/reveal/dist/reset.css">
<link rel="stylesheet" href="../_static/reveal/dist/reveal.css">
<link rel="stylesheet" href="../_static/slides.css">
{formulas}
<script defer src="../_static/reveal/dist/reveal.js"></script>
<script defer src="../_static/reveal/plugin/notes/notes.js"></script>
<script defer src="../_static/slides.js"></script>
</head>
<body>
<div class="reveal"><div class="slides">
{slides}
</div></div>
</body>
</html>
"""
Pages = Mapping[str, BeautifulSoup]
"""The pages of the book by their file names."""


def write(root: Path, node_modules: Path, pages: Mapping[Path, BeautifulSoup]) -> None:
    """Write a deck for each session, and link to it from the lesson plan.

    Args:
        root: the folder of the site.
        node_modules: where npm has put reveal.js; without it there are no slides.
        pages: the finished pages by path; that of the lesson plan is changed in place.
    """
    book = {path.name: page for path, page in pages.items() if path.parent == root / "book"}
    if plan.PAGE not in book or not (node_modules / "reveal.js").is_dir():
        return
    npm.copy_parts(node_modules / "reveal.js", root / "_static" / "reveal", REVEAL)
    (root / FOLDER).mkdir(exist_ok=True)
    sessions = plan.sessions(book[plan.PAGE])
    for session, following in zip(sessions, [*sessions[1:], None], strict=True):
        (root / FOLDER / session.name).write_text(deck(session, following, book), "utf-8")
    add_links(book[plan.PAGE])


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


def deck(session: plan.Session, following: plan.Session | None, book: Pages) -> str:
    """The HTML of a deck: the title, the slides of each item of the session, what comes next.

    Args:
        session: that the deck is for.
        following: the one after it, if there is one.
        book: the finished pages.
    """
    terms = words.glossary(book.get("glossary.html"))
    items = [html for item in session.items for html in of_item(item, book, terms)]
    formulas = next(filter(None, map(mathjax.scripts, book.values())), [])
    return DECK.format(
        title=escape(session.title),
        formulas="\n".join(map(str, formulas)),
        slides="\n".join([title(session, book), *items, end(session, following)]),
    )


def title(session: plan.Session, book: Pages) -> str:
    """The first slide: what the class will do, and the figure that the book begins with."""
    items = "".join(f"<li><strong>{item.kind}</strong> {item.minutes} min</li>" for item in session.items)
    tasks = "".join(f"<p>{item.kind}: {words.plain(item.task)}</p>{item.notes}" for item in session.items)
    opening = chapter.figure_after(book["index.html"]) if "index.html" in book else []
    seen = show.beside(f"<ul>{items}</ul>\n<p>{back(session)}</p>", opening)
    return show.section("Inside VGG16", f"<h1>{escape(session.title)}</h1>\n{seen}", words.plain(tasks))


def end(session: plan.Session, following: plan.Session | None) -> str:
    """The last slide: the next session, and what its quiz is about."""
    if not following:
        return show.section("End of the last session", f"<p>{back(session)}</p>")
    quizzes = [words.linked(item.task, BOOK) for item in following.items if item.kind == "Quiz"]
    asked = "".join(f"<p>The quiz will be {quiz}</p>" for quiz in quizzes)
    seen = f"<h1>{escape(following.title)}</h1>\n{asked}\n<p>{back(session)}</p>"
    return show.section("Next time", seen)


def back(session: plan.Session) -> str:
    """A link back to the session in the lesson plan."""
    return f'<a href="{BOOK}/{plan.PAGE}#{session.place["id"]}">The lesson plan</a>'


def in_book(task: str) -> str:
    """A task of the plan as a slide shows it, with its links."""
    return words.capital(words.linked(task, BOOK))


def of_item(item: plan.Item, book: Pages, terms: Mapping[str, str]) -> list[str]:
    """The slides of an item: quizzes, a task with a figure, or a chapter; what is argued about has both."""
    places = list(named(item, book))
    if item.kind == "Quiz":
        return timed(item, [quiz(box, item, book) for place in places for box in place.select(".quiz")])
    if item.kind == "In pairs":
        return timed(
            item, [task(item, [figure for place in places for figure in chapter.figure_after(place)])]
        )
    made = [show.slide(slide, terms) for place in places for slide in chapter.slides(place)]
    return timed(item, made if item.kind == "Show" else [task(item, []), *made])


def timed(item: plan.Item, slides: list[str]) -> list[str]:
    """Slides with the seconds of each, which the speaker's view compares with the clock.

    The class works on a task for half of the minutes of what it argues about.
    """
    weights = [1] * len(slides)
    if item.kind == "Argue" and slides[1:]:
        weights[0] = len(slides) - 1
    seconds = [60 * item.minutes * weight // sum(weights) for weight in weights]
    return [
        html.replace("<section>", f'<section data-timing="{time}">', 1)
        for html, time in zip(slides, seconds, strict=True)
    ]


def task(item: plan.Item, figures: list[Tag]) -> str:
    """The slide of what the class shall do, as the plan words it; the teacher's part goes to the notes."""
    heading = f"{item.kind}, {item.minutes} minutes"
    asked = f'<div class="task">{in_book(item.task)}</div>'
    return show.section(heading, show.beside(asked, figures[:1]), words.plain(item.notes))


def named(item: plan.Item, book: Pages) -> Iterator[Tag]:
    """The chapters, sections and exercises that an item names."""
    for address in item.places:
        name, _, anchor = address.partition("#")
        if name in book:
            yield chapter.place(book[name], anchor)


def quiz(box: Tag, item: plan.Item, book: Pages) -> str:
    """The slide of a quiz, with the figure of the section that the quiz links to."""
    links = [str(link["href"]) for link in box.select('a.internal[href*="#"]')]
    own = item.places[0].partition("#")[0]
    places = [(link.partition("#")[0] or own, link.partition("#")[2]) for link in links]
    found = [chapter.place(book[name], anchor) for name, anchor in places if name in book]
    figures = [figure for place in found for figure in chapter.figure_after(place)]
    return show.quiz(f"{item.kind}, {item.minutes} minutes", box, figures[:1])
