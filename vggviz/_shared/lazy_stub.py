"""Lazy imports of a package's public names, which its stub file lists."""

from __future__ import annotations

import ast
import pkgutil
from collections.abc import Callable
from typing import Any

import lazy_loader


def attach(package: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """`__getattr__`, `__dir__` and `__all__` of a package, from its `__init__.pyi`.

    Like `lazy_loader.attach_stub`, but also works for a package in a zip archive.

    Args:
        package: the package's name.
    """
    stub = ast.parse(pkgutil.get_data(package, "__init__.pyi") or b"")
    submodules: list[str] = []
    names: dict[str, list[str]] = {}
    for line in stub.body:
        if isinstance(line, ast.ImportFrom):
            listed = names.setdefault(line.module, []) if line.module else submodules
            listed.extend(alias.name for alias in line.names)
    return lazy_loader.attach(package, submodules, names)
