"""A peer's side of the protocol: it does a task on request, and replies in lines of JSON.

Uses only the standard library and NumPy, so that it runs in any peer's environment.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from benchmarks.peers.material import FOLDERS, Material

THREADS = 2
"""Number of threads and cores of every peer."""


class Work(NamedTuple):
    """A prepared task.

    Attributes:
        run: the function that is timed.
        answer: function from the result of `run` to arrays by name, for the comparison; not timed.
    """

    run: Callable[[], Any]
    answer: Callable[[Any], Mapping[str, Any]] = dict


def nothing(_: Any) -> dict[str, Any]:
    """The answer of a drawing task, which has no numbers to compare."""
    return {}


def folders(task: Callable[[Material, int], Work]) -> dict[str, Callable[[Material], Work]]:
    """The tasks of folders, from a function that takes the number of images too."""
    return {f"folder{count}": partial(task, count=count) for count in FOLDERS}


def serve(tasks: Mapping[str, Callable[[Material], Work]], packages: Iterable[str]) -> None:
    """Prepare the task that the command line names, then process requests from standard input.

    The request "turn" does the task once; "answer PATH" writes the arrays of the last turn as .npz.
    Output of the libraries goes to standard error.

    Args:
        tasks: {task: function that loads and builds all that it needs}.
        packages: names of the packages whose versions are reported.
    """
    out = _reserve_stdout()
    _limit_cores()
    task, folder = sys.argv[1:]
    work = tasks[task](Material(Path(folder)))
    versions = {name: importlib.metadata.version(name) for name in packages}
    _reply(out, {"versions": {"Python": platform.python_version(), **versions}})
    result = None
    for line in sys.stdin:
        order, _, path = line.strip().partition(" ")
        if order == "turn":
            result = None  # never hold two results at once
            result, measured = _timed(work.run)
            _reply(out, measured)
        else:
            np.savez(path, **work.answer(result))
            _reply(out, {"answer": path})


def _timed(run: Callable[[], Any]) -> tuple[Any, dict[str, Any]]:
    """The result of a call, its "seconds", and peak memory: "memory" above that before it, and "whole"."""
    before = _memory("VmRSS")
    _reset_peak()
    start = time.perf_counter()
    result = run()
    seconds = time.perf_counter() - start
    peak = _memory("VmHWM")
    memory = None if before is None or peak is None else peak - before
    return result, {"seconds": seconds, "memory": memory, "whole": peak}


def _reserve_stdout() -> IO[str]:
    """Reserve standard output for replies; all other output is redirected to standard error."""
    duplicate = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(duplicate, "w", encoding="utf-8")


def _reply(out: IO[str], what: Mapping[str, Any]) -> None:
    print(json.dumps(what), file=out, flush=True)


def _limit_cores() -> None:
    """Restrict the process to `THREADS` cores (Linux), for libraries that count the cores themselves."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])


def _reset_peak() -> None:
    """Reset the peak memory of the process (Linux only)."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
    except OSError:
        return


def _memory(field: str) -> int | None:
    """Resident memory in bytes, current ("VmRSS") or peak ("VmHWM"); None if the system is not Linux."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{field}:")), None)
