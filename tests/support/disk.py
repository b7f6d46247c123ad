"""What lies in a folder, and a disk that fills up without being filled."""

from __future__ import annotations

import resource
from contextlib import contextmanager


@contextmanager
def full_disk(room=2_000):
    """No file of this process can grow beyond `room` bytes: the write fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def names(folder):
    """Names of all that lies in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())
