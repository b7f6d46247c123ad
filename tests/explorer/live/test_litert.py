"""The network as LiteRT segments, and the files of LiteRT.js."""

import gzip
import hashlib
import json
import logging

import numpy as np
import pytest

import networks
import vggviz
from running import run_segment
from vggviz._shared.backend import keras
from vggviz.explorer.live import litert, sharing
from vggviz.models.graph import conv_layers, feature_layers, unfold


@pytest.mark.parametrize("kind", ["functional", "sequential", "nested", "dead"])
def test_the_segments_reproduce_the_network(kind, request, batch):
    model = request.getfixturevalue(kind)
    shown = tuple(feature_layers(model))
    segments = litert.segments(model, shown)
    assert tuple(name for segment in segments for name in segment.layers) == shown
    expected = vggviz.feature_maps(model, batch[:1], shown)
    values = batch[:1]
    for segment in segments:
        outputs = run_segment(segment, values)
        for name, output in zip(segment.layers, outputs, strict=True):
            assert np.abs(output - expected[name]).max() <= 2e-3 * np.abs(expected[name]).max()
        values = outputs[-1]


@pytest.mark.parametrize("kind", ["functional", "sequential", "nested", "dead"])
def test_channels_that_are_switched_off(kind, request, batch):
    """Any channels of any convolution: the maps are Keras' own with the same channels set to zero."""
    model = request.getfixturevalue(kind)
    shown = tuple(feature_layers(model))
    off = {name: [0, 2] for name in conv_layers(model)}
    expected = maps_without(model, batch[:1], off)
    values = batch[:1]
    for segment in litert.segments(model, shown):
        assert tuple(segment.gates) == tuple(name for name in segment.layers if name in off)
        outputs = run_segment(segment, values, off)
        for name, output in zip(segment.layers, outputs, strict=True):
            assert np.abs(output - expected[name]).max() <= 2e-3 * max(np.abs(expected[name]).max(), 1e-9)
        values = outputs[-1]
    assert (
        np.abs(expected[shown[-1]] - vggviz.feature_maps(model, batch[:1], shown[-1:])[shown[-1]]).max() > 0
    )


def maps_without(model, batch, off):
    """{layer: maps}, computed by Keras layer by layer, with channels of some layers set to zero."""
    network = unfold(model)
    values = {id(network.inputs[0]): batch}
    for name, step in network.steps.items():
        given = [values[id(tensor)] for tensor in step.inputs]
        values[id(step.output)] = output = np.array(step.layer(*given))
        output[..., off.get(name, [])] = 0
    return {name: values[id(step.output)] for name, step in network.steps.items()}


def test_a_shared_layer_has_a_gate_for_each_call(batch):
    layers = keras().layers
    inputs = keras().Input((32, 32, 3))
    shared = layers.Conv2D(3, 3, padding="same", name="shared")
    model = keras().Model(inputs, shared(layers.ReLU(name="relu")(shared(inputs))))
    (segment,) = litert.segments(model, ("shared", "shared:1"))
    off = {"shared:1": [1]}
    expected = maps_without(model, batch[:1], off)
    for name, output in zip(segment.layers, run_segment(segment, batch[:1], off), strict=True):
        assert np.abs(output - expected[name]).max() <= 2e-3 * np.abs(expected[name]).max()


def test_layers_whose_maps_are_always_equal_share_an_output(batch):
    """The converter makes one tensor of them, so that numbers in outputs' names tell no order."""
    layers = keras().layers
    inputs = keras().Input((32, 32, 3))
    one = layers.Conv2D(4, 3, activation="relu", name="one")(inputs)
    two = layers.Conv2D(5, 3, name="two")(one)
    three = layers.Conv2D(6, 3, name="three")(layers.ReLU(name="again")(one))
    model = keras().Model(inputs, [two, three])
    shown = ("one", "two", "three", "again")
    (segment,) = litert.segments(model, shown)
    assert segment.outputs[3] == segment.outputs[0]
    expected = vggviz.feature_maps(model, batch[:1], shown)
    for name, output in zip(segment.layers, run_segment(segment, batch[:1]), strict=True):
        assert np.abs(output - expected[name]).max() <= 2e-3 * np.abs(expected[name]).max()


def test_equal_convolutions_have_no_gates_as_none_can_be_switched_off_alone(batch):
    layers = keras().layers
    inputs = keras().Input((32, 32, 3))
    shared = layers.Conv2D(3, 3, padding="same", name="shared")
    model = keras().Model(inputs, layers.Add(name="sum")([shared(inputs), shared(inputs)]))
    (segment,) = litert.segments(model, ("shared", "shared:1", "sum"))
    assert segment.gates == {}
    one, other, total = run_segment(segment, batch[:1])
    assert np.abs(one).max() > 0
    np.testing.assert_array_equal(one, other)
    np.testing.assert_allclose(total, one + other, rtol=1e-5, atol=1e-3)


