"""Tuning: hand-made filters get back orientation, frequency, hue and curve; halves agree; silence is NaN."""

import functools

import numpy as np
import pytest

import networks
from filters_shown import gabor, layer_of, measured, read
from sentences import refused
from vggviz._shared import backend
from vggviz.channel_atlas import stimuli, tuning

GABORS = ((0, 0.125), (30, 0.125), (97.5, 0.0625), (135, 0.25), (60, 0.09))


@functools.cache
def of_gabors():
    kernels = np.stack([gabor(angle, f, phase=k) for k, (angle, f) in enumerate(GABORS)], axis=-1)
    return measured(layer_of(kernels))


def around(one, other, period):
    return np.abs((np.subtract(one, other) + period / 2) % period - period / 2)


def test_gabor_filters_get_back_their_orientation_and_frequency():
    found = tuning.curves(of_gabors())["filters"]
    angles, frequencies = np.array(GABORS).T
    assert around(found["preferred_orientation"], angles, 180).max() < 2
    assert np.abs(np.log2(found["preferred_frequency"] / frequencies)).max() < 0.35  # of an octave
    assert found["orientation_selectivity"].min() > 0.5
    assert found["frequency_bandwidth"].max() < 2.5


def test_the_halves_of_the_stimuli_agree():
    first, second = (half["filters"] for half in tuning.curves_of_halves(of_gabors()))
    for name, period in (("preferred_orientation", 180), ("preferred_hue", 360)):
        assert around(first[name], second[name], period).max() < 2, name
    np.testing.assert_allclose(first["preferred_frequency"], second["preferred_frequency"], rtol=0.25)
    np.testing.assert_allclose(first["orientation_selectivity"], second["orientation_selectivity"], atol=0.05)
    assert (first["orientation"] != second["orientation"]).any()


def test_the_mean_of_the_halves_is_the_whole_and_half_their_difference_the_spread():
    whole = tuning.curves(of_gabors())["filters"]
    first, second = (half["filters"] for half in tuning.curves_of_halves(of_gabors()))
    for name in ("curve_hue", "contrast"):
        np.testing.assert_allclose((first[name] + second[name]) / 2, whole[name], rtol=1e-4, atol=1e-4)
        spread = np.abs(first[name] - second[name]) / 2
        np.testing.assert_allclose(spread, whole[f"{name}_spread"], rtol=1e-3, atol=1e-3)
    assert not first["contrast_spread"].any()
    for name in ("curvature", "edge", "curvature_spread", "edge_spread"):
        both = np.stack([first[name], second[name]], axis=-1)
        np.testing.assert_array_equal(both.reshape(whole[name].shape), whole[name])


@pytest.mark.parametrize("hue", [0, 75, 210])
def test_a_filter_of_a_colour_gets_back_its_hue(hue):
    from vggviz.datasets import hue_colour

    kernel = (hue_colour(hue) - 127.5).reshape(1, 1, 3, 1)
    found = tuning.curves(measured(layer_of(kernel)))["filters"]
    assert around(found["preferred_hue"], hue, 360).max() < 1
    assert around(stimuli.HUES[found["even_hue"][0].argmax()], hue, 360) == 0
    assert found["hue_selectivity"][0] == pytest.approx(np.pi / 4, abs=0.03)


def test_a_filter_of_an_arc_gets_back_its_radius_and_direction():
    """Patches of curves of radius 8 as filters, which answer to little else."""
    from vggviz.datasets import draw_curve

    directions = (90, 210, 300)
    patches = [read(draw_curve(8, d))[102:123, 102:123] for d in directions]
    kernels = np.stack([patch - patch.mean() for patch in patches], axis=-1)
    threshold = 0.8 * (kernels**2).sum() / 3
    found = tuning.curves(measured(layer_of(kernels, bias=-threshold)))["filters"]
    assert found["preferred_radius"].tolist() == [8, 8, 8]
    assert around(found["preferred_direction"], directions, 360).max() < 10
    assert found["curvature_selectivity"].min() > 0.1


def test_a_straight_edge_gets_back_its_side_where_weak_edges_do_not_count():
    """Light towards 0 degrees, that is to the right; the bias hides the slow changes of the stimuli."""
    kernel = np.array([-1.0, 1.0]).reshape(1, 2, 1, 1) * np.ones((1, 1, 3, 1))
    model = layer_of(np.concatenate([kernel, 0 * kernel]), bias=-100.0)
    found = tuning.curves(measured(model))["filters"]
    assert stimuli.DIRECTIONS[found["edge"][0].argmax()] == 0
    assert found["edge_selectivity"][0] > 0.99
    assert np.isinf(found["preferred_radius"][0])


def test_contrast_of_half_the_response():
    """A channel without a threshold answers half as much to half the contrast."""
    kernels = gabor(0, 0.0625)[..., np.newaxis].repeat(2, axis=-1)
    model = layer_of(kernels)
    model.layers[-1].set_weights([kernels, np.array([0, -50 * np.abs(kernels[..., 0]).sum()])])
    linear, hidden = tuning.curves(measured(model))["filters"]["contrast_half"]
    assert linear == pytest.approx(0.5, abs=0.01)
    assert 0.6 < hidden < 1


