"""Properties of feature visualization."""

from __future__ import annotations

from hypothesis import strategies as st

import properties as p
from properties import Property, arguments
from property_cases.builders import MODEL_WRONG

RENDERING_WRONG = {
    "steps": p.no_whole(1),
    "seed": p.no_whole(0, 2**31 - 1),
    "recipe": p.no_recipe,
    "folder": p.no_path,
    "preprocess": p.no_function,
}


PROPERTIES = {
    "feature_visualization.Recipe": Property(
        arguments(jitter=st.none() | st.integers(0, 9), scale=st.floats(0, 0.9), rate=st.floats(0, 9)),
        lambda recipe, scale, **_: recipe.scale == scale,
        {
            **{name: p.no_real(optional=True) for name in ("rotation", "total_variation")},
            "rate": p.no_real(),
            **{name: p.anything_but(bool) for name in ("fourier", "decorrelate")},
            "scale": p.no_real(optional=True) | st.sampled_from([1, 1.5]),
            "jitter": p.no_whole(optional=True),
        },
    ),
    "feature_visualization.visualize": Property(
        arguments(
            model=p.models,
            objectives=p.objectives | st.lists(p.objectives, min_size=1, max_size=2),
            size=st.just(24),
            steps=st.integers(1, 2),
            seed=p.seed,
            recipe=p.recipes,
        ),
        p.is_visualization,
        RENDERING_WRONG
        | {
            "model": p.no_model,
            "objectives": p.anything_but() | st.just([3]),
            "size": p.no_whole(1, 10_000, optional=True),
        },
        slow=True,
    ),
    "feature_visualization.visualization_cost": Property(
        arguments(model=p.models, objectives=p.objectives, size=st.integers(8, 99), steps=st.integers(1, 9)),
        lambda cost, size, **_: cost.size == (size, size) and cost.total > 0,
        {
            "model": p.no_model,
            "objectives": p.anything_but() | st.just([3]),
            "size": p.no_whole(1, 10_000, optional=True),
            "steps": p.no_whole(1),
        },
    ),
    "feature_visualization.invert": Property(
        arguments(model=p.models, batch=p.one_image, layer=p.layers, steps=st.just(1), seed=p.seed),
        p.is_visualization,
        MODEL_WRONG | RENDERING_WRONG | {"layer": p.no_layer, "batch": p.no_array(1, *p.SHAPE)},
        slow=True,
    ),
    "feature_visualization.caricature": Property(
        arguments(model=p.models, batch=p.one_image, layer=p.layers, power=st.floats(0, 3), steps=st.just(1)),
        p.is_visualization,
        MODEL_WRONG
        | RENDERING_WRONG
        | {"layer": p.no_layer, "power": p.no_real(), "batch": p.no_array(1, *p.SHAPE)},
        slow=True,
    ),
}
