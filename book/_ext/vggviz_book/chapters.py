"""Execute the chapters in parallel, before Sphinx reads them one by one."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

import psutil
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.cache.db import NbCacheRecord
from myst_nb.core.read import is_myst_markdown_notebook, myst_nb_reader_plugin
from sphinx.errors import ExtensionError
from sphinx.util import logging
from traitlets.config import Config

from vggviz_book import figures
from vggviz_book.shared_kernel import SharedKernel

if TYPE_CHECKING:
    from jupyter_cache.cache.main import JupyterCacheBase
    from jupyter_cache.executors.utils import ExecutionResult
    from nbformat import NotebookNode
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

log = logging.getLogger(__name__)

PREFIX = "vggviz-book-"
NOTE = "_build/.temporary"
"""File with the name of the kernels' temporary folder while they run."""
LONGEST_SOCKET = 95
"""Bytes of a socket's path; systems allow 103 to 107, and a number is appended."""
MEMORY_OF_A_KERNEL = 2 << 30
"""Bytes; VGG16 with its dense layers peaks at 1.8 GB."""
COLOURS = re.compile(r"\x1b\[[\d;]*m")
"""Terminal colour codes."""
REPORTS = Path("_build", "reports")
"""Reports of the chapters that failed; outside the pages, which are not kept after a failure."""


