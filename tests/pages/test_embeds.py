"""Views of the explorer in chapters: near, by keyboard, on a phone, on paper, without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from pages import BUILT, show_on, until

FIGURE = "figure.explore:not(.explore-stand-in)"
LIVE = f"return Boolean(document.querySelector('{FIGURE}.is-live > iframe'))"
PAGES = [page for page in sorted(BUILT.glob("book/*.html")) if 'data-frame="' in page.read_text("utf-8")]
NO_PAGE = Path("no-page-with-a-view-is-built.html")


@pytest.fixture(scope="module")
def address(site: str) -> str:
    """Address of a chapter with a view."""
    if not PAGES:
        pytest.skip("no chapter of this book shows a view of the explorer")
    return f"{site}/book/{PAGES[0].name}"


@pytest.fixture
def chapter(browser: webdriver.Chrome, address: str) -> Iterator[webdriver.Chrome]:
    show_on(browser, 1440, 900, "light")
    browser.get(address)
    yield browser
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def come_near(browser: webdriver.Chrome) -> None:
    browser.execute_script(f"document.querySelector('{FIGURE}').scrollIntoView({{block: 'center'}})")


def poster_is_shown(browser: webdriver.Chrome) -> bool:
    return browser.find_element(By.CSS_SELECTOR, f"{FIGURE} .explore-poster img").is_displayed()


@pytest.mark.parametrize("page", PAGES or [NO_PAGE], ids=lambda page: page.stem)
def test_each_view_is_shown_as_high_as_it_is(browser: webdriver.Chrome, site: str, page: Path) -> None:
    if page == NO_PAGE:
        pytest.skip("no chapter of this book shows a view of the explorer")
    show_on(browser, 1440, 900, "dark")
    browser.get(f"{site}/book/{page.name}")
    for number in range(len(browser.find_elements(By.CSS_SELECTOR, FIGURE))):
        figure = browser.find_elements(By.CSS_SELECTOR, FIGURE)[number]
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", figure)
        until(browser, lambda one=figure: "is-live" in (one.get_attribute("class") or ""))
        frame = figure.find_element(By.CSS_SELECTOR, "iframe")
        browser.switch_to.frame(frame)
        until(browser, "return document.querySelector('#words').textContent.trim().length > 0")
        assert browser.find_element(By.ID, "stage").is_displayed()
        assert not browser.find_element(By.ID, "rail").is_displayed()
        assert browser.execute_script("return document.documentElement.scrollWidth - innerWidth") <= 0
        assert browser.execute_script("return document.getElementById('problem').hidden")
        assert browser.execute_script("return document.documentElement.dataset.theme") == "dark"
        until(browser, "return Math.abs(document.querySelector('main').offsetHeight - innerHeight) <= 3")
        browser.switch_to.default_content()


def test_the_picture_gives_way_to_the_explorer(chapter: webdriver.Chrome) -> None:
    assert poster_is_shown(chapter)
    assert not chapter.find_elements(By.CSS_SELECTOR, f"{FIGURE} iframe")
    come_near(chapter)
    until(chapter, LIVE)
    assert not poster_is_shown(chapter)


def test_enter_on_the_picture_leads_into_the_explorer(chapter: webdriver.Chrome, address: str) -> None:
    chapter.execute_script("window.IntersectionObserver.prototype.observe = () => {}")
    chapter.find_element(By.CSS_SELECTOR, f"{FIGURE} .explore-poster").send_keys(Keys.ENTER)
    until(chapter, LIVE)
    assert chapter.current_url.startswith(address)
    until(chapter, "return document.activeElement.tagName === 'IFRAME'")


def test_on_a_phone_the_picture_leads_to_the_explorers_own_page(chapter: webdriver.Chrome) -> None:
    show_on(chapter, 390, 844, "light")
    come_near(chapter)
    assert poster_is_shown(chapter)
    chapter.find_element(By.CSS_SELECTOR, f"{FIGURE} .explore-poster").click()
    until(chapter, lambda: "/explorers/" in chapter.current_url)
    assert "embed" not in chapter.current_url


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 568)])
def test_a_phones_first_screen_leads_to_the_explorer(
    browser: webdriver.Chrome, site: str, width: int, height: int
) -> None:
    if not (BUILT / "book" / "explorer.html").is_file():
        pytest.skip("there is no built book: run `make book` first")
    show_on(browser, width, height, "dark")
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    browser.get(f"{site}/book/explorer.html")
    keys = browser.find_element(By.CSS_SELECTOR, ".by-keys")
    assert keys.get_attribute("textContent")
    assert not keys.is_displayed()
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})
    assert keys.is_displayed()
    link = browser.find_element(By.CSS_SELECTOR, "figure.explore-stand-in > a")
    assert link.text == "Open the explorer"
    assert link.rect["y"] + link.rect["height"] < height
    assert link.rect["width"] > 0.8 * width
    assert not browser.find_elements(By.ID, "pst-back-to-top"), "it would lie over the text"
    link.click()
    until(browser, lambda: "/explorers/" in browser.current_url)


def test_on_paper_the_picture_is_shown(chapter: webdriver.Chrome) -> None:
    come_near(chapter)
    until(chapter, LIVE)
    chapter.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert poster_is_shown(chapter)
    assert not chapter.find_element(By.CSS_SELECTOR, f"{FIGURE} iframe").is_displayed()


def test_without_a_script_the_picture_and_a_link_are_there(chapter: webdriver.Chrome, address: str) -> None:
    chapter.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    chapter.get(address)
    assert poster_is_shown(chapter)
    large = chapter.find_element(By.CSS_SELECTOR, f"{FIGURE} .explore-large")
    assert large.text == "Open large"
    assert "/explorers/" in (large.get_attribute("href") or "")


def test_there_is_one_explorer() -> None:
    if not BUILT.is_dir():
        pytest.skip("there is no built book: run `make book` first")
    assert len(list(BUILT.glob("explorers/*/index.html"))) <= 1
