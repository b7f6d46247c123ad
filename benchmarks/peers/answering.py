"""A peer's side of the talk: it does one task whenever it is told to, and answers in lines of JSON.

Standard library and NumPy alone, so that it runs in any peer's environment.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from benchmarks.peers.material import Material

THREADS = 2
"""Threads and cores of every peer."""


class Work(NamedTuple):
    """A task made ready.

    Attributes:
        run: what is timed.
        answer: from what `run` gave to arrays by name, for the comparison; not timed.
    """

    run: Callable[[], Any]
    answer: Callable[[Any], Mapping[str, Any]] = dict


def nothing(_: Any) -> dict[str, Any]:
    """The answer of a drawing: there is no number to compare."""
    return {}


def serve(tasks: Mapping[str, Callable[[Material], Work]], packages: Iterable[str]) -> None:
    """Make ready the task that the command line names; then do it once for each line that comes in.

    The lines read "turn", or "answer" and a path where the last turn's arrays are written as .npz.
    Whatever the libraries print goes to the log.

    Args:
        tasks: functions that load and build all that a task needs.
        packages: whose versions count.
    """
    out = _only_for_answers()
    _on_few_cores()
    task, folder = sys.argv[1:]
    work = tasks[task](Material(Path(folder)))
    versions = {name: importlib.metadata.version(name) for name in packages}
    _say(out, {"versions": {"Python": platform.python_version(), **versions}})
    result = None
    for line in sys.stdin:
        order, _, path = line.strip().partition(" ")
        if order == "turn":
            result = None  # so that two results are never held at once
            result, measured = _timed(work.run)
            _say(out, measured)
        else:
            np.savez(path, **work.answer(result))
            _say(out, {"answer": path})


def _timed(run: Callable[[], Any]) -> tuple[Any, dict[str, Any]]:
    before = _memory("VmRSS")
    _forget_peak()
    start = time.perf_counter()
    result = run()
    seconds = time.perf_counter() - start
    peak = _memory("VmHWM")
    return result, {"seconds": seconds, "memory": None if before is None or peak is None else peak - before}


def _only_for_answers() -> IO[str]:
    """The standard output, kept for the answers; what is printed from now on goes to standard error."""
    kept = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(kept, "w", encoding="utf-8")


def _say(out: IO[str], what: Mapping[str, Any]) -> None:
    print(json.dumps(what), file=out, flush=True)


def _on_few_cores() -> None:
    """Where the system allows it: also a library that counts cores by itself gets no more than the others."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])


def _forget_peak() -> None:
    """Let Linux begin anew with the largest memory; elsewhere that of the whole process counts."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
    except OSError:
        return


def _memory(field: str) -> int | None:
    """Bytes in memory: "VmRSS" now, "VmHWM" at most; None where the system does not say."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{field}:")), None)
