"""`make serve`: show the built book; a page whose source changes is built again, and reloaded."""

from __future__ import annotations

import argparse
import signal
import sys
from typing import Any

import psutil
from sphinx.errors import ExtensionError

import build_book
from live_book import builder
from live_book.builder import say
from live_book.following import follow
from live_book.server import PortError, served
from live_book.site import Site
from vggviz_book import sharing


def main() -> int:
    """Serve until Ctrl-C; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int, choices=range(1, 65536), metavar="PORT", nargs="?", default=8000)
    port = parser.parse_args().port
    if not (build_book.BOOK / sharing.FRONT).is_file():
        return failed("There is no book yet: run `make book` first.")
    signal.signal(signal.SIGINT, stop)
    try:
        serve(port)
    except KeyboardInterrupt:
        say("")
    except ExtensionError as error:
        return failed(str(error))
    except PortError as error:
        return failed(f"Port {port} cannot be used ({error}): name another, as in `make serve PORT=8001`.")
    return 0


def serve(port: int) -> None:
    """Show the book, and build what changes."""
    site = Site(build_book.BOOK, build_book.ROOT / builder.FOLDER / "html")
    with served(site, port) as address:
        say(f"The book is at {address} until Ctrl-C.")
        follow(build_book.ROOT, site)


def stop(*_: Any) -> None:
    """End the kernels that run, for which a build would wait, and then this process."""
    for process in psutil.Process().children(recursive=True):
        process.kill()
    raise KeyboardInterrupt


def failed(why: str) -> int:
    """Print why nothing is served; return the exit status."""
    print(why, file=sys.stderr)
    return 1


if __name__ == "__main__":
    build_book.in_utf8()
    sys.exit(main())
