"""The explorer on a reader's own pictures, computed in a real browser: the numbers, and what can go wrong.

Needs an explorer that was built with LiteRT.js; skips without it.
"""

from __future__ import annotations

import base64
import functools
import gzip
import re
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains

import vggviz
from benchmarks import exploring
from explorer_page import FOLDER, MAP, Host, Page, first_id, layer_of
from pages import show_on

PASSPORT = "/kernels/block1_conv1.packed"
"""Kernels that a passport draws; the network holds those of its first layer itself."""


@pytest.fixture
def unopened(unopened: Page, manifest: dict[str, Any]) -> Page:
    """The page, where it can compute."""
    if not manifest["live"]:
        pytest.skip("the explorer was built without LiteRT.js")
    return unopened


def png_header(columns: int, rows: int) -> bytes:
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I4sIIBBBBB", 13, b"IHDR", columns, rows, 8, 2, 0, 0, 0)
        + b"\0" * 64
    )


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A JPEG turned by its EXIF data, a PNG with transparency, and a large JPEG that is no square."""
    import skimage.data

    folder = tmp_path_factory.mktemp("photographs")
    paths = [folder / name for name in ("turned.jpg", "glass.png", "wide.jpg")]
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(skimage.data.chelsea()).save(paths[0], quality=92, exif=exif)
    astronaut = Image.fromarray(skimage.data.astronaut())
    fade = Image.linear_gradient("L").resize(astronaut.size)
    astronaut.putalpha(fade)
    astronaut.save(paths[1])
    Image.fromarray(skimage.data.rocket()).resize((2560, 1707)).save(paths[2], quality=85)
    return paths


def check_live_maps(
    page: Page, manifest: dict[str, Any], model: Any, photograph: Path, names: list[str]
) -> None:
    """Pixels as load_image has them, and maps as Keras computes them of the page's own pixels."""
    read = page.numbers("yours", "input", (3, 224, 224))
    expected = np.moveaxis(vggviz.preprocess(vggviz.load_image(photograph))[0], -1, 0)
    assert np.abs(read - expected).max() <= 2.001, photograph.name
    maps = vggviz.feature_maps(model, np.moveaxis(read, 0, -1)[None], names)
    for name, values in maps.items():
        layer = layer_of(manifest, name)
        live = page.numbers("yours", name, (layer["channels"], layer["rows"], layer["columns"]))
        off = np.abs(live - np.moveaxis(values[0], -1, 0)).max() / values.max()
        assert off <= 2e-3, (photograph.name, name, off)


@pytest.mark.usefixtures("published")
def test_a_readers_pictures_are_computed_as_keras_does(
    page: Page, manifest: dict[str, Any], photographs: list[Path]
) -> None:
    model = vggviz.load_vgg16()
    names = vggviz.conv_layers(model)
    assert len(names) == 13
    page.live()
    few = [names[0], names[6], names[-1]]  # enough to see that nothing of another picture is left
    for photograph, looked_at in zip(photographs, (names, few, few), strict=True):
        page.js("document.querySelector('#live-words').textContent = ''")
        page.give(photograph)
        page.until(lambda photograph=photograph: page.text("#maps figcaption") == photograph.name)
        page.computed()
        check_live_maps(page, manifest, model, photograph, looked_at)
    assert {urlparse(path).netloc for path, _ in Host.asked} == {""}
    statistics = page.browser.execute_async_script(
        "const done = arguments[0]; explorer.data.statistics('yours', 'block4_conv3').then(done)"
    )
    layer = layer_of(manifest, "block4_conv3")
    values = page.numbers("yours", "block4_conv3", (512, 28, 28)).astype(np.float64)
    np.testing.assert_allclose(statistics["maximum"], values.max((1, 2)), rtol=1e-6)
    np.testing.assert_allclose(statistics["variance"], values.var((1, 2)), rtol=1e-3, atol=1e-9)
    np.testing.assert_allclose(statistics["zeros"], (values <= 0).mean((1, 2)), rtol=1e-6)
    assert layer["channels"] == 512
    page.dispatch(type="go", value={"layer": "block3_conv1", "channel": 4, "cell": [10, 10], "view": "cell"})
    page.until(lambda: page.find("#agreement"))
    assert page.text("#agreement").startswith("They agree")


