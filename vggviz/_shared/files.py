"""Atomic writing of files and folders: into a temporary path first, which then replaces the old one."""

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
    """Yield a temporary path in the same folder; rename it to `path` if the block succeeds.

    Args:
        path: the file to be written or replaced; its folder must exist.

    Yields:
        The temporary path, with the suffix of `path`.

    Raises:
        OSError: the folder is not writable. Exceptions of the block (a full disk, for instance) are
            passed on; the old file is then unchanged and the temporary file is removed.
    """
    path = Path(path)
    # mkstemp would make the file readable by its owner alone, and the umask cannot be read without
    # changing it for all threads; `touch` applies the umask.
    temporary = path.with_name(f".{secrets.token_hex(4)}-{path.name}")
    temporary.touch(exist_ok=False)
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def home() -> Path | None:
    """The user's home folder, or None if there is none or it is not writable."""
    folder = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises if there is no home
    return Path(folder) if os.access(folder, os.W_OK) else None


def output_folder(folder: str | os.PathLike[str]) -> Path:
    """Create a folder with its parents, and return its path.

    Raises:
        ValueError: the path, or a parent, is not a folder, or the folder is not writable.
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
def atomic_folder(folder: str | os.PathLike[str], *, marker: str) -> Iterator[Path]:
    """Yield an empty temporary folder beside `folder`; replace `folder` by it if the block succeeds.

    Args:
        folder: created or replaced; its parents are created.
        marker: name of a file by which a folder that may be replaced is recognised.

    Yields:
        The temporary folder.

    Raises:
        ValueError: `folder` has other contents and no such file, or is not writable.
    """
    from vggviz._shared import validation

    folder = Path(folder)
    if folder.exists() and not (
        folder.is_dir() and ((folder / marker).is_file() or not any(folder.iterdir()))
    ):
        raise ValueError(
            f"{validation.shown(folder)} holds other things; name a folder that is new or empty."
        )
    temporary = output_folder(folder.absolute().parent) / f".{secrets.token_hex(4)}-{folder.name}"
    old = temporary.with_name(f"{temporary.name}-old")
    temporary.mkdir()
    try:
        yield temporary
        if folder.exists():
            folder.rename(old)
        temporary.rename(folder)
    finally:
        if old.exists() and not folder.exists():
            old.rename(folder)
        for left in (temporary, old):
            shutil.rmtree(left, ignore_errors=True)
