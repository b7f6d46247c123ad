"""The explorer in a real browser: all that a reader can do there, and that its numbers are right."""

from __future__ import annotations

import functools
import gzip
import io
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

import vggviz
from accessibility import found
from explorer_page import (
    FOLDER,
    MAP,
    PHOTOGRAPH,
    Host,
    Page,
    Server,
    first_id,
    layer_of,
    number,
    severe,
    stored,
)
from pages import COMPRESSED, show_on
from vggviz.analysis.preferences import preferred_classes

FIRST_VIEW = 450_000  # bytes
VIEWS = {
    "channels": "#grid [role=option]",
    "passport": "#passport",
    "cell": "#agreement",
    "network": ".network-tile",
}
"""Views of the page, and what is seen when one is there."""
SCREENS = [(320, 568), (390, 844), (768, 1024), (844, 390), (1280, 720), (1440, 900), (1920, 1080)]


@pytest.fixture
def young(unopened: Page) -> Iterator[Page]:
    """A tab of its own for the page: a tab holds 50 steps, and drops those first that no gesture made."""
    browser = unopened.browser
    first = browser.current_window_handle
    browser.switch_to.new_window("tab")
    show_on(browser, 1440, 1000, "light")
    yield unopened
    browser.close()
    browser.switch_to.window(first)


# At once, without a model ---------------------------------------------------------------------


def size_sent(path: str) -> int:
    """Bytes of a file as the host sends it, with its headers."""
    content = (FOLDER / path[1:]).read_bytes()
    return 300 + len(gzip.compress(content, 6) if Path(path).suffix in COMPRESSED else content)


@pytest.mark.usefixtures("published")
def test_the_first_view_is_light_and_without_errors(page: Page, manifest: dict[str, Any]) -> None:
    # Counted at the host: what comes by way of the service worker has no size in the page.
    small = {f"/{picture['id']}/small.webp" for picture in manifest["pictures"]}
    page.until(lambda: small <= {path for path, _ in Host.asked})
    time.sleep(1.5)  # what comes late counts too
    # the classifier comes when all is idle
    asked = {path for path, _ in Host.asked if not path.startswith("/classifier/")}
    assert 50_000 < sum(map(size_sent, asked)) < FIRST_VIEW
    assert severe(page) == []
    heavy = {path for path in asked if path.endswith((".gz", ".packed"))}
    assert heavy <= {f"/{first_id()}/block5_conv3.maps.gz"}  # the maps of the first layer are light
    assert not asked & {"/change/panel.js", "/tour/tour.js", "/views/paint.js"}  # they come late
    assert not any(path.startswith(("/atlas/", "/drawings/", "/find/panel")) for path in asked)


@pytest.mark.parametrize(("width", "height"), [(360, 640), (390, 844), (768, 1024), (1440, 900)])
@pytest.mark.parametrize("view", ["channels", "passport", "cell", "change"])
def test_nothing_jumps_while_the_page_comes(unopened: Page, width: int, height: int, view: str) -> None:
    shifts = """
    const done = arguments[0];
    new PerformanceObserver((list) => done(list.getEntries().reduce((sum, e) => sum + e.value, 0)))
      .observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(0), 1000);
    """
    show_on(unopened.browser, width, height, "light")
    page = unopened.open(f"#/block1_conv2/5?picture={first_id()}&view={view}")
    page.exact()
    page.until(lambda: page.js("return !document.querySelector('#answer').dataset.waiting"))
    assert page.browser.execute_async_script(shifts) < 0.02  # of 0.1 that are good (web.dev/articles/cls)


def test_what_takes_long_is_said_before_there_is_something_to_show(page: Page) -> None:
    """Only then: on a fast connection the words would flash."""
    assert not page.find("#loading").is_displayed()
    Host.page_wait = 3
    page.browser.refresh()
    page.until(lambda: page.find("#loading").is_displayed())
    assert page.text("#loading") == "Loading …"
    page.until(lambda: page.find("#grid [role=option][aria-selected=true]"))
    assert not page.find("#loading").is_displayed()


def test_a_page_that_does_not_come_says_so(page: Page) -> None:
    page.browser.execute_cdp_cmd("Network.enable", {})
    page.browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/main.js"]})
    try:
        page.browser.refresh()
        page.until(lambda: page.find("#problem").is_displayed())
        assert page.text("#problem") == "The explorer could not be loaded: load the page again."
        assert not page.find("#loading").is_displayed()
    finally:
        page.browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
        page.browser.execute_cdp_cmd("Network.disable", {})


def test_the_page_begins_with_the_strongest_channel_of_the_last_convolution(page: Page) -> None:
    statistics = json.loads((FOLDER / first_id() / "block5_conv3.json").read_text())
    assert page.state["layer"] == "block5_conv3"
    assert page.state["channel"] == int(np.argmax(statistics["maximum"]))
    assert page.text("#path") == f"Explorerblock5_conv3channel {page.state['channel']}"
    page.exact()  # unasked, as its maps are light


def test_a_channel_by_click_shows_its_exact_map(page: Page, manifest: dict[str, Any]) -> None:
    page.find("#rail [data-layer=block3_conv2]").click()
    page.until(lambda: page.text("#channels-title") == "256 channels")
    page.find("#grid [role=option]:nth-child(5)").click()
    page.exact()
    state = page.state
    values = stored(state["picture"], layer_of(manifest, "block3_conv2"))[state["channel"]]
    row, column = np.unravel_index(values.argmax(), values.shape)
    words = page.text("#facts")
    assert words.startswith("Largest ")
    assert "Of 256 channels it is number" in words
    assert f"at row {row}, column {column}" in words
    largest = words.split("Largest ")[1].split(" at")[0]
    assert largest == page.text("#bar span:last-of-type")
    assert page.text("#maps figure:nth-child(2) figcaption").endswith(f"up to {largest}")
    page.dispatch(type="cell", value=[int(row), int(column)])
    page.until(lambda: page.text("#words").startswith(f"Row {row}, column {column}: {largest}."))
    assert number(words.split("Largest ")[1].split(" at")[0]) == pytest.approx(values.max(), rel=6e-3)


