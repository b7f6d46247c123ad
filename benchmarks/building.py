"""Build time of the book: from scratch, and with everything up to date."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.timing import Ratio, seconds

ROOT = Path(__file__).parent.parent


def measure() -> Iterator[Ratio]:
    """Yield the ratio of a build from scratch to one with everything up to date."""
    clean = seconds(lambda: _build("--fresh"))
    yield Ratio("the book with nothing to do: from clean", seconds(_build), clean, wanted=10)


def _build(*options: str) -> None:
    builder = ROOT / "book" / "_ext" / "build_book.py"
    subprocess.run([sys.executable, builder, *options], cwd=ROOT, check=True, stdout=sys.stderr)
