"""The explorer on a phone: whole words, and nothing that a reader wants lies under something else."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from explorer_page import Page, first_id, take_brush
from pages import show_on

PHONES = [(320, 640), (390, 844)]

CUT = """
const head = document.querySelector("#channels-head"), { right } = head.getBoundingClientRect();
const narrow = (select) => {
  const { style, offsetWidth } = select, before = style.cssText;
  style.cssText = "position: absolute; max-width: none; width: max-content";
  const needed = select.offsetWidth;
  style.cssText = before;
  return offsetWidth < needed;
};
return [...head.querySelectorAll("h2, button, select")].filter((part) => part.checkVisibility())
  .filter((part) => part.scrollWidth > part.clientWidth || part.getBoundingClientRect().right > right
    || (part.matches("select") && narrow(part)))
  .map((part) => part.id || part.textContent);
"""
COVERED = """
const shows = (box, y) => getComputedStyle(box).overflowY === "visible"
  || (y > box.getBoundingClientRect().top + 1 && y < box.getBoundingClientRect().bottom - 1);
const isInView = (part, y) => {
  for (let box = part.parentElement; box; box = box.parentElement) if (!shows(box, y)) return false;
  return part.checkVisibility();
};
return [...document.querySelectorAll("#arithmetic :is(p, .step, .name, output)")].filter((part) => {
  const { left, right, top, bottom } = part.getBoundingClientRect();
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  return isInView(part, y) && !part.contains(document.elementFromPoint(x, y));
}).map((part) => part.textContent);
"""
SCROLLED = """
const scroller = document.querySelector(arguments[0]), before = scroller.scrollTop;
scroller.style.scrollBehavior = "auto";
scroller.scrollTop += arguments[1];
return scroller.scrollTop - before;
"""
UNDER_THE_BUTTON = """
const button = document.querySelector("#own").getBoundingClientRect();
return [...document.querySelectorAll(arguments[0])].filter((part) => {
  const { right, bottom, top } = part.getBoundingClientRect();
  return part.checkVisibility() && right > button.left && bottom > button.top && top < button.bottom;
}).map((part) => part.dataset.channel ?? part.textContent);
"""
ELLIPSES = """
return [...document.querySelectorAll("#path .at")].filter((part) => {
  const words = document.createRange();
  words.selectNodeContents(part);
  return words.getBoundingClientRect().width > part.getBoundingClientRect().width;
}).map((part) => part.textContent);
"""
ROW_TAKES_TAPS = """
const takesTaps = (tile) => {
  const { left, right, top, bottom } = tile.getBoundingClientRect();
  return [[left + 4, top + 4], [right - 4, bottom - 4]]
    .every(([x, y]) => tile.contains(document.elementFromPoint(x, y)));
};
const tiles = document.querySelectorAll("#grid .channel");
const rows = Map.groupBy(tiles, (tile) => tile.getBoundingClientRect().top);
return [...rows.values()].some((row) => row.length > 3 && row.every(takesTaps));
"""
BELOW_THE_TABS = """
const tab = document.querySelector("#tabs [aria-selected=true]");
return document.getElementById(tab.getAttribute("aria-controls")).getBoundingClientRect().height;
"""
LEFT = "return document.querySelector('#cell .left').innerText"


@pytest.mark.parametrize(("width", "height"), [(320, 640), (360, 740), (390, 844), (1440, 900)])
def test_what_stands_over_the_channels_is_whole(unopened: Page, width: int, height: int) -> None:
    show_on(unopened.browser, width, height, "light")
    page = unopened.open(f"#/block1_conv1/61?picture={first_id()}")
    for layer, count in (("block1_conv1", 64), ("block5_conv3", 512)):
        page.dispatch(type="layer", value=layer)
        page.until(lambda count=count: page.text("#channels-title") == f"{count} channels")
        page.dispatch(type="cell", value=[3, 3])  # the channels can be sorted by what answers there
        page.until(lambda: page.find("#sort option[value=here]").is_enabled())
        for chosen in map(Select, (page.find("#sort"), page.find("#face"))):
            for option in [each for each in chosen.options if each.is_enabled()]:
                chosen.select_by_value(option.get_attribute("value") or "")
                assert page.js(CUT) == [], option.text
    Select(page.find("#sort")).select_by_value("here")
    page.js("explorer.freeze(true)")  # as while something is painted
    page.dispatch(type="cell", value=[9, 9])  # where others answer most
    page.until(lambda: page.find("#channels-head .anew").is_displayed())
    assert page.js(CUT) == []


@pytest.mark.parametrize(("width", "height"), PHONES)
def test_the_titles_layer_is_whole(unopened: Page, width: int, height: int) -> None:
    show_on(unopened.browser, width, height, "light")
    page = unopened.open(f"#/block5_conv3/286?picture={first_id()}")
    page.until(lambda: page.text("#path .at:not(.app)") == "block5_conv3")
    assert page.js(ELLIPSES) == []


def tap(page: Page, selector: str) -> None:
    """With a finger, on the middle of what may lie under something else."""
    box = page.box(selector)
    touch(page, {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2})


def touch(page: Page, place: dict[str, float]) -> None:
    for kind, points in (("touchStart", [place]), ("touchEnd", [])):
        page.browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


@pytest.fixture
def touched(unopened: Page) -> Iterator[Page]:
    """A phone's page, which is used with a finger."""
    emulate = functools.partial(unopened.browser.execute_cdp_cmd, "Emulation.setTouchEmulationEnabled")
    emulate({"enabled": True, "maxTouchPoints": 1})
    show_on(unopened.browser, 390, 844, "light")
    yield unopened.open(f"#/block5_conv3/286?picture={first_id()}")
    emulate({"enabled": False})


