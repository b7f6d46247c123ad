"""The quizzes of the built chapters: each can be answered, and its solution is on the page of solutions."""

from __future__ import annotations

import functools

import pytest
from bs4 import BeautifulSoup

from pages import BUILT

PAGES = sorted(page.stem for page in (BUILT / "book").glob("*.html")) or ["no-book-is-built"]


@functools.cache
def article(name: str) -> BeautifulSoup:
    path = BUILT / "book" / f"{name}.html"
    if not path.is_file():
        pytest.skip("this page is not built: run `make book` first")
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


@pytest.mark.parametrize("name", PAGES)
def test_a_quiz_has_one_right_answer(name: str) -> None:
    for quiz in article(name).select(".quiz"):
        answer, within = float(str(quiz["data-answer"])), float(str(quiz["data-within"]))
        values = [float(str(radio["value"])) for radio in quiz.select("input[type=radio]")]
        if values:
            assert values == list(range(1, len(values) + 1))
            assert len({radio["name"] for radio in quiz.select("input")}) == 1
            assert (values.count(answer), within) == (1, 0)
        else:
            assert len(quiz.select("label > input[type=number]")) == 1
            assert within >= 0


@pytest.mark.parametrize("name", PAGES)
def test_options_differ_and_the_solution_is_closed(name: str) -> None:
    for quiz in article(name).select(".quiz"):
        options = [option.get_text() for option in quiz.select(".quiz-option")]
        assert len(set(options)) == len(options)
        assert len(quiz.select("legend")[0].get_text(strip=True).split()) > 3
        (solution,) = quiz.select("details:not([open])")
        assert solution.get_text(strip=True).startswith("Solution")


def test_every_quiz_is_among_the_solutions() -> None:
    listed = {str(link["href"]) for link in article("quiz_solutions").select("article ol a[href*='#quiz-']")}
    asked = {f"{name}.html#{quiz['id']}" for name in PAGES for quiz in article(name).select(".quiz")}
    assert asked
    assert listed == asked
