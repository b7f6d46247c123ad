"""The built book as one zip: always the same bytes, and its pages work opened from disk in a real browser."""

from __future__ import annotations

import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import archive_book
from pages import BUILT, until, wait_for_formulas

PAGES = ["index", "convolution_by_hand", "explorer", "api"]
"""Without and with formulas, with an explorer in a frame, without a figure."""


# The zip --------------------------------------------------------------------------------------


@pytest.fixture
def book(tmp_path: Path) -> Path:
    folder = tmp_path / "html"
    for name in (
        "index.html",
        "book/one.html",
        "_static/book.css",
        "reports/one.log",
        ".made-of",
        ".buildinfo",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def pack(folder: Path, target: Path) -> bytes:
    archive_book.pack(folder, archive_book.pages(folder), target)
    return target.read_bytes()


def test_the_archive_holds_the_pages_and_nothing_of_their_making(book: Path, tmp_path: Path) -> None:
    pack(book, tmp_path / "book.zip")
    with zipfile.ZipFile(tmp_path / "book.zip") as archive:
        assert archive.testzip() is None
        content = {name: archive.read(name).decode() for name in archive.namelist()}
    names = ("_static/book.css", "book/one.html", "index.html")
    assert content == {f"{archive_book.NAME}/{name}": name for name in names}


def test_the_same_pages_make_the_same_bytes(book: Path, tmp_path: Path) -> None:
    first = pack(book, tmp_path / "one.zip")
    for number, file in enumerate(sorted(book.rglob("*.*"), reverse=True)):
        os.utime(file, (1e9 + number, 1e9 + number))
        file.chmod(0o600)
    assert pack(book, tmp_path / "two.zip") == first


# From disk ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built book, through its archive."""
    if not (BUILT / "index.html").is_file():
        pytest.skip("there is no built book: run `make book` first")
    folder = tmp_path_factory.mktemp("archive")
    archive_book.pack(BUILT, archive_book.pages(BUILT), folder / "book.zip")
    with zipfile.ZipFile(folder / "book.zip") as archive:
        archive.extractall(folder)
    (folder / "book.zip").unlink()
    return folder / archive_book.NAME


@pytest.fixture
def disk(browser: webdriver.Chrome, unpacked: Path) -> Iterator[Any]:
    """A function that opens a page from disk; afterwards the browser must have no complaint."""
    browser.get_log("browser")

    def open_page(name: str, query: str = "") -> webdriver.Chrome:
        browser.get(f"{(unpacked / name).as_uri()}{query}")
        until(browser, "return document.readyState === 'complete'")
        return browser

    yield open_page
    time.sleep(0.3)
    assert [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_with_styles_figures_and_formulas(disk: Any, page: str) -> None:
    browser = disk(f"book/{page}.html")
    assert browser.find_element(By.CSS_SELECTOR, "article").value_of_css_property("font-family") != "serif"
    for figure in browser.find_elements(By.CSS_SELECTOR, "article img"):
        browser.execute_script("arguments[0].loading = 'eager'", figure)
        until(browser, lambda f=figure: f.get_property("naturalWidth"))
    wait_for_formulas(browser)
    for formula in browser.find_elements(By.CSS_SELECTOR, ".math"):
        assert formula.find_elements(By.TAG_NAME, "mjx-container")


def test_the_first_page_leads_into_the_book(disk: Any) -> None:
    browser = disk("index.html")
    until(browser, lambda: browser.current_url.endswith("book/index.html"))


def test_the_search_finds_pages(disk: Any) -> None:
    browser = disk("search.html", "?q=convolution")
    found = "#search-results li a"
    links = until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, found))
    targets = [link.get_attribute("href") for link in links]
    assert any("convolution_by_hand.html" in target for target in targets)


def test_a_figure_opens_large(disk: Any, unpacked: Path) -> None:
    with_figure = (
        p for p in PAGES if "image-reference" in (unpacked / "book" / f"{p}.html").read_text("utf-8")
    )
    browser = disk(f"book/{next(with_figure)}.html")
    browser.find_element(By.CSS_SELECTOR, "a.image-reference img").click()
    assert browser.execute_script("return document.querySelector('dialog.enlarged').open")
    browser.switch_to.active_element.send_keys(Keys.ESCAPE)


def test_the_explorer_says_in_a_sentence_what_to_do(disk: Any, unpacked: Path) -> None:
    explorers = sorted(unpacked.glob("explorers/*/index.html"))
    assert explorers, "no page has an explorer"
    browser = disk(explorers[0].relative_to(unpacked).as_posix())
    said = browser.find_element(By.TAG_NAME, "main").text
    assert "python -m http.server" in said
    assert said.count("\n") == 0
    assert browser.find_element(By.ID, "problem").is_displayed()
