"""The answer in the explorer's page: its numbers are the library's, where, why, channels off, and the tour.

Needs an explorer of VGG16 with ImageNet's weights; skips without it.
"""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import vggviz
from accessibility import found
from explorer_page import FOLDER, Host, Page, Server, first_id, layer_of, severe
from pages import show_on
from vggviz._shared import package_data
from vggviz.models import parts
from vggviz.models.graph import LOGITS

LAST = "block5_conv3"
READY = "const a = document.querySelector('#answer'); return a.dataset.waiting === undefined"


@pytest.fixture
def unopened(unopened: Page, manifest: dict[str, Any]) -> Page:
    """The page, where it tells an answer."""
    if not manifest.get("answer"):
        pytest.skip("the explorer was built without a classifier")
    return unopened


@pytest.fixture
def page(unopened: Page) -> Page:
    """The page, once the answer is there."""
    return ready(unopened.open())


def ready(page: Page) -> Page:
    page.until(lambda: page.js(READY))
    return page


def levels(picture: str) -> np.ndarray:
    return np.asarray(Image.open(FOLDER / picture / "picture.png").convert("RGB"))


def logits(model: Any, picture: str) -> np.ndarray:
    batch = vggviz.preprocess(levels(picture)[None])
    return np.asarray(parts.part(model, [LOGITS])(batch)[LOGITS])[0].astype(float)


@pytest.fixture(scope="module")
def scores() -> np.ndarray:
    """The library's scores of the first picture."""
    return logits(vggviz.load_vgg16("imagenet", "linear"), first_id())


LABELS = package_data.classes(package_data.LINEAR_CLASSES)[1]


def told(page: Page) -> dict[str, float]:
    """The classes listed, and their scores."""
    rows = page.browser.find_elements(By.CSS_SELECTOR, ".answers li")
    return {
        row.find_element(By.CSS_SELECTOR, ".class").text: signed(
            page.js("return arguments[0].querySelector('.score').firstChild.textContent", row)
        )
        for row in rows
    }


def signed(text: str) -> float:
    return float(text.replace("−", "-").replace("+", "").replace(",", ""))


def numbers(text: str) -> list[float]:
    return [signed(each) for each in re.findall(r"[−+]?\d+\.\d+", text)]


def first(values: np.ndarray, count: int = 5) -> dict[str, float]:
    return {LABELS[k]: float(values[k]) for k in np.argsort(-values)[:count]}


def check(page: Page, expected: np.ndarray) -> None:
    """The five classes in their order, to a percent of the largest score and the rounding."""
    best = first(expected)
    shown = told(page)
    assert list(shown) == list(best)
    for name, score in best.items():
        assert shown[name] == pytest.approx(score, abs=0.01 * max(best.values()) + 0.05)


def test_the_answer_of_each_picture_is_the_librarys(page: Page, manifest: dict[str, Any]) -> None:
    model = vggviz.load_vgg16("imagenet", "linear")
    for picture in manifest["pictures"]:
        page.dispatch(type="picture", value=picture["id"])
        expected = logits(model, picture["id"])
        page.until(lambda expected=expected: list(told(page)) == list(first(expected)))
        check(page, expected)
        best, second = list(first(expected).values())[:2]
        assert numbers(page.text("#answer .lead"))[0] == pytest.approx(best - second, abs=0.2)
        share = np.exp(expected - expected.max())
        shown = page.text(".answers .share").replace("%", "").strip(" <>")
        assert float(shown) == pytest.approx(100 * (share / share.sum()).max(), abs=1)
    assert severe(page) == []


def test_the_classifier_is_light(page: Page) -> None:
    asked = {path for path, _ in Host.asked if path.startswith("/classifier/")}
    assert asked == {"/classifier/classes.json", "/classifier/kernel.gz"}
    assert sum((FOLDER / path[1:]).stat().st_size for path in asked) < 220_000
    assert "One of 200 things" in page.text("#answer")


