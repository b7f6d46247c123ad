"""The kernel that runs several notebooks: each finds what it would find in one of its own."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

from vggviz_book import shared_kernel

NUMBER = "import os; os.getpid()"
Run = Callable[..., tuple[str | None, Exception | None]]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """A function that runs cells as one notebook; returns what the last one shows, and the error."""
    with closing(shared_kernel.SharedKernel(60, Config())) as kernel:

        def run(*cells: str) -> tuple[str | None, Exception | None]:
            notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
            result = kernel.run(notebook, tmp_path)
            shown = [output.data["text/plain"] for output in notebook.cells[-1].outputs if "data" in output]
            return next(iter(shown), None), result.err

        yield run


def test_notebooks_share_a_process_and_nothing_else(run: Run, tmp_path: Path) -> None:
    first, _ = run(NUMBER)
    assert run("import os; a = 1; os.environ.update(A='1', HOME='2'); os.chdir('/')") == (None, None)
    look = (
        "import os; str((os.getpid(), 'a' in globals(), 'A' in os.environ, os.environ['HOME'], os.getcwd()))"
    )
    seen, error = run(look)
    assert error is None
    assert seen == repr(str((int(first or 0), False, False, os.environ["HOME"], str(tmp_path))))


def test_keras_numbers_its_layers_anew(run: Run) -> None:
    name = "import keras; keras.Input((2,)).name"
    assert run(name) == run(name)


def test_cells_are_counted_from_one_in_each_notebook(tmp_path: Path) -> None:
    with closing(shared_kernel.SharedKernel(60, Config())) as kernel:
        for _ in range(2):
            notebook = new_notebook(cells=[new_code_cell("1"), new_code_cell("2")])
            kernel.run(notebook, tmp_path)
            assert [cell.execution_count for cell in notebook.cells] == [1, 2]


@pytest.mark.parametrize(
    ("cell", "kind"), [("1 / 0", CellExecutionError), ("import os; os._exit(1)", DeadKernelError)]
)
def test_after_a_failure_a_new_kernel_is_started(run: Run, cell: str, kind: type[Exception]) -> None:
    first, _ = run(NUMBER)
    assert isinstance(run(cell)[1], kind)
    second, error = run(NUMBER)
    assert error is None
    assert second != first


@pytest.mark.parametrize(("free", "most", "stays"), [(1, 3, False), (4, 3, True), (64, 0.3, False)])
def test_a_kernel_that_holds_much_is_replaced(
    run: Run, monkeypatch: pytest.MonkeyPatch, free: float, most: float, stays: bool
) -> None:
    monkeypatch.setattr(shared_kernel, "LARGE", 300 << 20)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=free * 2**30))
    monkeypatch.setattr(shared_kernel, "MOST", most * 2**30)
    first, _ = run(NUMBER)
    second, _ = run("kept = bytearray(400 << 20)", NUMBER)
    third, _ = run(NUMBER)
    assert first == second
    assert (third == first) == stays


def test_a_kernel_that_was_killed_after_its_last_cell_is_replaced(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the thread that runs the notebooks would end, and the build wait for it for ever."""

    def gone(pid: int) -> None:
        raise psutil.NoSuchProcess(pid)

    monkeypatch.setattr(shared_kernel.psutil, "Process", gone)
    first, error = run(NUMBER)
    assert error is None
    second, error = run(NUMBER)
    assert error is None
    assert first != second


def test_a_notebook_that_ran_is_found_in_the_cache(tmp_path: Path) -> None:
    """The key by which the cache finds it has the cells' metadata, so nothing may be added to them."""
    cache = get_cache(tmp_path)
    notebook = new_notebook(cells=[new_code_cell("1 + 1")])
    before = copy.deepcopy(notebook)
    with closing(shared_kernel.SharedKernel(60, Config())) as kernel:
        assert kernel.run(notebook, tmp_path).err is None
    cache.cache_notebook_bundle(CacheBundleIn(notebook, str(tmp_path / "one.md")), False, True)
    assert cache.match_cache_notebook(before)
