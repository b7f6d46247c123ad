"""One build at a time in one checkout; a second one waits."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

HELD = "VGGVIZ_BOOK_LOCKED"
"""Set for the processes that the holder starts: the lock is theirs as well."""

_open_files: list[BinaryIO] = []


def hold(path: Path) -> None:
    """Take the lock, and keep it until this process ends, however it ends.

    Args:
        path: a file that stands for the lock; made if it is not there.
    """
    try:
        import fcntl
    except ImportError:  # Windows: builds are not kept apart there
        return
    if os.environ.get(HELD):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another build of this book is running; this one waits for it.", flush=True)
        fcntl.flock(file, fcntl.LOCK_EX)
    _open_files.append(file)
    os.environ[HELD] = "1"


def descriptors() -> tuple[int, ...]:
    """What a process must inherit so that the lock is held until it, too, has ended."""
    return tuple(file.fileno() for file in _open_files)
