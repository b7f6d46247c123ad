"""Figures of images and arrays, side by side and at points of the plane."""

import itertools
from contextlib import nullcontext

import matplotlib.pyplot as plt
import numpy as np
import pytest

import vggviz
from plotted import blank_share, text_of
from sentences import refused
from vggviz.figures import described_figure
from vggviz.figures.page import narrow_page

IMAGE = np.zeros((40, 40, 3), np.uint8)
POINTS = np.array([[0.0, 0.0], [4.0, 1.0], [1.0, 2.0]])


@pytest.fixture
def images():
    return np.random.default_rng(3).integers(0, 256, (3, 6, 8, 3), dtype=np.uint8)


def test_images_in_colour_and_arrays_with_a_colourbar(image):
    ramp, signed = np.arange(12.0).reshape(3, 4), np.array([[-1.0, 0.5]])
    figure, axes = vggviz.plot_images({"photo": image, "ramp": ramp, "signed": signed})
    assert np.array_equal(axes[0].images[0].get_array(), image)
    assert axes[0].images[0].colorbar is None
    assert axes[1].images[0].get_clim() == (0, 11)
    assert axes[2].images[0].get_clim() == (-1, 1)
    assert axes[1].images[0].colorbar is not None
    assert [ax.get_title() for ax in axes] == ["photo", "ramp", "signed"]
    text = vggviz.text_alternative(figure)
    assert f"An image of 40 x 40 pixels: photo, levels {image.min()} to {image.max()}." in text
    assert "An array of 3 rows of 4 values: ramp, 0 to 11, the largest in the lower right." in text
    assert "signed, row by row -1 0.5." in text
    assert text.endswith("Each on its own colour scale.")


def test_images_of_one_size_are_named_together():
    images = {f"row {k // 6}\n{k}": np.full((8, 8, 3), k, np.uint8) for k in range(12)}
    text = vggviz.text_alternative(vggviz.plot_images(images)[0])
    rows = "row 0, 0; 1; 2; 3; 4; 5; row 1, 6; 7; 8; 9; 10; 11"
    assert text == f"12 images of 8 x 8 pixels: {rows}."
    same = {"left": images["row 0\n5"], "right": images["row 0\n5"]}
    text = vggviz.text_alternative(vggviz.plot_images(same)[0])
    assert (
        text
        == "2 images of 8 x 8 pixels, level 5 everywhere in each: left; right. right: equal to the first."
    )


def test_the_text_alternative_tells_where_images_differ(image):
    changed = image.copy()
    changed[4:12, 10:20] = 255 - changed[4:12, 10:20]
    figure, _ = vggviz.plot_images({"whole": image, "changed": changed, "copy": image, "other": 255 - image})
    text = vggviz.text_alternative(figure)
    assert "changed: differs from the first at 5% of the places, rows 4 to 11, columns 10 to 19." in text
    assert "copy: equal to the first." in text
    assert "other: differs" not in text


def test_tiny_numbers_that_differ_are_not_called_equal():
    tiny = np.full((4, 4), 1e-12)
    tiny[0] = 3e-12
    changed = np.where(np.eye(4), 2e-12, tiny)
    text = vggviz.text_alternative(vggviz.plot_images({"one": tiny, "other": changed})[0])
    assert "other: differs from the first at 25% of the places" in text


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.eye(3), "row by row 1 0 0, 0 1 0, 0 0 1"),
        (np.full((3, 3), 1 / 9), "0.111 everywhere"),
        (np.arange(16).reshape(4, 4), "0 to 15, the largest in the lower right"),
        (np.eye(9), "0 to 1, the largest in several places"),
        (np.pad(np.ones((1, 1)), 4), "0 to 1, the largest in the middle"),
    ],
)
def test_arrays_in_words(values, expected):
    assert expected in vggviz.text_alternative(vggviz.plot_images({"array": values})[0])


def test_arrays_on_a_shared_scale():
    arrays = {"weak": np.full((2, 2), 0.5), "strong": np.full((2, 2), 8.0)}
    figure, axes = vggviz.plot_images(arrays, scale="global")
    assert vggviz.text_alternative(figure).endswith("All on one colour scale.")
    assert {ax.images[0].get_clim() for ax in axes} == {(0, 8)}
    _, axes = vggviz.plot_images(arrays)
    assert [ax.images[0].get_clim()[1] for ax in axes] == [0.5, 8]


