"""Texts that callers give: names of images, layers, classes and groups stand in figures as they are."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Text

import vggviz
from plotted import text_of
from vggviz.analysis import Trace
from vggviz.attribution import DeletionInsertion
from vggviz.datasets import Examples
from vggviz.feature_visualization import Visualization
from vggviz.models.summary import LayerRow, LayerTable

NAME = "_$5_to_$10_^"
"""To matplotlib an invalid formula, and a label that is left out of the legend, as it begins with "_"."""
TABLE = LayerTable([LayerRow(NAME, "Conv2D", (8, 8, 2), 10, 100, 3, 1, 1)])
TRACE = Trace(NAME, 1.0, (NAME, "b"), np.zeros((2, 1), int), np.ones((2, 1)), np.ones((1, 1, 1)))
CURVES = np.array([[4.0, 2.0, 1.0]])
REMOVED = DeletionInsertion(np.linspace(0, 1, 3), CURVES, CURVES[:, ::-1], NAME)
DRAWN = Visualization(
    np.zeros((2, 8, 8, 3), np.float32), np.arange(6.0).reshape(2, 3), (f"channel {NAME}", f"unit {NAME}")
)
ONE = np.zeros((1, 1), int)
EXAMPLES = Examples(NAME, None, 40, 1, 1, np.arange(1), np.array([[NAME]]), ONE + 1.0, ONE, ONE)
POINTS = np.array([[0.0, 1.0], [3.0, 2.0]])

PLOTS = {
    "images": lambda maps, image, ax: vggviz.plot_images({NAME: image}, ax=ax),
    "image map": lambda maps, image, ax: vggviz.plot_image_map(
        POINTS, [image] * 2, groups=[NAME, "other"], ax=ax
    ),
    "feature maps": lambda maps, image, ax: vggviz.plot_feature_maps(maps, NAME, ax=ax),
    "layers": lambda maps, image, ax: vggviz.plot_layers(maps, ax=ax),
    "channel": lambda maps, image, ax: vggviz.plot_channel(maps, NAME, 1, ax=ax),
    "statistics by layer": lambda maps, image, ax: vggviz.plot_channel_statistics(
        vggviz.channel_statistics(maps), ax=ax
    ),
    "statistics of a layer": lambda maps, image, ax: vggviz.plot_channel_statistics(
        vggviz.channel_statistics(maps), NAME, ax=ax
    ),
    "layer table": lambda maps, image, ax: vggviz.plot_layer_table(TABLE, ax=ax),
    "examples": lambda maps, image, ax: vggviz.plot_examples(EXAMPLES, {0: [image]}, ax=ax),
    "similarity": lambda maps, image, ax: vggviz.plot_similarity(np.eye(3), label=NAME, ax=ax),
    "trace": lambda maps, image, ax: vggviz.plot_trace(TRACE, ax=ax),
    "attribution": lambda maps, image, ax: vggviz.plot_attribution({NAME: np.eye(8)}, ax=ax),
    "deletion and insertion": lambda maps, image, ax: vggviz.plot_deletion_insertion({NAME: REMOVED}, ax=ax),
    "visualization": lambda maps, image, ax: vggviz.plot_visualization(DRAWN, ax=ax),
    "ascent": lambda maps, image, ax: vggviz.plot_ascent(DRAWN, ax=ax),
    "by layer": lambda maps, image, ax: vggviz.plot_by_layer(
        {NAME: {NAME: 1.0, "b": 2.0}}, label=NAME, ax=ax
    ),
}


def draw(name, maps, image, ax=None):
    named = {NAME: maps["conv"], "other": maps["deep"]}
    figure, _ = PLOTS[name](named, image, ax)
    return figure


@pytest.mark.parametrize("name", PLOTS)
@pytest.mark.parametrize("new", [True, False])
def test_a_name_with_signs_of_formulas(name, new, maps, image, tmp_path):
    figure = draw(name, maps, image, None if new else plt.figure().add_subplot())
    vggviz.save_figure(figure, tmp_path / "figure.png")  # matplotlib raises for an invalid formula
    assert NAME in text_of(figure)
    assert NAME in vggviz.text_alternative(figure)


@pytest.mark.parametrize("name", [name for name in PLOTS if name != "image map"])
def test_a_name_is_no_tex_where_matplotlibrc_asks_for_it(name, maps, image):
    """Without rendering, since TeX may not be installed."""
    ax = plt.figure().add_subplot()
    with plt.rc_context({"text.usetex": True}):
        figure = draw(name, maps, image, ax)
    given = [text for text in figure.findobj(Text) if "$5" in text.get_text()]
    assert given
    assert not any(text.get_usetex() for text in given)


def test_every_curve_is_in_the_legend():
    for _, axes in (
        vggviz.plot_by_layer({NAME: {"a": 1.0}, "other": {"a": 2.0}}),
        vggviz.plot_deletion_insertion({NAME: REMOVED, "other": REMOVED}),
    ):
        names = [text.get_text() for text in np.atleast_1d(axes)[0].get_legend().get_texts()]
        assert [name.split(",")[0] for name in names] == [NAME, "other"]


def test_the_callers_own_formulas_stay(image):
    _, ax = plt.subplots()
    ax.set_xlabel(r"$\mu_1$")
    _, (drawn,) = vggviz.plot_images({"costs $5 or $6": image}, ax=ax)
    drawn.set_ylabel("$x^2$")
    assert ax.xaxis.label.get_parse_math()
    assert drawn.yaxis.label.get_parse_math()
    _, (new,) = vggviz.plot_images({"plain": image})
    new.set_title(r"$\alpha$")
    assert new.title.get_parse_math()