def test_the_map_is_painted_in_the_colours_of_its_bar(page: Page, manifest: dict[str, Any]) -> None:
    """The pixels of the canvas, looked up in viridis, are the values of the file."""
    page.dispatch(type="layer", value="block4_conv1")
    page.dispatch(type="channel", value=3)
    page.exact()
    pixels = """
    const canvas = document.querySelector("#maps figure:nth-child(2) canvas");
    const { height, width } = canvas;
    return [height, width, [...canvas.getContext("2d").getImageData(0, 0, width, height).data]];
    """
    rows, columns, levels = page.js(pixels)
    colours = np.array(json.loads((FOLDER / "colours.json").read_text())["viridis"])
    image = np.array(levels).reshape(rows, columns, 4)
    values = stored(first_id(), layer_of(manifest, "block4_conv1"))[3]
    share = values / values.max()
    nearest = np.abs(image[..., None, :3] - colours).sum(-1).argmin(-1)
    assert (image[..., 3] == 255).all()
    assert np.abs(nearest / 255 - share).max() <= 1 / 255


def shown_channels(page: Page) -> list[int]:
    return page.js(
        "return [...document.querySelectorAll('#grid [role=option]')].map((e) => Number(e.dataset.channel))"
    )


def test_sort_and_brightness(page: Page, manifest: dict[str, Any]) -> None:
    page.dispatch(type="layer", value="block1_conv1")
    page.until(lambda: page.text("#channels-title") == "64 channels")
    statistics = json.loads((FOLDER / first_id() / "block1_conv1.json").read_text())
    for sort, key in [("zeros", "zeros"), ("strength", "maximum")]:
        Select(page.find("#sort")).select_by_value(sort)
        page.until(lambda key=key: (np.diff(np.array(statistics[key])[shown_channels(page)]) <= 0).all())
    Select(page.find("#sort")).select_by_value("number")
    loud = [k for k, value in enumerate(statistics["maximum"]) if value > 0]
    page.until(lambda: shown_channels(page) == loud)
    tops = {}
    page.click("#options")
    for scale in ("channel", "layer", "network"):
        Select(page.find("#scale")).select_by_value(scale)
        page.until(lambda scale=scale: page.state["scale"] == scale and page.text("#bar span:last-of-type"))
        time.sleep(0.2)
        tops[scale] = number(page.text("#bar span:last-of-type"))
    maxima = manifest["pictures"][0]["maximum"]
    assert tops["channel"] == pytest.approx(statistics["maximum"][page.state["channel"]], rel=6e-3)
    assert tops["layer"] == pytest.approx(maxima["block1_conv1"], rel=6e-3)
    assert tops["network"] == pytest.approx(max(maxima.values()), rel=6e-3)


def test_sorted_by_what_is_strongest_here(page: Page, manifest: dict[str, Any]) -> None:
    page.dispatch(type="layer", value="block4_conv3")
    page.dispatch(type="cell", value=[9, 8])
    page.exact()
    values = stored(first_id(), layer_of(manifest, "block4_conv3"))[:, 9, 8]
    page.until(lambda: values[shown_channels(page)[0]] == values.max())
    assert (np.diff(values[shown_channels(page)]) <= 0).all()
    page.js("explorer.freeze(true)")
    before = shown_channels(page)
    page.dispatch(type="cell", value=[20, 20])
    time.sleep(0.2)
    assert shown_channels(page) == before
    page.js("explorer.freeze(false)")
    page.until(lambda: shown_channels(page) != before)


SORTED = """
const sort = document.querySelector("#sort");
const offered = [...sort.options].filter((e) => !e.disabled && !e.hidden);
return [sort.selectedOptions[0].textContent, offered.map((e) => e.textContent)];
"""


@pytest.mark.parametrize("sort", ["", "&sort=here", "&sort=strength"])
def test_strongest_here_is_said_only_of_a_place(unopened: Page, manifest: dict[str, Any], sort: str) -> None:
    """What the list says is what the grid does: without a place, as by an address, and when one is chosen."""
    page = unopened.open(f"#/block4_conv3/5?picture={first_id()}{sort}")
    statistics = json.loads((FOLDER / first_id() / "block4_conv3.json").read_text())
    strongest = np.argsort(-np.array(statistics["maximum"]), kind="stable")[:20].tolist()
    page.exact()
    assert page.js(SORTED) == ["strongest", ["strongest", "most zeros", "number"]]
    assert shown_channels(page)[:20] == strongest
    page.dispatch(type="cell", value=[9, 8])
    values = stored(first_id(), layer_of(manifest, "block4_conv3"))[:, 9, 8]
    chosen = "strongest" if "strength" in sort else "strongest here"
    page.until(lambda: page.js(SORTED) == [chosen, ["strongest here", "strongest", "most zeros", "number"]])
    if chosen == "strongest here":
        page.until(lambda: (np.diff(values[shown_channels(page)]) <= 0).all())
    else:
        assert shown_channels(page)[:20] == strongest
    page.js("document.querySelector('.stage[tabindex]').focus()")
    page.press(Keys.ESCAPE)
    page.until(lambda: page.js(SORTED)[0] == "strongest")
    page.until(lambda: shown_channels(page)[:20] == strongest)


HATCHED = """
const isHatched = (e) => getComputedStyle(e).backgroundImage.includes("gradient") && e.checkVisibility();
const note = document.querySelector("#channels .hatched");
const box = note.getBoundingClientRect(), { clientWidth, clientHeight } = document.documentElement;
const isInView = box.width > 0 && box.left >= 0 && box.right <= clientWidth && box.bottom <= clientHeight;
const tiles = [...document.querySelectorAll("#grid .channel")].filter(isHatched);
return [tiles.length, isInView, note.textContent];
"""


def test_what_hatched_tiles_are_is_said_where_they_are(page: Page) -> None:
    """And only there: not where silent channels are folded, nor beside faces, which tell nothing of it."""
    show_on(page.browser, 320, 640, "light")
    statistics = json.loads((FOLDER / first_id() / "block5_conv3.json").read_text())
    silent = [k for k, value in enumerate(statistics["maximum"]) if not value]
    assert page.js(HATCHED)[:2] == [0, False]
    page.click("#silent")
    page.until(lambda: page.js(HATCHED)[:2] == [len(silent), True])
    assert page.js(HATCHED)[2] == "Hatched: zero everywhere on this picture."
    page.click("#silent")
    page.until(lambda: page.js(HATCHED)[:2] == [0, False])
    page.dispatch(type="channel", value=silent[0])  # which is shown, folded or not
    page.until(lambda: page.js(HATCHED)[:2] == [1, True])
    page.dispatch(type="layer", value="block1_conv1")
    page.until(lambda: page.text("#channels-title") == "64 channels")
    page.dispatch(type="layer", value="block5_conv3")
    page.until(lambda: page.text("#channels-title") == "512 channels")
    page.click("#silent")
    drawn = page.find("#face option[value=drawn]")
    if drawn is not None and drawn.is_enabled():
        Select(page.find("#face")).select_by_value("drawn")
        page.until(lambda: page.js(HATCHED)[:2] == [0, False])


