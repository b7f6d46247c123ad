"""axe-core: WCAG 2.2 AA and its best practices."""

from __future__ import annotations

from typing import Any

import pytest
from selenium import webdriver

from pages import ROOT

AXE = ROOT / "tests" / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """
const [levels, done] = arguments;
const told = (node) => node.target.join(" ") + ": " + node.html.slice(0, 120);
const laidOut = new CSSStyleSheet(); // a style element would be blocked by the explorer's own rules
laidOut.replaceSync("section { content-visibility: visible !important; }"); // a phone skips what is far off
document.adoptedStyleSheets = [...document.adoptedStyleSheets, laidOut];
const drawn = new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
const still = Promise.allSettled([drawn, ...document.getAnimations().map((animation) => animation.finished)]);
still.then(() => axe.run(document, {runOnly: levels, resultTypes: ["violations"]})).then(
  (found) => done(found.violations.map((rule) => [rule.id, rule.help, rule.nodes.map(told)])),
  (problem) => done([["axe", String(problem), []]]));
"""


def found(browser: webdriver.Chrome) -> Any:
    """What axe-core finds on the page that is shown."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: `make test` brings it")
    browser.set_script_timeout(60)
    browser.execute_script(AXE.read_text("utf-8"))
    return browser.execute_async_script(RUN, LEVELS)
