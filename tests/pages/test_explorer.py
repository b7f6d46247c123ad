"""The explorer in a real browser: all that a reader can do there, and that its numbers are right."""

from __future__ import annotations

import functools
import gzip
import io
import json
import time
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
from explorer_page import FOLDER, Host, Page, Server, layer_of, number, severe, stored
from pages import COMPRESSED, show_on
from vggviz.analysis.preferences import preferred_classes

FIRST_VIEW = 450_000  # bytes
WIDTHS = (360, 768, 1440)


# At once, without a model ---------------------------------------------------------------------


def size_sent(path: str) -> int:
    """Bytes of a file as the host sends it, with its headers."""
    content = (FOLDER / path[1:]).read_bytes()
    return 300 + len(gzip.compress(content, 6) if Path(path).suffix in COMPRESSED else content)


def test_the_first_view_is_light_and_without_errors(page: Page, manifest: dict[str, Any]) -> None:
    # Counted at the host: what comes by way of the service worker has no size in the page.
    photographs = {f"/{picture['id']}/picture.png" for picture in manifest["pictures"]}
    page.until(lambda: photographs <= {path for path, _ in Host.asked})
    time.sleep(1.5)  # what comes late counts too
    asked = {path for path, _ in Host.asked}
    assert 50_000 < sum(map(size_sent, asked)) < FIRST_VIEW
    assert severe(page) == []
    assert not [path for path, _ in Host.asked if path.endswith((".gz", ".packed", ".wasm"))]


def test_nothing_jumps_while_the_page_comes(page: Page) -> None:
    shifts = """
    const done = arguments[0];
    new PerformanceObserver((list) => done(list.getEntries().reduce((sum, e) => sum + e.value, 0)))
      .observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(0), 1000);
    """
    assert page.browser.execute_async_script(shifts) < 0.1


def test_a_channel_by_click_shows_its_exact_map(page: Page, manifest: dict[str, Any]) -> None:
    page.find("#strip button:nth-child(8)").click()
    page.until(lambda: page.text("#channels-title").startswith("block3_conv2"))
    page.find("#grid [role=option]:nth-child(5)").click()
    page.exact()
    state = page.state
    values = stored(state["picture"], layer_of(manifest, "block3_conv2"))[state["channel"]]
    row, column = np.unravel_index(values.argmax(), values.shape)
    words = page.text("#words")
    assert f"channel {state['channel']} of 256: largest" in words
    assert f"at row {row}, column {column}" in words
    assert words.split("largest ")[1].split(" at")[0] == page.text("#bar span:last-of-type")
    assert number(words.split("largest ")[1].split(" at")[0]) == pytest.approx(values.max(), rel=6e-3)


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
    values = stored("photograph", layer_of(manifest, "block4_conv1"))[3]
    share = values / values.max()
    nearest = np.abs(image[..., None, :3] - colours).sum(-1).argmin(-1)
    assert (image[..., 3] == 255).all()
    assert np.abs(nearest / 255 - share).max() <= 1 / 255


def test_order_and_scale(page: Page, manifest: dict[str, Any]) -> None:
    statistics = json.loads((FOLDER / "photograph" / "block1_conv1.json").read_text())
    shown = (
        "return [...document.querySelectorAll('#grid [role=option]')].map((e) => Number(e.dataset.channel))"
    )
    for order, key in [("variance", "variance"), ("sparsity", "zeros"), ("strength", "maximum")]:
        Select(page.find("#order")).select_by_value(order)
        page.until(lambda order=order: f"by {order}" in page.text("#channels-words"))
        values = np.array(statistics[key])[page.js(shown)]
        assert (np.diff(values) <= 0).all()
    Select(page.find("#order")).select_by_value("number")
    page.until(lambda: page.js(shown) == list(range(64)))
    tops = {}
    for scale in ("channel", "layer", "network"):
        Select(page.find("#scale")).select_by_value(scale)
        page.until(lambda scale=scale: page.state["scale"] == scale and page.text("#bar span:last-of-type"))
        time.sleep(0.2)
        tops[scale] = number(page.text("#bar span:last-of-type"))
    maxima = manifest["pictures"][0]["maximum"]
    assert tops["channel"] == pytest.approx(statistics["maximum"][page.state["channel"]], rel=6e-3)
    assert tops["layer"] == pytest.approx(maxima["block1_conv1"], rel=6e-3)
    assert tops["network"] == pytest.approx(max(maxima.values()), rel=6e-3)


