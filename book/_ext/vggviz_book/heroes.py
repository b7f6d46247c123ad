"""The front door of the first page: its heading, and the way into the explorer."""

from __future__ import annotations

from pathlib import Path

from bs4 import BeautifulSoup

from vggviz_book import explorers, markup


def place(page: BeautifulSoup, book: Path) -> None:
    """Make the front door's title that of its page, and let its buttons lead to the explorer itself.

    The title in the contents stays that of the book.

    Args:
        page: the parsed page; changed in place.
        book: the folder of the site, whose explorer the buttons open.
    """
    titles = markup.named(page, "h2", ".hero-title")
    headings = markup.named(page, "h1", ".bd-article *")
    if not titles or not headings:
        return
    words = titles[0].extract().get_text(strip=True)
    headings[0].contents[0].replace_with(words)
    for tag in page.select('meta[property="og:title"]'):
        tag["content"] = words
    for image in page.select(".bd-article img:not(.hero img)"):
        image["loading"] = "lazy"  # the first figure stands below it
    if name := explorers.main(book):
        for link in page.select(".hero a[data-explorer]"):
            link["href"] = f"../explorers/{name}/index.html{link['data-explorer']}"