def test_gaps_of_a_mosaic_are_left_white():
    tiles = vggviz.mosaic(np.arange(24.0).reshape(2, 3, 4), gap=2)
    figure, (ax,) = vggviz.plot_images({"tiles": tiles})
    (drawn,) = ax.images
    assert drawn.get_clim() == (0, 23)
    assert "tiles, 0 to 23, the largest in the lower right." in vggviz.text_alternative(figure)
    assert drawn.cmap(drawn.norm(drawn.get_array()))[0, 3].tolist() == [1, 1, 1, 1]


SHAPES = [
    [(40, 40, 3)],
    [(30, 256)],
    [(400, 90)],
    [(480, 1600, 3)],
    [(20, 200), (200, 20), (30, 40, 3)],
    [(3, 3)] * 5,
    [(40, 60 + k, 3) for k in range(12)],
    pytest.param([(40, 60 + k, 3) for k in range(36)], marks=pytest.mark.audit),
]


@pytest.mark.parametrize("narrow", ["", "1"])
@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_pictures_of_any_proportions_leave_few_blank_rows(shapes, narrow, monkeypatch):
    monkeypatch.setenv(described_figure.FOR_PHONES, narrow)
    images = {
        f"picture {k}, with words": np.random.default_rng(k).integers(1, 255, shape, np.uint8)
        for k, shape in enumerate(shapes)
    }
    figure, axes = vggviz.plot_images(images)
    png = described_figure.narrow_png(figure) if narrow else described_figure.png(figure)
    assert blank_share(png) < 0.33  # a flat picture alone is hardly higher than its title and colour bar
    figure.draw_without_rendering()
    for ax in axes:
        for bar in ax.child_axes:
            assert bar.get_position().height == pytest.approx(ax.get_position().height)


@pytest.mark.parametrize("page", [nullcontext, narrow_page])
@pytest.mark.parametrize(
    "title",
    [
        "a title that is much longer than its picture is wide",
        "IMG_20240312_114233_a_name_without_spaces_that_is_much_longer.jpg",
    ],
)
def test_titles_that_would_collide_are_wrapped(page, title):
    with page():
        figure, axes = vggviz.plot_images({f"{k} {title}": IMAGE for k in range(6)}, columns=3)
    figure.draw_without_rendering()
    boxes = [ax.title.get_window_extent() for ax in axes]
    assert all("\n" in ax.get_title() for ax in axes)
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    assert all(0 <= box.x0 < box.x1 <= figure.bbox.x1 for box in boxes)
    assert {ax.get_title().replace("\n", "").replace(" ", "") for ax in axes} == {
        f"{k} {title}".replace(" ", "") for k in range(6)
    }


def test_a_word_is_broken_only_if_it_is_longer_than_the_room():
    with narrow_page():
        _, axes = vggviz.plot_images({f"photographs of {k} kingfishers": IMAGE for k in range(2)})
    assert axes[0].get_title().split() == ["photographs", "of", "0", "kingfishers"]


@pytest.mark.parametrize("count", [4, 60])
def test_on_a_phone_a_colour_bar_lies_below_unless_numbers_stand_there(count):
    with narrow_page():
        figure, ax = vggviz.plot_similarity(np.eye(count))
    figure.draw_without_rendering()
    (bar,) = ax.child_axes
    numbers = [label for label in ax.get_xticklabels() if label.get_text()]
    assert bool(numbers) == (count == 4)
    assert (bar.get_window_extent().y1 < ax.get_window_extent().y0) == (count == 60)
    assert (bar.get_window_extent().x0 > ax.get_window_extent().x1) == (count == 4)


def test_one_colour_bar_for_a_row_on_a_shared_scale():
    arrays = {str(k): np.full((2, 2), k + 1.0) for k in range(4)}
    _, axes = vggviz.plot_images(arrays, scale="global", columns=2)
    assert [len(ax.child_axes) for ax in axes] == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: vggviz.plot_images({}), ["image"]),
        (lambda: vggviz.plot_images({"a": IMAGE}, scale="own"), ["'own'", "global"]),
        (lambda: vggviz.plot_images({"a": np.zeros((2, 2, 5))}), ["'a'", "(2, 2, 5)"]),
    ],
)
def test_invalid_images(call, expected):
    with refused(*expected):
        call()
    assert plt.get_fignums() == []


# --- images at points


def test_each_image_is_unchanged_and_centred_at_its_point(images):
    _, ax = vggviz.plot_image_map(POINTS, images)
    assert len(ax.images) == 3
    for drawn, point, image in zip(ax.images, POINTS, images, strict=True):
        left, right, low, high = drawn.get_extent()
        np.testing.assert_allclose([(left + right) / 2, (low + high) / 2], point, atol=1e-12)
        assert (right - left) / (high - low) == pytest.approx(8 / 6)
        assert np.array_equal(drawn.get_array(), image)
    orders = [drawn.get_zorder() for drawn in ax.images]
    assert orders == sorted(orders)


