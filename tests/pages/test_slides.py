"""The slides of the built book, in a browser."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup

from pages import BUILT, until

DECKS = sorted(path.name for path in (BUILT / "slides").glob("*.html"))


def test_each_session_of_the_lesson_plan_has_slides():
    if not BUILT.is_dir():
        pytest.skip("there is no built book: run `make book` first")
    page = BeautifulSoup((BUILT / "book" / "how_to_use.html").read_text("utf-8"), "html.parser")
    linked = [link["href"].rpartition("/")[2] for link in page.select(".slides-link a")]
    assert len(linked) >= 4
    assert sorted(linked) == DECKS


@pytest.mark.parametrize("name", DECKS)
def test_all_slides_fit_and_ask_nothing_of_another_host(site, browser, name):
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', (BUILT / "slides" / name).read_text("utf-8"))
    browser.get(f"{site}/slides/{name}")
    until(browser, "return window.Reveal && Reveal.isReady()")
    count = browser.execute_script("return Reveal.getTotalSlides()")
    assert count > 15
    for _ in range(count):
        until(browser, "return [...Reveal.getCurrentSlide().querySelectorAll('img')].every(i => i.complete)")
        where, problems = browser.execute_script(LOOK)
        assert not problems, f"{name}, {where}"
        browser.execute_script("Reveal.next({skipFragments: true})")


LOOK = """
Reveal.layout();
const slide = Reveal.getCurrentSlide(), problems = [];
for (const part of slide.querySelectorAll("h1, h2, p, li, img")) {
  if (part.closest("aside")) continue;
  const box = part.getBoundingClientRect();
  const inside = box.left >= 0 && box.right <= innerWidth && box.top >= 0 && box.bottom <= innerHeight;
  if (!inside) problems.push(`${part.textContent || part.alt} hangs over the edge`);
  if (part.naturalWidth === 0) problems.push(`${part.src} is missing`);
}
return [slide.querySelector("h1, h2").textContent, problems];
"""
