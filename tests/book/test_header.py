"""The header of the pages on a phone."""

from __future__ import annotations

from bs4 import BeautifulSoup

from vggviz_book import header

PAGE = """<a class="navbar-brand logo" href="index.html">x</a><div class="header-article-items__start"></div>
<div class="article-header-buttons">
<div class="dropdown"><button class="btn"></button>
<ul class="dropdown-menu"><li><a href="a.ipynb">.ipynb</a></li></ul></div>
<button class="btn btn-fullscreen-button" aria-label="Fullscreen mode" onclick="toggleFullScreen()"></button>
<button class="btn theme-switch-button"></button></div>"""


def prepared() -> BeautifulSoup:
    page = BeautifulSoup(PAGE, "html.parser")
    for _ in range(2):  # a page that an incremental build has kept is finished again
        header.prepare(page, "A book")
    return page


def test_a_phone_shows_the_title_as_a_link() -> None:
    (title,) = prepared().select(".header-article-items__start > a.narrow-only")
    assert (title.get_text(), title["href"]) == ("A book", "index.html")


def test_what_has_no_room_is_in_one_menu() -> None:
    page = prepared()
    (menu,) = page.select(".dropdown-more.narrow-only")
    assert menu.select("li a[href='a.ipynb']")
    assert menu.select("li button[onclick]")[0].get_text() == "Fullscreen mode"
    assert len(page.select(".wide-only")) == 2
    assert "narrow-only" not in page.select(".theme-switch-button")[0]["class"]
    assert "wide-only" not in page.select(".theme-switch-button")[0]["class"]
