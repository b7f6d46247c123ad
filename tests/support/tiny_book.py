"""A copy of the checkout with the book's configuration and library but two short pages, for fast builds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vggviz_book import npm

ROOT = Path(__file__).parents[2]
TOC = "format: jb-book\nroot: book/index\nparts:\n  - caption: Part\n    chapters:\n      - file: book/two\n"
HEADER = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {name: python3, display_name: Python 3}
---
# A page

Some $x^2$.

```{code-cell} ipython3
import vggviz
```

"""
CELL = "```{code-cell} ipython3\nprint(2 * 3)\n```\n"


class TinyBook:
    """The copy of the checkout; `pages` is the folder of its built pages."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.pages = root / "_build" / "html" / "book"
        for name in ("_config.yml", "requirements.txt", "package.json", "package-lock.json"):
            shutil.copy(ROOT / name, root)
        for folder in ("book/_ext", "book/_static"):
            shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
        for folder in ("vggviz", "node_modules"):
            (root / folder).symlink_to(ROOT / folder)
        shutil.copy(ROOT / "book" / "references.bib", root / "book")
        (root / "_toc.yml").write_text(TOC)
        self.write("index", HEADER + CELL)
        self.write("two", HEADER.replace("A page", "Another") + CELL)

    def write(self, page: str, text: str) -> None:
        (self.root / "book" / f"{page}.md").write_text(text)

    def start(self, **environ: str | None) -> subprocess.Popen[str]:
        """Start a build in a process group of its own; a variable that is None is removed."""
        settings = os.environ | {"VGGVIZ_WEIGHTS": "random"} | environ
        return subprocess.Popen(
            [sys.executable, "book/_ext/build_book.py"],
            cwd=self.root,
            env={name: value for name, value in settings.items() if value is not None},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            start_new_session=True,
        )

    def make(self, **environ: str | None) -> tuple[int, str]:
        """Run a build; returns its exit status and output."""
        process = self.start(**environ)
        printed, _ = process.communicate(timeout=300)
        return process.returncode, printed


@pytest.fixture(scope="module")
def unbuilt_book(tmp_path_factory: pytest.TempPathFactory) -> TinyBook:
    """For tests that write pages of their own before they build it."""
    if not npm.is_installed(ROOT):
        pytest.skip("MathJax is not installed: `npm ci` brings it")
    return TinyBook(tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def tiny_book(unbuilt_book: TinyBook) -> TinyBook:
    """The book, built."""
    status, printed = unbuilt_book.make()
    assert status == 0, printed
    return unbuilt_book