@pytest.mark.parametrize("how", ["its button", "a tap beside it", "Back"])
def test_help_is_closed_from_wherever_it_is_read(touched: Page, how: str) -> None:
    page = touched
    page.dispatch(type="layer", value="block3_conv3")  # a view to go back from
    page.until(lambda: page.state["layer"] == "block3_conv3")
    page.click("#help")
    page.until(lambda: page.find("#keys").is_displayed())
    page.js("document.querySelector('#keys').scrollTop = 1e6")
    if how == "its button":
        page.click("#keys .close button")
    elif how == "Back":
        page.browser.back()
    else:
        touch(page, {"x": 180, "y": page.box("#keys")["top"] / 2})
    page.until(lambda: not page.find("#keys").is_displayed())


@pytest.mark.parametrize(("opener", "menu"), [("#sharing", "#save"), ("#options", "#controls")])
def test_a_tap_beside_an_open_menu_only_closes_it(touched: Page, opener: str, menu: str) -> None:
    page = touched
    page.js(
        """
        window.chosen = [];
        const keep = ({ target }) => window.chosen.push(target.closest("[id]").id);
        document.addEventListener("click", keep, true);
        """
    )
    tap(page, opener)
    page.until(lambda: page.find(menu).is_displayed())
    tap(page, "#tab-change")
    page.until(lambda: not page.find(menu).is_displayed())
    tap(page, "#tab-passport")
    page.until(lambda: page.state["view"] == "passport")
    assert page.js("return window.chosen") == [opener[1:], "tab-passport"]


def test_a_picture_that_is_chosen_is_seen(touched: Page, manifest: dict[str, Any]) -> None:
    page = touched
    if len(manifest["pictures"]) < 2:
        pytest.skip("the explorer has one picture")
    other = manifest["pictures"][1]["id"]
    assert page.text("#options") == "Picture"
    tap(page, "#options")
    page.until(lambda: page.find("#controls").is_displayed())
    tap(page, f"[data-picture={other}]")
    page.until(lambda: page.state["picture"] == other)
    assert not page.find("#controls").is_displayed(), "it would lie over the photograph"


LOW_PHONES = [(320, 568), (360, 640), (375, 667), (390, 664)]


def swipe_up(page: Page, start: tuple[float, float], by: float) -> None:
    moves = [("touchMove", by * i / 8) for i in range(1, 9)]
    for kind, moved in [("touchStart", 0), *moves, ("touchEnd", None)]:
        points = [] if moved is None else [{"x": start[0], "y": start[1] - moved}]
        page.browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def states_of(page: Page, can_paint: bool) -> Iterator[str]:
    """Bring about, one after another, what takes room above the channels."""
    page.until(lambda: page.text(".answer-line").strip())
    yield "plain"
    page.dispatch(type="cell", value=[6, 6])
    page.until(lambda: page.text("#words strong"))
    yield "a cell chosen"
    page.dispatch(type="cell", value=None)
    for off in ([183], [183, 436, 234]):
        page.dispatch(type="off", value={"block5_conv3": off})
        page.until(lambda off=off: len(page.js("return document.querySelectorAll('#off .chip')")) == len(off))
        yield f"{len(off)} off"
    page.dispatch(type="off", value={})
    if can_paint:
        take_brush(page)
        yield "painting"
        page.click("#paint-open")
    page.dispatch(type="tour", value=3)
    page.until(lambda: page.find("#tour h2") and page.text("#tour h2").startswith("3 of"))
    page.click("#tour .fold")
    yield "the tour"


