"""Disable Thebe, which loads scripts from another host and runs cells in the wrong folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

PARTS = {"init_thebe_core", "update_thebe_context"}


def disable(app: Sphinx, config: Config) -> None:
    """Disconnect the listeners that add Thebe to the pages; Jupyter Book has no option for that."""
    for listeners in app.events.listeners.values():
        for listener in list(listeners):
            if getattr(listener.handler, "__name__", "") in PARTS:
                app.disconnect(listener.id)
