"""Peak memory of a process while a block runs."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass
class Peak:
    """Peak resident memory in bytes."""

    bytes: int = 0


@contextlib.contextmanager
def watched(process: psutil.Process, peak: Peak) -> Iterator[None]:
    """Record the peak memory of a process with its children while the block runs."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            peak.bytes = max(peak.bytes, resident(process))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        peak.bytes = max(peak.bytes, highest(process))  # also between two samples
        ended.set()
        thread.join()


def resident(process: psutil.Process) -> int:
    """Resident memory of a process and its children in bytes; 0 after it has ended.

    With children it is the proportional set size, as forked children share memory with their parent.
    """
    try:
        if not (children := process.children(recursive=True)):
            return int(process.memory_info().rss)
        return sum(one.memory_full_info().pss for one in [process, *children])
    except psutil.Error:
        return 0


def highest(process: psutil.Process) -> int:
    """Peak memory of the process alone in bytes as recorded by Linux; 0 on other systems."""
    try:
        found = re.search(
            r"VmHWM:\s*(\d+) kB", Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        )
    except OSError:
        return 0
    return 1024 * int(found[1]) if found else 0
