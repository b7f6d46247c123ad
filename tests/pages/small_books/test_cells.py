"""Cells of built pages: code folded under what it has computed, and stray output, which is found."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from pages import show_on, until
from stray_output import stray_output
from tiny_book import HEADER

CELLS = """Words.

```{code-cell} ipython3
prepared = 1
```

```{code-cell} ipython3
:tags: [remove-cell]
assert prepared
```

```{code-cell} ipython3
print("first",
      prepared)
```

Words.

```{code-cell} ipython3
afterwards = 2
```

Words.

```{code-cell} ipython3
:tags: [show-code]
print("second")
```

```{code-cell} ipython3
:tags: [remove-input]
print("third")
```

```{code-cell} ipython3
:tags: [hide-input]
print("fourth")
```

```{exercise}
:label: one
Which?
```

````{solution-start} one
:class: dropdown
````

```{code-cell} ipython3
print("fifth")
```

````{solution-end}
````
"""
STRAYING = [
    "import sys; print('Any word.', file=sys.stderr)",
    "import logging; logging.getLogger('tensorflow').warning('of something')",
    "import warnings; warnings.warn('old')",
    "from tqdm import tqdm; list(tqdm(range(3)))",
    "print('INFO:tensorflow:Assets written to: somewhere')",
    "print('first'); print('I0000 00:00:1700000000.1  7 device.cc:1] Created')",
    "print('2026-01-01 00:00:00.123456: I tensorflow/core/util/port.cc:153] words')",
    "print('1/1 ━━━━━━ 0s 30ms/step')",
]
SHOWN = "      - book/image_is_an_array\n"


@pytest.fixture(scope="module")
def page(unbuilt_book) -> BeautifulSoup:
    """A page with cells of each kind; the first page is one whose code is shown, with stray output."""
    unbuilt_book.write("two", HEADER + CELLS)
    cells = [f"```{{code-cell}} ipython3\n{code}\n```\n" for code in ["print('in 3 of 4 layers')", *STRAYING]]
    unbuilt_book.write("index", HEADER + "\n".join(cells))
    configured = unbuilt_book.root / "_config.yml"
    text = configured.read_text("utf-8")
    assert SHOWN in text
    configured.write_text(text.replace(SHOWN, SHOWN + "      - book/index\n"), "utf-8")
    status, printed = unbuilt_book.make()
    assert status == 0, printed
    return BeautifulSoup((unbuilt_book.pages / "two.html").read_text("utf-8"), "html.parser")


def cell_of(page: BeautifulSoup, word: str) -> Tag:
    (cell,) = [cell for cell in page.select("div.cell") if word in cell.get_text()]
    return cell


def test_code_is_folded_under_its_output(page) -> None:
    cell = cell_of(page, "first")
    output, folded = cell.find_all(recursive=False)
    assert output.get_text(strip=True) == "first 1"
    assert folded.name == "details"
    assert not folded.has_attr("open")
    assert folded.summary.get_text() == "How this is made, 3 lines"


def test_cells_without_output_are_folded_with_the_next_one(page) -> None:
    sources = [source.get_text(strip=True) for source in cell_of(page, "first").select("details .cell_input")]
    assert sources[0] == "prepared=1"
    assert len(sources) == 2
    assert cell_of(page, "afterwards").summary.get_text() == "Preparation, 1 line"
    assert cell_of(page, "import vggviz").summary.get_text() == "Preparation, 1 line"


def test_tags_and_solutions_keep_their_way(page) -> None:
    shown = cell_of(page, "second")
    assert [part["class"][0] for part in shown.find_all(recursive=False)] == ["cell_input", "cell_output"]
    assert not cell_of(page, "third").select("details, .cell_input")
    assert cell_of(page, "fourth").select("details.hide .cell_input")
    assert not cell_of(page, "fifth").select("details")
    assert page.select(".solution div.cell_input")


@pytest.fixture
def index(page, unbuilt_book) -> BeautifulSoup:
    return BeautifulSoup((unbuilt_book.pages / "index.html").read_text("utf-8"), "html.parser")


def test_pages_about_code_show_it(index) -> None:
    assert index.select("div.cell > .cell_input")
    assert not index.select("details.folded-code")


def test_stray_output_is_seen_and_no_other(index) -> None:
    _, good, *stray = index.select("div.cell")
    assert stray_output(str(good)) == []
    assert [code for code, cell in zip(STRAYING, stray, strict=True) if not stray_output(str(cell))] == []


@pytest.fixture
def reader(page, unbuilt_book, browser) -> Any:
    show_on(browser, 1440, 900, "dark")
    browser.get((unbuilt_book.pages / "two.html").as_uri())
    until(browser, lambda: browser.execute_script("return document.readyState") == "complete")
    return browser


def test_folded_code_opens_by_keyboard_and_can_be_copied(reader) -> None:
    code = reader.find_element(By.CSS_SELECTOR, "details.folded-code pre")
    assert not code.is_displayed()
    reader.find_element(By.CSS_SELECTOR, "details.folded-code > summary").send_keys(Keys.ENTER)
    assert code.is_displayed()
    assert reader.find_elements(By.CSS_SELECTOR, "details.folded-code[open] button.copybtn")


def test_paper_has_the_code(reader) -> None:
    """Chromium prints what is open; afterwards the page is as before."""
    count = "return document.querySelectorAll('details.folded-code[open]').length"
    reader.execute_script(
        f"addEventListener('beforeprint', () => {{ window.open_ = (() => {{ {count} }})(); }})"
    )
    assert base64.b64decode(reader.execute_cdp_cmd("Page.printToPDF", {})["data"]).startswith(b"%PDF")
    assert reader.execute_script("return window.open_") == 3
    assert reader.execute_script(count) == 0
