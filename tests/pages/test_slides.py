"""The slides of the built book, in a browser."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from pages import BUILT, ROOT, until

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


def figures(part):
    """Names of the figures in a part of a page, without a mark of the rendering."""
    images = part.select(".reveal img, a.image-reference img")
    return {image["src"].rpartition("/")[2].removesuffix(".webp").removesuffix("-narrow") for image in images}


@pytest.mark.parametrize("name", DECKS)
def test_a_deck_has_slides_of_each_place_that_is_shown_and_no_figure_of_a_solution(name):
    deck = page_at(f"slides/{name}")
    headings = {heading.get_text() for heading in deck.select("h2")}
    places = list(places_to_show(name))
    assert places
    for place in places:
        inside = {part.get_text().removesuffix("#") for part in place.select("h1, h2, h3")}
        assert inside & headings
        assert figures(place) & figures(deck) or not figures(place)
        for solution in place.select(".solution"):
            assert not figures(solution) & figures(deck)


@pytest.mark.parametrize("name", DECKS)
def test_the_sentences_of_a_deck_are_those_of_the_chapters(name):
    said = [part.get_text() for part in page_at(f"slides/{name}").select(".point")]
    assert len(said) > 5
    written = "".join(path.read_text("utf-8") for path in (ROOT / "book").glob("*.md"))
    marked = {plain(line) for line in re.findall("^% slide: (.+)", written, flags=re.MULTILINE)}
    assert not [sentence for sentence in said if plain(sentence) not in marked]


def plain(sentence):
    """The letters and numbers of a sentence."""
    return re.sub(r"\W", "", sentence)


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


def test_the_view_of_the_speaker_has_the_text_and_says_whether_one_is_ahead(site, browser):
    if not DECKS:
        pytest.skip("there is no built book with slides: run `make book` first")
    browser.get(f"{site}/slides/second-session.html#/5")
    until(browser, "return window.Reveal && Reveal.isReady()")
    browser.execute_script("const open = window.open; window.open = (...a) => (window.view = open(...a));")
    browser.find_element(By.TAG_NAME, "body").send_keys("s")
    try:
        until(browser, "return window.view?.document.querySelector('.pacing.ahead') != null")
        until(browser, "return view.document.querySelector('.speaker-controls-notes').innerText.length > 100")
    finally:
        browser.execute_script("window.view?.close()")


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
