"""Features of all images: values, resumption, files of other images."""

import numpy as np
import pytest

import vggviz
from sentences import refused
from tiny_imagenet import CLASSES, TRAINING
from training import data, features, views


def test_an_interrupted_run_resumes_to_the_same_features(archive, tiny, few_views, tmp_path, monkeypatch):
    dataset = data.load(archive)
    whole = features.compute(tiny, dataset, tmp_path / "whole")
    compute, done = features.compute_shard, []

    def interrupt(model, shard, *rest):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(shard)
        return compute(model, shard, *rest)

    monkeypatch.setattr(features, "compute_shard", interrupt)
    with pytest.raises(KeyboardInterrupt):
        features.compute(tiny, dataset, tmp_path / "cut")
    assert sorted(path.name for path in (tmp_path / "cut").iterdir()) == [
        "training-000.npz",
        "training-001.npz",
    ]
    monkeypatch.setattr(features, "compute_shard", compute)
    resumed = features.compute(tiny, dataset, tmp_path / "cut")
    for one, other in zip(whole, resumed, strict=True):
        for arrays, others in ((one.views, other.views), (one.sums, other.sums)):
            assert list(arrays) == list(others)
            for name, values in arrays.items():
                np.testing.assert_array_equal(values, others[name])
        np.testing.assert_array_equal(one.labels, other.labels)


def test_features_and_sums_are_those_of_feature_maps(archive, tiny, few_views, tmp_path):
    dataset = data.load(archive)
    training, validation = features.compute(tiny, dataset, tmp_path)
    with dataset.reader() as reader:
        batch = vggviz.preprocess(
            np.stack([views.resized(reader.image(name)) for name in dataset.training[1]])
        )
    maps = vggviz.feature_maps(tiny, batch)
    own = training.labels == 1
    wanted = maps["block2_pool"].mean(axis=(1, 2))
    np.testing.assert_allclose(training.views["plain"][own], wanted, rtol=1e-3, atol=1e-3)
    both = [maps[f"block{block}_conv1"] for block in (1, 2)]
    means = np.concatenate([values.mean(axis=(1, 2)) for values in both], axis=1)
    np.testing.assert_allclose(training.sums["mean"][1], means.sum(axis=0), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(training.sums["square"][1], (means**2).sum(axis=0), rtol=1e-4, atol=1e-4)
    largest = np.concatenate([values.max(axis=(1, 2)) for values in both], axis=1).sum(axis=0)
    np.testing.assert_allclose(training.sums["maximum"][1], largest, rtol=1e-4, atol=1e-4)
    zeros = np.concatenate([(values <= 0).sum(axis=(0, 1, 2)) for values in both])
    np.testing.assert_allclose(training.sums["zeros"][1], zeros, atol=20)  # sums in another order: near 0
    assert training.sums["cells"][1].tolist() == [TRAINING * 224**2] * 6 + [TRAINING * 56**2] * 8
    assert validation.sums == {}
    assert training.indices.tolist() == list(range(TRAINING)) * CLASSES


def test_shards_of_other_images_are_refused(archive, tiny, few_views, tmp_path):
    dataset = data.load(archive)
    features.compute(tiny, dataset, tmp_path)
    (tmp_path / "training-001.npz").write_bytes((tmp_path / "training-002.npz").read_bytes())
    with refused("training-001.npz", "--work"):
        features.compute(tiny, dataset, tmp_path)