def test_pointing_at_a_cell_says_its_value_and_frames_what_it_sees(
    page: Page, manifest: dict[str, Any]
) -> None:
    page.dispatch(type="layer", value="block3_conv1")
    page.dispatch(type="channel", value=7)
    page.exact()
    layer = layer_of(manifest, "block3_conv1")
    stage = page.find("#maps figure:nth-child(2) .stage")
    row, column = 20, 33
    box = stage.rect
    across, down = ((column + 0.5) / 56 - 0.5) * box["width"], ((row + 0.5) / 56 - 0.5) * box["height"]
    ActionChains(page.browser).move_to_element_with_offset(stage, across, down).perform()
    page.until(lambda: f"Row {row}, column {column}" in page.text("#words"))
    assert page.state["cell"] is None  # pointed at, not chosen
    value = stored("photograph", layer)[7, row, column]
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


def test_a_cell_by_touch(page: Page) -> None:
    page.dispatch(type="channel", value=1)
    page.exact()
    box = page.js(
        "const r = document.querySelectorAll('.stage')[1].getBoundingClientRect(); return [r.x, r.y, r.width]"
    )
    point = {"x": box[0] + box[2] / 4, "y": box[1] + box[2] / 2}
    page.browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    touch = functools.partial(page.browser.execute_cdp_cmd, "Input.dispatchTouchEvent")
    touch({"type": "touchStart", "touchPoints": [point]})
    touch({"type": "touchEnd", "touchPoints": []})
    page.browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})
    row, column = page.until(lambda: page.state["cell"])
    assert abs(row - 112) <= 1
    assert abs(column - 56) <= 1


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
    page.until(lambda: page.state["layer"] == "block1_conv2")
    keys("[", "v")
    page.until(lambda: page.state["layer"] == "block1_conv1" and page.state["over"])
    keys("v", "o", "s")
    page.until(lambda: (page.state["order"], page.state["scale"]) == ("variance", "layer"))
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
    page.until(lambda: page.state["cell"] == [113, 112])
    ActionChains(page.browser).key_down(Keys.SHIFT).send_keys(Keys.ARROW_LEFT).key_up(Keys.SHIFT).perform()
    page.until(lambda: page.state["cell"] == [113, 102])
    keys("e")
    page.until(lambda: page.find("#agreement"))
    keys(Keys.ESCAPE)
    page.until(lambda: page.state["cell"] is None)


def test_every_button_can_be_reached_by_tab(page: Page) -> None:
    page.js("document.body.focus()")
    seen = set()
    for _ in range(40):
        ActionChains(page.browser).send_keys(Keys.TAB).perform()
        seen.add(
            page.js(
                "const e = document.activeElement; return e.id || e.getAttribute('role') || e.textContent"
            )
        )
    assert {"help", "compare", "order", "scale", "over", "option", "application", "save-png", "share"} <= seen


def test_the_map_over_the_picture_and_two_pictures(page: Page, manifest: dict[str, Any]) -> None:
    page.dispatch(type="layer", value="block2_conv1")
    page.dispatch(type="compare", value="coffee")
    page.until(lambda: len(page.browser.find_elements(By.CSS_SELECTOR, "#maps figure")) == 4)
    page.exact()
    page.until(lambda: "coffee: block2_conv1" in page.text("#words"))
    channel = page.state["channel"]
    both = [
        json.loads((FOLDER / name / "block2_conv1.json").read_text()) for name in ("photograph", "coffee")
    ]
    top = max(each["maximum"][channel] for each in both)
    assert number(page.text("#bar span:last-of-type")) == pytest.approx(top, rel=6e-3)
    page.find("#over").click()
    page.until(lambda: page.js("return !document.querySelector('#maps canvas.over').hidden"))
    visible = "return [...document.querySelectorAll('#maps figure')].filter((f) => f.offsetParent).length"
    assert page.js(visible) == 2


