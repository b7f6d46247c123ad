"""The parent's side of the protocol with a peer's process (see `benchmarks.peers.answering`)."""

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
    """A peer's process with one task prepared."""

    def __init__(self, peer: str, python: Path, task: str, folder: Path) -> None:
        """Start the process, and wait until the task is prepared.

        Raises:
            LeftOutError: the process failed.
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
        self.versions: dict[str, str] = self._read_reply()["versions"]
        self.ready = time.perf_counter() - start

    def turn(self) -> dict[str, Any]:
        """Do the task once; returns "seconds", and peak memory in bytes, or None if unknown.

        "memory" is above that before the call, "whole" that of the process.
        """
        return self._request("turn")

    def answer(self) -> dict[str, np.ndarray]:
        """The arrays of the last turn, by name."""
        path = self.log.with_suffix(".npz")
        self._request(f"answer {path}")
        with np.load(path) as saved:
            arrays = dict(saved)
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

    def _request(self, order: str) -> Mapping[str, Any]:
        try:
            self.process.stdin.write(order + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # the process has ended; its log says why
        return self._read_reply()

    def _read_reply(self) -> dict[str, Any]:
        """The next line of JSON; LeftOutError with the last line of the log if the process has ended."""
        line = self.process.stdout.readline()
        if not line:
            self.__exit__()
            lines = self.log.read_text("utf-8", "replace").strip().splitlines()
            raise LeftOutError(f"it failed ({lines[-1].strip() if lines else 'without a word'})")
        return json.loads(line)
