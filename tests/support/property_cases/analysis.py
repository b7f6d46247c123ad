"""Properties of similarity, selectivity, probes, circuits and preferred classes."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

import properties as p
import vggviz
from properties import Property, arguments
from property_cases.builders import MODEL_WRONG, OBJECTIVE_WRONG


def similarity_is_valid(similarity, **_):
    assert np.array_equal(similarity, similarity.T)
    assert np.abs(similarity).max() <= 1
    return set(np.round(np.diag(similarity), 6)) <= {0.0, 1.0}


def grams_are_semidefinite(found, maps):
    for gram in found.values():
        assert np.linalg.eigvalsh(gram.astype(float)).min() >= -1e-3 * max(np.abs(gram).max(), 1)


def contributions_sum_to_the_pre_activation(found, model, batch, layer, channel, place):
    before = vggviz.pre_activations(model, batch, layer)[..., channel]
    bias = float(model.get_layer(layer).bias[channel])
    wanted = before.mean(axis=(1, 2), dtype=float) if place is None else before[:, place[0], place[1]]
    np.testing.assert_allclose(found.sum(axis=1, dtype=float) + bias, wanted, rtol=1e-2, atol=0.1)


def nearest_first(found, features, top, queries):
    indices, cosines = found
    assert (np.diff(cosines, axis=1) <= 0).all()
    return indices.shape == cosines.shape and indices.shape[1] <= top


def largest_effect_first(found, top, **_):
    sizes = [size for _, size in found]
    return len({name for name, _ in found}) == top and sizes == sorted(sizes, reverse=True)


def apart_or_equal(found, pairs, **_):
    return all((values >= 0).all() and len(values) == len(pairs) for values in found.values())


def between_one_and_minus_one(found, **_):
    return all(np.abs(values).max() <= 1 + 1e-9 for values in found.values())


def selective_from_0_to_1(found, period, **_):
    (tuned,) = found.values()
    preferred = tuned.preferred[np.isfinite(tuned.preferred)]
    assert ((preferred >= 0) & (preferred < period)).all()
    return ((tuned.selectivity >= 0) & (tuned.selectivity <= 1 + 1e-9)).all()


SETS = st.sampled_from([np.array([[[0, 1]]]), np.array([[[1, 0], [1, 1]]])])
NO_SETS = p.no_array(1, 3, 2, kinds="ui") | st.sampled_from(
    [np.array([[[0, 9]]]), np.array([[[0, -1]]]), np.ones((1, 3, 3), int), np.zeros((2, 3, 2), int)]
)

PROPERTIES = {
    "analysis.channel_similarity": Property(
        arguments(maps=st.builds(dict, one=p.random_array(2, 3, 3, 4)), layer=st.just("one")),
        similarity_is_valid,
        {
            "maps": p.no_maps(),
            "layer": p.no_word("one"),
            "by": p.no_word("cosine", "correlation"),
        },
    ),
    "analysis.kernel_similarity": Property(
        arguments(kernels=p.kernels), similarity_is_valid, {"kernels": p.no_array(3, 3, 3, 4)}
    ),
    "analysis.gram_matrix": Property(arguments(maps=p.maps), grams_are_semidefinite, {"maps": p.no_maps()}),
    "analysis.pooled_features": Property(
        arguments(maps=p.maps, by=st.sampled_from(["mean", "max"])),
        lambda found, maps, by: all(f.shape == (2, 3) for f in found.values()),
        {"maps": p.no_maps(), "by": p.no_word("mean", "max")},
    ),
    "analysis.nearest_neighbours": Property(
        arguments(
            features=p.random_array(st.integers(2, 6), 4),
            top=st.integers(1, 9),
            queries=st.none() | p.random_array(3, 4),
        ),
        nearest_first,
        {
            "features": p.no_array(3, 4),
            "top": p.no_whole(1),
            "queries": p.no_array(3, 4).filter(lambda v: v is not None),
        },
    ),
    "analysis.input_contributions": Property(
        arguments(
            model=p.models,
            batch=p.batches,
            layer=st.just("conv_b"),
            channel=st.integers(0, 5),
            place=st.none() | st.tuples(st.integers(0, 31), st.integers(0, 31)),
        ),
        contributions_sum_to_the_pre_activation,
        MODEL_WRONG
        | {
            "layer": p.no_layer | st.just("pool_a"),
            "channel": p.no_whole(0, 5),
            "place": st.sampled_from(
                [3, "ab", (1,), (1, 2, 3), (0, 32), (-1, 0), (0.5, 0), (None, 1), [], {}]
            ),
        },
    ),
    "analysis.switch_off": Property(
        arguments(model=p.models, channels=st.just({"conv_a": [0], "conv_b": [5, 1]})),
        lambda found, model, **_: [each.shape for each in found.weights] == [w.shape for w in model.weights],
        {
            "model": p.no_model,
            "channels": st.sampled_from(
                [
                    None,
                    3,
                    "ab",
                    {},
                    {"conv_a": []},
                    {"conv_a": [4]},
                    {"conv_a": [0.5]},
                    {"pool_a": [0]},
                    {"no": [0]},
                ]
            ),
        },
        slow=True,
    ),
    "analysis.trace": Property(
        arguments(
            model=p.models,
            batch=p.one_image,
            objective=p.deepest,
            layers=st.none() | st.just(["conv_a", "conv_b"]),
            top=st.none() | st.integers(1, 4),
        ),
        lambda found, top, **_: found.channels.shape[1] == (top or 3),
        OBJECTIVE_WRONG | {"layers": p.no_list_of_layers, "top": p.no_whole(1, 7, optional=True)},
        slow=True,
    ),
    "analysis.preferred_classes": Property(
        arguments(layer=st.just("block3_conv2"), channel=st.integers(0, 255), top=st.integers(1, 9)),
        largest_effect_first,
        {
            "layer": p.no_word("block3_conv2") | st.sampled_from(["block1_pool", "block3_conv"]),
            "channel": p.no_whole(0, 255),
            "top": p.no_whole(1, 200),
        },
    ),
    "analysis.effective_rank": Property(
        arguments(kernels=p.random_array(3, 3, 2, st.integers(1, 4), low=0.5)),
        lambda rank, kernels: 0.999 <= rank <= kernels.shape[-1] * 1.001,
        {"kernels": p.no_array(3, 3, 2, 4) | st.just(np.zeros((3, 3, 2, 4)))},
    ),
    "analysis.is_oriented": Property(
        arguments(kernels=p.kernels),
        lambda found, kernels: found.dtype == bool and len(found) == kernels.shape[-1],
        {"kernels": p.no_array(3, 3, 3, 4)},
    ),
    "analysis.is_colour_opponent": Property(
        arguments(kernels=p.kernels),
        lambda found, kernels: found.dtype == bool and len(found) == kernels.shape[-1],
        {"kernels": p.no_array(3, 3, 3, 4) | st.just(np.zeros((3, 3, 2, 4)))},
    ),
    "analysis.linear_probe": Property(
        arguments(
            features=p.random_array(6, 3),
            labels=p.random_array(6, low=0, high=3, dtype=np.int64),
            test_features=p.random_array(4, 3),
            test_labels=p.random_array(4, low=0, high=3, dtype=np.int64),
            ridge=st.floats(0.001, 10),
        ),
        lambda right, **_: 0 <= right <= 1,
        {
            "features": p.no_array(6, 3),
            "labels": p.no_array(6) | st.sampled_from([np.zeros(5, int), np.full(6, -1), np.full(6, 0.5)]),
            "test_features": p.no_array(4, 3) | st.just(np.zeros((4, 2))),
            "test_labels": p.no_array(4) | st.sampled_from([np.zeros(5, int), np.full(4, 10**9)]),
            "ridge": p.no_real(0) | st.just(0),
        },
    ),
    "analysis.pair_distances": Property(
        arguments(maps=p.maps, pairs=SETS),
        apart_or_equal,
        {
            "maps": p.no_maps(),
            "pairs": NO_SETS.filter(lambda pairs: np.shape(pairs) != (2, 3, 2)),
        },
    ),
    "analysis.distance_index": Property(
        arguments(maps=p.maps, larger=SETS, smaller=SETS),
        between_one_and_minus_one,
        {"maps": p.no_maps(), "larger": NO_SETS, "smaller": NO_SETS},
    ),
    "analysis.weber_index": Property(
        arguments(
            maps=st.builds(dict, one=p.random_array(3, 1, 2, 2)),
            pairs=st.just(np.array([[[0, 1], [1, 2], [0, 2]]])),
            quantity=st.sampled_from([np.array([1.0, 2, 5]), np.array([5, 1, 2])]),
        ),
        lambda found, **_: all((np.abs(values) <= 2).all() for values in found.values()),
        {
            "maps": p.no_maps(),
            "pairs": NO_SETS | st.just(np.zeros((1, 3, 2), int)),
            "quantity": p.no_array(3) | st.sampled_from([np.ones(3), np.array([0, 1, 2.0])]),
        },
    ),
    "analysis.relative_size_index": Property(
        arguments(maps=st.builds(dict, one=p.random_array(8, 1, 2, 2)), share=st.floats(0, 1)),
        between_one_and_minus_one,
        {"maps": p.no_maps() | st.just({"one": np.ones((3, 1, 1, 1))}), "share": p.no_real(0) | st.just(2)},
    ),
    "analysis.normalization_slope": Property(
        arguments(
            maps=st.builds(dict, one=p.random_array(3, 1, 2, 2)),
            alone=st.just(np.array([[0, 1], [1, 0]])),
            together=st.just(np.array([2, 2])),
            blank=st.none() | st.integers(0, 2),
        ),
        lambda found, **_: all(values.shape == (2,) for values in found.values()),
        {
            "maps": p.no_maps(),
            "alone": p.no_array(2, 2, kinds="ui") | st.just(np.array([[0, 3], [1, 0]])),
            "together": p.no_array(2, kinds="ui") | st.just(np.array([2])),
            "blank": p.no_whole(0, 2, optional=True),
        },
    ),
    "analysis.inner_responses": Property(
        arguments(model=p.models, batch=p.batches, layers=p.layers, rectified=st.booleans()),
        lambda found, batch, **_: all(len(values) == len(batch) for values in found.values()),
        MODEL_WRONG | {"layers": p.no_list_of_layers, "rectified": p.anything_but(bool)},
    ),
    "analysis.tuning_curves": Property(
        arguments(
            responses=st.builds(dict, one=p.random_array(4, 3, low=0)),
            angles=st.permutations([0.0, 45.0, 90.0, 135.0]).map(np.array),
            period=st.just(180),
        ),
        selective_from_0_to_1,
        {
            "responses": st.sampled_from([None, 3, "text", {}, {"one": np.ones((3, 3))}])
            | p.no_array(4, 3).map(lambda values: {"one": values}),
            "angles": p.no_array(4) | st.sampled_from([np.ones(4), np.array([0, 45, 90, 180.0])]),
            "period": p.no_real(1) | st.sampled_from([361, 90]),
        },
    ),
}
