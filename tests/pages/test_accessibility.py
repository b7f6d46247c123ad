"""axe-core on the pages in a real browser: WCAG 2.2 AA and its best practices, in both themes.

A few pages in each run of the tests, all of them in the audit.
"""

from __future__ import annotations

from typing import Any

import pytest
from selenium import webdriver

from accessibility import LEVELS, RUN, found
from pages import BUILT, show_on
from vggviz_book import finishing

FEW = ["book/index", "book/explorer", "book/one_layer", "search"]
SCREENS = {"phone": (360, 740), "desktop": (1440, 900)}
ALL = [page.relative_to(BUILT).with_suffix("").as_posix() for page in finishing.theme_pages(BUILT)] or FEW


def violations(browser: webdriver.Chrome, address: str, screen: str, theme: str) -> Any:
    """What axe-core finds on a page, and in the pages in its frames."""
    show_on(browser, *SCREENS[screen], theme)
    browser.get(address)
    return found(browser)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", FEW)
def test_pages_are_accessible(browser: webdriver.Chrome, site: str, name: str, theme: str) -> None:
    screen = "phone" if theme == "light" else "desktop"
    assert violations(browser, f"{site}/{name}.html", screen, theme) == []


def test_what_is_wrong_is_found(browser: webdriver.Chrome, site: str) -> None:
    violations(browser, f"{site}/search.html", "desktop", "light")
    browser.execute_script("document.body.innerHTML = '<main><img src=x><button></button></main>'")
    rules = {rule for rule, *_ in browser.execute_async_script(RUN, LEVELS)}
    assert {"image-alt", "button-name"} <= rules


@pytest.mark.audit
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", ALL)
def test_every_page_is_accessible(
    browser: webdriver.Chrome, site: str, name: str, screen: str, theme: str
) -> None:
    assert violations(browser, f"{site}/{name}.html", screen, theme) == []
