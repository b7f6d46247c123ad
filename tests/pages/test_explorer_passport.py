"""The explorer's passports, faces and search in a real browser, compared with the files that they come from.

What needs an atlas, or the network, skips in an explorer that was saved without.
"""

from __future__ import annotations

import gzip
import io
import json
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

import vggviz
from accessibility import found
from atlas_files import unpacked
from explorer_page import FOLDER, Host, Page, equal_neighbours, first_id, layer_of, number, pixels
from pages import show_on
from vggviz.analysis.preferences import preferred_classes

LAYER, CHANNEL = "block3_conv3", 84
SECTION = "#atlas section[aria-label='{}']:not([hidden])"
LONG = 120


@pytest.fixture
def page(unopened: Page) -> Page:
    """Each test opens a passport, or the search."""
    return unopened


@pytest.fixture(scope="module")
def about(manifest: dict[str, Any]) -> dict[str, Any]:
    """What the atlas tells of all layers."""
    if LAYER not in manifest.get("atlas", []):
        pytest.skip("the explorer was saved without an atlas")
    return json.loads((FOLDER / "atlas" / "atlas.json").read_text("utf-8"))


def arrays_of(layer: str) -> dict[str, np.ndarray]:
    return unpacked((FOLDER / "atlas" / f"{layer}.gz").read_bytes())


def passport(page: Page, layer: str = LAYER, channel: int = CHANNEL) -> Page:
    page.open(f"#/{layer}/{channel}?picture={first_id()}&view=passport")
    page.until(lambda: page.find("#atlas section:not([hidden])"))
    return page


def section(page: Page, title: str) -> str:
    """Selector of a section that is scrolled to, and filled."""
    selector = SECTION.format(title)
    scroll = "document.querySelector(arguments[0])?.scrollIntoView({block: 'center'})"
    page.until(
        lambda: page.js(
            f"{scroll}; return document.querySelector(arguments[1])", selector, f"{selector} .part *"
        )
    )
    return selector


def titles(page: Page) -> list[str]:
    return page.js(
        "return [...document.querySelectorAll('#atlas section:not([hidden])')].map((s) => s.ariaLabel)"
    )


def texts(page: Page, selector: str) -> list[str]:
    """What elements say to those who see them."""
    code = """
    return [...document.querySelectorAll(arguments[0])].map((found) => {
      const copy = found.cloneNode(true);
      for (const unseen of copy.querySelectorAll(".unseen")) unseen.remove();
      return copy.textContent;
    });
    """
    return page.js(code, selector)


def colours(page: Page, selector: str) -> np.ndarray:
    """RGB of a canvas, (h, w, 3)."""
    return pixels(page, selector)[..., :3]


