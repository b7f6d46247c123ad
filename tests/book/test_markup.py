"""Repairs of the theme's HTML."""

from __future__ import annotations

from bs4 import BeautifulSoup

from vggviz_book import markup


def test_repeated_ids_are_freed_and_arguments_are_no_list_of_terms() -> None:
    text = (
        '<section id="exercise-content"><p>1</p></section><section id="exercise-content"><p>2</p></section>'
        '<dl><dt class="sig">f(<dl><dd>a</dd><dd>b</dd></dl>)</dt></dl>'
    )
    tried = BeautifulSoup(text, "html.parser")
    markup.correct(tried)
    assert not tried.select("#exercise-content")
    assert [argument.get_text() for argument in tried.select("dt span > span")] == ["a", "b"]
