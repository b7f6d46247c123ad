"""Tuning: hand-made filters are found at their orientation and hue; rotations; cells away from the border."""

import numpy as np
import pytest

import networks
from sentences import refused
from vggviz import feature_maps
from vggviz._shared import backend
from vggviz.activations import inner_cells
from vggviz.analysis import Tuning, inner_responses, tuning_curves
from vggviz.datasets import draw_grating, hue_colour
from vggviz.models.graph import unfold

ORIENTATIONS = np.arange(0, 180, 15.0)
GRATINGS = (
    np.stack([draw_grating(angle, f) for f in (0.05, 0.1) for angle in ORIENTATIONS])[:, :64, :64] - 127.5
)
BOTH = np.tile(ORIENTATIONS, 2)


def line_filters(*angles, colours=(1, 1, 1), side=64):
    """A network of one layer whose channels are lines of the given orientations in a field of 11 pixels."""
    keras = backend.keras()
    row, column = np.mgrid[5:-6:-1, -5:6]
    kernels = []
    for angle in np.radians(angles):
        across = row * np.cos(angle) - column * np.sin(angle)
        line = np.cos(2 * np.pi * across / 12) * np.exp(-(row**2 + column**2) / 18)
        kernels.append((line - line.mean())[..., np.newaxis] * np.array(colours))
    inputs = keras.Input((side, side, 3))
    layer = keras.layers.Conv2D(len(angles), 11, padding="same", activation="relu", name="lines")
    model = keras.Model(inputs, layer(inputs))
    layer.set_weights([np.stack(kernels, axis=-1), np.zeros(len(angles))])
    return model


def around(one, other, period):
    """Distance of two angles on a circle."""
    return np.abs((np.subtract(one, other) + period / 2) % period - period / 2)


def test_a_hand_made_line_is_found_at_its_orientation():
    angles = (0, 37, 90, 135)
    found = tuning_curves(inner_responses(line_filters(*angles), GRATINGS), BOTH)["lines"]
    assert around(found.preferred, angles, 180).max() < 2
    assert found.selectivity.min() > 0.3
    np.testing.assert_array_equal(found.angles, ORIENTATIONS)
    assert (found.curves.shape, found.period) == ((12, 4), 180)


def test_a_turned_filter_has_the_turned_curve():
    found = tuning_curves(inner_responses(line_filters(15, 105), GRATINGS), BOTH)["lines"]
    np.testing.assert_allclose(np.roll(found.curves[:, 0], 6), found.curves[:, 1], rtol=0.02)


@pytest.mark.parametrize("hue", [0, 60, 210])
def test_a_filter_of_a_colour_is_found_at_its_hue(hue):
    hues = np.arange(0, 360, 30.0)
    wheel = [draw_grating(90, 0.08, colours=([127.5] * 3, hue_colour(angle))) for angle in hues]
    keras = backend.keras()
    inputs = keras.Input((64, 64, 3))
    layer = keras.layers.Conv2D(1, 1, activation="relu", name="colour")
    model = keras.Model(inputs, layer(inputs))
    layer.set_weights([(hue_colour(hue) - 127.5).reshape(1, 1, 3, 1), np.zeros(1)])
    responses = inner_responses(model, np.stack(wheel)[:, :64, :64] - 127.5)
    found = tuning_curves(responses, hues, period=360)["colour"]
    assert around(found.preferred, hue, 360).max() < 1
    assert found.selectivity[0] == pytest.approx(np.pi / 4, abs=0.03)  # of a rectified cosine


def test_a_filter_without_orientation_is_not_selective():
    responses = np.stack([np.ones(24), np.zeros(24), BOTH == 45], axis=1)
    found = tuning_curves({"layer": responses}, BOTH)["layer"]
    np.testing.assert_allclose(found.selectivity, [0, 0, 1], atol=1e-12)
    assert np.isnan(found.preferred[1])
    assert found.preferred[2] == pytest.approx(45)


def test_responses_of_an_angle_are_averaged_in_any_order():
    rng = np.random.default_rng(0)
    responses, order = rng.random((24, 3)), rng.permutation(24)
    one = tuning_curves({"layer": responses}, BOTH)["layer"]
    other = tuning_curves({"layer": responses[order]}, BOTH[order])["layer"]
    np.testing.assert_allclose(one.curves, responses.reshape(2, 12, 3).mean(axis=0))
    np.testing.assert_allclose(other.curves, one.curves)


