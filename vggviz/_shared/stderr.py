"""Suppression of what C libraries write to standard error, which Python's `sys.stderr` cannot capture."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

TENSORFLOW = re.compile(rb"WARNING: All log messages before absl::InitializeLog|[IWEF]\d{4} [\d:]+\.\d+ ")
"""Beginnings of the lines that TensorFlow writes while it is imported."""
ANY = re.compile(b"")
"""Matches every line."""

_swapping = threading.Lock()


@contextmanager
def held_stderr(dropped: re.Pattern[bytes], *, even_on_failure: bool = False) -> Iterator[None]:
    """Hold back what is written to file descriptor 2, and write all but some lines at the end.

    The descriptor belongs to the whole process: lines of other threads are late, but not lost.

    Args:
        dropped: matches the beginnings of lines to drop.
        even_on_failure: drop them even if the block raises, where they may name the only cause.
    """
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            sys.stderr.flush()
    with _swapping, tempfile.TemporaryFile() as held:
        try:
            stderr = os.dup(2)
        except OSError:  # a process without a console
            yield
            return
        os.dup2(held.fileno(), 2)
        failed = True
        try:
            yield
            failed = False
        finally:
            os.dup2(stderr, 2)
            held.seek(0)
            for line in held:
                if not dropped.match(line) or (failed and not even_on_failure):
                    os.write(stderr, line)
            os.close(stderr)
