"""Measures of kernels: known values for constructed ones, chance level for random ones."""

import numpy as np
import pytest
from scipy.stats import entropy

import vggviz
from sentences import refused
from vggviz.analysis.kernel_metrics import orientation_selectivity
from vggviz.analysis.probing import _ridge_weights

SOBEL = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]], float)
LINE = np.array([[-1, 2, -1]] * 3, float)
POINT = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], float)
SPOT = np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]], float)


def kernels(*patterns, colour=(1, 1, 1)):
    """Kernels (3, 3, 3, out) from patterns (3, 3) and one colour."""
    return np.stack([pattern[..., None] * np.array(colour, float) for pattern in patterns], axis=-1)


def random_kernels(count=4000, seed=1):
    return np.random.default_rng(seed).normal(size=(3, 3, 3, count))


def test_edges_and_lines_are_oriented_points_and_boxes_are_not():
    constructed = kernels(SOBEL, SOBEL.T, LINE, LINE.T, POINT, SPOT, np.ones((3, 3)))
    assert vggviz.analysis.is_oriented(constructed).tolist() == [True] * 4 + [False] * 3
    found = orientation_selectivity(constructed)
    np.testing.assert_allclose(
        found[:4], [1, 1, 1, 1], atol=0.12
    )  # a Sobel kernel has larger weights in the middle
    assert found[-1] == 0


def test_selectivity_is_invariant_to_scale_sign_and_rotation():
    constructed = random_kernels(50)
    found = orientation_selectivity(constructed)
    assert ((found >= 0) & (found <= 1)).all()
    np.testing.assert_allclose(orientation_selectivity(-7 * constructed), found)
    np.testing.assert_allclose(orientation_selectivity(np.rot90(constructed)), found)


def test_edges_of_any_direction_and_colour_are_oriented():
    rows, columns = np.indices((3, 3)) - 1
    ramps = [np.cos(a) * columns + np.sin(a) * rows for a in np.radians([0, 20, 45, 110])]
    for colour in ((1, 1, 1), (1, 0, -1)):
        np.testing.assert_allclose(orientation_selectivity(kernels(*ramps, colour=colour)), 1)


def test_one_random_kernel_in_twenty_counts_as_oriented():
    assert vggviz.analysis.is_oriented(random_kernels()).mean() == pytest.approx(0.05, abs=0.012)


def test_colour_opponency_does_not_depend_on_the_pattern():
    for colour in ((1, 0, -1), (-1, 2, -1), (0, 1, -0.8)):
        assert vggviz.analysis.is_colour_opponent(kernels(SOBEL, POINT, np.ones((3, 3)), colour=colour)).all()
    for colour in ((1, 1, 1), (1, 0.2, 0.4), (0.5, 1, 0.5)):
        assert not vggviz.analysis.is_colour_opponent(kernels(SOBEL, POINT, colour=colour)).any()


def test_random_kernels_are_seldom_colour_opponent():
    assert vggviz.analysis.is_colour_opponent(random_kernels()).mean() < 0.05


def test_zero_kernels_are_neither_oriented_nor_opponent():
    nothing = np.zeros((3, 3, 3, 2))
    assert not vggviz.analysis.is_oriented(nothing).any()
    assert not vggviz.analysis.is_colour_opponent(nothing).any()


def test_effective_rank_of_known_matrices():
    assert vggviz.analysis.effective_rank(np.eye(6).reshape(1, 1, 6, 6)) == pytest.approx(6)
    assert vggviz.analysis.effective_rank(np.ones((1, 1, 6, 6))) == pytest.approx(1, abs=1e-3)
    doubled = np.concatenate([np.eye(6), np.eye(6)], axis=1).reshape(1, 1, 6, 12)
    assert vggviz.analysis.effective_rank(doubled) == pytest.approx(6)
    assert vggviz.analysis.effective_rank(3 * doubled) == pytest.approx(6)


@pytest.mark.parametrize("shape", [(3, 3, 4, 9), (1, 1, 5, 40)])
@pytest.mark.parametrize("size", [1, 1e-200, 1e14])
def test_effective_rank_is_that_of_the_singular_values(shape, size):
    kernels = size * np.random.default_rng(0).normal(size=shape)
    values = np.linalg.svd(kernels.reshape(-1, shape[-1]), compute_uv=False)
    expected = np.exp(entropy(values))
    assert vggviz.analysis.effective_rank(kernels) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_copies_of_one_kernel_have_rank_one(dtype):
    kernels = np.repeat(np.random.default_rng(0).normal(size=(3, 3, 64, 1)), 256, axis=3)
    assert vggviz.analysis.effective_rank(kernels.astype(dtype)) == pytest.approx(1, abs=1e-6)


def test_a_linear_probe_separates_linear_features_but_not_noise():
    random = np.random.default_rng(0)
    labels = random.integers(0, 4, 600)
    features = np.eye(4)[labels] + random.normal(0, 0.1, (600, 4))
    noise = random.normal(size=(600, 4))
    first, second = slice(0, 300), slice(300, 600)
    assert (
        vggviz.analysis.linear_probe(features[first], labels[first], features[second], labels[second]) > 0.95
    )
    assert vggviz.analysis.linear_probe(noise[first], labels[first], noise[second], labels[second]) < 0.4


@pytest.mark.parametrize("shape", [(30, 8), (8, 30)])
def test_weights_of_a_linear_probe_solve_the_equations_of_ridge_regression(shape):
    """With fewer and with more features than images."""
    random = np.random.default_rng(0)
    features, wanted = random.normal(size=shape), random.normal(size=(shape[0], 3))
    weights = _ridge_weights(features, wanted, 2.5)
    slope = features.T @ (features @ weights - wanted) + 2.5 * weights
    np.testing.assert_allclose(slope, 0, atol=1e-10)


def test_a_linear_probe_does_not_depend_on_units():
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, 200)
    features = np.eye(3)[labels] + random.normal(0, 0.7, (200, 3))
    units = np.array([1e-3, 1, 1e4])
    one = vggviz.analysis.linear_probe(features[:100], labels[:100], features[100:], labels[100:])
    other = vggviz.analysis.linear_probe(
        features[:100] * units + 5, labels[:100], features[100:] * units + 5, labels[100:]
    )
    assert one == pytest.approx(other, abs=0.021)


@pytest.mark.parametrize("shape", [(3, 3, 3), (0, 3, 3, 1)])
def test_kernels_of_another_shape(shape):
    for measure in (
        vggviz.analysis.is_oriented,
        vggviz.analysis.is_colour_opponent,
        vggviz.analysis.effective_rank,
    ):
        with refused("(kh, kw, in, out)", shape):
            measure(np.ones(shape))


def test_colour_opponency_needs_three_input_channels():
    with refused("3 colours", "5"):
        vggviz.analysis.is_colour_opponent(np.ones((3, 3, 5, 2)))


def test_zero_kernels_have_no_effective_rank():
    with refused("zero"):
        vggviz.analysis.effective_rank(np.zeros((3, 3, 3, 2)))


def test_features_and_labels_of_different_lengths():
    with refused("(N, d)", "(4, 2)", "3 labels"):
        vggviz.analysis.linear_probe(np.ones((4, 2)), np.zeros(3, int), np.ones((4, 2)), np.zeros(4, int))
