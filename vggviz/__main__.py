"""The command line: `vggviz` or `python -m vggviz`."""

from __future__ import annotations

import atexit
import codecs
import io
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from tqdm import tqdm

from vggviz._shared.files import home
from vggviz.cli.main import build_parser


class Notes(logging.Handler):
    """What the library says by the way, on stderr, above a progress bar where there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        tqdm.write(self.format(record), file=sys.stderr)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; mistakes are one sentence on stderr and SystemExit with status 2."""
    os.environ.setdefault("MPLBACKEND", "agg")
    _give_matplotlib_a_folder()
    for stream in (sys.stdout, sys.stderr):
        _let_write_any_letter(stream)
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


def _give_matplotlib_a_folder() -> None:
    """Where the reader's home cannot be written: it would find one itself, and say so in two long lines."""
    if home() is None and not os.environ.get("MPLCONFIGDIR"):
        folder = tempfile.TemporaryDirectory(prefix="vggviz-matplotlib-")
        os.environ["MPLCONFIGDIR"] = folder.name
        atexit.register(folder.cleanup)


def _let_write_any_letter(stream: TextIO) -> None:
    """UTF-8 where the locale knows ASCII alone, as Python does by itself; else "?" for what is not known.

    Names of files that are no text in the locale's encoding come out as the bytes that they are.
    """
    if isinstance(stream, io.TextIOWrapper):
        if codecs.lookup(stream.encoding).name in ("ascii", "utf-8"):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
        else:
            stream.reconfigure(errors="replace")


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
