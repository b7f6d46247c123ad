"""Figures of channel statistics and of measures by layer."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import vggviz
from plotted import DEAD
from sentences import refused
from vggviz.figures.scales import number_text

MAPS = {"conv": np.ones((1, 8, 8, 12), np.float32)}


@pytest.mark.parametrize("by", ["apoz", "mean", "max", "std"])
def test_statistics_of_a_layer_are_sorted(maps, by):
    statistics = vggviz.channel_statistics(maps)
    figure, ax = vggviz.plot_channel_statistics(statistics, "conv", by=by)
    values = getattr(statistics["conv"], by)
    assert [bar.get_height() for bar in ax.patches] == pytest.approx(sorted(values))
    (marks,) = ax.lines
    assert marks.get_ydata() == pytest.approx(values[[DEAD]])
    text = vggviz.text_alternative(figure)
    assert "1 dead" in text
    assert f"from {number_text(values.min())} to {number_text(values.max())}" in text
    assert f"{number_text(np.median(values))}" in text


def test_statistics_by_layer(maps):
    statistics = vggviz.channel_statistics(maps)
    figure, ax = vggviz.plot_channel_statistics(statistics)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["conv", "deep"]
    assert [text.get_text() for text in ax.texts] == ["1", "1"]
    for found in statistics.values():
        assert f"{np.median(found.apoz):.3g}" in vggviz.text_alternative(figure)
    assert "(APoZ), median" in vggviz.text_alternative(figure)
    assert vggviz.text_alternative(figure).endswith("Dead channels: 1 in conv, 1 in deep.")
    only = vggviz.plot_channel_statistics({"conv": statistics["conv"]})[0]
    assert vggviz.text_alternative(only).startswith("Boxes of the channels of conv: ")


def test_each_measure_is_a_line_over_the_layers():
    measures = {"one": {"a": 1.0, "b": 3.0}, "other": {"a": 2.0, "b": 0.5}}
    figure, ax = vggviz.plot_by_layer(measures, label="rank")
    assert [list(line.get_ydata()) for line in ax.lines] == [[1, 3], [2, 0.5]]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["a", "b"]
    assert ax.get_ylim()[0] == 0
    text = vggviz.text_alternative(figure)
    assert text == "Rank; a to b. one: 1 to 3. other: 2 to 0.5. Of 2 places, one is above other at 1."


def test_a_curve_in_words_tells_its_extremes_unless_they_are_its_ends():
    measures = {"bent": dict(zip("abc", (2, 9, 0.0001), strict=True)), "level": dict.fromkeys("abc", 4)}
    text = vggviz.text_alternative(vggviz.plot_by_layer(measures)[0])
    assert "bent: 2 to nearly 0, most 9 at b. level: 4 everywhere." in text
    falling = {"bent": dict(zip("abc", (2, -9, 1), strict=True))}
    assert "bent: 2 to 1, least -9 at b." in vggviz.text_alternative(vggviz.plot_by_layer(falling)[0])


def test_negative_measures_are_not_cut():
    _, ax = vggviz.plot_by_layer({"one": {"a": -1.0, "b": 3.0}})
    assert ax.get_ylim()[0] < -1


def test_a_spread_is_a_band_around_its_curve():
    measures = {"one": {"a": 1.0, "b": 3.0}, "other": {"a": 2.0, "b": 0.5}}
    figure, ax = vggviz.plot_by_layer(measures, spread={"other": {"a": (1.5, 2.25), "b": (-1, 1)}})
    (band,) = ax.collections
    corners = {tuple(point) for point in band.get_paths()[0].vertices}
    assert corners == {(0, 1.5), (0, 2.25), (1, -1), (1, 1)}
    assert "other: 2 to 0.5; its band ends from -1 to 1." in vggviz.text_alternative(figure)
    assert ax.get_ylim()[0] < -1


def test_a_spread_is_of_a_measure():
    measures = {"one": {"a": 1.0, "b": 3.0}}
    with refused("spread", "other", "['one']"):
        vggviz.plot_by_layer(measures, spread={"other": {"a": (0, 2), "b": (0, 2)}})
    with refused("spread", "['a']"):
        vggviz.plot_by_layer(measures, spread={"one": {"a": (0, 2)}})
    with refused("(low, high)", "3"):
        vggviz.plot_by_layer(measures, spread={"one": {"a": (0, 1, 2), "b": (0, 1, 2)}})


def test_measures_must_be_of_the_same_layers():
    with refused("['a', 'b']", "other", "['a']"):
        vggviz.plot_by_layer({"one": {"a": 1, "b": 2}, "other": {"a": 1}})
    with refused("1 to 4", "0"):
        vggviz.plot_by_layer({})


def test_axes_of_the_caller():
    figure, ax = plt.subplots()
    assert vggviz.plot_by_layer({"one": {"a": 1.0}}, ax=ax) == (figure, ax)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            lambda: vggviz.plot_channel_statistics(vggviz.channel_statistics(MAPS), "cnv"),
            ["'cnv'", "'conv'"],
        ),
        (
            lambda: vggviz.plot_channel_statistics(vggviz.channel_statistics(MAPS), by="size"),
            ["'size'", "apoz"],
        ),
    ],
)
def test_invalid_arguments(call, expected):
    with refused(*expected):
        call()
    assert plt.get_fignums() == []