def test_it_is_said_whose_the_classifier_is(page: Page, manifest: dict[str, Any]) -> None:
    trained = manifest["answer"]["trained"]
    right = f"{trained['right']:.0%}".replace("%", " %")
    at_length = page.js("return document.querySelector('#classifier').textContent")
    for text in (page.text("#answer"), at_length):
        assert "not VGG16’s own" in text
        assert right in text
        assert trained["on"] in text
    assert f"{trained['pictures']:,} pictures" in at_length


def test_where_the_cells_and_the_bias_add_up_as_shown(page: Page, scores: np.ndarray) -> None:
    page.find(".show-where").click()
    page.until(lambda: page.find("canvas.evidence").is_displayed())
    cells, bias, score, full = numbers(page.text(".where p"))
    assert cells + bias == pytest.approx(score, abs=1e-9)
    assert score == pytest.approx(scores.max(), abs=0.01 * scores.max() + 0.05)
    listed = np.array(
        page.js("return [...document.querySelectorAll('.cells td')].map((e) => e.textContent)"), object
    )
    values = np.array([signed(each) for each in listed])
    assert values.shape == (49,)
    assert values.sum() == pytest.approx(cells, abs=0.06)
    pixels = page.js(
        """
        const canvas = document.querySelector("canvas.evidence");
        return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data];
        """
    )
    alpha = np.array(pixels).reshape(49, 4)[:, 3]
    assert full == np.abs(values).max()
    assert page.text("#maps figcaption").endswith(f" · {next(iter(told(page)))}")
    np.testing.assert_allclose(alpha / 217, np.abs(values) / np.abs(values).max(), atol=0.02)
    assert "Most for it, row" in page.find("canvas.evidence").get_attribute("aria-label")
    assert page.state["where"] == page.js("return location.hash").split("where=cam:")[1]
    page.open(page.js("return location.hash"))
    page.until(lambda: page.find("canvas.evidence").is_displayed())


def test_why_and_channels_of_the_last_layer_off(page: Page, scores: np.ndarray) -> None:
    """The scores then are those of the means with zeros, and nothing but the maps shown is loaded."""
    Host.asked.clear()
    page.find(".show-why").click()
    page.until(lambda: len(page.browser.find_elements(By.CSS_SELECTOR, ".reasons li")) == 12)
    listed, others, bias, lead = numbers(page.text(".why .quiet"))
    assert listed + others + bias == pytest.approx(lead, abs=1e-9)
    assert lead == pytest.approx(np.diff(np.sort(scores)[-2:])[0], abs=0.2)
    kernel, offset = package_data.linear_classifier()
    batch = vggviz.preprocess(levels(first_id())[None])
    means = vggviz.feature_maps(vggviz.load_vgg16(), batch, "block5_pool")["block5_pool"][0].mean((0, 1))
    off = [int(each.text) for each in page.browser.find_elements(By.CSS_SELECTOR, ".channel-name")[:3]]
    for channel in off:
        page.click(f'[data-key="switch-{channel}"]')
        page.until(lambda channel=channel: channel in page.state["off"].get(LAST, []))
    means[off] = 0
    expected = means @ kernel + offset
    page.until(lambda: list(told(page)) == list(first(expected)))
    check(page, expected)
    assert page.find(".score-bar .ghost")
    assert "before" in page.text(".answers .score")
    assert f"{off[0]} ×" in page.text("#off")
    assert not [path for path, _ in Host.asked if ".tflite" in path]
    page.click("#off .undo")
    page.until(lambda: not page.find("#off").is_displayed())
    page.until(lambda: list(told(page)) == list(first(scores)))
    page.js("history.back()")
    page.until(lambda: page.state["off"] == {LAST: off})


CAPTION = "return document.querySelectorAll('#maps figcaption')[1].textContent"


