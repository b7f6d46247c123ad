"""Columns of numbers in the tables of the pages."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from vggviz_book import tables

TABLE = """<article class="bd-article"><table>
<thead><tr><th>layer</th><th>size</th><th class="head">share</th></tr></thead>
<tbody><tr><td>block1</td><td>1,792</td><td>31%</td></tr><tr><td>2</td><td>36</td><td></td></tr></tbody>
</table></article>"""


def test_columns_of_numbers_are_marked_with_their_heads() -> None:
    page = BeautifulSoup(TABLE, "html.parser")
    for _ in range(2):  # a page that an incremental build has kept is finished again
        tables.align_numbers(page)
    marked = [cell.get_text() for cell in page.select(".number")]
    assert marked == ["size", "share", "1,792", "31%", "36", ""]
    assert page.select("th.head")[0]["class"] == "head number"


@pytest.mark.parametrize(
    "text", ["12", "-0.5", "−3", "1,792", "0.004", "1e-05", "31%", "4.55 s", "0.031 (ahead)", "12 MB"]
)
def test_numbers_are_recognised(text: str) -> None:
    assert tables.NUMBER.fullmatch(text)


@pytest.mark.parametrize("text", ["block1", "224 x 224", "uint8", "3 channels", "2026-11-27", "one"])
def test_words_are_not_numbers(text: str) -> None:
    assert not tables.NUMBER.fullmatch(text)


def test_cells_over_several_columns_are_left_alone() -> None:
    page = BeautifulSoup(TABLE.replace("<td>2</td><td>36</td>", '<td colspan="2">36</td>'), "html.parser")
    tables.align_numbers(page)
    assert not page.select(".number")
