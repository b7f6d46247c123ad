"""The directive `explore`: a view of the book's explorer in a chapter.

    ```{explore} block3_conv1/84/20,17
    :view: cell
    :height: 420
    The caption.
    ```

The argument is layer/channel or layer/channel/row,column, or the key of such a text that a cell of the
chapter has put aside with `glue`. The page shows a still picture, made by the build; `explore.js` puts the
explorer in its place. So all chapters share one explorer, and a page reads on paper, on a phone and without
JavaScript. There an explorer that a cell shows is a still picture, too.
"""

from __future__ import annotations

import ast
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from bs4 import BeautifulSoup, Tag
from docutils import nodes
from docutils.parsers.rst import directives
from myst_nb.core.variables import RetrievalError
from myst_nb.ext.glue.utils import retrieve_glue_data
from PIL import Image
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from vggviz_book import answer_posters, explorers, markup, posters

if TYPE_CHECKING:
    from sphinx.application import Sphinx

log = logging.getLogger(__name__)

VIEWS = {"map": "", "grid": "channels", "passport": "passport", "cell": "cell", "answer": ""}
"""What is shown beside the maps, and the explorer's own name of it."""
POSTERS = ("explorers", "posters")
"""Folder of the still pictures in the site; apart from figures, which have a larger version."""
HEIGHT = 520
"""Pixels of the frame, until the explorer tells its own height."""


class Embed(nodes.General, nodes.Element):
    """A `view` of the explorer at an `address`, `height` pixels high; its content is the caption."""


class ExploreDirective(SphinxDirective):
    """A view of the explorer."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[Any] = {
        "view": lambda text: directives.choice(text, list(VIEWS)),
        "height": directives.positive_int,
    }

    def run(self) -> list[nodes.Node]:
        """Build the node; wrong use is an error, which fails a build with warnings as errors."""
        address = self.arguments[0]
        if "/" not in address:
            address = self.glued(address)
        try:
            default = "cell" if posters.parse(address).cell else "map"
        except ValueError as error:
            raise self.error(str(error)) from error
        node = Embed(
            address=address,
            view=self.options.get("view", default),
            height=self.options.get("height", HEIGHT),
        )
        self.state.nested_parse(self.content, self.content_offset, node)
        self.set_source_info(node)
        return [node]

    def glued(self, key: str) -> str:
        """The text that a cell has glued."""
        try:
            text = retrieve_glue_data(self.state.document, key).data.get("text/plain", "")
            return str(ast.literal_eval(text))
        except (RetrievalError, ValueError, SyntaxError) as error:
            raise self.error(
                f"A view of the explorer, {key!r}, is neither layer/channel nor a text that a cell has glued."
            ) from error


def visit(self: Any, node: Embed) -> None:
    """Open the figure; `fill` adds the picture and the links to the finished page."""
    data = " ".join(f'data-{name}="{escape(str(node[name]))}"' for name in ("address", "view", "height"))
    self.body.append(f'<figure class="explore" {data}>\n<figcaption>')


def depart(self: Any, node: Embed) -> None:
    """Close the figure."""
    self.body.append("</figcaption>\n</figure>\n")


def nothing(self: Any, node: Embed) -> None:
    """Write the caption alone."""


def fill(page: BeautifulSoup, path: Path, root: Path, target: Path) -> None:
    """Add the still pictures and the links to the views of a page, and stand-ins of whole explorers.

    Args:
        page: the parsed page; changed in place.
        path: its file, for warnings.
        root: the folder of the site with the explorer.
        target: the folder into which the pictures are written.
    """
    for frame in markup.named(page, "iframe", ".explorer[src]"):
        add_stand_in(page, frame, root, target)
    bring_up(page)
    figures = markup.named(page, "figure", ".explore[data-address]")
    if not figures:
        return
    name = explorers.main(root)
    if name is None:
        log.warning("%s shows a view of the explorer, but there is no explorer in the book", path.name)
        return
    explorer = posters.Explorer(root / "explorers" / name)
    for figure in figures:
        try:
            fill_one(page, figure, explorer, target)
        except ValueError as error:
            log.warning("%s: %s", path.name, error)


def fill_one(page: BeautifulSoup, figure: Tag, explorer: posters.Explorer, target: Path) -> None:
    """Add the still picture and the links to one view."""
    view, kind = posters.parse(str(figure["data-address"])), str(figure["data-view"])
    query = f"?view={VIEWS[kind]}" if VIEWS[kind] else ""
    start, address = f"../explorers/{explorer.folder.name}/index.html", f"#{view.address}{query}"
    figure["data-frame"] = f"{start}?embed={kind}{address}"
    figure["data-title"] = f"Channel {view.channel} of {view.layer}"
    del figure["data-address"], figure["data-view"]
    link = page.new_tag("a", attrs={"class": "explore-poster", "href": start + address})
    link.append(picture(page, *still(explorer, view, kind), target))
    figure.insert(0, link)
    caption = figure.select("figcaption")[0]
    large = page.new_tag("a", attrs={"class": "explore-large", "href": start + address, "target": "_blank"})
    large.string = "Open large"
    caption.append(large)


def add_stand_in(page: BeautifulSoup, frame: Tag, root: Path, target: Path) -> None:
    """Add a still picture that leads to an explorer, for screens and paper that do not show its frame."""
    match = explorers.SHOWN.search(str(frame))
    folder = root / "explorers" / match[1] if match else None
    if folder is None or not folder.is_dir():
        return
    explorer = posters.Explorer(folder)
    link = page.new_tag("a", attrs={"class": "explore-poster", "href": str(frame["src"])})
    words = page.new_tag("span", attrs={"class": "explore-open"})
    words.string = "Open the explorer"
    link.extend([picture(page, *still(explorer, posters.first_view(explorer)), target), words])
    figure = page.new_tag("figure", attrs={"class": "explore explore-stand-in"})
    figure.append(link)
    frame.insert_before(figure)


def bring_up(page: BeautifulSoup) -> None:
    """Move the first stand-in below the page's heading: a phone shows it before the text about it."""
    headings = markup.named(page, "h1", "article *")
    figures = markup.named(page, "figure", ".explore-stand-in")
    if headings and figures:
        headings[0].insert_after(figures[0].extract())


def still(explorer: posters.Explorer, view: posters.View, kind: str = "map") -> tuple[Image.Image, str]:
    """The still picture of a view, and its text alternative."""
    if kind == "answer":
        return answer_posters.poster(explorer, view)
    return posters.poster(explorer, view), posters.described(explorer, view)


def picture(page: BeautifulSoup, made: Image.Image, words: str, target: Path) -> Tag:
    """A still picture as it stands in a page; its file is written into `target`."""
    size = {"width": str(made.width), "height": str(made.height)}
    source = "/".join(("..", *POSTERS, posters.write(made, target)))
    return page.new_tag("img", attrs={"src": source, "alt": words, "loading": "lazy", **size})


def add(app: Sphinx) -> None:
    """Register the directive and how it is written."""
    app.add_node(Embed, html=(visit, depart), latex=(nothing, nothing), text=(nothing, nothing))
    app.add_directive("explore", ExploreDirective)
