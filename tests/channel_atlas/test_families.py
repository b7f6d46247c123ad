"""Families: hand-made filters of each kind get their name; thresholds come from the control; halves agree."""

import functools

import numpy as np
import pytest

from filters_shown import gabor, layer_of, measured, read
from sentences import refused
from vggviz.channel_atlas import families, stimuli, tuning
from vggviz.datasets import hue_colour

HALF = dict.fromkeys(families.COMPARED, 0.4)
SIZE = 21


def bell(width):
    row, column = np.mgrid[10:-11:-1, -10:11]
    return np.exp(-(row**2 + column**2) / (2 * width**2)), column


def edge(width=2.0):
    """First derivative of a Gaussian, an upright edge."""
    weights, column = bell(width)
    return (column * weights)[..., np.newaxis] * np.ones(3)


def line(width=2.0):
    """Second derivative of a Gaussian, an upright line."""
    weights, column = bell(width)
    return ((1 - column**2 / width**2) * weights)[..., np.newaxis] * np.ones(3)


def dots():
    """A light pixel among dark ones."""
    kernel = np.zeros((SIZE, SIZE, 3))
    kernel[9:12, 9:12], kernel[10, 10] = -1 / 8, 1
    return kernel


def spot():
    """Difference of two round Gaussians: dark with light around it."""
    small, large = (bell(width)[0] for width in (2.0, 3.5))
    return (large / large.sum() - small / small.sum())[..., np.newaxis] * np.ones(3)


def even(colour):
    kernel = np.zeros((SIZE, SIZE, 3))
    kernel[10, 10] = colour
    return kernel


RED, OPPONENT = hue_colour(0) - 127.5, (1, -1, 0)
MADE = {
    "colour": even(RED),
    "colour edge": edge() * OPPONENT,
    "oriented edge": edge(),
    "line": line(),
    "high frequency": dots(),
    "corner or texture": spot(),
    "other": even((1, 1, 1)),
}


@functools.cache
def responses():
    """Of one layer with all filters, each of the same sum of absolute values, so that none is weak.

    Colours on grey have a fraction of the contrast of black and white, so the filter of these is stronger.
    """
    kernels = [kernel / np.abs(kernel).sum() for kernel in MADE.values()]
    kernels[list(MADE).index("colour edge")] *= 4
    kernels = np.stack(kernels, axis=-1)
    return measured(layer_of(kernels))


def names(numbers):
    return [families.FAMILIES[number] for number in numbers]


def test_each_kind_of_filter_gets_its_name():
    found = families.classify(tuning.curves(responses())["filters"], HALF)
    assert dict(zip(MADE, names(found), strict=True)) == {kind: kind for kind in MADE}
    assert found.dtype == np.uint8
    assert set(families.FAMILIES) - set(MADE) == {"curve"}


def test_a_curve_is_what_curves_of_one_side_wake_most():
    """No single filter does: a grating fits any filter of one layer as well. So the responses are made up."""
    shown = stimuli.all_stimuli()
    one_side, both_sides, straight = (np.full(len(shown), 0.2) for _ in range(3))
    for k, stimulus in enumerate(shown):
        if stimulus.kind == "curve":
            bent = np.isfinite(stimulus.arguments["radius"])
            one_side[k] += bent and stimulus.arguments["direction"] == 90
            both_sides[k] += bent and stimulus.arguments["direction"] in {90, 270}
            straight[k] += not bent and stimulus.arguments["direction"] == 90
    arrays = tuning.curves({"layer": np.stack([one_side, both_sides, straight], axis=1)})["layer"]
    assert names(families.classify(arrays, HALF))[:2] == ["curve", "corner or texture"]
    assert arrays["preferred_direction"][0] == pytest.approx(90)
    assert arrays["curvature_selectivity"][:2].tolist() == pytest.approx([1 / 1.4, 0])


def test_the_halves_of_the_stimuli_agree():
    made = tuning.curves(responses(), responses())
    families.with_families(made, tuning.curves_of_halves(responses()))
    arrays = made["filters"]
    assert arrays["family_of_halves"].shape == (7, 2)
    assert families.agreement(arrays["family_of_halves"]) == (1, 1)
    assert (arrays["family_of_halves"][:, 0] == arrays["family"]).all()


def test_a_turned_or_reversed_filter_stays_in_its_family():
    kernels = [np.rot90(line()), np.rot90(edge(), 2), -line(), gabor(30, 0.125)]
    kernels = np.stack([kernel / np.abs(kernel).sum() for kernel in kernels], axis=-1)
    found = tuning.curves(measured(layer_of(kernels)))["filters"]
    assert names(families.classify(found, HALF)) == ["line", "oriented edge", "line", "line"]


def test_the_strength_of_a_channel_does_not_matter_unless_it_is_nearly_silent():
    arrays = tuning.curves(responses())["filters"]
    weaker = {name: arrays[name] * 3 for name in tuning.CURVES}
    np.testing.assert_array_equal(families.classify(weaker, HALF), families.classify(arrays, HALF))
    line_at = list(MADE).index("line")
    typical = {name: np.repeat(values[[line_at]], 5, axis=0) for name, values in weaker.items()}
    typical = {
        name: values * np.array([1, 1, 1, 0.6, 0.01]).reshape(-1, *[1] * (values.ndim - 1))
        for name, values in typical.items()
    }
    assert names(families.classify(typical, HALF)) == ["line"] * 4 + ["other"]


def test_silent_channels_are_others():
    curves = tuning.curves(responses())["filters"]
    silent = {name: curves[name] * 0 for name in tuning.CURVES}
    assert set(names(families.classify(silent, HALF))) == {"other"}


def test_thresholds_are_the_medians_of_the_control_within_their_bounds():
    arrays = tuning.curves(responses(), responses())["filters"]
    medians = {name: np.median(values) for name, values in families.measures(arrays).items()}
    limits = families.thresholds(arrays)
    assert list(limits) == list(families.COMPARED)
    for name, limit in limits.items():
        assert limit == pytest.approx(min(max(medians[name], 1 / 3), 1 / 2))
    with refused("control"):
        families.thresholds(tuning.curves(responses())["filters"])


def test_agreement_counts_the_same_and_leaves_out_chance():
    halves = np.array([[0, 0], [0, 0], [1, 1], [1, 0]])
    assert families.agreement(halves) == (0.75, pytest.approx(0.5))
    assert families.agreement(np.array([[0, 1], [1, 0]])) == (0, -1)
    same, kappa = families.agreement(np.zeros((3, 2), int))
    assert same == 1
    assert np.isnan(kappa)


def test_a_network_is_measured_with_its_control():
    model = layer_of(np.stack([line(), edge()], axis=-1), side=40)
    arrays = families.of_network(model, preprocess=read)["filters"]
    control = families.of_network(tuning.random_control(model), preprocess=read)["filters"]
    assert arrays["family"].shape == (2,)
    np.testing.assert_array_equal(families.of_control(arrays), control["family"])
    for name in tuning.CURVES:
        np.testing.assert_allclose(arrays[f"{name}_random"], control[name], rtol=1e-4, atol=1e-3)
