"""Figures of convolution kernels: colours, slices, scales."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import vggviz
from plotted import arrays_of, text_of, tile
from sentences import refused
from vggviz.figures.scales import number_text


@pytest.mark.parametrize("slot", range(3))
def test_filters_of_rgb_images_are_drawn_in_colour(slot):
    kernels = np.zeros((3, 3, 3, 4), np.float32)
    kernels[1, 1, slot, 0] = 2
    kernels[1, 1, slot, 1] = -0.5
    _, ax = vggviz.plot_filters(kernels)
    (whole,) = (opaque[..., :3] for opaque in arrays_of(ax))
    side = whole.shape[0]  # four tiles in one row, with gaps
    step = (whole.shape[1] - side) // 3
    bright, dark, empty, _ = (whole[side // 2, k * step + side // 2] for k in range(4))
    others = [k for k in range(3) if k != slot]
    assert bright[slot] == 1
    assert dark[slot] == 0
    assert (bright[others] == 0.5).all()
    assert (empty == 0.5).all()


def test_on_the_layers_scale_filters_keep_their_proportions():
    kernels = np.zeros((1, 1, 3, 2), np.float32)
    kernels[0, 0, 0] = (2, 1)
    for scale, expected in (("layer", 0.75), ("channel", 1.0)):
        figure, ax = vggviz.plot_filters(kernels, scale=scale)
        whole = arrays_of(ax)[0]
        assert whole[whole.shape[0] // 2, -2, 0] == expected
        assert ("layer's largest" if scale == "layer" else "own largest") in text_of(figure)


def test_deeper_filters_slice_by_slice():
    kernels = np.random.default_rng(0).normal(size=(3, 3, 20, 10)).astype(np.float32)
    figure, ax = vggviz.plot_filters(kernels, channels=[9, 2])
    (whole,) = arrays_of(ax)
    for row, index in enumerate([9, 2]):
        kernel = kernels[..., index]
        order = np.argsort(-(kernel**2).sum(axis=(0, 1)))[:16]
        for column, k in enumerate(order):
            expected = kernel[..., k] / np.abs(kernel).max()
            np.testing.assert_allclose(tile(whole, row * 16 + column, 3, 16), expected, rtol=1e-5)
    assert "2 of 10 filters" in text_of(figure)
    assert "16 of 20 input slices" in text_of(figure)


def test_few_input_channels_keep_their_order():
    kernels = np.random.default_rng(0).normal(size=(3, 3, 4, 2)).astype(np.float32)
    figure, ax = vggviz.plot_filters(kernels)
    for row, column in np.ndindex(2, 4):
        expected = kernels[:, :, column, row] / np.abs(kernels[..., row]).max()
        np.testing.assert_allclose(tile(arrays_of(ax)[0], 4 * row + column, 3, 4), expected, rtol=1e-5)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "1", "2", "3"]
    assert "4 input channels" in text_of(figure)
    _, ax = vggviz.plot_filters(kernels[:, :, :3], rgb=False)
    assert len(ax.get_xticklabels()) == 3


def test_one_input_channel_is_grey():
    kernels = np.zeros((1, 1, 1, 12), np.float32)
    kernels[0, 0, 0, 0] = -3
    _, ax = vggviz.plot_filters(kernels)
    (whole,) = (opaque[..., :3] for opaque in arrays_of(ax))
    assert (whole[0, 0] == 0).all()
    assert (whole[..., :1] == whole).all()
    assert len(ax.texts) == 12


def test_the_strongest_filters_and_their_norms():
    kernels = np.random.default_rng(0).normal(size=(3, 3, 20, 10)).astype(np.float32)
    norms = np.linalg.norm(kernels.reshape(-1, 10), axis=0)
    figure, ax = vggviz.plot_filters(kernels, top=3)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == [f"filter {k}" for k in np.argsort(-norms)[:3]]
    text = vggviz.text_alternative(figure)
    first, second, third = np.argsort(-norms)[:3]
    assert f"Filters {first}, {second}, {third}." in text
    assert f"{number_text(norms[first])} (filter {first})" in text
    assert f"the smallest {number_text(norms[third])} ({third})" in text


def test_the_text_alternative_tells_how_much_weaker_the_last_slice_is():
    kernels = np.zeros((1, 1, 20, 3))
    kernels[0, 0] = np.linspace(1, 0.05, 20)[:, np.newaxis]  # the 16th of 20 slices is 0.25
    assert "has 25% of the norm of its strongest" in vggviz.text_alternative(vggviz.plot_filters(kernels)[0])


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        ([(1, 0, 0), (-1, 0, 0)], "0 red against cyan."),
        ([(0, 0, -1), (0, 0, 1)], "0 yellow against blue."),
        ([(1, 0.2, -1), (0, 0, 0)], "0 orange."),
        ([(1, 1, 1), (-1, -1, -1)], "0 white against black."),
        ([(0.1, 1, 0.1), (0, 0.9, 0)], "0 green."),
        ([(1, -1, 1), (0, 0, 0)], "0 magenta."),
        ([(0.2, -1, 1), (0, 0, 0)], "0 violet."),
        ([(0, 0, 0), (0, 0, 0)], "0 grey."),
    ],
)
def test_the_colours_of_a_kernel_in_words(pixels, expected):
    kernel = np.tile(np.reshape(pixels, (1, 2, 3, 1)), (2, 1, 1, 1))
    assert f"Filters: {expected}" in vggviz.text_alternative(vggviz.plot_filters(kernel)[0])


def test_kernels_in_the_wrong_order_of_colours_are_described_as_other_ones():
    kernels = np.random.default_rng(0).normal(size=(3, 3, 3, 4)).astype(np.float32)
    right, wrong = (vggviz.plot_filters(one)[0] for one in (kernels, kernels[:, :, ::-1]))
    assert vggviz.text_alternative(right) != vggviz.text_alternative(wrong)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda: vggviz.plot_filters(np.zeros((3, 3, 4))), ["(3, 3, 4)", "(kh, kw, in, out)"]),
        (lambda: vggviz.plot_filters(np.zeros((3, 3, 3, 4)), scale="own"), ["'own'", "channel"]),
        (lambda: vggviz.plot_filters(np.zeros((3, 3, 3, 4)), channels=[4]), ["3", "4"]),
    ],
)
def test_invalid_arguments(call, expected):
    with refused(*expected):
        call()
    assert plt.get_fignums() == []
