"""One Sphinx application, kept in memory, that builds single pages.

A new application for each change, as sphinx-autobuild starts, spends its time on imports and on reading the
environment again.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from jupyter_book.config import get_final_config
from jupyter_cache import get_cache
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment

from vggviz_book import chapters, finishing

FOLDER = Path("_build", ".served")


class PageBuilder(StandaloneHTMLBuilder):
    """Writes the pages it is asked for; what needs all pages is left to `make book`."""

    search = False  # an index needs all pages

    def write(self, build_docnames: Any, updated_docnames: Sequence[str], method: str = "update") -> None:
        """Write these pages, without the contents and indices above them."""
        self.events.emit("write-started", self)
        self.prepare_writing(set(build_docnames))
        self._write_serial(sorted(build_docnames))

    def finish(self) -> None:
        """Copy the images and the downloads of these pages."""
        self.copy_image_files()
        self.copy_download_files()


def setup(app: Sphinx) -> None:
    """Write HTML by the builder of single pages, and say which chapters are executed."""
    app.add_builder(PageBuilder, override=True)
    app.connect("env-before-read-docs", tell_executed, priority=100)


def tell_executed(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Name the chapters whose code has changed, since those take longer."""
    for name in chapters.to_compute(env, docnames, get_cache(app.config.nb_execution_cache_path)):
        say(f"{name}: its code changed, so it is executed ...")


def say(words: str) -> None:
    """Print at once, also into a pipe."""
    print(words, flush=True)


class Pages:
    """Builds pages of a book.

    Args:
        root: the folder of its `_config.yml`.
        book: the pages of the last `make book`, whose style sheet and scripts the built ones use.
    """

    def __init__(self, root: Path, book: Path) -> None:
        self.book = book
        self.warnings = io.StringIO()
        given = {
            "external_toc_path": str(root / "_toc.yml"),
            "nitpicky": True,
            "latex_individualpages": False,  # which Jupyter Book expects
        }
        config, _ = get_final_config(user_yaml=root / "_config.yml", cli_config=given, sourcedir=root)
        places = (str(root), None, str(root / FOLDER / "html"), str(root / FOLDER / ".doctrees"))
        config["extensions"] = [*config["extensions"], __name__]
        self.app = Sphinx(*places, "html", confoverrides=config, status=None, warning=self.warnings)
        self.app.events.listeners["build-finished"].clear()  # they are for whole books

    def build(self, names: Collection[str]) -> tuple[dict[str, str], str]:
        """Read what has changed, and build some pages.

        Args:
            names: of the pages, such as "book/index".

        Returns:
            The pages as HTML by their path, and the warnings, "" if there are none.

        Raises:
            ExtensionError: a chapter failed.
        """
        self.warnings.truncate(self.warnings.seek(0))
        self.app.build(False, [str(self.app.env.doc2path(name)) for name in names])
        outdir = Path(self.app.outdir)
        paths = [f"{name}.html" for name in names]
        pages = {path: finishing.finish_page(self.app, outdir / path, self.book) for path in paths}
        return pages, self.warnings.getvalue()

    @property
    def cache(self) -> str:
        """Folder of the chapters' outputs."""
        return self.app.config.nb_execution_cache_path

    def forget(self, names: Collection[str]) -> None:
        """Read these pages again at the next build, so that their warnings come again."""
        for name in names:
            self.app.env.all_docs.pop(name, None)
