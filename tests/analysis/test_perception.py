"""Indices of perception: by hand, for pixels, and for features that obey a law exactly."""

import numpy as np
import pytest

from sentences import refused
from vggviz.analysis import (
    distance_index,
    normalization_slope,
    pair_distances,
    relative_size_index,
    weber_index,
)
from vggviz.datasets import draw_bar

LENGTHS = np.array([64, 83, 94, 111, 100, 130, 147, 173.0])
PAIRS = np.array([[[0, 1], [0, 2], [0, 3], [4, 5], [4, 6], [4, 7]]])


def as_maps(values):
    """Maps of one cell: values (N, units)."""
    values = np.asarray(values, float)
    return {"layer": values.reshape(len(values), 1, 1, -1)}


def changes():
    before, after = LENGTHS[PAIRS[0]].T
    return after - before, (after - before) / before


def test_distances_of_pixels():
    """Bars of 20 and 30 pixels differ in 10 rows of 20 pixels, by 255."""
    maps = {"pixels": np.stack([draw_bar(20), draw_bar(30), draw_bar(20)])}
    found = pair_distances(maps, np.array([[[0, 1], [1, 0], [0, 2]]]))["pixels"]
    np.testing.assert_allclose(found, [[255 * np.sqrt(3 * 10 * 20)] * 2 + [0]], rtol=1e-6)


def test_an_index_of_mean_distances():
    """Distances 3 and 5 (mean 4) against 1; then 0 against 0."""
    maps = as_maps([[0], [3], [5], [1]])
    larger = np.array([[[0, 1], [0, 2]], [[0, 0], [1, 1]]])
    smaller = np.array([[[0, 3]], [[2, 2]]])
    np.testing.assert_allclose(distance_index(maps, larger, smaller)["layer"], [(4 - 1) / (4 + 1), 0])
    np.testing.assert_allclose(distance_index(maps, smaller, larger)["layer"], [-0.6, 0])


def test_pixels_see_no_difference_between_mirrors():
    """A pixel is exchanged with its mirror image once, whichever way the image is mirrored."""
    noise = np.random.default_rng(0).integers(0, 256, (8, 8, 3))
    for image in (noise, np.rot90(noise)):
        maps = {"pixels": np.stack([image, image[:, ::-1], image[::-1]])}
        found = distance_index(maps, np.array([[[0, 2]]]), np.array([[[0, 1]]]))["pixels"]
        assert abs(found[0]) < 0.2
    symmetric = {"pixels": np.stack([noise + noise[:, ::-1], (noise + noise[:, ::-1])[::-1]])[[0, 0, 1]]}
    assert distance_index(symmetric, np.array([[[0, 2]]]), np.array([[[0, 1]]]))["pixels"] == 1


def test_webers_law_of_exact_features():
    """The logarithm follows the relative change, the quantity itself the absolute one."""
    change, relative = changes()
    correlation = np.corrcoef(change, relative)[0, 1]
    linear = weber_index(as_maps(LENGTHS[:, np.newaxis]), PAIRS, LENGTHS)["layer"]
    logarithm = weber_index(as_maps(np.log(LENGTHS)[:, np.newaxis]), PAIRS, LENGTHS)["layer"]
    np.testing.assert_allclose(linear, [correlation - 1])
    np.testing.assert_allclose(logarithm, [1 - correlation], rtol=0.1)


def test_distances_of_pixels_follow_the_root_of_the_absolute_change():
    maps = {"pixels": np.stack([draw_bar(length) for length in LENGTHS])}
    change, relative = changes()
    wanted = np.corrcoef(np.sqrt(change), relative)[0, 1] - np.corrcoef(np.sqrt(change), change)[0, 1]
    assert weber_index(maps, PAIRS, LENGTHS)["pixels"][0] == pytest.approx(wanted, abs=0.005)


def test_layers_that_tell_nothing_apart_have_a_weber_index_of_zero():
    assert weber_index(as_maps(np.ones((8, 3))), PAIRS, LENGTHS)["layer"].tolist() == [0]


A_SIZE, B_SIZE = np.array([1.0, 2, 1, 2]), np.array([1.0, 1, 2, 2])


def test_units_of_the_ratio_and_of_the_product():
    of_ratio = np.stack([A_SIZE / B_SIZE, B_SIZE / A_SIZE], axis=1)
    of_product = np.stack([A_SIZE * B_SIZE, (A_SIZE * B_SIZE) ** 2], axis=1)
    found = relative_size_index(as_maps(np.concatenate([of_ratio, of_product])), share=1.0)
    np.testing.assert_allclose(found["layer"], [1, -1])