OPEN_NETWORK = """
const done = arguments[0];
const begin = async () => {
  const { LiveNetwork } = await import("./live/network.js");
  const { manifest, data } = explorer;
  const note = (news) => { if (news.type === "done") (window.segments ??= []).push(news.segment); };
  const problem = (error) => { window.trouble = error.message; };
  window.network = new LiveNetwork({
    manifest, data, live: manifest.live, base: new URL(".", document.baseURI), report: note, failed: problem,
  });
  network.start({ threads: 1, gpu: false });
  const photograph = await data.photograph(manifest.pictures[0].id);
  const canvas = new OffscreenCanvas(photograph.width, photograph.height).getContext("2d");
  canvas.drawImage(photograph, 0, 0);
  const { data: pixels } = canvas.getImageData(0, 0, photograph.width, photograph.height);
  window.levels = pixels.filter((_, i) => i % 4 < 3);
};
begin().then(() => done(null), (problem) => done(problem.message));
"""
SHOW = """
const [wish, done] = arguments;
window.segments = [];
const show = async () => {
  await network.show(levels, { title: "cat", last: null, ...wish });
  while (segments.at(-1) !== 4) await new Promise((resolve) => setTimeout(resolve, 20));
  return segments;
};
show().then(done, (problem) => done(problem.message));
"""


def without(model: Any, batch: np.ndarray, off: dict[str, list[int]]) -> dict[str, np.ndarray]:
    """Keras' own maps with some channels set to zero."""
    maps = {}
    for layer in model.layers[1:]:
        batch = np.array(layer(batch))
        batch[..., off.get(layer.name, [])] = 0
        maps[layer.name] = batch
    return maps


def test_channels_that_are_switched_off_are_as_keras_has_them(page: Page, manifest: dict[str, Any]) -> None:
    """And only what lies behind them is computed again."""
    page.browser.set_script_timeout(240)
    assert page.browser.execute_async_script(OPEN_NETWORK) is None
    show = functools.partial(page.browser.execute_async_script, SHOW)
    assert show({}) == [0, 1, 2, 3, 4]
    model = vggviz.load_vgg16("imagenet", None)
    batch = vggviz.preprocess(np.array(page.js("return [...levels]"), np.uint8).reshape(1, 224, 224, 3))
    for off, computed in (
        ({"block4_conv2": [0, 3, 100]}, [3, 4]),
        ({"block4_conv2": [0, 3, 100], "block5_conv3": [7, 8]}, [4]),
        ({"block1_conv1": list(range(40)), "block5_conv3": [8]}, [0, 1, 2, 3, 4]),
    ):
        assert show({"off": off, "id": "changed"}) == computed
        expected = without(model, batch, off)
        for name in (
            "block1_conv1",
            "block3_conv1",
            "block4_conv2",
            "block4_pool",
            "block5_conv3",
            "block5_pool",
        ):
            layer = layer_of(manifest, name)
            found = page.numbers("changed", name, (layer["channels"], layer["rows"], layer["columns"]))
            wanted = np.moveaxis(expected[name][0], -1, 0)
            assert np.abs(found - wanted).max() <= 2e-3 * wanted.max(), (name, off)
            assert not found[off.get(name, [])].any()
    assert show({"off": {"block1_pool": [0]}}) == "“block1_pool” has no channels to switch off."
    assert page.js("return window.trouble ?? null") is None


