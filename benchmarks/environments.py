"""Virtual environments of the peers, created at the first run and reused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.catalogue import ROOT, requirements

FOLDER = ROOT / "_build" / "bench"
STAMP = "installed.txt"


class LeftOutError(Exception):
    """A peer or a task cannot be measured on this machine; the message says why."""


def interpreter(peer: str) -> Path:
    """The peer's Python; its environment is created if it is missing or its requirements have changed.

    Pip's settings apply (PIP_INDEX_URL, PIP_EXTRA_INDEX_URL, PIP_FIND_LINKS).

    Raises:
        LeftOutError: the packages cannot be installed.
    """
    listed = requirements(peer)
    if listed is None:
        return Path(sys.executable)
    place = FOLDER / peer
    python = place / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    if not is_made(peer):
        _run(sys.executable, "-m", "venv", "--clear", str(place))
        _run(str(python), "-m", "pip", "install", "--quiet", "-r", str(listed))
        # written last, so that an interrupted installation is repeated
        (place / STAMP).write_text(listed.read_text("utf-8"), "utf-8")
    return python


def is_made(peer: str) -> bool:
    """Whether a peer's environment is complete and up to date."""
    listed, stamp = requirements(peer), FOLDER / peer / STAMP
    return listed is None or (stamp.is_file() and stamp.read_text("utf-8") == listed.read_text("utf-8"))


def megabytes(peer: str) -> int | None:
    """Size of a peer's environment on disk; None if it runs in the project's environment."""
    if requirements(peer) is None:
        return None
    files = (path for path in (FOLDER / peer).rglob("*") if path.is_file() and not path.is_symlink())
    return round(sum(path.stat().st_size for path in files) / 1e6)


def _run(*command: str) -> None:
    """Run a command; LeftOutError with its last error line if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["no reason was given"]
        errors = [line for line in lines if line.startswith("ERROR")] or lines
        raise LeftOutError(f"its environment could not be made ({errors[-1].strip()})")
