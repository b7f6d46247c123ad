"""`make links`, on a book of two pages and a host of its own."""

from __future__ import annotations

import functools
import http.server
import re
import subprocess
import sys
import threading

from pages import StaticHost
from tiny_book import HEADER, TinyBook

FAILING = "```{code-cell} ipython3\nraise ValueError\n```\n"


def test_a_link_that_leads_nowhere_is_named(unbuilt_book: TinyBook) -> None:
    handler = functools.partial(StaticHost, directory=str(unbuilt_book.root / "book"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host = f"http://127.0.0.1:{server.server_port}"
        unbuilt_book.write("two", f"{HEADER}[there]({host}/two.md)\n\n[gone]({host}/gone)\n" + FAILING)
        done = subprocess.run(
            [sys.executable, "book/_ext/check_links.py"],
            cwd=unbuilt_book.root,
            capture_output=True,
            text=True,
        )
        server.shutdown()
    assert done.returncode == 1, done.stderr
    assert re.search(rf"^book/two\.md:16: {host}/gone \(404", done.stdout)
    assert "Links: 2; lost: 1; without an answer in time: 0." in done.stdout
