"""Adapt the search page to be opened from disk, where browsers do not allow a page to fetch files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

NO_SUMMARIES = "if (location.protocol === 'file:') DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;"


def search_by_titles(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Show results without summaries, for which the search would fetch each page."""
    if pagename == "search":
        app.add_js_file(None, body=NO_SUMMARIES)
