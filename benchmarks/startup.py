"""Time and memory from a cold start: of importing the library, and of its commands."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from subprocess import DEVNULL, PIPE
from typing import NamedTuple

from benchmarks.catalogue import ROOT
from benchmarks.timing import Ratio

TURNS = 5
COMMANDS = {
    "layers": ("layers",),
    "filters": ("filters", "--out", "filters.png"),
    "maps cat": ("maps", "cat"),
    "why cat": ("why", "cat"),
}
ONE_PASS = """
import numpy, onnxruntime
from PIL import Image
from vggviz.forward_only.onnx_file import FORMAT, INPUT, folder
maps = numpy.zeros((1, 3, 224, 224), numpy.float32)
for path in sorted(folder().glob(f"*-{FORMAT}-*.onnx")):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    *_, maps = session.run(None, {INPUT: maps})
"""
LAUNCH = """
import resource, subprocess, sys, time
start = time.perf_counter()
status = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
sys.exit(status)
"""
"""Runs a command, and prints seconds and MiB. Linux counts the memory of the process that starts another as
the other's, too: this one is small, while that of the benchmarks is large."""
BY_KERAS = {"VGGVIZ_CACHE": os.devnull}
"""A cache that cannot be written, so that Keras computes."""


class Run(NamedTuple):
    """Seconds and peak memory in MiB of a process, in that order."""

    seconds: float
    memory: float


def measure() -> Iterator[Ratio]:
    """Yield the ratios of time and of memory, each way in fresh interpreters, in turns."""
    with tempfile.TemporaryDirectory() as place:
        python = [sys.executable, "-c"]
        tensorflow = [*python, "import tensorflow"]
        run(place, [*python, "import vggviz; vggviz.load_forward_only('imagenet')"])  # writes its file
        yield next(
            _compare(place, "import vggviz: import tensorflow", [*python, "import vggviz"], tensorflow, 5)
        )
        for name, arguments in COMMANDS.items():
            ours = [sys.executable, "-m", "vggviz", *arguments]
            if name in ("layers", "filters"):  # which need no engine at all
                yield from _compare(place, f"vggviz {name}: import tensorflow", ours, tensorflow, 5)
            else:
                yield from _compare(place, f"vggviz {name}: the same by Keras", ours, ours, 3, BY_KERAS)
        ours = [sys.executable, "-m", "vggviz", "maps", "cat"]
        yield from _compare(
            place, "vggviz maps cat: a pass by bare onnxruntime", ours, [*python, ONE_PASS], 0.6
        )


def _compare(
    place: str,
    name: str,
    ours: list[str],
    theirs: list[str],
    wanted: float,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Ratio]:
    """Ratios of time and memory; `settings` are environment variables of the other way."""
    runs = [(run(place, ours), run(place, theirs, settings or {})) for _ in range(TURNS)]
    our_runs, their_runs = zip(*runs, strict=True)
    for what, unit, least in (("seconds", "s", wanted), ("memory", "MiB", wanted / 2)):
        best = [min(getattr(run, what) for run in each) for each in (our_runs, their_runs)]
        yield Ratio(f"{name}{', memory' * (unit == 'MiB')}", *best, least, unit, "startup")


def run(place: str | os.PathLike[str], command: list[str], settings: Mapping[str, str] | None = None) -> Run:
    """Run a command to its end, in some folder."""
    environ = {**os.environ, "MPLBACKEND": "agg", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(ROOT)}
    launched = [sys.executable, "-c", LAUNCH, *command]
    ended = subprocess.run(
        launched, cwd=place, env=environ | dict(settings or {}), stdout=PIPE, stderr=DEVNULL, check=False
    )
    if ended.returncode:
        raise RuntimeError(f"{command} ended with status {ended.returncode}.")
    return Run(*map(float, ended.stdout.split()))
