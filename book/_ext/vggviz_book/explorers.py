"""Copy the explorers that chapters show, and the pictures of the front door, from the notebook cache."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING

from vggviz_book import npm

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SHOWN = re.compile(r'src="\.\./explorers/([\w-]+)/index\.html"')

PICTURES = re.compile(r'src="\.\./explorers/(hero-\w+)/')
"""The folder with the pictures of the front door."""
CHAPTER = Path("book", "explorer.html")
"""The page of the book's own explorer."""


def set_folder(cache: Path, environ: MutableMapping[str, str]) -> None:
    """Let kernels write explorers into the cache, so that they are kept as long as the outputs."""
    from vggviz.explorer.notebook import BOOK

    environ[BOOK] = str(cache.absolute() / "explorers")


def set_runtime(app: Sphinx) -> None:
    """Let kernels add LiteRT.js to explorers, if npm has installed it."""
    from vggviz.explorer.litert import RUNTIME

    root = Path(app.srcdir)
    if npm.is_installed(root):
        os.environ[RUNTIME] = str(root.absolute() / "node_modules" / "@litertjs")


def copy(app: Sphinx, exception: Exception | None) -> None:
    """Copy the explorers that the pages show; the cache may hold others of earlier texts."""
    if exception or app.builder.format != "html":
        return
    from vggviz.explorer.manifest import page_files

    kept = Path(app.config.nb_execution_cache_path, "explorers")
    target = Path(app.outdir, "explorers")
    shutil.rmtree(target, ignore_errors=True)
    pages = Path(app.outdir, "book")
    for name in sorted(shown(pages, PICTURES)):
        shutil.copytree(kept / name, target / name)
    for name in sorted(shown(pages)):
        shutil.copytree(kept / name, target / name)
        for script, content in page_files():  # the current scripts, also for cached explorers
            path = target / name / script
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def shown(pages: Path, what: re.Pattern[str] = SHOWN) -> set[str]:
    """Names of the explorers, or of other folders beside them, that the pages of a folder show."""
    return {name for page in pages.glob("*.html") for name in what.findall(page.read_text("utf-8"))}


def main(root: Path) -> str | None:
    """Name of the explorer of the whole network in a site; None if its chapter is not there."""
    chapter = root / CHAPTER
    found = SHOWN.search(chapter.read_text("utf-8")) if chapter.is_file() else None
    return found[1] if found else None
