"""Display of a saved page in a notebook: served by the kernel, or stored for the book."""

from __future__ import annotations

import functools
import http.server
import os
import secrets
import tempfile
import threading
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

BOOK = "VGGVIZ_EXPLORERS"
"""Environment variable with the folder that the book publishes as `../explorers/`, set during its build."""
HEIGHT = 900
"""Height of the frame in pixels."""


def frame(save: Callable[[Path], Any], title: str, name: str) -> str:
    """HTML of a frame with the page that `save` writes.

    If the environment variable `BOOK` is set, the files go into that folder. Otherwise a server in this
    process serves them until it ends, to this machine only and at an address with a random part; under
    JupyterHub, as on Binder, jupyter-server-proxy forwards it.

    Args:
        save: function that writes a page with its index.html into a folder.
        title: title of the frame, for screen readers.
        name: name of the folder in the book; a constant name keeps the page's address.

    Returns:
        HTML of the frame and of a link to the page.
    """
    if os.environ.get(BOOK):
        save(Path(os.environ[BOOK]) / name)
        address = f"../explorers/{name}/index.html"
    else:
        folder, port = _server()
        secret = secrets.token_urlsafe(16).replace("_", "-")
        save(folder / secret)
        address = f"{_prefix(port)}/{secret}/index.html"
    link = f'<a class="explorer" href="{escape(address)}" target="_blank">Open it on a page of its own</a>'
    return (
        f'<iframe class="explorer" src="{escape(address)}" title="{escape(title)}" loading="lazy" '
        'allow="camera; clipboard-write" '
        f'style="width: 100%; height: {HEIGHT}px; border: 0"></iframe><p>{link}</p>'
    )


def _prefix(port: int) -> str:
    """URL of a port of this machine, as seen from the notebook's page."""
    hub = os.environ.get("JUPYTERHUB_SERVICE_PREFIX")
    return f"{hub.rstrip('/')}/proxy/{port}" if hub else f"http://127.0.0.1:{port}"


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files without logging and without directory listings, so that folder names stay secret."""

    extensions_map: dict[str, str] = {  # noqa: RUF012
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
    }

    def list_directory(self, path: Any) -> None:  # noqa: ARG002
        self.send_error(404)

    def log_message(self, *_: Any) -> None:
        """Log nothing, as the log would appear in the notebook."""


@functools.cache
def _server() -> tuple[Path, int]:
    """The temporary folder that is served until the process ends, and the port; started once."""
    folder = tempfile.TemporaryDirectory(prefix="vggviz-explorer-")
    handler = functools.partial(_Handler, directory=folder.name)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.folder = folder  # type: ignore[attr-defined]  # deleted together with the server
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return Path(folder.name), server.server_port