def test_the_maps_of_a_channel_that_is_off(page: Page) -> None:
    """By key; zero now, as they were before, and the change."""
    channel = page.state["channel"]
    page.exact()
    before = page.numbers(first_id(), LAST, (512, 14, 14))[channel]
    page.press("x")
    page.until(lambda: page.state["off"] == {LAST: [channel]})
    page.until(lambda: page.find("#shows [data-key=now]"))
    assert "off" in page.text("#grid .is-off span")
    label = page.find("#grid .is-off").get_attribute("aria-label")
    assert label.endswith(f"channel {channel} of 512, switched off")
    page.until(lambda: page.js(CAPTION) == f"channel {channel}: switched off")
    largest = json.loads((FOLDER / first_id() / f"{LAST}.json").read_text())["maximum"][channel]
    facts = page.js("return document.querySelector('#facts').textContent")
    assert facts == f"Switched off; its largest was {largest:.3g} before."
    assert not page.find("#channels .hatched").is_displayed()  # no other tile that is hatched is in the grid
    assert (page.numbers("switched", LAST, (512, 14, 14))[channel] == 0).all()
    page.click("#shows [data-key=change]")
    page.until(lambda: page.state["shows"] == "change")
    np.testing.assert_array_equal(page.numbers("difference", LAST, (512, 14, 14))[channel], -before)
    other = next(each for each in range(512) if each != channel)
    page.dispatch(type="channel", value=other)
    page.until(lambda: page.text("#maps figure:nth-child(2) figcaption") == f"channel {other}: unchanged")
    assert page.text("#facts") == "Unchanged."
    assert page.text("#channels .hatched") == "Hatched: unchanged."
    assert page.text("#silent").startswith("511 unchanged")
    page.dispatch(type="channel", value=channel)
    page.press("x")
    page.until(lambda: page.state["off"] == {})
    assert "shows" not in page.js("return location.hash"), "the next channel off is looked at as it is then"


def test_beside_the_maps_before_stands_the_answer_before(page: Page) -> None:
    before, line = page.text(".answers"), page.text(".answer-line")
    off = page.js(
        "return explorer.data.statistics(explorer.state().picture, arguments[0]).then(({ mean }) => "
        "mean.map((_, i) => i).sort((a, b) => mean[b] - mean[a]).slice(0, 40))",
        LAST,
    )
    page.dispatch(type="off", value={LAST: off})
    page.until(lambda: page.find(".score-bar .ghost"))
    now = page.text(".answers")
    page.until(lambda: page.find("#shows [data-key=before]"))
    page.click("#shows [data-key=before]")
    page.until(lambda: page.text(".answers") == before)
    assert page.text(".answer-line") == f"Before: {line}"
    assert not page.find(".score-bar .ghost")
    page.click("#shows [data-key=now]")
    page.until(lambda: page.text(".answers") == now)


@pytest.mark.usefixtures("published")
def test_channels_of_deeper_layers_off_are_computed_as_keras_does(
    page: Page, manifest: dict[str, Any]
) -> None:
    if not manifest["live"]:
        pytest.skip("the explorer was built without LiteRT.js")
    off = {"block2_conv2": [5, 60], "block3_conv1": [84], LAST: [183]}
    page.dispatch(type="off", value=off)
    page.until(lambda: page.find("#off [data-key=load]"))
    assert "must be computed anew" in page.text("#off")
    page.click("#off [data-key=load]")
    page.until(lambda: page.find("#shows [data-key=now]"), 120)
    model = vggviz.load_vgg16("imagenet", "linear")
    for name, channels in off.items():
        kernel, bias = model.get_layer(name).get_weights()
        kernel[..., channels] = 0
        bias[channels] = 0
        model.get_layer(name).set_weights([kernel, bias])
    expected = logits(model, first_id())
    page.until(lambda: page.find(".score-bar .ghost") and list(told(page)) == list(first(expected)))
    check(page, expected)
    batch = vggviz.preprocess(levels(first_id())[None])
    for name, values in vggviz.feature_maps(model, batch, ["block3_conv2", LAST, "block5_pool"]).items():
        layer = layer_of(manifest, name)
        shape = (layer["channels"], layer["rows"], layer["columns"])
        live = page.numbers("switched", name, shape)
        assert np.abs(live - np.moveaxis(values[0], -1, 0)).max() <= 2e-3 * values.max(), name


