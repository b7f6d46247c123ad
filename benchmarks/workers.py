"""The measuring program's side of the talk with a peer (see `benchmarks.peers.answering`)."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.catalogue import PEERS, ROOT
from benchmarks.environments import LeftOutError
from benchmarks.peers.answering import THREADS

SAME_FOR_ALL = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(THREADS)),
    **dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), str(THREADS)),
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "",
    "MPLBACKEND": "agg",
}


class Worker(AbstractContextManager["Worker"]):
    """A peer's process with one task made ready."""

    def __init__(self, peer: str, python: Path, task: str, folder: Path) -> None:
        """Start the process, and wait until the task is ready.

        Raises:
            LeftOutError: it ended instead.
        """
        self.log = folder / f"{peer}-{task}.log"
        environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        start = time.perf_counter()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [python, "-m", f"benchmarks.peers.{peer}", task, folder],
                cwd=ROOT,
                env=environ | SAME_FOR_ALL | dict(PEERS[peer].settings),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.versions: dict[str, str] = self._hear()["versions"]
        self.ready = time.perf_counter() - start

    def turn(self) -> dict[str, Any]:
        """Do the task once: its "seconds", and the "memory" that it took at most, in bytes or None."""
        return self._ask("turn")

    def answer(self) -> dict[str, np.ndarray]:
        """The numbers that the last turn gave."""
        path = self.log.with_suffix(".npz")
        self._ask(f"answer {path}")
        with np.load(path) as kept:
            arrays = dict(kept)
        path.unlink()
        return arrays

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self.process.stdin.close()
        self.process.stdout.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _ask(self, order: str) -> Mapping[str, Any]:
        try:
            self.process.stdin.write(order + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # what it said last tells more
        return self._hear()

    def _hear(self) -> dict[str, Any]:
        line = self.process.stdout.readline()
        if not line:
            self.__exit__()
            said = self.log.read_text("utf-8", "replace").strip().splitlines()
            raise LeftOutError(f"it failed ({said[-1].strip() if said else 'without a word'})")
        return json.loads(line)
