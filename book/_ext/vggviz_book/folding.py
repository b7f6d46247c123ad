"""The code of a cell, folded under what it has computed.

A reader sees the figure first, and under it a line that opens the code. A cell without output is folded
together with the next one, if no text stands between them. The code stays open, and above its output, on the
pages that `vggviz_code_shown` names, in solutions of exercises, and in cells with the tag `show-code`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SHOWN = "tag_show-code"
"""The class that myst-nb makes of the tag."""
SOURCE, OUTPUT = "cell_code_source", "cell_code_output"


class FoldedCode(nodes.General, nodes.Element):
    """Code behind a `summary`."""


def visit(self: Any, node: FoldedCode) -> None:
    """Open the element; it is closed until the reader opens it."""
    self.body.append(f'<details class="folded-code">\n<summary>{node["summary"]}</summary>\n')


def depart(self: Any, node: FoldedCode) -> None:
    """Close the element."""
    self.body.append("</details>\n")


class FoldCode(SphinxPostTransform):
    """Move the code of each cell below its output, and fold it."""

    default_priority = 200  # after myst-nb's own hiding
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Fold the cells of a page, those without output together with the next one."""
        if self.env.docname in self.config.vggviz_code_shown:
            return
        for cells in stretches(self.document):
            waiting: list[nodes.Element] = []
            for cell in cells:
                waiting.append(cell)
                if part(cell, OUTPUT):
                    fold(waiting)
                    waiting = []
            if waiting:
                fold(waiting)


def stretches(document: nodes.document) -> list[list[nodes.Element]]:
    """Cells to be folded, in lists of neighbours that nothing stands between."""
    found: list[list[nodes.Element]] = []
    for cell in list(document.findall(nodes.container)):
        if not is_folded(cell):
            continue
        before = cell.previous_sibling()
        if found and found[-1][-1] is before:
            found[-1].append(cell)
        else:
            found.append([cell])
    return found


def is_folded(cell: nodes.Element) -> bool:
    """Whether this is a cell with code that is neither hidden by its tags nor to be shown."""
    if cell.get("nb_element") != "cell_code" or cell.get("hide_mode") or SHOWN in cell["classes"]:
        return False
    return part(cell, SOURCE) is not None and not is_in_solution(cell)


def is_in_solution(node: nodes.Node) -> bool:
    """Whether a node belongs to the solution of an exercise, which is folded as a whole."""
    while node.parent is not None:
        node = node.parent
        if isinstance(node, nodes.Element) and "solution" in node.get("classes", []):
            return True
    return False


def part(cell: nodes.Element, kind: str) -> nodes.Element | None:
    """The source or the output of a cell, if it has one."""
    return next((child for child in cell.children if child.get("nb_element") == kind), None)


def fold(cells: list[nodes.Element]) -> None:
    """Put the code of some cells below the output of the last one, behind one summary."""
    last = cells[-1]
    sources = [part(cell, SOURCE) for cell in cells]
    for cell, source in zip(cells, sources, strict=True):
        cell.remove(source)
    for cell in cells[:-1]:
        cell.parent.remove(cell)
    last += FoldedCode("", *sources, summary=summary(sources, bool(part(last, OUTPUT))))


def summary(sources: list[nodes.Element | None], has_output: bool) -> str:
    """What the line above folded code says."""
    lines = sum(bool(line.strip()) for source in sources for line in source.astext().splitlines())  # type: ignore[union-attr]
    count = "1 line" if lines == 1 else f"{lines} lines"
    return f"How this is made, {count}" if has_output else f"Preparation, {count}"


def add(app: Sphinx) -> None:
    """Register the option, the node and the transform."""
    app.add_config_value("vggviz_code_shown", [], "env", [list])
    app.add_node(FoldedCode, html=(visit, depart))
    app.add_post_transform(FoldCode)
