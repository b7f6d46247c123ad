"""The built pages in a real browser, served as a static host serves them.

Needs the pages (`make book`) and Debian's chromium with chromium-driver; skips without them.
"""

from __future__ import annotations

import functools
import json
import time
import urllib.request
from dataclasses import dataclass
from typing import Any

import nbformat
import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from pages import BUILT, show_on, until, wait_for_formulas

PAGES = sorted(page.stem for page in (BUILT / "book").glob("*.html")) or ["no-book-is-built"]
CHAPTERS = [p for p in PAGES if (BUILT / "_sources" / "book" / f"{p}.ipynb").is_file()]
CHAPTERS = CHAPTERS or ["no-book-is-built"]

BELOW_THE_VIEW = """
const below = (image) => image.getBoundingClientRect().top > innerHeight;
return [...document.images].filter(below).map((image) => image.currentSrc);
"""
FIGURES = """
const done = arguments[0];
const figures = [...document.querySelectorAll(".bd-article img")];
figures.forEach((image) => { image.loading = "eager"; });
const told = (image) => ({
  words: image.alt,
  width: image.width,
  stretched: (image.width / image.height) / (image.naturalWidth / image.naturalHeight),
  filter: getComputedStyle(image).filter,
  background: getComputedStyle(image).backgroundColor,
});
Promise.all(figures.map((image) => image.decode()))
  .then(() => done(figures.map(told)), (problem) => done(String(problem)));
"""
ALL_SHOWN = """
document.head.append(Object.assign(document.createElement("style"),
  { textContent: ".bd-article section { content-visibility: visible !important; }" }));
"""  # a part that is not laid out is never too wide
FIRST_VIEW = 1_000_000  # bytes
WIDEST = "return Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"
SIZES = """
const figures = [...document.querySelectorAll(".bd-article .cell_output img")];
return figures.map((image) => [image.offsetWidth, image.offsetHeight])"""
CUT = """
return [...document.querySelectorAll(".bd-article .cell_output pre")]
  .filter((pre) => pre.scrollWidth > pre.clientWidth).map((pre) => pre.textContent.slice(0, 60))"""
HANGS_OVER = """
return [...document.querySelectorAll(".bd-article *")]
  .filter((part) => !part.closest("mjx-assistive-mml") && !part.matches("svg *"))  // cut at its edge
  .filter((part) => part.getBoundingClientRect().right > 730 && part.checkVisibility())
  .map((part) => part.outerHTML.slice(0, 90))"""
ARE_SHOWN = """
const seen = { visibilityProperty: true, opacityProperty: true };
return Object.fromEntries(arguments[0].map((name) => [name,
  [...document.querySelectorAll(name)].map((part) => part.checkVisibility(seen))]))"""
UNPRINTED = [".bd-sidebar-primary", ".bd-sidebar-secondary", ".bd-header-article", ".prev-next-footer"]


@dataclass
class Visit:
    """What a first visit to a page brought, and how it is laid out then on lower windows and on paper."""

    errors: list[str]
    asked: list[str]
    transferred: int  # bytes, less the pictures further down that a browser fetches ahead
    downloads: list[str]  # addresses that the page offers
    sizes: dict[int, list[list[int]]]  # of the figures, in windows so many pixels high
    hangs_over: list[str]  # what is too wide for the paper
    printed: dict[str, list[bool]]  # whether parts of the page are shown on paper


@dataclass
class PhoneVisit:
    """A page on a phone in the dark theme, all its figures loaded."""

    theme: str
    width: int  # CSS pixels that the page takes
    figures: list[dict[str, Any]]
    cut: list[str]  # outputs wider than a phone of 390 CSS pixels


