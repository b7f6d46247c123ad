"""Figures of receptive fields, of the table of layers, and of the arithmetic of a cell."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import vggviz
from plotted import arrays_of
from sentences import refused
from vggviz.figures.scales import number_text

IMAGE = np.zeros((40, 40, 3), np.uint8)


def test_boxes_are_the_receptive_fields(image):
    field = vggviz.ReceptiveField(9, 4, 3)
    figure, ax = vggviz.plot_receptive_field(field, image, [0, 5], [9, 5])
    for patch, place in zip(ax.patches, [(0, 9), (5, 5)], strict=True):
        top, left, bottom, right = field.box(*place, 40)
        x, y = patch.get_xy()
        drawn = (x + 0.5, y + 0.5, patch.get_width(), patch.get_height())
        assert drawn == (left, top, right - left, bottom - top)
        text = f"rows {top} to {bottom - 1}, columns {left} to {right - 1}"
        assert text in vggviz.text_alternative(figure)
    start = "Receptive fields of 9 x 9 pixels on the photograph of 40 x 40 pixels; the next cell"
    assert vggviz.text_alternative(figure).startswith(start)
    assert len(vggviz.plot_receptive_field(field, image, 3, 3)[1].patches) == 1


def test_the_layer_table(functional):
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
    for index in (cell.total, cell.bias, cell.value, cell.by_channel[first]):
        assert number_text(index) in text
    assert "180 products" in text
    assert f"Input channel {first} adds {number_text(cell.by_channel[first])}" in text
    named = np.argsort(-np.abs(cell.by_channel), kind="stable")[: min(top, 4)]
    rest = number_text(cell.by_channel.sum() - cell.by_channel[named].sum())
    assert f"the other {len(cell.by_channel) - len(named)} add {rest}." in text


def test_the_patches_of_a_cell(cell):
    _, axes = vggviz.plot_cell(cell)
    first = np.abs(cell.by_channel).argmax()
    for ax, what in zip(axes[:3], ("patch", "kernel", "products"), strict=True):
        assert np.array_equal(arrays_of(ax)[0], getattr(cell, what)[..., first])


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            lambda: vggviz.plot_receptive_field(vggviz.ReceptiveField(3, 1, 1), IMAGE, 99, 0),
            ["99", "40 x 40"],
        ),
    ],
)
def test_invalid_arguments(call, expected):
    with refused(*expected):
        call()
    assert plt.get_fignums() == []
