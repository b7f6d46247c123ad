"""The explorer's tab "Change": drawing, gradients as maps, style and fooling, computed in a real browser.

Needs an explorer that was built with LiteRT.js; skips without it.
"""

from __future__ import annotations

import gzip
import json
import re
import time
from typing import Any

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import vggviz
from accessibility import found
from explorer_page import FOLDER, Page, equal_neighbours, first_id, number, pixels, stroke, take_brush
from pages import show_on
from vggviz import attribution
from vggviz.objectives import class_logit

PART = "#change section:not([hidden])"
LONG = 240
STYLE = "#change section[aria-label=Style]"
STYLE_STEP = f"return document.querySelector('{STYLE} .job').dataset.step"


@pytest.fixture
def page(unopened: Page, manifest: dict[str, Any]) -> Page:
    """The page with the tab open, where gradients can be computed."""
    if not (manifest["live"] and manifest["live"]["gradients"]):
        pytest.skip("the explorer was built without LiteRT.js")
    page = unopened.open(f"#/block2_conv2/61?picture={first_id()}&view=change")
    page.until(lambda: page.find("#change .begin"))
    return page


def told(page: Page, selector: str = f"{PART} .job-words") -> str:
    """What is said; nothing while the page is loaded again for more threads."""
    words = page.js("return document.querySelector(arguments[0])?.textContent ?? ''", selector)
    return words or ""  # Firefox answers None for a page that goes


def wait(page: Page, pattern: str, seconds: float = LONG) -> str:
    """What is said of the open part, once it fits a pattern; a problem ends the test."""

    def fitting() -> str | None:
        problem = told(page, f"{PART} .problem")
        assert problem == ""
        words = told(page)
        return words if re.search(pattern, words) else None

    return page.until(fitting, seconds)


def step_of(page: Page) -> int:
    return int(page.js("return document.querySelector(arguments[0]).dataset.step ?? -1", f"{PART} .job"))


def begin(page: Page, part: str = "drawing") -> None:
    page.click(f"[data-part={part}]")
    page.click(f"{PART} .begin")


def press(page: Page, words: str) -> None:
    buttons = page.browser.find_elements(By.CSS_SELECTOR, f"{PART} button")
    button = next(each for each in buttons if each.text == words)
    page.js("arguments[0].click()", button)


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    one, other = one.ravel().astype(float), other.ravel().astype(float)
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


@pytest.mark.usefixtures("published")
def test_a_channel_is_drawn_and_answers_more_and_more(page: Page) -> None:
    page.until(lambda: page.text(".download"))
    assert re.search(r"Loads the network first, once: \d+\.\d MB", page.text(".download"))
    is_firefox = "Firefox/" in page.js("return navigator.userAgent")
    assert ("Firefox computes on one thread" in page.text(".download")) == is_firefox
    begin(page)
    assert "about" in wait(page, "left on this device")
    words = wait(page, "^Drawn in 128 steps")
    first, last = (number(each) for each in re.findall(r"from ([\d.,]+) to ([\d,]+)", words)[0])
    assert last > 3 * first
    down = [
        float(each.split(",")[1])
        for each in page.js(
            "return document.querySelector(arguments[0]).getAttribute('points').split(' ')",
            f"{PART} polyline",
        )
    ]
    assert len(down) == 129
    assert down[-1] < 0.3 * down[0], "the curve rises"
    shown = page.text(f"{PART} figure:has(.curve) figcaption")
    assert [number(each) for each in re.findall(r"[\d.,]*\d", shown)] == [first, last]
    drawing = pixels(page, f"{PART} canvas.made")[..., :3]
    assert drawing.shape == (32, 32, 3)
    assert drawing.std() > 40
    assert np.ptp(drawing.astype(float), axis=-1).mean() > 20, "it has colours"
    assert "nothing more is downloaded" in page.text(".download")
    assert page.text("#spoken") == words
    assert page.text(f"{PART} .keep p") == "It is repeated until it fills 224 × 224 pixels."
    press(page, "Keep as my picture")
    page.until(lambda: page.state["picture"] == "yours", LONG)
    page.until(lambda: told(page, "#live-words").startswith("Computed in this page. All layers"), LONG)
    shown = pixels(page, "#maps figure:first-child canvas.photograph")[..., :3]
    assert shown.shape == (224, 224, 3)
    assert np.array_equal(shown[64:96, 32:64], drawing), "beside itself, again and again"


def resting(page: Page) -> int:
    """The step at which a computation has come to rest."""
    page.until(lambda: "paused" in told(page))
    time.sleep(0.5)  # the step that was under way
    step = step_of(page)
    time.sleep(0.5)
    assert step_of(page) == step < 128
    return step


