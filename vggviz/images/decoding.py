"""From a file's bytes to an image, or to one sentence on what is wrong with them."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from PIL import Image, UnidentifiedImageError

from vggviz._shared.stderr import quiet_stderr

MAX_PIXELS = 100_000_000
FORMATS = (
    *("PNG", "JPEG", "MPO", "GIF", "WEBP", "AVIF", "BMP", "DIB", "TIFF"),
    *("PPM", "TGA", "ICO", "JPEG2000", "PCX"),
)
"""Of files, as Pillow calls them. It knows others, of which some start programs (EPS) and most are rare."""

# Pillow's own words on damaged files go to whoever sets up logging, and not to the terminal.
logging.getLogger("PIL").addHandler(logging.NullHandler())


def decode(stream: io.BytesIO, name: str) -> Image.Image:
    """The image, whole.

    Args:
        stream: the file's bytes.
        name: what the image is called in a sentence.

    Raises:
        ValueError: it is no image, damaged, or too large.
    """
    if not stream.getbuffer().nbytes:
        raise ValueError(f"The image {name} is empty; a PNG, JPEG, GIF, WebP or the like is wanted.")
    with decoding(name):
        Image.init()  # all that this Pillow was built with
        image = Image.open(stream, formats=[kind for kind in FORMATS if kind in Image.OPEN])
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise ValueError(
            f"The image {name} is too large: {width:,} x {height:,} pixels; at most {MAX_PIXELS:,} in all."
        )
    # libtiff tells of damage on its own, and once more: the sentence is enough
    quiet = quiet_stderr(shown_on_failure=False) if image.format == "TIFF" else nullcontext()
    with decoding(name), quiet:
        image.load()
    return image


@contextmanager
def decoding(name: str) -> Iterator[None]:
    """Say in one sentence what Pillow's many exceptions mean for the reader's file."""
    try:
        # Pillow warns of large images before we can refuse them with a clearer sentence.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Image.DecompressionBombError as error:
        raise ValueError(f"The image {name} is too large; at most {MAX_PIXELS:,} pixels.") from error
    except UnidentifiedImageError as error:
        raise ValueError(f"{name} is no image; a PNG, JPEG, GIF, WebP or the like is wanted.") from error
    except Exception as error:  # a damaged file makes Pillow's decoders raise nearly anything
        raise ValueError(f"The image {name} is damaged or cut short ({_one_line(error)}).") from error


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