@pytest.mark.parametrize(("width", "height"), LOW_PHONES)
def test_on_a_low_phone_a_finger_comes_to_the_maps(
    unopened: Page, manifest: dict[str, Any], width: int, height: int
) -> None:
    """A swipe over what is below the tabs shows it whole before it scrolls what is in it."""
    show_on(unopened.browser, width, height, "light")
    page = unopened.open(f"#/block5_conv3/286?picture={first_id()}")
    for state in states_of(page, bool(manifest["live"])):
        page.js("scrollTo(0, 0)")
        assert page.js(BELOW_THE_TABS) >= 200, state
        photograph = page.box("#maps .stage")
        assert photograph["width"] >= 100, state
        assert photograph["bottom"] < height, f"seen with the map, {state}"
        lowest = page.box("#tour")["top"] if state == "the tour" else height
        swipe_up(page, (width / 4, lowest - 10), 260)
        page.js(
            SCROLLED, "#channels-scroll", -1e6
        )  # or no row may lie between its edge and the floating button
        page.until(lambda: page.js(ROW_TAKES_TAPS))


@pytest.fixture
def floating(unopened: Page, manifest: dict[str, Any]) -> Page:
    """A phone's page with the button for one's own picture."""
    if not manifest["live"]:
        pytest.skip("this explorer computes no pictures of a reader's own")
    show_on(unopened.browser, 390, 844, "light")
    page = unopened.open(f"#/block5_conv3/286?picture={first_id()}")
    page.until(lambda: page.find("#own").is_displayed())
    return page


@pytest.mark.parametrize(("width", "height"), PHONES)
def test_the_last_channels_come_free_of_the_button(floating: Page, width: int, height: int) -> None:
    page = floating
    show_on(page.browser, width, height, "light")
    assert page.js(UNDER_THE_BUTTON, "#grid .channel"), "it floats over the grid"
    page.js(SCROLLED, "#channels-scroll", 1e6)
    page.js("scrollTo(0, 1e6)")  # a low page scrolls too
    assert page.js(UNDER_THE_BUTTON, "#silent, #grid .channel") == []
    page.click("#whole")
    page.until(lambda: page.find(".network-tile").is_displayed())
    page.js(SCROLLED, "#network", 1e6)
    page.js("scrollTo(0, 1e6)")
    assert page.js(UNDER_THE_BUTTON, "#network > :last-child *") == []


@pytest.mark.parametrize(("width", "height"), PHONES)
def test_the_chosen_channel_does_not_lie_under_the_button(floating: Page, width: int, height: int) -> None:
    page = floating
    show_on(page.browser, width, height, "light")
    chosen = "#grid [aria-selected=true]"
    for _ in range(3):  # what is seen in part above the button, and is tapped there
        covered = page.js(UNDER_THE_BUTTON, "#grid .channel")[0]
        page.click(f"#grid [data-channel='{covered}']")
        page.until(lambda covered=covered: page.find(chosen).get_attribute("data-channel") == covered)
        page.until(lambda: page.js(UNDER_THE_BUTTON, chosen) == [])
        page.js(SCROLLED, "#channels-scroll", 20)
    page.js("document.querySelector(arguments[0]).focus()", chosen)
    for _ in range(8):
        before = page.state["channel"]
        page.press(Keys.ARROW_DOWN)
        page.until(lambda before=before: page.state["channel"] != before)
        page.until(lambda: page.js(UNDER_THE_BUTTON, chosen) == [])


@pytest.mark.parametrize(("width", "height"), [*PHONES, (1440, 900)])
@pytest.mark.parametrize("layer", ["block4_pool", "block4_conv2"])
def test_no_part_of_a_sum_lies_under_the_way_on(unopened: Page, layer: str, width: int, height: int) -> None:
    show_on(unopened.browser, width, height, "light")
    page = unopened.open(f"#/{layer}/5/6,7?picture={first_id()}&view=cell")
    page.until(lambda: page.find("#agreement") or page.find("#cell .row"))
    assert page.js(COVERED) == []
    for place in ("#cell", "#arithmetic"):
        while page.js(SCROLLED, place, 40):
            assert page.js(COVERED) == []
    for button in reversed(page.browser.find_elements(By.CSS_SELECTOR, "#arithmetic button")):
        if button.is_displayed():
            page.js("arguments[0].focus()", button)
            assert page.js(COVERED) == []