def test_on_a_phone_one_line_stays_and_opens(unopened: Page) -> None:
    show_on(unopened.browser, 390, 844, "dark")
    page = unopened.open()
    ready(page)
    line = page.find(".answer-line")
    box = page.box(".answer-line")
    assert line.is_displayed()
    assert box["height"] >= 44
    assert box["bottom"] < 844
    assert not page.find(".answers").is_displayed()
    line.click()
    page.until(lambda: page.find(".answers").is_displayed())
    assert page.js("return document.documentElement.scrollWidth") == 390
    small = page.js(
        """
        return [...document.querySelectorAll("#says button")].filter((e) => e.offsetParent)
          .filter((e) => e.getBoundingClientRect().height < 44).map((e) => e.textContent);
        """
    )
    assert small == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_answer_is_accessible(page: Page, theme: str) -> None:
    show_on(page.browser, 1440, 900, theme)
    for selector in (".show-where", ".show-why", ".where summary", ".turn"):
        page.until(lambda selector=selector: page.find(selector))
        page.click(selector)
    page.dispatch(type="tour", value=1)
    page.until(lambda: title(page).startswith("1 of"))
    assert found(page.browser) == []


# The tour -------------------------------------------------------------------------------------


def title(page: Page) -> str:
    """Of the card; empty until the tour is loaded."""
    return page.text("#tour h2") if page.find("#tour h2") else ""


def at_stop(page: Page, number: int) -> None:
    page.until(lambda: title(page).startswith(f"{number} of 7"))


def test_the_tour_has_seven_stops_with_two_sentences_each(page: Page) -> None:
    page.click("#take-tour")
    addresses = []
    for number in range(1, 8):
        at_stop(page, number)
        assert page.text("#tour .guess").endswith("?")
        assert page.find("#tour").is_displayed()
        page.click("#tour .show-me")
        page.until(lambda: len(page.browser.find_elements(By.CSS_SELECTOR, "#tour [aria-live] p")) == 2)
        addresses.append(page.js("return location.hash"))
        page.click("#tour .next")
    page.until(lambda: not page.find("#tour").is_displayed())
    assert all(f"tour={number}" in address for number, address in enumerate(addresses, 1))
    assert "where=cam:" in addresses[0]
    assert "off=block5_conv3:" in addresses[6]
    page.open(addresses[1])
    at_stop(page, 2)
    assert len(page.browser.find_elements(By.CSS_SELECTOR, "#tour [aria-live] p")) == 2
    assert page.js("return location.hash") == addresses[1]
    assert severe(page) == []


def test_the_next_stop_comes_whatever_is_loaded_meanwhile(page: Page) -> None:
    page.click("#take-tour")
    at_stop(page, 1)
    for number in range(2, 4):
        page.js("document.querySelector('#tour .next').click(); explorer.refresh()")
        at_stop(page, number)
    page.browser.back()
    at_stop(page, 2)


@pytest.mark.parametrize("where", ["#/?tour=1", "#/?tour=6"])
def test_an_address_of_the_tour_alone_begins_it(unopened: Page, where: str) -> None:
    """A page of the book leads here; what the explorer chooses meanwhile is no step of the reader's."""
    page = unopened.open(where)
    at_stop(page, int(where[-1]))
    assert page.text("#tour .guess").endswith("?")
    page.click("#tour .show-me")
    page.until(lambda: len(page.browser.find_elements(By.CSS_SELECTOR, "#tour [aria-live] p")) == 2)
    assert severe(page) == []