BAR_END = """
const end = document.querySelector("#bar small");
const [box, bar] = [end, end.parentElement].map((e) => e.getBoundingClientRect());
const isWhole = end.scrollWidth <= end.clientWidth + 1 || getComputedStyle(end).position === "absolute";
const isAcross = box.width > 0 && box.left >= bar.left && box.right <= bar.right + 1;
const isIn = isAcross && box.bottom <= bar.bottom + 1;
return [document.querySelector("#bar span:last-of-type").textContent, end.textContent, isWhole && isIn];
"""


@pytest.mark.parametrize(("width", "height"), [(320, 640), (390, 844), (768, 1024), (1440, 900)])
def test_the_bar_says_what_its_end_is(page: Page, width: int, height: int) -> None:
    """By each channel the end is another: it is said that this is the channel’s largest."""
    show_on(page.browser, width, height, "light")
    ends = set()
    for channel in shown_channels(page)[:3]:
        page.dispatch(type="channel", value=channel)
        page.until(lambda channel=channel: page.text("#path").endswith(f"channel {channel}"))
        end, words, is_seen = page.js(BAR_END)
        assert (words, is_seen) == ("this channel’s largest", True)
        assert page.text("#maps figure:nth-child(2) figcaption").endswith(f"up to {end}")
        ends.add(end)
    assert len(ends) == 3
    for scale, words in [("layer", "this layer’s largest"), ("network", "the network’s largest")]:
        page.dispatch(type="scale", value=scale)
        page.until(lambda words=words: page.js(BAR_END)[1:] == [words, True])


def test_silent_channels_are_folded_into_one_line(page: Page) -> None:
    statistics = json.loads((FOLDER / first_id() / "block5_conv3.json").read_text())
    silent = sum(not value for value in statistics["maximum"])
    assert silent
    assert page.text("#silent") == f"{silent} silent on this picture"
    assert len(shown_channels(page)) == 512 - silent
    page.click("#silent")
    page.until(lambda: len(shown_channels(page)) == 512)


def test_another_layer_keeps_the_place_and_shows_what_is_strongest_there(
    unopened: Page, manifest: dict[str, Any]
) -> None:
    page = unopened.open(f"#/block1_conv1/0/100,40?picture={first_id()}")
    page.exact()
    page.find("#rail [data-layer=block4_conv3]").click()
    page.until(lambda: page.state["layer"] == "block4_conv3")
    page.exact()
    assert page.state["cell"] == [12, 5]
    values = stored(first_id(), layer_of(manifest, "block4_conv3"))[:, 12, 5]
    assert values[page.state["channel"]] == values.max() > 0


def test_pointing_at_a_cell_says_its_value_and_frames_what_it_sees(
    page: Page, manifest: dict[str, Any]
) -> None:
    page.dispatch(type="layer", value="block3_conv1")
    page.dispatch(type="channel", value=7)
    page.exact()
    layer = layer_of(manifest, "block3_conv1")
    stage = page.find(MAP)
    row, column = 20, 33
    box = stage.rect
    across, down = ((column + 0.5) / 56 - 0.5) * box["width"], ((row + 0.5) / 56 - 0.5) * box["height"]
    ActionChains(page.browser).move_to_element_with_offset(stage, across, down).perform()
    page.until(lambda: f"Row {row}, column {column}" in page.text("#words"))
    assert page.state["cell"] is None  # pointed at, not chosen
    value = stored(first_id(), layer)[7, row, column]
    told = page.text("#words").split(f"column {column}: ")[1].split(". It sees")[0]
    assert number(told) == pytest.approx(value, rel=6e-3, abs=1e-6)
    field = vggviz.receptive_fields(vggviz.load_vgg16("random"))["block3_conv1"]
    top, left, bottom, right = field.box(row, column, 224)
    assert f"rows {top} to {bottom - 1} and columns {left} to {right - 1}" in page.text("#words")
    style = page.js(
        "const s = document.querySelector('#maps .marker').style; return [s.top, s.left, s.height, s.width]"
    )
    percent = [float(text.rstrip("%")) for text in style]
    np.testing.assert_allclose(percent, np.array([top, left, bottom - top, right - left]) / 2.24, rtol=1e-4)
    stage.click()
    page.until(lambda: page.state["cell"])


def test_the_photograph_is_a_pointer_too(page: Page) -> None:
    page.dispatch(type="layer", value="block3_conv1")
    page.exact()
    stage = page.find(PHOTOGRAPH)
    width = stage.rect["width"]
    across, down = (134 / 224 - 0.5) * width, (82 / 224 - 0.5) * width
    ActionChains(page.browser).move_to_element_with_offset(stage, across, down).click().perform()
    # The field of a cell is 24 pixels from 4 * index - 10 on, so its centre is at 4 * index + 1.5.
    page.until(lambda: page.state["cell"] == [20, 33])


def test_screen_readers_are_told_what_is_chosen_not_what_the_mouse_passes(page: Page) -> None:
    page.exact()
    ActionChains(page.browser).move_to_element(page.find(MAP)).move_by_offset(20, 9).perform()
    page.until(lambda: page.text("#words").startswith("Row"))
    before = page.text("#spoken")
    ActionChains(page.browser).move_by_offset(30, 9).perform()
    time.sleep(0.2)
    assert page.text("#spoken") == before
    page.js("document.querySelector('.stage[tabindex]').focus()")
    page.press(Keys.ARROW_DOWN)
    page.until(lambda: "Row 8, column 7" in page.text("#spoken"))
    ActionChains(page.browser).move_to_element(page.find(MAP)).move_by_offset(30, 30).click().perform()
    page.until(lambda: page.state["cell"] != [8, 7])
    row, column = page.state["cell"]
    page.until(lambda: f"Row {row}, column {column}" in page.text("#spoken"))
    page.browser.find_elements(By.CSS_SELECTOR, "#grid .channel")[3].click()  # which is read out itself
    page.until(lambda: f"Row {row}" not in page.text("#spoken"))


