"""Preferred classes: the table in the package, its order, and the standard error of effect sizes."""

import numpy as np
import pytest

from sentences import refused
from vggviz._shared import package_data
from vggviz.analysis import preferences
from vggviz.analysis.preferences import effect_size_error, preferred_classes


def test_preferred_classes_of_known_channels():
    assert preferred_classes("block5_conv3", 384)[0][0] == "espresso"
    assert {name for name, _ in preferred_classes("block5_conv3", 286, top=3)} <= {
        "tabby", "Egyptian cat", "Persian cat", "cougar",
    }  # fmt: skip
    assert preferred_classes("block5_conv3", 337, top=1)[0][0] == "CD player"
    assert "golden retriever" in dict(preferred_classes("block4_conv3", 309))


def test_classes_are_sorted_and_top_only_truncates():
    found = preferred_classes("block4_conv2", 7, top=200)
    sizes = [size for _, size in found]
    assert sizes == sorted(sizes, reverse=True)
    assert sorted(name for name, _ in found) == sorted(package_data.classes(package_data.LINEAR_CLASSES)[1])
    assert preferred_classes("block4_conv2", 7) == found[:5]


def test_rows_of_the_table_are_in_the_order_of_the_network(vgg16):
    """The first and last channel of every convolution have the expected rows."""
    rows = np.load(package_data.file(preferences.TABLE))["effect_sizes"]
    first = 0
    for layer in (layer for layer in vgg16.layers if hasattr(layer, "filters")):
        for channel in (0, layer.filters - 1):
            found = [size for _, size in preferred_classes(layer.name, channel, top=200)]
            np.testing.assert_array_equal(found, np.sort(rows[first + channel])[::-1])
        first += layer.filters
    assert rows.shape == (first, 200) == (4224, 200)


def test_the_effect_sizes_of_a_channel_sum_to_zero():
    """For classes of equal size the differences sum to zero, up to half precision."""
    for channel in range(0, 512, 51):
        sizes = [size for _, size in preferred_classes("block5_conv1", channel, top=200)]
        assert abs(sum(sizes)) < 0.1
        assert max(sizes) > 0.3


def test_errors():
    with refused("block5_conv4", "block5_conv3"):
        preferred_classes("block5_conv4", 0)
    with refused("block5_pool", "block5_conv"):
        preferred_classes("block5_pool", 0)
    with refused("block1_conv1", "0 to 63", "64"):
        preferred_classes("block1_conv1", 64)
    with refused("channel", "-1"):
        preferred_classes("block1_conv1", -1)
    with refused("top", "1 to 200", "201"):
        preferred_classes("block1_conv1", 0, top=201)
    with refused("effect size", "nan"):
        effect_size_error(float("nan"))
    with refused("images", "0"):
        effect_size_error(1.0, 0, 10)


def test_the_error_equals_the_spread_of_simulated_measurements():
    """2,000 draws of two groups of 40 and 60 with a true effect of 1.5."""
    random, (m, n) = np.random.default_rng(0), (40, 60)
    one, other = random.normal(1.5, 1, (2000, m)), random.normal(0, 1, (2000, n))
    pooled = np.sqrt(((m - 1) * one.var(axis=1, ddof=1) + (n - 1) * other.var(axis=1, ddof=1)) / (m + n - 2))
    found = (one.mean(axis=1) - other.mean(axis=1)) / pooled
    assert effect_size_error(1.5, m, n) == pytest.approx(found.std(), rel=0.05)


def test_default_numbers_of_images_are_those_of_the_table():
    assert effect_size_error(0.0) == pytest.approx(np.sqrt(1 / 300 + 1 / (300 * 199)))
    assert effect_size_error(9.0) > effect_size_error(1.0)


def test_the_table_is_small():
    assert len(package_data.read(preferences.TABLE)) < 2e6
