"""Give the files of a site to browsers, and tell them when the page they show has changed."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from live_book.site import Site

CHANGES = "/-/changes"
PULSE = 5.0
"""Seconds between signs of life, by which a connection is seen to be closed."""


class Handler(SimpleHTTPRequestHandler):
    """Answers one browser."""

    site: Site

    def do_GET(self) -> None:
        """A page with the script that reloads it, the events that it waits for, or a file."""
        address = urlsplit(self.path)
        if address.path == CHANGES:
            self.tell_changes(dict(parse_qsl(address.query)))
        elif (page := self.site.page(unquote(address.path).lstrip("/"))) is not None:
            self.send({"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(page))})
            self.wfile.write(page)
        else:
            super().do_GET()

    def translate_path(self, path: str) -> str:
        """Where a file lies, without leaving the folders that are served."""
        inside = Path(super().translate_path(path)).relative_to(self.site.book)
        return str(self.site.file(inside.as_posix()))

    def send(self, headers: dict[str, str]) -> None:
        """Begin an answer that a browser does not keep."""
        self.send_response(200)
        for name, value in (headers | {"Cache-Control": "no-store"}).items():
            self.send_header(name, value)
        self.end_headers()

    def tell_changes(self, asked: dict[str, str]) -> None:
        """Send an event once the page is no longer the version that the browser shows."""
        self.send({"Content-Type": "text/event-stream"})
        page, version = asked.get("page", ""), asked.get("version", "")
        try:
            while str(self.site.time(page)) == version:
                with self.site.changed:
                    self.site.changed.wait(PULSE)
                self.wfile.write(b": still there\n\n")
            self.wfile.write(b"data: changed\n\n")
        except OSError:
            self.close_connection = True  # the browser has gone

    def log_message(self, *_: Any) -> None:
        """Log nothing: what is built is what one wants to read."""


class PortError(Exception):
    """The port is used by another program, or reserved."""


@contextmanager
def served(site: Site, port: int) -> Iterator[str]:
    """Serve a site to this machine while the block runs; yields its address.

    Raises:
        PortError: the port is used by another program, or reserved.
    """
    handler = functools.partial(type("Served", (Handler,), {"site": site}), directory=str(site.book))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise PortError(error.strerror) from error
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://localhost:{server.server_port}/"
        finally:
            server.shutdown()
