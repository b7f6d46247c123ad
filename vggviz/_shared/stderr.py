"""Suppression of what C libraries write to standard error, which Python's `sys.stderr` cannot capture."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_stderr(*, shown_on_failure: bool = True) -> Iterator[None]:
    """Suppress what C code writes to file descriptor 2.

    Args:
        shown_on_failure: write it if the block raises, since it may name the only cause.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        stderr = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            if shown_on_failure:
                held.seek(0)
                os.write(stderr, held.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
