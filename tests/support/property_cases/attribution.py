"""Properties of attribution methods and their evaluation."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

import properties as p
from properties import Property, arguments
from property_cases.builders import MODEL_WRONG, OBJECTIVE_WRONG
from vggviz.attribution.core import scores

EXPLAINED = {"model": p.models, "batch": p.batches, "objective": p.objectives}


def attribution(law=p.is_unsigned_map, wrong=None, slow=True, **more):
    return Property(arguments(**EXPLAINED, **more), law, OBJECTIVE_WRONG | (wrong or {}), slow)


def cam(law=p.is_unsigned_map):
    given = {"model": p.models, "batch": p.batches, "objective": p.deepest, "layer": st.none() | p.layers}
    return Property(arguments(**given), law, OBJECTIVE_WRONG | {"layer": p.no_layer_or_none}, slow=True)


def weights_are_permuted(copy, model, layer, **_):
    for old, new in zip(
        model.get_layer(layer).get_weights(), copy.get_layer(layer).get_weights(), strict=True
    ):
        assert np.array_equal(np.sort(old, axis=None), np.sort(new, axis=None))


def curves_start_and_end_at_the_score(curves, model, batch, objective, **_):
    whole = scores(model, batch, objective)
    np.testing.assert_allclose(curves.deletion[:, 0], whole, rtol=1e-3, atol=1e-2)
    np.testing.assert_allclose(curves.insertion[:, -1], whole, rtol=1e-3, atol=1e-2)


PROPERTIES = {
    "attribution.saliency": attribution(),
    "attribution.guided_backprop": attribution(),
    "attribution.adversarial_batch": attribution(
        lambda found, batch, size, **_: np.abs(found - batch).max() <= size * 1.001 + 1e-4,
        {"size": p.no_real(0), "steps": p.no_whole(1)},
        size=st.floats(0, 8),
        steps=st.integers(1, 3),
    ),
    "attribution.smooth_grad": attribution(
        wrong={"samples": p.no_whole(1), "noise": p.no_real(), "seed": p.no_whole()},
        samples=st.integers(1, 3),
        noise=st.floats(0, 1),
        seed=p.seed,
    ),
    "attribution.integrated_gradients": attribution(
        law=p.is_map,
        wrong={
            "baseline": p.no_array(1, *p.SHAPE).filter(
                lambda v: v is not None and getattr(v, "shape", 0) not in ((), p.SHAPE)
            )
            | st.just(np.zeros((1, 5, 5, 3))),
            "steps": p.no_whole(1),
        },
        baseline=st.none() | st.floats(-10, 10) | p.random_array(3),
        steps=st.integers(1, 3),
    ),
    "attribution.grad_cam": cam(),
    "attribution.grad_cam_plus_plus": cam(),
    "attribution.layer_cam": cam(),
    "attribution.eigen_cam": Property(
        arguments(model=p.models, batch=p.batches, layer=st.none() | p.layers),
        p.is_unsigned_map,
        MODEL_WRONG | {"layer": p.no_layer_or_none},
    ),
    "attribution.target_layer": Property(
        arguments(model=p.models, layer=st.none() | p.layers),
        lambda found, layer, **_: found == (layer or "conv_linear"),
        {"model": p.no_model, "layer": p.no_layer_or_none},
    ),
    "attribution.score_cam": Property(
        arguments(**EXPLAINED, layer=p.layers, batch_size=st.integers(1, 8)),
        p.is_unsigned_map,
        OBJECTIVE_WRONG | {"layer": p.no_layer_or_none, "batch_size": p.no_whole(1)},
        slow=True,
    ),
    "attribution.occlusion": attribution(
        law=p.is_map,
        wrong={
            "size": p.no_whole(1, 32),
            "stride": p.no_whole(1, 32),
            "fill": p.no_real(-1e15).filter(lambda v: v is not True),
        },
        size=st.integers(8, 32),
        stride=st.integers(6, 8),
        fill=st.floats(-9, 9) | p.random_array(3),
    ),
    "attribution.deletion_insertion": Property(
        arguments(
            **EXPLAINED,
            attribution=st.none(),
            steps=st.integers(1, 3),
            fill=st.floats(-9, 9) | p.random_array(3),
            seed=p.seed,
        ),
        curves_start_and_end_at_the_score,
        OBJECTIVE_WRONG
        | {
            "attribution": p.no_array(1, 32, 32).filter(lambda v: v is not None)
            | st.just(np.zeros((1, 5, 5))),
            "steps": p.no_whole(1),
            "fill": p.no_real(-1e15).filter(lambda v: v is not True),
            "seed": p.no_whole(),
        },
        slow=True,
    ),
    "attribution.shuffled_weights": Property(
        arguments(model=p.models, layer=p.convolutions, cascade=st.booleans(), seed=p.seed),
        weights_are_permuted,
        {
            "model": p.no_model,
            "layer": p.no_layer | st.just("pool_a"),
            "cascade": p.anything_but(bool),
            "seed": p.no_whole(),
        },
        slow=True,
    ),
}
