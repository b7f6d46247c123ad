"""Leave out what the theme and Jupyter Book load on every page and no page of this book uses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

# Half a megabyte, compressed, of icons as JavaScript; the style sheet draws the same icons from a font.
ICONS_AS_SCRIPT = re.compile(r"\s*<script[^>]*fontawesome\.js[^>]*></script>|<link[^>]*fontawesome\.js[^>]*>")
THEBE_PARTS = {"init_thebe_core", "update_thebe_context"}


def leave_out_thebe(app: Sphinx, config: Config) -> None:
    """Keep out Thebe, which would run cells on another host, in a folder where they do not work.

    Jupyter Book has no option for it.
    """
    for listeners in app.events.listeners.values():
        for listener in list(listeners):
            if getattr(listener.handler, "__name__", "") in THEBE_PARTS:
                app.disconnect(listener.id)


def leave_out_icon_script(app: Sphinx, exception: Exception | None) -> None:
    """Take the script's tags out of the written pages; no option and no event comes earlier."""
    if exception or app.builder.format != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text("utf-8")
        page.write_text(ICONS_AS_SCRIPT.sub("", text), "utf-8")
