"""Marks of the author in a chapter: `% slide: Sentence.` begins a slide, `% slide:` ends what is shown.

Sphinx leaves comments out of its pages, so these are kept there as comments of HTML, which no reader sees.
"""

from __future__ import annotations

from html import escape, unescape
from typing import TYPE_CHECKING

from bs4.element import Comment, PageElement
from docutils import nodes
from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from sphinx.application import Sphinx

MARK = "slide:"
MARKDOWN = MarkdownIt("commonmark", {"html": False, "typographer": True}).enable("smartquotes")


def keep(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Keep the marks of a chapter in its page."""
    for comment in list(doctree.findall(nodes.comment)):
        if comment.astext().startswith(MARK):
            html = f"<!-- {escape(comment.astext(), quote=False)} -->"
            comment.replace_self(nodes.raw("", html, format="html"))


def sentence(part: PageElement) -> str | None:
    """The sentence of a mark as HTML, "" at the end of what is shown; nothing if the part is no mark."""
    if not isinstance(part, Comment) or not part.strip().startswith(MARK):
        return None
    text = unescape(part.strip().removeprefix(MARK)).strip()
    return str(MARKDOWN.renderInline(text))