@pytest.mark.usefixtures("published")
def test_the_button_tells_what_is_fetched(page: Page, photographs: list[Path]) -> None:
    """As the host packs it: the network's files, and of the runtime what this browser takes."""
    told = [float(number) for number in re.findall(r"([\d.]+) MB", page.text("#live"))]
    Host.asked.clear()
    page.live()
    page.give(photographs[1])
    page.computed()
    paths = {path for path, _ in Host.asked if path.startswith(("/live/", "/kernels/"))}
    weights = [path for path in paths - {PASSPORT} if path.endswith(".packed")]
    assert len(weights) == 5 + 12  # the first layer's kernels are too small for a file of their own
    sizes = [(FOLDER / path[1:]).stat().st_size for path in weights]
    assert told[0] == pytest.approx(sum(sizes) / 1e6, abs=0.051)
    rest = paths - {PASSPORT, *weights}
    runtime = [gzip.compress((FOLDER / path[1:]).read_bytes(), 6) for path in rest]
    assert told[1] == pytest.approx(sum(map(len, runtime)) / 1e6, rel=0.1)


def test_ways_to_bring_a_picture(page: Page, photographs: list[Path]) -> None:
    """One after the other, on a page that has loaded the network once."""
    page.live()
    for way, photograph in zip(("drop", "paste"), photographs, strict=False):
        with brought(page, f"{way}.jpg"):
            page.js(BRING, base64.b64encode(photograph.read_bytes()).decode(), way)
    page.js(BRING, base64.b64encode(photograph.read_bytes()).decode(), way)
    page.until(lambda: page.text("#live-words") == "Your picture is computed.")  # it was the same again
    with brought(page, "camera"):
        open_camera(page)
        page.click("#camera-still")
    with brought(page, "empty picture"):
        page.click("#empty")
    sheet = page.until(lambda: page.find(".paint-sheet"))
    page.until(sheet.is_displayed)
    ActionChains(page.browser).move_to_element(sheet).click_and_hold().move_by_offset(
        40, 10
    ).release().perform()
    page.until(lambda: page.text("#maps figcaption") == "empty picture, painted", 120)
    read = page.numbers("painted", "input", (3, 224, 224))
    assert 0.9 < (np.abs(read - read.max((1, 2), keepdims=True)) < 1).mean() < 1
    with brought(page, "camera"):
        open_camera(page)
        page.click("#camera-run")
        page.until(lambda: page.text("#maps figcaption") == "camera")
        count = "return Number(document.querySelector('#live-words').dataset.pictures)"
        first = page.until(lambda: page.js(count))
        page.until(lambda: page.js(count) >= first + 3)
        page.click("#camera-close")


BRING = """
const bytes = Uint8Array.from(atob(arguments[0]), (sign) => sign.charCodeAt(0));
const transfer = new DataTransfer();
transfer.items.add(new File([bytes], `${arguments[1]}.jpg`, { type: "image/jpeg" }));
const event = arguments[1] === "drop"
  ? new DragEvent("drop", { dataTransfer: transfer, bubbles: true })
  : new ClipboardEvent("paste", { bubbles: true });
// Firefox gives a pasting that a script made a clipboard of its own, without files.
if (arguments[1] === "paste") Object.defineProperty(event, "clipboardData", { value: transfer });
document.dispatchEvent(event);
"""


@contextmanager
def brought(page: Page, title: str) -> Iterator[None]:
    """What is done in the block brings a picture, which is shown and computed."""
    page.js("document.querySelector('#live-words').textContent = ''")
    yield
    page.until(lambda: page.text("#maps figcaption") == title)
    page.computed()
    assert page.state["picture"] == "yours", title
    assert page.js("return document.querySelector('#problem').hidden"), title


def open_camera(page: Page) -> None:
    if not page.find("#yours").is_displayed():
        page.click("#own")
    page.click("#camera")
    page.until(lambda: page.find("#camera-still").is_displayed())


def test_each_wrong_file_gets_one_sentence(page: Page, tmp_path: Path) -> None:
    page.live()
    before = page.state
    for name, content, sentence in (
        ("letter.txt", b"dear reader", "is no picture that can be read here"),
        ("nothing.png", b"", "is empty"),
        ("bomb.png", png_header(30_000, 30_000), "is too large: 30,000 × 30,000 pixels"),
        ("cut.png", png_header(300, 200), "is damaged or cut short"),
        ("strip.png", png_header(40_000, 20), "is a strip"),
    ):
        (tmp_path / name).write_bytes(content)
        page.give(tmp_path / name)
        page.until(lambda name=name: name in page.text("#problem"))
        assert page.find("#problem").is_displayed()
        assert sentence in page.text("#problem")
        assert page.state == before


