"""Incremental scores: equal to those of whole images, computed from crops."""

import dataclasses

import numpy as np
import pytest

import networks
import vggviz
from vggviz.attribution import incremental
from vggviz.attribution.core import scores
from vggviz.attribution.incremental import window_scorer
from vggviz.models.graph import LOGITS
from vggviz.objectives import channel, class_logit, neuron


@pytest.fixture(scope="module")
def stacked():
    """Two convolutions and a pool, three times, then a mean over the cells and two classes."""
    keras = networks._keras()
    layers = [keras.Input((48, 64, 3))]
    for block in "abc":
        layers += [networks._conv(keras, f"{block}{k}", 4, 3) for k in (1, 2)]
        layers.append(keras.layers.MaxPooling2D(2, name=f"pool_{block}"))
    layers += [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(2, activation="softmax")]
    return keras.Sequential(layers)


def with_windows(image, windows, corners):
    copies = np.repeat(image[None], len(windows), axis=0)
    for copy, window, (y, x) in zip(copies, windows, corners, strict=True):
        copy[y : y + window.shape[0], x : x + window.shape[1]] = window
    return copies


def assert_equal_to_whole_images(model, image, objective, height=4, width=4, count=12):
    rng = np.random.default_rng(height)
    corners = rng.integers(0, np.array(image.shape[:2]) - (height, width) + 1, (count, 2))
    corners[:4] = [(y, x) for y in (0, len(image) - height) for x in (0, image.shape[1] - width)]
    corners[4] = (np.array(image.shape[:2]) - (height, width)) // 2
    windows = rng.normal(0, 200, (count, height, width, 3)).astype(np.float32)
    found = window_scorer(model, image, objective)(windows, corners)
    expected = scores(model, with_windows(image, windows, corners), objective)
    assert found.dtype == np.float32
    assert np.ptp(expected) > 0
    assert np.allclose(found, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())


@pytest.fixture(scope="module")
def image():
    return np.random.default_rng(1).normal(0, 60, (48, 64, 3)).astype(np.float32)


@pytest.mark.parametrize("size", [(1, 1), (4, 4), (3, 9), (48, 64)])
def test_windows_of_any_size(stacked, image, size):
    assert_equal_to_whole_images(stacked, image, class_logit(0), *size)


@pytest.mark.parametrize(
    "objective",
    [
        channel("c2", 1),
        neuron("b1", 2),
        channel("pool_b", 0),
        channel("a1", 1),
        channel("a1", 1) + channel("c1", 2),
    ],
    ids=lambda objective: objective.label,
)
def test_objectives_of_any_layer(stacked, image, objective):
    assert_equal_to_whole_images(stacked, image, objective, 6, 6)


@pytest.mark.parametrize(
    ("kind", "objective"),
    [
        ("functional", channel("conv_linear", 1)),
        ("sequential", class_logit(2)),
        ("nested", class_logit(1)),
        ("dead", channel("conv", 0)),
    ],
)
def test_any_model(kind, objective, request, batch):
    assert_equal_to_whole_images(request.getfixturevalue(kind), batch[0], objective)


def test_a_branch_around_a_pool_computes_whole_images(batch):
    keras = networks._keras()
    inputs = keras.Input((32, 32, 3))
    pooled = keras.layers.MaxPooling2D(2, name="pool")(networks._conv(keras, "one", 4, 3)(inputs))
    branch = networks._conv(keras, "two", 4, 3, strides=2)(inputs)
    model = keras.Model(inputs, networks._conv(keras, "three", 4, 3)(keras.layers.Add()([pooled, branch])))
    assert incremental._chain(model, channel("three", 0)) == ([], [])
    assert_equal_to_whole_images(model, batch[0], channel("three", 0))


def test_a_chain_goes_on_behind_a_branch(batch):
    """The convolution inside the branch is no stage of its own, but part of the next one."""
    keras = networks._keras()
    inputs = keras.Input((32, 32, 3))
    one = networks._conv(keras, "one", 4, 3)(inputs)
    added = keras.layers.Add()([one, networks._conv(keras, "two", 4, 3)(one)])
    three = networks._conv(keras, "three", 4, 3)(added)
    model = keras.Model(inputs, networks._conv(keras, "four", 4, 3)(three))
    names, stages = incremental._chain(model, channel("four", 0))
    assert names == ["one", "three"]
    assert [stage.size for stage in stages] == [3, 5]
    assert_equal_to_whole_images(model, batch[0], channel("four", 0))


def test_the_chain_of_layers(stacked):
    names, stages = incremental._chain(stacked, class_logit(0))
    assert names == [f"{block}{k}" if k else f"pool_{block}" for block in "abc" for k in (1, 2, 0)]
    assert [(s.size, s.stride, s.padding) for s in stages] == [(3, 1, 1), (3, 1, 1), (2, 2, 0)] * 3
    assert incremental._chain(stacked, channel("b2", 0))[0] == ["a1", "a2", "pool_a", "b1"]


def test_small_windows_compute_crops(stacked, image, monkeypatch):
    """Crops of the maps of 48, 24 and 12 rows; the last pool would need a whole map."""
    names, stages = incremental._chain(stacked, class_logit(0))
    sizes = []

    def recorded(stage):
        return dataclasses.replace(stage, run=lambda maps: sizes.append(maps.shape[1]) or stage.run(maps))

    monkeypatch.setattr(incremental, "_chain", lambda *_: (names, [recorded(stage) for stage in stages]))
    monkeypatch.setattr(incremental, "_fits", lambda *_: True)  # its crops are not recorded
    assert_equal_to_whole_images(stacked, image, class_logit(0))
    assert sizes == [8, 10, 12, 9, 11, 12, 9, 11]


def test_scores_equal_the_objective_of_the_maps(sequential, batch):
    maps = vggviz.feature_maps(sequential, batch, "second")["second"]
    assert np.allclose(scores(sequential, batch, channel("second", 3)), maps[..., 3].mean((1, 2)), rtol=1e-5)
    assert LOGITS in class_logit(0).layers
