"""`make serve`, on a book of two pages."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator

import pytest

from live_book.site import Site
from tiny_book import CELL, HEADER, TinyBook

SECONDS = 200
"""Until a test gives up, on a machine that does much else."""


class Served:
    """A running `make serve`, and what it has printed."""

    def __init__(self, book: TinyBook, port: int) -> None:
        self.book, self.printed, self.address = book, "", ""
        self.process = subprocess.Popen(
            [sys.executable, "book/_ext/serve_book.py", str(port)],
            cwd=book.root,
            env=os.environ | {"VGGVIZ_WEIGHTS": "random"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.reading = threading.Thread(target=self._read)
        self.reading.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.printed += line

    def ended(self) -> int:
        """The exit status, once all that was printed is read."""
        status = self.process.wait(SECONDS)
        self.reading.join()
        self.process.stdout.close()
        return status

    def wait(self, condition: Callable[[], bool]) -> None:
        until = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < until, self.printed
            assert self.process.poll() is None, self.printed
            time.sleep(0.05)

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.address + path, timeout=SECONDS) as answer:
            return answer.read().decode()

    def event_after(self, change: Callable[[], None], page: str) -> str:
        """The first event that a browser with this page gets after a change."""
        waits_for = re.search(r'EventSource\("/(.*?)"', self.get(page))
        assert waits_for, page
        with urllib.request.urlopen(self.address + waits_for[1], timeout=SECONDS) as events:
            change()
            return next(line.decode() for line in events if line.startswith(b"data"))


@pytest.fixture(scope="module")
def served(tiny_book: TinyBook) -> Iterator[Served]:
    running = Served(tiny_book, free_port())
    running.wait(lambda: "A page that changes" in running.printed)
    running.address = re.findall(r"http://\S+", running.printed)[0]
    yield running
    start = len(running.printed)
    running.process.send_signal(signal.SIGINT)
    assert running.ended() == 0, running.printed
    assert running.printed[start:].strip() == ""


def free_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def test_a_changed_sentence_shows_and_nothing_else_is_built(served: Served) -> None:
    before, start = (served.book.pages / "two.html").read_text(), len(served.printed)
    text = HEADER.replace("A page", "Another") + CELL + "A new sentence.\n"
    assert served.event_after(lambda: served.book.write("two", text), "book/two.html") == "data: changed\n"
    page = served.get("book/two.html")
    assert "A new sentence." in page
    assert re.findall(r"<link[^>]*stylesheet[^>]*>", page) == re.findall(
        r"<link[^>]*stylesheet[^>]*>", before
    )
    served.wait(lambda: "built in" in served.printed[start:])
    assert served.printed[start:].startswith("book/two.md: built in")
    assert (served.book.pages / "two.html").read_text() == before  # which `make book` alone changes


def test_of_changed_code_only_that_chapter_is_executed(served: Served) -> None:
    start = len(served.printed)
    text = HEADER.replace("A page", "Another") + CELL.replace("2 * 3", "1000 + 7")
    served.event_after(lambda: served.book.write("two", text), "book/two.html")
    assert re.search(r"<span></span>1007\n|>1007\n", served.get("book/two.html"))
    assert served.printed[start:].count("executed") == 1
    assert "book/two: its code changed" in served.printed[start:]


@pytest.mark.parametrize("wrong", ["{doc}`nowhere`\n", CELL.replace("2 * 3", "1 / 0")])
def test_an_error_is_printed_and_the_page_before_stays(served: Served, wrong: str) -> None:
    good, start = served.get("book/index.html"), len(served.printed)
    served.book.write("index", HEADER + CELL + wrong)
    served.wait(lambda: "what was shown stays" in served.printed[start:])
    assert "nowhere" in served.printed[start:] or "ZeroDivisionError" in served.printed[start:]
    start = len(served.printed)
    (served.book.root / "book" / "_static" / "book.css").touch()  # at any change it is tried again
    served.wait(lambda: "what was shown stays" in served.printed[start:])
    assert served.get("book/index.html") == good
    served.event_after(lambda: served.book.write("index", HEADER + CELL + "Mended.\n"), "book/index.html")
    assert "Mended." in served.get("book/index.html")


def test_what_is_not_a_page_is_named_and_left_to_make_book(served: Served) -> None:
    start = len(served.printed)
    sheet = served.book.root / "book" / "_static" / "book.css"
    sheet.write_text(sheet.read_text() + "/* more */\n")
    served.wait(lambda: "book.css changed: `make book`" in served.printed[start:])


def test_only_the_book_is_served(served: Served) -> None:
    assert "MathJax" in served.get("_static/mathjax/startup.js")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        served.get("%2e%2e/%2e%2e/_config.yml")


def test_make_book_can_build_meanwhile(served: Served) -> None:
    text = HEADER.replace("A page", "Another") + CELL + "Built by all.\n"
    served.event_after(lambda: served.book.write("two", text), "book/two.html")
    status, printed = served.book.make()
    assert status == 0, printed
    assert "this one waits" not in printed
    assert "Built by all." in served.get("book/two.html")


def test_a_port_that_is_taken_is_named(served: Served) -> None:
    port = served.address.rstrip("/").rpartition(":")[2]
    second = Served(served.book, int(port))
    assert second.ended() == 1
    assert second.printed.startswith(f"Port {port} cannot be used")
    assert second.printed.count("\n") == 1


def test_without_a_book_one_sentence_says_what_to_run(tmp_path) -> None:
    running = Served(TinyBook(tmp_path), 1)
    assert running.ended() == 1
    assert running.printed == "There is no book yet: run `make book` first.\n"


def test_the_newer_of_two_pages_is_shown(tmp_path) -> None:
    (tmp_path / "html" / "book").mkdir(parents=True)
    page = tmp_path / "html" / "book" / "one.html"
    page.write_text("old</body>")
    site = Site(tmp_path / "html", tmp_path / "since")
    assert site.page("book/one.html").startswith(b"old<script>")
    site.publish("book/one.html", b"new</body>", site.time("book/one.html") + 1)
    assert site.page("book/one.html").startswith(b"new<script>")
    os.utime(page, ns=(0, site.time("book/one.html") + 1))
    assert site.page("book/one.html").startswith(b"old<script>")
    assert site.page("book/none.html") is None
    assert site.page("404.html") is None
