"""A disk that fills up, without filling one."""

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
