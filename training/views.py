"""Views of an image of 64 pixels, for a network that was trained on larger and sharper ones.

An enlarged image is blurred and filled by one object, unlike a photograph. So the classifier is fitted
to each training image enlarged, sharpened, smaller, and cropped.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

SIZE, SMALL = 224, 128
"""Sides of the resized images in pixels."""
RADIUS, AMOUNT = 1.5, 2.0
"""Unsharp mask: standard deviation of the Gaussian in pixels, and amount."""
SEED = 2

View = Callable[[Image.Image, int, int], np.ndarray]
"""Function from an image, its class index and its position in the class to uint8 (side, side, 3)."""


def resized(image: Image.Image, *_position: int, side: int = SIZE) -> np.ndarray:
    """The whole image, bicubically resized."""
    return np.asarray(image.resize((side, side), Image.Resampling.BICUBIC))


def sharpened(image: Image.Image, *_position: int, amount: float = AMOUNT) -> np.ndarray:
    """The enlarged image with an unsharp mask: x + amount * (x - gaussian(x))."""
    return _sharpen(resized(image), amount)


def cropped(image: Image.Image, label: int, index: int) -> np.ndarray:
    """A random crop of 40 to 100 % of the area, mirrored with probability 0.5, enlarged and sharpened.

    The random generator is seeded with the class and the position in it. After Szegedy et al., "Going
    Deeper with Convolutions", 2015, section 6.
    """
    random = np.random.default_rng((SEED, label, index))
    area = random.uniform(0.4, 1) * image.width * image.height
    aspect = np.exp(random.uniform(np.log(3 / 4), np.log(4 / 3)))
    width = min(image.width, np.sqrt(area * aspect))
    height = min(image.height, np.sqrt(area / aspect))
    left, top = random.uniform(0, image.width - width), random.uniform(0, image.height - height)
    box = (left, top, left + width, top + height)
    part = np.asarray(image.resize((SIZE, SIZE), Image.Resampling.BICUBIC, box=box))
    return _sharpen(part[:, ::-1] if random.random() < 0.5 else part, AMOUNT)


def _sharpen(pixels: np.ndarray, amount: float) -> np.ndarray:
    """Unsharp mask of uint8 (H, W, 3)."""
    values = pixels.astype(np.float32)
    soft = gaussian_filter(values, (RADIUS, RADIUS, 0), mode="reflect", truncate=4)
    return (values + amount * (values - soft)).clip(0, 255).round().astype(np.uint8)


TRAINING: dict[str, View] = {
    "plain": resized,
    "sharp": sharpened,
    "small": partial(resized, side=SMALL),
    "crop": cropped,
}
VALIDATION: dict[str, View] = {
    "plain": resized,
    "sharpened by 1": partial(sharpened, amount=1.0),
    "sharpened by 3": partial(sharpened, amount=3.0),
    "160 pixels": partial(resized, side=160),
    "112 pixels": partial(resized, side=112),
}
"""Except for "plain" the classifier is not fitted to these views; they test its robustness."""