def test_another_layers_sum_is_shown_from_its_beginning(unopened: Page) -> None:
    """By a step and by Back, wherever the one before was scrolled to."""
    show_on(unopened.browser, 320, 640, "light")
    page = unopened.open(f"#/block3_pool/5/6,7?picture={first_id()}&view=cell")
    scrolled = "return ['#cell', '#arithmetic'].map((place) => document.querySelector(place).scrollTop)"

    def scroll(layer: str) -> None:
        page.until(lambda: page.text(".trail span").startswith(f"{layer} / ") and page.find("#cell .row"))
        assert page.js(scrolled) == [0, 0]
        assert any(page.js(SCROLLED, place, 1e6) for place in ("#cell", "#arithmetic"))

    scroll("block3_pool")
    page.click("#cell .row .step")
    scroll("block3_conv3")
    page.browser.back()
    scroll("block3_pool")


def test_the_steps_that_are_left_to_the_pixels_are_told(unopened: Page) -> None:
    show_on(unopened.browser, 390, 844, "light")
    page = unopened.open(f"#/block2_conv1/3/50,60?picture={first_id()}&view=cell")
    told = [
        "3 steps to the pixels",
        "step 1 of 3, 2 to the pixels",
        "step 2 of 3, 1 to the pixels",
        "step 3 of 3: the pixels",
    ]
    for words in told:
        page.until(lambda words=words: page.find("#cell .left") and page.js(LEFT) == words)
        page.until(lambda: page.find("#agreement") or "is taken" in page.text("#cell"))
        here, trail = page.box("#cell .trail span"), page.box("#cell .trail")
        assert here["right"] <= trail["right"] + 1, "where one is stands whole"
        if words != told[-1]:
            page.click("#cell .row .step")
    show_on(page.browser, 320, 640, "light")
    assert page.js(LEFT) == "the pixels"
    page.browser.back()
    page.until(lambda: page.js(LEFT) == "1 to the pixels")
    for width, height in PHONES:
        show_on(page.browser, width, height, "light")
        box, trail = page.box("#cell .left"), page.box("#cell .trail")
        assert trail["right"] <= box["left"] < box["right"] <= width
        assert trail["width"] > 100


def test_the_tours_card_stands_below_the_sum_that_it_speaks_of(unopened: Page) -> None:
    show_on(unopened.browser, 390, 844, "light")
    page = unopened.open(f"#/?picture={first_id()}&tour=6")
    page.until(lambda: page.find("#tour .show-me") and page.text("#tour .show-me") == "Show me")
    page.click("#tour .show-me")
    page.until(lambda: page.find("#cell .equation") and page.find("#cell .row"))
    assert page.js(COVERED) == []
    sum_, card, end = (page.box(each) for each in ("#cell .equation", "#tour", "#tour .end"))
    assert sum_["bottom"] <= card["top"] <= end["top"]
    assert card["bottom"] <= 844


def test_the_tours_card_can_be_folded_where_it_covers_the_sum(unopened: Page) -> None:
    show_on(unopened.browser, 375, 667, "light")
    page = unopened.open(f"#/?picture={first_id()}&tour=6")
    page.until(lambda: page.find("#tour .show-me") and page.text("#tour .show-me") == "Show me")
    page.click("#tour .show-me")
    page.until(lambda: page.find("#cell .equation") and page.find("#cell .row"))
    words = page.text("#tour [aria-live]")
    open_at, sum_ = page.box("#tour")["top"], page.box("#cell .equation")
    page.click("#tour .fold")
    assert page.find("#tour .fold").get_attribute("aria-expanded") == "false"
    assert not page.find("#tour [aria-live]").is_displayed()
    assert sum_["top"] < page.box("#tour")["top"] > open_at + 40
    page.click("#tour .next")
    page.until(lambda: page.text("#tour h2").startswith("7 of 7"))
    assert page.find("#tour .fold").get_attribute("aria-expanded") == "true"
    page.until(lambda: page.text("#tour .guess"))
    assert page.text("#tour .guess") not in words
    show_on(page.browser, 1440, 900, "light")
    assert not page.find("#tour .fold").is_displayed()


