"""Channel statistics: equal to NumPy's, and independent of order and batching."""

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


def assert_identical(found, expected):
    """Bitwise equal."""
    assert list(found) == list(expected)
    for layer, statistics in found.items():
        for name in ("count", "mean", "std", "max", "zeros", "apoz", "dead", "sums", "squares"):
            one, other = (np.asarray(getattr(s, name)) for s in (statistics, expected[layer]))
            assert one.dtype == other.dtype, f"{layer} {name}"
            np.testing.assert_array_equal(one, other, err_msg=f"{layer} {name}", strict=True)


def test_statistics_equal_those_of_numpy(maps):
    for layer, found in vggviz.channel_statistics(maps).items():
        cells = maps[layer].astype(np.float64).reshape(-1, 6)
        assert found.count == len(cells)
        np.testing.assert_allclose(found.mean, cells.mean(axis=0), atol=1e-12)
        np.testing.assert_allclose(found.std, cells.std(axis=0), rtol=1e-6)
        np.testing.assert_array_equal(found.max, cells.max(axis=0))
        np.testing.assert_allclose(found.apoz, (cells <= 0).mean(axis=0))
        assert found.dead.dtype == bool
        np.testing.assert_array_equal(found.dead, cells.max(axis=0) <= 0)


def test_batches_give_the_same_as_all_at_once(maps):
    whole = vggviz.channel_statistics(maps)
    assert_identical(vggviz.channel_statistics(in_parts(maps)), whole)
    assert_identical(vggviz.channel_statistics(in_parts(maps, 1, 2, 3, 4, 5, 6)), whole)
    assert_identical(vggviz.channel_statistics(list(in_parts(maps, 3))), whole)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_sums_do_not_depend_on_the_order(maps, order):
    parts = [vggviz.channel_statistics(part) for part in in_parts(maps, 1, 4)]
    first, second, third = (parts[k]["one"] for k in order)
    whole = {"one": vggviz.channel_statistics(maps)["one"]}
    assert_identical({"one": first + second + third}, whole)
    assert_identical({"one": first + (second + third)}, whole)


def test_the_order_of_the_cells_does_not_matter(maps):
    rng = np.random.default_rng(4)
    whole = vggviz.channel_statistics(maps)
    cells = {layer: rng.permutation(values.reshape(-1, 6)) for layer, values in maps.items()}
    assert_identical(
        vggviz.channel_statistics({layer: c.reshape(1, 1, -1, 6) for layer, c in cells.items()}), whole
    )
    columns = {layer: np.asfortranarray(values) for layer, values in maps.items()}
    assert_identical(vggviz.channel_statistics(columns), whole)


@pytest.mark.parametrize("kind", [np.float16, np.float64, np.int16])
def test_other_dtypes(maps, kind):
    values = maps["linear"].astype(kind)
    found, first, rest = (
        vggviz.channel_statistics({"a": part})["a"] for part in (values, values[:3], values[3:])
    )
    assert_identical({"a": first + rest}, {"a": found})
    assert found.max.dtype == kind
    np.testing.assert_allclose(found.mean, values.astype(np.float64).mean(axis=(0, 1, 2)), rtol=1e-12)


def test_values_of_very_different_size_are_added_exactly():
    values = np.array([9e14, 1e-45, -9e14, 1e-45], np.float32).reshape(4, 1, 1, 1)
    found = vggviz.channel_statistics({"far": values[[k]]} for k in range(4))["far"]
    assert found.mean[0] == float(values[1, 0, 0, 0]) / 2


def test_the_spread_around_a_large_mean_is_accurate():
    values = np.random.default_rng(0).normal(1e5, 0.5, (50, 8, 8, 1)).astype(np.float32)
    parts = ({"far": values[[k]]} for k in range(50))
    found = vggviz.channel_statistics(parts)["far"]
    np.testing.assert_allclose(found.std, values.astype(np.float64).std(), rtol=1e-6)


def test_an_iterable_is_consumed_once(maps):
    given = []

    def stream():
        for part in in_parts(maps, 2, 4):
            given.append(1)
            yield part

    vggviz.channel_statistics(stream())
    assert len(given) == 3


def test_statistics_are_frozen_and_do_not_change_the_maps(maps):
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
def test_ranked_by_each_statistic(maps, by):
    statistics = vggviz.channel_statistics(maps)
    for layer, ranked in vggviz.rank_channels(maps, by).items():
        assert sorted(ranked) == list(range(6))
        if by == "index":
            assert list(ranked) == list(range(6))
            continue
        values = getattr(statistics[layer], by)[ranked]
        assert (np.diff(values) * (1 if by == "apoz" else -1) >= 0).all()


def test_ranked_by_maximum_by_default(maps):
    ranked = vggviz.rank_channels(maps)["one"]
    assert ranked[0] == 4
    assert ranked[-1] == 1
    assert np.array_equal(ranked, vggviz.rank_channels(maps, "max")["one"])


def test_ties_are_ranked_by_index():
    ranked = vggviz.rank_channels({"same": np.ones((1, 2, 2, 20), np.float32)})["same"]
    assert list(ranked) == list(range(20))


# --- errors


def test_an_unknown_order(maps):
    with refused("'size'", "max", "mean", "apoz"):
        vggviz.rank_channels(maps, "size")


@pytest.mark.parametrize("empty", [{}, [], iter(())])
def test_no_maps(empty):
    with refused("maps"):
        vggviz.channel_statistics(empty)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("ask", [vggviz.channel_statistics, vggviz.rank_channels])
def test_activations_that_are_not_finite(maps, ask, wrong):
    maps["one"][3, 1, 2, 4] = wrong
    with refused("'one'", "NaN", "finite"):
        ask(maps)


def test_statistics_of_different_layers_cannot_be_added(maps):
    few = vggviz.channel_statistics({"one": maps["one"][..., :3]})["one"]
    with refused("channels", "6", "3"):
        vggviz.channel_statistics(maps)["one"] + few


@pytest.mark.parametrize("shape", [(4, 5, 6), (6,), (1, 2, 3, 4, 5), (0, 4, 4, 2)])
@pytest.mark.parametrize("ask", [vggviz.channel_statistics, vggviz.rank_channels])
def test_maps_of_another_shape(ask, shape):
    with refused(shape, "(N, h, w, c)", "'one'"):
        ask({"one": np.zeros(shape)})
