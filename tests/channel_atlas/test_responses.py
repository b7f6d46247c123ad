"""Responses to pictures equal those counted map by map."""

from types import SimpleNamespace

import numpy as np
import pytest

import networks
import vggviz
from vggviz._shared import package_data
from vggviz.analysis import preferred_classes
from vggviz.channel_atlas import responses
from vggviz.channel_atlas.responses import Work


def contrasts(images):
    return images / 60 - 2


def work_of(model, tmp_path, preprocess=contrasts):
    levels = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), np.uint8)
    return Work(model, vggviz.conv_layers(model), ("one", "two", "three"), levels, preprocess, tmp_path)


@pytest.fixture
def work(tmp_path):
    return work_of(networks.sequential(), tmp_path)


def test_the_numbers_of_the_maps(work):
    found = dict(responses.by_picture(work, work.layers))
    for layer in work.layers:
        maps = vggviz.feature_maps(work.model, contrasts(work.levels.astype(np.float32)), layer)[layer]
        arrays, cells = found[layer], maps.reshape(-1, maps.shape[-1])
        np.testing.assert_allclose(arrays["zeros"], (cells == 0).mean(axis=0), atol=0.01)
        np.testing.assert_allclose(arrays["mean"], cells.mean(axis=0), rtol=1e-4)
        np.testing.assert_allclose(arrays["largest"], cells.max(axis=0), rtol=1e-5)
        assert 0.1 < arrays["zeros"].max() < 1
        largest = maps.max(axis=(1, 2)).T
        np.testing.assert_allclose(arrays["example_values"], -np.sort(-largest), rtol=1e-5)
        places = (arrays[f"example_{name}"] for name in ("images", "rows", "columns"))
        there = maps[(*places, np.arange(maps.shape[-1])[:, np.newaxis])]
        np.testing.assert_allclose(there, arrays["example_values"], rtol=1e-5)
        norms = np.linalg.norm(cells, axis=0)
        cosines = cells.T @ cells / norms / norms[:, np.newaxis]
        relatives = arrays["alike_by_response"]
        alike = np.where(relatives < 0, 0, np.take_along_axis(cosines, relatives, axis=1))
        np.testing.assert_allclose(arrays["alike_by_response_cosine"], alike, rtol=1e-3)


def test_a_silent_channel_has_no_examples_and_no_relatives(work):
    kernel, bias = work.model.get_layer("first").get_weights()
    bias[1] = -1000
    work.model.get_layer("first").set_weights([kernel, bias])
    arrays = dict(responses.by_picture(work, ["first"]))["first"]
    assert arrays["zeros"][1] == 1
    for name in ("example_images", "example_rows", "example_columns", "alike_by_response"):
        assert (arrays[name][1] == -1).all(), name
    assert not (arrays["alike_by_response"] == 1).any()


def test_the_most_alike_are_others():
    cosines = np.array([[1, 0.5, -0.2, 0.9], [0.5, 1, 0, 0.1], [-0.2, 0, 1, -0.3], [0.9, 0.1, -0.3, 1]])
    found = responses.most_alike("alike", cosines)
    assert found["alike"].tolist() == [[3, 1, -1], [0, 3, -1], [-1, -1, -1], [0, 1, -1]]
    np.testing.assert_allclose(found["alike_cosine"][0], [0.9, 0.5, 0])


def test_an_estimate_is_tried_on_a_sample(work, monkeypatch):
    exact = dict(responses.losses(work, work.layers))
    assert dict(responses.estimates(work, work.layers)) == {}
    assert responses.estimates_macs(work, work.layers) == 0
    for arrays in exact.values():
        np.testing.assert_array_equal(arrays["loss_answer"], arrays["loss_answer_exact"])
    monkeypatch.setattr(responses, "EXACT_MACS", 0)
    monkeypatch.setattr(responses, "SAMPLE", 2)
    assert set(dict(responses.estimates(work, work.layers))) == set(work.layers)
    assert responses.estimates_macs(work, ["first"]) == 9 * work.forward_macs(["first"])
    for layer, arrays in responses.losses(work, work.layers):
        assert "loss_answer" not in arrays
        drawn = responses.sampled(layer, len(arrays["loss_answer_exact"]))
        assert np.flatnonzero(np.isfinite(arrays["loss_answer_exact"])).tolist() == drawn
        whole = exact[layer]["loss_answer_exact"]
        np.testing.assert_allclose(arrays["loss_answer_exact"][drawn], whole[drawn], rtol=1e-3, atol=1e-6)


def test_the_change_of_the_input_with_the_levels(tmp_path):
    mixed = np.array([[0, 0, 2], [0.5, 0.5, 0], [0, 1, 0]], np.float32)
    changes = (
        work_of(networks.sequential(), tmp_path, preprocess).change_with_levels()
        for preprocess in (lambda images: images @ mixed.T - 100, np.square, lambda images: images[:, ::-1])
    )
    change, of_squares, of_turned = changes
    np.testing.assert_allclose(change, mixed, atol=1e-5)
    assert of_squares is None
    assert of_turned is None


def test_the_classes_are_those_that_the_package_lists():
    model = networks.tiny_vgg16()
    names = package_data.classes(package_data.LINEAR_CLASSES)[1]
    work = SimpleNamespace(model=model, is_imagenet=True)
    ((layer, arrays),) = responses.by_class(work, ["block2_conv1"])
    assert layer == "block2_conv1"
    for channel, (listed, sizes) in enumerate(zip(arrays["classes"], arrays["class_effects"], strict=True)):
        expected = preferred_classes(layer, channel, responses.CLASSES)
        assert [names[k] for k in listed] == [name for name, _ in expected]
        np.testing.assert_allclose(sizes, [size for _, size in expected], rtol=1e-6)
    assert not list(responses.by_class(SimpleNamespace(model=model, is_imagenet=False), ["block2_conv1"]))