def test_what_the_channel_likes_best(page: Page) -> None:
    page.dispatch(type="layer", value="block5_conv3")
    page.dispatch(type="channel", value=11)
    every = json.loads((FOLDER / "examples" / "block5_conv3.json").read_text())
    examples = [example for example in every[11] if example[1] > 0]
    assert examples
    page.until(lambda: len(page.browser.find_elements(By.CSS_SELECTOR, "#likes figure")) == len(examples))
    told = [each.text for each in page.browser.find_elements(By.CSS_SELECTOR, "#likes figcaption")]
    values = [number(text.split(": ")[1]) for text in told]
    np.testing.assert_allclose(values, [value for _, value, *_ in examples], rtol=6e-3)
    silent = next((k for k, found in enumerate(every) if found[0][1] == 0), None)
    if silent is not None:
        page.dispatch(type="channel", value=silent)
        page.until(lambda: page.text("#likes .liked") == "It is zero for every picture that was searched.")


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
def test_the_arithmetic_adds_up(page: Page, manifest: dict[str, Any], name: str) -> None:
    layer = layer_of(manifest, name)
    values = stored("photograph", layer)
    channel = int(values.max((1, 2)).argmax())
    row, column = (int(i) for i in np.unravel_index(values[channel].argmax(), values[channel].shape))
    for action, value in [("layer", name), ("channel", channel), ("cell", [row, column])]:
        page.dispatch(type=action, value=value)
    page.exact()
    page.until(lambda: page.find("#explain")).click()
    page.until(lambda: page.find("#agreement"))
    assert page.text("#agreement").startswith("They agree")
    cells = [line.text.splitlines() for line in page.browser.find_elements(By.CSS_SELECTOR, "#cell tbody tr")]
    numbers = {line[0].rsplit(" ", 1)[0]: number(line[-1].rsplit(" ", 1)[-1]) for line in cells}
    parts = [
        value
        for key, value in numbers.items()
        if key.startswith(("channel", "the other", "blue", "green", "red"))
    ]
    bias = numbers["bias"]
    assert sum(parts) + bias == pytest.approx(numbers["sum"], rel=0.02, abs=0.02 * max(map(abs, parts)))
    assert numbers["the number in the map"] == pytest.approx(values[channel, row, column], rel=6e-3)
    assert max(numbers["sum"], 0) == pytest.approx(numbers["the number in the map"], rel=1e-2)


def test_stepping_back_to_the_pixels(page: Page) -> None:
    page.open("#picture=photograph&layer=block2_conv1&channel=3&cell=50,60")
    page.find("#detail-title").click()
    page.dispatch(type="channel", value=3)
    page.until(lambda: page.find("#explain")).click()
    for expected in ("block1_pool", "block1_conv2", "block1_conv1"):
        step = page.until(lambda: page.find("#cell tbody button"))
        step.click()
        page.until(lambda expected=expected: page.state["layer"] == expected)
        assert page.state["cell"] is not None
        page.until(lambda: page.find("#agreement") or "is taken" in page.text("#cell"))
    page.until(lambda: page.find("#agreement"))
    assert "blue, mean subtracted" in page.text("#cell")
    assert page.find("#cell tbody button") is None


def test_the_same_place_in_every_other_layer(page: Page, manifest: dict[str, Any]) -> None:
    page.open("#picture=photograph&layer=block1_conv1&channel=0&cell=100,40")
    page.dispatch(type="channel", value=0)
    page.exact()
    buttons = page.browser.find_elements(By.CSS_SELECTOR, ".places button")
    assert len(buttons) == len(manifest["layers"]) - 1
    page.js("document.querySelector('details:has(.places)').open = true")
    deep = next(button for button in buttons if button.text.startswith("block4_conv3"))
    assert deep.text == "block4_conv3: row 12, column 5"
    deep.click()
    page.until(lambda: page.state["layer"] == "block4_conv3" and page.state["cell"] == [12, 5])


# The address, and what is saved ---------------------------------------------------------------


def test_the_view_stands_in_the_address(page: Page) -> None:
    view = "#picture=coffee&layer=block3_conv2&channel=17&cell=12,30"
    view += "&order=variance&scale=layer&over=1&compare=rocket"
    page.open(view)
    expected = {
        "picture": "coffee", "layer": "block3_conv2", "channel": 17, "cell": [12, 30],
        "order": "variance", "scale": "layer", "over": True, "compare": "rocket",
    }  # fmt: skip
    assert page.state == expected
    assert page.browser.current_url.endswith(view)
    page.open("#picture=nobody&layer=block3_conv2&channel=9999&cell=abc&order=<b>")
    assert page.state["layer"] == "block3_conv2"
    assert (page.state["picture"], page.state["channel"], page.state["order"]) == (
        "photograph",
        0,
        "strength",
    )