def test_the_preferred_angle_goes_around_the_circle():
    curves = np.array([[1.0, 1, 1], [1, 0, 0], [0, 0, 0], [0, 1, 1e-20]])
    found = Tuning(np.array([0, 45, 90, 135.0]), curves, 180)
    np.testing.assert_allclose(found.preferred, [22.5, 157.5, 0])


def test_the_border_does_not_count():
    """With padding every border is an edge, and only there does an even image excite a line filter."""
    even = np.full((2, 64, 64, 3), 100.0)
    (responses,) = inner_responses(line_filters(0, 90), even).values()
    assert np.abs(responses).max() < 0.01 < 100
    assert np.asarray(line_filters(0, 90)(even)).max() > 10


def test_the_inner_cells_are_those_whose_field_holds_no_padding():
    model = networks.functional()
    batch = np.random.default_rng(0).normal(0, 50, (5, 32, 32, 3)).astype(np.float32)
    found = inner_responses(model, batch, ["conv_a", "conv_b"])
    assert [values.shape for values in found.values()] == [(5, 4), (5, 6)]
    maps = feature_maps(model, batch, "conv_b")["conv_b"]
    np.testing.assert_allclose(found["conv_b"], maps[:, 2:-2, 2:-2].mean(axis=(1, 2)), rtol=1e-4)


def all_kinds_of_windows(keras):
    """Even, odd and dilated windows, strides, and pools of overlapping windows."""
    yield keras.layers.Conv2D(4, 3, padding="same", activation="relu", name="one")
    yield keras.layers.Conv2D(5, (2, 3), padding="same", activation="relu", name="two")
    yield keras.layers.MaxPooling2D(2, name="pool")
    yield keras.layers.Conv2D(5, 3, padding="same", activation="relu", name="three")
    yield keras.layers.AveragePooling2D(3, strides=2, name="mean")
    yield keras.layers.DepthwiseConv2D(3, padding="same", dilation_rate=2, name="four")
    yield keras.layers.Conv2D(6, 3, strides=(3, 2), padding="valid", activation="relu", name="five")


def test_cells_that_are_cut_off_change_no_mean(monkeypatch):
    keras = backend.keras()
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((61, 66, 3)), *all_kinds_of_windows(keras)])
    batch = np.random.default_rng(0).normal(0, 50, (5, 61, 66, 3)).astype(np.float32)
    layers = ["five", "mean", "one", "three", "four"]
    found = inner_responses(model, batch, layers)
    assert list(found) == layers
    rectified = inner_responses(model, batch, layers, rectified=True)
    monkeypatch.setattr(inner_cells, "_tensors_of_means", lambda model, names, rectified: None)
    unfold(model).functions.clear()
    for name, means in inner_responses(model, batch, layers).items():
        assert means.std() > 0.01
        np.testing.assert_allclose(found[name], means, rtol=1e-4, atol=1e-5)
    for name, means in inner_responses(model, batch, layers, rectified=True).items():
        np.testing.assert_allclose(rectified[name], means, rtol=1e-4, atol=1e-5)
    assert (rectified["four"] > found["four"]).all()  # it has no activation
    np.testing.assert_array_equal(rectified["three"], found["three"])


def normalized_and_added(keras):
    """A convolution with a normalization and an activation, one with a normalization that is added."""
    images = keras.Input((32, 32, 3))
    first = keras.layers.Conv2D(4, 3, padding="same", name="first")(images)
    first = keras.layers.ReLU(name="relu")(keras.layers.BatchNormalization(name="first_norm")(first))
    second = keras.layers.Conv2D(4, 3, padding="same", name="second")(first)
    second = keras.layers.BatchNormalization(name="second_norm")(second)
    third = keras.layers.Conv2D(4, 1, name="third")(keras.layers.Add()([first, second]))
    model = keras.Model(images, third)
    rng = np.random.default_rng(1)
    for name in ("first_norm", "second_norm"):
        model.get_layer(name).set_weights(rng.uniform(0.5, 2, (4, 4)).astype(np.float32))
    return model