@pytest.fixture
def finger(page: Page) -> Iterator[Any]:
    page.browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    touch = functools.partial(page.browser.execute_cdp_cmd, "Input.dispatchTouchEvent")
    yield lambda kind, *points: touch({"type": f"touch{kind}", "touchPoints": list(points)})
    page.browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})


def place(page: Page, selector: str, across: float, down: float) -> dict[str, float]:
    box = page.box(selector)
    return {"x": box["x"] + across * box["width"], "y": box["y"] + down * box["height"]}


def test_a_cell_by_touch(page: Page, finger: Any) -> None:
    page.dispatch(type="layer", value="block1_conv1")
    page.exact()
    finger("Start", place(page, MAP, 0.25, 0.5))
    finger("End")
    row, column = page.until(lambda: page.state["cell"])
    assert abs(row - 112) <= 1
    assert abs(column - 56) <= 1
    page.find("#pad button:nth-child(1)").click()
    page.until(lambda: page.state["cell"] == [row, column - 1])


def test_a_finger_that_holds_sees_a_loupe_and_chooses_where_it_is_lifted(page: Page, finger: Any) -> None:
    page.dispatch(type="layer", value="block1_conv1")
    page.exact()
    finger("Start", place(page, MAP, 0.25, 0.5))
    page.until(lambda: page.find(".loupe").is_displayed())
    finger("Move", place(page, MAP, 0.5, 0.75))
    page.until(lambda: page.text(".loupe p").startswith("168, 112: "))
    assert page.state["cell"] is None
    finger("End")
    page.until(lambda: page.state["cell"] == [168, 112])
    assert not page.find(".loupe").is_displayed()


def test_a_double_tap_enlarges(page: Page, finger: Any) -> None:
    page.exact()
    before = page.box(MAP)["width"]

    def tap_twice() -> bool:
        for _ in range(2):
            finger("Start", place(page, MAP, 0.5, 0.5))
            finger("End")
        time.sleep(0.5)
        return page.box(MAP)["width"] > 1.3 * before

    page.until(tap_twice)  # on a busy machine the second tap may come too late
    page.find(MAP).send_keys(Keys.ESCAPE)
    page.until(lambda: page.box(MAP)["width"] == before)


def test_by_keyboard_alone(page: Page, manifest: dict[str, Any]) -> None:
    keys = lambda *some: ActionChains(page.browser).send_keys(*some).perform()  # noqa: E731
    page.js("document.querySelector('#grid [aria-selected=true]').focus()")
    before = page.state["channel"]
    keys(Keys.ARROW_RIGHT)
    page.until(lambda: page.state["channel"] != before)
    focused = "return document.activeElement.dataset.channel"
    assert int(page.js(focused)) == page.state["channel"]
    assert len(page.browser.find_elements(By.CSS_SELECTOR, "#grid [tabindex='0']")) == 1
    keys("]")
    page.until(lambda: page.state["layer"] == "block5_pool")
    keys("[", "v")
    page.until(lambda: page.state["layer"] == "block5_conv3" and page.state["over"])
    keys("v", "o", "s")
    page.until(lambda: (page.state["sort"], page.state["scale"]) == ("zeros", "layer"))
    keys("c")
    page.until(lambda: page.state["compare"])
    keys("i")
    page.until(lambda: page.state["picture"] == manifest["pictures"][1]["id"])
    keys("?")
    page.until(lambda: page.js("return document.querySelector('dialog').open"))
    keys(Keys.ESCAPE)
    page.until(lambda: not page.js("return document.querySelector('dialog').open"))
    page.js("document.querySelectorAll('.stage[tabindex]')[0].focus()")
    keys(Keys.ARROW_DOWN)
    page.until(lambda: page.state["cell"] == [8, 7])
    ActionChains(page.browser).key_down(Keys.SHIFT).send_keys(Keys.ARROW_LEFT).key_up(Keys.SHIFT).perform()
    page.until(lambda: page.state["cell"] == [8, 0])
    keys("e")
    page.until(lambda: page.find("#agreement"))
    keys(Keys.ESCAPE)
    page.until(lambda: page.state["cell"] is None)


def test_every_button_can_be_reached_by_tab(page: Page) -> None:
    page.js("document.body.focus()")
    seen = set()
    for _ in range(60):
        ActionChains(page.browser).send_keys(Keys.TAB).perform()
        seen.add(
            page.js(
                "const e = document.activeElement; return e.id || e.getAttribute('role') || e.textContent"
            )
        )
    assert {"back", "options", "sharing", "wall", "help", "sort", "option", "application", "own"} <= seen
    for opener, inside in [("options", {"scale", "compare", "over"}), ("sharing", {"share", "save-png"})]:
        page.js("document.getElementById(arguments[0]).focus()", opener)
        page.press(Keys.ENTER)
        seen = set()
        for _ in range(6):
            page.press(Keys.TAB)
            seen.add(page.js("return document.activeElement.id"))
        assert inside <= seen
        page.press(Keys.ESCAPE)


def test_the_map_over_the_picture_and_two_pictures(page: Page, manifest: dict[str, Any]) -> None:
    page.dispatch(type="layer", value="block2_conv1")
    page.dispatch(type="compare", value="coffee")
    page.until(lambda: len(page.browser.find_elements(By.CSS_SELECTOR, "#maps figure")) == 4)
    page.exact()
    page.until(lambda: "Coffee: largest" in page.text("#facts"))
    channel = page.state["channel"]
    both = [json.loads((FOLDER / name / "block2_conv1.json").read_text()) for name in (first_id(), "coffee")]
    top = max(each["maximum"][channel] for each in both)
    assert number(page.text("#bar span:last-of-type")) == pytest.approx(top, rel=6e-3)
    page.click("#over")
    page.until(lambda: page.js("return !document.querySelector('#maps canvas.overlay').hidden"))
    alphas = """
    const canvas = document.querySelector("#maps canvas.overlay");
    return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data]
      .filter((_, i) => i % 4 === 3);
    """
    values = stored(first_id(), layer_of(manifest, "block2_conv1"))[channel]
    np.testing.assert_allclose(page.js(alphas), (255 * values / top).ravel(), atol=1)
    tile = (
        "return document.querySelector('#grid canvas').width / document.querySelector('#grid canvas').height"
    )
    assert page.js(tile) == 2  # both pictures
    visible = "return [...document.querySelectorAll('#maps figure')].filter((f) => f.offsetParent).length"
    assert page.js(visible) == 2