def test_only_units_with_an_interaction_count():
    additive = np.repeat((100 * (A_SIZE + B_SIZE))[:, np.newaxis], 99, axis=1)
    maps = as_maps(np.concatenate([additive, (A_SIZE / B_SIZE)[:, np.newaxis]], axis=1))
    assert relative_size_index(maps, share=0.01)["layer"][0] == pytest.approx(1)
    assert relative_size_index(maps, share=1.0)["layer"][0] < -0.9


def test_silent_units_take_no_part_of_the_share():
    """Half of two units is one; half of a hundred units with 98 silent ones is one too."""
    ratio, additive = A_SIZE / B_SIZE, A_SIZE + 1.01 * B_SIZE + 0.1 * A_SIZE * B_SIZE
    maps = as_maps(np.concatenate([np.stack([ratio, additive], axis=1), np.zeros((4, 98))], axis=1))
    assert relative_size_index(maps, share=0.5)["layer"][0] == pytest.approx(1)
    assert relative_size_index(as_maps(np.zeros((4, 3))))["layer"].tolist() == [0]


@pytest.mark.parametrize("count", [2, 3])
def test_averages_and_sums(count):
    alone = np.random.default_rng(0).random((count, 40))
    maps = as_maps([*alone, alone.mean(axis=0), alone.sum(axis=0) + 7])
    found = normalization_slope(maps, np.array([range(count)] * 2), np.array([count, count + 1]))
    np.testing.assert_allclose(found["layer"], [1 / count, 1])


def test_units_that_respond_at_one_place_only_do_not_count():
    maps = as_maps([[1, 2, 5, 0], [3, 5, 0, 9], [2, 3.5, 77, 77]])
    alone, together = np.array([[0, 1]]), np.array([2])
    assert normalization_slope(maps, alone, together)["layer"] == pytest.approx(0.5)
    nowhere = as_maps([[1, 0], [0, 1], [1, 1]])
    assert np.isnan(normalization_slope(nowhere, alone, together)["layer"]).all()


def test_the_ground_is_no_part_of_a_sum():
    """Units that add objects up on a ground of 10 seem to average, unless the ground is subtracted."""
    changes = np.random.default_rng(0).random((2, 40))
    maps = as_maps(10 + np.stack([*changes, changes.sum(axis=0), np.zeros(40)]))
    arguments = np.array([[0, 1]]), np.array([2])
    np.testing.assert_allclose(normalization_slope(maps, *arguments, blank=3)["layer"], 1)
    fallen = {"layer": 20 - maps["layer"]}
    np.testing.assert_allclose(normalization_slope(fallen, *arguments, blank=3)["layer"], 1)
    busy = maps["layer"] * (np.arange(40) < 30)  # the others are silent, so sums differ by the ground
    raw = normalization_slope({"layer": busy + 1e-9}, *arguments)["layer"]
    assert raw == pytest.approx(0.5, abs=0.05)


def test_units_whose_change_is_small_do_not_count():
    maps = as_maps([[100, 20, 1], [1, 30, 100], [0, 25, 0], [0, 0, 0]])
    found = normalization_slope(maps, np.array([[0, 1]]), np.array([2]), blank=3)
    assert np.isnan(found["layer"]).all()  # one unit is left, which has no slope


def test_what_has_no_index_is_named():
    maps = as_maps(np.ones((4, 2)))
    with refused("(..., 2)", "(3, 3)"):
        pair_distances(maps, np.zeros((3, 3), int))
    with refused("pairs", "0 to 3", "4"):
        pair_distances(maps, np.array([[0, 4]]))
    with refused("(S, P, 2)", "(1, 2)"):
        distance_index(maps, np.array([[0, 1]]), np.array([[0, 1]]))
    with refused("(S, Q, 2)", "(1, 1, 2)", "(2, 1, 2)"):
        distance_index(maps, np.array([[[0, 1]]]), np.array([[[0, 1]], [[0, 1]]]))
    with refused("three", "(1, 2, 2)"):
        weber_index(as_maps(LENGTHS[:, np.newaxis]), PAIRS[:, :2], LENGTHS)
    with refused("above 0", "-173"):
        weber_index(as_maps(LENGTHS[:, np.newaxis]), PAIRS, -LENGTHS)
    with refused("differ"):
        weber_index(as_maps(LENGTHS[:, np.newaxis]), PAIRS[:, [0, 0, 0]], LENGTHS)
    with refused("four", "3"):
        relative_size_index(as_maps(np.ones((3, 2))))
    with refused("(S, K)", "(2,)"):
        normalization_slope(maps, np.array([[0, 1]]), np.array([2, 3]))
    with refused("blank", "0 to 3", "4"):
        normalization_slope(maps, np.array([[0, 1]]), np.array([2]), blank=4)