def test_rectified_responses_are_of_what_a_layer_passes_on():
    keras = backend.keras()
    keras.utils.set_random_seed(0)
    model = normalized_and_added(keras)
    batch = np.random.default_rng(0).normal(0, 5, (3, 32, 32, 3)).astype(np.float32)
    found = inner_responses(model, batch, ["first", "second", "third"], rectified=True)
    inner = {"first": 1, "second": 2, "third": 2}
    for name, end in {"first": "relu", "second": "second_norm", "third": "third"}.items():
        maps = keras.Model(model.inputs, model.get_layer(end).output).predict(batch, verbose=0)
        cells = maps[:, inner[name] : -inner[name], inner[name] : -inner[name]]
        np.testing.assert_allclose(found[name], np.maximum(cells, 0).mean(axis=(1, 2)), rtol=1e-4, atol=1e-5)
        assert name == "first" or (cells < 0).any()


def test_a_second_call_builds_no_graph():
    model, batch = networks.functional(), np.zeros((1, 32, 32, 3), np.float32)

    def built():
        inner_responses(model, batch, ["conv_a", "conv_b"])
        return list(unfold(model).functions), len(model.get_layer("conv_a")._inbound_nodes)

    assert built() == built()


def test_cells_near_the_border_are_cut_off_in_a_chain_only():
    def cut(model, name):
        return inner_cells._tensors_of_means(model, (name,), rectified=False) is not None

    keras = backend.keras()
    assert cut(keras.Sequential([keras.Input((61, 66, 3)), *all_kinds_of_windows(keras)]), "five")
    assert cut(networks.functional(), "conv_b")
    assert not cut(networks.sequential(), "second")  # strides with padding
    assert not cut(networks.nested(), "inner_conv1")  # after a rescaling
    assert not cut(line_filters(0, side=8), "lines")  # no inner cell


def test_in_an_even_image_all_inner_cells_are_alike():
    """Also where the padding is no multiple of the stride: here they are 3 and 2 pixels."""
    keras = backend.keras()
    layers = [
        keras.layers.Conv2D(4, 3, padding="same", name="one"),
        keras.layers.AveragePooling2D(2),
        keras.layers.Conv2D(6, 3, padding="same", name="two"),
    ]
    model = keras.Sequential([keras.Input((32, 32, 3)), *layers])
    even = np.full((1, 32, 32, 3), 100, np.float32)
    found = inner_responses(model, even, "two")["two"]
    np.testing.assert_allclose(found, np.asarray(model(even))[:, 8, 8], rtol=1e-4)


def test_a_network_for_images_of_any_size():
    keras = backend.keras()
    layers = [
        keras.layers.Conv2D(4, 3, padding="same", name="one"),
        keras.layers.MaxPooling2D(2, name="pool"),
    ]
    fixed, free = (keras.Sequential([keras.Input((side, side, 3)), *layers]) for side in (32, None))
    batch = np.random.default_rng(0).normal(0, 50, (3, 32, 32, 3)).astype(np.float32)
    wanted = inner_responses(fixed, batch)
    for name, means in inner_responses(free, batch).items():
        np.testing.assert_allclose(means, wanted[name], rtol=1e-4, atol=1e-5)


def test_without_an_inner_cell_the_middle_ones_are_taken():
    keras = backend.keras()
    inputs = keras.Input((8, 9, 3))
    layer = keras.layers.Conv2D(2, 15, padding="same", activation="relu", name="wide")
    model = keras.Model(inputs, layer(inputs))
    batch = np.random.default_rng(0).normal(0, 50, (1, 8, 9, 3)).astype(np.float32)
    maps = np.asarray(model(batch))
    found = inner_responses(model, batch)["wide"]
    np.testing.assert_allclose(found, maps[:, 3:5, 4:5].mean(axis=(1, 2)), rtol=1e-4)


@pytest.mark.parametrize(
    "angles",
    [[0, 90, 0, 90], [0, 60, 120, 60], [0, 60, 120, 180], [0, 50, 120, 170], [-60, 0, 60, 120]],
)
def test_angles_that_are_no_circle_are_refused(angles):
    with refused("at equal distances and equally often"):
        tuning_curves({"layer": np.ones((4, 2))}, np.array(angles, float))


def test_responses_that_are_none_are_refused():
    angles = np.array([0, 60, 120.0])
    with refused("-1"):
        tuning_curves({"layer": np.array([[1.0], [-1], [0]])}, angles)
    with refused("(2, 1)"):
        tuning_curves({"layer": np.ones((2, 1))}, angles)
    with refused("nowhere"):
        inner_responses(networks.functional(), np.zeros((1, 32, 32, 3)), "nowhere")
