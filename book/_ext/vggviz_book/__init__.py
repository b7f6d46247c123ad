"""The book's own Sphinx extension: what Jupyter Book does not do by itself.

kernels: chapters are computed by the library beside them, and recomputed when it changes.
chapters: they run side by side before Sphinx reads them.
explorers: the pages in a frame, beside the pages of the book.
figures: text alternatives, light files, lazy loading, smaller copies for phones.
finishing: the written pages are read once more, and mended by
    markup: valid HTML, and what a screen reader hears;
    scripts: no page waits for one;
    styles: one style sheet with the rules in use;
    icons: only those of the theme's icons that stand in the pages;
    sharing: what a search engine and a link to a page show.
notfound: the page for an address where there is none.
npm: what the pages take from there, and what makes them light.
mathjax: formulas without asking another host.
disk: what works from disk too.
downloads: each chapter as a script, beside the theme's notebook.
thebe: left out.
repository: the buttons lead to the repository that is built, a fork's to the fork.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect each part to the moment of the build when it acts."""
    from vggviz_book import (
        chapters,
        disk,
        downloads,
        explorers,
        figures,
        finishing,
        kernels,
        mathjax,
        notfound,
        npm,
        repository,
        thebe,
    )

    app.connect("config-inited", npm.provide)
    app.connect("config-inited", kernels.prepare)
    app.connect("config-inited", thebe.disable)
    app.connect("config-inited", repository.prepare)
    app.connect("builder-inited", mathjax.provide)
    app.connect("builder-inited", explorers.set_runtime)
    app.connect("env-before-read-docs", chapters.execute)
    app.connect("doctree-resolved", figures.prepare)
    app.connect("html-page-context", figures.keep_proportions)
    app.connect("html-page-context", mathjax.only_where_needed, priority=900)
    app.connect("html-page-context", disk.search_by_titles)
    app.connect("html-page-context", downloads.add_script, priority=900)  # after the theme's own buttons
    app.connect("html-collect-pages", notfound.collect)
    app.connect("build-finished", finishing.finish, priority=900)  # after the theme's last style sheet
    app.connect("build-finished", explorers.copy)
    return {"parallel_read_safe": False, "parallel_write_safe": False}