def test_which_classes_a_channel_prefers_and_what_the_numbers_are(
    page: Page, manifest: dict[str, Any]
) -> None:
    if not layer_of(manifest, "block5_conv3")["preferred"]:
        pytest.skip("the explorer is of other weights than ImageNet's")
    for layer, channel in [("block5_conv3", 286), ("block1_conv1", 7)]:
        page.dispatch(type="layer", value=layer)
        page.dispatch(type="channel", value=channel)
        found = preferred_classes(layer, channel, 3)
        classes = ", ".join(f"{name} ({size:.1f})" for name, size in found if round(size, 1) > 0)
        page.until(lambda classes=classes: page.text("#preferred").startswith(f"Strongest for: {classes}."))
        assert "Effect sizes over Tiny ImageNet’s training pictures" in page.text("#preferred")
        assert page.find("#preferred").is_displayed()
    page.dispatch(type="layer", value="block1_pool")
    page.until(lambda: not page.find("#preferred").is_displayed())


# The arithmetic -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["block1_conv1", "block2_conv2", "block5_conv3"])
def test_the_arithmetic_adds_up(unopened: Page, manifest: dict[str, Any], name: str) -> None:
    layer = layer_of(manifest, name)
    values = stored(first_id(), layer)
    channel = int(values.max((1, 2)).argmax())
    row, column = (int(i) for i in np.unravel_index(values[channel].argmax(), values[channel].shape))
    page = unopened.open(f"#/{name}/{channel}/{row},{column}?picture={first_id()}&view=cell")
    page.exact()
    page.until(lambda: page.find("#agreement"))
    assert page.text("#agreement").startswith("They agree")
    rows = [
        (line.text.split(" ›")[0].splitlines()[0], number(line.find_element(By.CSS_SELECTOR, "output").text))
        for line in page.browser.find_elements(By.CSS_SELECTOR, "#cell .row")
    ]
    numbers = dict(rows)
    parts = [value for key, value in rows if key.startswith(("channel", "the other", "blue", "green", "red"))]
    bias = numbers["bias"]
    assert sum(parts) + bias == pytest.approx(numbers["sum"], abs=1e-6)  # as they are written
    told = numbers["the number in the map"]
    assert told == pytest.approx(values[channel, row, column], rel=6e-3)
    # One number for one thing: what the files' rounding changes stands in a row of its own.
    assert told == pytest.approx(
        numbers["after the ReLU"] + numbers.get("rounding of the stored numbers", 0), abs=1e-6
    )
    assert told == pytest.approx(number(page.text("#bar span:last-of-type")), rel=5e-3)
    sentence = page.text("#cell .equation")
    assert number(sentence.split(" = ")[0]) == numbers["sum"]
    terms = re.findall(r"[=+−] (−?[\d,.]+) ", sentence)
    signs = re.findall(r"([=+−]) −?[\d,.]+ ", sentence)
    signed = zip(signs, map(number, terms), strict=True)
    added = sum(-term if sign == "−" else term for sign, term in signed)
    assert added == pytest.approx(numbers["sum"], abs=1e-6)
    assert page.text("#words").startswith(
        f"Row {row}, column {column}: {page.text('#bar span:last-of-type')}."
    )


def test_the_largest_product_is_shown_with_its_numbers(unopened: Page, manifest: dict[str, Any]) -> None:
    page = unopened.open(f"#/block2_conv1/3/50,60?picture={first_id()}&view=cell")
    page.until(lambda: page.find("#agreement"))
    boxes = [each.text for each in page.browser.find_elements(By.CSS_SELECTOR, "#cell .row .taps span")]
    assert len(boxes) == 18
    labels = page.js("return [...document.querySelectorAll('#cell .row .taps')].map((e) => e.ariaLabel)")
    under, weights = (
        np.array([number(text) for text in label.split(": ")[1].split(", ")]) for label in labels
    )
    product = number(page.text("#cell .row output"))
    assert (under * weights).sum() == pytest.approx(product, rel=0.03)
    page.click("#cell .row:nth-child(2) .toggle")
    assert len(page.browser.find_elements(By.CSS_SELECTOR, "#cell .row .taps span")) == 36


def test_stepping_back_to_the_pixels_and_the_way_back(young: Page) -> None:
    page = young.open(f"#/block2_conv1/3/50,60?picture={first_id()}&view=cell")
    start = page.state
    for expected in ("block1_pool", "block1_conv2", "block1_conv1"):
        page.until(lambda: page.find("#cell .row .step")).send_keys(Keys.ENTER)
        page.until(lambda expected=expected: page.state["layer"] == expected)
        assert page.state["cell"] is not None
        page.until(lambda expected=expected: page.text(".trail span").startswith(f"{expected} / "))
        page.until(lambda: page.find("#agreement") or "is taken" in page.text("#cell"))
        if expected != "block1_conv1":  # the focus goes to the next sum
            page.until(lambda: page.js("return document.activeElement.classList.contains('step')"))
    page.until(lambda: "less their mean" in page.text("#cell"))
    # Every "minus" and "−" of the sum is one of its signs.
    assert re.search(r" from red .* from (green|blue) ", page.text("#cell .equation"))
    assert "minus" not in page.text("#cell")
    assert page.find("#agreement")
    assert page.find("#cell .row .step") is None
    assert page.text("#cell .trail").startswith("block2_conv1 / 3")
    for _ in range(3):
        page.browser.back()
    page.until(lambda: page.state == start)
    page.until(lambda: page.find("#cell .row .step"))


def test_the_way_down_stays_at_one_place_and_ends_at_no_zero(unopened: Page) -> None:
    """Each step goes to the cell that gives most; the button to the next stays, and the trail is one line."""
    show_on(unopened.browser, 390, 844, "light")
    page = unopened.open(f"#/block5_conv3/286/3,4?picture={first_id()}&view=cell")
    tops, heights = set(), set()
    for step in range(16):
        here = f"{page.state['layer']} / "
        page.until(lambda here=here: page.find(".trail span") and page.text(".trail span").startswith(here))
        page.until(lambda: page.find(".next-step").is_displayed())
        button = page.find(".next-step")
        tops.add(page.box(".next-step")["top"])
        heights.add(page.box(".trail")["height"])
        layer = page.state["layer"]
        assert number(page.text("#words strong").split(": ")[1].rstrip(".")) > 0, (step, layer)
        button.click()
        page.until(lambda layer=layer: page.state["layer"] != layer)
    page.until(lambda: page.find("#agreement") and not page.find(".next-step").is_displayed())
    assert page.state["layer"] == "block1_conv1"
    assert len(tops) == len(heights) == 1
    the_pixels_are_shown(page)