def test_a_drawing_pauses_and_goes_on_and_rests_while_it_is_not_seen(page: Page) -> None:
    begin(page)
    wait(page, r"Step [1-9]")
    page.click(f"{PART} .enlarges")
    large = "return document.querySelector('#enlarged figcaption').textContent"
    shown, step = page.js(large), page.js("return document.querySelector('#enlarged canvas').ariaLabel")
    assert equal_neighbours(page, "#enlarged canvas") < 0.9, "32 pixels of blocks have more than 0.95"
    page.until(lambda: page.js(large) != shown)
    page.until(lambda: page.js("return document.querySelector('#enlarged canvas').ariaLabel") != step)
    page.press(Keys.ESCAPE)
    page.until(lambda: page.find(f"{PART} canvas.made"))
    press(page, "Pause")
    paused = resting(page)
    page.js("document.querySelector(arguments[0]).focus()", f"{PART} .tools button:not([hidden])")
    page.press("w")
    page.until(lambda: page.text("#spoken") == f"Step {paused} of 128: paused.")
    press(page, "Go on")
    page.until(lambda: step_of(page) > paused)
    for back in (lambda: page.dispatch(type="view", value="change"), lambda: page.click("#draw button")):
        page.dispatch(type="view", value="passport")
        left = resting(page)
        back()
        page.until(lambda left=left: step_of(page) > left, LONG)
    press(page, "Pause")
    page.dispatch(type="view", value="passport")
    page.dispatch(type="view", value="change")
    assert "paused" in told(page), "as the reader left it"
    page.dispatch(type="go", value={"channel": 62, "view": "passport"})
    page.dispatch(type="view", value="change")
    page.until(lambda: told(page) == "Stopped, as something else is shown now.")


def test_saliency_is_the_librarys_and_its_control_is_another_map(page: Page) -> None:
    page.click("[data-part=maps]")
    assert page.text(f"{PART} .map-words").startswith("Which pixels count?")
    page.click("[data-kind=gradient]")
    wait(page, "computed in")
    shown = pixels(page, "canvas.evidence")[..., 3].astype(float)
    assert page.js("return document.querySelector('#maps .stage').classList.contains('grey')")
    assert page.text("#maps figcaption").endswith(" · Gradient")
    model = vggviz.load_vgg16("imagenet", "linear")
    levels = np.asarray(Image.open(FOLDER / first_id() / "picture.png").convert("RGB"))
    batch = vggviz.preprocess(levels[None])
    answer = int(np.argmax(model(batch)))
    (expected,) = attribution.saliency(model, batch, class_logit(answer))
    expected = np.minimum(expected, np.quantile(expected, 0.995, method="higher"))
    assert shown.shape == expected.shape
    assert cosine(shown, expected) > 0.99
    press(page, "Compare with shuffled weights")
    page.until(lambda: page.find(f"{PART} .control-words").is_displayed(), LONG)
    assert page.text("#maps figcaption").endswith(" · shuffled weights")
    control = pixels(page, "#maps canvas.evidence")[..., 3].astype(float)
    assert cosine(control, expected) < 0.9
    agreement = float(re.search(r"to (-?\d\.\d\d)", page.text(".control-words"))[1])
    assert agreement < 0.6
    page.dispatch(type="view", value="passport")
    assert not page.find("#maps canvas.evidence").is_displayed(), "it goes with the tab"
    assert " · " not in page.text("#maps figcaption")


def test_a_small_change_turns_the_answer_and_can_be_kept(page: Page) -> None:
    page.until(lambda: page.find("#answer .answers li"))
    page.until(lambda: page.js("return document.querySelector('#answer').dataset.waiting === undefined"))
    names = [each.text for each in page.browser.find_elements(By.CSS_SELECTOR, ".answers .class")]
    begin(page, "fool")
    words = wait(page, "^(Turned|Not turned)")
    assert re.search(rf"from {names[0]} [\d.]+ % to {names[1]} [\d.]+ %\.$", words), "as in the head"
    largest, mean = re.findall(
        r"change (\d+) grey levels? of 255; on average ([\d.]+?)\.$", page.text(".extent")
    )[0]
    before, _, after = (
        pixels(page, f"{PART} figure:nth-child({i}) canvas")[..., :3].astype(int) for i in (1, 2, 3)
    )
    assert np.abs(after - before).max() == int(largest) < 30
    assert np.abs(after - before).mean() == pytest.approx(float(mean), rel=0.01)
    press(page, "Keep as my picture")
    page.until(lambda: page.state["picture"] == "yours", LONG)
    page.until(lambda: told(page, ".answers .class") == names[1], LONG)


