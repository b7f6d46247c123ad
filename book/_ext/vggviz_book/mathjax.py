"""Serve MathJax with the pages, so that formulas load nothing from another host."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup, Tag

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
    root, target = Path(app.srcdir), Path(app.outdir, "_static", "mathjax")
    if app.builder.format == "html" and npm.is_installed(root):
        npm.copy_parts(root / "node_modules" / "mathjax" / "es5", target, NEEDED)


def only_where_needed(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Remove MathJax from pages without formulas; Sphinx adds it also where only a subpage has one."""
    if not app.env.get_domain("math").data["has_equations"].get(pagename):
        context["script_files"] = [script for script in context["script_files"] if not is_mathjax(script)]


def is_mathjax(script: Any) -> bool:
    """Whether a script loads or configures MathJax."""
    return "mathjax" in f"{script.filename} {script.attributes.get('body')}".lower()


def scripts(page: BeautifulSoup) -> list[Tag]:
    """The scripts of a finished page that load or configure MathJax."""
    return [script for script in page.select("script") if "mathjax" in str(script).lower()]
