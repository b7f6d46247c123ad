"""Many pictures, one after the other: from a folder of any size, or from memory."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
from tqdm import tqdm

from vggviz.images import Source, load_image

Pictures = str | os.PathLike[str] | Mapping[str, Source] | Iterable[tuple[str, Source]]

log = logging.getLogger("vggviz")


def read_pictures(source: Pictures, size: int | None = 224) -> Iterator[tuple[str, np.ndarray]]:
    """Read pictures one at a time, so that memory does not grow with their number.

    What cannot be read is named in one line of the log "vggviz" and passed over.

    Args:
        source: a folder, of which every file below it is read, by name; or names with pictures as
            `load_image` takes them: a mapping, or an iterable of pairs.
        size: side of the square that is cut from the centre, in pixels; None keeps each picture's own.

    Yields:
        (name, uint8 (size, size, 3)). In a folder the name is the path from there, with "/".

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: none of the pictures can be read.
    """
    pairs = named_pictures(source)
    total = len(pairs) if isinstance(pairs, list) else None
    read = 0
    for name, picture in tqdm(pairs, desc="pictures", total=total, leave=False, delay=1, disable=None):
        try:
            image = load_image(picture, size)
        except (ValueError, OSError) as error:
            log.warning("Passed over %r: %s", name, error)
            continue
        read += 1
        yield name, image
    if not read:
        raise ValueError(f"There is no picture in {_words(source)} that can be read.")


def named_pictures(source: Pictures) -> Iterable[tuple[str, Source]]:
    """Pairs of name and picture, nothing read yet; a list where their number is known.

    Raises:
        FileNotFoundError: there is no such folder.
    """
    if isinstance(source, (str, os.PathLike)):
        folder = Path(source)
        if not folder.is_dir():
            raise FileNotFoundError(f"There is no folder {str(source)!r}.")
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        return [(path.relative_to(folder).as_posix(), path) for path in paths]
    return list(source.items()) if isinstance(source, Mapping) else source


def _words(source: Pictures) -> str:
    return f"the folder {str(source)!r}" if isinstance(source, (str, os.PathLike)) else "what was given"
