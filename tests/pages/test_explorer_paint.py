"""Painting on the photograph in the explorer, in a real browser: the maps, the answer and the strokes.

Needs an explorer that was built with LiteRT.js; skips without it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from accessibility import found
from explorer_page import (
    FOLDER,
    PHOTOGRAPH,
    SHEET,
    Page,
    first_id,
    in_hand,
    pixels,
    severe,
    stroke,
    take_brush,
)
from pages import show_on

BLOCK1 = (64, 224, 224)
FAR = 8
"""Pixels from a stroke beyond which no cell of block1 sees it: those of its second convolution see 5."""


@pytest.fixture
def page(unopened: Page, manifest: dict[str, Any]) -> Page:
    """The page at the first layer, where it can compute."""
    if not manifest["live"]:
        pytest.skip("the explorer was built without LiteRT.js")
    return unopened.open("#/block1_conv2/20/100,100")


def load(page: Page) -> None:
    page.live()
    page.js("document.querySelector('#yours').hidePopover()")


def settled(page: Page) -> None:
    """Wait until all layers are those of the painted picture."""
    page.until(lambda: page.js("return document.querySelector('.badge').dataset.shown") == "all", 180)


def has_strokes(page: Page) -> bool:
    """Whether strokes are seen on the photograph."""
    return bool(page.js("return document.querySelector('canvas.painted')?.checkVisibility()"))


def brush_size(page: Page, share: float) -> None:
    page.js(
        """
        const size = document.querySelector("#brush-size");
        size.value = arguments[0];
        size.dispatchEvent(new Event("input"));
        """,
        share,
    )


def painted(page: Page, layer: str = "block1_conv2", shape: tuple[int, ...] = BLOCK1) -> np.ndarray:
    return page.numbers("painted", layer, shape)


def touched(before: np.ndarray, after: np.ndarray, by: int) -> np.ndarray:
    """Pixels within a distance of those that differ, bool (h, w)."""
    differs = (before != after).any(0)
    rows, columns = np.nonzero(differs)
    near = np.zeros_like(differs)
    near[
        max(rows.min() - by, 0) : rows.max() + by + 1, max(columns.min() - by, 0) : columns.max() + by + 1
    ] = True
    return near


@pytest.mark.usefixtures("published")
def test_strokes_change_the_maps_under_them_and_undoing_brings_the_numbers_back(page: Page) -> None:
    """Far from a stroke block1 stays the same to the bit, and the answer follows."""
    load(page)
    picture = page.state["picture"]
    page.until(lambda: page.text(".answers"))
    answer = page.text(".answers")
    take_brush(page)
    brush_size(page, 0.05)
    stroke(page, (40, 40), (10, 30))
    settled(page)
    once, read = painted(page), painted(page, "input", (3, 224, 224))
    page.until(lambda: page.text(".answers") != answer)
    assert page.find(".answers .ghost")
    page.click("#paint .brushes button:nth-child(2)")
    stroke(page, (160, 150), (0, 40))
    settled(page)
    twice, read_twice = painted(page), painted(page, "input", (3, 224, 224))
    near = touched(read, read_twice, FAR)
    assert 0.01 < near.mean() < 0.2
    assert np.array_equal(once[:, ~near], twice[:, ~near])
    differs = (once != twice).any(0)
    assert differs.any()
    under = (read != read_twice).any(0)
    assert (once != twice).any(0)[under].mean() > 0.9
    hidden = read_twice[:, under]
    assert np.abs(hidden).max() < 1  # hiding is what the network reads as zero
    page.click("#paint .undo")
    page.until(lambda: np.array_equal(painted(page), once))
    page.click("#paint .undo")
    page.until(lambda: page.text(".answers") == answer)
    assert page.text("#maps figcaption") == page.js(
        "return explorer.manifest.pictures.find(({ id }) => id === arguments[0]).title", picture
    )
    assert not page.find("#paint .undo").is_enabled()
    assert page.js("return document.querySelector('#problem').hidden")


@pytest.mark.usefixtures("published")
def test_what_is_seen_at_last_is_what_was_painted_last(page: Page) -> None:
    """However many places the pen passes: the strokes painted at once give the same numbers.

    They are kept when the page is loaded again; the address names the original, which others see.
    """
    load(page)
    take_brush(page)
    page.js(
        """
        window.orders = [];
        new MutationObserver(() => {
          const tiles = [...document.querySelectorAll("#grid [role=option]")];
          if (document.querySelector(".badge").dataset.shown === "all") return;
          orders.push(tiles.map(({ dataset }) => dataset.channel).join());
        }).observe(document.querySelector("#paint"), { subtree: true, childList: true, attributes: true });
        """
    )
    stroke(page, (100, 60), (40, 80), steps=40)
    settled(page)
    assert len(set(page.js("return orders"))) == 1  # the order of the channels stays
    shown = painted(page)
    address = page.js("return location.hash")
    assert "painted" not in address
    page.browser.refresh()
    page.until(lambda: has_strokes(page))
    assert page.js("return location.hash") == address
    stale(page)
    load(page)
    page.click("#paint-open")
    settled(page)
    assert np.array_equal(painted(page), shown)
    page.click("#paint .clear")
    page.until(lambda: not has_strokes(page))
    assert "points" not in page.js("return Object.values(sessionStorage).join()")


def stale(page: Page) -> None:
    """Wait until the answer says that it does not count what is painted."""
    page.until(lambda: page.js("return document.querySelector('#answer').dataset.stale") == "true")
    assert page.text(".answer-line").startswith("Not computed yet; before: ")


SORT_ANEW = """
const button = document.querySelector("#channels-head .anew");
const order = () =>
  [...document.querySelectorAll("#grid [role=option]")].map((e) => e.dataset.channel).join();
