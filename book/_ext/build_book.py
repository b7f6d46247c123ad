"""`make book`: a clean build beside the last good book, which it replaces only when all is well."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

from jupyter_book.cli.main import main as jupyter_book
from sphinx.errors import ExtensionError

from vggviz_book import chapters, fingerprint, kernels, npm

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "_build"
BOOK = BUILD / "html"
LAST = BUILD / ".last"
NEXT = BUILD / ".next"


def main() -> int:
    """Build unless nothing changed; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fresh", action="store_true", help="compute every page anew")
    fresh = parser.parse_args().fresh
    kernels.lock_builds(ROOT)
    recover()
    kernels.put_on_path(ROOT, os.environ)
    if not npm.is_installed(ROOT):
        npm.install(ROOT)  # what goes wrong is said while the pages are built
    try:
        if not fresh and is_current():
            print(f"Nothing changed since the last build: {shown(BOOK / 'index.html')}")
            return 0
        if fresh:
            shutil.rmtree(ROOT / kernels.CACHES, ignore_errors=True)
        return build()
    except ExtensionError as error:
        return failed(str(error))


def is_current() -> bool:
    """Whether the last good book was made of just what lies here now."""
    note = BOOK / fingerprint.NOTE
    return note.is_file() and note.read_text("utf-8") == fingerprint.of_book(ROOT, os.environ)


def build() -> int:
    """Build all pages into a folder of their own, then put that in the place of the last book.

    Raises:
        ExtensionError: the picture, the weights or the addresses that were asked for are none.
    """
    started = time.monotonic()
    kernels.settle_inputs(os.environ)
    made_of = fingerprint.of_book(ROOT, os.environ)
    if not run_jupyter_book():
        return failed("The book was not built; see above for the cause.")
    pages = NEXT / "_build" / "html"
    (pages / fingerprint.NOTE).write_text(made_of, "utf-8")
    replace(pages)
    print(f"Built in {time.monotonic() - started:.0f} s: {shown(BOOK / 'index.html')}")
    return 0


def run_jupyter_book() -> bool:
    """Build with warnings as errors; return whether that succeeded.

    In this process, so that the lock is held exactly as long as the build runs, even if it is killed.
    """
    try:
        jupyter_book(
            ["build", str(ROOT), "--path-output", str(NEXT), "-W", "-n", "--keep-going"],
            standalone_mode=False,
        )
    except (RuntimeError, SystemExit):  # Jupyter Book has printed the cause
        return False
    return True


def failed(why: str) -> int:
    """Say why there is no new book, and that the last one is still there; return the exit status."""
    shutil.rmtree(NEXT, ignore_errors=True)
    kept = f"\nThe last good book stays in {shown(BOOK)}." if BOOK.exists() else ""
    print(f"\n{why}{kept}", file=sys.stderr)
    return 1


def replace(pages: Path) -> None:
    """Two renames: a reader meets the old book or the new one, never a mixture."""
    if BOOK.exists():
        BOOK.rename(LAST)
    pages.rename(BOOK)
    shutil.rmtree(LAST, ignore_errors=True)
    shutil.rmtree(NEXT, ignore_errors=True)


def recover() -> None:
    """Clear what a killed build left, and finish or undo its replacing."""
    if LAST.exists() and not BOOK.exists():
        LAST.rename(BOOK)
    shutil.rmtree(LAST, ignore_errors=True)
    shutil.rmtree(NEXT, ignore_errors=True)
    shutil.rmtree(ROOT / chapters.REPORTS, ignore_errors=True)


def shown(path: Path) -> str:
    """A path as the reader would type it."""
    return os.path.relpath(path)


def in_utf8() -> None:
    """Begin anew in Python's UTF-8 mode where the locale knows other letters, or ASCII alone.

    Not all that takes part in a build says how its files and its paths are encoded.
    """
    if sys.getfilesystemencoding() != "utf-8":
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.argv])


if __name__ == "__main__":
    in_utf8()
    sys.exit(main())
