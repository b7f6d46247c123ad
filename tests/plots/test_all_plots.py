"""Plots: true to the numbers, honest about their scale, and without traces elsewhere."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure

import vggviz
from sentences import refused
from vggviz.figures import described_figure
from vggviz.figures.scales import number_text

DEAD = 3


@pytest.fixture(autouse=True)
def traceless(monkeypatch):
    """Nothing is shown, no setting of matplotlib changes, and arrays may not be written."""
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("plt.show was called"))
    before = dict(mpl.rcParams)
    yield
    assert dict(mpl.rcParams) == before
    plt.close("all")


def locked(array):
    array.setflags(write=False)
    return array


@pytest.fixture(scope="module")
def maps():
    """Twelve channels of distinct strength, number 3 dead; the second image is stronger."""
    values = np.random.default_rng(1).exponential(1, (2, 8, 8, 12)).astype(np.float32)
    values *= np.random.default_rng(2).permutation(np.arange(1, 13)).astype(np.float32)
    values[1] *= 3
    values[..., DEAD] = 0
    small = values[:, :4, :4] * 10
    return {"conv": locked(values), "deep": locked(small)}


@pytest.fixture(scope="module")
def linear():
    """Maps without ReLU: values on both sides of zero."""
    values = np.random.default_rng(4).normal(0, 2, (1, 6, 6, 5)).astype(np.float32)
    values[..., DEAD] = 0
    return {"linear": locked(values)}


@pytest.fixture(scope="module")
def image():
    return locked(np.random.default_rng(3).integers(0, 256, (40, 40, 3), dtype=np.uint8))


@pytest.fixture(scope="module")
def cell():
    rng = np.random.default_rng(6)
    patch, kernel = rng.normal(size=(2, 3, 3, 20)).astype(np.float32)
    products = locked(patch * kernel)
    total = float(products.sum(dtype=float)) + 0.5
    return vggviz.Cell("conv", 4, 2, 1, locked(patch), locked(kernel), products, 0.5, total, max(total, 0))


@pytest.fixture(scope="module")
def of_channels(maps, image, functional):
    """Plots of what excites channels, how alike they are and which feed which."""
    examples = vggviz.datasets.dataset_examples(functional, {"photo": image}, "conv_a")["conv_a"]
    crops = vggviz.datasets.example_crops(examples, {"photo": image}, [0, 2])
    similarity = vggviz.analysis.channel_similarity(maps, "conv")
    objective = vggviz.objectives.channel("conv_linear", 2)
    trace = vggviz.analysis.trace(functional, vggviz.preprocess(image[:32, :32]), objective)
    return {
        "examples": lambda ax: vggviz.plot_examples(examples, crops, ax=ax),
        "similarity": lambda ax: vggviz.plot_similarity(similarity, ax=ax),
        "trace": lambda ax: vggviz.plot_trace(trace, ax=ax),
    }


@pytest.fixture(scope="module")
def of_pictures(linear, image):
    """Plots of attributions, of images drawn for a network, and of measures."""
    levels = locked(image[np.newaxis].astype(np.float32))
    drawn = vggviz.feature_visualization.Visualization(
        levels, np.array([[1.0, 3.0, 2.0]]), ("channel 1 of conv",)
    )
    curves = np.array([[4.0, 2.0, 1.0]])
    removed = vggviz.attribution.DeletionInsertion(
        np.linspace(0, 1, 3), curves, curves[:, ::-1], "logit of class 3"
    )
    measures = {"rank": {"conv": 3.0, "deep": 2.0}}
    signed = {"saliency": locked(linear["linear"][0, ..., 0])}
    points = np.array([[0.0, 1.0], [3.0, 2.0]])
    return {
        "attribution": lambda ax: vggviz.plot_attribution(signed, ax=ax),
        "deletion and insertion": lambda ax: vggviz.plot_deletion_insertion({"own": removed}, ax=ax),
        "visualization": lambda ax: vggviz.plot_visualization(drawn, ax=ax),
        "ascent": lambda ax: vggviz.plot_ascent(drawn, ax=ax),
        "by layer": lambda ax: vggviz.plot_by_layer(measures, ax=ax),
        "image map": lambda ax: vggviz.plot_image_map(points, [image, image], ax=ax),
    }


@pytest.fixture(scope="module")
def draw(maps, linear, image, cell, functional, of_channels, of_pictures):
    """Every plot, as functions of `ax` alone."""
    rgb = locked(np.random.default_rng(0).normal(size=(3, 3, 3, 10)).astype(np.float32))
    deep = locked(np.random.default_rng(0).normal(size=(3, 3, 20, 10)).astype(np.float32))
    statistics = vggviz.channel_statistics(maps)
    field = vggviz.ReceptiveField(9, 4, 3)
    table = vggviz.layer_table(functional)
    mixed = {"photo": image, "numbers": maps["conv"][0, ..., 0], "signed": linear["linear"][0, ..., 0]}
    return {
        "images": lambda ax: vggviz.plot_images(mixed, ax=ax),
        "filters in colour": lambda ax: vggviz.plot_filters(rgb, ax=ax),
        "deeper filters": lambda ax: vggviz.plot_filters(deep, ax=ax),
        "feature maps": lambda ax: vggviz.plot_feature_maps(maps, "conv", ax=ax),
        "layers": lambda ax: vggviz.plot_layers(maps, image=image, ax=ax),
        "channel": lambda ax: vggviz.plot_channel(maps, "conv", 5, image=image, ax=ax),
        "overlay": lambda ax: vggviz.plot_channel(maps, "conv", 5, image=image, overlay=True, ax=ax),
        "receptive field": lambda ax: vggviz.plot_receptive_field(field, image, [0, 5], [9, 5], ax=ax),
        "statistics by layer": lambda ax: vggviz.plot_channel_statistics(statistics, ax=ax),
        "statistics of a layer": lambda ax: vggviz.plot_channel_statistics(statistics, "conv", ax=ax),
        "layer table": lambda ax: vggviz.plot_layer_table(table, ax=ax),
        "cell": lambda ax: vggviz.plot_cell(cell, ax=ax),
        **of_channels,
        **of_pictures,
    }


PLOTS = [
    "images",
    "filters in colour",
    "deeper filters",
    "feature maps",
    "layers",
    "channel",
    "overlay",
    "receptive field",
    "statistics by layer",
    "statistics of a layer",
    "layer table",
    "cell",
    "examples",
    "similarity",
    "trace",
    "attribution",
    "deletion and insertion",
    "visualization",
    "ascent",
    "by layer",
    "image map",
]


def pictures(ax):
    """The arrays that an axes shows, NaN in gaps."""
    return [np.ma.filled(image.get_array().astype(float), np.nan) for image in ax.images]


def tile(whole, number, size, columns, gap=1):
    row, column = divmod(number, columns)
    top, left = row * (size + gap), column * (size + gap)
    return whole[top : top + size, left : left + size]


def words(figure):
    """Everything that is written in a figure."""
    found = figure.findobj(mpl.text.Text)
    return " ".join(text.get_text() for text in found)


# --- laws of every plot


def test_every_plot_is_tried(draw):
    assert sorted(draw) == sorted(PLOTS)
    functions = {name for name in dir(vggviz) if name.startswith("plot_")}
    used = {name for call in draw.values() for name in call.__code__.co_names}
    assert functions <= used


@pytest.mark.parametrize("name", PLOTS)
def test_a_figure_of_its_own(draw, name):
    figure, axes = draw[name](None)
    assert isinstance(figure, Figure)
    for ax in np.atleast_1d(axes):
        assert described_figure.root(ax) is figure
    assert [plt.figure(number) for number in plt.get_fignums()] == [figure]
    figure.canvas.draw()


@pytest.mark.parametrize("name", PLOTS)
def test_in_the_callers_axes(draw, name):
    outer, (left, right) = plt.subplots(1, 2, layout="constrained")
    figure, axes = draw[name](left)
    assert figure is outer
    for ax in np.atleast_1d(axes):
        assert described_figure.root(ax) is outer
        assert ax is not right
    assert plt.get_fignums() == [outer.number]
    assert not right.has_data()
    assert left.has_data() or any(child.has_data() for child in left.child_axes)
    figure.canvas.draw()


@pytest.mark.parametrize("name", PLOTS)
def test_in_a_figure_that_pyplot_does_not_know(draw, name):
    outer = Figure(layout="constrained")
    part = outer.subfigures(1, 2)[1]
    figure, _ = draw[name](part.add_subplot())
    assert figure is outer
    assert plt.get_fignums() == []
    figure.canvas.draw()


@pytest.mark.parametrize("name", PLOTS)
def test_the_same_inputs_give_the_same_bytes(draw, name):
    once, again = (described_figure.png(draw[name](None)[0]) for _ in range(2))
    assert once == again


@pytest.mark.parametrize("name", PLOTS)
def test_a_text_alternative_in_sentences(draw, name):
    figure, _ = draw[name](None)
    text = vggviz.text_alternative(figure)
    assert len(text) > 30
    assert text.endswith(".")
    assert "\n" not in text
    assert not {"nan", "inf"} & set(text.lower().replace(",", " ").split())


# --- feature maps


@pytest.mark.parametrize("scale", ["layer", "global"])
def test_on_a_common_scale_the_values_are_drawn_as_they_are(maps, scale):
    _, ax = vggviz.plot_feature_maps(maps, "conv", scale=scale)
    (whole,) = pictures(ax)
    assert np.array_equal(whole, vggviz.mosaic(maps["conv"][0], 4), equal_nan=True)
    limit = maps["conv"].max() if scale == "layer" else max(values.max() for values in maps.values())
    assert ax.images[0].get_clim() == pytest.approx((0, limit))


def test_the_layers_scale_keeps_the_order_of_the_maxima(maps):
    figure, ax = vggviz.plot_feature_maps(maps, "conv", scale="layer")
    colours = ax.images[0].to_rgba(pictures(ax)[0])
    brightness = colours[..., 1]  # green rises all along viridis
    drawn = [tile(brightness, k, 8, 4).max() for k in range(12)]
    strongest = maps["conv"][0].max(axis=(0, 1))
    order = np.argsort(strongest)
    assert (np.diff(np.array(drawn)[order]) >= 0).all()
    assert np.ptp(drawn) > 0.3
    assert "layer's maximum" in words(figure)


def test_each_channel_by_its_own_maximum(maps):
    figure, ax = vggviz.plot_feature_maps(maps, "conv", scale="channel")
    (whole,) = pictures(ax)
    for k in range(12):
        expected = maps["conv"][0, ..., k] / (maps["conv"][0, ..., k].max() or 1)
        np.testing.assert_allclose(tile(whole, k, 8, 4), expected, rtol=1e-6)
    assert ax.images[0].get_clim() == (0, 1)
    assert "own maximum" in words(figure)


@pytest.mark.parametrize("clip", [50, 99.5])
def test_a_clip_is_the_percentile_and_is_said(maps, clip):
    figure, ax = vggviz.plot_feature_maps(maps, "conv", clip=clip)
    assert ax.images[0].get_clim()[1] == pytest.approx(np.percentile(maps["conv"], clip), rel=1e-5)
    assert f"{clip:g}th percentile" in words(figure)
    figure, ax = vggviz.plot_feature_maps(maps, "conv", clip=clip, scale="channel")
    limit = np.percentile(maps["conv"][0, ..., 5], clip)
    np.testing.assert_allclose(tile(pictures(ax)[0], 5, 8, 4), maps["conv"][0, ..., 5] / limit, rtol=1e-5)


@pytest.mark.parametrize("scale", ["channel", "layer", "global"])
def test_the_colourbar_is_true_for_what_is_drawn(maps, scale):
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
        assert np.nanmax(np.abs(pictures(ax)[0])) <= high * (1 + 1e-6)


def test_dead_channels_are_hatched_where_they_stand(maps):
    figure, ax = vggviz.plot_feature_maps(maps, "conv")
    (hatched,) = [c for c in ax.collections if isinstance(c, PatchCollection) and c.get_hatch()]
    (path,) = hatched.get_paths()
    low, high = path.get_extents().get_points()
    expected = np.array([DEAD % 4 * 9, DEAD // 4 * 9])
    assert np.allclose(low, expected - 0.5)
    assert np.allclose(high, expected + 7.5)
    assert "1 of these channels are dead" in vggviz.text_alternative(figure)


@pytest.mark.parametrize("scale", ["channel", "layer", "global"])
def test_a_layer_that_is_dead_all_over(scale):
    zeros = {"conv": np.zeros((1, 4, 4, 5), np.float32)}
    figure, ax = vggviz.plot_feature_maps(zeros, "conv", scale=scale)
    figure.canvas.draw()
    assert len(ax.collections[0].get_paths()) == 5
    assert "5 of these channels are dead" in vggviz.text_alternative(figure)


def test_the_text_holds_the_numbers(maps):
    figure, _ = vggviz.plot_feature_maps(maps, "conv")
    text, first = vggviz.text_alternative(figure), maps["conv"][0]
    assert f"{number_text(first.max())}" in text
    assert f"channel {first.max(axis=(0, 1)).argmax()};" in text
    assert f"{(first <= 0).mean():.0%} of the values are zero" in text
    assert f"{(~first.any(axis=(0, 1))).sum()} of these channels are dead" in text
    assert "12 of 12 feature maps of conv" in text
    assert "8 x 8" in text


def test_if_only_some_are_drawn_the_figure_says_so(maps):
    figure, ax = vggviz.plot_feature_maps(maps, "conv", top=4)
    assert "4 of 12" in words(figure)
    assert "4 of 12" in vggviz.text_alternative(figure)
    assert "image 1 of 2" in words(figure)
    strongest = np.argsort(-maps["conv"][0].max(axis=(0, 1)))[:4]
    for place, number in enumerate(strongest):
        assert np.array_equal(tile(pictures(ax)[0], place, 8, 2), maps["conv"][0, ..., number])
    shown = [text.get_text() for text in ax.texts]
    assert shown == [str(number) for number in strongest]


def test_channels_in_the_order_asked_for(maps):
    _, ax = vggviz.plot_feature_maps(maps, "conv", channels=[7, 0, 7])
    for place, number in enumerate([7, 0, 7]):
        assert np.array_equal(tile(pictures(ax)[0], place, 8, 2), maps["conv"][0, ..., number])
    _, ax = vggviz.plot_feature_maps(maps, "conv", channels=range(6), top=2)
    best = np.argsort(-maps["conv"][0, ..., :6].max(axis=(0, 1)))[:2]
    assert [text.get_text() for text in ax.texts] == [str(number) for number in best]


def test_a_large_mosaic_is_reduced_without_losing_a_maximum(monkeypatch):
    values = np.random.default_rng(0).exponential(1, (1, 224, 224, 64)).astype(np.float32)
    figure, ax = vggviz.plot_feature_maps({"conv": values}, "conv")
    (whole,) = pictures(ax)
    assert max(whole.shape) <= 1700
    assert "largest of 2 x 2 cells" in words(figure)
    blocks = values[0].reshape(112, 2, 112, 2, 64).max(axis=(1, 3))
    assert np.array_equal(tile(whole, 9, 112, 8, gap=3), blocks[..., 9])


# --- layers and single channels


def test_the_strongest_map_of_each_layer(maps, image):
    figure, axes = vggviz.plot_layers(maps, image=image)
    assert np.array_equal(axes[0].images[0].get_array(), image)
    assert len(axes) == 3
    for ax, (layer, values) in zip(axes[1:], maps.items(), strict=True):
        best = values[0].max(axis=(0, 1)).argmax()
        strongest = values[0, ..., best]
        np.testing.assert_allclose(pictures(ax)[0], strongest / strongest.max(), rtol=1e-6)
        assert f"channel {best}" in ax.get_title()
        text = vggviz.text_alternative(figure)
        assert f"{layer}: channel {best}, maximum {number_text(strongest.max())}." in text


def test_layers_by_default_are_the_last_convolution_of_each_size():
    sizes = {"a1": 8, "a2": 8, "a_pool": 4, "b1": 4, "b2": 4, "b_pool": 2}
    maps = {name: np.ones((1, side, side, 2), np.float32) for name, side in sizes.items()}
    _, axes = vggviz.plot_layers(maps)
    assert [ax.get_title().split()[0] for ax in axes] == ["a2", "b2"]


def test_several_of_each_layer(maps):
    _, axes = vggviz.plot_layers(maps, layers=["conv"], top=3, scale="layer")
    strongest = np.argsort(-maps["conv"][0].max(axis=(0, 1)))[:3]
    for ax, number in zip(axes, strongest, strict=True):
        assert np.array_equal(pictures(ax)[0], maps["conv"][0, ..., number])
        assert ax.images[0].get_clim()[1] == pytest.approx(maps["conv"].max())


def test_a_dead_layer_in_the_strip_is_labelled():
    figure, (ax,) = vggviz.plot_layers({"conv": np.zeros((1, 4, 4, 5), np.float32)})
    figure.canvas.draw()
    assert "dead" in ax.get_title()
    assert "dead" in vggviz.text_alternative(figure)


def test_one_channel_beside_the_photograph(maps, image):
    figure, axes = vggviz.plot_channel(maps, "conv", 5, image=image)
    values = maps["conv"][0, ..., 5]
    assert np.array_equal(axes[0].images[0].get_array(), image)
    assert np.array_equal(pictures(axes[1])[0], values)
    row, column = np.unravel_index(values.argmax(), values.shape)
    text = vggviz.text_alternative(figure)
    assert f"{number_text(values.max())}, at row {row}, column {column}" in text
    assert "conv, channel 5" in text


def test_one_channel_over_the_photograph(maps, image):
    _, (ax,) = vggviz.plot_channel(maps, "conv", 5, image=image, overlay=True)
    extents = {tuple(picture.get_extent()) for picture in ax.images}
    assert len(ax.images) == 2
    assert extents == {(-0.5, 39.5, 39.5, -0.5)}
    assert any(np.array_equal(drawn, maps["conv"][0, ..., 5]) for drawn in pictures(ax))


@pytest.mark.parametrize("overlay", [False, True])
def test_a_dead_channel_alone_is_hatched_and_labelled(maps, image, overlay):
    figure, axes = vggviz.plot_channel(maps, "conv", DEAD, image=image, overlay=overlay)
    figure.canvas.draw()
    assert "dead" in axes[-1].get_title()
    assert any(collection.get_hatch() for collection in axes[-1].collections)
    assert "all zero" in vggviz.text_alternative(figure)


# --- filters


@pytest.mark.parametrize("slot", range(3))
def test_first_filters_have_their_own_colours(slot):
    kernels = np.zeros((3, 3, 3, 4), np.float32)
    kernels[1, 1, slot, 0] = 2
    kernels[1, 1, slot, 1] = -0.5
    _, ax = vggviz.plot_filters(kernels)
    (whole,) = pictures(ax)
    side = whole.shape[0]  # four tiles in one row, with gaps
    step = (whole.shape[1] - side) // 3
    bright, dark, empty, _ = (whole[side // 2, k * step + side // 2] for k in range(4))
    others = [k for k in range(3) if k != slot]
    assert bright[slot] == 1
    assert dark[slot] == 0
    assert (bright[others] == 0.5).all()
    assert (empty == 0.5).all()


def test_filters_by_the_layer_keep_their_proportions():
    kernels = np.zeros((1, 1, 3, 2), np.float32)
    kernels[0, 0, 0] = (2, 1)
    for scale, expected in (("layer", 0.75), ("channel", 1.0)):
        figure, ax = vggviz.plot_filters(kernels, scale=scale)
        whole = pictures(ax)[0]
        assert whole[whole.shape[0] // 2, -2, 0] == expected
        assert ("layer's largest" if scale == "layer" else "own largest") in words(figure)


def test_deeper_filters_slice_by_slice():
    kernels = np.random.default_rng(0).normal(size=(3, 3, 20, 10)).astype(np.float32)
    figure, ax = vggviz.plot_filters(kernels, channels=[9, 2])
    (whole,) = pictures(ax)
    for row, number in enumerate([9, 2]):
        kernel = kernels[..., number]
        order = np.argsort(-(kernel**2).sum(axis=(0, 1)))[:16]
        for column, k in enumerate(order):
            expected = kernel[..., k] / np.abs(kernel).max()
            np.testing.assert_allclose(tile(whole, row * 16 + column, 3, 16), expected, rtol=1e-5)
    assert "2 of 10 filters" in words(figure)
    assert "16 of 20 input slices" in words(figure)


def test_the_strongest_filters_and_their_numbers():
    kernels = np.random.default_rng(0).normal(size=(3, 3, 20, 10)).astype(np.float32)
    norms = np.linalg.norm(kernels.reshape(-1, 10), axis=0)
    figure, ax = vggviz.plot_filters(kernels, top=3)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == [f"filter {k}" for k in np.argsort(-norms)[:3]]
    text = vggviz.text_alternative(figure)
    assert f"{number_text(norms.max())} (filter {norms.argmax()})" in text
    assert f"{number_text(norms.min())} (filter {norms.argmin()})" in text


# --- pictures, fields, statistics, tables, cells


def test_pictures_in_their_colours_and_numbers_with_a_bar(image):
    ramp, signed = np.arange(12.0).reshape(3, 4), np.array([[-1.0, 0.5]])
    figure, axes = vggviz.plot_images({"photo": image, "ramp": ramp, "signed": signed})
    assert np.array_equal(axes[0].images[0].get_array(), image)
    assert axes[0].images[0].colorbar is None
    assert axes[1].images[0].get_clim() == (0, 11)
    assert axes[2].images[0].get_clim() == (-1, 1)
    assert axes[1].images[0].colorbar is not None
    assert [ax.get_title() for ax in axes] == ["photo", "ramp", "signed"]
    assert "ramp: 3 x 4 values, from 0 to 11." in vggviz.text_alternative(figure)
    assert "40 x 40 pixels" in vggviz.text_alternative(figure)


def test_pictures_on_a_shared_scale():
    arrays = {"weak": np.full((2, 2), 0.5), "strong": np.full((2, 2), 8.0)}
    _, axes = vggviz.plot_images(arrays, scale="global")
    assert {ax.images[0].get_clim() for ax in axes} == {(0, 8)}
    _, axes = vggviz.plot_images(arrays)
    assert [ax.images[0].get_clim()[1] for ax in axes] == [0.5, 8]


def test_the_boxes_are_those_of_the_field(image):
    field = vggviz.ReceptiveField(9, 4, 3)
    figure, ax = vggviz.plot_receptive_field(field, image, [0, 5], [9, 5])
    for patch, place in zip(ax.patches, [(0, 9), (5, 5)], strict=True):
        top, left, bottom, right = field.box(*place, 40)
        x, y = patch.get_xy()
        drawn = (x + 0.5, y + 0.5, patch.get_width(), patch.get_height())
        assert drawn == (left, top, right - left, bottom - top)
        text = f"rows {top} to {bottom - 1}, columns {left} to {right - 1}"
        assert text in vggviz.text_alternative(figure)
    assert len(vggviz.plot_receptive_field(field, image, 3, 3)[1].patches) == 1


@pytest.mark.parametrize("by", ["apoz", "mean", "max", "std"])
def test_the_statistics_of_a_layer_in_order(maps, by):
    statistics = vggviz.channel_statistics(maps)
    figure, ax = vggviz.plot_channel_statistics(statistics, "conv", by=by)
    values = getattr(statistics["conv"], by)
    assert [bar.get_height() for bar in ax.patches] == pytest.approx(sorted(values))
    (marks,) = ax.lines
    assert marks.get_ydata() == pytest.approx(values[[DEAD]])
    text = vggviz.text_alternative(figure)
    assert "1 dead" in text
    assert f"from {number_text(values.min())} to {number_text(values.max())}" in text
    assert f"{number_text(np.median(values))}" in text


def test_the_statistics_layer_by_layer(maps):
    statistics = vggviz.channel_statistics(maps)
    figure, ax = vggviz.plot_channel_statistics(statistics)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["conv", "deep"]
    assert [text.get_text() for text in ax.texts] == ["1", "1"]
    for layer, found in statistics.items():
        expected = f"{layer}: median apoz {np.median(found.apoz):.3g}, 1 dead."
        assert expected in vggviz.text_alternative(figure)


def test_the_table_drawn(functional):
    table = vggviz.layer_table(functional)
    figure, axes = vggviz.plot_layer_table(table)
    parameters = [bar.get_width() * 1e6 for bar in axes[1].patches]
    assert parameters == pytest.approx([row.parameters for row in table])
    work = [bar.get_width() * 1e9 for bar in axes[2].patches]
    assert work == pytest.approx([row.macs for row in table])
    most = max(table, key=lambda row: row.macs)
    text = vggviz.text_alternative(figure)
    assert f"most in {most.name} ({number_text(most.macs / 1e9)})" in text
    assert f"{number_text(functional.count_params() / 1e6)} in all" in text


@pytest.mark.parametrize("top", [1, 8, 20, 50])
def test_the_bars_of_a_cell_add_up(cell, top):
    figure, axes = vggviz.plot_cell(cell, top=top)
    bars = axes[3].patches
    *terms, total, value = bars
    end = 0
    for bar in terms:
        assert bar.get_x() == pytest.approx(end, abs=1e-5)
        end += bar.get_width()
    assert end == pytest.approx(cell.total, rel=1e-5)
    assert terms[-1].get_width() == cell.bias
    assert total.get_width() == cell.total
    assert value.get_width() == cell.value
    first = np.abs(cell.by_channel).argmax()
    assert bars[0].get_width() == pytest.approx(cell.by_channel[first])
    text = vggviz.text_alternative(figure)
    for number in (cell.total, cell.bias, cell.value, cell.by_channel[first]):
        assert f"{number:.4g}" in text
    assert "180 products" in text


def test_the_patches_of_a_cell(cell):
    _, axes = vggviz.plot_cell(cell)
    first = np.abs(cell.by_channel).argmax()
    for ax, what in zip(axes[:3], ("patch", "kernel", "products"), strict=True):
        assert np.array_equal(pictures(ax)[0], getattr(cell, what)[..., first])


# --- what is refused, and leaves no figure behind


MAPS = {"conv": np.ones((1, 8, 8, 12), np.float32)}
IMAGE = np.zeros((40, 40, 3), np.uint8)


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
        (lambda: vggviz.plot_filters(np.zeros((3, 3, 4))), ["(3, 3, 4)", "(kh, kw, in, out)"]),
        (lambda: vggviz.plot_filters(np.zeros((3, 3, 3, 4)), scale="own"), ["'own'", "channel"]),
        (lambda: vggviz.plot_filters(np.zeros((3, 3, 3, 4)), channels=[4]), ["3", "4"]),
        (lambda: vggviz.plot_images({}), ["image"]),
        (lambda: vggviz.plot_images({"a": IMAGE}, scale="own"), ["'own'", "global"]),
        (lambda: vggviz.plot_images({"a": np.zeros((2, 2, 5))}), ["'a'", "(2, 2, 5)"]),
        (
            lambda: vggviz.plot_receptive_field(vggviz.ReceptiveField(3, 1, 1), IMAGE, 99, 0),
            ["99", "40 x 40"],
        ),
        (
            lambda: vggviz.plot_channel_statistics(vggviz.channel_statistics(MAPS), "cnv"),
            ["'cnv'", "'conv'"],
        ),
        (
            lambda: vggviz.plot_channel_statistics(vggviz.channel_statistics(MAPS), by="size"),
            ["'size'", "apoz"],
        ),
    ],
)
def test_what_cannot_be_drawn(call, expected):
    with refused(*expected):
        call()
    assert plt.get_fignums() == []


def test_gaps_of_a_mosaic_are_left_white():
    tiles = vggviz.mosaic(np.arange(24.0).reshape(2, 3, 4), gap=2)
    figure, (ax,) = vggviz.plot_images({"tiles": tiles})
    (drawn,) = ax.images
    assert drawn.get_clim() == (0, 23)
    assert vggviz.text_alternative(figure).endswith("from 0 to 23.")
    assert drawn.cmap(drawn.norm(drawn.get_array()))[0, 3].tolist() == [1, 1, 1, 1]
