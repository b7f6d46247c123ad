"""The table of layers: known values for VGG16, and properties of any network."""

import re

import pytest

import vggviz
from vggviz.models.summary import format_macs

VGG16 = """
block1_conv1  224 64      1792   3  1  1   86.7
block1_conv2  224 64     36928   5  1  2 1849.7
block1_pool   112 64         0   6  2  2    0
block2_conv1  112 128    73856  10  2  4  924.8
block2_conv2  112 128   147584  14  2  6 1849.7
block2_pool    56 128        0  16  4  6    0
block3_conv1   56 256   295168  24  4 10  924.8
block3_conv2   56 256   590080  32  4 14 1849.7
block3_conv3   56 256   590080  40  4 18 1849.7
block3_pool    28 256        0  44  8 18    0
block4_conv1   28 512  1180160  60  8 26  924.8
block4_conv2   28 512  2359808  76  8 34 1849.7
block4_conv3   28 512  2359808  92  8 42 1849.7
block4_pool    14 512        0 100 16 42    0
block5_conv1   14 512  2359808 132 16 58  462.4
block5_conv2   14 512  2359808 164 16 74  462.4
block5_conv3   14 512  2359808 196 16 90  462.4
block5_pool     7 512        0 212 32 90    0
"""
ROWS = [line.split() for line in VGG16.strip().splitlines()]


def test_the_table_has_vgg16s_layers_and_no_others(vgg16):
    assert [row.name for row in vggviz.layer_table(vgg16)] == [row[0] for row in ROWS]


@pytest.mark.parametrize("expected", ROWS, ids=[row[0] for row in ROWS])
def test_vgg16_layer_by_layer(vgg16, expected):
    (row,) = [row for row in vggviz.layer_table(vgg16) if row.name == expected[0]]
    side, channels, parameters, size, stride, padding = map(int, expected[1:7])
    assert row.shape == (side, side, channels)
    assert row.parameters == parameters
    assert (row.receptive_field, row.stride, row.padding) == (size, stride, padding)
    assert row.macs / 1e6 == pytest.approx(float(expected[7]), abs=0.05)
    assert row.kind == ("MaxPooling2D" if "pool" in row.name else "Conv2D")


def test_totals_of_vgg16(vgg16):
    table = vggviz.layer_table(vgg16)
    assert sum(row.parameters for row in table) == vgg16.count_params() == 14_714_688
    assert sum(row.shape[2] for row in table if row.kind == "Conv2D") == 4_224
    assert round(sum(row.macs for row in table) / 1e9, 2) == 15.35


def test_parameters_of_any_network_add_up(network):
    table = vggviz.layer_table(network)
    assert sum(row.parameters for row in table) == network.count_params()
    assert set(vggviz.conv_layers(network)) <= {row.name for row in table}


def test_macs_of_strided_and_dense_layers(functional, sequential):
    rows = {row.name: row for row in vggviz.layer_table(functional) + vggviz.layer_table(sequential)}
    assert rows["conv_strided"].shape == (7, 7, 8)
    assert rows["conv_strided"].macs == 7 * 7 * 8 * 3 * 3 * 6
    assert rows["conv_even"].macs == 6 * 6 * 5 * 2 * 2 * 8
    assert rows["first"].macs == 16 * 16 * 4 * 5 * 5 * 3
    assert rows["classes"].macs == 6 * 3
    assert rows["classes"].shape == (3,)
    assert rows["classes"].receptive_field is None


def test_text_has_one_line_per_layer(vgg16):
    lines = str(vggviz.layer_table(vgg16)).splitlines()
    assert len(lines) == 19
    assert re.fullmatch(r"block3_conv2\s+56 x 56 x 256\s+590,080\s+1,849\.7\s+32\s+4\s+14", lines[8])


def test_multiplications_of_tiny_layers_are_not_shown_as_zero(sequential):
    rows = {row.name: row.cells() for row in vggviz.layer_table(sequential)}
    assert rows["classes"][3] == "< 0.1"
    assert rows["first"][3] == "0.1"  # 16 * 16 * 4 * 5 * 5 * 3 = 76,800


@pytest.mark.parametrize(
    ("macs", "text"), [(999_400_000, "999 MMAC"), (999_700_000, "1 GMAC"), (15.35e9, "15.3 GMAC")]
)
def test_multiplications_as_text_have_no_exponent(macs, text):
    assert format_macs(macs) == text


def test_html_is_a_table_with_headings(nested):
    html = vggviz.layer_table(nested)._repr_html_()
    assert html.count("<tr>") == len(vggviz.layer_table(nested)) + 1
    assert html.count('scope="row"') == len(vggviz.layer_table(nested))
    assert html.count("<table") == html.count("</table>") == 1
