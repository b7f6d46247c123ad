"""Figures of feature visualizations and of their optimisation."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import vggviz
from vggviz.feature_visualization.rendering import Visualization
from vggviz.plots.visualization import differences, plot_ascent, plot_visualization


def visualization(count, size=(12, 10), steps=5):
    rng = np.random.default_rng(count)
    images = rng.uniform(0, 255, (count, *size, 3)).astype(np.float32)
    values = np.sort(rng.exponential(10, (count, steps + 1)), axis=1).astype(np.float32)
    return Visualization(images, values, tuple(f"channel {3 * k} of conv" for k in range(count)))


@pytest.mark.parametrize("count", [1, 2, 5, 64])
def test_images_are_drawn_unchanged(count):
    drawn = visualization(count)
    _, ax = plot_visualization(drawn)
    (shown,) = ax.images
    pixels = shown.get_array()
    columns = int(np.ceil(np.sqrt(count)))
    gap = len(pixels) // -(-count // columns) - 12
    for index, image in enumerate(drawn.images):
        row, column = divmod(index, columns)
        top, left = row * (12 + gap), column * (10 + gap)
        assert np.array_equal(pixels[top : top + 12, left : left + 10], np.rint(image)), index
    assert (pixels[12 : 12 + gap] == 255).all()


def test_images_have_their_label_and_value():
    drawn = visualization(3)
    _, ax = plot_visualization(drawn)
    wanted = [f"{3 * k}: {value:.3g}" for k, value in enumerate(drawn.reached)]
    assert [text.get_text() for text in ax.texts] == wanted
    assert ax.get_title() == "channel ... of conv\n5 steps; below: objective"


def test_a_single_image():
    drawn = visualization(1)
    figure, ax = plot_visualization(drawn)
    assert ax.get_title().startswith("channel 0 of conv\n")
    assert [text.get_text() for text in ax.texts] == [f"{drawn.reached[0]:.3g}"]
    expected = "One image of 12 rows of 10 pixels, drawn in 5 steps; objective: channel 0 of conv, from "
    assert vggviz.text_alternative(figure).startswith(expected)


@pytest.mark.parametrize("plot", [plot_visualization, plot_ascent])
@pytest.mark.parametrize("count", [1, 4, 20])
def test_the_text_alternative_holds_the_numbers(plot, count):
    drawn = visualization(count)
    text = vggviz.text_alternative(plot(drawn)[0])
    assert "5 steps" in text
    assert f"{drawn.reached.max():.3g}" in text
    if count == 20:
        largest = f"{drawn.reached.max():.3g}, channel {3 * drawn.reached.argmax()} of conv"
        assert f"the largest at the end {largest};" in text


def test_a_curve_for_each_image():
    drawn = visualization(4)
    _, ax = plot_ascent(drawn)
    curves = [line.get_ydata() for line in ax.lines]
    assert np.array_equal(curves[::2], drawn.values[:, :-1])
    assert np.array_equal(np.ravel(curves[1::2]), drawn.reached)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["0", "3", "6", "9"]


def test_many_curves_have_a_median():
    drawn = visualization(20)
    _, ax = plot_ascent(drawn)
    assert np.allclose(ax.lines[-1].get_ydata(), np.median(drawn.values, axis=0)[:-1])


@pytest.mark.parametrize("plot", [plot_visualization, plot_ascent])
def test_axes_of_the_caller(plot):
    figure, ax = plt.subplots()
    assert plot(visualization(2), ax=ax) == (figure, ax)


def test_columns():
    wide = plot_visualization(visualization(3), columns=3)[1].images[0].get_array()
    tall = plot_visualization(visualization(3), columns=1)[1].images[0].get_array()
    assert wide.shape[1] > 30
    assert tall.shape[1] == 10


@pytest.mark.parametrize(
    ("phrases", "labels", "shared"),
    [
        (["channel 3 of conv", "channel 12 of conv"], ["3", "12"], "channel ... of conv"),
        (["channel 3 of conv"], [""], "channel 3 of conv"),
        (["same words", "same words"], ["", ""], "same words"),
        (["channel 3 of a", "logit of class 2"], ["channel 3 of a", "logit of class 2"], "..."),
        (["a b", "a b b"], ["", "b"], "a b ..."),
    ],
)
def test_differences_and_shared_words(phrases, labels, shared):
    assert differences(phrases) == (labels, shared)
