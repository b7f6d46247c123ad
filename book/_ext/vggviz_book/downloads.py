"""Add each chapter as a Python script to the theme's download menu."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import jupytext

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def add_script(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Write the chapter as Python with its text as comments, and add a button after the notebook's."""
    if not context.get("ipynb_source"):  # the theme sets it for pages with cells
        return
    source = Path(app.env.doc2path(pagename)).read_text("utf-8")
    script = Path(app.outdir, "_sources", f"{pagename}.py")
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(jupytext.writes(jupytext.reads(source, fmt="md:myst"), fmt="py:percent"), "utf-8")
    for group in context["header_buttons"]:
        if group.get("label") == "download-buttons":
            group["buttons"].insert(1, button(f"{context['pathto']('_sources', 1)}/{pagename}.py"))


def button(url: str) -> dict[str, str]:
    """A download button as sphinx-book-theme describes it."""
    return {
        "type": "link",
        "url": url,
        "text": ".py",
        "icon": "fab fa-python",
        "tooltip": "Download script",
        "label": "download-script-button",
    }