def test_a_silent_channel_has_no_preference():
    kernels = np.concatenate([gabor(0, 0.125)[..., np.newaxis], np.zeros((21, 21, 3, 1))], axis=-1)
    found = tuning.curves(measured(layer_of(kernels, bias=-1.0)))["filters"]
    for name in tuning.NUMBERS:
        assert np.isnan(found[name][1]), name
    assert np.isfinite(found["preferred_orientation"][0])
    for name in tuning.CURVES:
        assert not found[name][1].any(), name


def test_the_curves_have_the_axes_they_say():
    found = tuning.curves(of_gabors(), of_gabors())["filters"]
    shapes = {"orientation": (24,), "frequency": (6,), "hue": (24,), "even_hue": (24,), "curve_hue": (24,)}
    shapes |= {"level": (3,), "contrast": (6,), "curvature": (4, 12), "edge": (12,)}
    assert list(tuning.CURVES) == list(shapes)
    for name, shape in shapes.items():
        for suffix in ("", "_spread", "_random", "_spread_random"):
            assert found[name + suffix].shape == (5, *shape)
    for name in tuning.NUMBERS:
        np.testing.assert_array_equal(found[name], found[f"{name}_random"])


def test_chunks_make_the_same_as_all_at_once():
    model, whole = networks.functional(), measured(networks.functional())
    for number, chunk in enumerate(tuning.chunks(90)):
        part = tuning.responses(model, chunk[:3], preprocess=read)
        for name, values in part.items():
            np.testing.assert_allclose(values, whole[name][90 * number :][:3], rtol=1e-5)
    assert (number, len(chunk)) == (5, 21)


def test_a_branched_and_a_nested_network():
    for model in (networks.functional(), networks.nested()):
        names = stimuli.measured_layers(model)
        found = tuning.responses(model, next(tuning.chunks(3)), preprocess=read)
        assert list(found) == names
        assert {len(values) for values in found.values()} == {3}


def test_a_grey_network_is_measured_with_its_own_preprocessing_and_refused_without():
    model = layer_of(gabor(45, 0.125)[..., :1, np.newaxis])
    with refused("1 channels"):
        tuning.responses(model, next(tuning.chunks(1)))
    found = tuning.curves(measured(model, lambda images: read(images).mean(axis=-1, keepdims=True)))[
        "filters"
    ]
    assert around(found["preferred_orientation"], 45, 180).max() < 2
    assert np.ptp(found["even_hue"]) < 200  # rounding of levels


def test_filters_without_relu_get_back_their_orientation_too():
    keras = backend.keras()
    angles = [angle for angle, _ in GABORS]
    kernels = np.stack([gabor(angle, f, phase=k) for k, (angle, f) in enumerate(GABORS)], axis=-1)
    linear = layer_of(kernels, activation=None)
    normalized = keras.layers.BatchNormalization(name="norm")(linear.output)
    ended = keras.Model(linear.inputs, keras.layers.ReLU()(normalized))
    ended.get_layer("norm").set_weights(np.array([[2] * 5, [-50] * 5, [9] * 5, [4] * 5], np.float32))
    for model in (linear, ended):
        found = tuning.curves(measured(model, layers="filters"))["filters"]
        assert around(found["preferred_orientation"], angles, 180).max() < 2
        assert found["orientation_selectivity"].min() > 0.5


def test_a_layer_with_negative_responses_is_left_out():
    assert tuning.curves({"linear": -np.ones((471, 2)), "other": np.ones((471, 2))}).keys() == {"other"}


def test_what_cannot_be_measured_is_refused():
    with refused("none"):
        tuning.responses(networks.functional(), [])
    with refused("[256, 256]"):
        tuning.responses(layer_of(np.ones((1, 1, 3, 1)), side=256), next(tuning.chunks(1)))
    with refused("nowhere"):
        tuning.responses(networks.functional(), next(tuning.chunks(1)), layers="nowhere", preprocess=read)
    with refused("has 3"):
        tuning.curves({"layer": np.ones((3, 2))})
    with refused("NaN"):
        tuning.curves({"layer": np.full((471, 2), np.nan)})


def test_a_control_has_other_kernels_and_is_the_same_twice():
    model = networks.tiny_vgg16()
    one, again, other = (tuning.random_control(model, seed=seed).get_weights() for seed in (0, 0, 1))
    for kernel, same, another, own in zip(one, again, other, model.get_weights(), strict=True):
        np.testing.assert_array_equal(kernel, same)
        if kernel.ndim > 1:
            assert not np.isclose(kernel, another).any() or kernel.size > 100
            assert abs(np.corrcoef(kernel.ravel(), own.ravel())[0, 1]) < 0.5
            assert kernel.std() == pytest.approx(np.sqrt(2 / np.prod(kernel.shape[:-1])), rel=0.4)
        else:
            assert not kernel.any()
