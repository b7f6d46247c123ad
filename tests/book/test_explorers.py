"""Which explorers are copied beside the pages."""

from __future__ import annotations

from pathlib import Path

from vggviz_book import explorers


def test_only_explorers_that_a_page_shows_are_copied(tmp_path: Path) -> None:
    frame = '<iframe src="../explorers/{}/index.html">'
    (tmp_path / "one.html").write_text(frame.format("a-1") + frame.format("b_2"))
    (tmp_path / "two.html").write_text(frame.format("a-1") + '<a href="../explorers/c/index.html">')
    assert explorers.shown(tmp_path) == {"a-1", "b_2"}


def test_the_pictures_of_the_front_door_are_copied_too(tmp_path: Path) -> None:
    (tmp_path / "one.html").write_text('<img src="../explorers/hero-12ab/photograph.webp">')
    assert explorers.shown(tmp_path, explorers.PICTURES) == {"hero-12ab"}
    assert explorers.shown(tmp_path) == set()
