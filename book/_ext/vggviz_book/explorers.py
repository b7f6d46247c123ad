"""The explorers that chapters show: written beside the notebook cache, copied to the pages."""

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


def keep_in(cache: Path, environ: MutableMapping[str, str]) -> None:
    """Let kernels write explorers beside their outputs, so that both are kept or computed anew."""
    from vggviz.explorer.notebook import BOOK

    environ[BOOK] = str(cache.absolute() / "explorers")


def offer_runtime(app: Sphinx) -> None:
    """Let kernels put LiteRT.js into explorers, if npm has brought it."""
    from vggviz.explorer.litert import RUNTIME

    root = Path(app.srcdir)
    if npm.is_installed(root):
        os.environ[RUNTIME] = str(root.absolute() / "node_modules" / "@litertjs")


def copy(app: Sphinx, exception: Exception | None) -> None:
    """Copy those that the written pages show; others may be left of an earlier text."""
    if exception or app.builder.format != "html":
        return
    from vggviz.explorer.manifest import page_files

    kept = Path(app.config.nb_execution_cache_path, "explorers")
    target = Path(app.outdir, "explorers")
    shutil.rmtree(target, ignore_errors=True)
    for name in sorted(shown(Path(app.outdir, "book"))):
        shutil.copytree(kept / name, target / name)
        for script, content in page_files():  # those of today, whenever the numbers were computed
            path = target / name / script
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def shown(pages: Path) -> set[str]:
    """Names of the explorers in the pages of a folder."""
    return {name for page in pages.glob("*.html") for name in SHOWN.findall(page.read_text("utf-8"))}