def drawn_tile(layer: dict[str, Any], channel: int) -> np.ndarray:
    """A channel's drawing in the sheet of its layer."""
    columns, (high, wide) = layer["drawings"]["columns"], layer["drawings"]["tile"]
    sheet = np.asarray(Image.open(io.BytesIO((FOLDER / "drawings" / f"{layer['name']}.webp").read_bytes())))
    return sheet[channel // columns * high :, channel % columns * wide :][:high, :wide, :3]


# Passports ------------------------------------------------------------------------------------


def test_a_passport_has_an_address_and_its_sections(page: Page, about: dict[str, Any]) -> None:
    passport(page)
    assert page.state["view"] == "passport"
    arrays = arrays_of(LAYER)
    needed = {
        "How it is made": "inputs",
        "What it is tuned to": "orientation",
        "Its relatives": "alike_by_response",
        "Where it goes": "outputs",
        "Without it": "loss_next",
    }
    shown = titles(page)
    assert {title for title in needed if title in shown} == {
        t for t, name in needed.items() if name in arrays
    }
    parts = "[...document.querySelectorAll('#atlas section:not([hidden]) .part')]"
    for title in shown:
        section(page, title)
    assert page.js(f"return {parts}.every((part) => part.textContent || part.querySelector('canvas'))")


def test_sections_far_below_are_not_loaded_before_they_are_near(page: Page, about: dict[str, Any]) -> None:
    show_on(page.browser, 1280, 620, "light")
    Host.asked.clear()
    passport(page)
    section(page, "How it is made")
    assert not [path for path, _ in Host.asked if path.startswith("/examples/")]
    section(page, "What excites it in photographs")
    assert [path for path, _ in Host.asked if path.startswith("/examples/")]


def test_what_a_channel_reads_is_a_way_to_it(page: Page, about: dict[str, Any]) -> None:
    arrays = arrays_of(LAYER)
    if "inputs" not in arrays:
        pytest.skip("the atlas has no inputs")
    selector = section(passport(page), "How it is made")
    shares = [f"{'−' if s < 0 else '+'}{abs(s) / 100:.0f}" for s in arrays["input_shares"][CHANNEL]]
    told = texts(page, f"{selector} .face")
    expected = [f"{k}{share}\xa0%" for k, share in zip(arrays["inputs"][CHANNEL], shares, strict=True)]
    assert told == expected
    page.click(f"{selector} .face")
    before = about["layers"][LAYER]["reads"]
    page.until(lambda: page.state["layer"] == before)
    assert page.state["channel"] == arrays["inputs"][CHANNEL][0]
    assert page.state["view"] == "passport"
    page.js("history.back()")
    page.until(lambda: page.state["layer"] == LAYER)


def test_a_kernel_of_the_first_layer_is_shown_in_its_colours(page: Page, manifest: dict[str, Any]) -> None:
    selector = section(passport(page, "block1_conv1", 39), "How it is made")
    raw = gzip.decompress((FOLDER / "kernels" / "block1_conv1.packed").read_bytes())
    kernel = np.frombuffer(raw, "<f2").reshape(64, 3, 3, 3)[39].astype(float)
    expected = 128 + 127 * kernel[..., ::-1] / np.abs(kernel).max()
    np.testing.assert_allclose(colours(page, f"{selector} canvas"), expected, atol=1)
    assert texts(page, f"{selector} figcaption")[:4] == ["in colour", "red", "green", "blue"]
    assert "27 weights" in page.text(selector)


def test_expanded_weights_that_say_little_are_marked(page: Page, about: dict[str, Any]) -> None:
    arrays = arrays_of(LAYER)
    if "expanded_correlation" not in arrays:
        pytest.skip("the atlas has no expanded weights of the layer")
    for channel in (
        np.nanargmin(arrays["expanded_correlation"]),
        np.nanargmax(arrays["expanded_correlation"]),
    ):
        selector = section(passport(page, LAYER, int(channel)), "How it is made")
        correlation = float(arrays["expanded_correlation"][channel])
        assert f"{correlation:.2f}".replace("-", "−") in page.text(selector)
        assert bool(page.find(f"{selector} .warning")) == (correlation < 0.5)


def test_what_was_drawn_for_a_channel(page: Page, manifest: dict[str, Any]) -> None:
    layer = layer_of(manifest, LAYER)
    if not layer["drawings"]:
        pytest.skip("the explorer has no drawings of the layer")
    selector = section(passport(page), "What was drawn for it")
    found_pixels = colours(page, f"{selector} canvas").astype(int)
    assert np.abs(found_pixels - drawn_tile(layer, CHANNEL)).mean() < 3
    enlarged_and_closed(page, f"{selector} .enlarges")
    assert blocks(page, f"{selector} .enlarges") < 0.5
    for name, of in [("What excites it in photographs", LAYER), ("How it is made", "block1_conv1")]:
        picture = section(passport(page, of, 39), name)
        share = blocks(page, f"{picture} .enlarges")
        assert (share > 0.9) == (name == "How it is made"), "a kernel's pixels are numbers"
        assert share > 0.9 or share < 0.5


def blocks(page: Page, button: str) -> float:
    """How much of an enlarged picture is blocks of one colour."""
    page.click(button)
    assert is_large_with_its_caption(page)
    share = equal_neighbours(page, "#enlarged canvas")
    page.press(Keys.ESCAPE)
    page.until(lambda: not page.find("#enlarged").is_displayed())
    return share


def is_large_with_its_caption(page: Page) -> bool:
    """As wide or as high as the screen allows, its words right under it and on the screen."""
    width, height = page.js("return [innerWidth, innerHeight]")
    picture, caption = page.box("#enlarged canvas"), page.box("#enlarged figcaption")
    is_large = min(picture["width"], picture["height"]) > min(0.9 * width, 0.85 * height)
    return is_large and 0 <= caption["top"] - picture["bottom"] < 12 and caption["bottom"] <= height


def enlarged_and_closed(page: Page, button: str) -> None:
    """By a key and by a click; closed by Escape, by Back and by a click; the focus goes back."""
    steps = page.js("return history.length")
    ways = [
        (Keys.ENTER, lambda: page.press(Keys.ESCAPE), (1440, 900, "light")),
        (Keys.SPACE, page.browser.back, (390, 844, "dark")),
        ("click", lambda: page.find("#enlarged canvas").click(), (320, 568, "light")),
    ]
    before = page.state
    for opening, close, screen in ways:
        show_on(page.browser, *screen)
        opener = page.find(button)
        opener.click() if opening == "click" else opener.send_keys(opening)
        assert page.js("return document.activeElement.closest('#enlarged') !== null")
        assert is_large_with_its_caption(page)
        assert found(page.browser) == []
        close()
        page.until(lambda: not page.find("#enlarged").is_displayed())
        page.until(lambda: not page.js("return history.state?.enlarged"))
        assert page.js("return document.activeElement === document.querySelector(arguments[0])", button)
        assert page.state == before
    assert page.js("return history.length") <= steps + 1


def test_what_excites_a_channel_in_photographs(page: Page, about: dict[str, Any]) -> None:
    arrays = arrays_of(LAYER)
    selector = section(passport(page), "What excites it in photographs")
    there = [about["pictures"][k] if k >= 0 else None for k in arrays["example_images"][CHANNEL]]
    values = [v for name, v in zip(there, arrays["example_values"][CHANNEL], strict=True) if name and v > 0]
    told = texts(page, f"{selector} figcaption")
    assert [number(each.split(": ")[1]) for each in told] == pytest.approx(values, rel=6e-3)
    assert re.search(rf"strongest of {len(about['pictures'])} pictures", page.text(selector))


def test_tuning_curves_are_drawn_beside_those_of_the_control_and_told(
    page: Page, about: dict[str, Any]
) -> None:
    arrays = arrays_of(LAYER)
    if "orientation" not in arrays:
        pytest.skip("the atlas has no tuning curves")
    channel = int(
        np.nanargmax(np.where(arrays["orientation"].any(axis=1), arrays["orientation_selectivity"], -1))
    )
    selector = section(passport(page, LAYER, channel), "What it is tuned to")
    told = page.js("return document.querySelector(arguments[0]).ariaLabel", f"{selector} svg")
    assert f"({arrays['preferred_orientation'][channel]:.0f}°)" in told or "horizontal" in told
    assert "that of the random network by" in told
    drawn = page.js("return document.querySelector(arguments[0]).getAttribute('points')", f"{selector} .own")
    corners = np.array([point.split(",") for point in drawn.split()], float) - 60
    lengths = np.hypot(*corners.T) / 46
    expected = np.tile(arrays["orientation"][channel] / 255, 2)
    np.testing.assert_allclose(lengths, expected, atol=0.01)
    family = about["families"][arrays["family"][channel]]
    assert f"Family: {family}." in page.text(selector)
    page.click(f"{selector} button")
    page.until(
        lambda: page.js("return document.querySelector('#find-field')?.value") == f"{family} in {LAYER}"
    )
    count = int((arrays["family"] == arrays["family"][channel]).sum())
    page.until(lambda: page.text("#finding [role=status]").startswith(f"{count} channel"))


def test_a_layer_that_the_atlas_does_not_know_has_no_empty_boxes(
    page: Page, manifest: dict[str, Any]
) -> None:
    page.open(f"#/block3_pool/84?picture={first_id()}&view=passport")
    page.until("return document.querySelector('#atlas').childElementCount > 0")
    expected = ["What excites it in photographs"] if layer_of(manifest, "block3_pool")["examples"] else []
    page.until(lambda: titles(page) == expected)
    assert page.text("#atlas > p") == ""


def test_the_tiles_of_the_grid_have_other_faces(
    page: Page, about: dict[str, Any], manifest: dict[str, Any]
) -> None:
    page.open(f"#/{LAYER}/{CHANNEL}?picture={first_id()}")
    layer = layer_of(manifest, LAYER)
    tile = f"#grid [data-channel='{CHANNEL}'] canvas"
    before = colours(page, tile).shape
    if layer["drawings"]:
        Select(page.find("#face")).select_by_value("drawn")
        high, wide = layer["drawings"]["tile"]
        page.until(lambda: colours(page, tile).shape == (high, wide, 3))
        assert np.abs(colours(page, tile).astype(int) - drawn_tile(layer, CHANNEL)).mean() < 3
    Select(page.find("#face")).select_by_value("crop")
    page.until(
        lambda: colours(page, tile).shape not in (before, (*(layer["drawings"] or {}).get("tile", []), 3))
    )
    page.dispatch(type="layer", value="block3_pool")
    assert page.find("#face [value=drawn]").get_attribute("disabled")


# Search ---------------------------------------------------------------------------------------


def ask(page: Page, text: str) -> str:
    """What is said after a question."""
    field = page.find("#find-field")
    field.clear()
    page.js("document.querySelector('#finding [role=status]').textContent = ''")
    field.send_keys(text)
    return page.until(lambda: page.text("#finding [role=status]"))


@pytest.fixture
def finding(page: Page) -> Page:
    page.open()
    page.press("/")
    page.until(lambda: page.js("return document.activeElement.id") == "find-field")
    return page


def any_preferred(manifest: dict[str, Any]) -> bool:
    return any(layer["preferred"] for layer in manifest["layers"])


def test_a_channel_is_found_by_its_number_and_by_keys_alone(finding: Page, manifest: dict[str, Any]) -> None:
    assert ask(finding, "block3_conv3 84") == "1 channel of block3_conv3."
    finding.find("#finding .face").send_keys(Keys.ENTER)
    finding.until(lambda: finding.state["channel"] == 84)
    assert (finding.state["layer"], finding.state["view"]) == ("block3_conv3", "passport")
    assert not finding.js("return document.querySelector('#finding').matches(':popover-open')")
    finding.press("/")
    assert (
        ask(finding, "b2 100") == "100" or finding.text("#finding [role=status]") == "2 channels of 2 layers."
    )
    assert ask(finding, "nonsense") == "Nothing is found for “nonsense”."
    assert finding.find("#finding details").is_displayed()
    assert not finding.find("#finding .near").is_displayed(), "nothing is written like that"
    known = texts(finding, "#finding details :is(h3, .chip)")
    assert "Families" in known or not manifest["atlas"]
    assert {"Classes", "Egyptian cat", "tabby"} <= set(known) or not any_preferred(manifest)
    ask(finding, "block3_conv3 84")
    assert not finding.find("#finding details").is_displayed()
    finding.press(Keys.ESCAPE)
    finding.until("return !document.querySelector('#finding').matches(':popover-open')")


def test_which_channels_like_cats(finding: Page, manifest: dict[str, Any]) -> None:
    if not layer_of(manifest, "block5_conv3")["preferred"]:
        pytest.skip("which classes the channels prefer is not known")
    ask(finding, "Egyptian cat in block5_conv3")
    effects = {k: dict(preferred_classes("block5_conv3", k, 3)).get("Egyptian cat", 0) for k in range(512)}
    first = max(effects, key=effects.__getitem__)
    assert texts(finding, "#finding .face")[0] == f"{first}block5_conv3Egyptian cat {effects[first]:.1f}"
    count = sum(e > 0.05 for e in effects.values())
    said = finding.text("#finding [role=status]")
    assert said.startswith(f"{count} channels of block5_conv3. The number: ")
    assert said.endswith("in standard deviations.")


def test_a_class_is_found_by_what_it_is_and_by_what_is_nearly_its_name(
    finding: Page, manifest: dict[str, Any]
) -> None:
    if not any_preferred(manifest):
        pytest.skip("which classes the channels prefer is not known")
    cats = {"tabby", "Egyptian cat", "Persian cat", "cougar", "lion"}
    ask(finding, "cat in block5_conv3")
    finding.until(lambda: finding.find("#finding .show-more"))
    finding.click("#finding .show-more")
    found = {re.sub(r"^\d+block5_conv3| [\d.]+$", "", each) for each in texts(finding, "#finding .face")}
    assert "tabby" in found <= cats
    assert ask(finding, "tabbi") == "Nothing is found for “tabbi”."
    finding.click("#finding .near .chip")
    finding.until(lambda: "channel" in finding.text("#finding [role=status]"))
    assert finding.js("return document.querySelector('#find-field').value") == "tabby"
    assert not finding.find("#finding .near").is_displayed()


def test_families_are_found_by_name(finding: Page, about: dict[str, Any]) -> None:
    layers = {k: v["family"] for k, v in about["layers"].items() if k.startswith("block2") and v["family"]}
    if not layers:
        pytest.skip("the atlas has no families")
    index = int(np.bincount(np.concatenate(list(layers.values()))).argmax())
    count = sum(each.count(index) for each in layers.values())
    said = ask(finding, f"{about['families'][index]} in block2")
    assert said == f"{count} channels of {sum(index in each for each in layers.values())} layers."


@pytest.fixture
def sketching(finding: Page, manifest: dict[str, Any]) -> Page:
    if not manifest["live"]:
        pytest.skip("the explorer was built without LiteRT.js")
    return finding


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 640)])
def test_the_sheet_of_a_sketch_stays_under_the_finger(sketching: Page, width: int, height: int) -> None:
    """What comes after a stroke moves it nowhere, and the panel can be closed wherever it is scrolled to."""
    page = sketching
    show_on(page.browser, width, height, "light")
    page.js("document.querySelector('.by-drawing .sketch').scrollIntoView()")
    before = page.box(".by-drawing .sketch")
    assert not page.find(".by-drawing .deeper").is_displayed(), "nothing is painted"
    page.find(".paint-sheet").send_keys(Keys.SHIFT + 6 * Keys.ARROW_DOWN)
    page.until(lambda: page.find(".by-drawing .compute").is_displayed())
    assert page.box(".by-drawing .sketch") == before
    page.js("const panel = document.querySelector('#finding'); panel.scrollTop = panel.scrollHeight")
    page.find("#finding .close").click()
    page.until("return !document.querySelector('#finding').matches(':popover-open')")


