"""Effect sizes, zeros and dead channels."""

import numpy as np

from training import channels


def test_effect_sizes_equal_a_direct_computation():
    random = np.random.default_rng(0)
    values = [random.normal(k, 1 + k, (count, 4)) for k, count in enumerate((5, 8, 11))]
    for some in values:
        some[:, 3] = 2.0  # a channel that never varies
    sums, squares = (np.array([(v**p).sum(axis=0) for v in values]) for p in (1, 2))
    found = channels.effect_sizes([5, 8, 11], sums, squares)
    pooled = np.sqrt(sum(((v - v.mean(axis=0)) ** 2).sum(axis=0) for v in values) / (24 - 3))
    for label, own in enumerate(values):
        others = np.concatenate([v for k, v in enumerate(values) if k != label])
        wanted = (own.mean(axis=0) - others.mean(axis=0))[:3] / pooled[:3]
        np.testing.assert_allclose(found[:3, label], wanted)
    assert (found[3] == 0).all()


def test_zeros_and_dead_channels_by_layer():
    found = channels.by_layer({"one": 2, "two": 1}, np.array([5.0, 10, 0]), np.array([10.0, 10, 4]))
    assert found == {"one": {"zeros": 0.75, "dead": 1}, "two": {"zeros": 0.0, "dead": 0}}
