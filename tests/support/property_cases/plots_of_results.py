"""Properties of plots of images, attributions and analyses."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

import properties as p
import vggviz
from property_cases.builders import plot


def _contains_nan(values=None):
    """Whether an array of floats contains NaN, which images may."""
    return isinstance(values, np.ndarray) and values.dtype.kind == "f" and np.isnan(values).any()


similarities = st.integers(2, 5).flatmap(
    lambda c: p.random_array(3, 3, 2, c).map(lambda kernels: vggviz.analysis.kernel_similarity(kernels))
)
named_maps = st.dictionaries(st.sampled_from(["a", "b × c"]), p.random_array(4, 5), min_size=1)
no_named_maps = p.no_array(4, 5).map(lambda values: {"one": values}) | st.sampled_from([None, 3, {}, "text"])
no_numbers = no_named_maps.filter(
    lambda given: not (isinstance(given, dict) and _contains_nan(*given.values()))
)
one_measure = st.just({"one": 3.0})
no_measures = [None, 3, {}, {"a": {}}, {"a": 3}, *({"a": {"x": bad}} for bad in (None, np.nan, "y"))]
no_measures += [{"a": {"x": 1}, "b": {"y": 1}}, {str(number): {"x": 1} for number in range(9)}]
traces = st.builds(p.traced)
visualizations = st.builds(p.visualization)


PROPERTIES = {
    "plot_images": plot(
        {
            "images": no_numbers,
            "scale": p.no_word("channel", "global"),
            "columns": p.no_whole(1),
        },
        images=named_maps | st.builds(dict, a=p.photographs),
        scale=st.sampled_from(["channel", "global"]),
        columns=st.integers(1, 5),
    ),
    "plot_attribution": plot(
        {
            "maps": no_named_maps,
            "images": p.no_image.filter(lambda v: v is not None and not isinstance(v, dict)),
            "scale": p.no_word("channel", "global"),
            "columns": p.no_whole(1),
        },
        maps=named_maps,
        images=st.none() | p.random_array(4, 5, 3, low=0, high=255, dtype=np.uint8),
        scale=st.sampled_from(["channel", "global"]),
        columns=st.integers(1, 4),
    ),
    "plot_deletion_insertion": plot(
        {"curves": st.sampled_from([None, 3, {}, {"one": 3}, {"one": None}, "text"])},
        curves=st.builds(lambda: {"one": p.curve()}),
    ),
    "plot_examples": plot(
        {
            "examples": p.anything_but(),
            "crops": st.sampled_from([None, 3, {}, {77: []}, {0: []}, {0: None}, {"x": []}, {0: [3, 4]}]),
        },
        examples=st.builds(p.examples),
        crops=st.builds(lambda: vggviz.datasets.example_crops(p.examples(), p.sample_images(), [0, 1])),
    ),
    "plot_similarity": plot(
        {
            "similarity": p.no_array(3, 3) | st.sampled_from([np.ones((1, 1)), np.ones((2, 3))]),
            "order": p.no_word("alike", "index"),
            "label": p.anything_but(str),
        },
        similarity=similarities,
        order=st.sampled_from(["alike", "index"]),
    ),
    "plot_trace": plot({"trace": p.anything_but()}, trace=traces),
    "plot_by_layer": plot(
        {
            "measures": st.sampled_from(no_measures),
            "label": p.anything_but(str),
            "spread": st.sampled_from(no_measures[1:]) | st.just({"c": {"one": (0, 1)}}),
        },
        measures=st.dictionaries(st.text("ab", min_size=1), one_measure, min_size=1, max_size=4),
    ),
    "plot_image_map": plot(
        {
            "points": p.no_array(2, 2) | st.just(np.zeros((2, 3))),
            "images": st.sampled_from([None, 3, [], [3, 4], "ab", [np.zeros((2, 2))] * 2, [None, None]]),
            "groups": st.sampled_from([3, [], ["a"], "ab", [1, 2], ["a", None], object()]),
            "size": p.no_real(0.001) | st.sampled_from([0, 1, 5]),
        },
        points=p.random_array(2, 2),
        images=p.random_array(2, 4, 5, 3, low=0, high=255, dtype=np.uint8),
        groups=st.none() | st.just(["a", "b"]),
        size=st.floats(0.01, 0.5),
    ),
    "plot_visualization": plot(
        {"visualization": p.anything_but(), "columns": p.no_whole(1, optional=True)},
        visualization=visualizations,
        columns=st.none() | st.integers(1, 4),
    ),
    "plot_ascent": plot({"visualization": p.anything_but()}, visualization=visualizations),
}
