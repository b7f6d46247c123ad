"""Many images, one after the other: from a folder of any size, or from memory."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
from tqdm import tqdm

from vggviz._shared import validation
from vggviz.images.loading import Source, check_size, load_image

Images = str | os.PathLike[str] | Mapping[str, Source] | Iterable[tuple[str, Source]]

log = logging.getLogger("vggviz")


def read_images(source: Images, size: int | None = 224) -> Iterator[tuple[str, np.ndarray]]:
    """Read images one at a time, so that memory does not grow with their number.

    What cannot be read is named in one line of the log "vggviz" and passed over.

    Args:
        source: a folder, of which every file below it is read, by name; or names with images as
            `load_image` takes them: a mapping, or an iterable of pairs.
        size: side of the square that is cut from the centre, in pixels; None keeps each image's own.

    Yields:
        (name, uint8 (size, size, 3)). In a folder the name is the path from there, with "/".

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: none of the images can be read.
    """
    check_size(size)
    yield from read_pairs(named_images(source), size, source_label(source))


def read_pairs(
    pairs: Iterable[tuple[str, Source]], size: int | None, where: str
) -> Iterator[tuple[str, np.ndarray]]:
    """Read pairs of name and image one at a time; `where` says in words what they come from."""
    read = 0
    with progress(len(pairs) if isinstance(pairs, list) else None) as bar:
        for name, source in pairs:
            image, reason = attempt(source, size)
            bar.update()
            if image is None:
                pass_over(name, reason)
                continue
            read += 1
            yield name, image
    check_any(read, where)


def attempt(source: Source, size: int | None) -> tuple[np.ndarray | None, str]:
    """An image, uint8 (size, size, 3), and ""; or None, and why it cannot be read."""
    try:
        return load_image(source, size), ""
    except (ValueError, OSError) as error:
        return None, str(error)


def pass_over(name: str, reason: str) -> None:
    """Name in the log what cannot be read."""
    log.warning("Passed over %r: %s", name, reason)


def check_any(read: int, where: str) -> None:
    """Raise ValueError if none was read."""
    if not read:
        raise ValueError(f"There is no image in {where} that can be read.")


def progress(total: int | None) -> tqdm:
    """A bar of images; only in a terminal, and only where it takes more than a second."""
    return tqdm(desc="images", total=total, leave=False, delay=1, disable=None)


def named_images(source: Images) -> Iterable[tuple[str, Source]]:
    """Pairs of name and image, nothing read yet; a list where their number is known.

    Raises:
        FileNotFoundError: there is no such folder.
    """
    if isinstance(source, (str, os.PathLike)):
        folder = existing_folder(source)
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        return [(validation.words(path.relative_to(folder).as_posix()), path) for path in paths]
    if isinstance(source, Mapping):
        return list(source.items())
    pairs = validation.several("Images without a folder or a dict", source)
    return [named(pair) for pair in pairs] if isinstance(pairs, (list, tuple)) else map(named, pairs)


def named(pair: tuple[str, Source]) -> tuple[str, Source]:
    """The name of an image, and the image; TypeError unless the pair is one."""
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise TypeError(f"Images come as pairs of a name and an image; got {validation.shown(pair)}.")
    return str(pair[0]), pair[1]


def existing_folder(path: str | os.PathLike[str]) -> Path:
    """The folder; FileNotFoundError if it is not there."""
    if not validation.is_folder(Path(path)):
        raise FileNotFoundError(f"There is no folder {validation.shown(path)}.")
    return Path(path)


def source_label(source: Images) -> str:
    """What images come from, in words."""
    return (
        f"the folder {validation.shown(source)}"
        if isinstance(source, (str, os.PathLike))
        else "what was given"
    )
