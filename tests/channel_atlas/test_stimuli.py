"""Stimuli: their number and order, both halves alike, each drawn again by the call it names."""

from collections import Counter

import numpy as np
import pytest

from vggviz import datasets
from vggviz.channel_atlas import stimuli


def test_there_are_as_many_as_the_curves_need():
    kinds = [stimulus.kind for stimulus in stimuli.all_stimuli()]
    assert Counter(kinds) == {
        "grating": 288,
        "colour": 24,
        "level": 3,
        "coloured curve": 48,
        "curve": 96,
        "contrast": 12,
    }
    assert [kind for kind, before in zip(kinds, [None, *kinds], strict=False) if kind != before] == list(
        dict.fromkeys(kinds)
    )


def test_no_two_are_described_alike_unless_they_are_alike():
    drawn = {}
    for stimulus in stimuli.contrasts():
        drawn.setdefault(stimulus.draw().tobytes(), []).append(stimulus)
    assert sorted(map(len, drawn.values())) == [1] * 10 + [2]  # of contrast 0
    assert len({str(stimulus) for stimulus in stimuli.all_stimuli()}) == 471


@pytest.mark.parametrize("index", [0, 150, 300, 312, 313, 340, 374, 383, 463])
def test_the_call_it_names_draws_it(index):
    stimulus = stimuli.all_stimuli()[index]
    again = eval(str(stimulus), {"datasets": datasets, "inf": float("inf")})
    np.testing.assert_array_equal(again, stimulus.draw())
    assert stimulus.draw().shape == (224, 224, 3)


@pytest.mark.parametrize("index", [7, 40, 100])
def test_both_phases_of_a_grating_are_a_quarter_of_a_cycle_apart(index):
    one, other = (stimuli.gratings()[k].draw()[..., 0] / 127.5 - 1 for k in (index, index + 144))
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] == pytest.approx(0, abs=0.05)
    assert one.std() == pytest.approx(other.std(), rel=0.05)


def test_both_polarities_are_negatives():
    dark, light = (stimuli.curves()[k].draw().astype(int) for k in (5, 53))
    np.testing.assert_allclose(dark + light, 255, atol=1)


def test_even_colours_are_even_and_have_one_mean():
    images = np.stack([stimulus.draw() for stimulus in stimuli.colours()]).astype(int)
    assert not np.ptp(images, axis=(1, 2)).any()
    np.testing.assert_allclose(images.mean(axis=(1, 2, 3)), 127.5, atol=0.5)
