"""Quizzes: questions whose answers the chapters compute."""

from __future__ import annotations

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from pages import show_on
from tiny_book import HEADER
from vggviz_book import quizzes

GLUE = """```{code-cell} ipython3
:tags: [remove-cell]
import numpy as np
from myst_nb import glue

for key, value in {"quiz_size": 150528, "quiz_share": np.float32(0.25), "quiz_kind": np.int64(2)}.items():
    glue(key, value, display=False)
glue("quiz_word", "two", display=False)
```

"""
NUMBER = """```{quiz} How many numbers are in the *batch*?
:answer: quiz_size
:within: 0
It is $224^2$ times 3.
```

"""
CHOICE = """````{quiz} Which is right?
:answer: quiz_kind
- The first.
- The `second`.
- The third.

See {doc}`index`.

```{only} default
Of the default.
```
````

"""
OTHERS = (
    """```{only} not default
```{quiz} A question for others?
:answer: quiz_share
:within: 0.01
```
```
""".replace("```{only}", "````{only}").removesuffix("```\n")
    + "````\n"
)
SOLUTIONS = "# Solutions of the quizzes\n\nAll of them.\n\n```{quiz-solutions}\n```\n"
WRONG = {
    "no answer": ("```{quiz} What?\n```\n", "needs `:answer:`"),
    "missing": ("```{quiz} What?\n:answer: quiz_missing\n```\n", "is not glued by a cell"),
    "a word": ("```{quiz} What?\n:answer: quiz_word\n```\n", "must be an int or a float; it is 'two'"),
    "no such option": ("```{quiz} What?\n:answer: quiz_size\n- A.\n- B.\n```\n", "from 1 to 2; it is 150528"),
    "one option": ("```{quiz} What?\n:answer: quiz_kind\n- A.\n```\n", "at least two options"),
    "within of a choice": (
        "```{quiz} What?\n:answer: quiz_kind\n:within: 1\n- A.\n- B.\n```\n",
        "has no `:within:`",
    ),
    "no within": ("```{quiz} What?\n:answer: quiz_share\n```\n", "0.25 needs `:within:`"),
    "within is negative": ("```{quiz} What?\n:answer: quiz_share\n:within: -1\n```\n", "it is '-1'"),
}


@pytest.fixture(scope="module")
def pages(unbuilt_book):
    """The chapter with quizzes and the page of solutions, of a build that is not the default one."""
    unbuilt_book.write("two", HEADER + GLUE + NUMBER + CHOICE + OTHERS)
    unbuilt_book.write("three", SOLUTIONS)
    toc = unbuilt_book.root / "_toc.yml"
    before = toc.read_text()
    toc.write_text(before + "      - file: book/three\n")
    status, printed = unbuilt_book.make()
    assert status == 0, printed
    yield [
        BeautifulSoup((unbuilt_book.pages / f"{name}.html").read_text("utf-8"), "html.parser")
        for name in ("two", "three")
    ]
    (unbuilt_book.root / "book" / "three.md").unlink()
    toc.write_text(before)


def test_a_number_is_asked_for_exactly(pages) -> None:
    quiz = pages[0].select_one("#quiz-size")
    assert quiz.select_one("legend").get_text() == "How many numbers are in the batch?"
    assert (float(quiz["data-answer"]), float(quiz["data-within"])) == (150528, 0)
    assert quiz.select_one("label input[type=number]")
    assert "150,528" in quiz.select_one("details:not([open])").get_text()
    assert float(pages[0].select_one("#quiz-share")["data-answer"]) == 0.25


def test_one_of_several_options_is_right(pages) -> None:
    quiz = pages[0].select_one("#quiz-kind")
    buttons = quiz.select("label input[type=radio]")
    assert [button["value"] for button in buttons] == ["1", "2", "3"]
    assert {button["name"] for button in buttons} == {"quiz-kind"}
    assert buttons[int(float(quiz["data-answer"])) - 1].parent.get_text().strip() == "The second."
    solution = quiz.select_one("details")
    assert "Answer: The second." in solution.get_text()
    assert solution.select_one('a[href="index.html"]')
    assert "Of the default." not in solution.get_text()


