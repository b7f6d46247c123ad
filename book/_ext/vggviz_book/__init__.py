"""The book's Sphinx extension.

kernels: environment, inputs and caches of the kernels that run the chapters.
chapters: executes the chapters in parallel, with
    shared_kernel: a kernel that runs several of them one after the other.
fingerprint: digests of all inputs, by which caches are invalidated.
explorers: copies the explorers that chapters show, and the front door's pictures.
embeds: views of the explorer in chapters, with
    posters: still pictures of them;
    answer_posters: and of the answer.
quizzes: questions whose answers the chapters compute, as
    quiz_nodes: HTML that works without JavaScript;
    quiz_solutions: a page with all solutions.
folding: the code of the cells under their output.
figures: text alternatives, WebP files, lazy loading, renderings for phones.
finishing: post-processes the written pages with
    markup: valid and accessible HTML;
    header: the header on a phone;
    heroes: the front door of the first page;
    tables: columns of numbers;
    scripts: deferred scripts;
    styles: one style sheet with the rules in use;
    icons: icon fonts with the icons in use;
    sharing: the page at the root and the sitemap.
    The slides of the lesson plan are made from the finished pages, by the package slides.
repository: points buttons and addresses to the repository that is built.
npm: installs the packages of package.json.
mathjax: serves MathJax with the pages.
downloads: offers each chapter as a script.
atlas_table: offers the numbers of all channels as a table.
disk: the search of a book that is opened from disk.
thebe: disabled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the modules to the events of the build."""
    from vggviz_book import embeds, folding, quizzes

    folding.add(app)
    quizzes.add(app)
    embeds.add(app)
    _prepare(app)
    _write(app)
    _finish(app)
    return {"parallel_read_safe": False, "parallel_write_safe": False}


def _prepare(app: Sphinx) -> None:
    """Before the pages are read."""
    from vggviz_book import atlas_table, chapters, explorers, kernels, mathjax, npm, repository, thebe

    app.connect("config-inited", npm.provide)
    app.connect("config-inited", kernels.prepare)
    app.connect("config-inited", thebe.disable)
    app.connect("config-inited", repository.prepare)
    app.connect("config-inited", atlas_table.provide)
    app.connect("builder-inited", mathjax.provide)
    app.connect("builder-inited", explorers.set_runtime)
    app.connect("env-before-read-docs", chapters.execute)


def _write(app: Sphinx) -> None:
    """While a page is written."""
    from slides import marks
    from vggviz_book import disk, downloads, figures, mathjax, sharing

    app.connect("doctree-resolved", figures.prepare)
    app.connect("doctree-resolved", sharing.set_preview, priority=600)  # after the figures are WebP
    app.connect("doctree-resolved", marks.keep)
    app.connect("html-page-context", figures.keep_proportions)
    app.connect("html-page-context", mathjax.only_where_needed, priority=900)
    app.connect("html-page-context", disk.search_by_titles)
    app.connect("html-page-context", downloads.add_script, priority=900)  # after the theme's own buttons


def _finish(app: Sphinx) -> None:
    """When all pages are written."""
    from vggviz_book import explorers, finishing

    app.connect("build-finished", explorers.copy)
    # after the theme's own style sheets, and after the explorers, of which the pages get pictures
    app.connect("build-finished", finishing.finish, priority=900)