def test_an_open_answer_leaves_the_tabs_free_of_the_button(floating: Page) -> None:
    page = floating
    page.until(lambda: page.text(".answer-line"))
    page.find(".answer-line").click()
    page.until(lambda: page.find(".answers").is_displayed())
    assert page.js(UNDER_THE_BUTTON, "#tabs button") == []


def test_channels_off_leave_room_for_the_grid(unopened: Page, manifest: dict[str, Any]) -> None:
    """What is off stands in one row, and which maps are shown beside the button that begins to paint."""
    if not manifest["answer"]:
        pytest.skip("this explorer has no classifier")
    show_on(unopened.browser, 390, 844, "light")
    page = unopened.open(f"#/block5_conv3/286?picture={first_id()}")
    page.until(lambda: page.text(".answer-line").strip())
    before = page.box("#grid")["top"]
    page.dispatch(type="off", value={"block5_conv3": [183, 436, 234]})
    page.until(lambda: page.find("#shows [data-key=now]"))
    page.until(lambda: page.find("#off .undo").is_displayed())
    middles = {
        round(page.box(each)["y"] + page.box(each)["height"] / 2) for each in ("#off .chip", "#off .undo")
    }
    assert len(middles) == 1
    assert page.box("#grid")["top"] - before < 80
    shows, paint = page.box("#shows"), page.box("#paint-open")
    assert shows["right"] <= paint["left"]
    assert shows["top"] < paint["bottom"] <= page.box("#answer")["top"] + 1
    page.click("#tab-passport")
    page.until(lambda: page.find("#passport .switch").is_displayed())
    assert page.text("#passport .switch") == "Switch channel 286 off"
    page.click("#passport .switch")
    page.until(lambda: page.text("#passport .switch") == "Switch channel 286 on again")
    assert 286 in page.state["off"]["block5_conv3"]


@pytest.mark.parametrize("figure", [1, 2])
def test_an_enlarged_picture_is_whole(unopened: Page, figure: int) -> None:
    show_on(unopened.browser, 390, 844, "light")
    page = unopened.open(f"#/block5_conv3/286?picture={first_id()}")
    button = page.find(f"#maps figure:nth-child({figure}) .enlarge")
    sign = button.get_attribute("innerHTML")
    button.click()
    large, small = (f"#maps figure:nth-child({each}) .stage" for each in (figure, 3 - figure))
    page.until(lambda: page.box(large)["width"] > 250)
    assert 60 < page.box(small)["width"] < 100
    assert page.box(large)["right"] <= page.box(small)["left"]
    assert page.box(small)["right"] <= 390
    assert button.get_attribute("innerHTML") != sign
    button.click()
    page.until(lambda: page.box(large)["width"] == page.box(small)["width"])
    assert button.get_attribute("innerHTML") == sign


def test_beside_the_whole_network_no_layer_looks_chosen(unopened: Page) -> None:
    show_on(unopened.browser, 390, 844, "light")
    page = unopened.open(f"#/block4_conv3/5?picture={first_id()}")
    colour = "return getComputedStyle(document.querySelector(arguments[0])).backgroundColor"
    chosen = "#rail .layer[aria-current=true]"
    accent = page.js(colour, chosen)
    page.click("#whole")
    page.until(lambda: page.js(colour, "#whole") == accent)
    assert page.js(colour, chosen) != accent


@pytest.mark.parametrize(("width", "height"), PHONES)
def test_the_cell_that_is_taken_is_named_free_of_its_bar(unopened: Page, width: int, height: int) -> None:
    show_on(unopened.browser, width, height, "light")
    page = unopened.open(f"#/block1_pool/5/106,100?picture={first_id()}&view=cell")
    page.until(lambda: page.find("#cell .row.sum .step"))
    step = page.find("#cell .row.sum .step")
    assert step.text.endswith("taken ›")
    assert page.box("#cell .row.sum .step")["right"] <= page.box("#cell .row.sum .signed")["left"]
    assert page.js("return arguments[0].scrollWidth <= arguments[0].clientWidth", step)


CUT_CAPTIONS = """
return [...document.querySelectorAll("#maps figcaption")]
  .filter((caption) => caption.scrollWidth > caption.clientWidth).map((caption) => caption.textContent);
"""


