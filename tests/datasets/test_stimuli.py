"""Stimuli: sizes, levels, symmetries, and that only what is said to change does."""

import numpy as np
import pytest

from sentences import refused
from vggviz.datasets import draw_bar, draw_box, draw_disc_and_square, draw_shape, draw_shape_of_shapes
from vggviz.datasets.stimuli import CORNERS


def height_and_width(image):
    rows, columns = np.nonzero(image.max(axis=2))
    return np.ptp(rows) + 1, np.ptp(columns) + 1


@pytest.mark.parametrize(
    "image",
    [
        draw_bar(100),
        draw_shape("circle", 50),
        draw_shape_of_shapes("square", "circle"),
        draw_disc_and_square("disc"),
        draw_box(),
    ],
    ids=["bar", "shape", "shape of shapes", "disc and square", "box"],
)
def test_every_stimulus_is_an_image_for_vgg16(image):
    assert (image.shape, image.dtype) == ((224, 224, 3), np.uint8)
    assert image.max() > 0 == image[0, 0].max()


def test_a_bar_has_the_stated_size_and_level():
    bar = draw_bar(100, width=20, level=96)
    assert height_and_width(bar) == (100, 20)
    assert set(np.unique(bar)) == {0, 96}
    assert draw_bar(100, level=1).sum() == 3 * 100 * 20
    # a length that is no whole number is drawn by the level of its ends
    assert draw_bar(83.5, level=200)[..., 0].sum() == pytest.approx(83.5 * 20 * 200, rel=0.01)


def test_no_bar_is_black():
    assert not draw_bar(0).any()
    assert not draw_bar(50, level=0).any()


AREAS = {"circle": np.pi / 4, "square": 1.0, "diamond": 0.5, "triangle": 1 / np.sqrt(3)}


@pytest.mark.parametrize("name", CORNERS)
def test_a_shape_has_the_stated_height_and_the_area_of_its_kind(name):
    shape = draw_shape(name, 100)
    assert height_and_width(shape)[0] == pytest.approx(100, abs=1)
    assert shape[..., 0].sum() / 255 == pytest.approx(100**2 * AREAS[name], rel=0.01)


@pytest.mark.parametrize("name", CORNERS)
def test_shapes_are_their_own_mirror_images(name):
    shape = draw_shape(name, 101)
    np.testing.assert_array_equal(shape, shape[:, ::-1])
    if name != "triangle":
        np.testing.assert_array_equal(shape, shape[::-1])
        np.testing.assert_array_equal(shape, np.rot90(shape))


def test_a_shape_lies_at_its_centre_in_its_colour():
    shape = draw_shape("square", 40, centre=(60, 170), colour=(255, 0, 100))
    np.testing.assert_array_equal(shape[60, 170], [255, 0, 100])
    rows, columns = np.nonzero(shape[..., 0])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (40, 79, 150, 189)


@pytest.mark.parametrize("small", CORNERS)
def test_a_shape_of_shapes_has_as_many_parts_as_stated(small):
    from scipy.ndimage import label

    image = draw_shape_of_shapes("circle", small, size=160, count=10)
    assert label(image[..., 0])[1] == 10
    one = draw_shape(small, 160 / 7)
    assert image.sum(dtype=float) == pytest.approx(10 * one.sum(dtype=float), rel=0.03)


def test_small_shapes_lie_on_the_outline_of_the_large_one():
    image = draw_shape_of_shapes("circle", "square", size=160, count=16)[..., 0] > 127
    rows, columns = np.nonzero(image)
    radii = np.hypot(rows + 0.5 - 112, columns + 0.5 - 112)
    assert 60 < radii.min() < radii.max() < 100


def test_the_change_of_order_is_as_large_apart_as_touching():
    """The same pixels of the disc change, by 127 or 128 levels; apart the square does not change."""
    touching, apart = (
        np.abs(
            np.subtract(
                *(draw_disc_and_square(front, apart=apart) for front in ("disc", "square")), dtype=int
            )
        )
        for apart in (False, True)
    )
    np.testing.assert_array_equal(touching > 64, apart > 64)
    assert np.linalg.norm(touching) == pytest.approx(np.linalg.norm(apart), rel=0.02)
    assert height_and_width(touching)[0] == pytest.approx(40, abs=1)


def test_the_square_or_the_disc_is_whole():
    square_in_front, disc_in_front = (draw_disc_and_square(f)[..., 0] for f in ("square", "disc"))
    assert (square_in_front == 255).sum() == 80 * 80
    assert (disc_in_front == 128).sum() == pytest.approx(np.pi * 40**2, rel=0.05)


@pytest.mark.parametrize("turn", [0, 25])
def test_the_lines_of_a_box_change_alike_where_no_box_is_seen(turn):
    box, none = (
        [draw_box(view, solid=solid, turn=turn).astype(int) for view in ("above", "below")]
        for solid in (True, False)
    )
    changed = [np.linalg.norm(one - other) for one, other in (box, none)]
    assert changed[0] == pytest.approx(changed[1], rel=0.03)


def test_a_box_from_below_is_one_from_above_turned_round():
    np.testing.assert_array_equal(draw_box("below")[::-1], draw_box("above"))
    np.testing.assert_array_equal(draw_box("above")[:, ::-1], draw_box("above"))
    assert draw_box("above")[112 + 40, 112].all()
    assert not draw_box("above")[112 - 40, 112].any()


def test_what_cannot_be_drawn_is_named():
    with refused("length", "0 to 224", "300"):
        draw_bar(300)
    with refused("level", "-1"):
        draw_bar(10, level=-1)
    with refused("star", "circle, square, diamond, triangle"):
        draw_shape("star", 10)
    with refused("centre", "(row, column)", "3"):
        draw_shape("circle", 10, centre=(1, 2, 3))
    with refused("colour", "300"):
        draw_shape("circle", 10, colour=(300, 0, 0))
    with refused("count", "4 to 32", "2"):
        draw_shape_of_shapes("circle", "square", count=2)
    with refused("front", "disc, square", "both"):
        draw_disc_and_square("both")
    with refused("seen_from", "above, below", "left"):
        draw_box("left")
