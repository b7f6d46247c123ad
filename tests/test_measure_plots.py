"""Measures by layer and learning curves: true to their numbers, and said in words."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sentences import refused

import vggviz

CARD = {
    "recipe": {"batch": 50},
    "phases": [{"step": 0, "sizes": [32]}, {"step": 150, "sizes": [48, 64]}],
    "curve": [
        {"step": 100, "loss": 5.0, "top1_32": 0.01, "top1_64": 0.02},
        {"step": 200, "loss": 3.5, "top1_32": 0.2, "top1_64": 0.4},
    ],
}


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_each_measure_is_a_line_over_the_layers():
    measures = {"one": {"a": 1.0, "b": 3.0}, "other": {"a": 2.0, "b": 0.5}}
    figure, ax = vggviz.plot_by_layer(measures, label="rank")
    assert [list(line.get_ydata()) for line in ax.lines] == [[1, 3], [2, 0.5]]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["a", "b"]
    assert ax.get_ylim()[0] == 0
    words = vggviz.text_alternative(figure)
    assert "one, rank: 1 in a, 3 in b" in words
    assert "least 0.5 (b), most 2 (a)" in words


def test_negative_measures_are_not_cut():
    _, ax = vggviz.plot_by_layer({"one": {"a": -1.0, "b": 3.0}})
    assert ax.get_ylim()[0] < -1


def test_measures_must_be_of_the_same_layers():
    with refused("['a', 'b']", "other", "['a']"):
        vggviz.plot_by_layer({"one": {"a": 1, "b": 2}, "other": {"a": 1}})
    with refused("1 to 4", "0"):
        vggviz.plot_by_layer({})


def test_a_learning_curve_is_drawn_over_the_pictures_seen():
    figure, (loss, right) = vggviz.plot_learning_curve(CARD)
    np.testing.assert_allclose(loss.lines[0].get_xydata(), [[5, 5.0], [10, 3.5]])
    np.testing.assert_allclose(right.lines[1].get_xydata(), [[5, 2], [10, 40]])
    assert loss.lines[-1].get_xdata()[0] == 7.5  # where the size changes
    words = vggviz.text_alternative(figure)
    assert "40.0% at last" in words
    assert "5.00 at first" in words


def test_both_draw_into_axes_of_ones_own():
    figure, (one, other) = plt.subplots(1, 2)
    assert vggviz.plot_by_layer({"one": {"a": 1.0}}, ax=one)[0] is figure
    assert vggviz.plot_learning_curve(CARD, ax=other)[0] is figure


def test_a_card_without_a_curve():
    with refused("learning curve", "empty"):
        vggviz.plot_learning_curve(CARD | {"curve": []})
