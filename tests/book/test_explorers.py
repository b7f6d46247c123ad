"""Which explorers are copied beside the pages."""

from __future__ import annotations

from pathlib import Path

from vggviz_book import explorers


def test_only_explorers_that_a_page_shows_are_copied(tmp_path: Path) -> None:
    frame = '<iframe src="../explorers/{}/index.html">'
    (tmp_path / "one.html").write_text(frame.format("a-1") + frame.format("b_2"))
    (tmp_path / "two.html").write_text(frame.format("a-1") + '<a href="../explorers/c/index.html">')
    assert explorers.shown(tmp_path) == {"a-1", "b_2"}