@pytest.mark.usefixtures("published")
def test_a_broken_download_goes_on_where_it_stopped(page: Page, photographs: list[Path]) -> None:
    before = page.state
    Host.cut_after = 1_000_000
    page.live()
    page.give(photographs[1])
    page.until(lambda: page.js("return !document.querySelector('#problem').hidden"))
    assert "broke off after 1.0 MB of the network" in page.text("#problem")
    page.until(lambda: page.state["picture"] == before["picture"])
    Host.cut_after = None
    Host.asked.clear()
    page.live()
    page.give(photographs[1])
    page.computed()
    assert "bytes=1000000-" in [wanted for path, wanted in Host.asked if path.endswith(".packed")]
    Host.asked.clear()
    page.open()
    page.live()
    page.give(photographs[1])
    page.computed()
    asked = {path for path, _ in Host.asked} - {PASSPORT}
    assert not [path for path in asked if path.endswith(".packed")], "the weights were kept"


@pytest.mark.usefixtures("published")
def test_a_runtime_that_is_cut_off_is_told_and_loaded_again(page: Page, photographs: list[Path]) -> None:
    Host.cut_after, Host.cut_files = 1_000_000, ".wasm.gz"
    page.live()
    page.give(photographs[1])
    page.until(lambda: page.find("#problem").is_displayed())
    assert "internal.wasm.gz” was cut off after 1000000 bytes" in page.text("#problem")
    Host.cut_after = None
    page.live()
    page.give(photographs[1])
    page.computed()


@pytest.mark.usefixtures("published")
def test_a_picture_is_chosen_first_and_seen_at_once(page: Page, photographs: list[Path]) -> None:
    """The network is loaded meanwhile; what is of the picture before is not shown beside it."""
    Host.wait = 1
    page.click("#own")
    assert page.find("#file").is_displayed()
    page.give(photographs[1])
    seen = "const e = document.querySelector('canvas.preview'); return Boolean(e && !e.hidden)"
    page.until(lambda: page.js(seen), 20)  # the page may be loaded again before, to have several threads
    assert page.js("return document.body.dataset.computing") == "true"
    assert page.text("#maps figcaption") == photographs[1].name
    page.computed()
    page.until(lambda: page.text("#maps figcaption") == photographs[1].name)
    assert page.js("return document.body.dataset.computing ?? null") is None
    assert page.js("return document.querySelector('canvas.preview').hidden")
    page.until(lambda: not page.find("#network-status").is_displayed(), 20)


WATCH = """
window.seen = [];
const text = (selector) => document.querySelector(selector).textContent;
const look = () => {
  const { layer, channel, cell } = explorer.state();
  seen.push({
    title: text("#maps figcaption"),
    short: text(".answer-line"), long: text("#answer .lead"), spoken: text("#answer [role=status]"),
    weight: getComputedStyle(document.querySelector(".answers .class")).fontWeight,
    answers: getComputedStyle(document.querySelector(".answers")).visibility,
    place: JSON.stringify([layer, channel, cell]),
  });
  requestAnimationFrame(look);
};
look();
"""
"""What a reader sees, frame by frame."""
STILL_TO_COME = "The answer is still to come."


def watched(page: Page) -> list[dict[str, str]]:
    """What was seen so far, each once, in its order."""
    return list({tuple(each.values()): each for each in page.js("return seen")}.values())


def answered(page: Page) -> bool:
    """Whether the answer is that of the picture that is seen."""
    code = "const { dataset } = document.querySelector('#answer'); return [dataset.waiting, dataset.stale]"
    return page.js(code) == [None, "false"]


