"""The heading and the links of the front door."""

from __future__ import annotations

from bs4 import BeautifulSoup

from vggviz_book import explorers, heroes

PAGE = """<head><meta property="og:title" content="Old"></head><div class="bd-article"><h1>Old<a>#</a></h1>
<div class="hero"><h2 class="hero-title">New</h2>
<a href="explorer.html" data-explorer="#/?tour=1">Tour</a><img src="a"></div><img src="b"></div>
"""


def test_the_front_doors_title_is_the_pages(tmp_path):
    page = BeautifulSoup(PAGE, "html.parser")
    heroes.place(page, tmp_path)
    assert page.select_one("h1").get_text() == "New#"
    assert page.select_one("meta")["content"] == "New"
    assert not page.select(".hero-title")
    assert [image.get("loading") for image in page.select("img")] == [None, "lazy"]
    assert page.select_one(".hero a")["href"] == "explorer.html"


def test_its_links_lead_into_the_explorer(tmp_path):
    (tmp_path / "book").mkdir()
    chapter = '<iframe src="../explorers/vgg16-1/index.html">'
    (tmp_path / "book" / "explorer.html").write_text(chapter)
    assert explorers.main(tmp_path) == "vgg16-1"
    page = BeautifulSoup(PAGE, "html.parser")
    heroes.place(page, tmp_path)
    assert page.select_one(".hero a")["href"] == "../explorers/vgg16-1/index.html#/?tour=1"


def test_other_pages_stay_as_they_are(tmp_path):
    text = '<div class="bd-article"><h1>Old</h1></div>'
    page = BeautifulSoup(text, "html.parser")
    heroes.place(page, tmp_path)
    assert str(page) == text
