"""Images on a map: each where its point is, true to scale, and said in words."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

import vggviz
from sentences import refused

POINTS = np.array([[0.0, 0.0], [4.0, 1.0], [1.0, 2.0]])


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture
def pictures():
    return np.random.default_rng(3).integers(0, 256, (3, 6, 8, 3), dtype=np.uint8)


def test_each_picture_is_drawn_as_it_is_in_the_middle_of_its_point(pictures):
    _, ax = vggviz.plot_image_map(POINTS, pictures)
    assert len(ax.images) == 3
    for drawn, point, picture in zip(ax.images, POINTS, pictures, strict=True):
        left, right, low, high = drawn.get_extent()
        np.testing.assert_allclose([(left + right) / 2, (low + high) / 2], point, atol=1e-12)
        assert (right - left) / (high - low) == pytest.approx(8 / 6)
        assert np.array_equal(drawn.get_array(), picture)
    orders = [drawn.get_zorder() for drawn in ax.images]
    assert orders == sorted(orders)


def test_all_pictures_lie_inside_and_both_directions_have_one_scale(pictures):
    figure, ax = vggviz.plot_image_map(POINTS, pictures, size=0.2)
    figure.canvas.draw()
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    for drawn in ax.images:
        x0, x1, y0, y1 = drawn.get_extent()
        assert left <= x0 < x1 <= right
        assert low <= y0 < y1 <= high
    origin, across, up = ax.transData.transform([(0, 0), (1, 0), (0, 1)])
    assert across[0] - origin[0] == pytest.approx(up[1] - origin[1])


def test_a_picture_is_as_large_as_asked_for(pictures):
    _, ax = vggviz.plot_image_map(POINTS, pictures, size=0.2)
    extents = np.array([drawn.get_extent() for drawn in ax.images])
    whole = extents[:, 1].max() - extents[:, 0].min()
    np.testing.assert_allclose(extents[:, 1] - extents[:, 0], 0.2 * whole)


@pytest.mark.parametrize("kind", [list, np.array])
def test_groups_are_named_at_their_mean(kind, pictures):
    figure, ax = vggviz.plot_image_map(POINTS, pictures, groups=kind(["cat", "brick", "cat"]))
    assert [text.get_text() for text in ax.texts] == ["cat", "brick"]
    assert ax.texts[0].get_position() == (0.5, 1.0)
    assert ax.texts[0].get_zorder() > max(drawn.get_zorder() for drawn in ax.images)
    assert "cat lies around (0.5, 1). brick lies around (4, 1)." in vggviz.text_alternative(figure)


def test_it_says_what_it_shows(pictures):
    figure, _ = vggviz.plot_image_map(POINTS, pictures)
    words = " ".join(text.get_text() for text in figure.findobj(mpl.text.Text))
    assert "3 images, each at its point; one scale for both directions" in words
    assert vggviz.text_alternative(figure) == (
        "A map of 3 images: image 0 is farthest left (0), 1 farthest right (4), 0 lowest (0), 2 highest (2)."
    )


@pytest.mark.parametrize("points", [np.zeros((3, 2)), [[0, 0], [0, 5], [0, 9]], np.zeros((1, 2), int)])
def test_points_in_one_place_or_on_one_line(points, pictures):
    points = np.array(points)
    given = points.copy()
    figure, _ = vggviz.plot_image_map(points, pictures[: len(points)])
    figure.canvas.draw()
    assert np.array_equal(points, given)


def test_it_draws_into_axes_of_ones_own(pictures):
    figure, ax = plt.subplots()
    assert vggviz.plot_image_map(POINTS, list(pictures), ax=ax) == (figure, ax)


def test_what_is_refused(pictures):
    with refused("(N, 2)", "(3, 3)"):
        vggviz.plot_image_map(np.zeros((3, 3)), pictures)
    with refused("(N, 2)", "(0, 2)"):
        vggviz.plot_image_map(np.zeros((0, 2)), pictures[:0])
    with refused("NaN"):
        vggviz.plot_image_map(POINTS * np.nan, pictures)
    with refused("3 points", "2 images"):
        vggviz.plot_image_map(POINTS, pictures[:2])
    with refused("3 points", "1 names of groups"):
        vggviz.plot_image_map(POINTS, pictures, groups=["one"])
    with refused("(H, W, 3)", "(6, 8)"):
        vggviz.plot_image_map(POINTS, pictures[..., 0])