@pytest.fixture(scope="module")
def visits(recorder: webdriver.Chrome, site: str) -> Any:
    """A function: page -> Visit, on a desktop with an empty cache; each page is visited once."""
    browser = recorder

    @functools.cache
    def visit(page: str) -> Visit:
        show_on(browser, 1440, 900, "light")
        for log in ("performance", "browser"):
            browser.get_log(log)
        browser.execute_cdp_cmd("Network.clearBrowserCache", {})
        browser.get(f"{site}/book/{page}.html")
        settle(browser)
        events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
        sent = [e["params"] for e in events if e["method"] == "Network.requestWillBeSent"]
        address = {request["requestId"]: request["request"]["url"] for request in sent}
        done = [e["params"] for e in events if e["method"] == "Network.loadingFinished"]
        ahead = set(browser.execute_script(BELOW_THE_VIEW))
        sizes = [e["encodedDataLength"] for e in done if address.get(e["requestId"]) not in ahead]
        errors = [e["message"] for e in browser.get_log("browser") if e["level"] == "SEVERE"]
        links = browser.find_elements(By.CSS_SELECTOR, ".dropdown-download-buttons a")
        downloads = [str(link.get_attribute("href")) for link in links]
        shapes = {height: sizes_on(browser, height) for height in (900, 700)}
        asked = list(address.values())
        return Visit(errors, asked, int(sum(sizes)), downloads, shapes, *on_paper(browser))

    return visit


@pytest.fixture(scope="module")
def phone_visits(browser: webdriver.Chrome, site: str) -> Any:
    """A function: page -> PhoneVisit; each page is visited once."""

    @functools.cache
    def visit(page: str) -> PhoneVisit:
        show_on(browser, 360, 740, "dark")
        browser.get(f"{site}/book/{page}.html")
        wait_for_formulas(browser)
        browser.set_script_timeout(60)
        browser.execute_script(ALL_SHOWN)
        figures = browser.execute_async_script(FIGURES)
        assert isinstance(figures, list), figures
        theme = browser.execute_script("return document.documentElement.dataset.theme")
        width = browser.execute_script(WIDEST)
        show_on(browser, 390, 844, "dark")
        return PhoneVisit(theme, width, figures, browser.execute_script(CUT))

    return visit


def sizes_on(browser: webdriver.Chrome, height: int) -> list[list[int]]:
    show_on(browser, 1440, height, "light")
    return browser.execute_script(SIZES)


def on_paper(browser: webdriver.Chrome) -> tuple[list[str], dict[str, list[bool]]]:
    """What hangs over the edge of the paper, and whether parts of the page are shown on it."""
    show_on(browser, 718, 1000, "light")  # A4 less its margins, in CSS pixels
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert browser.execute_script("return matchMedia('print').matches")
    found = browser.execute_script(HANGS_OVER), browser.execute_script(ARE_SHOWN, ["h1", *UNPRINTED])
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    return found


def settle(browser: webdriver.Chrome) -> None:
    """Wait until all that belongs to the first view has come."""
    wait_for_formulas(browser)
    time.sleep(0.3)  # fonts and pictures near the view


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_without_errors(visits: Any, page: str) -> None:
    assert visits(page).errors == []


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_no_other_host(visits: Any, site: str, page: str) -> None:
    elsewhere = [url for url in visits(page).asked if not url.startswith((site, "data:", "blob:"))]
    assert elsewhere == []
    assert visits(page).asked, "the requests were not recorded"


@pytest.mark.parametrize("page", PAGES)
def test_the_first_view_is_light(visits: Any, page: str) -> None:
    assert 10_000 < visits(page).transferred < FIRST_VIEW


@pytest.mark.parametrize("page", PAGES)
def test_figures_fit_the_window_and_the_column(visits: Any, page: str) -> None:
    sizes = visits(page).sizes
    assert all(height <= 721 and width <= 1000 for width, height in sizes[900])
    assert all(height <= 561 for _, height in sizes[700])


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_on_paper(visits: Any, page: str) -> None:
    visit = visits(page)
    assert visit.hangs_over == []
    for name in UNPRINTED:
        parts = visit.printed[name]
        assert parts or name == ".bd-sidebar-secondary", name  # a short page has no contents of its own
        assert not any(parts), name
    assert visit.printed["h1"] == [True]


@pytest.mark.parametrize("page", PAGES)
def test_a_phone_cuts_no_output(phone_visits: Any, page: str) -> None:
    assert phone_visits(page).cut == []


@pytest.mark.parametrize("page", PAGES)
def test_pages_fit_a_phone_and_dark_mode_keeps_the_colours(phone_visits: Any, page: str) -> None:
    visit = phone_visits(page)
    assert visit.theme == "dark"
    assert visit.width <= 360
    for figure in visit.figures:
        assert figure["filter"] == "none"
        assert figure["background"] == "rgb(255, 255, 255)"
        assert figure["width"] <= 360


