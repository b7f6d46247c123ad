"""The whole book: from clean, and with nothing to do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.timing import Ratio, seconds

ROOT = Path(__file__).parent.parent


def measure() -> Iterator[Ratio]:
    """Yield the ratio of a clean build of the book to one with nothing to do."""
    clean = seconds(lambda: _build("--fresh"))
    yield Ratio("the book with nothing to do: from clean", seconds(_build), clean, wanted=10)


def _build(*options: str) -> None:
    builder = ROOT / "book" / "_ext" / "build_book.py"
    subprocess.run([sys.executable, builder, *options], cwd=ROOT, check=True, stdout=sys.stderr)
