"""How the pages are laid out on wide and narrow screens."""

from __future__ import annotations

from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from pages import BUILT, show_on, until, wait_for_formulas

CHAPTER = "class_activation_maps"
LETTERS = """
const lines = (p) => Math.round(p.offsetHeight / parseFloat(getComputedStyle(p).lineHeight));
const long = [...document.querySelectorAll(".bd-article section > p")]
  .filter((p) => lines(p) > 3 && !p.querySelector("mjx-container"));
return long.map((p) => p.textContent.length / (lines(p) - 0.5))"""
SIZES = """
const figures = [...document.querySelectorAll(".bd-article .cell_output img")];
return figures.map((image) => [image.offsetWidth, image.offsetHeight])"""
SMALL = """
return [...document.querySelectorAll(".bd-header-article :is(a, button):not(.dropdown-menu *)")]
  .filter((part) => part.checkVisibility()).map((part) => part.getBoundingClientRect())
  .filter((box) => box.width < 44 || box.height < 44).length"""
TITLE = """
const title = document.querySelector(".header-title"), words = document.createRange();
words.selectNodeContents(title);
const [box, own] = [words.getBoundingClientRect(), title.getBoundingClientRect()];
const header = document.querySelector(".bd-header-article").getBoundingClientRect();
const end = document.querySelector(".header-article-items__end").getBoundingClientRect();
const isInside = box.left >= own.left && box.right <= own.right
  && box.top >= header.top && box.bottom <= header.bottom;
return [title.textContent, isInside, Math.max(own.right, box.right) - end.left]"""
BEGINNINGS = """
return [...document.querySelectorAll(".bd-article div.math")].map((box) => [box.scrollLeft,
  box.querySelector("mjx-math").getBoundingClientRect().left - box.getBoundingClientRect().left])"""

BOXES = """
return [...document.querySelectorAll(".bd-article :is(table, div.math)")]
  .map((box) => [box.scrollWidth > box.clientWidth, box.tabIndex])"""


@pytest.fixture
def opened(browser: webdriver.Chrome, site: str) -> Any:
    """A function that opens a page on a screen; it returns the browser."""

    def open_(page: str, width: int, height: int, theme: str = "light") -> webdriver.Chrome:
        if not (BUILT / "book" / f"{page}.html").is_file():
            pytest.skip("this page is not built: run `make book` first")
        show_on(browser, width, height, theme)
        browser.get(f"{site}/book/{page}.html")
        wait_for_formulas(browser)
        return browser

    return open_


def is_shown(browser: webdriver.Chrome, selector: str) -> bool:
    return browser.find_element(By.CSS_SELECTOR, selector).is_displayed()


def test_lines_have_about_68_letters(opened: Any) -> None:
    letters = opened(CHAPTER, 1440, 900).execute_script(LETTERS)
    assert len(letters) > 5
    assert 60 < sum(letters) / len(letters) < 76


def test_figures_and_code_are_wider_than_the_text(opened: Any) -> None:
    browser = opened(CHAPTER, 1800, 900)
    widths = [
        browser.find_element(By.CSS_SELECTOR, f".bd-article {part}").size["width"]
        for part in ("section > p", ".cell_output pre")
    ]
    assert widths[0] < 750 < 900 < widths[1] <= 1000


def test_the_contents_of_a_page_have_a_column_where_there_is_room(opened: Any) -> None:
    browser = opened(CHAPTER, 1440, 900)
    assert is_shown(browser, ".page-toc a")
    assert not is_shown(browser, ".secondary-toggle")
    browser = opened(CHAPTER, 1300, 900)
    assert not is_shown(browser, ".page-toc a")
    browser.find_element(By.CSS_SELECTOR, ".secondary-toggle").click()
    until(browser, lambda: is_shown(browser, ".page-toc a"))


def test_the_header_of_a_phone_has_large_buttons_and_a_menu(opened: Any) -> None:
    browser = opened(CHAPTER, 390, 844)
    assert browser.execute_script(SMALL) == 0
    assert is_shown(browser, ".header-title")
    assert not is_shown(browser, ".dropdown-download-buttons")
    browser.find_element(By.CSS_SELECTOR, ".dropdown-more > button").click()
    entries = browser.find_elements(By.CSS_SELECTOR, ".dropdown-more li :is(a, button)")
    until(browser, lambda: all(entry.is_displayed() for entry in entries))
    assert {".ipynb", ".py", "Binder", "Fullscreen mode"} <= {entry.text for entry in entries}
    assert all(entry.rect["x"] >= 0 and entry.rect["x"] + entry.rect["width"] <= 390 for entry in entries)


@pytest.mark.parametrize("width", [320, 360, 390])
def test_the_books_title_is_whole_in_a_phones_header(opened: Any, width: int) -> None:
    title, header, right = opened(CHAPTER, width, 640).execute_script(TITLE)
    assert title == "Inside VGG16"
    assert header
    assert right <= 0


def test_the_wide_header_has_no_second_menu(opened: Any) -> None:
    browser = opened(CHAPTER, 1440, 900)
    assert not is_shown(browser, ".dropdown-more")
    assert not is_shown(browser, ".header-title")
    assert is_shown(browser, ".dropdown-download-buttons")


def test_formulas_open_at_their_beginning(opened: Any) -> None:
    beginnings = opened(CHAPTER, 390, 844, "dark").execute_script(BEGINNINGS)
    assert beginnings
    assert all(scrolled == 0 and left >= 0 for scrolled, left in beginnings)


def test_the_next_chapter_is_a_card_that_fills_a_phone(opened: Any) -> None:
    card = opened(CHAPTER, 390, 844).find_element(By.CSS_SELECTOR, ".prev-next-area .right-next")
    assert card.size["width"] > 300
    assert card.size["height"] > 60


def test_what_scrolls_has_a_shadow_at_its_side(opened: Any) -> None:
    browser = opened(CHAPTER, 390, 844)
    for name in ("pre", "div.math"):
        box = browser.find_element(By.CSS_SELECTOR, f".bd-article {name}")
        assert box.value_of_css_property("background-attachment").startswith("local, local, scroll, scroll")


def test_wide_figures_fill_the_column(opened: Any) -> None:
    for width, low, high in ((1800, 999, 1000), (1440, 820, 900), (390, 340, 360)):
        browser = opened("what_training_put_there", width, 1000)
        sizes = browser.execute_script(SIZES)
        column = browser.execute_script("return document.querySelector('.bd-article section').clientWidth")
        assert all(low <= shown <= high and shown == min(1000, column) for shown, _ in sizes)


@pytest.mark.parametrize("page", ["comparison", "busy_and_silent"])
def test_what_scrolls_is_reached_by_keyboard_before_it_is_near_the_view(opened: Any, page: str) -> None:
    """A phone does not lay out what is far from the view, so nothing there can be measured yet."""
    boxes = opened(page, 390, 844).execute_script(BOXES)
    assert any(wide for wide, _ in boxes)
    assert all(reached == 0 for wide, reached in boxes if wide)


def test_what_does_not_scroll_is_no_stop_of_the_keyboard(opened: Any) -> None:
    browser = opened("comparison", 1440, 900)
    until(browser, lambda: all(wide == (reached == 0) for wide, reached in browser.execute_script(BOXES)))
    assert not all(wide for wide, _ in browser.execute_script(BOXES))
