"""Correct invalid or inaccessible HTML of the theme.

Each function corrects one problem that html-validate, axe-core or a keyboard user found.
"""

from __future__ import annotations

import soupsieve
from bs4 import BeautifulSoup, Tag


def correct(page: BeautifulSoup) -> None:
    """Apply all corrections to a page."""
    for correct_one in (
        remove_repeated_viewports,
        remove_headings_outside_the_article,
        name_landmarks,
        name_buttons,
        hide_buttons_without_scripts,
        remove_repeated_ids,
        list_arguments,
        list_citations,
        simplify_summaries,
    ):
        correct_one(page)


def remove_repeated_viewports(page: BeautifulSoup) -> None:
    """Remove repeated viewports; the theme sets three."""
    for again in named(page, "meta", '[name="viewport"]')[1:]:
        again.decompose()


def remove_headings_outside_the_article(page: BeautifulSoup) -> None:
    """Remove headings outside the article: the title for printing, the captions in the sidebar."""
    for copy in named(page, "div", "#jb-print-docs-body"):
        copy.decompose()
    for caption in named(page, "p", '.caption[role="heading"]'):
        del caption["role"], caption["aria-level"]
    for empty in named(page, "h1", ":empty"):
        empty.decompose()


def name_landmarks(page: BeautifulSoup) -> None:
    """Put all visible content into landmarks, and name those of which there are two."""
    for main in named(page, "main", "[role]"):
        del main["role"]
    for name, words in (("pst-primary-sidebar", "Book"), ("pst-secondary-sidebar", "Page")):
        for sidebar in named(page, "div", f"#{name}"):
            sidebar["role"], sidebar["aria-label"] = "complementary", words
    for box in named(page, "div", ".bd-header-article"):
        box["role"], box["aria-label"] = "region", "Tools"


def name_buttons(page: BeautifulSoup) -> None:
    """Name buttons by their text, or, if they show only an icon, by a label."""
    for button in named(page, "button", "[aria-label]:has(.search-button__default-text)"):
        del button["aria-label"]
    for button in named(page, "button", "[title]:not([aria-label])"):
        if not button.get_text(strip=True):
            button["aria-label"] = button["title"]
    for icon in (*named(page, "i", "[class*='fa-']"), *named(page, "span", ".fa-solid")):
        icon["aria-hidden"] = "true"


def hide_buttons_without_scripts(page: BeautifulSoup) -> None:
    """Mark buttons that need JavaScript with the theme's class that hides them without it."""
    for button in named(page, "button", ".sidebar-toggle, .btn-fullscreen-button, .btn-download-pdf-button"):
        add_class(button, "pst-js-only")


def remove_repeated_ids(page: BeautifulSoup) -> None:
    """Turn exercises and solutions into `div`: all have the same id, and no heading."""
    for part in named(page, "section", "#exercise-content, #solution-content"):
        part.name = "div"
        del part["id"]


def list_arguments(page: BeautifulSoup) -> None:
    """Turn the arguments of a long signature, a list of descriptions without terms, into `span`."""
    for arguments in named(page, "dl", "dt.sig dl"):
        arguments.name, arguments["class"] = "span", "sig-arguments"
        for argument in arguments.find_all("dd", recursive=False):
            argument.name = "span"


def list_citations(page: BeautifulSoup) -> None:
    """Replace the role of cited works, which is deprecated, by that of list items."""
    for work in named(page, "div", '[role="doc-biblioentry"]'):
        work["role"] = "listitem"


def simplify_summaries(page: BeautifulSoup) -> None:
    """Replace paragraphs in summaries, where only phrases are allowed, and remove labels that hide them."""
    for paragraph in named(page, "p", "summary > p"):
        paragraph.name = "span"
    for summary in named(page, "summary", "[aria-label]"):
        del summary["aria-label"]


def named(page: Tag, tag: str, selector: str) -> list[Tag]:
    """Elements with a tag name that a CSS selector matches: much quicker than to try it on all elements."""
    return soupsieve.filter(selector, page.find_all(tag))


def add_class(part: Tag, name: str) -> None:
    """Add a class to an element, unless it has it."""
    names = " ".join(filter(None, part.get_attribute_list("class"))).split()
    part["class"] = " ".join(names if name in names else [*names, name])