def test_vgg16_is_split_after_each_pool():
    vgg16 = networks.tiny_vgg16()
    shown = tuple(feature_layers(vgg16))
    segments = litert.segments(vgg16, shown)
    assert [segment.layers[-1] for segment in segments] == [f"block{n}_pool" for n in range(1, 6)]
    gates = [
        name for segment in segments for name in segment.entry({name: name for name in shown}, [])["gates"]
    ]
    assert gates == vggviz.conv_layers(vgg16)


def test_without_pools_a_network_is_split_after_convolutions_with_strides():
    layers = keras().layers
    inputs = keras().Input((16, 16, 3))
    x = layers.Conv2D(4, 2, strides=2, name="stem")(inputs)
    x = layers.Add(name="skip")([x, layers.Conv2D(4, 3, padding="same", name="inside")(x)])
    x = layers.DepthwiseConv2D(2, strides=2, name="halved")(x)
    beside = layers.Conv2D(4, 1, strides=2, name="beside")(x)
    y = layers.Concatenate(name="both")([beside, layers.Conv2D(4, 2, strides=2, name="last")(x)])
    model = keras().Model(inputs, y)
    assert [segment.layers for segment in litert.segments(model, tuple(vggviz.conv_layers(model)))] == [
        ("stem",),
        ("inside", "halved"),
        ("beside", "last"),
    ]


def test_segments_are_reproducible(dead):
    shown = tuple(feature_layers(dead))
    assert litert.segments(dead, shown) == litert.segments(dead, shown)


def test_a_pool_that_a_skip_connection_bypasses_is_no_place_to_split():
    layers = keras().layers
    inputs = keras().Input((16, 16, 3))
    x = layers.Conv2D(4, 3, padding="same", name="one")(inputs)
    pooled = layers.MaxPooling2D(1, name="pool")(x)
    y = layers.Conv2D(4, 3, padding="same", name="two")(layers.Add(name="skip")([x, pooled]))
    model = keras().Model(inputs, y)
    assert [segment.layers for segment in litert.segments(model, ("one", "pool", "two"))] == [
        ("one", "pool", "two")
    ]


def test_coefficients_of_preprocessing():
    found = litert.reading(vggviz.preprocess, 8)
    image = np.random.default_rng(0).integers(0, 256, (8, 8, 3))
    values = image @ np.array(found["weights"]).T + found["offset"]
    np.testing.assert_allclose(values, vggviz.preprocess(image.astype(np.uint8))[0], atol=1e-3)
    assert litert.reading(lambda images: images / np.float32(127.5) - 1, 8)["offset"] == [-1, -1, -1]
    assert litert.reading(lambda images: images.astype(float) ** 2, 8) is None
    assert litert.reading(lambda images: images - images.mean(axis=(1, 2), keepdims=True), 8) is None
    assert litert.reading(lambda images: images[:, ::2, ::2], 8) is None


@pytest.fixture
def runtime(tmp_path):
    """A folder in the layout of npm's @litertjs."""
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


def test_files_for_computing_in_the_page(functional, photograph, runtime, tmp_path):
    explorer = vggviz.explore(functional, photograph, preprocess=lambda images: images.astype(np.float32))
    folder = explorer.save(tmp_path / "page", runtime=runtime)
    live = json.loads((folder / "manifest.json").read_text())["live"]
    assert [name for segment in live["segments"] for name in segment["layers"]] == list(explorer.layers)
    for segment in live["segments"]:
        sizes = [(folder / part["file"]).stat().st_size for part in segment["parts"]]
        assert sizes == [part["bytes"] for part in segment["parts"]]
        assert sum(sizes) == segment["bytes"]
    assert (folder / "live" / "litert.js").read_text() == 'import { createWasmLib } from "./wasm-utils.js";'
    names = sorted(path.name for path in (folder / "live" / "wasm").iterdir())
    assert names == ["litert_wasm_internal.js", "litert_wasm_internal.wasm.gz"]
    assert gzip.decompress((folder / "live" / "wasm" / names[1]).read_bytes()) == b"two"
    assert live["runtime"] == litert.runtime_size(dict(litert.runtime_files(runtime)))
    sketches = json.loads((folder / "sketch" / "others.json").read_text())
    assert list(sketches["empty"]) == list(sketches["others"]) == conv_layers(functional)
    plain = explorer.save(tmp_path / "plain")
    assert json.loads((plain / "manifest.json").read_text())["live"] is None
    assert not (plain / "sketch").exists()