def the_pixels_are_shown(page: Page) -> None:
    """In their colours, with their levels; and the frame on the photograph leaves them free."""
    row, column = page.state["cell"]
    assert 0 < row < 223
    assert 0 < column < 223
    picture = np.asarray(Image.open(FOLDER / first_id() / "picture.png").convert("RGB"))
    patch = picture[row - 1 : row + 2, column - 1 : column + 2].reshape(9, 3).tolist()
    boxes = page.browser.find_elements(By.CSS_SELECTOR, ".pixels-under > span")
    written = [[str(level) for level in pixel] for pixel in patch]
    assert [re.findall(r"\d+", each.text) for each in boxes] == written
    shown = [re.findall(r"\d+", each.value_of_css_property("background-color"))[:3] for each in boxes]
    assert shown == written
    reads = r"(red|green|blue) (\d+) − ([\d.]+) = (−?\d+(?:\.\d+)?)"
    told = re.findall(reads, page.text(".under + p"))
    assert [int(level) for _, level, _, _ in told] == patch[4]
    assert [number(value) for *_, value in told] == pytest.approx(
        np.array(patch[4]) - [123.68, 116.779, 103.939], abs=1e-9
    )
    assert page.text("#cell .more figcaption") == "pixels less mean"
    for _, level, mean, value in told:  # as it is written
        assert int(level) - float(mean) == pytest.approx(number(value), abs=1e-9)
    edges = page.js("""
    const marker = document.querySelector("#maps .marker"), box = marker.getBoundingClientRect();
    const photograph = marker.parentElement.getBoundingClientRect(), pixel = photograph.width / 224;
    const line = parseFloat(getComputedStyle(marker).borderTopWidth);
    const { top, left } = photograph;
    return [box.top + line - top, box.left + line - left, box.bottom - line - top, box.right - line - left]
      .map((edge) => edge / pixel);
    """)
    assert edges[0] < row - 1
    assert edges[1] < column - 1
    assert edges[2] > row + 2
    assert edges[3] > column + 2
    assert max(abs(edges[0] - row + 1), abs(edges[3] - column - 2)) < 10


def test_each_number_under_the_kernel_leads_to_its_cell(unopened: Page) -> None:
    page = unopened.open(f"#/block2_conv2/3/50,60?picture={first_id()}&view=cell")
    page.until(lambda: page.find("#agreement"))
    box = page.find("#cell .row .taps button:nth-child(3)")
    channel = int(page.text("#cell .row .step").split()[1])
    box.click()
    page.until(lambda: page.state["layer"] == "block2_conv1")
    assert (page.state["cell"], page.state["channel"]) == ([49, 61], channel)
    page.open(f"#/block2_conv2/3/0,0?picture={first_id()}&view=cell")
    page.until(lambda: page.find("#agreement"))
    assert len(page.browser.find_elements(By.CSS_SELECTOR, "#cell .row:first-child .taps button")) == 4


def test_the_whole_network_at_one_place(young: Page, manifest: dict[str, Any]) -> None:
    page = young.open(f"#/block4_conv3/407/9,8?picture={first_id()}")
    page.find("#whole").click()
    rows = "return [...document.querySelectorAll('.network-row:has(.network-tile:not([hidden]))')].length"
    page.until(lambda: page.js(rows) == len(manifest["layers"]))
    assert page.box(".network-row:last-child")["bottom"] <= 1000
    first = ".network-row[aria-label=block5_conv1] .network-tile"
    values = stored(first_id(), layer_of(manifest, "block5_conv1"))[:, 4, 4]
    page.until(
        lambda: (
            page.js("return Number(document.querySelector(arguments[0]).dataset.channel)", first)
            == values.argmax()
        )
    )
    page.find(first).click()
    page.until(lambda: page.state["layer"] == "block5_conv1")
    assert (page.state["channel"], page.state["view"]) == (values.argmax(), "channels")
    page.browser.back()
    page.until(lambda: page.find("#network").is_displayed())
    page.find("#rail [data-layer=block3_conv2]").click()
    page.until(lambda: page.state["view"] == "channels" and page.find("#grid").is_displayed())
    assert page.state["layer"] == "block3_conv2"


# The address, and what is saved ---------------------------------------------------------------


def test_the_view_stands_in_the_address(unopened: Page) -> None:
    view = "#/block3_conv2/17/12,30?picture=coffee&with=rocket&sort=zeros&scale=layer&over=1&view=cell"
    view += "&off=block5_conv3:183+427&where=cam:Egyptian-cat&tour=3"
    page = unopened.open(view)
    expected = {
        "picture": "coffee", "layer": "block3_conv2", "channel": 17, "cell": [12, 30],
        "sort": "zeros", "scale": "layer", "over": True, "compare": "rocket", "view": "cell",
        "off": {"block5_conv3": [183, 427]}, "shows": "now", "where": "Egyptian-cat", "tour": 3,
    }  # fmt: skip
    assert page.state == expected
    assert page.browser.current_url.endswith(view)
    page.open("#picture=nobody&layer=block3_conv2&channel=9999&cell=abc&order=<b>")
    assert page.state["layer"] == "block3_conv2"
    assert (page.state["picture"], page.state["sort"]) == (first_id(), "here")


def test_a_former_address_is_read(unopened: Page) -> None:
    page = unopened.open(
        "#picture=coffee&layer=block3_conv2&channel=17&cell=12,30&order=sparsity&compare=rocket"
    )
    assert page.browser.current_url.endswith("#/block3_conv2/17/12,30?picture=coffee&with=rocket&sort=zeros")


