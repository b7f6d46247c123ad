"""Read otherwise: found by the search, without JavaScript, on paper."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from pages import show_on, until

WITH_FIGURES = "one_layer"

FOUND = {
    "kernel": "first_filters",
    "filter": "first_filters",
    "feature map": "one_layer",
    "receptive field": "receptive_fields",
    "stride": "receptive_fields",
    "max pooling": "relu_and_pooling",
    "APoZ": "busy_and_silent",
    "dead channel": "busy_and_silent",
    "activation maximization": "drawing_what_a_channel_wants",
    "feature visualization": "drawing_what_a_channel_wants",
    "total variation": "drawing_what_a_channel_wants",
    "feature inversion": "what_a_layer_remembers",
    "dataset examples": "pictures_that_excite",
    "saliency": "gradients_as_maps",
    "integrated gradients": "gradients_as_maps",
    "guided backpropagation": "gradients_as_maps",
    "class activation map": "class_activation_maps",
    "Grad-CAM": "class_activation_maps",
    "Score-CAM": "class_activation_maps",
    "occlusion": "hide_and_see",
    "model randomisation test": "can_you_trust_it",
    "Gram matrix": "style_is_a_gram_matrix",
    "linear probe": "how_deep_is_enough",
    "BGR": "image_is_an_array",
}


@pytest.mark.parametrize("words", FOUND)
def test_the_search_finds_the_words_of_the_field(browser: webdriver.Chrome, site: str, words: str) -> None:
    show_on(browser, 1440, 900, "light")
    browser.get(f"{site}/search.html?q={words.replace(' ', '+')}")
    all_shown = """const told = document.querySelector(".search-summary")?.textContent.match(/found (\\d+)/);
      const links = [...document.querySelectorAll("#search-results li a")].map((link) => link.href);
      return told && Number(told[1]) === document.querySelectorAll("#search-results li").length && links"""
    pages = [Path(urlsplit(address).path).stem for address in until(browser, all_shown)]
    assert FOUND[words] in pages
    assert {FOUND[words], "glossary"} & set(pages[:3])


@pytest.fixture
def without_javascript(browser: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    yield browser
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_without_javascript_a_phone_shows_text_figures_and_contents(
    without_javascript: webdriver.Chrome, site: str
) -> None:
    browser = without_javascript
    show_on(browser, 360, 740, "light")
    browser.get(f"{site}/book/{WITH_FIGURES}.html")
    assert browser.find_element(By.CSS_SELECTOR, "article h1").is_displayed()
    figure = browser.find_element(By.CSS_SELECTOR, "a.image-reference img")
    assert figure.is_displayed()
    assert figure.size["width"] > 200
    for link in browser.find_elements(By.CSS_SELECTOR, ".bd-docs-nav a"):
        assert link.is_displayed(), link.get_attribute("href")
    heading, contents = (browser.find_element(By.CSS_SELECTOR, name) for name in ("h1", ".bd-docs-nav"))
    assert contents.location["y"] > heading.location["y"]


def test_without_javascript_nothing_is_offered_that_needs_it(
    without_javascript: webdriver.Chrome, site: str
) -> None:
    browser = without_javascript
    show_on(browser, 1440, 900, "light")
    browser.get(f"{site}/book/{WITH_FIGURES}.html")
    for name in (".sidebar-toggle", ".btn-fullscreen-button", ".theme-switch-button", ".search-button"):
        buttons = browser.find_elements(By.CSS_SELECTOR, name)
        assert buttons, name
        assert not any(button.is_displayed() for button in buttons), name
    solutions = browser.find_elements(By.CSS_SELECTOR, ".solution")
    assert solutions
    assert all(solution.find_element(By.CSS_SELECTOR, "p").is_displayed() for solution in solutions)


def test_without_javascript_menus_open_for_the_keyboard(
    without_javascript: webdriver.Chrome, site: str
) -> None:
    browser = without_javascript
    show_on(browser, 1440, 900, "light")
    browser.get(f"{site}/book/{WITH_FIGURES}.html")
    link = browser.find_element(By.CSS_SELECTOR, '.dropdown-download-buttons a[href$=".ipynb"]')
    assert not link.is_displayed()
    button = browser.find_element(By.CSS_SELECTOR, ".dropdown-download-buttons button")
    for _ in range(100):
        if browser.switch_to.active_element == button:
            break
        browser.switch_to.active_element.send_keys(Keys.TAB)
    assert link.is_displayed()


def test_figures_are_on_the_printed_page(browser: webdriver.Chrome, site: str) -> None:
    """Those further down load late on a screen; the printer must not find empty places."""
    show_on(browser, 1440, 900, "dark")
    browser.get(f"{site}/book/{WITH_FIGURES}.html")
    printed = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": False})["data"])
    figures = browser.find_elements(By.CSS_SELECTOR, ".bd-article a.image-reference img")
    assert printed.count(b"/Subtype /Image") >= len(figures)


def test_the_dark_theme_is_printed_dark_on_white(browser: webdriver.Chrome, site: str) -> None:
    show_on(browser, 1440, 900, "dark")
    browser.get(f"{site}/book/{WITH_FIGURES}.html")
    until(browser, "return document.readyState === 'complete'")
    record = """
    const { documentElement } = document;
    window.themes = [];
    const add = () => themes.push(documentElement.dataset.theme);
    new MutationObserver(add).observe(documentElement, { attributeFilter: ["data-theme"] });
    """
    browser.execute_script(record)
    browser.execute_cdp_cmd("Page.printToPDF", {})
    themes = browser.execute_script("return themes")
    assert (themes[0], themes[-1]) == ("light", "dark")