def test_no_answer_stands_under_another_picture_as_if_it_were_its_own(
    page: Page, photographs: list[Path], manifest: dict[str, Any]
) -> None:
    """In words and in type, on a phone, and for those who hear it: own pictures and stored ones."""
    show_on(page.browser, 390, 844, "light")
    page.until(lambda: answered(page))
    Host.wait = 1
    titles = [each["title"] for each in manifest["pictures"]]
    page.js(WATCH)
    page.live()
    answers = {titles[0]: page.text(".answer-line")}
    for photograph in photographs[1:]:
        page.give(photograph)
        page.until(lambda photograph=photograph: page.text("#maps figcaption") == photograph.name)
        page.computed()
        page.until(lambda: answered(page))
        answers[photograph.name] = page.text(".answer-line")
    assert len(set(answers.values())) == 3, "else there would be nothing to mistake"
    for picture in manifest["pictures"]:
        page.dispatch(type="picture", value=picture["id"])
        page.until(lambda picture=picture: page.text("#maps figcaption") == picture["title"])
        page.until(lambda: answered(page))
        answers[picture["title"]] = page.text(".answer-line")
    seen = watched(page)
    assert {each["title"] for each in seen} == set(answers)
    for each in seen:
        if each["short"] == answers[each["title"]]:
            assert (each["weight"], each["spoken"][:11]) == ("600", "The answer:"), each
        else:
            assert {each["short"], each["long"], each["spoken"]} == {STILL_TO_COME}, each
            assert each["answers"] == "hidden", each
    late = {each["title"] for each in seen if each["short"] == STILL_TO_COME}
    assert late >= {path.name for path in photographs[1:]}
    assert page.js("return document.body.dataset.computing ?? null") is None


def test_what_was_chosen_while_a_picture_is_computed_is_seen(page: Page, photographs: list[Path]) -> None:
    """Another picture than the one on its way: it is shown, with its answer, and nothing lies over it."""
    page.until(lambda: answered(page))
    before = page.text("#answer .lead"), page.text("#maps figcaption")
    Host.wait = 1
    page.live()
    page.dispatch(type="layer", value="block4_conv1")
    page.give(photographs[1])
    page.until(lambda: page.js("return document.body.dataset.computing === 'true'"))
    assert page.text("#answer .lead") == STILL_TO_COME
    assert page.text("#maps figcaption") == photographs[1].name
    faint = "return [...document.querySelectorAll(arguments[0])].map((e) => getComputedStyle(e).opacity)"
    assert set(page.js(faint, "#grid, #bar, #words, #facts, #cell")) == {"0"}
    page.dispatch(type="picture", value=first_id())
    page.until(lambda: page.js("return document.body.dataset.computing ?? null") is None)
    page.until(lambda: (page.text("#answer .lead"), page.text("#maps figcaption")) == before)
    assert page.js("return document.querySelector('canvas.preview').hidden")


PLACE = "const { layer, channel, cell } = explorer.state(); return JSON.stringify([layer, channel, cell])"


@pytest.mark.parametrize(
    "view", ["#/", "#/block1_conv2/20/100,100", "#/block5_conv3/7", "#/block5_conv3/7/3,4"]
)
def test_a_new_picture_leaves_the_reader_where_they_are(
    unopened: Page, photographs: list[Path], view: str
) -> None:
    """However late the weights of that layer come, and whatever is pointed at meanwhile."""
    page = unopened.open(f"{view}?picture={first_id()}")
    page.until(lambda: answered(page))
    Host.wait = 1
    before = page.js(PLACE)
    page.js(WATCH)
    page.live()
    page.js("document.querySelector('#yours').hidePopover()")
    page.give(photographs[1])
    page.until(lambda: page.text("#maps figcaption") == photographs[1].name)
    assert page.js("const bar = document.querySelector('#messages progress'); return bar.value < bar.max")
    ActionChains(page.browser).move_to_element(page.find(MAP)).move_by_offset(20, 9).perform()
    page.computed()
    page.until(lambda: answered(page))
    assert page.state["picture"] == "yours"
    assert {each["place"] for each in watched(page)} == {before}


def further(manifest: dict[str, Any]) -> dict[str, Any]:
    """A picture whose large maps are not stored."""
    found = next((picture for picture in manifest["pictures"] if picture["lacking"]), None)
    if found is None:
        pytest.skip("the explorer has one picture")
    return found


