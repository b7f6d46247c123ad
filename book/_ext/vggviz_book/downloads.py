"""Add each chapter as a Python script to the theme's download menu, and prepare its notebook for Jupyter."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jupytext
import nbformat

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.tags import Tags

ONLY = re.compile(r"^( *)(`{3,}|:{3,})\{only\} +([^\n]*)\n(.*?)^\1\2[ ]*(?:\n|\Z)", re.MULTILINE | re.DOTALL)
"""A directive that Sphinx resolves and Jupyter does not know."""
QUIZ = re.compile(ONLY.pattern.replace("only", "quiz"), ONLY.flags)
OPTIONS = re.compile(r"^ *- .*\n(?: *\S.*\n)*", re.MULTILINE)
"""A list, up to the next empty line."""


def add_script(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Write the chapter as Python with its text as comments, and add a button after the notebook's."""
    if not context.get("ipynb_source"):  # the theme sets it for pages with cells
        return
    source = Path(app.env.doc2path(pagename)).read_text("utf-8")
    script = Path(app.outdir, "_sources", f"{pagename}.py")
    script.parent.mkdir(parents=True, exist_ok=True)
    notebook = as_built(jupytext.reads(source, fmt="md:myst"), app.tags)
    script.write_text(jupytext.writes(notebook, fmt="py:percent"), "utf-8")
    beside = script.with_name(Path(context["ipynb_source"]).name)
    notebook = nbformat.read(beside, as_version=nbformat.NO_CONVERT)
    nbformat.write(as_built(notebook, app.tags), beside)
    for group in context["header_buttons"]:
        if group.get("label") == "download-buttons":
            group["buttons"].insert(1, button(f"{context['pathto']('_sources', 1)}/{pagename}.py"))


def as_built(notebook: nbformat.NotebookNode, tags: Tags) -> nbformat.NotebookNode:
    """Resolve in the text of a notebook what Sphinx resolves in the page; changes it in place."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = QUIZ.sub(question, resolved(cell.source, tags)).rstrip("\n")
    return notebook


def resolved(text: str, tags: Tags) -> str:
    """MyST text with the passages for this build, and without those for others."""
    return ONLY.sub(lambda only: resolved(only[4], tags) if tags.eval_condition(only[3]) else "", text)


def question(quiz: re.Match[str]) -> str:
    """A quiz as plain text, without its answer."""
    options = OPTIONS.search(quiz[4])
    return f"{quiz[1]}**Quiz.** {quiz[3]}\n" + (f"\n{options[0]}" if options else "")


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