def test_a_view_can_be_saved(page: Page, manifest: dict[str, Any], tmp_path: Path) -> None:
    allow = {"behavior": "allow", "downloadPath": str(tmp_path)}
    page.browser.execute_cdp_cmd("Browser.setDownloadBehavior", allow)
    for action, value in [("layer", "block4_conv2"), ("channel", 5), ("cell", [3, 4])]:
        page.dispatch(type=action, value=value)
    page.exact()
    found = {}
    for kind in ("png", "svg", "npy"):
        page.find(f"#save-{kind}").click()
        found[kind] = tmp_path / f"photograph_block4_conv2_5.{kind}"
        page.until(lambda kind=kind: found[kind].is_file() and not list(tmp_path.glob("*.crdownload")))
    maps = np.load(found["npy"])
    assert maps.shape == (1, 28, 28, 512)
    values = stored("photograph", layer_of(manifest, "block4_conv2"))
    np.testing.assert_array_equal(np.moveaxis(maps[0], -1, 0), values.astype(np.float32))
    drawn = found["svg"].read_text("utf-8")
    assert manifest["provenance"].replace("&", "&amp;") in drawn
    assert drawn.count("<image") == 3
    with Image.open(found["png"]) as image:
        assert image.width > 1000
        assert len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)) > 500


# Private and safe -----------------------------------------------------------------------------


def test_no_other_host_is_asked_and_none_could_be(page: Page) -> None:
    forbidden = """
    const done = arguments[0];
    document.addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective));
    fetch("https://example.org/").catch(() => {});
    setTimeout(() => done("nothing was forbidden"), 3000);
    """
    page.browser.get_log("performance")  # what came before
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


def test_a_lost_connection_leaves_the_last_view(page: Page, server: Server) -> None:
    page.dispatch(type="layer", value="block2_conv2")
    page.until(lambda: page.text("#channels-title").startswith("block2_conv2"))
    page.js(
        "return navigator.serviceWorker.getRegistrations()"
        ".then((all) => Promise.all(all.map((r) => r.unregister())))"
    )
    server.close()
    page.dispatch(type="layer", value="block5_conv1")
    page.until(lambda: page.js("return !document.querySelector('#problem').hidden"))
    assert "there is no connection" in page.text("#problem")
    assert page.state["layer"] == "block2_conv2"
    assert page.text("#channels-title").startswith("block2_conv2")
    page.server = Server()


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
    page.browser.refresh()
    page.until(lambda: page.find("#grid [role=option][aria-selected=true]"))
    assert page.text("#channels-title").startswith("block1_conv1")
    page.server = Server()


# On every screen ------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_every_screen(page: Page, width: int, theme: str) -> None:
    show_on(page.browser, width, 900, theme)
    page.open("#picture=photograph&layer=block3_conv2&channel=17&cell=12,30&compare=coffee")
    page.dispatch(type="channel", value=17)
    page.exact()
    page.js("document.querySelector('#explain')?.click()")
    page.until(lambda: page.find("#agreement"))
    assert page.js("return document.documentElement.scrollWidth") <= width
    assert (
        page.js("const e = document.querySelector('#cell .scroll'); return e.scrollWidth - e.clientWidth")
        <= 0
    )
    small = """
    return [...document.querySelectorAll("button, select, [role=option]")]
      .filter((e) => e.offsetParent && (e.offsetWidth < 44 || e.offsetHeight < 44))
      .map((e) => e.id || e.textContent);
    """
    assert page.js(small) == []
    background = page.js("return getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") == (theme == "light")
    assert severe(page) == []


def test_reduced_motion_and_a_page_of_another_theme(page: Page) -> None:
    features = [{"name": "prefers-reduced-motion", "value": "reduce"}]
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    assert page.js("return getComputedStyle(document.querySelector('#grid')).scrollBehavior") == "auto"
    page.js("document.documentElement.dataset.theme = 'dark'")
    assert page.js("return getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"


def test_the_picture_of_a_saved_view_is_the_photographs_own(manifest: dict[str, Any]) -> None:
    with Image.open(io.BytesIO((FOLDER / "photograph" / "picture.png").read_bytes())) as image:
        assert np.array_equal(np.asarray(image), vggviz.load_image())