def test_the_large_maps_of_a_further_picture_are_computed(unopened: Page, manifest: dict[str, Any]) -> None:
    """They are not stored; the page says so until the network is loaded, and then they agree with Keras'."""
    picture = further(manifest)
    assert "block2_conv1" in picture["lacking"]
    assert "block4_conv1" not in picture["lacking"]
    page = unopened.open(f"#/block2_conv1/5/30,40?picture={picture['id']}&view=cell")
    page.until(lambda: page.find("#lack").is_displayed())
    assert "are not stored here" in page.text("#lack")
    assert page.text("#arithmetic") in page.text("#lack")
    assert not page.find("#problem").is_displayed()
    page.find("#lack button").click()
    page.until(lambda: page.find("#agreement"), 120)
    assert page.text("#agreement").startswith("They agree")
    assert not page.find("#lack").is_displayed()
    model = vggviz.load_vgg16()
    image = np.asarray(Image.open(FOLDER / picture["id"] / "picture.png").convert("RGB"))
    maps = vggviz.feature_maps(model, vggviz.preprocess(image), picture["lacking"])
    for name, values in maps.items():
        layer = layer_of(manifest, name)
        found = page.numbers(picture["id"], name, (layer["channels"], layer["rows"], layer["columns"]))
        assert np.abs(found - np.moveaxis(values[0], -1, 0)).max() <= 2e-3 * values.max(), name
    for name in ("block2_pool", "block3_conv1", "block1_pool", "block1_conv1"):  # stored beside computed
        page.dispatch(type="go", value={"layer": name, "channel": 3, "cell": [10, 10], "view": "cell"})
        page.until(lambda name=name: name in page.text("#path") and page.find("#arithmetic .rows"))
        if page.find("#agreement"):
            assert page.text("#agreement").startswith("They agree"), name
    assert page.text("#answer").strip()
    assert not page.find("#problem").is_displayed()


def test_a_tour_goes_on_past_a_stop_that_lacks_maps(unopened: Page, manifest: dict[str, Any]) -> None:
    picture = further(manifest)
    page = unopened.open(f"#/block5_conv3?picture={picture['id']}&tour=2")
    page.until(lambda: "cannot be made now" in page.text("#tour"))
    assert "are not stored here" in page.text("#problem")
    page.click("#tour .next")
    page.until(lambda: page.text("#tour h2").startswith("3 of 7") and "cannot" in page.text("#tour"))
    page.click("#tour .next")
    page.until(lambda: page.text("#tour h2").startswith("4 of 7") and page.text("#tour .guess").endswith("?"))
    assert page.state["tour"] == 4


def test_channels_off_on_a_picture_that_lacks_maps(page: Page, manifest: dict[str, Any]) -> None:
    """Both sides of a difference are computed, one after the other."""
    picture = further(manifest)["id"]
    page.live()
    off = {"block2_conv1": [5, 7]}
    value = {"picture": picture, "layer": "block2_conv2", "channel": 3, "off": off, "shows": "change"}
    page.dispatch(type="go", value=value)
    shape = (128, 112, 112)
    page.until(lambda: page.js("return Boolean(explorer.data.mapsAtHand('difference', 'block2_conv2'))"), 120)
    before, after, change = (
        page.numbers(image, "block2_conv2", shape) for image in (picture, "switched", "difference")
    )
    assert np.abs(change - (after - before)).max() <= 2.1e-3 * before.max()
    assert np.abs(change).max() > 0.05 * before.max()
    assert page.js("return document.querySelector('#problem').hidden")


