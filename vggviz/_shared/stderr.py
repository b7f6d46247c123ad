"""Lines that C libraries write to the terminal by themselves, past Python, kept from the reader."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_stderr(*, shown_on_failure: bool = True) -> Iterator[None]:
    """Hold back what C code writes to file descriptor 2.

    Args:
        shown_on_failure: write it after all if the block fails; it may be the only cause named.
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
