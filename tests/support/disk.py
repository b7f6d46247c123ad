"""The content of a folder, and a simulated full disk."""

from __future__ import annotations

import resource
from contextlib import contextmanager


@contextmanager
def full_disk(size=2_000):
    """Writing more than `size` bytes to a file raises OSError, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def names(folder):
    """Sorted names of all files and folders in a folder, including hidden ones."""
    return sorted(path.name for path in folder.iterdir())
