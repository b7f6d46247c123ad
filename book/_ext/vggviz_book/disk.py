"""What pages need to work from disk, where a browser lets a page fetch nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

NO_SUMMARIES = "if (location.protocol === 'file:') DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;"


def search_by_titles(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """From disk the search shows titles alone: for a summary it would fetch each page that it found."""
    if pagename == "search":
        app.add_js_file(None, body=NO_SUMMARIES)
