"""`make book`: build the book from scratch, and replace the last one only if that succeeds."""

from __future__ import annotations

import argparse
import gc
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
    parser.add_argument("--fresh", action="store_true", help="recompute every page")
    fresh = parser.parse_args().fresh
    kernels.lock_builds(ROOT)
    recover()
    kernels.put_on_path(ROOT, os.environ)
    if not npm.is_installed(ROOT):
        npm.install(ROOT)  # an error is reported while the pages are built
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
    """Whether the last book was built from exactly the current sources and versions."""
    note = BOOK / fingerprint.NOTE
    return note.is_file() and note.read_text("utf-8") == fingerprint.of_book(ROOT, os.environ)


def build() -> int:
    """Build all pages into a separate folder, then replace the last book with it.

    Raises:
        ExtensionError: VGGVIZ_IMAGE, VGGVIZ_WEIGHTS, VGGVIZ_REPOSITORY or VGGVIZ_SITE is not valid.
    """
    started = time.monotonic()
    collect_garbage_seldom()
    kernels.check_inputs(os.environ)
    made_of = fingerprint.of_book(ROOT, os.environ)
    if not run_jupyter_book():
        return failed("The book was not built; see above for the cause.")
    pages = NEXT / "_build" / "html"
    (pages / fingerprint.NOTE).write_text(made_of, "utf-8")
    replace(pages)
    print(f"Built in {time.monotonic() - started:.0f} s: {shown(BOOK / 'index.html')}")
    return 0


def collect_garbage_seldom() -> None:
    """Let Python look for cycles less often: trees of pages are many objects, and nearly none is garbage."""
    gc.set_threshold(200_000, 20, 100)


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
    """Print why the build failed, and that the last book is kept; return the exit status."""
    shutil.rmtree(NEXT, ignore_errors=True)
    kept = f"\nThe last good book stays in {shown(BOOK)}." if BOOK.exists() else ""
    print(f"\n{why}{kept}", file=sys.stderr)
    return 1


def replace(pages: Path) -> None:
    """Replace the last book by two renames, so that a reader never sees a mixture of both."""
    if BOOK.exists():
        BOOK.rename(LAST)
    pages.rename(BOOK)
    shutil.rmtree(LAST, ignore_errors=True)
    shutil.rmtree(NEXT, ignore_errors=True)


def recover() -> None:
    """Remove the files of a killed build, and finish or undo its replacement."""
    if LAST.exists() and not BOOK.exists():
        LAST.rename(BOOK)
    shutil.rmtree(LAST, ignore_errors=True)
    shutil.rmtree(NEXT, ignore_errors=True)
    shutil.rmtree(ROOT / chapters.REPORTS, ignore_errors=True)


def shown(path: Path) -> str:
    """A path relative to the current folder."""
    return os.path.relpath(path)


def in_utf8() -> None:
    """Restart in Python's UTF-8 mode if the locale has another encoding.

    Some packages that take part in a build open files without naming an encoding.
    """
    if sys.getfilesystemencoding() != "utf-8":
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.argv])


if __name__ == "__main__":
    in_utf8()
    sys.exit(main())
