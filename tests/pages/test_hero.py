"""The front door in a browser: by mouse, by touch, by keyboard, on a phone, and without JavaScript."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from pages import show_on, until
from vggviz.explorer.hero.writing import percent

PHONE = (390, 844)
NUMBERS = "return [...document.querySelectorAll('.hero-maps b')].map((number) => number.textContent)"
ANSWER = "return document.querySelector('.hero-answer').innerText"
SHOWN = """return [...document.querySelectorAll('.hero-maps svg')].map((map) => {
  const {x, y} = map.viewBox.baseVal;
  return `${map.querySelector('image').href.baseVal} ${x} ${y}`;
});"""
LINKS = "return document.querySelector('.hero-links').getBoundingClientRect().top"
ROOM = """return [...document.querySelectorAll('.hero-switches [role=switch] > span')].map((label) => {
  const words = document.createRange();
  words.selectNodeContents(label);
  const [inside, outside] = [words.getBoundingClientRect(), label.parentElement.getBoundingClientRect()];
  return [inside.left - outside.left, outside.right - inside.right];
});"""
OVERFLOW = "return document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def page(browser: webdriver.Chrome, site: str) -> Iterator[webdriver.Chrome]:
    show_on(browser, 1440, 900, "light")
    browser.get(f"{site}/book/index.html")
    until(browser, "return document.readyState === 'complete'")
    if not browser.find_elements(By.CSS_SELECTOR, ".hero"):
        pytest.skip("this book has no front door")
    yield browser
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    browser.get(f"{site}/book/index.html")
    browser.execute_script("sessionStorage.clear()")  # the page keeps its switches as long as the tab is open


def data(page: webdriver.Chrome) -> dict[str, list]:
    found: dict[str, list] = json.loads(
        page.execute_script("return document.querySelector('.hero script').textContent")
    )
    return found


def numbers(page: webdriver.Chrome, row: int, column: int) -> list[str]:
    """What the maps' captions must say at a place."""
    tiles = [(layer, layer["places"][14 * row + column]) for layer in data(page)["layers"]]
    return ["none" if tile < 0 else f"no. {layer['channels'][tile]}" for layer, tile in tiles]


