"""Curves: the radius and direction they say, straight edges, polarity, phase, contrast and colours."""

import math

import numpy as np
import pytest

from sentences import refused
from vggviz.datasets import draw_curve
from vggviz.datasets.curves import SPACING

RED, BLUE = (255, 0, 0), (0, 0, 255)


def levels(*given, **options):
    return draw_curve(*given, **options).astype(int)[..., 0]


def rim_through_the_middle(image):
    """Points (x, y) of the rim of an image of direction 90, from the middle of the image, y upwards.

    The step from light (above) to dark lies where a column's level falls the most.
    """
    columns = np.arange(104, 120)
    drop = np.diff(image[100:124, columns], axis=0)
    rows = 100 + drop.argmin(axis=0) + 1
    return columns - 111.5, 112.0 - rows


@pytest.mark.parametrize("radius", [12, 16, 24, 60])
def test_the_rim_has_the_radius_it_says(radius):
    x, y = rim_through_the_middle(levels(radius, 90))
    distance = np.hypot(x, y + radius)  # from the centre of the disc, one radius below the top
    assert np.abs(distance - radius).max() < 1
    assert y.max() - y.min() >= radius - math.sqrt(radius**2 - 64) - 1  # it is not straight


def test_an_endless_radius_makes_straight_edges():
    straight = levels(math.inf, 0)
    assert not np.ptp(straight, axis=0).any()
    np.testing.assert_allclose(levels(1e9, 0), straight, atol=1)
    assert np.ptp(levels(16, 0), axis=0).max() > 100


@pytest.mark.parametrize("radius", [8, 32, math.inf])
def test_a_turned_curve_is_the_turned_image(radius):
    np.testing.assert_allclose(np.rot90(levels(radius, 30)), levels(radius, 120), atol=1)


def test_the_first_colour_is_inside_the_rim():
    """Towards the right a level falls slowly, and rises at each rim, so 0 is left of a rim."""
    row = levels(math.inf, 0)[0]
    steps = np.diff(row)
    assert (steps > 200).sum() == pytest.approx(224 / SPACING, abs=1)
    assert steps[steps < 200].max() <= 0
    np.testing.assert_allclose(255 - levels(16, 40), levels(16, 40, colours=((255,) * 3, (0,) * 3)), atol=1)


def test_a_phase_of_90_moves_the_rims_outward_by_a_quarter():
    quarter = SPACING // 4
    moved, still = levels(16, 90, phase=90), levels(16, 90)
    np.testing.assert_allclose(moved[:-quarter], still[quarter:], atol=1)


def test_opposite_directions_are_the_same_arcs_upside_down():
    np.testing.assert_allclose(levels(16, 270), levels(16, 90)[::-1, ::-1], atol=1)


def test_contrast_scales_the_distance_from_the_mean():
    np.testing.assert_allclose(levels(16, 10, contrast=0.5) - 127.5, (levels(16, 10) - 127.5) / 2, atol=1)
    assert set(np.unique(levels(16, 10, contrast=0))) <= {127, 128}


def test_colours_lie_between_the_two():
    image = draw_curve(16, 200, colours=(RED, BLUE)).astype(int)
    assert not image[..., 1].any()
    np.testing.assert_allclose(image[..., 0] + image[..., 2], 255, atol=1)


@pytest.mark.parametrize(
    ("arguments", "options", "named"),
    [
        ((3, 0), {}, "radius"),
        ((math.nan, 0), {}, "radius"),
        ((16, 361), {}, "direction"),
        ((16, 0), {"phase": 400}, "phase"),
        ((16, 0), {"contrast": 1.5}, "contrast"),
        ((16, 0), {"colours": (RED, (0, 0, 256))}, "256"),
    ],
)
def test_what_is_no_curve_is_refused(arguments, options, named):
    with refused(named):
        draw_curve(*arguments, **options)
