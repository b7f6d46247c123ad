"""Run the chapters side by side, before Sphinx reads them one by one."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.cache.db import NbCacheRecord
from jupyter_cache.executors.utils import ExecutionResult, single_nb_execution
from myst_nb.core.read import is_myst_markdown_notebook, myst_nb_reader_plugin
from sphinx.errors import ExtensionError
from sphinx.util import logging
from traitlets.config import Config

if TYPE_CHECKING:
    from jupyter_cache.cache.main import JupyterCacheBase
    from nbformat import NotebookNode
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

log = logging.getLogger(__name__)

PREFIX = "vggviz-book-"
NOTE = "_build/.temporary"
"""Where the name of the kernels' temporary folder stands while they run."""
LONGEST_SOCKET = 95
"""Bytes; systems allow 103 to 107, and a number follows."""
MEMORY_OF_A_KERNEL = 2 << 30
"""Bytes. VGG16 with its dense layers peaks at 1.8 GB."""
COLOURS = re.compile(r"\x1b\[[\d;]*m")
"""What a terminal shows as colours."""
REPORTS = Path("_build", "reports")
"""Where each chapter that failed says why. Beside the pages, since a book with failures is not kept."""


def execute(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Put the outputs of all chapters that will be read into the notebook cache.

    Raises:
        ExtensionError: a chapter failed; names each such chapter with its cell.
    """
    reports = Path(app.srcdir, REPORTS)
    shutil.rmtree(reports, ignore_errors=True)
    settings = env.mystnb_config  # type: ignore[attr-defined]
    if settings.execution_mode != "cache":
        return
    cache = get_cache(settings.execution_cache_path)
    forget_half_written(cache)
    remove_temporary(app.srcdir)
    waiting = {name: nb for name, nb in notebooks(env, docnames) if not is_cached(cache, nb)}
    failures = []
    for number, (name, result) in enumerate(run_side_by_side(env, waiting, settings.execution_timeout), 1):
        path = Path(env.doc2path(name))
        if result.err is None:
            data = {"execution_seconds": result.time}
            cache.cache_notebook_bundle(CacheBundleIn(result.nb, str(path), data=data), False, True)
            log.info("[%d/%d] %s computed in %.1f s", number, len(waiting), name, result.time)
        else:
            failures.append(describe_failure(path.relative_to(app.srcdir), result))
            report(reports / f"{name}.log", failures[-1])
            log.info("[%d/%d] %s failed", number, len(waiting), name)
    if failures:
        raise ExtensionError("\n\n".join(failures))


def notebooks(env: BuildEnvironment, docnames: Iterable[str]) -> Iterable[tuple[str, NotebookNode]]:
    """Those pages that have cells to run, read as myst-nb reads them."""
    for name in docnames:
        path = Path(env.doc2path(name))
        if path.suffix == ".md" and is_myst_markdown_notebook(path.read_text("utf-8")):
            yield name, myst_nb_reader_plugin(str(path))


def run_side_by_side(
    env: BuildEnvironment, waiting: dict[str, NotebookNode], timeout: int
) -> Iterable[tuple[str, ExecutionResult]]:
    """Run notebooks, as many at once as cores and memory allow; yield each as it ends."""
    with temporary_folder(env.srcdir) as folder, ThreadPoolExecutor(kernels_at_once()) as pool:
        running = {}
        for number, (name, notebook) in enumerate(waiting.items()):
            place = Path(env.doc2path(name)).parent
            running[pool.submit(compute, notebook, place, timeout, f"{folder}/{number}")] = name
        for future in as_completed(running):
            yield running[future], future.result()


@contextmanager
def temporary_folder(root: str | os.PathLike[str]) -> Iterator[str]:
    """A folder for the kernels' sockets, and for all that they and the cells leave behind.

    So nothing goes to the reader's home, which may not be writable, nor comes from there. Its name is
    noted for the next build, in case that this one is killed.
    """
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        Path(root, NOTE).write_bytes(os.fsencode(folder))
        settings = dict.fromkeys(("TMPDIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"), folder)
        before = {name: os.environ[name] for name in settings if name in os.environ}
        os.environ.update(settings)
        tempfile.tempdir = folder  # this process looked at TMPDIR once, and does not again
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


def compute(notebook: NotebookNode, place: Path, timeout: int, address: str) -> ExecutionResult:
    """Run one notebook; what goes wrong, a kernel that dies for one, stands in the result.

    The kernel is ended at once: asked kindly, one in five takes three more seconds to leave.
    """
    try:
        return single_nb_execution(
            notebook,
            str(place),
            timeout,
            allow_errors=False,
            config=transport(address),
            shutdown_kernel="immediate",
        )
    except Exception as error:
        return ExecutionResult(notebook, str(place), 0.0, error)


def transport(address: str) -> Config:
    """Sockets in files: no port that another program could take, and no warning about open ones.

    Not where there are none, nor where the temporary folder's name is longer than a socket's may be.
    """
    short = os.name == "posix" and len(os.fsencode(address)) < LONGEST_SOCKET
    return Config({"KernelManager": {"transport": "ipc", "ip": address}} if short else {})


def kernels_at_once() -> int:
    """At least one; more where both a core and the memory for another kernel are free."""
    return max(1, min(os.cpu_count() or 1, psutil.virtual_memory().available // MEMORY_OF_A_KERNEL))


def is_cached(cache: JupyterCacheBase, notebook: NotebookNode) -> bool:
    """Whether the cache has the outputs of this notebook's code."""
    try:
        cache.match_cache_notebook(notebook)
    except KeyError:
        return False
    return True


def forget_half_written(cache: JupyterCacheBase) -> None:
    """Drop records whose notebook a killed build did not write to its end."""
    for record in cache.list_cache_records():
        try:
            cache.get_cache_bundle(record.pk)
        except Exception:  # missing, empty or cut: whatever the reader raises
            NbCacheRecord.remove_record(record.pk, cache.db)


def report(path: Path, text: str) -> None:
    """Write down why a chapter failed, for those who do not see the build's own lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(COLOURS.sub("", text) + "\n", "utf-8")


def describe_failure(page: Path, result: ExecutionResult) -> str:
    """Which cell of which chapter failed, at which line, and its traceback."""
    index, cell = failed_cell(result.nb)
    number = sum(c.cell_type == "code" for c in result.nb.cells[: index + 1])
    line = result.nb.metadata["source_map"][index] + 1
    return f"{page}, code cell {number} (line {line}) failed:\n\n{cell.source}\n\n{result.err}"


def failed_cell(notebook: NotebookNode) -> tuple[int, Any]:
    """Index and cell with an error that was not expected; else the one that ran last."""
    code = [(i, cell) for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    for i, cell in code:
        expected = "raises-exception" in cell.metadata.get("tags", [])
        if not expected and any(output.output_type == "error" for output in cell.outputs):
            return i, cell
    started = [(i, cell) for i, cell in code if cell.execution_count]
    return started[-1] if started else code[0]
