"""Gratings: rotation, period, phase, contrast and colours; colours of hues."""

import colorsys

import numpy as np
import pytest

from sentences import refused
from vggviz.datasets import draw_grating, hue_colour


def levels(*given, **options):
    return draw_grating(*given, **options).astype(int)


@pytest.mark.parametrize("orientation", [0, 20, 45, 130])
def test_a_grating_turned_by_90_degrees_is_the_turned_array(orientation):
    upright = levels(orientation, 0.07, phase=40)
    np.testing.assert_allclose(np.rot90(upright), levels(orientation + 90, 0.07, phase=40), atol=1)


def test_bars_of_0_degrees_are_horizontal_and_of_45_rise_to_the_right():
    assert not np.ptp(levels(0, 0.05), axis=1).any()
    assert not np.ptp(levels(90, 0.05), axis=0).any()
    rising = levels(45, 0.05)
    np.testing.assert_allclose(rising[1:, :-1], rising[:-1, 1:], atol=1)


def test_the_opposite_orientation_is_the_same_bars_with_the_phase_reversed():
    np.testing.assert_allclose(levels(200, 0.1, phase=30), levels(20, 0.1, phase=-30), atol=1)


def test_the_frequency_is_in_cycles_a_pixel():
    """The strongest wave of a row of 224 pixels with 1/16 cycle a pixel has 14 cycles."""
    row = levels(90, 1 / 16)[0, :, 0]
    assert np.abs(np.fft.rfft(row - row.mean())).argmax() == 14
    np.testing.assert_allclose(row[16:], row[:-16], atol=1)


def test_half_a_cycle_exchanges_the_colours():
    np.testing.assert_allclose(255 - levels(30, 0.1, phase=50), levels(30, 0.1, phase=230), atol=1)
    blue_red = {"colours": ((0, 0, 255), (255, 0, 0))}
    one, other = levels(30, 0.1, **blue_red), levels(30, 0.1, phase=180, **blue_red)
    np.testing.assert_allclose(one[..., ::-1], other, atol=1)
    assert not one[..., 1].any()


def test_contrast_scales_the_distance_from_the_mean():
    whole, half = levels(70, 0.03), levels(70, 0.03, contrast=0.5)
    np.testing.assert_allclose(half - 127.5, (whole - 127.5) / 2, atol=1)
    assert set(np.unique(draw_grating(70, 0.03, contrast=0))) <= {127, 128}


def test_a_grating_without_bars_is_even():
    assert (draw_grating(10, 0, phase=0) == 255).all()
    assert (draw_grating(10, 0, phase=180) == 0).all()


@pytest.mark.parametrize("hue", range(0, 360, 60))
def test_hues_are_those_of_the_colour_wheel_with_one_mean(hue):
    colour = hue_colour(hue)
    assert colour.mean() == pytest.approx(127.5)
    assert 0 <= colour.min() <= colour.max() <= 255
    assert colorsys.rgb_to_hsv(*colour / 255)[0] * 360 == pytest.approx(hue, abs=1e-6)
    np.testing.assert_allclose(hue_colour(hue, saturation=0), 127.5)
    np.testing.assert_allclose(hue_colour((hue + 120) % 360), np.roll(colour, 1))


def test_what_is_no_grating_is_refused():
    with refused("361"):
        draw_grating(361, 0.1)
    with refused("0.6"):
        draw_grating(0, 0.6)
    with refused("256"):
        draw_grating(0, 0.1, colours=((0, 0, 0), (0, 256, 0)))
    with refused("nan"):
        hue_colour(float("nan"))