def test_all_images_are_inside_and_the_aspect_is_equal(images):
    figure, ax = vggviz.plot_image_map(POINTS, images, size=0.2)
    figure.canvas.draw()
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    for drawn in ax.images:
        x0, x1, y0, y1 = drawn.get_extent()
        assert left <= x0 < x1 <= right
        assert low <= y0 < y1 <= high
    origin, across, up = ax.transData.transform([(0, 0), (1, 0), (0, 1)])
    assert across[0] - origin[0] == pytest.approx(up[1] - origin[1])


def test_images_have_the_given_size(images):
    _, ax = vggviz.plot_image_map(POINTS, images, size=0.2)
    extents = np.array([drawn.get_extent() for drawn in ax.images])
    whole = extents[:, 1].max() - extents[:, 0].min()
    np.testing.assert_allclose(extents[:, 1] - extents[:, 0], 0.2 * whole)


@pytest.mark.parametrize("kind", [list, np.array])
def test_groups_are_named_at_their_mean(kind, images):
    figure, ax = vggviz.plot_image_map(POINTS, images, groups=kind(["cat", "brick", "cat"]))
    assert [text.get_text() for text in ax.texts] == ["cat", "brick"]
    assert ax.texts[0].get_position() == (0.5, 1.0)
    assert ax.texts[0].get_zorder() > max(drawn.get_zorder() for drawn in ax.images)
    text = vggviz.text_alternative(figure)
    assert text.endswith("Middles of the groups: cat (0.5, 1), brick (4, 1).")


FLAT = np.column_stack([[0.0, 5, 5, 5, 5, 10], [0, 0, 0.01, 0.02, 0.03, 0]])


@pytest.mark.parametrize("page", [nullcontext, narrow_page])
@pytest.mark.parametrize("points", [POINTS / 50, FLAT, FLAT[:, ::-1]], ids=["few", "flat", "tall"])
def test_names_of_groups_do_not_overlap(page, points, images):
    names = ["cat", "coffee", "brick", "grass", "gravel", "rocket"][: len(points)]
    with page():
        figure, ax = vggviz.plot_image_map(points, [images[0]] * len(points), groups=names, size=0.1)
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))


def test_the_callers_texts_stay_where_they_are(images):
    _, ax = plt.subplots()
    own = ax.text(0.5, 1.0, "own")
    vggviz.plot_image_map(POINTS, images, groups=["cat", "brick", "cat"], ax=ax)
    assert own.get_position() == (0.5, 1.0)


def test_title_and_text_alternative(images):
    figure, _ = vggviz.plot_image_map(POINTS, images)
    assert "3 images, each at its point; one scale for both directions" in text_of(figure)
    assert vggviz.text_alternative(figure) == (
        "A map of 3 images, each at its point: x from 0 (image 0) to 4 (1), y from 0 (0) to 2 (2)."
    )


@pytest.mark.parametrize("points", [np.zeros((3, 2)), [[0, 0], [0, 5], [0, 9]], np.zeros((1, 2), int)])
def test_coinciding_and_collinear_points(points, images):
    points = np.array(points)
    given = points.copy()
    figure, _ = vggviz.plot_image_map(points, images[: len(points)])
    figure.canvas.draw()
    assert np.array_equal(points, given)


def test_axes_of_the_caller(images):
    figure, ax = plt.subplots()
    assert vggviz.plot_image_map(POINTS, list(images), ax=ax) == (figure, ax)


def test_invalid_points_and_groups(images):
    with refused("(N, 2)", "(3, 3)"):
        vggviz.plot_image_map(np.zeros((3, 3)), images)
    with refused("(N, 2)", "(0, 2)"):
        vggviz.plot_image_map(np.zeros((0, 2)), images[:0])
    with refused("NaN"):
        vggviz.plot_image_map(POINTS * np.nan, images)
    with refused("3 points", "2 images"):
        vggviz.plot_image_map(POINTS, images[:2])
    with refused("3 points", "1 names of groups"):
        vggviz.plot_image_map(POINTS, images, groups=["one"])
    with refused("(H, W, 3)", "(6, 8)"):
        vggviz.plot_image_map(POINTS, images[..., 0])


def test_of_many_images_of_several_sizes_only_the_titles_are_told():
    images = {str(side): np.zeros((side, side, 3), np.uint8) for side in range(8, 14)}
    text = vggviz.text_alternative(vggviz.plot_images(images)[0])
    assert "level" not in text
    assert "An image of 8 x 8 pixels: 8. An image of 9 x 9 pixels: 9." in text