def point(page: webdriver.Chrome, kind: str, row: int, column: int, pointer: str) -> None:
    """Send an event of a mouse or a finger to the middle of a place."""
    box = page.execute_script(
        "const {x, y, width} = document.querySelector('.hero-photograph').getBoundingClientRect();"
        "return [x, y, width]"
    )
    x, y = (box[axis] + box[2] * (k + 0.5) / 14 for axis, k in enumerate((column, row)))
    if pointer == "mouse":
        page.execute_cdp_cmd("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y})
    else:
        page.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
        # Before the next frame a touch may find nothing that listens.
        page.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
        page.execute_cdp_cmd(
            "Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]}
        )
        page.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.parametrize("pointer", ["mouse", "finger"])
def test_the_maps_follow_the_pointer(page: webdriver.Chrome, pointer: str) -> None:
    if pointer == "finger":
        show_on(page, *PHONE, "light")
    shown = set()
    for row, column in ((4, 4), (9, 8), (0, 0), (13, 13)):
        point(page, "mouseMoved", row, column, pointer)
        until(page, lambda place=(row, column): page.execute_script(NUMBERS) == numbers(page, *place))
        shown.add(tuple(page.execute_script(SHOWN)))
    assert len(shown) > 1
    links = page.execute_script("return [...document.querySelectorAll('.hero-maps a')].map((a) => a.hash)")
    assert links[-1].endswith("/13,13")
    assert [link.split("/")[2] for link in links] == [
        number.removeprefix("no. ").replace("none", "0") for number in numbers(page, 13, 13)
    ]
    assert len(page.find_elements(By.CSS_SELECTOR, ".hero-maps rect")) == 5
    heading = page.find_element(By.CSS_SELECTOR, ".hero-maps h2").text
    assert heading == "What answers most at this place"


def test_the_arrow_keys_point_and_only_they_speak(page: webdriver.Chrome) -> None:
    photograph = page.find_element(By.CSS_SELECTOR, ".hero-photograph")
    said = page.find_element(By.CSS_SELECTOR, ".hero-words")
    at_first = page.execute_script(NUMBERS)
    point(page, "mouseMoved", 4, 4, "mouse")
    until(page, lambda: page.execute_script(NUMBERS) == numbers(page, 4, 4))
    assert said.get_attribute("textContent") == ""
    photograph.send_keys(Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert page.execute_script(NUMBERS) == numbers(page, 5, 6)
    words = said.get_attribute("textContent") or ""
    assert words.startswith("Row 5, column 6: block 1 ")
    assert all(number in words for number in numbers(page, 5, 6))
    photograph.send_keys(Keys.ESCAPE)
    assert page.execute_script(NUMBERS) == at_first
    assert not page.find_elements(By.CSS_SELECTOR, ".hero-place")


def test_switches_turn_the_answer_and_turn_it_back(page: webdriver.Chrome) -> None:
    switches = page.find_elements(By.CSS_SELECTOR, ".hero-switches [role=switch]")
    if not switches:
        pytest.skip("these weights have no classifier")
    at_first = page.execute_script(ANSWER)
    found = data(page)
    for position, switch in enumerate(switches):
        switch.send_keys(Keys.SPACE)
        assert switch.get_attribute("aria-checked") == "false"
        best = found["answers"][2 ** (position + 1) - 1]
        lines = page.find_elements(By.CSS_SELECTOR, ".hero-answer li")
        for line, (number, _, share) in zip(lines, best, strict=True):
            label, _, before = found["classes"][number]
            assert line.find_element(By.CSS_SELECTOR, "span").text == label
            told = line.find_element(By.CSS_SELECTOR, "i").get_attribute("textContent")
            assert told == f"{percent(share)} was {percent(before)}"
        verdict = page.find_element(By.CSS_SELECTOR, ".hero-switches p").text
        assert found["classes"][best[0][0]][0] in verdict
    off = {found["switches"][k] for k in range(len(switches))}
    for row, column in ((4, 4), (9, 8), (2, 11)):
        point(page, "mouseMoved", row, column, "mouse")
        last = page.execute_script(NUMBERS)[-1]
        assert last == "none" or int(last.removeprefix("no. ")) not in off
    legend = page.find_element(By.CSS_SELECTOR, ".hero-legend")
    assert legend.text.endswith("Dashed: all on.")
    box = page.execute_script(LINKS)
    page.find_element(By.CSS_SELECTOR, ".hero-all").click()
    assert "Dashed" not in legend.text
    assert all(switch.get_attribute("aria-checked") == "true" for switch in switches)
    assert page.execute_script(LINKS) == box
    assert page.execute_script(ANSWER) == at_first
    assert not page.find_elements(By.CSS_SELECTOR, ".hero-ghost")


def test_what_is_switched_off_is_off_when_a_reader_comes_back(page: webdriver.Chrome, site: str) -> None:
    """By a link, as that of the explorer's head, not only by Back; and nothing moves under the finger."""
    if not page.find_elements(By.CSS_SELECTOR, ".hero-switches [role=switch]"):
        pytest.skip("these weights have no classifier")
    show_on(page, *PHONE, "light")
    top = page.find_element(By.CSS_SELECTOR, ".hero-switches").rect["y"]
    page.find_elements(By.CSS_SELECTOR, ".hero-switches [role=switch]")[1].click()
    assert page.find_element(By.CSS_SELECTOR, ".hero-switches").rect["y"] == top
    answer = page.execute_script(ANSWER)
    page.get(f"{site}/book/explorer.html")
    page.get(f"{site}/book/index.html")
    until(page, "return document.readyState === 'complete'")
    states = "return [...document.querySelectorAll('.hero-switches [role=switch]')].map((e) => e.ariaChecked)"
    assert page.execute_script(states)[:2] == ["true", "false"]
    assert page.execute_script(ANSWER) == answer
    page.find_element(By.CSS_SELECTOR, ".hero-all").click()
    page.refresh()
    assert "false" not in page.execute_script(states)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phones_first_screen_shows_it_whole(page: webdriver.Chrome, theme: str) -> None:
    show_on(page, *PHONE, theme)
    bottom = "return document.querySelector('.hero').getBoundingClientRect().bottom"
    assert page.execute_script(bottom) <= PHONE[1]
    assert page.execute_script(OVERFLOW) <= 0
    small = page.execute_script(
        "return [...document.querySelectorAll('.hero a, .hero button')].map((part) => "
        "part.getBoundingClientRect()).filter(({width, height}) => Math.min(width, height) < 44)"
    )
    assert small == []


RINGS = """
const cut = [];
for (const part of document.querySelectorAll(".hero :is(a, button:enabled, [tabindex])")) {
  part.focus({ focusVisible: true });
  const { left, right } = part.getBoundingClientRect(), style = getComputedStyle(part);
  const around = parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset);
  for (let each = part.parentElement; each !== document.body; each = each.parentElement) {
    const { overflowX } = getComputedStyle(each), box = each.getBoundingClientRect();
    const isOut = left - around < box.left || right + around > box.right;
    if (overflowX !== "visible" && isOut) cut.push(part.outerHTML);
  }
}
return cut;
"""


@pytest.mark.parametrize("width", [390, 1440])
def test_the_rings_of_what_has_the_focus_are_whole(page: webdriver.Chrome, width: int) -> None:
    show_on(page, width, 844, "light")
    assert page.execute_script(RINGS) == []
    assert page.execute_script("return document.activeElement.closest('.hero') !== null")


@pytest.mark.parametrize("width", [320, 768, 1280, 1920])
def test_nothing_is_cut(page: webdriver.Chrome, width: int) -> None:
    show_on(page, width, 800, "light")
    assert page.execute_script(OVERFLOW) <= 0
    cut = page.execute_script(
        "return [...document.querySelectorAll('.hero :is(p, h2, b, i, button, a, figcaption)')]"
        ".filter((part) => part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 1)"
        ".map((part) => part.textContent)"
    )
    assert cut == []


@pytest.mark.parametrize("width", [320, 360, 390, 768, 1440])
def test_the_switches_numbers_have_room_beside_them(page: webdriver.Chrome, width: int) -> None:
    show_on(page, width, 844, "light")
    room = page.execute_script(ROOM)
    assert all(left >= 5 and right >= 5 for left, right in room), room
    page.execute_script(
        "const list = document.querySelector('.hero-switches ul');"
        "while (list.children.length < 7) list.prepend(list.firstElementChild.cloneNode(true));"
    )  # the most that there are
    room = page.execute_script(ROOM)
    assert len(room) in (0, 6)
    assert all(left >= 5 and right >= 5 for left, right in room), room


def test_the_switches_lead_on_to_all_others(page: webdriver.Chrome) -> None:
    """The explorer shows the answer with the same channels off, and there each channel has a switch."""
    switches = page.find_elements(By.CSS_SELECTOR, ".hero-switches [role=switch]")
    if not switches:
        pytest.skip("these weights have no classifier")
    show_on(page, *PHONE, "light")
    link = page.find_element(By.CSS_SELECTOR, ".hero-more")
    assert link.text == "Switch off more in the explorer"
    numbers_off = [str(channel) for channel in data(page)["switches"]]
    at_first = link.get_attribute("href")
    verdict = page.find_element(By.CSS_SELECTOR, ".hero-switches p").text
    named = re.search(r"no\. ([\d, and]+\d)", verdict)
    assert named
    assert at_first.endswith("#/?view=passport&off=block5_conv3:" + "+".join(re.findall(r"\d+", named[1])))
    for switch in switches[:2]:
        switch.click()
    off = "+".join(numbers_off[:2])
    assert link.get_attribute("href").endswith(f"#/?view=passport&off=block5_conv3:{off}")
    for switch in switches[:2]:
        switch.click()
    assert link.get_attribute("href") == at_first
    switches[1].click()
    answer = page.find_element(By.CSS_SELECTOR, ".hero-answer li span").text
    link.click()
    until(page, "return Boolean(window.explorer?.state?.())")
    until(page, "return document.querySelector('.answer-line')?.innerText.length > 0")
    off = page.execute_script("return explorer.state().off")
    assert off == {"block5_conv3": [int(numbers_off[1])]}
    until(page, lambda: answer in page.find_element(By.CSS_SELECTOR, ".answer-line").text)
    assert page.find_element(By.CSS_SELECTOR, "#off .chip").is_displayed()


def test_on_a_desktop_it_takes_the_whole_width(page: webdriver.Chrome) -> None:
    right = page.execute_script("return document.querySelector('.hero').getBoundingClientRect().right")
    assert right > 1440 - 64


def test_without_a_script_it_is_there(page: webdriver.Chrome, site: str) -> None:
    with_script = [part.text for part in page.find_elements(By.CSS_SELECTOR, ".hero-answer, .hero-maps")]
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    page.get(f"{site}/book/index.html")
    words = page.find_element(By.CSS_SELECTOR, ".hero").text
    assert all(part in words for part in with_script)
    assert "Point at" not in words
    assert len(page.find_elements(By.CSS_SELECTOR, ".hero-maps figure")) == 5


def test_its_heading_is_the_pages(page: webdriver.Chrome) -> None:
    (heading,) = page.find_elements(By.CSS_SELECTOR, "h1")
    assert heading.text.endswith("Look inside.")
    assert page.title.startswith("Inside VGG16")


def test_the_pictures_come_from_the_book(page: webdriver.Chrome) -> None:
    addresses = page.execute_script(
        "return performance.getEntriesByType('resource').filter((entry) => /hero-/.test(entry.name))"
        ".map(({name, encodedBodySize}) => [name, encodedBodySize])"
    )
    assert len(addresses) == 6
    assert sum(size for _, size in addresses) <= 100_000


def test_the_explorer_computes_on_several_threads_at_the_first_visit(page: webdriver.Chrome) -> None:
    """So that it is not loaded again in the middle of a reader's work."""
    forget = """const done = arguments[0];
    navigator.serviceWorker.getRegistrations()
      .then((all) => Promise.all(all.map((each) => each.unregister()))).then(() => done(true), done);"""
    assert page.execute_async_script(forget) is True, "as if nobody had been there"
    page.refresh()
    ready = """const done = arguments[0];
    navigator.serviceWorker.getRegistrations().then((all) => done(all.some(({ active }) => active)));"""
    until(page, lambda: page.execute_async_script(ready))
    address = page.execute_script("return document.querySelector(\"a[href*='/explorers/']\").href")
    page.get(address)
    until(page, "return Boolean(window.explorer)")
    assert page.execute_script("return window.crossOriginIsolated")
