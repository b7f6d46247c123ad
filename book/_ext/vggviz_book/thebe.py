"""Leave out Thebe, which would run cells on another host, in a folder where they do not work."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

PARTS = {"init_thebe_core", "update_thebe_context"}


def leave_out(app: Sphinx, config: Config) -> None:
    """Disconnect what writes Thebe's address and settings into pages; Jupyter Book has no option for it."""
    for listeners in app.events.listeners.values():
        for listener in list(listeners):
            if getattr(listener.handler, "__name__", "") in PARTS:
                app.disconnect(listener.id)
