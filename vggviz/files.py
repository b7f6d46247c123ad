"""Files are written beside their place and moved into it, so that nothing the user had is lost."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path beside `path`; move it into place if the block ends well.

    Args:
        path: the file to be written or replaced; its folder must exist.

    Yields:
        A path in the same folder, with the same suffix, to write to.

    Raises:
        OSError: the folder cannot be written, or what the block raises (a full disk, say);
            the old file then stands as it was and no temporary file is left.
    """
    path = Path(path)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        beside.chmod(0o666 & ~_umask())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def output_folder(folder: str | os.PathLike[str]) -> Path:
    """Make `folder` (and its parents) and return it.

    Raises:
        ValueError: something that is not a folder stands in the way, or it cannot be written.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise ValueError(
            f"Cannot write into the folder {str(folder)!r} ({error.strerror}); "
            "name a folder that you may write to."
        ) from error


def _umask() -> int:
    """The permissions mask of this process: mkstemp makes files that only their owner reads."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
