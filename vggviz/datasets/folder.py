"""Read images one at a time, from a folder or from memory."""

from __future__ import annotations

import itertools
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from tqdm import tqdm

from vggviz._shared import validation
from vggviz.images.loading import Source, check_size, load_image

Images = str | os.PathLike[str] | Mapping[str, Source] | Iterable[tuple[str, Source]]

Thing = TypeVar("Thing")

log = logging.getLogger("vggviz")


def read_images(source: Images, size: int | None = 224) -> Iterator[tuple[str, np.ndarray]]:
    """Read images one at a time, with constant memory use.

    Files that cannot be read as images are skipped, each with a warning (logger "vggviz").

    Args:
        source: a folder, all files of which are read recursively and sorted by name; or named images
            in any form that `load_image` accepts: a mapping, or an iterable of (name, image) pairs.
        size: side in pixels to which the largest central square is resized; None keeps each image's
            own size.

    Yields:
        (name, uint8 (size, size, 3)). In a folder the name is the path relative to it, with "/".

    Raises:
        FileNotFoundError: the folder does not exist.
        ValueError: none of the images can be read.
    """
    check_size(size)
    yield from read_pairs(named_images(source), size, source_label(source))


def read_pairs(
    pairs: Iterable[tuple[str, Source]], size: int | None, label: str
) -> Iterator[tuple[str, np.ndarray]]:
    """Read (name, image) pairs one at a time; `label` describes their source in error messages.

    Of a list the next image is read in a thread meanwhile.
    """
    count, total = 0, len(pairs) if isinstance(pairs, list) else None
    with progress(total) as bar, ThreadPoolExecutor(1) as pool:
        started = ((name, pool.submit(try_load, source, size)) for name, source in pairs)
        for name, loading in started if total is None else _ahead(started):
            image, error = loading.result()
            bar.update()
            if image is None:
                log_skipped(name, error)
                continue
            count += 1
            yield name, image
    check_not_empty(count, label)


def _ahead(values: Iterable[Thing]) -> Iterator[Thing]:
    """The values, each after the next one is there."""
    values = iter(values)
    following = list(itertools.islice(values, 1))
    for value in values:
        yield following.pop()
        following.append(value)
    yield from following


def try_load(source: Source, size: int | None) -> tuple[np.ndarray | None, str]:
    """Return an image, uint8 (size, size, 3), and ""; or None and the error message."""
    try:
        return load_image(source, size), ""
    except (ValueError, OSError) as error:
        return None, str(error)


def log_skipped(name: str, error: str) -> None:
    """Log a warning about an image that cannot be read."""
    log.warning("Skipped %r: %s", name, error)


def check_not_empty(count: int, label: str) -> None:
    """Raise ValueError if no image was read."""
    if not count:
        raise ValueError(f"There is no image in {label} that can be read.")


def progress(total: int | None) -> tqdm:
    """Progress bar that counts images; shown only in a terminal, after one second."""
    return tqdm(desc="images", total=total, leave=False, delay=1, disable=None)


def named_images(source: Images) -> Iterable[tuple[str, Source]]:
    """(name, image) pairs, not loaded yet; a list if their count is known.

    Raises:
        FileNotFoundError: the folder does not exist.
    """
    if isinstance(source, (str, os.PathLike)):
        folder = existing_folder(source)
        paths = sorted(_files_below(folder))
        return [(validation.path_text(path.relative_to(folder).as_posix()), path) for path in paths]
    if isinstance(source, Mapping):
        return list(unique_names(source.items()))
    pairs = validation.several("Images without a folder or a dict", source)
    numbered = unique_names(map(check_pair, pairs))
    return list(numbered) if isinstance(pairs, (list, tuple)) else numbered


def unique_names(
    pairs: Iterable[tuple[Any, Thing]], *, files: bool = False, taken: Iterable[str] = ()
) -> Iterator[tuple[str, Thing]]:
    """The pairs with names as text; " (2)", " (3)" is appended to repeated names.

    Args:
        pairs: of a name and anything else.
        files: whether the names are those of files: "-2", "-3" is appended, and case makes no difference.
        taken: further names that must not be used.
    """
    pattern, key = ("-{}", str.casefold) if files else (" ({})", str)
    used = {key(name) for name in taken}
    for name, thing in pairs:
        ends = itertools.chain([""], map(pattern.format, itertools.count(2)))
        free = next(each for each in (f"{name}{end}" for end in ends) if key(each) not in used)
        used.add(key(free))
        yield free, thing


def _files_below(folder: Path) -> Iterator[Path]:
    """Every file below a folder; links to folders are followed, and each folder is read once."""
    seen = {os.path.realpath(folder)}
    for path, folders, files in os.walk(folder, followlinks=True):
        real = {os.path.realpath(Path(path, name)): name for name in sorted(folders, reverse=True)}
        folders[:] = sorted(name for where, name in real.items() if where not in seen)
        seen.update(real)
        yield from (file for file in (Path(path, name) for name in files) if file.is_file())


def check_pair(pair: tuple[str, Source]) -> tuple[str, Source]:
    """Return a (name, image) pair; raise TypeError if it is not one."""
    if not isinstance(pair, tuple) or len(pair) != 2:
        raise TypeError(f"Images come as pairs of a name and an image; got {validation.shown(pair)}.")
    return str(pair[0]), pair[1]


def existing_folder(path: str | os.PathLike[str]) -> Path:
    """Return the folder as a Path; raise FileNotFoundError if it does not exist."""
    if not validation.is_folder(Path(path)):
        raise FileNotFoundError(f"There is no folder {validation.shown(path)}.")
    return Path(path)


def source_label(source: Images) -> str:
    """Description of the images' source for error messages."""
    return (
        f"the folder {validation.shown(source)}"
        if isinstance(source, (str, os.PathLike))
        else "the given source"
    )
