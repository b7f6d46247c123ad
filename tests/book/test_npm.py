"""Packages from npm: how they are installed, and when they count as installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from vggviz_book import npm

ROOT = Path(__file__).parents[2]


def test_without_npm_the_one_from_a_python_package_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    version = subprocess.run([*npm.command(), "--version"], capture_output=True, text=True, check=True)
    assert re.match(r"\d+\.\d+", version.stdout)


def test_what_is_half_installed_does_not_count(tmp_path: Path) -> None:
    shutil.copy(ROOT / "package-lock.json", tmp_path)
    (tmp_path / "node_modules" / "mathjax").mkdir(parents=True)
    assert not npm.is_installed(tmp_path)
    shutil.copy(ROOT / "package-lock.json", tmp_path / "node_modules" / ".package-lock.json")
    assert npm.is_installed(tmp_path)


def test_the_lock_file_names_no_registry() -> None:
    assert "resolved" not in (ROOT / "package-lock.json").read_text()
