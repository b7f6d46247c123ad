"""Run one task with all peers in turns; a peer's time counts only if its results equal ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import psutil

from benchmarks.catalogue import OURS, Task
from benchmarks.environments import LeftOutError
from benchmarks.measured import Cell, Measured
from benchmarks.workers import Worker

TOLERANCE = 1e-3
"""Relative to the largest value of a layer; another order of float32 sums differs by a hundredth of it."""
ONE_LEVEL = 1.01 / 255
"""Tolerance for peers that return uint8 images instead of numbers."""
SHARE_OF_MEMORY = 0.4
"""Largest share of the free memory that a peer may need."""

ENOUGH, MOST_CALLS = 3.0, 5
"""Seconds after which a peer's turn ends, and the largest number of calls in it."""


class Comparison:
    """The measurement of a task with all peers that are installed."""

    def __init__(self, name: str, task: Task, pythons: Mapping[str, Path], folder: Path) -> None:
        """Take the task and its name, the peers' interpreters, and the folder from `materials.lay_out`."""
        self.name, self.task, self.pythons, self.folder = name, task, pythons, folder
        self.measured = Measured()
        self.versions: dict[str, dict[str, str]] = {}
        self.workers: dict[str, Worker] = {}
        self.answers: dict[str, dict[str, np.ndarray]] = {}

    def run(self) -> Measured:
        """Measure the task; a peer that fails is left out.

        Raises:
            LeftOutError: vggviz itself failed.
        """
        peers = [peer for peer in self.task.peers if peer in self.pythons]
        for group in [[peer] for peer in peers] if self.task.alone else [peers]:
            with ExitStack() as running:
                self._take_turns(group, running)
        for peer, answer in self.answers.items():
            equal = self.task.compared and peer not in self.task.other
            compare(self.measured.cells[peer], self.answers[OURS], answer, equal=equal)
        return self.measured

    def _take_turns(self, group: list[str], running: ExitStack) -> None:
        peers = self._each(group, lambda peer: self._start(peer, running))
        for _ in range(1 + self.task.turns):
            peers = self._each(peers, self._turn)
        self._each(peers, self._answer)

    def _each(self, peers: Iterable[str], do: Callable[[str], object]) -> list[str]:
        """Call `do` for each peer; returns the peers that did not fail."""
        able = []
        for peer in peers:
            try:
                do(peer)
            except LeftOutError as error:
                if peer == OURS:
                    raise
                self.measured.cells.pop(peer, None)
                self.measured.left_out[peer] = str(error)
            else:
                able.append(peer)
        return able

    def _start(self, peer: str, running: ExitStack) -> None:
        refuse_what_does_not_fit(self.task.stacked.get(peer, 0), psutil.virtual_memory().available)
        worker = running.enter_context(Worker(peer, self.pythons[peer], self.name, self.folder))
        self.workers[peer], self.versions[peer] = worker, worker.versions
        self.measured.cells[peer] = Cell(worker.ready)

    def _turn(self, peer: str) -> None:
        """Time one call, or several of a fast peer, as short times are noisy."""
        cell, spent = self.measured.cells[peer], 0.0
        for _ in range(MOST_CALLS):
            reply = self.workers[peer].turn()
            if not cell.turns:
                cell.memory, cell.whole = reply["memory"], reply["whole"]
            cell.turns.append(reply["seconds"])
            spent += reply["seconds"]
            if spent >= ENOUGH:
                break

    def _answer(self, peer: str) -> None:
        self.answers[peer] = self.workers[peer].answer()


def refuse_what_does_not_fit(needed: int, free: int) -> None:
    """Raise LeftOutError if a peer needs more than `SHARE_OF_MEMORY` of the free memory (bytes)."""
    if needed > SHARE_OF_MEMORY * free:
        raise LeftOutError(
            f"its maps alone take {needed / 1e9:.1f} GB, "
            f"more than {SHARE_OF_MEMORY:.0%} of the {free / 1e9:.1f} GB that were free"
        )


def compare(
    cell: Cell, ours: Mapping[str, np.ndarray], theirs: Mapping[str, np.ndarray], *, equal: bool
) -> None:
    """Note how far a peer's numbers are from ours, and whether that is too far.

    Args:
        cell: the peer's measurement, changed in place.
        ours: {name: array}.
        theirs: the same of the peer; uint8 arrays are images, min-max scaled to 0 to 255.
        equal: whether the arrays must be equal.
    """
    if "reached" in theirs:
        cell.reached = float(theirs["reached"].mean())
    if not (equal and ours):
        return
    if theirs.keys() != ours.keys():
        cell.wrong = True
        return
    cell.difference = max(_difference(ours[name], theirs[name]) for name in ours)
    tolerance = ONE_LEVEL if _is_image(theirs) else TOLERANCE
    cell.wrong = not cell.difference <= tolerance  # NaN counts as wrong


def _difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest absolute difference, divided by the largest |value| of ours."""
    if ours.shape != theirs.shape:
        return float("inf")
    if theirs.dtype == np.uint8:
        ours, theirs = (ours - ours.min()) / np.ptp(ours), theirs / np.float32(255)
    return float(np.abs(ours - theirs).max() / np.abs(ours).max())


def _is_image(arrays: Mapping[str, np.ndarray]) -> bool:
    return any(array.dtype == np.uint8 for array in arrays.values())