def test_an_address_shows_what_its_sender_saw(page: Page) -> None:
    """Everything that it names is loaded unasked: the exact map, the cell, the arithmetic."""
    page.find("#rail [data-layer=block3_conv1]").click()
    page.until(lambda: page.state["layer"] == "block3_conv1")
    page.find(PHOTOGRAPH).click()
    page.until(lambda: page.state["cell"])
    page.find("#grid [role=option]:nth-child(3)").click()
    page.find("#tab-cell").click()
    page.until(lambda: page.find("#agreement"))
    ActionChains(page.browser).move_to_element(page.find("#path")).perform()
    seen = "return ['#facts', '#words', '#cell', '#path', '#bar', '#maps', '#channels-head']"
    seen += ".map((e) => document.querySelector(e).textContent)"
    before, order = page.js(seen), shown_channels(page)
    page.open(page.browser.current_url.split("index.html")[1])
    page.until(lambda: page.find("#agreement"))
    page.until(lambda: page.js(seen) == before)
    assert shown_channels(page) == order


def test_back_and_forward(young: Page) -> None:
    """Each change of subject is a step; a change of the place, of the sort or of the brightness is none."""
    page = young.open()
    states = [page.state]
    for action in [
        {"type": "layer", "value": "block4_conv3"},
        {"type": "channel", "value": 100},
        {"type": "picture", "value": "coffee"},
        {"type": "view", "value": "cell"},
    ]:
        page.dispatch(**action)
        for quiet in [("cell", [4, 4 + len(states)]), ("scale", "layer"), ("sort", "number")]:
            page.dispatch(type=quiet[0], value=quiet[1])
        states.append(page.state)
        time.sleep(0.1)
    for expected in states[-2::-1]:
        page.js("history.back()")
        page.until(lambda expected=expected: page.state == expected)
    page.browser.forward()
    page.until(lambda: page.state == states[1])
    page.find("#back").click()
    page.until(lambda: page.state == states[0])


def test_an_address_of_somebody_elses_own_picture_says_so(unopened: Page, manifest: dict[str, Any]) -> None:
    """And what is shown instead."""
    page = unopened.open("#/block4_conv3/407/9,8?picture=yours")
    page.until(lambda: "own picture" in page.text("#notice"))
    if manifest["live"]:
        assert page.text("#notice").startswith("This view was of somebody’s own picture")
        assert f"“{manifest['pictures'][0]['title']}”" in page.text("#notice")
        close, words = page.box("#notice .close"), page.box("#notice")
        assert (close["top"], close["right"]) == pytest.approx((words["top"], words["right"]), abs=2)
        page.find("#notice button").click()
        assert page.find("#yours").is_displayed()
        unopened.open("#/block4_conv3/407/9,8?picture=yours")
        page.until(lambda: page.find("#notice").is_displayed())
        page.find("#tab-passport").click()
        assert not page.find("#notice").is_displayed(), "it goes with what the reader does instead"
    state = page.state
    assert (state["layer"], state["channel"], state["cell"]) == ("block4_conv3", 407, [9, 8])


def test_a_view_can_be_saved(page: Page, manifest: dict[str, Any], tmp_path: Path) -> None:
    allow = {"behavior": "allow", "downloadPath": str(tmp_path)}
    page.browser.execute_cdp_cmd("Browser.setDownloadBehavior", allow)
    for action, value in [("layer", "block4_conv2"), ("channel", 5), ("cell", [3, 4])]:
        page.dispatch(type=action, value=value)
    page.exact()
    found = {}
    for kind in ("png", "svg", "npy"):
        page.click(f"#save-{kind}")
        found[kind] = tmp_path / f"{first_id()}_block4_conv2_5.{kind}"
        page.until(lambda kind=kind: found[kind].is_file() and not list(tmp_path.glob("*.crdownload")))
    maps = np.load(found["npy"])
    assert maps.shape == (1, 28, 28, 512)
    values = stored(first_id(), layer_of(manifest, "block4_conv2"))
    np.testing.assert_array_equal(np.moveaxis(maps[0], -1, 0), values.astype(np.float32))
    drawn = found["svg"].read_text("utf-8")
    assert manifest["provenance"].replace("&", "&amp;") in drawn
    assert drawn.count("<image") == 3
    with Image.open(found["png"]) as image:
        assert image.width > 1000
        assert len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)) > 500


# Private and safe -----------------------------------------------------------------------------


@pytest.mark.usefixtures("published")
def test_no_other_host_is_asked_and_none_could_be(recorder: Any, server: Server) -> None:
    page = Page(recorder, server)
    forbidden = """
    const done = arguments[0];
    document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective));
    fetch("https://example.org/").catch(() => {});
    setTimeout(() => done("nothing was forbidden"), 3000);
    """
    page.open()
    page.dispatch(type="layer", value="block3_conv1")
    page.exact()
    hosts = set()
    for entry in page.browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            hosts.add(urlparse(message["params"]["request"]["url"]).netloc)
    assert hosts - {""} == {urlparse(page.server.address).netloc}
    assert page.browser.execute_async_script(forbidden) == "connect-src"
    worker = """
    const done = arguments[0];
    const source = "fetch('https://example.org/').catch(() => {});"
      + "addEventListener('securitypolicyviolation', (event) => postMessage(event.effectiveDirective))";
    const started = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    started.onmessage = ({ data }) => done(data);
    setTimeout(() => done("nothing was forbidden"), 3000);
    """
    assert page.browser.execute_async_script(worker) == "connect-src"


@pytest.mark.usefixtures("published")
def test_a_lost_connection_leaves_the_last_view(page: Page, server: Server) -> None:
    page.dispatch(type="layer", value="block2_conv2")
    page.until(lambda: page.text("#channels-title") == "128 channels")
    page.js(
        "return navigator.serviceWorker.getRegistrations()"
        ".then((all) => Promise.all(all.map((r) => r.unregister())))"
    )
    server.close()
    page.dispatch(type="layer", value="block5_conv1")
    page.until(lambda: page.js("return !document.querySelector('#problem').hidden"))
    assert "there is no connection" in page.text("#problem")
    assert page.state["layer"] == "block2_conv2"
    assert page.text("#path").startswith("Explorerblock2_conv2")
    page.server = Server()


@pytest.mark.usefixtures("published")
def test_offline_after_the_first_visit(page: Page, server: Server) -> None:
    kept = (
        "return caches.open('explorer-files')"
        ".then((store) => store.keys()).then((all) => all.map((request) => request.url).join(' '))"
    )
    page.until(
        lambda: all(
            name in page.js(kept) for name in ("index.html", "main.js", "manifest.json", "picture.png")
        )
    )
    server.close()
    page.js("window.isOld = true; location.reload()")  # Firefox's driver reloads past the service worker
    page.until(lambda: page.js("return !window.isOld && document.readyState === 'complete'"))
    page.until(lambda: page.find("#grid [role=option][aria-selected=true]"))
    assert page.text("#path").startswith("Explorerblock5_conv3")
    page.server = Server()


