"""The header of the pages on a phone: the book's title, and one menu for what has no room."""

from __future__ import annotations

import copy

from bs4 import BeautifulSoup, Tag

from vggviz_book import markup

WIDE, NARROW = "wide-only", "narrow-only"
"""Classes of what is shown from 768 pixels on, and of what is shown below."""


def prepare(page: BeautifulSoup, title: str) -> None:
    """Add the title and the menu, both for narrow screens only.

    Args:
        page: the parsed page; changed in place.
        title: of the book; a link to its first page.
    """
    if markup.named(page, "a", ".header-title"):
        return  # this page is of an earlier build
    for start in markup.named(page, "div", ".header-article-items__start"):
        home = markup.named(page, "a", ".navbar-brand[href]")
        if home:
            link = page.new_tag("a", attrs={"class": f"header-title {NARROW}", "href": str(home[0]["href"])})
            link.string = title
            start.append(link)
    for tools in markup.named(page, "div", ".article-header-buttons"):
        narrow = tools.select(":scope > .dropdown, :scope > .btn-fullscreen-button")
        for part in narrow:
            markup.add_class(part, WIDE)
        tools.append(menu(page, narrow))


def menu(page: BeautifulSoup, parts: list[Tag]) -> Tag:
    """A menu with copies of the buttons that are hidden on a narrow screen."""
    box = page.new_tag("div", attrs={"class": f"dropdown dropdown-more {NARROW}"})
    words = {"class": "btn dropdown-toggle", "type": "button", "aria-label": "More", "aria-expanded": "false"}
    button = page.new_tag("button", attrs=words | {"data-bs-toggle": "dropdown", "data-bs-display": "static"})
    icon = page.new_tag("i", attrs={"class": "fa-solid fa-ellipsis-vertical", "aria-hidden": "true"})
    button.append(icon)
    entries = page.new_tag("ul", attrs={"class": "dropdown-menu"})
    for part in parts:
        entries.extend(entries_of(page, part))
    box.extend([button, entries])
    return box


def entries_of(page: BeautifulSoup, part: Tag) -> list[Tag]:
    """Entries of the menu for a group of buttons or a single one."""
    if part.name != "button":
        return [copy.copy(entry) for entry in part.select("li")]
    button = copy.copy(part)
    button["class"] = "btn btn-sm dropdown-item pst-js-only"
    words = page.new_tag("span", attrs={"class": "btn__text-container"})
    words.string = str(button.attrs.pop("aria-label"))
    button.append(words)
    entry = page.new_tag("li")
    entry.append(button)
    return [entry]
