"""Views of an image: sizes, sharpening, crops."""

import numpy as np
from PIL import Image

from training import views


def test_sizes_and_pixels_of_the_views():
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    shown = {name: render(image, 3, 5) for name, render in views.TRAINING.items()}
    assert {name: pixels.shape[0] for name, pixels in shown.items()} == {
        "plain": 224, "sharp": 224, "small": 128, "crop": 224,
    }  # fmt: skip
    np.testing.assert_array_equal(shown["plain"], image.resize((224, 224), Image.Resampling.BICUBIC))
    np.testing.assert_array_equal(shown["small"], image.resize((128, 128), Image.Resampling.BICUBIC))
    assert all(pixels.dtype == np.uint8 for pixels in shown.values())


def test_sharpening_is_an_unsharp_mask():
    """A bright point gives the Gaussian's formula; a constant image is unchanged."""
    pixels = np.full((31, 31, 3), 100, np.uint8)
    np.testing.assert_array_equal(views._sharpen(pixels, 2.0), pixels)
    pixels[15, 15] = 140
    bell = np.exp(-(np.arange(-6, 7) ** 2) / (2 * 1.5**2))
    bell /= bell.sum()
    expected = pixels.astype(float)
    expected[9:22, 9:22] -= 2 * 40 * np.multiply.outer(bell, bell)[..., None]
    expected[15, 15] += 2 * 40
    np.testing.assert_array_equal(views._sharpen(pixels, 2.0), expected.round())


def test_a_crop_depends_only_on_class_and_position():
    across = np.broadcast_to(np.arange(64, dtype=np.uint8)[None, :, None] * 3 + 20, (64, 64, 3))
    image = Image.fromarray(np.ascontiguousarray(across))
    np.testing.assert_array_equal(views.cropped(image, 1, 2), views.cropped(image, 1, 2))
    rows = [views.cropped(image, 1, index)[112, 20:-20, 0].astype(int) for index in range(60)]
    mirrored = [row[-1] < row[0] for row in rows]
    assert 15 < sum(mirrored) < 45
    widths = [abs(row[-1] - row[0]) / 3 * 224 / 183 for row in rows]
    assert min(widths) > 64 * np.sqrt(0.4 * 3 / 4) - 3
    assert max(widths) < 66
    assert np.ptp(widths) > 15
