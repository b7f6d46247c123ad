"""Build the pages whose sources change, and say so."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterable
from pathlib import Path

from sphinx.errors import ExtensionError
from sphinx.util.docutils import docutils_namespace, patch_docutils
from watchfiles import watch

import build_book
from live_book.builder import Pages, say
from live_book.site import Site, modified
from vggviz_book import fingerprint, kernels

WATCHED = ("book", "vggviz")
FOR_ALL = {".py", ".css", ".js", ".bib", ".html"}
"""Endings of files that the whole book depends on."""
OTHER_INPUTS = (
    "the library, the photograph or the weights are not those of the last `make book`, so its pages stay as "
    "they are. Run `make book`, then start `make serve` again."
)


def follow(root: Path, site: Site) -> None:
    """Build each page that changes, until the process is interrupted.

    Args:
        root: the folder of the book's `_config.yml`.
        site: shows the pages.

    Raises:
        ExtensionError: VGGVIZ_IMAGE, VGGVIZ_WEIGHTS, VGGVIZ_REPOSITORY or VGGVIZ_SITE is not valid.
    """
    kernels.put_on_path(root, os.environ)
    kernels.check_inputs(os.environ)
    build_book.collect_garbage_seldom()
    with patch_docutils(None), docutils_namespace():  # Sphinx fills docutils' registries
        follower = Follower(root, site) if is_computed(root) else None
        for changes in watch(*(root / folder for folder in WATCHED)):
            tell_others(root, (Path(path) for _, path in changes))
            if follower:
                follower.rebuild()


def is_computed(root: Path) -> bool:
    """Whether the figures of the current inputs are in the cache; says so if not."""
    found = (root / kernels.CACHES / fingerprint.of_figures(root, os.environ)).is_dir()
    if not found:
        say(OTHER_INPUTS[0].upper() + OTHER_INPUTS[1:])
    return found


def tell_others(root: Path, paths: Iterable[Path]) -> None:
    """Name the changed files that no single page is made of."""
    for path in sorted(set(paths)):
        if path.suffix in FOR_ALL:
            say(f"{path.relative_to(root)} changed: `make book` builds the pages with it.")


class Follower:
    """Builds pages, and knows which versions of the sources they show.

    Args:
        root: the folder of the book's `_config.yml`.
        site: shows the pages.
    """

    def __init__(self, root: Path, site: Site) -> None:
        started = time.monotonic()
        say("Reading the chapters ...")
        self.root = root
        self.site = site
        self.pages = Pages(root, site.book)
        self.seen: dict[str, int] = {}
        self.build([self.pages.app.config.root_doc])
        self.seen |= {name: self.changed(name) for name in self.names() if not self.is_newer(name)}
        gc.freeze()  # all that was read stays, so the collector need not look at it for each page
        kernels.unlock_builds()
        say(f"Read in {time.monotonic() - started:.0f} s. A page that changes is built and reloaded.")
        self.rebuild()

    def names(self) -> set[str]:
        """Names of all pages."""
        return self.pages.app.env.found_docs

    def source(self, name: str) -> Path:
        """The source of a page."""
        return Path(self.pages.app.env.doc2path(name))

    def changed(self, name: str) -> int:
        """When the source of a page was changed."""
        return modified(self.source(name))

    def is_newer(self, name: str) -> bool:
        """Whether a source is newer than its page."""
        return self.changed(name) > self.site.time(f"{name}.html")

    def rebuild(self) -> None:
        """Build the pages whose sources have changed since they were built."""
        names = [name for name in sorted(self.names()) if self.changed(name) not in {0, self.seen.get(name)}]
        if not names:
            return
        if Path(self.pages.cache).name != fingerprint.of_figures(self.root, os.environ):
            say(f"{self.listed(names)} changed, but {OTHER_INPUTS}")
            return
        kernels.lock_builds(self.root)
        try:
            self.build(names)
        finally:
            kernels.unlock_builds()

    def build(self, names: list[str]) -> None:
        """Build some pages and show them; those with an error stay as they are."""
        started, now = time.monotonic(), time.time_ns()
        versions = {name: self.changed(name) for name in names}
        try:
            built, problems = self.pages.build(names)
        except Exception as error:  # whatever an extension raises, the next change may mend
            built, problems = {}, str(error) if isinstance(error, ExtensionError) else repr(error)
        if problems:
            self.pages.forget(names)
            say(f"{problems.strip()}\n{self.listed(names)}: there is an error, so what was shown stays.")
            return
        for page, content in built.items():
            self.site.publish(page, content.encode(), now)
        self.seen |= versions
        say(f"{self.listed(names)}: built in {time.monotonic() - started:.1f} s.")

    def listed(self, names: list[str]) -> str:
        """Sources of some pages, by their names."""
        return ", ".join(str(self.source(name).relative_to(self.root)) for name in names)
