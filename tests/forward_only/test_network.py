"""VGG16 by onnxruntime gives Keras' numbers; where it cannot run, Keras does, and one line says so."""

from __future__ import annotations

import concurrent.futures
import os
import subprocess
import sys
import weakref

import keras
import numpy as np
import PIL.Image
import pytest

import calls
import networks
import vggviz
from calls import assert_same, values
from sentences import refused
from vggviz import attribution, datasets
from vggviz._shared import hashing
from vggviz.activations.forward import run
from vggviz.datasets import dask_cluster
from vggviz.forward_only import onnx_file
from vggviz.forward_only.network import ForwardOnly
from vggviz.objectives import channel, class_logit

pytestmark = pytest.mark.imagenet

CAT = vggviz.load_image("cat")
CALLS = calls.of_model(CAT, vggviz.preprocess(CAT), "block1_conv1", "block2_conv1", 200)
SERVED = {
    *("conv_layers", "decode_predictions", "explain_cell", "feature_maps", "filters", "filters_rgb"),
    *("layer_table", "provenance", "receptive_fields"),
    *("analysis.inner_responses", "analysis.input_contributions"),
    *("attribution.eigen_cam", "attribution.grad_cam", "attribution.target_layer"),
    *("datasets.dataset_examples", "datasets.dataset_statistics"),
}
"""The public functions that need neither gradients nor parts of a model."""


@pytest.fixture(scope="module")
def network() -> ForwardOnly:
    found = vggviz.load_forward_only("imagenet", "linear")
    assert isinstance(found, ForwardOnly)
    return found


@pytest.fixture(scope="module")
def batch() -> np.ndarray:
    return vggviz.preprocess([vggviz.load_image("cat"), vggviz.load_image("coffee")])


@pytest.fixture(scope="module")
def maps(network, batch) -> dict[str, np.ndarray]:
    """All maps of the batch."""
    return vggviz.feature_maps(network, batch)


def near(found: np.ndarray, expected: np.ndarray) -> None:
    """Whether values differ by at most 1e-5 of the largest."""
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    assert np.abs(found - expected).max() <= 1e-5 * np.abs(expected).max()  # neither holds for a NaN


# The same numbers -----------------------------------------------------------------------------


def test_all_maps_are_those_of_keras(maps, vgg16_imagenet, batch):
    expected = vggviz.feature_maps(vgg16_imagenet, batch)
    assert list(maps) == list(expected)
    for layer, found in maps.items():
        near(found, expected[layer])


def test_one_layer_and_several_are_those_of_all(network, batch, maps):
    both = vggviz.feature_maps(network, batch[:1], ["block2_pool", "block1_conv2"])
    assert list(both) == ["block2_pool", "block1_conv2"]
    np.testing.assert_array_equal(
        both["block1_conv2"], vggviz.feature_maps(network, batch[:1], "block1_conv2")["block1_conv2"]
    )
    for layer, found in both.items():
        near(found, maps[layer][:1])


def test_maps_in_turn_are_those_of_all_and_hold_a_block(network, batch, maps):
    found = dict(network.maps_in_turn(batch, list(maps)))
    assert list(found) == list(maps)
    for layer, each in found.items():
        near(each, maps[layer])
    assert [layer for layer, _ in network.maps_in_turn(batch, ["block3_conv2", "block1_conv2"])] == [
        "block1_conv2",
        "block3_conv2",
    ]
    turns = network.maps_in_turn(batch, list(maps))
    first = weakref.ref(next(turns)[1])
    next(each for each, _ in turns if each == "block2_conv1")
    assert first() is None


def test_later_blocks_are_neither_loaded_nor_run(network, batch, monkeypatch):
    fresh = ForwardOnly("imagenet", classified=False)
    fresh.start("block2_conv1")
    assert sorted(fresh._sessions) == ["block1", "block2"]
    monkeypatch.setitem(network._sessions, "block3", (0, None))
    near(*(vggviz.feature_maps(m, batch[:1], "block2_pool")["block2_pool"] for m in (fresh, network)))
    with pytest.raises(AttributeError):  # the test's own stand-in
        vggviz.feature_maps(network, batch[:1], "block3_conv1")


@pytest.mark.parametrize("layer", ["block1_conv1", "block5_conv3"])
def test_the_kernels_are_those_of_keras(network, vgg16_imagenet, layer):
    np.testing.assert_array_equal(vggviz.filters(network, layer), vggviz.filters(vgg16_imagenet, layer))


def test_a_long_batch_is_computed_in_parts(network, batch, maps):
    found = vggviz.feature_maps(network, np.concatenate([batch, batch[::-1], batch[:1]]), "block2_pool")
    near(found["block2_pool"], maps["block2_pool"][[0, 1, 1, 0, 0]])
    with refused("(0, 224, 224, 3)"):
        vggviz.feature_maps(network, batch[:0])


