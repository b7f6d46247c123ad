"""How high a section is on a phone, about."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from vggviz_book import heights

WORDS = "<p>" + "word " * 200 + "</p>"
PICTURE = '<figure><img src="a" width="400" height="{}"></figure>'
CODE = "<pre>" + "x\n" * 30 + "</pre>"


def high(content: str) -> int:
    section = BeautifulSoup(f"<section><h2>A</h2>{WORDS}{content}</section>", "html.parser").section
    assert section is not None
    return heights.height(section)


@pytest.mark.parametrize(
    "more", [WORDS, PICTURE.format(300), CODE, "<div class='math'>x</div>", "<table><tr></tr></table>"]
)
def test_what_a_section_has_makes_it_higher(more):
    assert high(more) > high("") + 90


def test_a_high_picture_is_higher_than_a_low_one():
    assert high(PICTURE.format(400)) > high(PICTURE.format(100)) + 150


def test_what_is_folded_counts_as_its_line_alone():
    def folded(attribute: str, content: str) -> int:
        return high(f"<details {attribute}><summary>Code</summary>{content}</details>")

    assert folded("", CODE) == folded("", "") == folded("", CODE + PICTURE.format(400))
    assert folded("open", CODE) > folded("open", "") + 200


@pytest.mark.parametrize("inner", ["<pre>{}</pre>", "<div class='math'>{}</div>", "<script>{}</script>"])
def test_letters_of_code_and_formulas_are_no_text(inner: str) -> None:
    long, short = (high(f"<li>An item {inner.format('x' * count)}</li>") for count in (900, 1))
    assert long == short


def test_each_section_of_a_page_gets_its_guess_and_keeps_its_style():
    inner = f'<section id="a">{WORDS}</section><section style="color: red;">{WORDS * 9}</section>'
    page = BeautifulSoup(f'<div class="bd-article"><section>{inner}</section></div>', "html.parser")
    heights.estimate(page)
    first, second = (str(each["style"]) for each in page.select(heights.SECTIONS))
    assert first.startswith("--tall: ")
    assert second.startswith("color: red; --tall: ")
    assert int(second.split(": ")[-1].removesuffix("px")) > int(first.split(": ")[-1].removesuffix("px"))
    assert "style" not in page.select_one("div > section").attrs


def test_a_short_section_is_not_lower_than_its_heading():
    page = BeautifulSoup("<section></section>", "html.parser")
    assert heights.height(page.section) == heights.LEAST
