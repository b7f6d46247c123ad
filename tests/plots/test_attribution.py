"""Figures of attribution maps and of deletion and insertion curves."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PatchCollection

import vggviz
from plotted import read_only
from sentences import refused
from vggviz.attribution.evaluation import DeletionInsertion
from vggviz.plots.attribution import plot_attribution, plot_deletion_insertion


@pytest.fixture
def maps():
    """Read-only maps: positive with its maximum at (3, 5), signed, and zero."""
    rng = np.random.default_rng(0)
    positive = rng.uniform(0, 1, (16, 20)).astype(np.float32)
    positive[3, 5] = 4
    maps = {"grad_cam": positive, "occlusion": rng.normal(0, 0.1, (16, 20)), "dead": np.zeros((16, 20))}
    return {title: read_only(values) for title, values in maps.items()}


@pytest.fixture
def image():
    return read_only(np.random.default_rng(1).integers(0, 256, (16, 20, 3), dtype=np.uint8))


@pytest.fixture
def curves():
    shares = np.linspace(0, 1, 5)
    steep, straight = np.array([[8, 2, 1, 0, 0.0]]), np.array([[8, 6, 4, 2, 0.0]])
    good = DeletionInsertion(shares, steep, steep[:, ::-1] + 1, "logit of class 3")
    return {"grad_cam": good, "random": DeletionInsertion(shares, straight, straight, "logit of class 3")}


def drawn(ax):
    return ax.images[0]


def test_each_map_has_its_own_scale_and_colours(maps):
    figure, axes = plot_attribution(maps)
    assert [ax.get_title() for ax in axes] == ["grad_cam", "occlusion", "dead: zero everywhere"]
    assert [drawn(ax).get_cmap().name for ax in axes] == ["viridis", "RdBu_r", "viridis"]
    largest = float(np.abs(maps["occlusion"]).max())
    assert drawn(axes[0]).get_clim() == (0, 4)
    assert np.allclose(drawn(axes[1]).get_clim(), (-largest, largest))
    assert np.array_equal(drawn(axes[0]).get_array(), maps["grad_cam"])
    assert figure.get_suptitle() == "each map scaled by its own largest value"
    assert all(drawn(ax).colorbar.ax in ax.child_axes for ax in axes)


def test_a_shared_scale_is_that_of_the_largest_value(maps):
    figure, axes = plot_attribution(maps, scale="global")
    assert [drawn(ax).get_clim() for ax in axes] == [(-4, 4)] * 3
    assert [drawn(ax).get_cmap().name for ax in axes] == ["RdBu_r"] * 3
    assert "all maps scaled" in figure.get_suptitle()


def test_a_map_of_zeros_does_not_change_the_shared_scale(maps):
    small = {"small": maps["grad_cam"] / 1000, "dead": maps["dead"]}
    _, axes = plot_attribution(small, scale="global")
    assert [drawn(ax).get_clim() for ax in axes] == [(0, small["small"].max())] * 2


def test_a_map_of_zeros_is_hatched(maps):
    _, axes = plot_attribution(maps)
    hatched = [any(isinstance(c, PatchCollection) for c in ax.collections) for ax in axes]
    assert hatched == [False, False, True]


def test_the_photograph_is_drawn_in_grey_below_the_map(maps, image):
    _, axes = plot_attribution(maps, images=image)
    for ax in axes:
        grey = next(i for i in ax.images if i.get_cmap().name == "gray")
        assert np.allclose(grey.get_array(), image.mean(axis=-1))
        assert grey.get_zorder() < drawn(ax).get_zorder()
    _, axes = plot_attribution(maps, images={"occlusion": image})
    assert [len(ax.images) for ax in axes] == [1, 2, 1]


def test_the_text_alternative_holds_the_numbers(maps):
    figure, _ = plot_attribution(maps)
    text = vggviz.text_alternative(figure)
    sizes = np.sort(maps["grad_cam"], axis=None)[::-1]
    assert "largest 4 at row 3, column 5" in text
    assert f"{sizes[:80].sum() / sizes.sum():.0%} in the strongest quarter of pixels" in text
    left = maps["grad_cam"][:, :10].sum() / maps["grad_cam"].sum()
    assert f"{left:.0%} in the left half" in text
    assert f"smallest {maps['occlusion'].min():.3g}" in text
    assert "dead: zero everywhere." in text
    start = "3 attribution maps of 16 rows of 20 pixels, each map scaled by its own largest value."
    assert text.startswith(start)


def test_a_single_map_and_maps_of_other_sizes_in_words(maps, image):
    one = {"grad_cam": maps["grad_cam"]}
    text = vggviz.text_alternative(plot_attribution(one, images=image)[0])
    assert text.startswith(
        "One attribution map of 16 rows of 20 pixels over the grey photograph, scaled by its"
    )
    text = vggviz.text_alternative(plot_attribution(one | {"small": np.eye(2)})[0])
    assert "small, 2 x 2 pixels: largest 1 at 2 places, the first at row 0, column 0" in text


def test_equal_values_of_a_covered_square_have_no_single_place():
    squares = np.kron([[0.0, 1], [3, 2]], np.ones((8, 8)))
    text = vggviz.text_alternative(plot_attribution({"occlusion": squares})[0])
    assert "largest 3 in rows 8 to 15, columns 0 to 7" in text


def test_of_many_maps_less_is_told(maps):
    many = {f"map {k}": maps["grad_cam"] for k in range(5)}
    text = vggviz.text_alternative(plot_attribution(many)[0])
    assert "map 4: largest 4 in the upper left" in text
    assert "left half" not in text
    assert len(text) < 500


def test_shares_in_words_are_none_or_all_only_if_they_are():
    values = np.ones((100, 100))
    values[0, 0] = -1
    text = vggviz.text_alternative(plot_attribution({"map": values})[0])
    assert "under 1% are negative" in text
    assert "zero" not in text


def test_curves_are_means_labelled_with_their_areas(curves):
    figure, axes = plot_deletion_insertion(curves)
    assert [line.get_label() for line in axes[0].lines] == ["grad_cam, area 1.75", "random, area 4"]
    assert np.array_equal(axes[0].lines[0].get_ydata(), [8, 2, 1, 0, 0])
    assert len({(line.get_color(), line.get_linestyle()) for line in axes[0].lines}) == 2
    assert axes[0].get_ylabel() == "logit of class 3"
    text = vggviz.text_alternative(figure)
    assert "the logit of class 3, the smaller the better: 1.75 for grad_cam; 4 for random." in text
    largest = max(curves, key=lambda name: curves[name].insertion_area.mean())
    assert re.search(rf"Insertion, .*, the larger the better: [\d.]+ for {largest};", text)


def test_axes_of_the_caller(maps, curves, image):
    for plot in (
        lambda ax: plot_attribution(maps, images=image, ax=ax),
        lambda ax: plot_deletion_insertion(curves, ax=ax),
    ):
        own, ax = plt.subplots()
        figure, _ = plot(ax)
        assert figure is own
        own.canvas.draw()


def test_figures_can_be_saved(maps, curves, tmp_path):
    for figure, _ in (plot_attribution(maps), plot_deletion_insertion(curves)):
        assert vggviz.save_figure(figure, tmp_path / "figure.png").stat().st_size > 1000


def test_invalid_arguments(maps, curves, image):
    with refused("empty"):
        plot_attribution({})
    with refused("'layer'", "channel"):
        plot_attribution(maps, scale="layer")
    with refused("'whole batch'", "(1, 16, 20)"):
        plot_attribution({"whole batch": np.zeros((1, 16, 20))})
    with refused("'broken'", "finite"):
        plot_attribution({"broken": np.full((4, 4), np.nan)})
    with refused("'grad_cam'", "(16, 20, 3)", "(8, 20, 3)"):
        plot_attribution(maps, images=image[:8])
    with refused("empty", "curves"):
        plot_deletion_insertion({})
    other = DeletionInsertion(
        *(getattr(curves["random"], a) for a in ("shares", "deletion", "insertion")), "b"
    )
    with refused("'b'", "'logit of class 3'"):
        plot_deletion_insertion({**curves, "other": other})
