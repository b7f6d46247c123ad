"""Files are written beside their place and moved into it, so that nothing the user had is lost."""

from __future__ import annotations

import os
import secrets
import shutil
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
        A path in the same folder, with the same end of its name, to write to.

    Raises:
        OSError: the folder cannot be written, or what the block raises (a full disk, say);
            the old file then stands as it was and no temporary file is left.
    """
    path = Path(path)
    # Not mkstemp, whose files only their owner reads; and no look at the umask, which cannot be read
    # without being changed for all threads.
    beside = path.with_name(f".{secrets.token_hex(4)}-{path.name}")
    beside.touch(exist_ok=False)
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def home() -> Path | None:
    """The reader's own folder; None where there is none, or none that can be written."""
    folder = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises where nobody is known
    return Path(folder) if os.access(folder, os.W_OK) else None


def output_folder(folder: str | os.PathLike[str]) -> Path:
    """Make `folder` (and its parents) and return it.

    Raises:
        ValueError: something that is not a folder stands in the way, or it cannot be written.
    """
    from vggviz._shared import validation  # loads NumPy, which the command line's help does not need

    folder = validation.path("folder", folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise ValueError(
            f"Cannot write into the folder {validation.shown(folder)} ({error.strerror}); "
            "name a folder that you may write to."
        ) from error


@contextmanager
def folder_in_place(folder: str | os.PathLike[str], *, mark: str) -> Iterator[Path]:
    """Give an empty folder beside `folder`; put it in its place if the block ends well.

    Args:
        folder: made or replaced; its parents are made.
        mark: a file that tells a folder of this kind, which may be replaced, from any other.

    Yields:
        The folder to write to.

    Raises:
        ValueError: `folder` holds other things than a folder of this kind, or cannot be written.
    """
    from vggviz._shared import validation

    folder = Path(folder)
    if folder.exists() and not (folder.is_dir() and ((folder / mark).is_file() or not any(folder.iterdir()))):
        raise ValueError(
            f"{validation.shown(folder)} holds other things; name a folder that is new or empty."
        )
    beside = output_folder(folder.absolute().parent) / f".{secrets.token_hex(4)}-{folder.name}"
    old = beside.with_name(f"{beside.name}-old")
    beside.mkdir()
    try:
        yield beside
        if folder.exists():
            folder.rename(old)
        beside.rename(folder)
    finally:
        if old.exists() and not folder.exists():
            old.rename(folder)
        for left in (beside, old):
            shutil.rmtree(left, ignore_errors=True)
