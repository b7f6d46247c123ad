"""Time of `import vggviz` against `import tensorflow`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.timing import Ratio, compare


def measure() -> Iterator[Ratio]:
    """Yield the ratio of the imports, each in a fresh interpreter."""
    yield compare(
        "import vggviz: import tensorflow",
        lambda: _interpreter("import vggviz"),
        lambda: _interpreter("import tensorflow"),
        wanted=5,
    )


def _interpreter(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
