"""The most memory that a process has while something runs in it."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass
class Most:
    """Bytes of resident memory, at their highest."""

    bytes: int = 0


@contextlib.contextmanager
def watched(process: psutil.Process, most: Most) -> Iterator[None]:
    """Note the most memory that a process and its children have at one time while the block runs."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            most.bytes = max(most.bytes, resident(process))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        most.bytes = max(most.bytes, highest(process))  # between two looks, too
        ended.set()
        thread.join()


def resident(process: psutil.Process) -> int:
    """Bytes of memory of a process and its children; 0 once it has ended.

    A child that has just been forked shares its parent's memory, which must not be counted twice.
    """
    try:
        if not (children := process.children(recursive=True)):
            return int(process.memory_info().rss)
        return sum(one.memory_full_info().pss for one in [process, *children])
    except psutil.Error:
        return 0


def highest(process: psutil.Process) -> int:
    """Bytes that the process alone had at its highest, where the system keeps them (Linux); else 0."""
    try:
        kept = re.search(
            r"VmHWM:\s*(\d+) kB", Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        )
    except OSError:
        return 0
    return 1024 * int(kept[1]) if kept else 0
