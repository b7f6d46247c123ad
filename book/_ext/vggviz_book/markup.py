"""What is no valid HTML in the theme's pages, or is said wrongly to a screen reader, made right.

Each function mends one thing that an automatic check (the Nu checker, axe-core) or a keyboard found.
"""

from __future__ import annotations

from bs4 import BeautifulSoup


def mend(page: BeautifulSoup) -> None:
    """Change a page so that it is valid, its headings are in order and its landmarks have names."""
    for mend_one in (
        keep_one_viewport,
        keep_headings_to_the_text,
        name_landmarks,
        name_buttons,
        hide_what_needs_scripts,
        free_repeated_names,
        list_arguments,
        list_citations,
        write_summaries_in_phrases,
    ):
        mend_one(page)


def keep_one_viewport(page: BeautifulSoup) -> None:
    """The theme sets it three times."""
    for again in page.select('meta[name="viewport"]')[1:]:
        again.decompose()


def keep_headings_to_the_text(page: BeautifulSoup) -> None:
    """Headings are the article's: no second title for the printer, no captions of the book's contents."""
    for copy in page.select("#jb-print-docs-body"):
        copy.decompose()
    for caption in page.select('p.caption[role="heading"]'):
        del caption["role"], caption["aria-level"]
    for empty in page.select("h1:empty"):
        empty.decompose()


def name_landmarks(page: BeautifulSoup) -> None:
    """All that is seen stands in a landmark, and of two of a kind each has a name."""
    for main in page.select("main[role]"):
        del main["role"]
    for name, words in (("pst-primary-sidebar", "Book"), ("pst-secondary-sidebar", "Page")):
        for sidebar in page.select(f"#{name}"):
            sidebar["role"], sidebar["aria-label"] = "complementary", words
    for box in page.select(".bd-header-article"):
        box["role"], box["aria-label"] = "region", "Tools"


def name_buttons(page: BeautifulSoup) -> None:
    """A button is called what is written on it; one with a sign only has a label."""
    for button in page.select("button[aria-label]:has(.search-button__default-text)"):
        del button["aria-label"]
    for button in page.select("button[title]:not([aria-label])"):
        if not button.get_text(strip=True):
            button["aria-label"] = button["title"]
    for icon in page.select("i[class*='fa-'], span.fa-solid"):
        icon["aria-hidden"] = "true"


def hide_what_needs_scripts(page: BeautifulSoup) -> None:
    """By the theme's own class, which hides things where there is no JavaScript."""
    for button in page.select(".sidebar-toggle, .btn-fullscreen-button, .btn-download-pdf-button"):
        button["class"] = " ".join(map(str, [*button.get_attribute_list("class"), "pst-js-only"]))


def free_repeated_names(page: BeautifulSoup) -> None:
    """Each exercise and each solution of a page has the same id, and no heading to be a section."""
    for part in page.select("section#exercise-content, section#solution-content"):
        part.name = "div"
        del part["id"]


def list_arguments(page: BeautifulSoup) -> None:
    """A long signature, an argument a line, is a list of descriptions without terms."""
    for arguments in page.select("dt.sig dl"):
        arguments.name, arguments["class"] = "span", "sig-arguments"
        for argument in arguments.find_all("dd", recursive=False):
            argument.name = "span"


def list_citations(page: BeautifulSoup) -> None:
    """Works cited are items of a list; their own role is deprecated, and not allowed here."""
    for work in page.select('[role="doc-biblioentry"]'):
        work["role"] = "listitem"


def write_summaries_in_phrases(page: BeautifulSoup) -> None:
    """A summary holds words, not paragraphs, and is called what they say."""
    for paragraph in page.select("summary > p"):
        paragraph.name = "span"
    for summary in page.select("summary[aria-label]"):
        del summary["aria-label"]
