"""Scores of pictures that differ in a window: the same as those of whole pictures, from less work."""

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


def changed(picture, windows, corners):
    copies = np.repeat(picture[None], len(windows), axis=0)
    for copy, window, (y, x) in zip(copies, windows, corners, strict=True):
        copy[y : y + window.shape[0], x : x + window.shape[1]] = window
    return copies


def compare(model, picture, objective, height=4, width=4, count=12):
    rng = np.random.default_rng(height)
    corners = rng.integers(0, np.array(picture.shape[:2]) - (height, width) + 1, (count, 2))
    corners[:4] = [(y, x) for y in (0, len(picture) - height) for x in (0, picture.shape[1] - width)]
    corners[4] = (np.array(picture.shape[:2]) - (height, width)) // 2
    windows = rng.normal(0, 200, (count, height, width, 3)).astype(np.float32)
    found = window_scorer(model, picture, objective)(windows, corners)
    expected = scores(model, changed(picture, windows, corners), objective)
    assert found.dtype == np.float32
    assert np.ptp(expected) > 0
    assert np.allclose(found, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())


@pytest.fixture(scope="module")
def picture():
    return np.random.default_rng(1).normal(0, 60, (48, 64, 3)).astype(np.float32)


@pytest.mark.parametrize("size", [(1, 1), (4, 4), (3, 9), (48, 64)])
def test_windows_give_the_scores_of_whole_pictures(stacked, picture, size):
    compare(stacked, picture, class_logit(0), *size)


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
def test_whatever_layer_the_objective_reads(stacked, picture, objective):
    compare(stacked, picture, objective, 6, 6)


@pytest.mark.parametrize(
    ("kind", "objective"),
    [
        ("functional", channel("conv_linear", 1)),
        ("sequential", class_logit(2)),
        ("nested", class_logit(1)),
        ("dead", channel("conv", 0)),
    ],
)
def test_whatever_the_network(kind, objective, request, batch):
    compare(request.getfixturevalue(kind), batch[0], objective)


def test_a_branch_around_a_pool_is_computed_whole(batch):
    keras = networks._keras()
    inputs = keras.Input((32, 32, 3))
    pooled = keras.layers.MaxPooling2D(2, name="pool")(networks._conv(keras, "one", 4, 3)(inputs))
    beside = networks._conv(keras, "two", 4, 3, strides=2)(inputs)
    model = keras.Model(inputs, networks._conv(keras, "three", 4, 3)(keras.layers.Add()([pooled, beside])))
    assert incremental._chain(model, channel("three", 0)) == ([], [])
    compare(model, batch[0], channel("three", 0))


def test_the_chain_of_pools_and_their_windows(stacked):
    names, stages = incremental._chain(stacked, class_logit(0))
    assert names == ["pool_a", "pool_b", "pool_c"]
    assert [(s.size, s.stride, s.padding) for s in stages] == [(6, 2, 2)] * 3
    assert incremental._chain(stacked, channel("b2", 0))[0] == ["pool_a"]


def test_small_windows_compute_crops(stacked, picture, monkeypatch):
    """The convolutions of the first stage see crops, and the picture once."""
    names, stages = incremental._chain(stacked, class_logit(0))
    seen = []

    def noted(stage):
        return incremental._Stage(
            lambda maps: seen.append(maps.shape[1:3]) or stage.run(maps), stage.size, 2, 2
        )

    monkeypatch.setattr(incremental, "_chain", lambda *_: (names, [noted(stage) for stage in stages]))
    compare(stacked, picture, class_logit(0))
    assert len(seen) == 2  # the third stage would need more than its whole map
    assert all(height < 30 for height, _ in seen)


def test_scores_are_the_objective_of_the_maps(sequential, batch):
    maps = vggviz.feature_maps(sequential, batch, "second")["second"]
    assert np.allclose(scores(sequential, batch, channel("second", 3)), maps[..., 3].mean((1, 2)), rtol=1e-5)
    assert LOGITS in class_logit(0).layers
