"""Sheets of thumbnails, and compressed arrays."""

import gzip
import io

import numpy as np
import pytest
from PIL import Image

from vggviz.explorer import encoding
from vggviz.images.tiles import columns_of


@pytest.fixture
def maps():
    return np.random.default_rng(3).random((20, 30, 7), dtype=np.float32)


def tile(sheet, size, channel, count):
    row, column = divmod(channel, columns_of(count))
    return sheet[row * size[0] : (row + 1) * size[0], column * size[1] : (column + 1) * size[1]]


def test_json_has_no_spaces_and_no_numbers_that_it_does_not_know():
    assert encoding.compact_json({"a": [1, 0.5], "b": "é"}) == b'{"a":[1,0.5],"b":"\\u00e9"}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        encoding.compact_json([float("nan")])


def test_each_tile_is_scaled_by_its_own_maximum(maps):
    maps *= [1, 10, 100, 0.1, 5, 7, 1e-6]
    sheet = encoding.sheet(maps)
    for channel in range(7):
        share = maps[..., channel] / maps[..., channel].max()
        assert np.abs(tile(sheet, (20, 30), channel, 7) / 255 - share).max() <= 0.5 / 255 + 1e-6
        assert tile(sheet, (20, 30), channel, 7).max() == 255


def test_zero_is_128_in_signed_sheets(maps):
    maps[..., 0] = 0
    sheet = encoding.sheet(maps - 0.5, signed=True)
    assert (tile(encoding.sheet(maps * 0, signed=True), (20, 30), 3, 7) == 128).all()
    values = maps[..., 2] - 0.5
    levels = tile(sheet, (20, 30), 2, 7).astype(float) - 128
    assert np.abs(levels / 127 - values / np.abs(values).max()).max() <= 0.5 / 127 + 1e-6


def test_a_dead_channel_is_black_without_a_warning(maps):
    maps[..., 4] = 0
    assert (tile(encoding.sheet(maps), (20, 30), 4, 7) == 0).all()


@pytest.mark.parametrize(
    ("size", "small"),
    [((224, 224), (56, 56)), ((100, 50), (56, 28)), ((57, 400), (8, 56)), ((3, 56), (3, 56))],
)
def test_thumbnails_keep_the_mean_and_the_proportions(size, small):
    maps = np.random.default_rng(0).random((*size, 2), dtype=np.float32)
    made = encoding.thumbnails(maps)
    assert made.shape == (*small, 2)
    assert encoding.tile_of(*size) == small
    np.testing.assert_allclose(made.mean((0, 1)), maps.mean((0, 1)), rtol=1e-4)
    assert made.max() <= maps.max()


def test_thumbnails_are_block_means():
    maps = np.random.default_rng(0).random((112, 112, 3), dtype=np.float32)
    blocks = maps.reshape(56, 2, 56, 2, 3).mean((1, 3))
    np.testing.assert_allclose(encoding.thumbnails(maps), blocks, rtol=1e-5)


@pytest.mark.parametrize(
    ("size", "dtype"), [(1, "<f2"), (6e4, "<f2"), (7e4, "<f4"), (1e-5, "<f4"), (0, "<f2")]
)
def test_packed_values_are_exact_to_a_thousandth_of_the_largest(maps, size, dtype):
    values = maps * size
    unpacked = np.frombuffer(gzip.decompress(encoding.pack(values)), dtype).reshape(maps.shape)
    assert np.abs(unpacked - values).max() <= 1e-3 * np.abs(values).max()


def test_packing_is_reproducible(maps):
    assert encoding.pack(maps) == encoding.pack(maps.copy())


def test_png_is_lossless(photograph):
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encoding.png(photograph)))), photograph)
