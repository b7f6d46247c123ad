"""The command line: `vggviz` or `python -m vggviz`."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tqdm import tqdm

from vggviz.command_options import build_parser


class Notes(logging.Handler):
    """What the library says by the way, on stderr, above a progress bar where there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        tqdm.write(self.format(record), file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; mistakes are one sentence on stderr and SystemExit with status 2."""
    os.environ.setdefault("MPLBACKEND", "agg")
    parser = build_parser()
    options = parser.parse_args(arguments)
    try:
        with _notes():
            options.run(options)
    except BrokenPipeError:  # the reader of a pipe went away: `vggviz layers | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (ValueError, TypeError, OSError) as error:
        parser.error(" ".join(str(error).split()))
    return 0


@contextmanager
def _notes() -> Iterator[None]:
    """While a command runs, the log "vggviz" is for its reader."""
    log, notes = logging.getLogger("vggviz"), Notes()
    level = log.level
    log.addHandler(notes)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(notes)
        log.setLevel(level)


if __name__ == "__main__":
    sys.exit(main())