def test_a_picture_takes_a_style_and_one_part_computes_at_a_time(
    page: Page, manifest: dict[str, Any]
) -> None:
    page.click("[data-part=style]")
    if len(manifest["pictures"]) < 2:
        page.click(f"{PART} .begin")
        page.until(lambda: "no other picture" in told(page, f"{PART} .problem"))
        return
    page.click(f"{PART} .begin")
    wait(page, r"Step [2-9]")
    made = pixels(page, f"{PART} canvas.made")
    assert made.shape == (128, 128, 4)
    page.click("[data-part=drawing]")
    left = int(page.js(STYLE_STEP))
    assert told(page, f"{STYLE} .job-words").endswith("paused."), "it rests"
    page.click("[data-part=style]")
    page.until(lambda: int(page.js(STYLE_STEP)) > left + 1, LONG)  # beyond the step that was under way
    assert re.match(r"Step \d+ of 40: (?!paused)", told(page))
    page.click("[data-part=drawing]")
    page.click(f"{PART} .begin")
    wait(page, r"Step \d+ of 128")
    page.click("[data-part=style]")
    words = told(page)
    assert words.startswith("Stopped at step"), "one computes at a time"
    now, first = re.findall(r"distance from both ([\d.e−]+), at the beginning ([\d.e−]+)\.", words)[0]
    assert float(now) < 0.9 * float(first)
    page.click("[data-part=drawing]")
    wait(page, r"Step [1-9]\d* of 128: about")


def test_what_is_painted_is_what_is_changed(page: Page) -> None:
    """Also where the network of the maps is not loaded, so that no maps follow the strokes."""
    page.click("[data-part=fool]")
    take_brush(page)
    stroke(page, (60, 60), (100, 100))
    page.until(lambda: page.find("canvas.painted").is_displayed())
    painted = pixels(page, "canvas.painted")[..., :3]
    black = (painted == 0).all(axis=-1)
    assert 0.02 < black.mean() < 0.3
    page.click(f"{PART} .begin")
    wait(page, "^Turned in")
    before, _, after = (
        pixels(page, f"{PART} figure:nth-child({k}) canvas")[..., :3].astype(int) for k in (1, 2, 3)
    )
    assert np.array_equal(before, painted)
    assert np.abs(after - before).max() <= 40
    maps = vggviz.feature_maps(
        vggviz.load_vgg16(), vggviz.preprocess(before.astype(np.uint8)), ["block5_pool"]
    )
    classes = json.loads((FOLDER / "classifier" / "classes.json").read_text("utf-8"))
    kernel = np.frombuffer(gzip.decompress((FOLDER / "classifier" / "kernel.gz").read_bytes()), "<f2")
    means = maps["block5_pool"].mean(axis=(0, 1, 2))
    scores = kernel.reshape(len(classes["bias"]), -1).astype(float) @ means + classes["bias"]
    shares = np.exp(scores - scores.max())
    (told_share,) = re.findall(r"([\d.]+) %$", told(page, f"{PART} figcaption"))
    assert float(told_share) == pytest.approx(100 / shares.sum(), abs=3)


@pytest.mark.parametrize("change", ["another picture", "a stroke"])
def test_a_job_ends_when_the_picture_changes(page: Page, manifest: dict[str, Any], change: str) -> None:
    """What it has computed is of another picture, so it goes, and that is said."""
    if len(manifest["pictures"]) < 2:
        pytest.skip("the explorer has one picture")
    begin(page, "style")
    wait(page, r"Step \d+ of 40")
    if change == "a stroke":
        take_brush(page)
        stroke(page, (60, 60), (40, 40))
    else:
        page.dispatch(type="picture", value=manifest["pictures"][1]["id"])
    page.until(lambda: told(page) == "Stopped, as something else is shown now.")
    assert page.text("#spoken") == told(page) or change == "a stroke"
    assert not page.find(f"{PART} figure.large").is_displayed()
    stopped = step_of(page)
    time.sleep(1)
    assert step_of(page) == stopped
    page.click(f"{PART} .begin")
    wait(page, r"Step \d+ of 40")


def test_with_reduced_motion_only_each_tenth_picture_is_shown(page: Page) -> None:
    preference = {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", preference)
    begin(page)
    labels = set()
    while not told(page).startswith("Drawn"):
        labels.add(told_label(page))
        assert len(labels) < 40
    seen = {int(match[1]) for label in labels if (match := re.search(r"after step (\d+) of", label))}
    assert seen
    assert {step % 10 for step in seen - {128}} <= {0}


def told_label(page: Page) -> str:
    return page.js(
        "return document.querySelector(arguments[0])?.getAttribute('aria-label') ?? ''", f"{PART} canvas.made"
    )


def test_the_tab_is_accessible_on_a_screen_and_on_a_phone(page: Page) -> None:
    screens = [(1440, 900, "light"), (1440, 900, "dark"), (390, 844, "light"), (320, 568, "light")]
    for width, height, theme in screens:
        show_on(page.browser, width, height, theme)
        for part in ("drawing", "maps", "style", "fool"):
            page.click(f"[data-part={part}]")
            assert page.js(
                "const c = document.querySelector('#change'); return c.scrollWidth <= c.clientWidth"
            )
            if width > 700:
                assert found(page.browser) == []
                continue
            heights = page.js(
                "return Array.from(document.querySelectorAll(arguments[0]), "
                "(each) => each.getBoundingClientRect().height)",
                "#change :is(button, select, input):not([hidden], [hidden] *)",
            )
            assert heights
            assert min(heights) >= 44