def test_the_probabilities_are_those_of_keras(network, vgg16_imagenet, batch):
    (found,) = run(network, batch, (network.network.outputs[0],))
    near(found, vgg16_imagenet.predict(batch, verbose=0))
    near(found.sum(axis=1), np.ones(2, np.float32))
    names = [best[0][1] for best in vggviz.decode_predictions(network, found, top=1)]
    assert names == ["tabby", "espresso"]


@pytest.mark.parametrize("layer", [None, "block5_pool"])
def test_a_class_activation_map_is_grad_cam(network, vgg16_imagenet, batch, layer):
    expected = attribution.grad_cam(vgg16_imagenet, batch, class_logit(66), layer)
    near(attribution.grad_cam(network, batch, class_logit(66), layer), expected)


def test_statistics_and_examples_of_a_folder(network, vgg16_imagenet):
    images = {name: vggviz.load_image(name) for name in ("cat", "coffee")}
    layers = ["block1_conv2", "block3_conv1"]
    found, expected = (datasets.dataset_statistics(m, images, layers) for m in (network, vgg16_imagenet))
    for layer in layers:
        near(found[layer].max, expected[layer].max)
        near(found[layer].mean, expected[layer].mean)
    examples, wanted = (
        datasets.dataset_examples(m, images, layers, top=1)["block3_conv1"] for m in (network, vgg16_imagenet)
    )
    clear = wanted.values[:, 0] > 0
    np.testing.assert_array_equal(examples.names[clear], wanted.names[clear])


@pytest.fixture(scope="module")
def alone(network, tmp_path_factory):
    """What the network serves for, one call after the other: {public name: values}."""
    folder = tmp_path_factory.mktemp("alone")
    return {name: values(CALLS[name](network), folder) for name in sorted(SERVED)}


@pytest.mark.parametrize("name", sorted(SERVED - {"provenance", "datasets.dataset_statistics"}))
def test_what_it_serves_for_is_as_by_keras(alone, vgg16_imagenet, tmp_path, name):
    found, expected = alone[name], values(CALLS[name](vgg16_imagenet), tmp_path)
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        if np.asarray(other).dtype.kind == "f":
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5 * np.abs(other).max())
        else:
            np.testing.assert_array_equal(one, other)


def test_eight_threads_compute_what_one_does(network, alone, tmp_path):
    names = list(alone)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for name, found in zip(names, pool.map(lambda name: CALLS[name](network), names), strict=True):
            assert_same(name, values(found, tmp_path), alone[name])


def test_it_says_what_computed_it(network):
    assert "onnxruntime" in str(vggviz.provenance(network))
    assert "tensorflow" not in str(vggviz.provenance(network))


def test_weights_from_a_file(tmp_path, vgg16, batch):
    path = tmp_path / "mine.weights.h5"
    networks.save(vgg16, path)
    network = vggviz.load_forward_only(path)
    assert isinstance(network, ForwardOnly)
    near(*(vggviz.feature_maps(m, batch[:1], "block5_pool")["block5_pool"] for m in (network, vgg16)))


# What it cannot do ----------------------------------------------------------------------------


@pytest.mark.parametrize("layer", ["block4_conv3", "block1_conv1"])
def test_grad_cam_where_the_gradient_is_not_known(network, batch, layer):
    with pytest.raises(ValueError, match=f"at '{layer}': load_vgg16"):
        attribution.grad_cam(network, batch, class_logit(3), layer)
    with pytest.raises(ValueError, match="channel 3"):
        attribution.grad_cam(network, batch, channel("block5_conv3", 3))


@pytest.mark.parametrize("name", sorted(set(CALLS) - SERVED))
def test_gradients_and_parts_are_refused(network, name):
    with refused("only goes forward", "load_vgg16()"):
        CALLS[name](network)


@pytest.mark.parametrize(("weights", "classifier"), [("random", None), ("random", "linear")])
def test_other_networks_are_keras_own(weights, classifier):
    assert isinstance(vggviz.load_forward_only(weights, classifier), keras.Model)


# Faults ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", ["onnxruntime", "onnx"])
def test_without_the_package_keras_computes(package, monkeypatch, caplog, tmp_path):
    caplog.set_level("INFO", "vggviz")
    monkeypatch.setenv("VGGVIZ_CACHE", str(tmp_path))
    monkeypatch.setitem(sys.modules, package, None)
    assert isinstance(vggviz.load_forward_only("imagenet"), keras.Model)
    (line,) = caplog.messages
    assert line == f"VGG16 is computed by Keras, as onnxruntime cannot be used: {package} is not installed."


