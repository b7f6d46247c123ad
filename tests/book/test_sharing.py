"""Descriptions and previews of pages."""

from __future__ import annotations

from bs4 import BeautifulSoup

from vggviz_book import sharing


def test_a_description_is_the_first_words_outside_a_box() -> None:
    long = "word " * 60
    tried = BeautifulSoup(
        f"<article><section><h1>T</h1><div><p>Box.</p></div><p>{long}</p></section></article>", "html.parser"
    )
    assert sharing.opening(tried).startswith("word word")
    assert len(sharing.opening(tried)) <= sharing.WORDS