def execute(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Execute the chapters that Sphinx will read and whose outputs are not cached.

    Raises:
        ExtensionError: a chapter failed; names each such chapter and its cell.
    """
    reports = Path(app.srcdir, REPORTS)
    shutil.rmtree(reports, ignore_errors=True)
    settings = env.mystnb_config  # type: ignore[attr-defined]
    if settings.execution_mode != "cache":
        return
    cache = get_cache(settings.execution_cache_path)
    remove_temporary(app.srcdir)
    waiting = to_compute(env, docnames, cache)
    failures, conversions = [], []
    with ThreadPoolExecutor(1) as meanwhile:
        results = run_side_by_side(env, waiting, settings.execution_timeout)
        for number, (name, result) in enumerate(results, 1):
            if result.err is None:
                keep(cache, Path(env.doc2path(name)), result)
                conversions.append(meanwhile.submit(figures.convert_outputs, app, result.nb))
                log.info("[%d/%d] %s computed in %.1f s", number, len(waiting), name, result.time)
            else:
                failures.append(describe_failure(Path(env.doc2path(name)).relative_to(app.srcdir), result))
                write_report(reports / f"{name}.log", failures[-1])
                log.info("[%d/%d] %s failed", number, len(waiting), name)
    if failures:
        raise ExtensionError("\n\n".join(failures))
    for conversion in conversions:
        conversion.result()  # its error, if it has one


def keep(cache: JupyterCacheBase, path: Path, result: ExecutionResult) -> None:
    """Put a computed notebook into the cache."""
    data = {"execution_seconds": result.time}
    cache.cache_notebook_bundle(CacheBundleIn(result.nb, str(path), data=data), False, True)


def to_compute(
    env: BuildEnvironment, docnames: Iterable[str], cache: JupyterCacheBase
) -> dict[str, NotebookNode]:
    """Notebooks, by the names of their pages, whose outputs are not in the cache."""
    return {name: nb for name, nb in notebooks(env, docnames) if not is_cached(cache, nb)}


def notebooks(env: BuildEnvironment, docnames: Iterable[str]) -> Iterable[tuple[str, NotebookNode]]:
    """Names and notebooks of the pages that have code cells."""
    for name in docnames:
        path = Path(env.doc2path(name))
        if path.suffix == ".md" and is_myst_markdown_notebook(path.read_text("utf-8")):
            yield name, myst_nb_reader_plugin(str(path))


def run_side_by_side(
    env: BuildEnvironment, waiting: dict[str, NotebookNode], timeout: int
) -> Iterable[tuple[str, ExecutionResult]]:
    """Run notebooks, as many at once as cores and memory allow; yield each result as it arrives."""
    todo: SimpleQueue[tuple[str, NotebookNode]] = SimpleQueue()
    results: SimpleQueue[tuple[str, ExecutionResult]] = SimpleQueue()
    for item in waiting.items():
        todo.put(item)

    def run_all(address: str) -> None:
        with closing(SharedKernel(timeout, transport(address))) as kernel, suppress(Empty):
            while True:
                name, notebook = todo.get_nowait()
                results.put((name, kernel.run(notebook, Path(env.doc2path(name)).parent)))

    count = kernels_at_once()
    with temporary_folder(env.srcdir) as folder, ThreadPoolExecutor(count) as pool:
        for number in range(count):
            pool.submit(run_all, f"{folder}/{number}")
        for _ in waiting:
            yield results.get()


@contextmanager
def temporary_folder(root: str | os.PathLike[str]) -> Iterator[str]:
    """Make a temporary folder for the files of the kernels and of the cells.

    The user's home may not be writable, and its IPython settings must not change a page. The folder's
    name is noted, so that the next build can remove it if this one is killed.
    """
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        Path(root, NOTE).write_bytes(os.fsencode(folder))
        settings = dict.fromkeys(("TMPDIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"), folder)
        before = {name: os.environ[name] for name in settings if name in os.environ}
        os.environ.update(settings)
        tempfile.tempdir = folder  # TMPDIR is read only once in a process
        try:
            yield folder
        finally:
            for name in settings:
                os.environ.pop(name)
            os.environ.update(before)
            tempfile.tempdir = None
            Path(root, NOTE).unlink()


def remove_temporary(root: str | os.PathLike[str]) -> None:
    """Remove the temporary folder of a build that was killed."""
    note = Path(root, NOTE)
    if note.is_file() and (folder := Path(os.fsdecode(note.read_bytes()))).name.startswith(PREFIX):
        shutil.rmtree(folder, ignore_errors=True)
    note.unlink(missing_ok=True)


def transport(address: str) -> Config:
    """Settings for Unix sockets, which need no free port and cause no warning about open ones.

    Empty on other systems, and where the temporary folder's name is too long for a socket.
    """
    short = os.name == "posix" and len(os.fsencode(address)) < LONGEST_SOCKET
    return Config({"KernelManager": {"transport": "ipc", "ip": address}} if short else {})


def kernels_at_once() -> int:
    """Number of kernels that cores and free memory allow, at least 1."""
    return max(1, min(os.cpu_count() or 1, psutil.virtual_memory().available // MEMORY_OF_A_KERNEL))


def is_cached(cache: JupyterCacheBase, notebook: NotebookNode) -> bool:
    """Whether the outputs of this notebook's code are in the cache.

    A record whose notebook is incomplete, because a build was killed, is removed.
    """
    try:
        record = cache.match_cache_notebook(notebook)
    except KeyError:
        return False
    try:
        cache.get_cache_bundle(record.pk)
    except Exception:  # missing, empty or truncated: the reader raises many kinds
        NbCacheRecord.remove_record(record.pk, cache.db)
        return False
    return True


def write_report(path: Path, text: str) -> None:
    """Write why a chapter failed, for those who do not see the build's output."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(COLOURS.sub("", text) + "\n", "utf-8")


def describe_failure(page: Path, result: ExecutionResult) -> str:
    """Chapter, cell, line and traceback of a failure."""
    index, cell = failed_cell(result.nb)
    number = sum(c.cell_type == "code" for c in result.nb.cells[: index + 1])
    line = result.nb.metadata["source_map"][index] + 1
    return f"{page}, code cell {number} (line {line}) failed:\n\n{cell.source}\n\n{result.err}"


def failed_cell(notebook: NotebookNode) -> tuple[int, Any]:
    """Index and cell with an unexpected error, else the cell that ran last."""
    code = [(i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    for i, cell in code:
        expected = "raises-exception" in cell.metadata.get("tags", [])
        if not expected and any(output.output_type == "error" for output in cell.outputs):
            return i, cell
    started = [(i, cell) for i, cell in code if cell.execution_count]
    return started[-1] if started else code[0]
