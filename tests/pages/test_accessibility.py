"""axe-core on the pages in a real browser: WCAG 2.2 AA and its best practices, in both themes.

A few pages in each run of the tests, all of them in the audit.
"""

from __future__ import annotations

from typing import Any

import pytest
from selenium import webdriver

from pages import BUILT, ROOT, show_on
from vggviz_book import finishing

AXE = ROOT / "tests" / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """
const [levels, done] = arguments;
const told = (node) => node.target.join(" ") + ": " + node.html.slice(0, 120);
const laidOut = document.createElement("style");
laidOut.textContent = "section { content-visibility: visible !important; }"; // a phone skips what is far off
document.head.append(laidOut);
const drawn = new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
const still = Promise.allSettled([drawn, ...document.getAnimations().map((animation) => animation.finished)]);
still.then(() => axe.run(document, {runOnly: levels, resultTypes: ["violations"]})).then(
  (found) => done(found.violations.map((rule) => [rule.id, rule.help, rule.nodes.map(told)])),
  (problem) => done([["axe", String(problem), []]]));
"""
FEW = ["book/index", "book/explorer", "book/one_layer", "search"]
SCREENS = {"phone": (360, 740), "desktop": (1440, 900)}
ALL = [page.relative_to(BUILT).with_suffix("").as_posix() for page in finishing.theme_pages(BUILT)] or FEW


def violations(browser: webdriver.Chrome, address: str, screen: str, theme: str) -> Any:
    """What axe-core finds on a page, and in the pages in its frames."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: `make test` brings it")
    show_on(browser, *SCREENS[screen], theme)
    browser.get(address)
    browser.set_script_timeout(60)
    browser.execute_script(AXE.read_text("utf-8"))
    return browser.execute_async_script(RUN, LEVELS)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", FEW)
def test_pages_are_accessible(browser: webdriver.Chrome, site: str, name: str, theme: str) -> None:
    screen = "phone" if theme == "light" else "desktop"
    assert violations(browser, f"{site}/{name}.html", screen, theme) == []


def test_what_is_wrong_is_found(browser: webdriver.Chrome, site: str) -> None:
    violations(browser, f"{site}/search.html", "desktop", "light")
    browser.execute_script("document.body.innerHTML = '<main><img src=x><button></button></main>'")
    found = {rule for rule, *_ in browser.execute_async_script(RUN, LEVELS)}
    assert {"image-alt", "button-name"} <= found


@pytest.mark.audit
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("name", ALL)
def test_every_page_is_accessible(
    browser: webdriver.Chrome, site: str, name: str, screen: str, theme: str
) -> None:
    assert violations(browser, f"{site}/{name}.html", screen, theme) == []