# On every screen ------------------------------------------------------------------------------


def test_it_fits_every_screen(unopened: Page) -> None:
    """One page, on a window that is turned and drawn to each size."""
    show_on(unopened.browser, *SCREENS[0], "light")
    page = unopened.open(f"#/block3_conv2/17/12,30?picture={first_id()}&view=cell")
    page.exact()
    page.until(lambda: page.find("#agreement"))
    for width, height in SCREENS:
        for theme in ("light", "dark"):
            show_on(page.browser, width, height, theme)
            page.js("document.querySelector('#cell').scrollTop = 1e6")
            background = page.js("return getComputedStyle(document.body).backgroundColor")
            assert (background == "rgb(255, 255, 255)") == (theme == "light"), (width, height, theme)
            check_that_all_fits(page, width, height)
    assert severe(page) == []


def check_that_all_fits(page: Page, width: int, height: int) -> None:
    whole = (
        "const { scrollWidth, scrollHeight } = document.documentElement; return [scrollWidth, scrollHeight]"
    )
    size = (width, height)
    across, down = page.js(whole)
    assert across == width
    sheet = page.box("#panel > [role=tabpanel]:not([hidden])")
    assert down == height or sheet["height"] == 200, "a low phone scrolls by what the sheet lacks"
    for selector in (PHOTOGRAPH, MAP, "#words", "#rail [aria-current=true]", "#tabs", "#path"):
        box = page.box(selector)  # whatever is scrolled, it stays in view
        assert box["width"] > 0, (selector, size)
        assert box["left"] >= 0, (selector, size)
        assert box["right"] <= width + 0.5, (selector, size)
        assert box["top"] >= 0, (selector, size)
        assert box["bottom"] <= height + 0.5, (selector, size)
    outside = """
    const { right, left } = document.querySelector("#cell").getBoundingClientRect();
    return [...document.querySelectorAll("#cell output, #cell .taps span")]
      .map((e) => e.getBoundingClientRect()).filter((box) => box.right > right || box.left < left).length;
    """
    assert page.js(outside) == 0, size


SMALL = """
return [...document.querySelectorAll("button, select, [role=option], input")]
  .filter((e) => e.checkVisibility() && (e.offsetWidth < 44 || e.offsetHeight < 44))
  .map((e) => e.id || e.getAttribute("aria-label") || e.textContent);
"""


@pytest.mark.parametrize("width", [320, 390])
def test_targets_are_as_large_as_a_finger(unopened: Page, width: int) -> None:
    show_on(unopened.browser, width, 800, "light")
    unopened.browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    page = unopened.open(f"#/block3_conv2/17/12,30?picture={first_id()}")
    page.exact()
    for tab in ("channels", "passport", "cell"):
        page.find(f"#tab-{tab}").click()
        page.until(lambda tab=tab: tab != "cell" or page.find("#agreement"))
        assert page.js(SMALL) == [], tab
    page.find("#whole").click()
    page.until(lambda: page.find(".network-tile").is_displayed())
    assert page.js(SMALL) == []
    for opener in ("options", "sharing"):
        page.click(f"#{opener}")
        assert page.js(SMALL) == [], opener
    page.browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_axe_finds_nothing(unopened: Page, width: int, height: int) -> None:
    show_on(unopened.browser, width, height, "light")
    page = unopened.open(f"#/block3_conv2/17/12,30?picture={first_id()}")
    page.exact()
    for view, sign in VIEWS.items():
        page.dispatch(type="view", value=view)
        page.until(lambda sign=sign: page.find(sign) and page.find(sign).is_displayed())
        for theme in ("light", "dark"):
            show_on(page.browser, width, height, theme)
            assert found(page.browser) == [], (view, theme)


def test_the_whole_screen_for_the_wall(page: Page) -> None:
    page.js("document.body.focus()")
    page.press("f")
    page.until(lambda: page.js("return getComputedStyle(document.documentElement).fontSize") == "20px")
    page.press("f")
    page.until(lambda: page.js("return getComputedStyle(document.documentElement).fontSize") == "16px")


def test_reduced_motion_and_a_page_of_another_theme(page: Page) -> None:
    features = [{"name": "prefers-reduced-motion", "value": "reduce"}]
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    assert (
        page.js("return getComputedStyle(document.querySelector('#channels-scroll')).scrollBehavior")
        == "auto"
    )
    page.js("document.documentElement.dataset.theme = 'dark'")
    assert page.js("return getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"


def test_the_picture_of_a_saved_view_is_the_photographs_own(manifest: dict[str, Any]) -> None:
    with Image.open(io.BytesIO((FOLDER / first_id() / "picture.png").read_bytes())) as image:
        assert np.array_equal(np.asarray(image), vggviz.load_image())


def swipe(page: Page, selector: str, by: int) -> None:
    """A finger that goes across, from the middle of something."""
    box = page.box(selector)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    moves = [("touchStart", 0), *(("touchMove", by * k / 4) for k in range(1, 5)), ("touchEnd", None)]
    for kind, across in moves:
        points = [] if across is None else [{"x": x + across, "y": y}]
        page.browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_a_swipe_over_the_layers_goes_to_the_next_one(unopened: Page) -> None:
    """On a phone, and to no effect where there is no other layer."""
    show_on(unopened.browser, 390, 844, "light")
    page = unopened.open("#/block3_conv3/17")
    page.exact()
    swipe(page, "#rail .layer[aria-current=true]", -70)
    page.until(lambda: page.state["layer"] == "block3_pool")
    swipe(page, "#rail .block-tab.current", -70)
    page.until(lambda: page.state["layer"] == "block4_conv1")
    swipe(page, "#rail .block-tab.current", 70)
    page.until(lambda: page.state["layer"] == "block3_pool")
    page.dispatch(type="layer", value="block5_pool")
    page.until(lambda: "block5_pool" in page.text("#path"))
    swipe(page, "#rail .block-tab.current", -70)
    time.sleep(0.3)
    assert page.state["layer"] == "block5_pool"
    assert severe(page) == []
