"""A folder of files as a page in a notebook: served from the kernel, or left where a book takes it."""

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
"""Where a book that is being built wants the folders. Its pages find them in `../explorers/`."""
HEIGHT = 900
"""Pixels of the frame."""


def frame(save: Callable[[Path], Any], title: str, name: str) -> str:
    """HTML of a frame with the page that `save` writes.

    Where `BOOK` is set the files go there. Elsewhere a small server in this process gives them to
    this machine's browsers only, under an address that cannot be guessed, as long as the process
    lives; behind JupyterHub, as on Binder, by way of jupyter-server-proxy.

    Args:
        save: writes a page, its index.html among it, into a folder.
        title: of the frame, for those who do not see it.
        name: of the folder in a book. A page that is built again keeps it, and so its address.
    """
    if os.environ.get(BOOK):
        save(Path(os.environ[BOOK]) / name)
        address = f"../explorers/{name}/index.html"
    else:
        folder, port = _server()
        secret = secrets.token_urlsafe(16).replace("_", "-")
        save(folder / secret)
        address = f"{_prefix(port)}/{secret}/index.html"
    alone = f'<a class="explorer" href="{escape(address)}" target="_blank">Open it on a page of its own</a>'
    return (
        f'<iframe class="explorer" src="{escape(address)}" title="{escape(title)}" loading="lazy" '
        'allow="camera; clipboard-write" '
        f'style="width: 100%; height: {HEIGHT}px; border: 0"></iframe><p>{alone}</p>'
    )


def _prefix(port: int) -> str:
    """Address of a port of this machine, as a notebook's page reaches it."""
    hub = os.environ.get("JUPYTERHUB_SERVICE_PREFIX")
    return f"{hub.rstrip('/')}/proxy/{port}" if hub else f"http://127.0.0.1:{port}"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    """Gives out files of folders whose names are known; lists nothing."""

    extensions_map: dict[str, str] = {  # noqa: RUF012
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
    }

    def list_directory(self, path: Any) -> None:  # noqa: ARG002
        self.send_error(404)

    def log_message(self, *_: Any) -> None:
        """A notebook's output is for results."""


@functools.cache
def _server() -> tuple[Path, int]:
    """The folder whose files are served, gone with this process, and the port; started once."""
    folder = tempfile.TemporaryDirectory(prefix="vggviz-explorer-")
    handler = functools.partial(_Quiet, directory=folder.name)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.folder = folder  # type: ignore[attr-defined]  # lives as long as the server
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return Path(folder.name), server.server_port
