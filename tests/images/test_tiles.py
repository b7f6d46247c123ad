"""Images side by side in one picture, and back."""

import numpy as np
import pytest

from sentences import refused
from vggviz.images.tiles import columns_of, tiled, untiled


def test_images_lie_row_by_row_and_empty_places_are_zero():
    images = np.arange(1, 11, dtype=np.int16).reshape(5, 1, 2)
    assert tiled(images).tolist() == [[1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 0, 0]]
    assert tiled(images).dtype == np.int16


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 12, 16, 17])
def test_images_come_back(count):
    images = np.random.default_rng(0).integers(0, 256, (count, 3, 5, 3), np.uint8)
    sheet = tiled(images)
    assert np.array_equal(untiled(sheet, count), images)
    row, column = divmod(count - 1, columns_of(count))
    assert np.array_equal(sheet[3 * row : 3 * row + 3, 5 * column : 5 * column + 5], images[-1])


def test_columns_are_the_square_root_rounded_up():
    assert [columns_of(count) for count in (1, 2, 4, 5, 64, 128, 256, 512)] == [1, 2, 2, 3, 8, 12, 16, 23]


@refused("A sheet of 5 images has 2 rows and 3 columns; got 4 x 10 pixels.")
def test_a_sheet_of_other_images_is_refused():
    untiled(np.zeros((4, 10, 3), np.uint8), 5)
