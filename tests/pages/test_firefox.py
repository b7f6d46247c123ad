"""The explorer's tests once more, in Firefox. They need a built explorer, and are skipped without Firefox."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import firefox

PARTS = sorted(path.name for path in Path(__file__).parent.glob("test_explorer*.py"))


@pytest.fixture(scope="module")
def driver() -> None:
    firefox.start().quit()


@pytest.mark.audit
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", PARTS)
def test_the_explorer_in_firefox(driver: None, part: str) -> None:
    environ = {**os.environ, "VGGVIZ_BROWSER": "firefox"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--timeout=600",
        str(Path(__file__).with_name(part)),
    ]
    done = subprocess.run(command, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-8000:]
