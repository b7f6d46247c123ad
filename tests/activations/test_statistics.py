"""What a channel does, in numbers: streamed and in any order the same as all at once."""

import dataclasses
import itertools

import numpy as np
import pytest

import networks
import vggviz
from sentences import refused


@pytest.fixture
def maps():
    values = np.random.default_rng(3).normal(0, 2, (7, 4, 5, 6)).astype(np.float32)
    values[..., 1] = 0
    values[..., 4] += 100
    return {"one": np.maximum(values, 0), "linear": values[:, :2, :2]}


def in_parts(maps, *ends):
    for start, end in itertools.pairwise((0, *ends, 7)):
        yield {layer: values[start:end] for layer, values in maps.items()}


def same(found, expected):
    """The same to the last bit."""
    assert list(found) == list(expected)
    for layer, statistics in found.items():
        for name in ("count", "mean", "std", "max", "zeros", "apoz", "dead", "sums", "squares"):
            one, other = (np.asarray(getattr(s, name)) for s in (statistics, expected[layer]))
            assert one.dtype == other.dtype, f"{layer} {name}"
            np.testing.assert_array_equal(one, other, err_msg=f"{layer} {name}", strict=True)


def test_the_statistics_are_numpys(maps):
    for layer, found in vggviz.channel_statistics(maps).items():
        cells = maps[layer].astype(np.float64).reshape(-1, 6)
        assert found.count == len(cells)
        np.testing.assert_allclose(found.mean, cells.mean(axis=0), atol=1e-12)
        np.testing.assert_allclose(found.std, cells.std(axis=0), rtol=1e-6)
        np.testing.assert_array_equal(found.max, cells.max(axis=0))
        np.testing.assert_allclose(found.apoz, (cells <= 0).mean(axis=0))
        assert found.dead.dtype == bool
        np.testing.assert_array_equal(found.dead, cells.max(axis=0) <= 0)


def test_streamed_is_the_same_as_all_at_once(maps):
    whole = vggviz.channel_statistics(maps)
    same(vggviz.channel_statistics(in_parts(maps)), whole)
    same(vggviz.channel_statistics(in_parts(maps, 1, 2, 3, 4, 5, 6)), whole)
    same(vggviz.channel_statistics(list(in_parts(maps, 3))), whole)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_merged_in_any_order(maps, order):
    parts = [vggviz.channel_statistics(part) for part in in_parts(maps, 1, 4)]
    first, second, third = (parts[k]["one"] for k in order)
    whole = {"one": vggviz.channel_statistics(maps)["one"]}
    same({"one": first + second + third}, whole)
    same({"one": first + (second + third)}, whole)


def test_the_order_of_the_cells_makes_no_difference(maps):
    rng = np.random.default_rng(4)
    whole = vggviz.channel_statistics(maps)
    cells = {layer: rng.permutation(values.reshape(-1, 6)) for layer, values in maps.items()}
    same(vggviz.channel_statistics({layer: c.reshape(1, 1, -1, 6) for layer, c in cells.items()}), whole)
    columns = {layer: np.asfortranarray(values) for layer, values in maps.items()}
    same(vggviz.channel_statistics(columns), whole)


@pytest.mark.parametrize("kind", [np.float16, np.float64, np.int16])
def test_every_kind_of_number(maps, kind):
    values = maps["linear"].astype(kind)
    found, first, rest = (
        vggviz.channel_statistics({"a": part})["a"] for part in (values, values[:3], values[3:])
    )
    same({"a": first + rest}, {"a": found})
    assert found.max.dtype == kind
    np.testing.assert_allclose(found.mean, values.astype(np.float64).mean(axis=(0, 1, 2)), rtol=1e-12)


def test_activations_far_apart_lose_nothing():
    values = np.array([9e14, 1e-45, -9e14, 1e-45], np.float32).reshape(4, 1, 1, 1)
    found = vggviz.channel_statistics({"far": values[[k]]} for k in range(4))["far"]
    assert found.mean[0] == float(values[1, 0, 0, 0]) / 2


def test_a_far_mean_does_not_eat_the_spread():
    values = np.random.default_rng(0).normal(1e5, 0.5, (50, 8, 8, 1)).astype(np.float32)
    parts = ({"far": values[[k]]} for k in range(50))
    found = vggviz.channel_statistics(parts)["far"]
    np.testing.assert_allclose(found.std, values.astype(np.float64).std(), rtol=1e-6)


def test_one_part_is_held_at_a_time(maps):
    given = []

    def stream():
        for part in in_parts(maps, 2, 4):
            given.append(1)
            yield part

    vggviz.channel_statistics(stream())
    assert len(given) == 3


def test_statistics_are_frozen_and_leave_the_maps_alone(maps):
    before = {layer: values.copy() for layer, values in maps.items()}
    found = vggviz.channel_statistics(maps)["one"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.count = 3
    for layer, values in maps.items():
        assert np.array_equal(values, before[layer])


def test_the_dead_channel_is_found(dead, batch):
    found = vggviz.channel_statistics(vggviz.feature_maps(dead, batch))
    for layer in ("conv", "pool"):
        assert np.flatnonzero(found[layer].dead).tolist() == [networks.DEAD]
        assert found[layer].apoz[networks.DEAD] == 1
    assert (found["conv"].apoz[~found["conv"].dead] < 1).all()


@pytest.mark.parametrize("by", ["max", "mean", "std", "apoz", "index"])
def test_ranked_by_what_is_said(maps, by):
    statistics = vggviz.channel_statistics(maps)
    for layer, ranked in vggviz.rank_channels(maps, by).items():
        assert sorted(ranked) == list(range(6))
        if by == "index":
            assert list(ranked) == list(range(6))
            continue
        values = getattr(statistics[layer], by)[ranked]
        assert (np.diff(values) * (1 if by == "apoz" else -1) >= 0).all()


def test_ranked_by_maximum_unless_said_otherwise(maps):
    ranked = vggviz.rank_channels(maps)["one"]
    assert ranked[0] == 4
    assert ranked[-1] == 1
    assert np.array_equal(ranked, vggviz.rank_channels(maps, "max")["one"])


def test_equals_stand_by_number():
    ranked = vggviz.rank_channels({"same": np.ones((1, 2, 2, 20), np.float32)})["same"]
    assert list(ranked) == list(range(20))


# --- what is refused


def test_an_unknown_order(maps):
    with refused("'size'", "max", "mean", "apoz"):
        vggviz.rank_channels(maps, "size")


@pytest.mark.parametrize("empty", [{}, [], iter(())])
def test_no_maps_at_all(empty):
    with refused("maps"):
        vggviz.channel_statistics(empty)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("ask", [vggviz.channel_statistics, vggviz.rank_channels])
def test_activations_that_are_not_finite(maps, ask, wrong):
    maps["one"][3, 1, 2, 4] = wrong
    with refused("'one'", "NaN", "finite"):
        ask(maps)


def test_statistics_of_different_layers_do_not_add_up(maps):
    few = vggviz.channel_statistics({"one": maps["one"][..., :3]})["one"]
    with refused("channels", "6", "3"):
        vggviz.channel_statistics(maps)["one"] + few


@pytest.mark.parametrize("shape", [(4, 5, 6), (6,), (1, 2, 3, 4, 5), (0, 4, 4, 2)])
@pytest.mark.parametrize("ask", [vggviz.channel_statistics, vggviz.rank_channels])
def test_maps_of_another_shape(ask, shape):
    with refused(shape, "(N, h, w, c)", "'one'"):
        ask({"one": np.zeros(shape)})
