"""Loading of images from files, bytes, arrays or the sample images, as square RGB arrays."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Mapping
from contextlib import suppress
from importlib import resources
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from PIL.TiffImagePlugin import BITSPERSAMPLE, PHOTOMETRIC_INTERPRETATION
from tqdm import TqdmWarning

from vggviz._shared import validation
from vggviz.images.decoding import decode, decoding

Source = str | os.PathLike[str] | bytes | Image.Image | np.ndarray


SAMPLES = {
    "cat": "chelsea.png",
    "astronaut": "astronaut.png",
    "coffee": "coffee.png",
    "rocket": "rocket.jpg",
    "camera": "camera.png",
    "hubble": "hubble_deep_field.jpg",
    "brick": "brick.png",
    "grass": "grass.png",
    "gravel": "gravel.png",
}
"""{sample's name: its file in `skimage.data`}; all CC0 or in the public domain."""

MAX_SIDE = 10_000
MAX_ASPECT = 1000
FITS = ("crop", "pad", "stretch")


def sample_images() -> list[str]:
    """Names of the sample images, which are scikit-image's; each is CC0 or in the public domain."""
    return list(SAMPLES)


def load_image(source: Source | None = None, size: int | None = 224, *, fit: str = "crop") -> np.ndarray:
    """Load an image as a square RGB array.

    EXIF orientation is applied; transparent images are composited on white; grey, palette, CMYK and
    16-bit images are converted; of a file with an animation the first frame is loaded.

    Args:
        source: name of a sample, path, encoded bytes, PIL image or array: (H, W), (H, W, 1),
            (H, W, 3) or (H, W, 4), uint8, uint16, bool or float from 0 to 1. None loads the image
            named by the environment variable VGGVIZ_IMAGE, by default the sample "cat".
        size: side of the square result in pixels; None keeps the image's own size.
        fit: "crop" the largest central square, "pad" with white, or "stretch" (changes the aspect ratio).

    Returns:
        uint8 (size, size, 3), or (H, W, 3) with `size=None`, RGB.

    Raises:
        FileNotFoundError: no such sample or file.
        ValueError: not an image, a damaged or too large one, an array of another shape or dtype, or an
            invalid size or fit.
    """
    validation.one_of("fit", fit, FITS)
    check_size(size)
    if source is None:
        source = default_source()
    image = _open(source)
    with decoding(_name(source)):  # a complete file can still lack its palette
        image = _to_rgb(image)
    if size is not None:
        image = _fit(image, int(size), fit)
    return np.array(image)


def default_source() -> str:
    """What `load_image` loads if no source is given: a sample's name, or a path."""
    return os.environ.get("VGGVIZ_IMAGE") or "cat"


def check_size(size: int | None) -> None:
    """Raise ValueError unless the size is None or a valid side in pixels."""
    if size is not None:
        validation.whole("size in pixels (None keeps the image's own)", size, 1, MAX_SIDE)


def _open(source: Source) -> Image.Image:
    """A completely decoded PIL image from any kind of source."""
    if isinstance(source, Image.Image):
        with decoding("given as a PIL image"):
            source.load()
        return source
    if isinstance(source, np.ndarray):
        return _from_array(source)
    if isinstance(source, bytes):
        return decode(io.BytesIO(source), _name(source))
    if isinstance(source, str) and source in SAMPLES and not validation.is_file(Path(source)):
        return _sample(source)
    if isinstance(source, (str, os.PathLike)):
        return _from_file(Path(source))
    raise ValueError(
        "An image is the name of a sample, a path, bytes, a PIL image or an array; "
        f"got {validation.shown(source)}, a {type(source).__name__}."
    )


def _name(source: Source) -> str:
    """The image's name in error messages."""
    if isinstance(source, bytes):
        return f"{len(source):,} bytes"
    named = isinstance(source, (str, os.PathLike))
    return validation.shown(source) if named else "given as an object"


def _sample(name: str) -> Image.Image:
    file = resources.files("skimage.data") / SAMPLES[name]
    if file.is_file():  # read without skimage.io, whose import takes a third of a second
        return decode(io.BytesIO(file.read_bytes()), name)
    import skimage.data

    with warnings.catch_warnings(action="ignore", category=TqdmWarning):  # pooch's, without ipywidgets
        load = getattr(skimage.data, Path(SAMPLES[name]).stem)
    return Image.fromarray(load())


def _from_file(path: Path) -> Image.Image:
    if validation.is_folder(path):
        raise ValueError(f"{_name(path)} is a folder; name an image file in it.")
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"There is no image {_name(path)}; name a file, or a sample: {', '.join(SAMPLES)}."
        ) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ValueError(f"Cannot read the image {_name(path)}: {why}.") from error
    return decode(io.BytesIO(data), _name(path))


