"""Similarity measures: compared with NumPy, and properties of cosines and Gram matrices."""

import numpy as np
import pytest

import vggviz
from sentences import refused
from vggviz.analysis.similarity import likeness_order

DEAD, CONSTANT = 2, 5


@pytest.fixture
def maps():
    values = np.random.default_rng(3).normal(1, 2, (3, 4, 5, 8)).astype(np.float32)
    values[..., DEAD], values[..., CONSTANT] = 0, 0.1
    values[..., 7] = 3 * values[..., 1] + 2
    return {"conv": values, "deep": values[:, :2, :2]}


def test_correlation_equals_that_of_numpy(maps):
    found = vggviz.analysis.channel_similarity(maps, "conv", by="correlation")
    alive = [k for k in range(8) if k not in (DEAD, CONSTANT)]
    expected = np.corrcoef(maps["conv"].reshape(-1, 8)[:, alive].astype(float), rowvar=False)
    np.testing.assert_allclose(found[np.ix_(alive, alive)], expected, atol=1e-12)
    assert found[1, 7] == pytest.approx(1, abs=1e-6)
    assert not found[DEAD].any()
    assert not found[CONSTANT].any()


def test_cosine_does_not_depend_on_the_scale_of_a_channel(maps):
    found = vggviz.analysis.channel_similarity(maps, "conv")
    one, other = (maps["conv"][..., k].ravel().astype(float) for k in (0, 3))
    assert found[0, 3] == pytest.approx(one @ other / np.sqrt(one @ one * (other @ other)), abs=1e-12)
    stronger = {"conv": maps["conv"] * np.arange(1, 9, dtype=np.float32)}
    np.testing.assert_allclose(vggviz.analysis.channel_similarity(stronger, "conv"), found, atol=1e-6)


@pytest.mark.parametrize("by", ["cosine", "correlation"])
def test_a_similarity_is_symmetric_and_within_bounds(maps, by):
    found = vggviz.analysis.channel_similarity(maps, "conv", by=by)
    assert np.array_equal(found, found.T)
    assert np.abs(found).max() <= 1
    alive = found.any(axis=1)
    np.testing.assert_allclose(np.diag(found), alive, atol=1e-12)


def test_kernel_similarity():
    kernels = np.random.default_rng(0).normal(size=(3, 3, 4, 5)).astype(np.float32)
    kernels[..., 1], kernels[..., 2], kernels[..., 3] = 2 * kernels[..., 0], -kernels[..., 0], 0
    found = vggviz.analysis.kernel_similarity(kernels)
    np.testing.assert_allclose(found[0, :4], [1, 1, -1, 0], atol=1e-12)
    flat = kernels.reshape(-1, 5).astype(float)
    assert found[0, 4] == pytest.approx(
        flat[:, 0] @ flat[:, 4] / np.linalg.norm(flat[:, 0]) / np.linalg.norm(flat[:, 4])
    )


def test_similar_channels_are_adjacent():
    rng = np.random.default_rng(1)
    group = rng.permutation(np.repeat(np.arange(3), 5))
    maps = np.eye(3)[group].T * 3 + rng.uniform(0, 1, (3, 15))
    similarity = vggviz.analysis.kernel_similarity(maps[np.newaxis, np.newaxis])
    similarity = np.pad(similarity, (0, 1))
    order = likeness_order(similarity)
    assert sorted(order) == list(range(16))
    assert order[-1] == 15
    assert (np.diff(group[order[:-1]]) != 0).sum() == 2
    assert np.array_equal(order, likeness_order(similarity))


@pytest.mark.parametrize("count", [1, 2])
def test_an_order_of_one_or_two_channels(count):
    assert sorted(likeness_order(np.ones((count, count)))) == list(range(count))


def test_a_gram_matrix_is_the_mean_product(maps):
    found = vggviz.analysis.gram_matrix(maps)
    assert found["conv"].shape == (3, 8, 8)
    assert found["conv"].dtype == np.float32
    expected = np.einsum("nhwi,nhwj->nij", *[maps["conv"].astype(float)] * 2) / 20
    np.testing.assert_allclose(found["conv"], expected, rtol=1e-5, atol=1e-5)
    assert np.linalg.eigvalsh(found["conv"].astype(float)).min() > -1e-5


def test_a_gram_matrix_does_not_depend_on_positions(maps):
    shuffled = np.random.default_rng(0).permutation(maps["conv"].reshape(3, 20, 8), axis=1)
    found = vggviz.analysis.gram_matrix({"conv": shuffled.reshape(3, 4, 5, 8)})["conv"]
    np.testing.assert_allclose(found, vggviz.analysis.gram_matrix(maps)["conv"], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("by", ["mean", "max"])
def test_pooled_features(maps, by):
    found = vggviz.analysis.pooled_features(maps, by)
    assert list(found) == ["conv", "deep"]
    assert found["deep"].shape == (3, 8)
    assert found["deep"].dtype == np.float32
    np.testing.assert_allclose(found["deep"], getattr(maps["deep"], by)(axis=(1, 2)), rtol=1e-5)


def test_neighbours_have_the_largest_cosines():
    features = np.random.default_rng(2).normal(size=(9, 4)).astype(np.float32)
    indices, cosines = vggviz.analysis.nearest_neighbours(features, 3)
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    table = (unit @ unit.T).astype(float)
    np.fill_diagonal(table, -2)
    assert np.array_equal(indices, np.argsort(-table, axis=1)[:, :3])
    np.testing.assert_allclose(cosines, -np.sort(-table, axis=1)[:, :3], atol=1e-6)


def test_neighbours_of_queries():
    features = np.eye(3)
    features[2] = 0
    indices, cosines = vggviz.analysis.nearest_neighbours(features, 9, queries=[[0, 5, 0], [0, 0, 0]])
    assert indices.tolist() == [[1, 0, 2], [0, 1, 2]]
    assert cosines.tolist() == [[1, 0, 0], [0, 0, 0]]


def test_no_image_is_its_own_neighbour():
    indices, _ = vggviz.analysis.nearest_neighbours(np.ones((4, 2)), 9)
    assert indices.tolist() == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]


def test_the_arguments_are_not_changed(maps):
    before = {layer: values.copy() for layer, values in maps.items()}
    vggviz.analysis.channel_similarity(maps, "conv", by="correlation")
    vggviz.analysis.gram_matrix(maps)
    features = vggviz.analysis.pooled_features(maps)["conv"]
    copied = features.copy()
    vggviz.analysis.nearest_neighbours(features)
    assert np.array_equal(features, copied)
    assert all(np.array_equal(maps[layer], before[layer]) for layer in maps)


def test_errors(maps):
    with refused("'angle'", "cosine", "correlation"):
        vggviz.analysis.channel_similarity(maps, "conv", by="angle")
    with refused("'cnv'", "'conv'"):
        vggviz.analysis.channel_similarity(maps, "cnv")
    with refused("(kh, kw, in, out)", "(3, 3)"):
        vggviz.analysis.kernel_similarity(np.zeros((3, 3)))
    with refused("'median'", "mean", "max"):
        vggviz.analysis.pooled_features(maps, "median")
    for ask in (vggviz.analysis.gram_matrix, vggviz.analysis.pooled_features):
        with refused("'flat'", "(N, h, w, c)", "(3, 4)"):
            ask({"flat": np.zeros((3, 4))})
    with refused("(3, 4)", "(1, 5)"):
        vggviz.analysis.nearest_neighbours(np.zeros((3, 4)), queries=np.zeros((1, 5)))
    with refused("top", "0"):
        vggviz.analysis.nearest_neighbours(np.zeros((3, 4)), 0)