@pytest.mark.usefixtures("published")
def test_channels_are_found_by_drawing_and_their_answers_are_the_librarys(
    sketching: Page, manifest: dict[str, Any]
) -> None:
    page = sketching
    page.click(".by-drawing [data-name=white]")
    page.find(".paint-sheet").send_keys(Keys.SHIFT + 6 * Keys.ARROW_DOWN)
    page.until(lambda: not page.js("return document.querySelector('.by-drawing .compute').hidden"))
    page.click(".by-drawing .compute")
    page.until(lambda: len(texts(page, ".answers-of-layers h4")) >= 7, LONG)
    assert texts(page, ".answers-of-layers h4")[0] == "block1_conv1"
    size = manifest["pictures"][0]["rows"]
    levels = """
    const done = arguments[0];
    explorer.data.photograph("sketch").then((bitmap) => {
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext("2d");
      context.drawImage(bitmap, 0, 0);
      done([...context.getImageData(0, 0, bitmap.width, bitmap.height).data]);
    });
    """
    image = np.array(page.browser.execute_async_script(levels), np.uint8).reshape(size, size, 4)[..., :3]
    assert len(np.unique(image.reshape(-1, 3), axis=0)) == 2
    model = vggviz.load_vgg16("imagenet")
    maps = vggviz.feature_maps(model, vggviz.preprocess(image[None]), "block2_conv1")["block2_conv1"]
    known = json.loads((FOLDER / "sketch" / "others.json").read_text("utf-8"))
    empty, others = (np.array(known[what]["block2_conv1"]) for what in ("empty", "others"))
    more = (maps.mean(axis=(0, 1, 2)) - empty).clip(0)
    times = more / more.sum() / (others / others.sum() + 0.1 / len(others))
    order = np.argsort(-times)[:5]
    row = texts(page, ".answers-of-layers h4").index("block2_conv1")
    row_of = f".answers-of-layers ul:nth-of-type({row + 1}) .face"
    told = [float(each.rstrip("×")) for each in texts(page, f"{row_of} span:not(.unseen)")]
    assert told == pytest.approx(times[order], rel=0.06)
    assert int(texts(page, f"{row_of} b")[0]) in order[:2]
    page.click(".by-drawing .deeper")
    assert page.text(".by-drawing .deeper") == "Asking the deeper layers …"
    page.until(lambda: len(texts(page, ".answers-of-layers h4")) > 7, LONG)
    assert not page.find(".by-drawing .deeper").is_displayed(), "all have been asked"


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844), (320, 568)])
def test_passport_and_search_are_accessible(
    page: Page, about: dict[str, Any], width: int, height: int
) -> None:
    show_on(page.browser, width, height, "light")
    passport(page)
    for title in titles(page):
        section(page, title)
    check_accessible(page, "#passport", "#atlas :is(button, summary)", (width, height))
    page.js("document.querySelector('#find').click()")
    page.until(lambda: page.find("#find-field"))
    ask(page, "block2_conv1")
    check_accessible(page, "#finding", "#finding :is(button, input):not([hidden])", (width, height))


def check_accessible(page: Page, panel: str, targets: str, size: tuple[int, int]) -> None:
    """In both themes; what can be touched is as high as a finger on a phone."""
    for theme in ("light", "dark"):
        show_on(page.browser, *size, theme)
        assert fits(page, panel)
        assert found(page.browser) == [], theme
    if size[0] < 700:
        assert smallest(page, targets) >= 44


def fits(page: Page, selector: str) -> bool:
    return page.js(
        "const e = document.querySelector(arguments[0]); return e.scrollWidth <= e.clientWidth", selector
    )


def smallest(page: Page, selector: str) -> float:
    """The least height of what can be touched."""
    heights = [each.rect["height"] for each in page.browser.find_elements(By.CSS_SELECTOR, selector)]
    assert heights
    return min(height for height in heights if height > 0)
