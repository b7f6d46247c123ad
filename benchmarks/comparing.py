"""All peers do one task in turns, and their numbers are held against ours before their time counts."""

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
"""Of the largest number of a layer; float32 in another order of summing differs by a hundredth of that."""
ONE_LEVEL = 1.01 / 255
"""Of peers that give pictures instead of numbers."""
SHARE_OF_MEMORY = 0.4
"""Of the free memory, that a peer may take."""

ENOUGH, MOST_CALLS = 3.0, 5
"""Seconds after which a peer's turn is over, and how many calls it has at most."""


class Comparison:
    """A task, while it is done by all peers that are there."""

    def __init__(self, name: str, task: Task, pythons: Mapping[str, Path], folder: Path) -> None:
        """Take the task's name, who has it, the peers' interpreters, and what `materials.lay_out` filled."""
        self.name, self.task, self.pythons, self.folder = name, task, pythons, folder
        self.measured = Measured()
        self.versions: dict[str, dict[str, str]] = {}
        self.workers: dict[str, Worker] = {}
        self.answers: dict[str, dict[str, np.ndarray]] = {}

    def run(self) -> Measured:
        """Let them do it.

        Raises:
            LeftOutError: ours failed; another peer that fails is left out.
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
        """Those of the peers that could do it."""
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
        """One call; of a quick peer several, since a moment is easily spoilt."""
        cell, spent = self.measured.cells[peer], 0.0
        for _ in range(MOST_CALLS):
            said = self.workers[peer].turn()
            cell.memory = cell.memory if cell.turns else said["memory"]
            cell.turns.append(said["seconds"])
            spent += said["seconds"]
            if spent >= ENOUGH:
                break

    def _answer(self, peer: str) -> None:
        self.answers[peer] = self.workers[peer].answer()


def refuse_what_does_not_fit(needed: int, free: int) -> None:
    """Raise LeftOutError where a peer would take more than its share of the free memory (bytes)."""
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
        cell: the peer's, changed in place.
        ours: arrays by name.
        theirs: arrays by the same names; uint8 ones are pictures of ours, stretched from 0 to 255.
        equal: whether the numbers must be equal.
    """
    if "reached" in theirs:
        cell.reached = float(theirs["reached"].mean())
    if not (equal and ours):
        return
    if theirs.keys() != ours.keys():
        cell.wrong = True
        return
    cell.difference = max(_difference(ours[name], theirs[name]) for name in ours)
    tolerance = ONE_LEVEL if _is_a_picture(theirs) else TOLERANCE
    cell.wrong = not cell.difference <= tolerance  # so that NaN is wrong


def _difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    if ours.shape != theirs.shape:
        return float("inf")
    if theirs.dtype == np.uint8:
        ours, theirs = (ours - ours.min()) / np.ptp(ours), theirs / np.float32(255)
    return float(np.abs(ours - theirs).max() / np.abs(ours).max())


def _is_a_picture(arrays: Mapping[str, np.ndarray]) -> bool:
    return any(array.dtype == np.uint8 for array in arrays.values())
