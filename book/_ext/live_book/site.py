"""The files of a served book: those of the last `make book`, and the pages that were built since."""

from __future__ import annotations

import threading
from pathlib import Path

RELOAD = """<script>
new EventSource("/-/changes?page={page}&version={version}").onmessage = () => location.reload();
</script>
</body>"""


class Site:
    """The last book and what was built since; of each file the newer one counts.

    Args:
        book: folder of the pages of the last `make book`.
        since: folder of what was built since; its pages are held in memory, so that a page is seen whole.
    """

    def __init__(self, book: Path, since: Path) -> None:
        self.book = book
        self.since = since
        self.changed = threading.Condition()
        self._pages: dict[str, tuple[int, bytes]] = {}

    def publish(self, page: str, content: bytes, time: int) -> None:
        """Show a page.

        Args:
            page: its path, such as "book/index.html".
            content: the HTML.
            time: in nanoseconds, when its source was read; a page that the last book has newer is not shown.
        """
        with self.changed:
            self._pages[page] = time, content
            self.changed.notify_all()

    def time(self, page: str) -> int:
        """When the page that is shown was made, in nanoseconds; 0 if there is none."""
        return max(self._pages.get(page, (0, b""))[0], modified(self.book / page))

    def page(self, page: str) -> bytes | None:
        """A page of the book with the script that reloads it; None if it is no such page."""
        if not page.startswith("book/") or not page.endswith(".html") or not self.time(page):
            return None
        time, content = self._pages.get(page, (0, b""))
        if time < modified(self.book / page):
            time, content = self.time(page), (self.book / page).read_bytes()
        return content.replace(b"</body>", RELOAD.format(page=page, version=time).encode())

    def file(self, path: str) -> Path:
        """Where any other file lies."""
        return max(self.book / path, self.since / path, key=modified)


def modified(path: Path) -> int:
    """When a file was last changed, in nanoseconds; 0 if there is none."""
    return path.stat().st_mtime_ns if path.is_file() else 0
