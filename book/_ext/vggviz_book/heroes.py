"""The front door of the first page: its heading, and the way into the explorer."""

from __future__ import annotations

from pathlib import Path

from bs4 import BeautifulSoup

from vggviz_book import explorers


def place(page: BeautifulSoup, book: Path) -> None:
    """Make the front door's title that of its page, and let its buttons lead to the explorer itself.

    The title in the contents stays that of the book.

    Args:
        page: the parsed page; changed in place.
        book: the folder of the site, whose explorer the buttons open.
    """
    title = page.select_one(".bd-article .hero-title")
    heading = page.select_one(".bd-article h1")
    if title is None or heading is None:
        return
    words = title.extract().get_text(strip=True)
    heading.contents[0].replace_with(words)
    for tag in page.select('meta[property="og:title"]'):
        tag["content"] = words
    for image in page.select(".bd-article img:not(.hero img)"):
        image["loading"] = "lazy"  # the first figure stands below it
    if name := explorers.main(book):
        for link in page.select(".hero a[data-explorer]"):
            link["href"] = f"../explorers/{name}/index.html{link['data-explorer']}"