const isSeen = button.checkVisibility(), before = order();
button.click();
return [isSeen, order() !== before, button.checkVisibility()];
"""


def test_sorting_anew_is_offered_where_it_would_change_the_order(page: Page) -> None:
    """Not before what is painted has been computed, nor after it was done."""
    load(page)
    page.until(lambda: page.js("return explorer.data.mapsAtHand(explorer.state().picture, 'block1_conv2')"))
    anew = page.find("#channels-head .anew")
    take_brush(page)
    assert not anew.is_displayed()
    page.js(
        """
        window.early = [];
        const button = document.querySelector("#channels-head .anew");
        const look = () => {
          const isOf = document.querySelector("#maps figcaption").textContent.endsWith(", painted");
          early.push([isOf, button.checkVisibility()]);
          requestAnimationFrame(look);
        };
        look();
        """
    )
    brush_size(page, 0.3)
    stroke(page, (100, 60), (20, 80))
    settled(page)
    page.until(anew.is_displayed)
    assert {offered for is_painted, offered in page.js("return early") if not is_painted} == {False}
    assert page.js(SORT_ANEW) == [True, True, False]
    page.dispatch(type="sort", value="number")
    stroke(page, (60, 60), (20, 80))
    settled(page)
    assert page.js(SORT_ANEW) == [False, False, False]


def test_a_new_visit_begins_with_clean_pictures(page: Page) -> None:
    take_brush(page)
    stroke(page, (60, 60), (30, 0))
    stale(page)
    address = page.js("return location.hash")
    page.open(address)
    page.until(lambda: page.find("#paint-open"))
    assert not has_strokes(page)
    assert "points" not in page.js("return Object.values(sessionStorage).join()")


OLD = """
const seen = ["#maps figure:nth-child(2) canvas", "#grid"].map((each) => document.querySelector(each));
const isGreyed = seen.every((each) => Number(getComputedStyle(each).opacity) < 1);
const caption = document.querySelectorAll("#maps figcaption")[1].textContent;
const facts = document.querySelector("#facts").textContent;
return [isGreyed, caption.endsWith(", before painting"), facts.startsWith("Before painting: ")];
"""


def test_maps_that_do_not_show_what_is_painted_say_so(page: Page) -> None:
    """Until the network is loaded that could compute them, or the strokes are gone."""
    assert page.js(OLD) == [False] * 3
    take_brush(page)
    stroke(page, (60, 60), (30, 0))
    page.until(lambda: page.js(OLD) == [True] * 3)
    page.click("#paint .clear")
    page.until(lambda: page.js(OLD) == [False] * 3)


def test_the_answer_and_the_tour_say_what_is_painted(page: Page) -> None:
    """Greyed until it is computed, then of the painted picture; the message is gone when it has been read."""
    load(page)
    page.until(lambda: page.text(".answers"))
    before = page.text(".answers .class")
    take_brush(page)
    brush_size(page, 0.3)
    stroke(page, (70, 30), (0, 160))
    stroke(page, (140, 30), (0, 160))
    stale(page)
    settled(page)
    page.until(lambda: page.js("return document.querySelector('#answer').dataset.stale") == "false")
    after = page.text(".answers .class")
    assert after != before
    page.click("#paint-open")
    page.click("#take-tour")
    page.until(lambda: page.find("#tour .guess") and f"“{after}”" in page.text("#tour .guess"))
    page.until(lambda: not page.find("#network-status").is_displayed(), 20)


def test_messages_cover_no_button(page: Page) -> None:
    """They lie over the pictures, and what points there goes through them."""
    for width, height in [(1440, 900), (768, 1024), (390, 844)]:
        show_on(page.browser, width, height, "light")
        page.js(
            """
            const each = document.querySelector("#loading");
            each.hidden = false;
            each.textContent = "A sentence of the usual length, which says what is under way.";
            """
        )
        lying = page.js(
            """
            const a = document.querySelector("#loading").getBoundingClientRect();
            const meets = (b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
            return [...document.querySelectorAll("button, select, a")]
              .filter((e) => e.checkVisibility() && meets(e.getBoundingClientRect())).map((e) => e.outerHTML);
            """
        )
        assert lying == []
        top = page.js(
            "const {x, y} = document.querySelector('#loading').getBoundingClientRect();"
            "return document.elementFromPoint(x + 9, y + 9).id"
        )
        assert top != "loading"


def test_the_maps_before_and_by_how_much_they_changed(page: Page, manifest: dict[str, Any]) -> None:
    """Another picture is not painted on; back at the first, its strokes are there."""
    load(page)
    take_brush(page)
    stroke(page, (60, 60), (30, 0))
    settled(page)
    caption = page.text("#maps figcaption")
    assert caption.endswith(", painted")
    buttons = {each.text: each for each in page.find("#shows").find_elements("tag name", "button")}
    assert list(buttons) == ["now", "before", "change"]
    buttons["change"].click()
    page.until(lambda: "change" in page.text("#maps figure:nth-child(2) figcaption"))
    assert page.state["shows"] == "change"
    changed = page.numbers("painted-change", "block1_conv2", BLOCK1)
    assert (changed < 0).any()
    assert (changed > 0).any()
    assert not changed[:, 150:, 150:].any()  # what the file has rounded is no change
    page.click("#shows button:nth-child(2)")
    hold = ActionChains(page.browser).move_to_element(page.find("#paint .hold")).click_and_hold()
    hold.perform()
    page.until(lambda: page.text("#maps figcaption") + ", painted" == caption)
    assert page.js("return document.querySelector('canvas.painted').hidden")
    hold = ActionChains(page.browser).release()
    hold.perform()
    page.until(lambda: page.text("#maps figcaption") == caption)
    other = next(each["id"] for each in manifest["pictures"] if each["id"] != page.state["picture"])
    page.dispatch(type="picture", value=other)
    page.until(lambda: not has_strokes(page))
    assert not in_hand(page)
    page.js("history.back()")
    page.until(lambda: has_strokes(page))
    page.until(lambda: page.text("#maps figcaption") == caption)


def test_an_address_is_copied_without_what_is_painted(page: Page) -> None:
    page.click("#share")
    page.until(lambda: "The address of this view" in page.text("#notice"))
    assert "without" not in page.text("#notice")
    take_brush(page)
    stroke(page, (60, 60), (30, 0))
    page.until(lambda: has_strokes(page))
    page.click("#share")
    page.until(lambda: "without what you painted" in page.text("#notice"))


def test_channels_stay_off_on_the_painted_picture(page: Page) -> None:
    """And what was switched off is still off when the strokes are gone."""
    load(page)
    take_brush(page)
    page.dispatch(type="channel", value=20)
    stroke(page, (60, 60), (30, 0))
    settled(page)
    assert painted(page)[20].any()
    page.dispatch(type="switch", layer="block1_conv2", channel=20)
    page.until(lambda: "switched off" in page.text("#maps figure:nth-child(2) figcaption"))
    settled(page)
    assert not painted(page)[20].any()
    page.click("#paint .clear")
    page.until(lambda: not has_strokes(page))
    page.until(lambda: not page.text("#maps figcaption").endswith(", painted"), 120)
    assert "switched off" in page.text("#maps figure:nth-child(2) figcaption")
    alone = page.numbers("switched", "block1_conv2", BLOCK1)
    assert not alone[20].any()
    assert alone[21].any()


def test_keys_paint_and_what_they_do_is_told(page: Page) -> None:
    """Without the network the strokes are kept, and the network is offered."""
    take_brush(page)
    page.js("document.querySelector('.paint-sheet').focus()")
    levels = "return document.querySelector('canvas.painted').hidden"
    assert page.js(levels)
    page.press(Keys.ARROW_LEFT)
    assert "Brush at row" in page.text("#spoken")
    assert page.js(levels)
    page.press(" ")
    page.until(lambda: not page.js(levels))
    assert "Painted at row" in page.text("#spoken")
    one = page.js("return sessionStorage.length && JSON.parse(Object.values(sessionStorage)[0])")
    ActionChains(page.browser).key_down(Keys.SHIFT).send_keys(Keys.ARROW_UP).key_up(Keys.SHIFT).perform()
    two = page.js("return JSON.parse(Object.values(sessionStorage)[0])")
    picture = page.state["picture"]
    assert [len(each[picture]["strokes"]) for each in (one, two)] == [1, 2]
    assert [len(each["points"]) for each in two[picture]["strokes"]] == [1, 2]
    assert page.state["cell"] == [100, 100]  # the brush went, not the cell
    offer = page.find("#place .compute")
    assert offer.is_displayed()
    assert "MB" in offer.text
    assert page.js("return document.querySelector('.badge').textContent") == ""
    ActionChains(page.browser).key_down(Keys.CONTROL).send_keys("z").key_up(Keys.CONTROL).perform()
    page.until(
        lambda: len(page.js("return JSON.parse(Object.values(sessionStorage)[0])")[picture]["strokes"]) == 1
    )
    page.press(Keys.ESCAPE)
    page.until(lambda: not in_hand(page))
    assert page.js("return document.activeElement.id") == "paint-open"
    offer = page.js(
        "document.querySelector('#paint-open').click(); return document.querySelector('.compute')"
    )
    page.until(offer.is_displayed)
    offer.click()
    settled(page)
    assert page.text("#maps figcaption").endswith(", painted")


def test_a_finger_paints_only_with_a_tool_in_hand(page: Page) -> None:
    """Else it scrolls and points as without the tools."""
    show_on(page.browser, 390, 844, "light")
    action = "return getComputedStyle(document.querySelector(arguments[0])).touchAction"
    assert page.js(action, PHOTOGRAPH) == "pan-y"
    assert not in_hand(page)
    take_brush(page)
    assert page.js(action, SHEET) == "none"
    box = page.box(SHEET)
    x, y = box["x"] + 40, box["y"] + 60
    for kind, places in [("touchStart", [(x, y)]), ("touchMove", [(x + 30, y + 20)]), ("touchEnd", [])]:
        points = [{"x": each[0], "y": each[1]} for each in places]
        page.browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    page.until(lambda: has_strokes(page))
    assert page.state["cell"] == [100, 100]
    width = page.js("return document.documentElement.scrollWidth")
    assert width <= 390
    assert found(page.browser) == []
    page.click("#paint .brushes button[aria-pressed=true]")
    page.until(lambda: not in_hand(page))
    assert severe(page) == []


def test_a_stamp_copies_a_piece_of_another_picture(page: Page, manifest: dict[str, Any]) -> None:
    """Its middle comes to lie where the stroke begins; it is there again after the page is loaded anew."""
    if len(manifest["pictures"]) < 2:
        pytest.skip("the explorer has one picture")
    other = manifest["pictures"][1]["id"]
    take_brush(page)
    stamp = next(
        each
        for each in page.browser.find_elements(By.CSS_SELECTOR, ".brushes button")
        if each.text == "Stamp"
    )
    stamp.click()
    page.until(lambda: page.find(".piece[aria-pressed=true]"))
    pieces = page.browser.find_elements(By.CSS_SELECTOR, ".piece")
    assert [each.is_displayed() for each in pieces] == [False, *[True] * (len(pieces) - 1)], "not of itself"
    brush_size(page, 0.2)
    page.until(lambda: page.js("return document.querySelector('.piece canvas').width > 0"))
    stroke(page, (70, 150), (0, 0))
    page.until(lambda: has_strokes(page))
    before, source = (
        np.asarray(Image.open(FOLDER / picture / "picture.png").convert("RGB")).astype(int)
        for picture in (first_id(), other)
    )
    found = with_strokes(page)
    rows, columns = np.nonzero((found != before).any(axis=-1))
    middle = [round((axis.min() + axis.max()) / 2) for axis in (rows, columns)]
    assert np.abs(np.subtract(middle, (70, 150))).max() <= 2
    assert 800 < len(rows) < 1700  # a disc of 45 pixels across: 1,590, less what is equal in both
    shifts = [
        np.abs(found[rows, columns] - source[rows - 70 + 112 + down, columns - 150 + 112 + across]).max()
        for down in (-1, 0, 1)
        for across in (-1, 0, 1)
    ]
    assert min(shifts) == 0
    page.browser.refresh()
    page.until(lambda: page.find("canvas.painted") and page.find("canvas.painted").is_displayed())
    assert np.array_equal(with_strokes(page), found)
    assert severe(page) == []


def with_strokes(page: Page) -> np.ndarray:
    """RGB of the picture with the strokes, (224, 224, 3)."""
    return pixels(page, "canvas.painted")[..., :3].astype(int)


OUTSIDE = """
const row = document.querySelector("#paint");
const { left, right } = document.querySelector("#stage").getBoundingClientRect();
const parts = [...row.querySelectorAll("button, input")].filter((e) => e.checkVisibility());
const boxes = parts.map((e) => [e.textContent || e.ariaLabel, e.getBoundingClientRect()]);
const rows = new Set(boxes.map(([, box]) => Math.round(box.top + box.height / 2)));
return {
  cut: boxes.filter(([, box]) => box.left < left || box.right > right).map(([name]) => name),
  small: boxes.filter(([, box]) => box.width < 44 || box.height < 44).map(([name]) => name),
  scrolls: [...row.querySelectorAll(".tools")].some((e) => e.scrollWidth > e.clientWidth),
  rows: rows.size,
  begins: row.querySelector(".brushes").getBoundingClientRect().left,
};
"""


@pytest.mark.parametrize(("width", "height"), [(320, 568), (390, 844)])
def test_the_tools_fit_a_phone(page: Page, width: int, height: int) -> None:
    """In three rows at one place, whatever is in hand, with targets for a finger."""
    show_on(page.browser, width, height, "light")
    take_brush(page)
    begins = set()
    stroke(page, (60, 60), (20, 30))
    for button in page.browser.find_elements(By.CSS_SELECTOR, "#paint .brushes button"):
        page.js("arguments[0].ariaPressed === 'true' || arguments[0].click()", button)
        page.until(lambda button=button: button.get_attribute("aria-pressed") == "true")
        found = page.js(OUTSIDE)
        assert (found["cut"], found["small"], found["scrolls"]) == ([], [], False), button.text
        assert found["rows"] <= 3, button.text
        begins.add(found["begins"])
    assert len(begins) == 1


def test_when_painting_is_done_the_page_is_as_before_it(page: Page) -> None:
    """But for the strokes, and for the maps, of which those before can be looked at; no tile has moved."""
    show_on(page.browser, 390, 844, "light")
    load(page)
    page.dispatch(type="cell", value=None)
    words = page.text("#words")
    take_brush(page)
    assert page.text("#paint-open") == "Done"
    brush_size(page, 0.3)
    stroke(page, (100, 60), (20, 80))
    settled(page)
    page.until(lambda: page.find("#channels-head .anew").is_displayed())
    tiles = "return [...document.querySelectorAll('#grid [role=option]')].map((e) => e.dataset.channel)"
    before = page.js(tiles)
    page.click("#paint-open")
    page.until(lambda: page.text("#paint-open") == "Paint")
    assert has_strokes(page)
    assert page.text("#words") == words
    assert not page.find("#place .badge").is_displayed()
    assert page.box("#place")["height"] <= 46
    assert page.find("#shows [data-key=before]").is_displayed()
    page.click("#shows [data-key=before]")
    page.until(lambda: not has_strokes(page))
    page.click("#shows [data-key=now]")
    page.until(lambda: has_strokes(page))
    assert page.js(tiles) == before
    assert page.find("#channels-head .anew").is_displayed()
