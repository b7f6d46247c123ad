"""Properties that all plots share: figures and axes, reproducibility, text alternatives."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

import vggviz
from plotted import blank_share, read_only
from vggviz.figures import described_figure
from vggviz.figures.page import narrow_page


@pytest.fixture(scope="module")
def channel_plots(maps, image, functional):
    """Plots of examples, similarity and traces of channels."""
    examples = vggviz.datasets.dataset_examples(functional, {"photo": image}, "conv_a")["conv_a"]
    crops = vggviz.datasets.example_crops(examples, {"photo": image}, [0, 2])
    similarity = vggviz.analysis.channel_similarity(maps, "conv")
    objective = vggviz.objectives.channel("conv_linear", 2)
    trace = vggviz.analysis.trace(functional, vggviz.preprocess(image[:32, :32]), objective)
    return {
        "examples": lambda ax: vggviz.plot_examples(examples, crops, ax=ax),
        "similarity": lambda ax: vggviz.plot_similarity(similarity, ax=ax),
        "trace": lambda ax: vggviz.plot_trace(trace, ax=ax),
    }


@pytest.fixture(scope="module")
def image_plots(linear, image):
    """Plots of attributions, visualizations, measures by layer, and images at points."""
    levels = read_only(image[np.newaxis].astype(np.float32))
    drawn = vggviz.feature_visualization.Visualization(
        levels, np.array([[1.0, 3.0, 2.0]]), ("channel 1 of conv",)
    )
    curves = np.array([[4.0, 2.0, 1.0]])
    removed = vggviz.attribution.DeletionInsertion(
        np.linspace(0, 1, 3), curves, curves[:, ::-1], "logit of class 3"
    )
    measures = {"rank": {"conv": 3.0, "deep": 2.0}}
    signed = {"saliency": read_only(linear["linear"][0, ..., 0])}
    points = np.array([[0.0, 1.0], [3.0, 2.0]])
    return {
        "attribution": lambda ax: vggviz.plot_attribution(signed, ax=ax),
        "deletion and insertion": lambda ax: vggviz.plot_deletion_insertion({"own": removed}, ax=ax),
        "visualization": lambda ax: vggviz.plot_visualization(drawn, ax=ax),
        "ascent": lambda ax: vggviz.plot_ascent(drawn, ax=ax),
        "by layer": lambda ax: vggviz.plot_by_layer(measures, ax=ax),
        "image map": lambda ax: vggviz.plot_image_map(points, [image, image], groups=["one", "other"], ax=ax),
    }


@pytest.fixture(scope="module")
def draw(maps, linear, image, cell, functional, channel_plots, image_plots):
    """{name: function of `ax`} for every plot."""
    rgb = read_only(np.random.default_rng(0).normal(size=(3, 3, 3, 10)).astype(np.float32))
    deep = read_only(np.random.default_rng(0).normal(size=(3, 3, 20, 10)).astype(np.float32))
    statistics = vggviz.channel_statistics(maps)
    field = vggviz.ReceptiveField(9, 4, 3)
    table = vggviz.layer_table(functional)
    mixed = {"photo": image, "numbers": maps["conv"][0, ..., 0], "signed": linear["linear"][0, ..., 0]}
    return {
        "images": lambda ax: vggviz.plot_images(mixed, ax=ax),
        "filters in colour": lambda ax: vggviz.plot_filters(rgb, ax=ax),
        "deeper filters": lambda ax: vggviz.plot_filters(deep, ax=ax),
        "feature maps": lambda ax: vggviz.plot_feature_maps(maps, "conv", ax=ax),
        "layers": lambda ax: vggviz.plot_layers(maps, image=image, ax=ax),
        "channel": lambda ax: vggviz.plot_channel(maps, "conv", 5, image=image, ax=ax),
        "overlay": lambda ax: vggviz.plot_channel(maps, "conv", 5, image=image, overlay=True, ax=ax),
        "receptive field": lambda ax: vggviz.plot_receptive_field(field, image, [0, 5], [9, 5], ax=ax),
        "statistics by layer": lambda ax: vggviz.plot_channel_statistics(statistics, ax=ax),
        "statistics of a layer": lambda ax: vggviz.plot_channel_statistics(statistics, "conv", ax=ax),
        "layer table": lambda ax: vggviz.plot_layer_table(table, ax=ax),
        "cell": lambda ax: vggviz.plot_cell(cell, ax=ax),
        **channel_plots,
        **image_plots,
    }


PLOTS = [
    "images",
    "filters in colour",
    "deeper filters",
    "feature maps",
    "layers",
    "channel",
    "overlay",
    "receptive field",
    "statistics by layer",
    "statistics of a layer",
    "layer table",
    "cell",
    "examples",
    "similarity",
    "trace",
    "attribution",
    "deletion and insertion",
    "visualization",
    "ascent",
    "by layer",
    "image map",
]


def test_every_plotting_function_is_covered(draw):
    assert sorted(draw) == sorted(PLOTS)
    functions = {name for name in dir(vggviz) if name.startswith("plot_")}
    used = {name for call in draw.values() for name in call.__code__.co_names}
    assert functions <= used


CHARTS = [
    *("statistics by layer", "statistics of a layer", "layer table", "cell", "trace"),
    *("deletion and insertion", "ascent", "by layer"),
]
"""Plots with axes of numbers, over which matplotlibrc may draw a grid."""
SPARSE = ["examples", "image map"]
"""Mostly blank with these inputs: crops cut off at the photograph's edge, and two images far apart."""