def test_the_solutions_stand_on_a_page_of_their_own(pages) -> None:
    page = pages[1].select_one("article")
    items = [" ".join(item.get_text().split()) for item in page.select("ol > li")]
    assert len(items) == 3
    assert items[0].startswith("How many numbers are in the batch?")
    assert "Answer: 150,528" in items[0]
    assert "Answer: The second." in items[1]
    assert "See A page." in items[1]
    assert "Answer: 0.25" in items[2]
    assert page.select_one('h2 a[href="two.html"]').get_text() == "A page"
    assert page.select_one('a[href="two.html#quiz-kind"]')
    assert len(pages[1].select("[id]")) == len({element["id"] for element in pages[1].select("[id]")})


def test_a_notebook_asks_without_the_answer(pages, unbuilt_book) -> None:
    script = (unbuilt_book.pages.parent / "_sources" / "book" / "two.py").read_text("utf-8")
    assert "# **Quiz.** Which is right?\n#\n# - The first.\n# - The `second`.\n# - The third.\n" in script
    assert "A question for others?" in script
    assert "{quiz}" not in script
    assert "See {doc}" not in script


@pytest.fixture
def reader(pages, unbuilt_book, browser) -> Any:
    """A reader who has opened the chapter from disk."""
    show_on(browser, 1440, 900, "light")
    browser.get((unbuilt_book.pages / "two.html").as_uri())
    return browser


def of(reader, selector: str) -> Any:
    return reader.find_element(By.CSS_SELECTOR, selector)


def test_the_right_option_is_found_by_mouse(reader) -> None:
    assert not of(reader, "#quiz-kind details p").is_displayed()
    of(reader, "#quiz-kind button").click()
    assert of(reader, "#quiz-kind [role=status]").text == "Choose an answer first."
    for value, verdict in (("1", "Not right. Try once more, or open the solution."), ("2", "Right.")):
        of(reader, f"#quiz-kind [value='{value}']").click()
        assert of(reader, "#quiz-kind [role=status]").text == ""
        of(reader, "#quiz-kind button").click()
        assert of(reader, "#quiz-kind [role=status]").text == verdict
        assert of(reader, "#quiz-kind details p").is_displayed() == (value == "2")


def test_a_number_is_given_by_keyboard(reader) -> None:
    """Twice wrong shows the solution; a number within the tolerance is right."""
    field = of(reader, "#quiz-share input")
    for typed, verdict in (
        ("0.27", "Not right. Try"),
        ("0.2", "Not right. The solution"),
        ("0.26", "Right."),
    ):
        field.clear()
        field.send_keys(typed, Keys.ENTER)
        assert of(reader, "#quiz-share [role=status]").text.startswith(verdict)
        assert of(reader, "#quiz-share details p").is_displayed() == (typed != "0.27")
    field.send_keys(Keys.TAB)
    assert reader.switch_to.active_element == of(reader, "#quiz-share button")


def test_options_are_chosen_by_keyboard(reader) -> None:
    of(reader, "#quiz-kind [value='1']").send_keys(Keys.ARROW_DOWN)
    of(reader, "#quiz-kind button").send_keys(Keys.SPACE)
    assert of(reader, "#quiz-kind [role=status]").text == "Right."


def test_paper_has_the_question_without_button_and_solution(reader) -> None:
    reader.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = {
        part: of(reader, f"#quiz-kind {part}").is_displayed()
        for part in ("legend", "label", "button", "details")
    }
    reader.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert shown == {"legend": True, "label": True, "button": False, "details": False}


def test_wrong_use_is_named(unbuilt_book) -> None:
    """All at once, since a build takes its time; each is one sentence with the line it stands in."""
    unbuilt_book.write("two", HEADER + GLUE + "\n".join(text for text, _ in WRONG.values()))
    status, printed = unbuilt_book.make()
    assert status == 1
    printed = " ".join(re.sub(r"\x1b\[[\d;]*m", "", printed).split())
    for name, (_, expected) in WRONG.items():
        assert expected in printed, (name, printed)


@pytest.mark.parametrize(
    ("answer", "within", "expected"),
    [
        (150528, 0, "150,528"),
        (0.4312, 0.05, "0.431"),
        (0.4312, 1, "0.4"),
        (12.345, 10, "12"),
        (0.25, 0, "0.250000"),
    ],
)
def test_answers_have_the_digits_that_count(answer: float, within: float, expected: str) -> None:
    assert quizzes.written(float(answer), within) == expected
