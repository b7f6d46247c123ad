"""Figures of dataset examples, similarity and traces of channels."""

import numpy as np
import pytest

import vggviz
from plotted import read_only, text_of
from sentences import refused
from vggviz.figures.scales import NEGATIVE, POSITIVE

CHANNELS = [4, 0]


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(5)
    return {f"p{index}": rng.integers(0, 256, (32, 32, 3), dtype=np.uint8) for index in range(4)}


@pytest.fixture(scope="module")
def examples(functional, images):
    return vggviz.datasets.dataset_examples(functional, images, "conv_b", top=3)["conv_b"]


@pytest.fixture(scope="module")
def crops(examples, images):
    return vggviz.datasets.example_crops(examples, images, CHANNELS)


@pytest.fixture
def similarity():
    values = np.array([[1, 0.2, 0.9, 0], [0.2, 1, -0.5, 0], [0.9, -0.5, 1, 0], [0, 0, 0, 0]])
    return read_only(values)


@pytest.fixture
def trace():
    links = np.array([[[0.5, -0.2], [0.1, 0.0]]], np.float32)
    values = np.array([[0.3, 0.1], [0.8, 0.4]], np.float32)
    return vggviz.analysis.Trace(
        "logit of class 1", 2.5, ("early", "late"), np.array([[7, 2], [31, 5]]), values, links
    )


# --- examples


def test_crops_are_drawn_unchanged(examples, crops):
    _, ax = vggviz.plot_examples(examples, crops)
    (whole,) = (np.asarray(image.get_array()) for image in ax.images)
    side = max(max(crop.shape[:2]) for row_crops in crops.values() for crop in row_crops)
    step = side + max(2, side // 6)
    for row, row_crops in enumerate(crops.values()):
        for column, crop in enumerate(row_crops):
            tile = whole[row * step :][:side, column * step :][:, :side]
            height, width = crop.shape[:2]
            top, left = (side - height) // 2, (side - width) // 2
            assert np.array_equal(tile[top : top + height, left : left + width], crop)
            tile = tile.copy()
            tile[top : top + height, left : left + width] = 255
            assert (tile == 255).all()


def test_crops_have_their_activation_and_rows_their_channel(examples, crops):
    figure, ax = vggviz.plot_examples(examples, crops)
    shown = [text.get_text() for text in ax.texts]
    assert shown == [f"{value:.3g}" for value in examples.values[CHANNELS].ravel()]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["4", "0"]
    assert "conv_b" in text_of(figure)
    assert "3 of 4 images" in text_of(figure)
    text = vggviz.text_alternative(figure)
    assert text.startswith("The 3 of 4 images that excite each of 2 channels of conv_b most")
    strongest, weakest = (f"{examples.values[4, k]:.3g}" for k in (0, -1))
    assert f"Channel 4: {strongest} on {examples.names[4, 0]}, down to {weakest}." in text


def test_a_channel_that_is_never_positive_is_named(dead, images):
    silent = vggviz.datasets.dataset_examples(dead, images, "conv", channels=[2])["conv"]
    figure, _ = vggviz.plot_examples(silent, vggviz.datasets.example_crops(silent, images))
    assert "Channel 2 is never positive." in vggviz.text_alternative(figure)


# --- similarity


def test_similarity_in_order_of_index(similarity):
    figure, ax = vggviz.plot_similarity(similarity, order="index", label="correlation")
    (drawn,) = ax.images
    assert np.array_equal(drawn.get_array(), similarity)
    assert drawn.get_clim() == (-1, 1)
    text = vggviz.text_alternative(figure)
    assert "Most alike are 0 and 2 (0.90), least 1 and 2 (-0.50)" in text
    assert "median of all pairs is 0.00" in text
    assert "1 of them are like none" in text
    assert "correlation" in text_of(figure)


def test_similar_channels_are_side_by_side(similarity):
    _, ax = vggviz.plot_similarity(similarity)
    order = [int(label.get_text()) for label in ax.get_xticklabels()]
    assert abs(order.index(0) - order.index(2)) == 1
    assert np.array_equal(ax.images[0].get_array(), similarity[np.ix_(order, order)])


# --- traces


def test_each_link_is_a_line_with_its_width_and_colour(trace):
    _, ax = vggviz.plot_trace(trace)
    values = [*trace.links[0].ravel(), *trace.values[-1]]
    assert len(ax.lines) == len(values)
    for line, value in zip(ax.lines, values, strict=True):
        assert line.get_linewidth() == pytest.approx(6 * abs(value) / 0.8)
        assert line.get_color() == (POSITIVE if value >= 0 else NEGATIVE)
    assert ax.lines[1].get_xydata().tolist() == [[0, 0], [1, 1]]
    assert ax.lines[-1].get_xydata().tolist() == [[1, 1], [2, 0.5]]


def test_each_channel_is_a_box(trace):
    figure, ax = vggviz.plot_trace(trace)
    shown = [text.get_text() for text in ax.texts]
    assert shown == ["7\n0.3", "2\n0.1", "31\n0.8", "5\n0.4", "logit of\nclass 1\n2.5"]
    assert "thickest line is 0.8" in text_of(figure)
    text = vggviz.text_alternative(figure)
    assert "logit of class 1, which is 2.5: channels and what they give. early: 7 (0.3), 2 (0.1)." in text


def test_a_trace_of_zeros(trace):
    zero = vggviz.analysis.Trace(
        "logit", 0.0, ("one",), np.array([[0]]), np.zeros((1, 1)), np.zeros((0, 1, 1))
    )
    figure, ax = vggviz.plot_trace(zero)
    figure.canvas.draw()
    assert [line.get_linewidth() for line in ax.lines] == [0]


# --- invalid arguments


def test_invalid_arguments(examples, crops, similarity):
    with refused("crops", "empty"):
        vggviz.plot_examples(examples, {})
    with refused("'conv_b'", "77"):
        vggviz.plot_examples(examples, {77: crops[4]})
    with refused("'size'", "alike", "index"):
        vggviz.plot_similarity(similarity, order="size")
    for shape in [(3, 4), (1, 1), (4,)]:
        with refused("(c, c)", shape):
            vggviz.plot_similarity(np.zeros(shape))
