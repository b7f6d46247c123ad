"""Gradients of the real network, computed in a real browser, beside the library's.

Needs an explorer that was built with LiteRT.js; skips without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from selenium import webdriver

import vggviz
from explorer_page import Host, Page, Server
from vggviz import attribution
from vggviz.feature_visualization import visualize
from vggviz.models import parts
from vggviz.objectives import channel

OPEN = """
const done = arguments[0];
const begin = async () => {
  const { GradientNetwork } = await import("./gradients/network.js");
  const { manifest, data } = explorer;
  window.gradients = new GradientNetwork({ manifest, base: new URL(".", document.baseURI) });
  window.run = async (kind, settings, shuffled) => {
    const all = [];
    await gradients.start(kind, settings, { news: (news) => all.push(news), shuffled }).done;
    return all;
  };
  const photograph = await data.photograph(manifest.pictures[0].id);
  window.levelsOf = (size) => {
    const canvas = new OffscreenCanvas(size, size).getContext("2d");
    canvas.drawImage(photograph, 0, 0, size, size);
    return canvas.getImageData(0, 0, size, size).data.filter((_, i) => i % 4 < 3);
  };
  return true;
};
begin().then(done, (problem) => done(problem.message));
"""


@pytest.fixture(scope="module")
def page(browser: webdriver.Chrome, manifest: dict[str, Any]) -> Iterator[Page]:
    """One page for all tests, where it can compute gradients, and has loaded what it needs."""
    if not (manifest["live"] and manifest["live"]["gradients"]):
        pytest.skip("the explorer was built without LiteRT.js")
    Host.begin(keeps=False)
    server = Server()
    opened = Page(browser, server).open()
    browser.set_script_timeout(300)
    assert browser.execute_async_script(OPEN) is True
    yield opened
    server.close()


@pytest.fixture(scope="module")
def model() -> Any:
    return vggviz.load_vgg16("imagenet", None)


def result(page: Page, code: str, **given: Any) -> Any:
    """What the body of an async function returns."""
    wrapped = (
        f"const [given, done] = arguments; (async () => {{ {code} }})().then(done, (e) => done(e.message));"
    )
    return page.browser.execute_async_script(wrapped, given)


def batch_of(page: Page, size: int) -> np.ndarray:
    levels = np.array(page.js("return [...levelsOf(arguments[0])]", size), np.uint8)
    return vggviz.preprocess(levels.reshape(1, size, size, 3))


def maps_of(model: Any, levels: np.ndarray, layer: str) -> np.ndarray:
    """A layer's maps of an image of any size."""
    return np.asarray(parts.part(model, [layer], any_size=True)(vggviz.preprocess(levels))[layer])


def cosine(one: Any, other: Any) -> float:
    one, other = np.ravel(one).astype(float), np.ravel(other).astype(float)
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def map_of(
    page: Page, kind: str, weights: list[int], shuffled: tuple[str, ...] = (), **more: str
) -> np.ndarray:
    """One map of the photograph, each in a script of its own: a browser's driver does not wait for long."""
    code = """
    const objective = { layer: "block5_pool", weights: given.weights };
    const settings = { levels: levelsOf(224), size: 224, objective, ...given.more };
    const [{ map }] = await run(given.kind, settings, given.shuffled);
    return [...map.values];
    """
    return np.array(result(page, code, kind=kind, weights=weights, shuffled=shuffled, more=more))


def test_maps_of_gradients_are_the_librarys(page: Page, model: Any) -> None:
    one = [int(i == 286) for i in range(512)]
    found = {of: map_of(page, "saliency", one, of=of) for of in ("gradient", "guided")}
    cam = map_of(page, "grad_cam", one, layer="block4_conv3")
    batch, objective = batch_of(page, 224), channel("block5_pool", 286)
    saliency = attribution.saliency(model, batch, objective)
    assert cosine(found["gradient"], saliency) > 0.999
    assert cosine(found["guided"], attribution.guided_backprop(model, batch, objective)) > 0.999
    (maps,) = vggviz.feature_maps(model, batch, ["block4_conv3"]).values()
    expected = attribution.grad_cam(model, batch, objective, "block4_conv3")
    cam = np.maximum(cam.reshape(maps.shape[1:3]), 0)
    assert cosine(attribution.core.resize(cam[np.newaxis], (224, 224)), expected) > 0.999


def test_other_weights_give_another_map(page: Page) -> None:
    all_channels = [1 + i % 3 for i in range(512)]
    layers = ((), ("block4_conv1", "block5_conv3"))
    trained, shuffled = (map_of(page, "saliency", all_channels, each, of="gradient") for each in layers)
    assert cosine(trained, shuffled) < 0.95


@pytest.mark.parametrize(("layer", "channel_", "size"), [("block2_conv1", 10, 32), ("block3_conv1", 84, 48)])
def test_a_drawing_climbs_as_the_librarys(
    page: Page, model: Any, layer: str, channel_: int, size: int
) -> None:
    code = """
    const settings = { ...given, steps: 64, seed: 1 };
    const all = await run("drawing", settings);
    const { picture, step } = all.at(-1);
    return { values: all.map(({ value }) => value), levels: [...picture.levels], steps: step };
    """
    stride = {"block2_conv1": 2, "block3_conv1": 4}[layer]
    found = result(page, code, layer=layer, channel=channel_, size=size, stride=stride)
    assert found["steps"] == 64
    drawn = visualize(model, channel(layer, channel_), size=size, steps=64)
    assert found["values"][-1] > 3 * found["values"][0]
    assert found["values"][-1] == pytest.approx(drawn.reached[0], rel=0.25)
    levels = np.array(found["levels"], np.uint8).reshape(1, size, size, 3)
    maps = maps_of(model, levels, layer)
    assert maps[..., channel_].mean() == pytest.approx(found["values"][-1], rel=0.02)


def test_a_small_change_turns_an_answer_for_keras_too(page: Page, model: Any) -> None:
    code = """
    const weights = Float32Array.from({ length: 512 }, (_, i) => (i === 286 ? -1 : i === 407 ? 1 : 0));
    const objective = { layer: "block5_pool", weights };
    const all = await run("fool", { levels: levelsOf(96), size: 96, objective, steps: 20 });
    const { value, size, picture } = all.at(-1);
    return { value, size, picture: [...picture.levels], begin: all[0].value };
    """
    found = result(page, code)
    assert found["begin"] < 0 < found["value"]
    assert found["size"]["turned"]
    assert found["size"]["mean"] < 5
    levels = np.array(found["picture"], np.uint8).reshape(1, 96, 96, 3)
    means = maps_of(model, levels, "block5_pool").mean(axis=(1, 2))[0]
    assert means[407] > means[286]


def test_what_is_under_way_waits_and_stops(page: Page) -> None:
    code = """
    const wait = (condition) => new Promise((resolve) => {
      const look = () => (condition() ? resolve() : setTimeout(look, 20));
      look();
    });
    const seen = [];
    const settings = { layer: "block1_conv1", channel: 0, size: 32, stride: 1, steps: 5000, seed: 1 };
    const task = gradients.start("drawing", settings, { news: (news) => seen.push(news.step) });
    await wait(() => seen.length > 2);
    task.pause();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const before = seen.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    const paused = seen.length === before;
    task.go();
    await wait(() => seen.length > before + 2);
    task.stop();
    await task.done;
    return { paused, ended: seen.length < 5000 };
    """
    assert result(page, code) == {"paused": True, "ended": True}
    code = """
    return run("drawing", { layer: "none", channel: 0, size: 32, stride: 1, steps: 1, seed: 1 });
    """
    assert isinstance(result(page, code), str)
