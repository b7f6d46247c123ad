"""Serve MathJax with the pages, so that formulas load nothing from another host."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vggviz_book import npm

if TYPE_CHECKING:
    from sphinx.application import Sphinx

NEEDED = (
    "startup.js",
    "core.js",
    "input/tex.js",
    "input/tex/extensions",
    "output/chtml.js",
    "output/chtml/fonts",
    "a11y/assistive-mml.js",
)
"""Parts of its es5 folder, together 0.16 MB compressed; tex-chtml.js alone is 0.26 MB."""


def provide(app: Sphinx) -> None:
    """Copy the needed parts of MathJax to `_static/mathjax`."""
    root = Path(app.srcdir)
    if app.builder.format == "html" and npm.is_installed(root):
        copy_parts(root / "node_modules" / "mathjax" / "es5", Path(app.outdir, "_static", "mathjax"))


def only_where_needed(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Remove MathJax from pages without formulas; Sphinx adds it also where only a subpage has one."""
    if not app.env.get_domain("math").data["has_equations"].get(pagename):
        context["script_files"] = [script for script in context["script_files"] if not is_mathjax(script)]


def is_mathjax(script: Any) -> bool:
    """Whether a script loads or configures MathJax."""
    return "mathjax" in f"{script.filename} {script.attributes.get('body')}".lower()


def copy_parts(source: Path, target: Path) -> None:
    """Copy the needed files and folders to the same places in another folder."""
    for name in NEEDED:
        part = source / name
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        if part.is_dir():
            shutil.copytree(part, target / name, dirs_exist_ok=True)
        else:
            shutil.copy2(part, target / name)