@pytest.mark.parametrize("name", PLOTS)
def test_without_axes_a_new_figure_is_made_that_is_told_and_seen_whole(draw, name):
    figure, axes = draw[name](None)
    assert isinstance(figure, Figure)
    for ax in np.atleast_1d(axes):
        assert described_figure.root(ax) is figure
    assert [plt.figure(index) for index in plt.get_fignums()] == [figure]
    is_told(vggviz.text_alternative(figure))
    png = described_figure.png(figure)
    assert name in SPARSE or blank_share(png) < 0.3
    assert int.from_bytes(png[20:24], "big") <= 2 * 740
    figure.draw_without_rendering()


def is_told(text):
    """A text alternative is sentences of numbers."""
    assert len(text) > 30
    assert text.endswith(".")
    assert "\n" not in text
    assert not {"nan", "inf"} & set(text.lower().replace(",", " ").split())


@pytest.mark.parametrize("name", PLOTS)
def test_with_axes_only_these_are_drawn_on(draw, name):
    outer, (left, right) = plt.subplots(1, 2, layout="constrained")
    figure, axes = draw[name](left)
    assert figure is outer
    for ax in np.atleast_1d(axes):
        assert described_figure.root(ax) is outer
        assert ax is not right
    assert plt.get_fignums() == [outer.number]
    assert not right.has_data()
    assert left.has_data() or any(child.has_data() for child in left.child_axes)
    figure.draw_without_rendering()


@pytest.mark.parametrize("name", PLOTS)
def test_axes_of_a_figure_outside_pyplot(draw, name):
    outer = Figure(layout="constrained")
    part = outer.subfigures(1, 2)[1]
    figure, _ = draw[name](part.add_subplot())
    assert figure is outer
    assert plt.get_fignums() == []
    figure.draw_without_rendering()


@pytest.mark.parametrize("name", PLOTS)
def test_the_same_inputs_give_the_same_upright_bytes_whatever_matplotlibrc_says(draw, name):
    expected = described_figure.png(draw[name](None)[0])
    settings = {
        "image.origin": "lower",
        "image.aspect": "auto",
        "axes.grid": name not in CHARTS,
        "figure.constrained_layout.use": True,
    }
    with matplotlib.rc_context(settings):
        assert described_figure.png(draw[name](None)[0]) == expected


@pytest.mark.parametrize("name", ["examples", "trace", "visualization", "image map"])
def test_texts_on_white_are_black_where_matplotlibrc_says_white(draw, name):
    with matplotlib.rc_context({"text.color": "white"}):
        figure, _ = draw[name](None)
    colours = [text.get_color() for ax in figure.axes for text in ax.texts if text.get_text()]
    assert set(colours) == {"black"}


@pytest.mark.parametrize("name", PLOTS)
def test_a_figure_for_phones_is_narrow_and_its_letters_are_large_enough(draw, name, monkeypatch):
    monkeypatch.setenv(described_figure.FOR_PHONES, "1")
    figure, _ = draw[name](None)
    png = described_figure.narrow_png(figure)
    assert name in SPARSE or blank_share(png) < 0.3
    assert int.from_bytes(png[16:20], "big") <= 3 * 400
    with narrow_page():
        narrow, _ = draw[name](None)
    assert {text.get_fontsize() >= 9 for text in narrow.findobj(Text) if text.get_text()} == {True}
    assert vggviz.text_alternative(narrow) == vggviz.text_alternative(figure)
    assert plt.get_fignums() == [figure.number]
    assert described_figure.png(narrow) == png