def _from_array(array: np.ndarray) -> Image.Image:
    if array.ndim not in (2, 3) or 0 in array.shape or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)):
        raise ValueError(
            f"An image array must have shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4); got {array.shape}."
        )
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    return Image.fromarray(_to_uint8(array))


def _to_uint8(array: np.ndarray) -> np.ndarray:
    if array.dtype == np.uint8:
        return np.ascontiguousarray(array)
    if array.dtype.name == "uint16":  # of either byte order
        return _high_depth_to_uint8(array)
    if array.dtype == bool:
        return array.astype(np.uint8) * 255
    if array.dtype.kind == "f":
        # not (... <= ...) also catches NaN, which compares false with everything
        if not (array.min() >= -validation.OVERSHOOT and array.max() <= 1 + validation.OVERSHOOT):
            raise ValueError(
                f"An image array of floats must lie between 0 and 1; got {array.min():g} to {array.max():g}."
            )
        return np.rint(array.clip(0, 1) * 255).astype(np.uint8)
    raise ValueError(f"An image array must be uint8, uint16, bool or float; got {array.dtype}.")


def _to_rgb(image: Image.Image) -> Image.Image:
    """Convert a PIL image of any mode to RGB: EXIF orientation applied, transparency composited on white."""
    tiff = getattr(image, "tag_v2", {})
    with suppress(Exception):  # the EXIF data can be damaged while the image is intact
        image = ImageOps.exif_transpose(image)
    if image.mode in ("I", "I;16", "I;16B", "I;16L", "F"):
        image = _grey_of_high_depth(image, tiff)
    if image.mode == "La":  # Pillow converts it to no other mode
        image = image.convert("LA")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return image.convert("RGB")


def _grey_of_high_depth(image: Image.Image, tiff: Mapping[int, object]) -> Image.Image:
    """An image of more than 8 bits, in 8; Pillow leaves some tags of TIFFs, and transparent levels, aside."""
    levels, clear = np.asarray(image), image.info.get("transparency")
    if tiff.get(BITSPERSAMPLE) == (12,):
        levels = levels * 16
    if tiff.get(PHOTOMETRIC_INTERPRETATION) == 0 and levels.dtype == np.uint16:  # white is 0
        levels = ~levels
    grey = Image.fromarray(_high_depth_to_uint8(levels, image.format))
    if isinstance(clear, int):  # the transparent level
        grey.putalpha(Image.fromarray(levels != clear).convert("L"))
    return grey


def _high_depth_to_uint8(levels: np.ndarray, file_format: str | None = None) -> np.ndarray:
    """Convert grey levels of more than 8 bits, whose range is the smallest usual one that holds them all.

    Usual ranges end at 1 (floats), 255 (floats, and integers of 32 bits outside PNG files) and 65535. Larger
    levels range to the largest one. NaN is black.
    """
    largest = float(levels.max(where=np.isfinite(levels), initial=0))
    is_float, is_long = levels.dtype.kind == "f", levels.dtype.itemsize > 2 and file_format != "PNG"
    usual = [1.0] * is_float + [255.0] * (is_float or is_long) + [65535.0]
    top = next((top for top in usual if largest <= top * (1 + validation.OVERSHOOT)), largest)
    return np.rint(np.nan_to_num(levels, posinf=top).clip(0, top) * (255.0 / top)).astype(np.uint8)


def _fit(image: Image.Image, size: int, fit: str) -> Image.Image:
    width, height = image.size
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise ValueError(
            f"An image of {width:,} x {height:,} pixels is a strip, too narrow to be made square; "
            f"the longer side may be at most {MAX_ASPECT:,} times the shorter."
        )
    box = (size, size)
    if fit == "stretch":
        return image.resize(box, Image.Resampling.BICUBIC)
    if fit == "pad":
        return ImageOps.pad(image, box, Image.Resampling.BICUBIC, color="white")
    return ImageOps.fit(image, box, Image.Resampling.BICUBIC)
