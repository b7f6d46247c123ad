"""Mosaics: each tile equals its map, and all other cells are NaN."""

import math

import numpy as np
import pytest

from sentences import refused
from vggviz.images.mosaic import mosaic


def tiles(whole, height, width, gap, columns, count):
    for index in range(count):
        top, left = (index // columns) * (height + gap), (index % columns) * (width + gap)
        yield index, (slice(top, top + height), slice(left, left + width))


@pytest.mark.parametrize("colour", [(), (3,)])
@pytest.mark.parametrize(
    ("height", "width", "count", "columns", "gap"),
    [(4, 4, 9, 3, 1), (3, 5, 7, 4, 2), (2, 2, 5, 5, 0), (5, 3, 6, 1, 3), (1, 1, 1, 1, 1), (2, 3, 4, 9, 1)],
)
def test_every_tile_equals_its_map_and_all_else_is_nan(height, width, count, columns, gap, colour):
    maps = np.random.default_rng(0).normal(size=(height, width, *colour, count)).astype(np.float32)
    before = maps.copy()
    whole = mosaic(maps, columns, gap)
    rows = math.ceil(count / columns)
    shape = (rows * (height + gap) - gap, columns * (width + gap) - gap, *colour)
    assert whole.shape == shape
    assert whole.dtype == np.float32
    for index, tile in tiles(whole, height, width, gap, columns, count):
        assert np.array_equal(whole[tile], maps[..., index]), index
        whole[tile] = np.nan
    assert np.isnan(whole).all()
    assert np.array_equal(maps, before)


@pytest.mark.parametrize(("count", "side"), [(1, 1), (4, 2), (64, 8), (512, 23), (5, 3)])
def test_the_layout_is_nearest_to_a_square(count, side):
    whole = mosaic(np.zeros((1, 1, count)), gap=0)
    assert whole.shape[1] == side
    assert whole.shape[0] == math.ceil(count / side)


def test_values_are_not_scaled():
    maps = np.array([[[1e6, -3.5, 0.25, 7]]])
    assert mosaic(maps, 4, 0).tolist() == [[1e6, -3.5, 0.25, 7]]


@pytest.mark.parametrize("shape", [(4,), (4, 4), (4, 4, 4, 2), (4, 4, 0), (0, 4, 2), (1, 4, 4, 3, 2)])
def test_another_shape(shape):
    with refused(shape, "(h, w, n)"):
        mosaic(np.zeros(shape))


@pytest.mark.parametrize(("columns", "gap"), [(0, 1), (-2, 1), (3, -1)])
def test_an_invalid_layout(columns, gap):
    with refused(min(columns, gap), "gap" if gap < 0 else "columns"):
        mosaic(np.zeros((2, 2, 4)), columns, gap)