def test_moving_by_oneself_pauses_the_tour(page: Page) -> None:
    page.click("#take-tour")
    at_stop(page, 1)
    page.click("#tour .next")
    at_stop(page, 2)
    page.dispatch(type="layer", value="block4_conv2")
    page.until(lambda: title(page) == "The tour waits")
    assert "step 2" in page.text("#tour .show-me")
    page.click("#tour .show-me")
    at_stop(page, 2)
    assert page.state["layer"] == "block1_conv1"
    page.find("#tour h2").send_keys(Keys.ESCAPE)
    page.until(lambda: not page.find("#tour").is_displayed())
    assert page.state["tour"] is None
    page.js("history.back()")
    at_stop(page, 2)


def test_the_tour_is_computed_on_another_picture(page: Page, manifest: dict[str, Any]) -> None:
    page.click("#take-tour")
    at_stop(page, 1)
    before = page.text("#tour .guess")
    page.dispatch(type="picture", value=manifest["pictures"][1]["id"])
    page.until(lambda: page.text("#tour .guess") not in ("", before))
    at_stop(page, 1)


def test_the_way_down_is_walked_and_can_be_held(unopened: Page, server: Server) -> None:
    page = unopened.open("#/block2_conv2?tour=6")
    page.until(lambda: title(page) == "The tour waits")
    page.click("#tour .show-me")
    at_stop(page, 6)
    if page.text("#tour .show-me") == "Show me":
        page.click("#tour .show-me")
    page.until(lambda: page.text("#tour .show-me") == "Pause")
    page.until(lambda: page.state["layer"] == "block2_conv1", 20)
    page.click("#tour .show-me")
    page.until(lambda: page.text("#tour .show-me") == "One step on")
    page.click("#tour .show-me")
    page.until(lambda: page.state["layer"] == "block1_pool")


def test_the_tour_and_the_sum_that_it_speaks_of_have_the_same_numbers(unopened: Page) -> None:
    page = unopened.open("#/?tour=6")
    at_stop(page, 6)
    page.click("#tour .show-me")
    page.until(lambda: page.find("#tour [aria-live] p") and page.find("#cell .equation"))
    said, part = re.findall(r"^Of ([\d,]+) in .* gives most: ([\d,.]+)\.$", page.text("#tour [aria-live] p"))[
        0
    ]
    assert re.match(rf"[\d,.]+ = {part} from ", page.text("#cell .equation"))
    assert f" {said}." in page.text("#words")


@pytest.mark.parametrize("ending", [".end", ".next"])
def test_what_the_tour_switches_off_is_on_again_after_it(unopened: Page, ending: str) -> None:
    page = unopened.open("#/?tour=7")
    at_stop(page, 7)
    next_is_at = page.box("#tour .next")["x"]
    page.click("#tour .show-me")
    page.until(lambda: page.state["off"] and "is one part of it" in page.text("#tour [aria-live]"))
    assert page.box("#tour .next")["x"] == next_is_at, "a button stays where it was"
    page.click(f"#tour {ending}")
    page.until(lambda: not page.find("#tour").is_displayed())
    assert page.state["off"] == {}
    assert "off=" not in page.js("return location.hash")


@pytest.mark.parametrize(("width", "height"), [(790, 400), (620, 900)])
def test_a_chapter_shows_the_whole_answer(unopened: Page, width: int, height: int) -> None:
    """However low its frame is, and without buttons for what it does not show."""
    show_on(unopened.browser, width, height, "light")
    page = unopened.open("?embed=answer#/block5_conv3/286")
    page.until(lambda: page.js("return document.querySelector('#answer').dataset.waiting === undefined"))
    page.until(lambda: page.find(".answers li"))
    assert (
        len([row for row in page.browser.find_elements(By.CSS_SELECTOR, ".answers li") if row.is_displayed()])
        == 5
    )
    assert page.find(".show-why").is_displayed()
    assert not page.find(".answer-line").is_displayed()
    assert not page.find("#paint-open").is_displayed()
    cut = "const says = document.querySelector('#says'); return says.scrollHeight - says.clientHeight"
    assert page.js(cut) <= 1
    assert page.js("return document.querySelector('main').getBoundingClientRect().height") < 1000
