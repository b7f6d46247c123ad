"""Measures by layer: true to their numbers, and said in words."""

import matplotlib.pyplot as plt
import pytest

import vggviz
from sentences import refused


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


def test_it_draws_into_axes_of_ones_own():
    figure, ax = plt.subplots()
    assert vggviz.plot_by_layer({"one": {"a": 1.0}}, ax=ax) == (figure, ax)