@pytest.mark.parametrize(
    "where", ["286?", "286/6,6?off=block5_conv3:183&", "286?off=block5_conv3:286&", "286?picture=coffee&"]
)
def test_no_caption_of_a_small_map_is_cut(unopened: Page, where: str) -> None:
    """Where there is no room for the largest value, it stands at the end of the colour bar alone."""
    show_on(unopened.browser, 360, 640, "light")
    page = unopened.open(f"#/block5_conv3/{where}picture={first_id()}")
    page.until(lambda: "thumbnail" not in page.text("#maps figure:nth-child(2) figcaption"))
    for width, height in [(360, 640), (320, 640), (390, 844)]:
        show_on(page.browser, width, height, "light")
        assert page.js(CUT_CAPTIONS) == []
        assert "286" in page.find("#maps figure:nth-child(2) figcaption").text
    whole = page.text("#maps figure:nth-child(2) figcaption").removeprefix("channel ")
    assert page.find("#maps figure:nth-child(2) figcaption").text == whole, "where there is room"


def test_the_answers_line_looks_like_a_button_that_opens_it(touched: Page) -> None:
    page = touched
    page.until(lambda: page.text(".answer-line").strip())
    look = """
    const line = document.querySelector(".answer-line"), style = getComputedStyle(line);
    const sign = getComputedStyle(line, "::after");
    const isFramed = style.borderTopColor !== style.backgroundColor;
    return [style.borderTopWidth, isFramed, sign.borderBottomWidth, sign.rotate];
    """
    width, is_framed, sign, closed = page.js(look)
    assert (width, is_framed, sign) == ("1px", True, "2px")
    page.find(".answer-line").click()
    page.until(lambda: page.find(".answers").is_displayed())
    assert page.js(look)[3] != closed


IN_VIEW = """
const figure = [...document.querySelectorAll("#change .side-by-side")].find((each) => each.checkVisibility());
if (!figure) return null;
return [...figure.querySelectorAll("canvas")].filter((each) => each.checkVisibility()).map((canvas) => {
  const { left, right, top, bottom } = canvas.getBoundingClientRect();
  const at = (y) => document.elementFromPoint((left + right) / 2, y);
  return [top + 2, bottom - 2].every((y) => canvas.closest("figure").contains(at(y)));
});
"""


SLOW = """
{
  const late = () => new Promise((resolve) => setTimeout(resolve, 1000));
  const { fetch, Cache: { prototype: { match } } } = window;
  Cache.prototype.match = async function (...wanted) {
    await late();
    return match.apply(this, wanted);
  };
  window.fetch = async (...wanted) => {
    if (String(wanted[0].url ?? wanted[0]).includes(".maps")) await late();
    return fetch(...wanted);
  };
}
"""


@pytest.fixture
def slow(unopened: Page) -> Iterator[Page]:
    """A page that looks late into its cache, and gets its maps late."""
    command = "Page.addScriptToEvaluateOnNewDocument"
    made = unopened.browser.execute_cdp_cmd(command, {"source": SLOW})
    show_on(unopened.browser, 360, 640, "light")
    yield unopened
    unopened.browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", made)


def test_the_button_that_begins_does_not_move_once_it_is_there(slow: Page) -> None:
    """Or a finger meets something else."""
    begin = "#change .begin"
    page = slow.open(f"#/block1_conv2/5?picture={first_id()}&view=change")
    page.until(lambda: page.find(begin))
    before = page.box(begin)
    page.until(lambda: page.text("#change .download"))
    assert page.box(begin) == before


def test_the_way_to_the_next_channel_does_not_move_once_it_is_there(slow: Page) -> None:
    page = slow.open(f"#/block1_conv2/5?picture={first_id()}&view=passport")
    assert "at row" not in page.text("#facts")
    before = page.box("#passport .walk")
    page.exact()
    assert page.box("#passport .walk") == before


@pytest.mark.parametrize("part", ["drawing", "fool"])
def test_what_is_drawn_is_in_view_once_it_is_begun(
    unopened: Page, part: str, manifest: dict[str, Any]
) -> None:
    if part == "fool" and not manifest["answer"]:
        pytest.skip("this explorer has no classifier")
    show_on(unopened.browser, 360, 640, "light")
    page = unopened.open(f"#/block1_conv2/5?picture={first_id()}&view=change")
    page.until(lambda: page.find(f"#change [data-part={part}]"))
    page.find(f"#change [data-part={part}]").click()
    section = {"drawing": "A channel being drawn", "fool": "Fool it"}[part]
    page.find(f"#change [aria-label='{section}'] .begin").click()
    page.until(lambda: page.js(IN_VIEW), 200)
    page.until(lambda: all(page.js(IN_VIEW)), 5)