@pytest.mark.parametrize("page", PAGES)
def test_figures_have_words_and_keep_their_shape(phone_visits: Any, page: str) -> None:
    for figure in phone_visits(page).figures:
        assert len(figure["words"].split()) > 3
        assert "_images/" not in figure["words"]
        assert figure["stretched"] == pytest.approx(1, rel=0.02)


def test_a_phone_lands_where_a_link_leads(browser: webdriver.Chrome, site: str) -> None:
    """What is above is laid out only when it comes near."""
    show_on(browser, 360, 740, "light")
    browser.get(f"{site}/book/gradients_as_maps.html#exercises")
    wait_for_formulas(browser)
    top = "return document.querySelector('#exercises h2').getBoundingClientRect().top"
    until(browser, lambda: 0 <= browser.execute_script(top) < 370)
    for section in browser.find_elements(By.CSS_SELECTOR, ".bd-article > section > section"):
        assert section.value_of_css_property("content-visibility") == "auto"


def test_formulas_are_typeset(browser: webdriver.Chrome, site: str) -> None:
    with_math = [p for p in PAGES if 'class="math' in page_source(p)]
    if not with_math:
        pytest.skip("no page has a formula")
    browser.get(f"{site}/book/{with_math[0]}.html")
    settle(browser)
    formulas = browser.find_elements(By.CSS_SELECTOR, ".math")
    assert all(f.find_elements(By.TAG_NAME, "mjx-container") for f in formulas)
    assert not browser.find_elements(By.CSS_SELECTOR, "mjx-merror, [data-mjx-error]")


def test_pages_without_formulas_load_no_mathjax() -> None:
    for page in PAGES:
        source = page_source(page)
        assert ("mathjax/startup.js" in source) == ('class="math' in source), page


def page_source(page: str) -> str:
    path = BUILT / "book" / f"{page}.html"
    return path.read_text("utf-8") if path.is_file() else ""


# Figures opened large -------------------------------------------------------------------------


@pytest.fixture
def figure(browser: webdriver.Chrome, site: str) -> Any:
    """The first figure of the book, on its page."""
    page = next((p for p in PAGES if "image-reference" in page_source(p)), None)
    if page is None:
        pytest.skip("no page has a figure")
    show_on(browser, 1440, 900, "light")
    browser.get(f"{site}/book/{page}.html")
    settle(browser)
    return browser.find_element(By.CSS_SELECTOR, "a.image-reference")


def is_open(browser: webdriver.Chrome) -> bool:
    return bool(browser.execute_script("return document.querySelector('dialog.enlarged').open"))


def test_a_figure_opens_large_by_click_and_closes_by_escape(browser: webdriver.Chrome, figure: Any) -> None:
    shown = figure.find_element(By.TAG_NAME, "img")
    before = shown.size["width"]
    address = browser.current_url
    shown.click()
    assert is_open(browser)
    large = browser.find_element(By.CSS_SELECTOR, "dialog.enlarged img")
    until(browser, lambda: large.size["width"] > before)
    assert large.get_attribute("alt") == shown.get_attribute("alt")
    browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not is_open(browser)
    assert browser.current_url == address


def test_a_figure_opens_large_by_keyboard_and_gives_the_focus_back(
    browser: webdriver.Chrome, figure: Any
) -> None:
    figure.send_keys(Keys.ENTER)
    assert is_open(browser)
    assert browser.switch_to.active_element.get_attribute("aria-label") == "Close the figure"
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert not is_open(browser)
    assert browser.switch_to.active_element == figure


def test_without_script_a_figure_is_a_link_to_its_picture(figure: Any) -> None:
    with urllib.request.urlopen(figure.get_attribute("href")) as answer:
        assert answer.headers["Content-Type"].startswith("image/")


# Downloads ------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_chapter_downloads_as_notebook_and_script(visits: Any, page: str) -> None:
    links = visits(page).downloads
    notebook, script = (next(url for url in links if url.endswith(end)) for end in (".ipynb", ".py"))
    with urllib.request.urlopen(notebook) as answer:
        read = nbformat.reads(answer.read().decode(), as_version=4)
    nbformat.validate(read)
    assert any(cell.cell_type == "code" for cell in read.cells)
    with urllib.request.urlopen(script) as answer:
        text = answer.read().decode()
    assert "# %%" in text
    compile(text, page, "exec")
