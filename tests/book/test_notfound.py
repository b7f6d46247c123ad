"""The page for a missing address."""

from __future__ import annotations

from bs4 import BeautifulSoup

from vggviz_book import notfound


def test_a_missing_pages_anchors_stay_its_own() -> None:
    tried = BeautifulSoup(
        '<a href="#main">m</a><a href="book/x.html">x</a><a href="https://a.org/">a</a>', "html.parser"
    )
    notfound.hold_from_anywhere(tried, "https://me.github.io/fork/")
    assert [a["href"] for a in tried.select("a")] == ["#main", "/fork/book/x.html", "https://a.org/"]