def test_a_package_that_cannot_be_imported(monkeypatch, caplog, tmp_path):
    caplog.set_level("INFO", "vggviz")
    (tmp_path / "onnxruntime.py").write_text("raise ImportError('libgomp.so.1: cannot open\\nshared object')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "onnxruntime")
    assert isinstance(vggviz.load_forward_only("imagenet"), keras.Model)
    (line,) = caplog.messages
    assert line.endswith("it fails (libgomp.so.1: cannot open shared object).")


def test_where_the_cache_cannot_be_written_keras_computes(monkeypatch, caplog, tmp_path):
    caplog.set_level("INFO", "vggviz")
    (tmp_path / "file").touch()
    monkeypatch.setenv("VGGVIZ_CACHE", str(tmp_path / "file"))
    assert isinstance(vggviz.load_forward_only("imagenet"), keras.Model)
    (line,) = caplog.messages
    assert str(tmp_path / "file") in line


def test_a_damaged_file_is_written_anew(monkeypatch, tmp_path, batch):
    monkeypatch.setenv("VGGVIZ_CACHE", str(tmp_path))
    expected = vggviz.feature_maps(vggviz.load_forward_only("imagenet"), batch[:1], "block5_conv1")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    damaged, whole = next((tmp_path / name, each) for name, each in before.items() if "block4" in name)
    damaged.write_bytes(whole[:1_000_000] + bytes([whole[1_000_000] ^ 1]) + whole[1_000_001:])
    found = vggviz.feature_maps(vggviz.load_forward_only("imagenet"), batch[:1], "block5_conv1")
    np.testing.assert_array_equal(found["block5_conv1"], expected["block5_conv1"])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_files_of_earlier_versions_are_removed_and_others_are_not(monkeypatch, tmp_path):
    monkeypatch.setenv("VGGVIZ_CACHE", str(tmp_path))
    monkeypatch.setattr(onnx_file, "FORMAT", 12)
    mine, other = "0" * 16, "1" * 16
    for name in (f"{mine}-1-{mine}", f"{other}-11-block5-{mine}", f"{mine}-12-block1-{other}"):
        (tmp_path / f"vgg16-{name}.onnx").touch()
    kept = [f"{other}-12-block1-{mine}", f"{mine}-13-block1-{mine}", f"{mine}-12-block2-{mine}", "own-1-b"]
    for name in kept:
        (tmp_path / f"vgg16-{name}.onnx").touch()
    written = onnx_file.write(
        mine, "block1", {"c": (np.ones((3, 3, 1, 1), np.float32), np.zeros(1)), "p": ()}
    )
    assert {*tmp_path.iterdir()} == {written, *(tmp_path / f"vgg16-{name}.onnx" for name in kept)}


def test_a_file_that_is_no_network(monkeypatch, caplog, tmp_path):
    """Its checksum is right, so it was written as it is, by another program or another version."""
    caplog.set_level("INFO", "vggviz")
    monkeypatch.setenv("VGGVIZ_CACHE", str(tmp_path))
    monkeypatch.setattr(onnx_file, "_content", lambda _: b"no network")
    assert isinstance(vggviz.load_forward_only("imagenet"), keras.Model)
    (line,) = caplog.messages
    assert "-block" in line  # the file is named


def test_two_processes_write_it_at_once(tmp_path, monkeypatch):
    code = "import vggviz; print(type(vggviz.load_forward_only('imagenet')).__name__)"
    environ = {**os.environ, "VGGVIZ_CACHE": str(tmp_path)}
    both = [
        subprocess.Popen([sys.executable, "-c", code], env=environ, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [process.communicate()[0].strip() for process in both] == ["ForwardOnly", "ForwardOnly"]
    monkeypatch.setenv("VGGVIZ_CACHE", str(tmp_path))
    whole = onnx_file.cached(ForwardOnly("imagenet", classified=False).sha256)
    assert sorted(tmp_path.iterdir()) == whole
    assert len(whole) == 5


def test_a_worker_without_onnxruntime_computes_by_keras(monkeypatch, caplog, tmp_path):
    caplog.set_level("INFO", "vggviz")
    PIL.Image.fromarray(CAT).save(tmp_path / "cat.png")
    here = vggviz.load_forward_only("imagenet")
    layers = ("block1_conv2", "block2_pool")
    job = dask_cluster.Job(
        *(vggviz.load_forward_only, "imagenet", str(tmp_path), layers),
        *(datasets.dataset_statistics, hashing.weights_sha256(here)),
    )
    quick = dask_cluster._run_task(job, ["cat.png"])
    dask_cluster._load_network.cache_clear()
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    slow = dask_cluster._run_task(job, ["cat.png"])
    dask_cluster._load_network.cache_clear()
    assert caplog.messages == [
        "VGG16 is computed by Keras, as onnxruntime cannot be used: onnxruntime is not installed."
    ]
    assert slow.maps_sha256 != quick.maps_sha256  # of which the user is told
    for layer in layers:
        near(slow.results[layer].max, quick.results[layer].max)
        near(slow.results[layer].mean, quick.results[layer].mean)
        near(slow.results[layer].std, quick.results[layer].std)


def test_tensorflow_is_not_imported(tmp_path):
    code = """
import sys
from vggviz.cli.main import main
for command in ("layers", "filters --out f.png", "maps cat", "why cat --method eigen_cam grad_cam"):
    main(command.split())
    assert not {"tensorflow", "keras"} & set(sys.modules), command
"""
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)
