"""Copy the explorers that chapters show from the notebook cache to the pages."""

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
    for name in sorted(shown(Path(app.outdir, "book"))):
        shutil.copytree(kept / name, target / name)
        for script, content in page_files():  # the current scripts, also for cached explorers
            path = target / name / script
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def shown(pages: Path) -> set[str]:
    """Names of the explorers that the pages of a folder show."""
    return {name for page in pages.glob("*.html") for name in SHOWN.findall(page.read_text("utf-8"))}