def test_without_webassembly_the_page_says_what_is_missing(unopened: Page, manifest: dict[str, Any]) -> None:
    picture = further(manifest)
    code = "delete globalThis.WebAssembly"
    added = unopened.browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": code})
    try:
        page = unopened.open(f"#/block1_conv2/5?picture={picture['id']}")
        page.until(lambda: page.find("#lack").is_displayed())
        assert "this browser cannot compute them" in page.text("#lack")
        assert page.find("#lack button.plain") == page.find("#lack button"), "there is nothing to load"
        page.click("#lack button")
        page.dispatch(type="layer", value="block1_conv1")
        page.until(lambda: "block1_conv1" in page.text("#path"))
        assert not page.find("#lack").is_displayed(), "said once"
        page.dispatch(type="layer", value="block4_conv1")
        page.exact()
        assert not page.find("#problem").is_displayed()
    finally:
        unopened.browser.execute_cdp_cmd(
            "Page.removeScriptToEvaluateOnNewDocument", {"identifier": added["identifier"]}
        )


@pytest.mark.usefixtures("published")
def test_a_full_store_is_said_and_the_network_works(page: Page, photographs: list[Path]) -> None:
    quota = functools.partial(page.browser.execute_cdp_cmd, "Storage.overrideQuotaForOrigin")
    quota({"origin": page.server.address, "quotaSize": 200_000})
    page.live()
    page.give(photographs[1])
    page.computed()
    assert page.js("return document.querySelector('#live-words').dataset.store") == "full"


@pytest.mark.usefixtures("published")
def test_a_readers_picture_is_kept_until_it_is_forgotten(page: Page, photographs: list[Path]) -> None:
    page.live()
    page.give(photographs[1])
    page.computed()
    page.dispatch(type="go", value={"layer": "block4_conv2", "channel": 9, "cell": [5, 6]})
    page.exact()
    before = page.numbers("yours", "block1_conv1", (64, 224, 224))
    page.until(lambda: not page.js("return document.querySelector('#kept').hidden"))
    page.open(page.browser.current_url.split("index.html")[1])
    page.until(lambda: page.state["picture"] == "yours")
    page.until(lambda: page.state["layer"] == "block4_conv2")
    assert (page.state["channel"], page.state["cell"]) == (9, [5, 6])
    page.computed()
    assert np.array_equal(page.numbers("yours", "block1_conv1", (64, 224, 224)), before)
    page.find("#own").click()  # where it is chosen it is said, with the way to forget it
    assert photographs[1].name in page.find("#kept").text
    page.find("#forget").click()
    page.until(lambda: "is forgotten" in page.text("#notice"))
    assert not page.find("#kept").is_displayed()
    page.open("#/block4_conv2/9/5,6?picture=yours")
    page.until(lambda: "Choose yours" in page.text("#notice"))
    assert page.state["picture"] != "yours"
    # The picture that is shown instead was never asked for: Back does not lead there.
    page.js(
        """
        window.steps = 0;
        const push = history.pushState.bind(history);
        history.pushState = (...given) => { steps += 1; push(...given); };
        """
    )
    page.give(photographs[1])
    page.until(lambda: page.state["picture"] == "yours")
    assert page.js("return steps") == 0
    assert (page.state["layer"], page.state["channel"], page.state["cell"]) == ("block4_conv2", 9, [5, 6])
    page.dispatch(type="picture", value=first_id())  # a reader goes there, and back
    page.until(lambda: page.js("return steps") == 1)


@pytest.mark.usefixtures("published")
def test_a_network_that_is_kept_is_not_said_to_be_downloaded(unopened: Page, photographs: list[Path]) -> None:
    """Nor is what the page was before it was loaded again for threads shown again by a step of Back."""
    Host.stored = True
    page = unopened.open()
    assert "MB" in page.text("#live")
    page.dispatch(type="view", value="passport")
    page.until(lambda: page.js("return Boolean(navigator.serviceWorker.controller)"))
    page.live()
    page.until(lambda: page.js("return crossOriginIsolated && document.querySelector('#live')?.hidden"))
    page.until(lambda: page.text("#live") == "Load the network now", 120)
    page.give(photographs[1])
    page.computed()
    page.js("history.back()")
    page.until(lambda: page.js("return window.explorer?.state().picture") == first_id())
    page.until(lambda: page.js("return crossOriginIsolated"))
    page.open("#/block2_conv1/3?off=block2_conv1:3&view=change")
    page.until(lambda: page.find("#change .download"))
    page.until(lambda: "nothing more is downloaded" in page.text("#change .download"))
    assert page.find("#off [data-key=load]").text == "Load the network"
    page.js(
        """
        window.said = "";
        new MutationObserver(() => { window.said += document.querySelector("#live-words").textContent; })
          .observe(document.querySelector("#live-words"), { childList: true });
        """
    )
    page.click("#off [data-key=load]")
    page.until(lambda: "which this browser has kept" in page.js("return window.said"))
    page.until(lambda: not page.find("#off [data-key=load]"))
    page.until(lambda: "Comput" in page.text("#live-words") or "ready" in page.text("#live-words"), 120)
    assert "MB" not in page.js("return window.said")


