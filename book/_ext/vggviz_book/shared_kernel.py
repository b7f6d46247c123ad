"""A kernel that runs notebooks one after the other: importing TensorFlow takes longer than many a chapter."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from jupyter_cache.executors.utils import ExecutionResult
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from traitlets.config import Config

LARGE = 1536 << 20
"""Bytes that a kernel may leave in memory in any case; TensorFlow, VGG16 and its maps take about 1 GB."""
FREE_SHARE, MOST = 0.25, 3 << 30
"""Share of free memory and bytes that a kernel may leave where memory is plenty: a new one costs seconds."""
BEGIN = """
import gc, os, sys
if not hasattr(get_ipython(), "environment"):
    get_ipython().environment = dict(os.environ)
os.environ.clear()
os.environ.update(get_ipython().environment)
os.chdir({folder!r})
if "keras" in sys.modules:
    sys.modules["keras"].utils.clear_session()
    # TensorFlow warns of many tracings, which it counts over all notebooks.
    sys.modules["tensorflow"].get_logger().setLevel("ERROR")
get_ipython().reset()
__import__("gc").collect();
"""
"""Forgets what the notebook before has named, in Keras too (dense_3); restores environment and folder."""


class SharedKernel:
    """A kernel in which each notebook begins without the names of the one before.

    It is started by the first notebook, and anew after one that failed or left much in memory. All calls
    must come from one thread, which the kernel's sockets belong to.
    """

    def __init__(self, timeout: int, config: Config) -> None:
        """Start nothing yet.

        Args:
            timeout: seconds for one cell.
            config: of the kernel's manager.
        """
        self._timeout = timeout
        # Of the kernels that are asked to shut down, one in five takes three more seconds.
        # Times in the cells would be a part of the key by which the cache finds a notebook.
        self._settings: dict[str, Any] = {
            "config": config,
            "record_timing": False,
            "shutdown_kernel": "immediate",
        }
        self._running = ExitStack()
        self._client: NotebookClient | None = None

    def run(self, notebook: NotebookNode, folder: Path) -> ExecutionResult:
        """Run a notebook in place, in a folder; an error, such as a kernel that dies, is in the result."""
        started, error = time.perf_counter(), None
        try:
            client = self._client or self._start()
            begin = new_notebook(cells=[new_code_cell(BEGIN.format(folder=str(folder)))])
            for client.nb in (begin, notebook):
                client.execute(cleanup_kc=False)
        except Exception as raised:
            error = raised
        if error or self._is_spent():
            self.close()
        return ExecutionResult(notebook, str(folder), time.perf_counter() - started, error)

    def close(self) -> None:
        """Kill the kernel, if one is running."""
        self._client = None
        self._running.close()

    def _start(self) -> NotebookClient:
        client = NotebookClient(new_notebook(), timeout=self._timeout, **self._settings)
        self._running.enter_context(client.setup_kernel())
        self._client = client
        return client

    def _is_spent(self) -> bool:
        """Whether the kernel has left much in memory, or has been killed since its last cell."""
        pid = self._client.km.provisioner.pid  # type: ignore[union-attr]
        most = max(LARGE, min(MOST, psutil.virtual_memory().available * FREE_SHARE))
        try:
            return bool(psutil.Process(pid).memory_info().rss > most)
        except psutil.NoSuchProcess:
            return True
