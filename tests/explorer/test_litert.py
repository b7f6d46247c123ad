"""The network in parts for a browser: together they are the network."""

import gzip
import json
import logging

import numpy as np
import pytest

import vggviz
from vggviz._shared.backend import keras, tensorflow
from vggviz.explorer import litert
from vggviz.models.graph import feature_layers


def run(part, batch):
    """The maps that LiteRT makes, in the order that the part promises."""
    import re
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        interpreter = tensorflow().lite.Interpreter(model_content=gzip.decompress(part.packed))
    interpreter.allocate_tensors()
    (given,) = interpreter.get_input_details()
    interpreter.set_tensor(given["index"], batch)
    interpreter.invoke()
    outputs = interpreter.get_output_details()
    outputs.sort(key=lambda output: int(re.search(r"\d*$", output["name"])[0] or 0))
    return [interpreter.get_tensor(output["index"]) for output in outputs]


@pytest.mark.parametrize("kind", ["functional", "sequential", "nested", "dead"])
def test_the_parts_together_are_the_network(kind, request, batch):
    model = request.getfixturevalue(kind)
    shown = tuple(feature_layers(model))
    parts = litert.segments(model, shown)
    assert tuple(name for part in parts for name in part.layers) == shown
    expected = vggviz.feature_maps(model, batch[:1], shown)
    values = batch[:1]
    for part in parts:
        outputs = run(part, values)
        for name, output in zip(part.layers, outputs, strict=True):
            assert np.abs(output - expected[name]).max() <= 2e-3 * np.abs(expected[name]).max()
        values = outputs[-1]


def test_vgg16_is_cut_after_each_pool(vgg16):
    shown = tuple(feature_layers(vgg16))
    parts = litert.segments(vgg16, shown)
    assert [part.layers[-1] for part in parts] == [f"block{n}_pool" for n in range(1, 6)]
    told = [part.entry({name: name for name in shown}) for part in parts]
    assert len({each["file"] for each in told}) == 5
    assert [each["bytes"] for each in told] == [len(part.packed) for part in parts]


def test_a_part_is_the_same_each_time(dead):
    shown = tuple(feature_layers(dead))
    assert litert.segments(dead, shown) == litert.segments(dead, shown)


def test_a_pool_that_can_be_gone_around_is_no_place_to_cut():
    layers = keras().layers
    inputs = keras().Input((16, 16, 3))
    x = layers.Conv2D(4, 3, padding="same", name="one")(inputs)
    pooled = layers.MaxPooling2D(1, name="pool")(x)
    y = layers.Conv2D(4, 3, padding="same", name="two")(layers.Add(name="skip")([x, pooled]))
    model = keras().Model(inputs, y)
    assert [part.layers for part in litert.segments(model, ("one", "pool", "two"))] == [
        ("one", "pool", "two")
    ]


def test_how_pixels_are_read():
    told = litert.reading(vggviz.preprocess, 8)
    image = np.random.default_rng(0).integers(0, 256, (8, 8, 3))
    values = image @ np.array(told["weights"]).T + told["offset"]
    np.testing.assert_allclose(values, vggviz.preprocess(image.astype(np.uint8))[0], atol=1e-3)
    assert litert.reading(lambda images: images / np.float32(127.5) - 1, 8)["offset"] == [-1, -1, -1]
    assert litert.reading(lambda images: images.astype(float) ** 2, 8) is None
    assert litert.reading(lambda images: images - images.mean(axis=(1, 2), keepdims=True), 8) is None
    assert litert.reading(lambda images: images[:, ::2, ::2], 8) is None


@pytest.fixture
def runtime(tmp_path):
    """A folder laid out as npm's."""
    for name, text in {
        "core/dist/index.js": 'import { createWasmLib } from "@litertjs/wasm-utils";',
        "core/wasm/litert_wasm_internal.js": "one",
        "core/wasm/litert_wasm_internal.wasm": "two",
        "core/wasm/litert_wasm_jspi_internal.wasm": "three",
        "wasm-utils/dist/bundle.js": "four",
    }.items():
        path = tmp_path / "@litertjs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "@litertjs"


def test_a_page_gets_what_it_needs_to_compute(functional, photograph, runtime, tmp_path):
    explorer = vggviz.explore(functional, photograph, preprocess=lambda images: images.astype(np.float32))
    folder = explorer.save(tmp_path / "page", runtime=runtime)
    told = json.loads((folder / "manifest.json").read_text())["live"]
    assert [name for part in told["segments"] for name in part["layers"]] == list(explorer.layers)
    for part in told["segments"]:
        assert (folder / part["file"]).stat().st_size == part["bytes"]
    assert (folder / "live" / "litert.js").read_text() == 'import { createWasmLib } from "./wasm-utils.js";'
    names = sorted(path.name for path in (folder / "live" / "wasm").iterdir())
    assert names == ["litert_wasm_internal.js", "litert_wasm_internal.wasm"]
    assert told["runtime"] == litert.runtime_size(dict(litert.runtime_files(runtime)))
    assert json.loads((explorer.save(tmp_path / "plain") / "manifest.json").read_text())["live"] is None


def test_of_the_runtimes_builds_a_browser_takes_one():
    packed = lambda text: len(gzip.compress(text.encode(), 6))  # noqa: E731
    noise = np.random.default_rng(0).bytes(3000).hex()
    texts = {
        "live/litert.js": "a",
        "live/wasm/one.js": "b",
        "live/wasm/two.js": "c",
        "live/wasm/two.wasm": noise,
    }
    files = {name: text.encode() for name, text in texts.items()}
    assert litert.runtime_size(files) == packed("a") + packed("c") + packed(noise)


def test_an_explorer_is_saved_without_a_word(
    functional, photograph, runtime, tmp_path, capfd, caplog, monkeypatch
):
    """In a notebook TensorFlow's log is open for more than warnings."""
    caplog.set_level("INFO", "tensorflow")
    monkeypatch.setattr(logging.getLogger("tensorflow"), "propagate", True)
    vggviz.explore(functional, photograph).save(tmp_path / "page", runtime=runtime)
    assert list((tmp_path / "page" / "live").glob("*.tflite.packed"))
    assert [record.getMessage() for record in caplog.records] == []
    assert tuple(capfd.readouterr()) == ("", "")


def test_a_runtime_that_is_not_there(functional, photograph, tmp_path):
    explorer = vggviz.explore(functional, photograph)
    with pytest.raises(FileNotFoundError, match=r"There is no LiteRT\.js in '.*nowhere'"):
        explorer.save(tmp_path / "page", runtime=tmp_path / "nowhere")
    assert not (tmp_path / "page").exists()
