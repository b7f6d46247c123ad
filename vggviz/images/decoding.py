"""Decoding of image files, with one-sentence errors for damaged ones."""

from __future__ import annotations

import io
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress

from PIL import Image, UnidentifiedImageError

from vggviz._shared.stderr import ANY, held_stderr

MAX_PIXELS = 89_478_485
"""Number of pixels above which Pillow warns of a decompression bomb."""
HEIC = re.compile(rb".{4}ftyp(?:hei[cxms]|hev[cx]|mif1|msf1)", re.DOTALL)
"""First bytes of the images that iPhones save."""
FORMATS = (
    *("PNG", "JPEG", "MPO", "GIF", "WEBP", "AVIF", "BMP", "DIB", "TIFF"),
    *("PPM", "TGA", "ICO", "JPEG2000", "PCX", "HEIF"),
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
    if HEIC.match(stream.getvalue()[:12]) and "HEIF" not in Image.OPEN:
        raise ValueError(
            f"{name} is a HEIC image, which Pillow cannot read by itself: install pillow-heif and call "
            "pillow_heif.register_heif_opener(), or save the image as JPEG."
        )
    with decoding(name):
        image = _opened(stream)
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise ValueError(
            f"The image {name} is too large: {width:,} x {height:,} pixels; at most {MAX_PIXELS:,} in all."
        )
    with decoding(name), _quiet_libtiff(image):
        image.load()
    return image


def _opened(stream: io.BytesIO) -> Image.Image:
    """Open an image of one of `FORMATS`; Pillow imports the rarer ones only if it is none of the others."""
    for register in (Image.preinit, Image.init):
        register()
        with suppress(UnidentifiedImageError):
            return Image.open(stream, formats=[kind for kind in FORMATS if kind in Image.OPEN])
    raise UnidentifiedImageError


def _quiet_libtiff(image: Image.Image) -> AbstractContextManager[None]:
    """Suppress libtiff's own messages on damage to standard error; the exception is enough.

    Nothing is suppressed while other threads run, since their lines would be lost as well.
    """
    is_alone = threading.active_count() == 1
    return held_stderr(ANY, even_on_failure=True) if image.format == "TIFF" and is_alone else nullcontext()


@contextmanager
def decoding(name: str) -> Iterator[None]:
    """Convert any exception of Pillow to a ValueError of one sentence that names the image."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(f"The image {name} is too large; at most {MAX_PIXELS:,} pixels.") from error
    except UnidentifiedImageError as error:
        raise ValueError(
            f"{name} is no image, or of a rare kind; a PNG, JPEG, GIF, WebP or the like is wanted."
        ) from error
    except Exception as error:  # Pillow's decoders raise many kinds of exceptions for damaged files
        raise ValueError(f"The image {name} is damaged or cut short ({_one_line(error)}).") from error


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
