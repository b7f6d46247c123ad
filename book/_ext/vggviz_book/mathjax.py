"""MathJax from npm, served with the pages: formulas ask no other host."""

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
"""Parts of its es5 folder. Together 0.16 MB compressed; the one file tex-chtml.js is 0.26 MB,
tex-svg.js 0.68 MB."""


def provide(app: Sphinx) -> None:
    """Copy what the pages load into `_static/mathjax`."""
    root = Path(app.srcdir)
    if app.builder.format == "html" and npm.is_installed(root):
        copy_parts(root / "node_modules" / "mathjax" / "es5", Path(app.outdir, "_static", "mathjax"))


def only_where_needed(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Keep MathJax off pages without a formula; Sphinx adds it to those whose subpages have one."""
    if not app.env.get_domain("math").data["has_equations"].get(pagename):
        context["script_files"] = [script for script in context["script_files"] if not is_mathjax(script)]


def is_mathjax(script: Any) -> bool:
    """Whether a page's script loads MathJax, or sets it up."""
    return "mathjax" in f"{script.filename} {script.attributes.get('body')}".lower()


def copy_parts(source: Path, target: Path) -> None:
    """Copy the needed files and folders, keeping their places."""
    for name in NEEDED:
        part = source / name
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        if part.is_dir():
            shutil.copytree(part, target / name, dirs_exist_ok=True)
        else:
            shutil.copy2(part, target / name)
