"""How a picture of 64 pixels is shown to the network, which was trained on larger and sharper ones.

Enlarged, such a picture is soft and fills the frame with one object; photographs do neither. So the
classifier is fitted to each training picture as it is, sharpened, small, and cropped.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

SIZE, SMALL = 224, 128
"""Sides of the enlarged pictures in pixels."""
RADIUS, AMOUNT = 1.5, 2.0
"""Of the sharpening: the Gaussian's standard deviation in pixels, and the share that is added."""
SEED = 2

View = Callable[[Image.Image, int, int], np.ndarray]
"""From a picture, the number of its class and its place within it to uint8 (side, side, 3)."""


def resized(picture: Image.Image, *_place: int, side: int = SIZE) -> np.ndarray:
    """The whole picture at another size."""
    return np.asarray(picture.resize((side, side), Image.Resampling.BICUBIC))


def sharpened(picture: Image.Image, *_place: int, amount: float = AMOUNT) -> np.ndarray:
    """The enlarged picture x with `amount` times x - gaussian(x) added."""
    return _sharpen(resized(picture), amount)


def cropped(picture: Image.Image, label: int, index: int) -> np.ndarray:
    """A part at a random place, 40 to 100 % of the area, some mirrored; enlarged and sharpened.

    The choice depends on nothing but the class and the picture's place in it (after Szegedy et al.,
    "Going Deeper with Convolutions", 2015, section 6).
    """
    random = np.random.default_rng((SEED, label, index))
    area = random.uniform(0.4, 1) * picture.width * picture.height
    aspect = np.exp(random.uniform(np.log(3 / 4), np.log(4 / 3)))
    width = min(picture.width, np.sqrt(area * aspect))
    height = min(picture.height, np.sqrt(area / aspect))
    left, top = random.uniform(0, picture.width - width), random.uniform(0, picture.height - height)
    box = (left, top, left + width, top + height)
    part = np.asarray(picture.resize((SIZE, SIZE), Image.Resampling.BICUBIC, box=box))
    return _sharpen(part[:, ::-1] if random.random() < 0.5 else part, AMOUNT)


def _sharpen(pixels: np.ndarray, amount: float) -> np.ndarray:
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
"""None but the first is what the classifier is fitted to: they ask how it bears other pictures."""
