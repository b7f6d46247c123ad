"""Figures of feature maps: drawn values, colour scales, dead channels, text alternatives."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PatchCollection

import vggviz
from plotted import DEAD, arrays_of, text_of, tile
from sentences import refused
from vggviz.figures.scales import number_text

MAPS = {"conv": np.ones((1, 8, 8, 12), np.float32)}


@pytest.mark.parametrize("scale", ["layer", "global"])
def test_on_a_common_scale_values_are_unchanged(maps, scale):
    _, ax = vggviz.plot_feature_maps(maps, "conv", scale=scale)
    (whole,) = arrays_of(ax)
    assert np.array_equal(whole, vggviz.mosaic(maps["conv"][0], 4), equal_nan=True)
    limit = maps["conv"].max() if scale == "layer" else max(values.max() for values in maps.values())
    assert ax.images[0].get_clim() == pytest.approx((0, limit))


def test_the_layers_scale_keeps_the_order_of_the_maxima(maps):
    figure, ax = vggviz.plot_feature_maps(maps, "conv", scale="layer")
    colours = ax.images[0].to_rgba(arrays_of(ax)[0])
    brightness = colours[..., 1]  # green rises all along viridis
    drawn = [tile(brightness, k, 8, 4).max() for k in range(12)]
    strongest = maps["conv"][0].max(axis=(0, 1))
    order = np.argsort(strongest)
    assert (np.diff(np.array(drawn)[order]) >= 0).all()
    assert np.ptp(drawn) > 0.3
    assert "layer's maximum" in text_of(figure)


def test_each_channel_by_its_own_maximum(maps):
    figure, ax = vggviz.plot_feature_maps(maps, "conv", scale="channel")
    (whole,) = arrays_of(ax)
    for k in range(12):
        expected = maps["conv"][0, ..., k] / (maps["conv"][0, ..., k].max() or 1)
        np.testing.assert_allclose(tile(whole, k, 8, 4), expected, rtol=1e-6)
    assert ax.images[0].get_clim() == (0, 1)
    assert "own maximum" in text_of(figure)


@pytest.mark.parametrize("clip", [50, 99.5])
def test_clip_is_the_percentile_and_is_named(maps, clip):
    figure, ax = vggviz.plot_feature_maps(maps, "conv", clip=clip)
    assert ax.images[0].get_clim()[1] == pytest.approx(np.percentile(maps["conv"], clip), rel=1e-5)
    assert f"{clip:g}th percentile" in text_of(figure)
    figure, ax = vggviz.plot_feature_maps(maps, "conv", clip=clip, scale="channel")
    limit = np.percentile(maps["conv"][0, ..., 5], clip)
    np.testing.assert_allclose(tile(arrays_of(ax)[0], 5, 8, 4), maps["conv"][0, ..., 5] / limit, rtol=1e-5)


@pytest.mark.parametrize("scale", ["channel", "layer", "global"])
def test_the_colourbar_has_the_scale_of_the_image(maps, scale):
    _, ax = vggviz.plot_feature_maps(maps, "conv", scale=scale)
    bar = ax.images[0].colorbar
    assert (bar.vmin, bar.vmax) == ax.images[0].get_clim()
    assert bar.cmap.name == ax.images[0].cmap.name == "viridis"


def test_with_negative_values_zero_is_in_the_middle(linear):
    for scale in ("layer", "channel"):
        _, ax = vggviz.plot_feature_maps(linear, "linear", scale=scale)
        low, high = ax.images[0].get_clim()
        assert low == -high
        assert np.allclose(ax.images[0].to_rgba(np.array([[0.0]]))[0, 0, :3], 0.97, atol=0.02)
        assert np.nanmax(np.abs(arrays_of(ax)[0])) <= high * (1 + 1e-6)


def test_dead_channels_are_hatched(maps):
    figure, ax = vggviz.plot_feature_maps(maps, "conv")
    (hatched,) = [c for c in ax.collections if isinstance(c, PatchCollection) and c.get_hatch()]
    (path,) = hatched.get_paths()
    low, high = path.get_extents().get_points()
    expected = np.array([DEAD % 4 * 9, DEAD // 4 * 9])
    assert np.allclose(low, expected - 0.5)
    assert np.allclose(high, expected + 7.5)
    assert f"1 of these channels is dead here: {DEAD}." in vggviz.text_alternative(figure)


@pytest.mark.parametrize("scale", ["channel", "layer", "global"])
def test_a_dead_layer(scale):
    zeros = {"conv": np.zeros((1, 4, 4, 5), np.float32)}
    figure, ax = vggviz.plot_feature_maps(zeros, "conv", scale=scale)
    figure.canvas.draw()
    assert len(ax.collections[0].get_paths()) == 5
    text = vggviz.text_alternative(figure)
    assert "All 5 of these channels are dead" in text
    assert "largest activation" not in text


def test_the_text_alternative_holds_the_numbers(maps):
    figure, _ = vggviz.plot_feature_maps(maps, "conv")
    text, first = vggviz.text_alternative(figure), maps["conv"][0]
    assert f"{number_text(first.max())}" in text
    assert f"channel {first.max(axis=(0, 1)).argmax()};" in text
    assert f"{(first == 0).mean():.0%} of the values are zero" in text
    assert f"{(~first.any(axis=(0, 1))).sum()} of these channels is dead" in text
    assert "All 12 feature maps of conv" in text
    assert "8 x 8" in text


def test_the_text_alternative_names_the_channels_drawn(maps):
    figure, _ = vggviz.plot_feature_maps(maps, "conv", channels=[7, 0, 9])
    text, maxima = vggviz.text_alternative(figure), maps["conv"][0].max(axis=(0, 1))
    assert "3 of 12 feature maps of conv: channels 7, 0, 9." in text
    weakest = min([7, 0, 9], key=lambda k: maxima[k])
    assert f"the weakest, {weakest}, reaches {number_text(maxima[weakest])};" in text
    assert "dead" not in text


def test_a_single_channel_is_not_the_weakest_of_its_mosaic(maps):
    figure, _ = vggviz.plot_feature_maps(maps, "conv", channels=[7])
    text = vggviz.text_alternative(figure)
    assert f"The largest activation, {number_text(maps['conv'][0, ..., 7].max())}, is in channel 7" in text
    assert "weakest" not in text


def test_maps_without_zeros_say_so():
    maps = {"conv": np.arange(1, 33, dtype=np.float32).reshape(1, 4, 4, 2)}
    assert "no value is zero" in vggviz.text_alternative(vggviz.plot_feature_maps(maps, "conv")[0])
    assert "none are zero" in vggviz.text_alternative(vggviz.plot_channel(maps, "conv", 0)[0])


def test_the_figure_names_the_number_of_channels_drawn(maps):
    figure, ax = vggviz.plot_feature_maps(maps, "conv", top=4)
    assert "4 of 12" in text_of(figure)
    assert "4 of 12" in vggviz.text_alternative(figure)
    assert "image 1 of 2" in text_of(figure)
    strongest = np.argsort(-maps["conv"][0].max(axis=(0, 1)))[:4]
    for place, index in enumerate(strongest):
        assert np.array_equal(tile(arrays_of(ax)[0], place, 8, 2), maps["conv"][0, ..., index])
    shown = [text.get_text() for text in ax.texts]
    assert shown == [str(index) for index in strongest]


def test_channels_are_drawn_in_the_order_given(maps):
    _, ax = vggviz.plot_feature_maps(maps, "conv", channels=[7, 0, 7])
    for place, index in enumerate([7, 0, 7]):
        assert np.array_equal(tile(arrays_of(ax)[0], place, 8, 2), maps["conv"][0, ..., index])
    _, ax = vggviz.plot_feature_maps(maps, "conv", channels=range(6), top=2)
    best = np.argsort(-maps["conv"][0, ..., :6].max(axis=(0, 1)))[:2]
    assert [text.get_text() for text in ax.texts] == [str(index) for index in best]


def test_a_large_mosaic_is_reduced_without_losing_a_maximum(monkeypatch):
    values = np.random.default_rng(0).exponential(1, (1, 224, 224, 64)).astype(np.float32)
    figure, ax = vggviz.plot_feature_maps({"conv": values}, "conv")
    (whole,) = arrays_of(ax)
    assert max(whole.shape) <= 1700
    assert "largest of 2 x 2 cells" in text_of(figure)
    blocks = values[0].reshape(112, 2, 112, 2, 64).max(axis=(1, 3))
    assert np.array_equal(tile(whole, 9, 112, 8, gap=3), blocks[..., 9])


def test_a_large_mosaic_keeps_the_strongest_negative_values():
    values = np.random.default_rng(0).normal(-1, 1, (1, 223, 223, 64)).astype(np.float32)
    figure, ax = vggviz.plot_feature_maps({"linear": values}, "linear")
    assert "largest in size of 2 x 2 cells" in text_of(figure)
    assert np.nanmin(arrays_of(ax)[0]) == values.min()
    assert tile(arrays_of(ax)[0], 9, 112, 8, gap=3)[0, 0] == max(values[0, :2, :2, 9].ravel(), key=abs)


@pytest.mark.parametrize("scale", ["channel", "layer", "global"])
def test_maps_without_a_positive_value(scale):
    maps = {"linear": np.full((1, 4, 4, 2), -2, np.float32)}
    maps["linear"][0, 0, 0] = -3
    for figure, _ in (
        vggviz.plot_feature_maps(maps, "linear", scale=scale),
        vggviz.plot_channel(maps, "linear", 0, scale=scale),
    ):
        text = vggviz.text_alternative(figure)
        assert re.search(r"100% (of the values )?are negative", text)
        assert "zero" not in text
        assert "maximum" not in text_of(figure)
    figure, _ = vggviz.plot_layers(maps, scale=scale)
    assert "largest absolute value" in vggviz.text_alternative(figure).lower()


def test_the_strongest_map_of_each_layer(maps, image):
    figure, axes = vggviz.plot_layers(maps, image=image)
    assert np.array_equal(axes[0].images[0].get_array(), image)
    assert len(axes) == 3
    for ax, (layer, values) in zip(axes[1:], maps.items(), strict=True):
        best = values[0].max(axis=(0, 1)).argmax()
        strongest = values[0, ..., best]
        np.testing.assert_allclose(arrays_of(ax)[0], strongest / strongest.max(), rtol=1e-6)
        assert f"channel {best}" in ax.get_title()
        text = vggviz.text_alternative(figure)
        assert f"{layer}: channel {best}, maximum {number_text(strongest.max())} in the " in text
        assert text.startswith("After the photograph, the strongest map of each of 2 layers")


def test_layers_by_default_are_the_last_convolution_of_each_size():
    sizes = {"a1": 8, "a2": 8, "a_pool": 4, "b1": 4, "b2": 4, "b_pool": 2}
    maps = {name: np.ones((1, side, side, 2), np.float32) for name, side in sizes.items()}
    _, axes = vggviz.plot_layers(maps)
    assert [ax.get_title().split()[0] for ax in axes] == ["a2", "b2"]


def test_several_channels_of_each_layer(maps):
    figure, axes = vggviz.plot_layers(maps, layers=["conv"], top=3, scale="layer")
    assert vggviz.text_alternative(figure).startswith(
        "The 3 strongest maps, each scaled by its layer's maximum"
    )
    strongest = np.argsort(-maps["conv"][0].max(axis=(0, 1)))[:3]
    for ax, index in zip(axes, strongest, strict=True):
        assert np.array_equal(arrays_of(ax)[0], maps["conv"][0, ..., index])
        assert ax.images[0].get_clim()[1] == pytest.approx(maps["conv"].max())


def test_of_many_maps_of_layers_the_channels_and_maxima_are_told(maps):
    text = vggviz.text_alternative(vggviz.plot_layers(maps, layers=["conv"], top=8)[0])
    maxima = maps["conv"][0].max(axis=(0, 1))
    listed = ", ".join(f"{k} ({number_text(maxima[k])})" for k in np.argsort(-maxima)[:8])
    assert f"conv: {listed}." in text


def test_dead_maps_among_layers_are_labelled():
    figure, (ax,) = vggviz.plot_layers({"conv": np.zeros((1, 4, 4, 5), np.float32)})
    figure.canvas.draw()
    assert "dead" in ax.get_title()
    assert "dead" in vggviz.text_alternative(figure)


def test_one_channel_beside_the_photograph(maps, image):
    figure, axes = vggviz.plot_channel(maps, "conv", 5, image=image)
    values = maps["conv"][0, ..., 5]
    assert np.array_equal(axes[0].images[0].get_array(), image)
    assert np.array_equal(arrays_of(axes[1])[0], values)
    row, column = np.unravel_index(values.argmax(), values.shape)
    text = vggviz.text_alternative(figure)
    assert f"{number_text(values.max())}, at row {row}, column {column}" in text
    assert "conv, channel 5, beside the photograph" in text
    assert "Brightest colour" not in text
    text = vggviz.text_alternative(vggviz.plot_channel(maps, "conv", 5, scale="layer")[0])
    assert f"Brightest colour: {number_text(maps['conv'].max())}." in text


def test_one_channel_over_the_photograph(maps, image):
    figure, (ax,) = vggviz.plot_channel(maps, "conv", 5, image=image, overlay=True)
    assert "over the photograph" in vggviz.text_alternative(figure)
    extents = {tuple(image.get_extent()) for image in ax.images}
    assert len(ax.images) == 2
    assert extents == {(-0.5, 39.5, 39.5, -0.5)}
    assert any(np.array_equal(drawn, maps["conv"][0, ..., 5]) for drawn in arrays_of(ax))


@pytest.mark.parametrize("overlay", [False, True])
def test_a_dead_channel_alone_is_hatched_and_labelled(maps, image, overlay):
    figure, axes = vggviz.plot_channel(maps, "conv", DEAD, image=image, overlay=overlay)
    figure.canvas.draw()
    assert "dead" in axes[-1].get_title()
    assert any(collection.get_hatch() for collection in axes[-1].collections)
    assert "all zero" in vggviz.text_alternative(figure)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: vggviz.plot_feature_maps(MAPS, "cnv"), ["'cnv'", "'conv'"]),
        (lambda: vggviz.plot_feature_maps(MAPS, "conv", scale="own"), ["'own'", "channel", "global"]),
        (lambda: vggviz.plot_feature_maps(MAPS, "conv", channels=[12]), ["11", "12"]),
        (lambda: vggviz.plot_feature_maps(MAPS, "conv", channels=[-1]), ["11", "-1"]),
        (lambda: vggviz.plot_feature_maps(MAPS, "conv", channels=[1.5]), ["11", "1.5"]),
        (lambda: vggviz.plot_feature_maps(MAPS, "conv", channels=[]), ["11", "[]"]),
        (lambda: vggviz.plot_feature_maps(MAPS, "conv", top=0), ["0", "1"]),
        (lambda: vggviz.plot_feature_maps(MAPS, "conv", clip=0), ["0", "100"]),
        (lambda: vggviz.plot_feature_maps(MAPS, "conv", clip=101), ["101", "100"]),
        (
            lambda: vggviz.plot_feature_maps({"conv": MAPS["conv"][0]}, "conv"),
            ["(8, 8, 12)", "(N, h, w, c)"],
        ),
        (lambda: vggviz.plot_channel(MAPS, "conv", 12), ["11", "12"]),
        (lambda: vggviz.plot_channel(MAPS, "cnv", 1), ["'cnv'", "'conv'"]),
        (lambda: vggviz.plot_layers(MAPS, layers=["cnv"]), ["'cnv'", "'conv'"]),
        (lambda: vggviz.plot_layers(MAPS, top=0), ["0", "1"]),
        (lambda: vggviz.plot_layers(MAPS, top=13), ["12", "13"]),
        (lambda: vggviz.plot_layers(MAPS, scale="own"), ["'own'", "channel"]),
        (lambda: vggviz.plot_layers({}), ["layer"]),
    ],
)
def test_invalid_arguments(call, expected):
    with refused(*expected):
        call()
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    "plot", [lambda *a, **k: vggviz.plot_channel(*a, "conv", 5, **k), vggviz.plot_layers]
)
def test_the_photograph_has_its_own_title_if_one_is_given(maps, image, plot):
    assert plot(maps, image=image)[1][0].get_title() == "the photograph"
    assert plot(maps, image={"a motorcycle": image})[1][0].get_title() == "a motorcycle"
    with refused("2", "{title: image}"):
        plot(maps, image={"one": image, "two": image})
