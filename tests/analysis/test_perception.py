"""Indices of perception: by hand, for pixels, and for features that obey a law exactly."""

import numpy as np
import pytest

from sentences import refused
from vggviz.analysis import (
    difference_index,
    normalization_slope,
    pair_distances,
    relative_size_index,
    weber_index,
)
from vggviz.datasets import draw_bar

BEFORE, CHANGE = np.repeat([64.0, 100.0], 5), np.tile([0.3, 0.375, 0.4688, 0.58, 0.73], 2)
AFTER = BEFORE * (1 + CHANGE)


def test_distances_of_pixels():
    """Bars of 20 and 30 pixels differ in 10 rows of 20 pixels, by 255."""
    maps = {"pixels": np.stack([draw_bar(20), draw_bar(30), draw_bar(20)])}
    found = pair_distances(maps, np.array([[0, 1], [1, 0], [0, 2]]))["pixels"]
    np.testing.assert_allclose(found, [255 * np.sqrt(3 * 10 * 20)] * 2 + [0], rtol=1e-6)


def test_distances_of_unsigned_bytes_do_not_wrap_round():
    maps = {"a": np.array([0, 255], np.uint8).reshape(2, 1, 1, 1)}
    np.testing.assert_array_equal(pair_distances(maps, np.array([[0, 1], [1, 0]]))["a"], [255, 255])


def test_the_index_of_two_distances():
    np.testing.assert_allclose(difference_index([3.0, 1, 2, 0], [1.0, 3, 2, 0]), [0.5, -0.5, 0, 0])
    human = difference_index(np.array([16.075]), np.array([14.33]))
    assert human[0] == pytest.approx(0.057, abs=5e-4)


def test_webers_law_of_exact_features():
    """Features that are the logarithm, or the quantity itself."""
    correlation = np.corrcoef(CHANGE, AFTER - BEFORE)[0, 1]
    assert weber_index(CHANGE, BEFORE, AFTER) == pytest.approx(1 - correlation)
    assert weber_index(AFTER - BEFORE, BEFORE, AFTER) == pytest.approx(correlation - 1)
    assert weber_index(np.log(AFTER / BEFORE), BEFORE, AFTER) > 0.9 * (1 - correlation)


def test_units_of_the_ratio_and_of_the_sum():
    """Tetrad: both small, A large, B large, both large."""
    a, b = np.array([1.0, 2, 1, 2]), np.array([1.0, 1, 2, 2])
    of_ratio = np.stack([a / b, b / a], axis=1)
    of_product = np.stack([a * b, (a * b) ** 2], axis=1)
    found = relative_size_index(np.stack([of_ratio, of_product]), share=1.0)
    np.testing.assert_allclose(found, [1, -1])


def test_only_units_with_an_interaction_count():
    a, b = np.array([1.0, 2, 1, 2]), np.array([1.0, 1, 2, 2])
    additive = np.repeat((100 * (a + b))[:, np.newaxis], 99, axis=1)
    responses = np.concatenate([additive, (a / b)[:, np.newaxis]], axis=1)[np.newaxis]
    assert relative_size_index(responses, share=0.01)[0] == pytest.approx(1)
    assert relative_size_index(responses, share=1.0)[0] < -0.9


@pytest.mark.parametrize("count", [2, 3])
def test_averages_and_sums(count):
    alone = np.random.default_rng(0).random((count, 5, 40))
    assert normalization_slope(alone, alone.mean(axis=0)) == pytest.approx(1 / count)
    assert normalization_slope(alone, alone.sum(axis=0) + 7) == pytest.approx(1)


def test_what_has_no_index_is_named():
    with refused("(P, 2)", "(3, 3)"):
        pair_distances({"a": np.ones((3, 1, 1, 1))}, np.zeros((3, 3), int))
    with refused("pairs", "0 to 1", "2"):
        pair_distances({"a": np.ones((2, 1, 1, 1))}, np.array([[0, 2]]))
    with refused("one shape", "(2,)", "(3,)"):
        difference_index(np.ones(2), np.ones(3))
    with refused("negative", "-1"):
        difference_index(np.array([-1.0]), np.array([1.0]))
    with refused("three", "2"):
        weber_index(np.ones(2), np.ones(2), np.ones(2))
    with refused("differ"):
        weber_index(np.ones(10), BEFORE, AFTER)
    with refused("above 0", "-100"):
        weber_index(CHANGE, -BEFORE, AFTER)
    with refused("(tetrads, 4, units)", "(1, 3, 2)"):
        relative_size_index(np.ones((1, 3, 2)))
    with refused("one shape"):
        normalization_slope(np.ones((2, 3, 4)), np.ones((3, 5)))
    with refused("equal"):
        normalization_slope(np.ones((2, 3, 4)), np.ones((3, 4)))