def test_an_address_is_copied_without_a_readers_picture(page: Page, photographs: list[Path]) -> None:
    page.live()
    page.give(photographs[1])
    page.until(lambda: page.state["picture"] == "yours")
    page.find("#sharing").click()
    page.find("#share").click()
    page.until(lambda: "without your own picture" in page.text("#notice"))
    assert not page.find("#save").is_displayed(), "it would cover the words"


def test_the_panel_for_ones_own_picture_is_asked_for_once(unopened: Page) -> None:
    page = unopened.open("?own=1#/block5_conv3/7")
    page.until(lambda: page.find("#yours").is_displayed())
    assert page.browser.current_url.endswith("/index.html" + page.js("return location.hash"))
    assert page.state["channel"] == 7


def test_the_exact_map_of_a_readers_picture_is_shown_unasked(page: Page, photographs: list[Path]) -> None:
    page.live()
    page.give(photographs[1])
    page.computed()
    size = "const c = document.querySelector('#maps figure:nth-child(2) canvas'); return c.width"
    for layer, width in [("block1_conv2", 224), ("block3_conv1", 56)]:
        page.dispatch(type="layer", value=layer)
        page.until(lambda width=width: page.js(size) == width)


@pytest.mark.parametrize("wanted", ["live", "gradients", "find"])
def test_why_the_page_is_loaded_again_is_said_until_its_parts_are_there(page: Page, wanted: str) -> None:
    page.js("sessionStorage.setItem(`explorer-${arguments[0]}-asked`, 'anything')", wanted)
    Host.page_wait = 3
    page.browser.refresh()
    page.until(lambda: page.text("#loading").startswith("The page is loaded again"))
    assert page.find("#loading").is_displayed()


def test_the_benchmark_finds_its_way(page: Page) -> None:
    page.browser.set_script_timeout(110)
    times = page.browser.execute_async_script(exploring.PASTE_IMAGES, 2)
    assert [0 < first <= whole for first, whole in times] == [True, True]


@pytest.mark.usefixtures("published")
def test_a_first_visit_is_isolated_before_anything_is_done(unopened: Page, photographs: list[Path]) -> None:
    """So no page is loaded again in the middle of a reader's work; what the address asked for is kept."""
    page = unopened.open("?own=1#/block4_conv2/9/5,6")
    page.until(lambda: page.find("#yours").is_displayed())
    assert (page.state["layer"], page.state["channel"], page.state["cell"]) == ("block4_conv2", 9, [5, 6])
    page.js("window.isTheSame = true")
    page.give(photographs[1])
    page.computed()
    assert page.js("return window.isTheSame"), "the page is loaded again"
    assert "threads" in page.text("#live-words")


@pytest.mark.usefixtures("published")
def test_a_reader_who_has_begun_is_left_at_work(unopened: Page) -> None:
    """The service worker comes late: the page is loaded again only when the network is asked for."""
    Host.worker_wait = 6
    page = unopened
    page.browser.get(f"{page.server.address}/index.html")
    page.until(lambda: page.find("#grid [role=option][aria-selected=true]"))
    page.press("n")
    page.js("window.isTheSame = true")
    page.until(lambda: page.js("return Boolean(navigator.serviceWorker.controller)"))
    time.sleep(1)
    assert page.js("return window.isTheSame")
    assert not page.js("return crossOriginIsolated")
