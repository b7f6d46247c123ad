"""Decoding of image files, with one-sentence errors for damaged ones."""

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
"""Pillow's names of the file formats allowed. Of the others some start programs (EPS) and most are rare."""

# Without a handler, Pillow's log messages on damaged files would be printed to the terminal.
logging.getLogger("PIL").addHandler(logging.NullHandler())


def decode(stream: io.BytesIO, name: str) -> Image.Image:
    """Decode an image completely.

    Args:
        stream: the file's bytes.
        name: the image's name in error messages.

    Raises:
        ValueError: not an image, damaged, or too large.
    """
    if not stream.getbuffer().nbytes:
        raise ValueError(f"The image {name} is empty; a PNG, JPEG, GIF, WebP or the like is wanted.")
    with decoding(name):
        Image.init()  # registers all formats that this Pillow was built with
        image = Image.open(stream, formats=[kind for kind in FORMATS if kind in Image.OPEN])
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise ValueError(
            f"The image {name} is too large: {width:,} x {height:,} pixels; at most {MAX_PIXELS:,} in all."
        )
    # libtiff writes its own messages on damage to standard error; the exception is enough
    quiet = quiet_stderr(shown_on_failure=False) if image.format == "TIFF" else nullcontext()
    with decoding(name), quiet:
        image.load()
    return image


@contextmanager
def decoding(name: str) -> Iterator[None]:
    """Convert any exception of Pillow to a ValueError of one sentence that names the image."""
    try:
        # Pillow warns of large images before `decode` refuses them with a clearer message.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except Image.DecompressionBombError as error:
        raise ValueError(f"The image {name} is too large; at most {MAX_PIXELS:,} pixels.") from error
    except UnidentifiedImageError as error:
        raise ValueError(f"{name} is no image; a PNG, JPEG, GIF, WebP or the like is wanted.") from error
    except Exception as error:  # Pillow's decoders raise many kinds of exceptions for damaged files
        raise ValueError(f"The image {name} is damaged or cut short ({_one_line(error)}).") from error


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
