"""The slides of the built book, in a browser."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from pages import BUILT, until

DECKS = sorted(path.name for path in (BUILT / "slides").glob("*.html"))


def test_each_session_of_the_lesson_plan_has_slides():
    if not BUILT.is_dir():
        pytest.skip("there is no built book: run `make book` first")
    page = BeautifulSoup((BUILT / "book" / "how_to_use.html").read_text("utf-8"), "html.parser")
    linked = [link["href"].rpartition("/")[2] for link in page.select(".slides-link a")]
    assert len(linked) >= 4
    assert sorted(linked) == DECKS


def page_at(path):
    return BeautifulSoup((BUILT / path).read_text("utf-8"), "html.parser")


def places_to_show(name):
    """The chapters and sections that are shown in a session, by the links of the lesson plan."""
    link = page_at("book/how_to_use.html").select_one(f'.slides-link a[href$="{name}"]')
    lesson = link.find_parent("section")
    for item in lesson.select("li"):
        if item.em.get_text() == "Show":
            for link in item.select('a.internal[href*=".html"]'):
                chapter, _, anchor = link["href"].partition("#")
                page = page_at(f"book/{chapter}")
                place = page.find(id=anchor) if anchor else page.select_one(".bd-article > section")
                yield place if place.name == "section" else place.find_parent("section")


@pytest.mark.parametrize("name", DECKS)
def test_a_deck_has_all_figures_of_what_is_shown_and_none_of_a_solution(name):
    figures = "a.image-reference img"
    deck = [image["src"] for image in page_at(f"slides/{name}").select("img")]
    shown, solved = [], []
    for place in places_to_show(name):
        inside = [image["src"] for image in place.select(f".solution {figures}")]
        solved += inside
        shown += [image["src"] for image in place.select(figures) if image["src"] not in inside]
    assert len(shown) > 3
    assert not [source for source in shown if source not in deck]
    assert not [source for source in solved if source in deck]


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


def test_arrows_space_and_clickers_lead_through_all_slides(site, browser):
    if not DECKS:
        pytest.skip("there is no built book with slides: run `make book` first")
    browser.get(f"{site}/slides/second-session.html")
    until(browser, "return window.Reveal && Reveal.isReady()")
    seen, body = [0], browser.find_element(By.TAG_NAME, "body")
    steps = browser.execute_script(
        "return Reveal.getTotalSlides() + document.querySelectorAll('.fragment').length"
    )
    for step in range(steps - 1):
        body.send_keys((Keys.ARROW_RIGHT, Keys.SPACE, Keys.PAGE_DOWN)[step % 3])
        seen.append(browser.execute_script("return Reveal.getIndices().h"))
    assert browser.execute_script("return Reveal.isLastSlide()")
    assert sorted(set(seen)) == list(range(browser.execute_script("return Reveal.getTotalSlides()")))


LOOK = """
Reveal.layout();
const slide = Reveal.getCurrentSlide(), problems = [];
for (const part of slide.querySelectorAll("h1, h2, p, li, img, pre, table")) {
  if (part.closest("aside")) continue;
  const box = part.getBoundingClientRect();
  const inside = box.left >= 0 && box.right <= innerWidth && box.top >= 0 && box.bottom <= innerHeight;
  if (!inside) problems.push(`${part.textContent || part.alt} hangs over the edge`);
  if (part.naturalWidth === 0) problems.push(`${part.src} is missing`);
}
return [slide.querySelector("h1, h2").textContent, problems];
"""
