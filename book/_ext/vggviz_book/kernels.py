"""Environment, inputs and caches of the kernels that run the chapters."""

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
DEFAULT = "default"
"""Sphinx's tag of a book about the default photograph and weights: ```{only} default."""

_held: list[FileLock] = []


def prepare(app: Sphinx, config: Config) -> None:
    """Set the kernels' environment, and the cache folder for the current library and inputs.

    The notebook cache compares a chapter's own code only. So the folder is named by the digest of
    all other inputs, and a change of the library recomputes the figures.
    """
    root = Path(app.srcdir)
    lock_builds(root)
    Path(app.outdir, fingerprint.NOTE).unlink(missing_ok=True)
    put_on_path(root, os.environ)
    give_matplotlib_a_folder(root, os.environ)
    os.environ["VGGVIZ_FOR_PHONES"] = "1"  # the library then renders each figure for phones as well
    # Threads of linear algebra wait for each other busily, and kernels run side by side on all cores.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # scikit-image's pooch warns where ipywidgets is missing; no page needs them.
    os.environ["PYTHONWARNINGS"] = "ignore:IProgress not found"
    os.environ.pop("MPLBACKEND", None)  # with another backend the pages would have no figures
    check_inputs(os.environ)
    if is_default(os.environ):
        app.tags.add(DEFAULT)
    caches = root / CACHES
    cache = caches / fingerprint.of_figures(root, os.environ)
    cache.mkdir(parents=True, exist_ok=True)
    os.utime(cache)
    remove_old(caches)
    config.nb_execution_cache_path = str(cache)
    explorers.set_folder(cache, os.environ)


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


def unlock_builds() -> None:
    """Let other processes build, while this one goes on."""
    while _held:
        _held.pop().release()


def put_on_path(root: Path, environ: MutableMapping[str, str]) -> None:
    """Put the checkout first on the path of this process (for autodoc) and of the kernels."""
    sys.path.insert(0, str(root))
    environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), environ.get("PYTHONPATH")]))


def give_matplotlib_a_folder(root: Path, environ: MutableMapping[str, str]) -> None:
    """Set MPLCONFIGDIR if the home is not writable; else matplotlib would print a warning into the pages."""
    from vggviz._shared.files import home

    if home() is None:
        environ.setdefault("MPLCONFIGDIR", str(root / "_build" / ".matplotlib"))


def check_inputs(environ: MutableMapping[str, str]) -> None:
    """Check VGGVIZ_IMAGE and VGGVIZ_WEIGHTS once for all chapters, and make paths absolute.

    Raises:
        ExtensionError: there is no such image or no such weights.
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


def is_default(environ: MutableMapping[str, str]) -> bool:
    """Whether the book is built for the default photograph and weights, as `default` in the chapters is."""
    return not environ.get("VGGVIZ_IMAGE") and (environ.get("VGGVIZ_WEIGHTS") or "imagenet") == "imagenet"


def absolute(name: str) -> str:
    """Absolute path of a file; any other name unchanged."""
    path = Path(name).expanduser()
    return str(path.absolute()) if path.is_file() else name


def remove_old(caches: Path) -> None:
    """Remove all but the newest caches; a few are kept for going back and forth between versions."""
    by_age = sorted(caches.iterdir(), key=lambda folder: folder.stat().st_mtime)
    for folder in by_age[:-KEPT_CACHES]:
        shutil.rmtree(folder, ignore_errors=True)
