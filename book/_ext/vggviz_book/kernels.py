"""The surroundings of the kernels that run the chapters."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from sphinx.errors import ExtensionError

from vggviz_book import explorers, fingerprint

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

KEPT_CACHES = 4
CACHES = Path("_build", ".jupyter_cache")

_held: list[FileLock] = []


def prepare(app: Sphinx, config: Config) -> None:
    """Let kernels use the library beside the book, and the cache know what they compute from.

    The notebook cache compares a chapter's own code only. So the cache lies in a folder named by
    the digest of all else, and a change in the library leaves no old figure in a page.
    """
    root = Path(app.srcdir)
    lock_builds(root)
    Path(app.outdir, fingerprint.NOTE).unlink(missing_ok=True)
    put_on_path(root, os.environ)
    give_matplotlib_a_folder(root, os.environ)
    os.environ.pop("MPLBACKEND", None)  # with a reader's own no figure would stand in a page
    settle_inputs(os.environ)
    caches = root / CACHES
    cache = caches / fingerprint.of_figures(root, os.environ)
    cache.mkdir(parents=True, exist_ok=True)
    os.utime(cache)
    remove_old(caches)
    config.nb_execution_cache_path = str(cache)
    explorers.keep_in(cache, os.environ)


def lock_builds(root: Path) -> None:
    """Let one process at a time build in a checkout; a second one waits until the first has ended.

    Args:
        root: the folder of the book's `_config.yml`.
    """
    lock = FileLock(root / "_build" / ".lock", is_singleton=True)  # `make book` and Sphinx share it
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("Another build of this book is running; this one waits for it.", flush=True)
        lock.acquire()
    _held.append(lock)


def put_on_path(root: Path, environ: MutableMapping[str, str]) -> None:
    """The checkout first, for this process (autodoc) and for the kernels, which start in book/."""
    sys.path.insert(0, str(root))
    environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), environ.get("PYTHONPATH")]))


def give_matplotlib_a_folder(root: Path, environ: MutableMapping[str, str]) -> None:
    """Where the reader's home cannot be written: else each page would say that another one was found."""
    from vggviz._shared.files import home

    if home() is None:
        environ.setdefault("MPLCONFIGDIR", str(root / "_build" / ".matplotlib"))


def settle_inputs(environ: MutableMapping[str, str]) -> None:
    """Decide once for all chapters which picture and which weights are meant.

    Files get absolute paths.

    Raises:
        ExtensionError: there is no such picture or no such weights.
    """
    from vggviz.images import loading
    from vggviz.models import weights

    try:
        if environ.get("VGGVIZ_IMAGE"):
            environ["VGGVIZ_IMAGE"] = absolute(environ["VGGVIZ_IMAGE"])
            loading.load_image(environ["VGGVIZ_IMAGE"])
        settled = weights.resolve(absolute(environ.get("VGGVIZ_WEIGHTS") or "imagenet"))
    except (OSError, TypeError, ValueError) as error:
        raise ExtensionError(str(error)) from error
    environ["VGGVIZ_WEIGHTS"] = settled


def absolute(name: str) -> str:
    """A file's absolute path; any other name as it is."""
    path = Path(name).expanduser()
    return str(path.absolute()) if path.is_file() else name


def remove_old(caches: Path) -> None:
    """Keep the newest few caches: someone who goes back and forth finds the figures still there."""
    by_age = sorted(caches.iterdir(), key=lambda folder: folder.stat().st_mtime)
    for folder in by_age[:-KEPT_CACHES]:
        shutil.rmtree(folder, ignore_errors=True)
