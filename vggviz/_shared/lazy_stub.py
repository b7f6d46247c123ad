"""Names of a package that are imported when they are first used, as its stub lists them."""

from __future__ import annotations

import ast
import pkgutil
from collections.abc import Callable
from typing import Any

import lazy_loader


def attach(package: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """`__getattr__`, `__dir__` and `__all__` of a package, from its `__init__.pyi`.

    `lazy_loader.attach_stub` does the same, but not where the package lies in an archive.

    Args:
        package: its name.
    """
    stub = ast.parse(pkgutil.get_data(package, "__init__.pyi") or b"")
    submodules: list[str] = []
    names: dict[str, list[str]] = {}
    for line in stub.body:
        if isinstance(line, ast.ImportFrom):
            listed = names.setdefault(line.module, []) if line.module else submodules
            listed.extend(alias.name for alias in line.names)
    return lazy_loader.attach(package, submodules, names)