def wide():
    """A network with a layer of 36,864 weights and maps of 524,288 numbers, and a pool below that."""
    layers = keras().layers
    keras().utils.set_random_seed(0)
    inputs = keras().Input((64, 64, 3))
    x = layers.Conv2D(128, 3, padding="same", activation="relu", name="wide")(inputs)
    x = layers.MaxPooling2D(2, name="pool")(x)
    return keras().Model(inputs, layers.Conv2D(32, 3, padding="same", activation="relu", name="late")(x))


@pytest.mark.parametrize(
    ("further_maps", "lacking"), [("small", [[], ["wide"], ["wide"]]), ("all", [[], [], []])]
)
def test_large_maps_that_the_page_computes_are_stored_for_the_first_image_alone(
    further_maps, lacking, photograph, runtime, tmp_path
):
    images = {"one": photograph, "two": photograph[::-1].copy(), "three": photograph[:, ::-1].copy()}
    explorer = vggviz.explore(
        wide(), images, preprocess=lambda images: images.astype(np.float32), further_maps=further_maps
    )
    for folder, expected in (
        (explorer.save(tmp_path / "page", runtime=runtime), lacking),
        (explorer.save(tmp_path / "plain"), [[], [], []]),  # nothing could compute them
    ):
        pictures = json.loads((folder / "manifest.json").read_text())["pictures"]
        assert [picture["lacking"] for picture in pictures] == expected
        for picture in pictures:
            for name in explorer.layers:
                there = [path.suffix for path in (folder / picture["id"]).glob(f"{name}.*")]
                assert sorted(there) == [".gz", ".json", ".png"][name in picture["lacking"] :]


def test_the_weights_are_stored_once(photograph, runtime, tmp_path):
    """What a page puts together is the file that was taken apart."""
    model = wide()
    explorer = vggviz.explore(model, photograph, preprocess=lambda images: images.astype(np.float32))
    folder = explorer.save(tmp_path / "page", runtime=runtime)
    live = json.loads((folder / "manifest.json").read_text())["live"]
    files = [part["file"] for segment in live["segments"] for part in segment["parts"]]
    assert [file for file in files if file.startswith("kernels/")] == ["kernels/late.packed"]
    for entry, segment in zip(live["segments"], litert.segments(model, explorer.layers), strict=True):
        whole = bytearray(len(segment.content))
        for part in entry["parts"]:
            packed = (folder / part["file"]).read_bytes()
            assert hashlib.sha256(packed).hexdigest() == part["sha256"]
            piece = gzip.decompress(packed)
            whole[part["place"] : part["place"] + len(piece)] = piece
        assert whole == segment.content


def test_parts_do_not_overlap_and_are_worth_a_request():
    zeros, noise = bytes(3 * sharing.WORTH), np.random.default_rng(0).bytes(sharing.WORTH)
    content = b"head" + zeros + noise + noise[:10]
    stored = {
        "long": zeros[: 2 * sharing.WORTH],
        "in it": zeros[: sharing.WORTH],
        "noise": noise,
        "short": b"head",
    }
    rest, *others = sharing.split(content, {name: gzip.compress(each) for name, each in stored.items()})
    assert [(part.file, part.place) for part in others] == [
        ("long", 4),
        ("noise", 4 + 3 * sharing.WORTH),
    ]
    assert gzip.decompress(rest.packed) == b"head" + zeros + bytes(sharing.WORTH) + noise[:10]


def test_runtime_size_counts_only_the_largest_build():
    packed = lambda text: len(gzip.compress(text.encode(), 6))  # noqa: E731
    texts = {"live/litert.js": "a", "live/wasm/one.js": "b" * 500, "live/wasm/two.js": "c"}
    files = {name: text.encode() for name, text in texts.items()}
    builds = {"live/wasm/one.wasm.gz": bytes(100), "live/wasm/two.wasm.gz": bytes(3000)}
    assert litert.runtime_size(files | builds) == packed("a") + packed("c") + 3000


def test_saving_prints_and_logs_nothing(
    functional, photograph, runtime, tmp_path, capfd, caplog, monkeypatch
):
    """Not even where TensorFlow's logger shows more than warnings, as in a notebook."""
    caplog.set_level("INFO", "tensorflow")
    monkeypatch.setattr(logging.getLogger("tensorflow"), "propagate", True)
    vggviz.explore(functional, photograph).save(tmp_path / "page", runtime=runtime)
    assert list((tmp_path / "page" / "live").glob("*.tflite.packed"))
    assert [record.getMessage() for record in caplog.records] == []
    assert tuple(capfd.readouterr()) == ("", "")


def test_a_missing_runtime(functional, photograph, tmp_path):
    explorer = vggviz.explore(functional, photograph)
    with pytest.raises(FileNotFoundError, match=r"There is no LiteRT\.js in '.*nowhere'"):
        explorer.save(tmp_path / "page", runtime=tmp_path / "nowhere")
    assert not (tmp_path / "page").exists()
