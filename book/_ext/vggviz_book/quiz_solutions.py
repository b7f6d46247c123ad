"""The page of all solutions, for those who read the book on paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from vggviz_book import quiz_nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment


class SolutionsDirective(SphinxDirective):
    """The place of all solutions."""

    def run(self) -> list[nodes.Node]:
        """A place that is filled when all chapters have been read."""
        self.env.metadata[self.env.docname]["quiz_solutions"] = True
        return [quiz_nodes.QuizSolutions()]


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the quizzes of a chapter for the page of solutions, each with the conditions it stands under."""
    found = []
    for node in doctree.findall(quiz_nodes.Quiz):
        copy = node.deepcopy()
        for part in copy.findall():
            part.document = None  # else the whole chapter would be kept with it
        found.append((conditions(node), copy))
    kept(app.env)[app.env.docname] = found


def kept(env: BuildEnvironment) -> dict[str, list[tuple[list[str], quiz_nodes.Quiz]]]:
    """Quizzes by chapter; they are pickled with the environment."""
    if not hasattr(env, "vggviz_quizzes"):
        env.vggviz_quizzes = {}  # type: ignore[attr-defined]
    return env.vggviz_quizzes  # type: ignore[attr-defined]


def conditions(node: nodes.Node) -> list[str]:
    """Expressions of the `only` around a node."""
    found = []
    while node.parent is not None:
        node = node.parent
        if isinstance(node, addnodes.only):
            found.append(node["expr"])
    return found


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Drop the quizzes of a page that is read again, or is gone."""
    kept(env).pop(docname, None)


def pages_to_write(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """The page of solutions, as any chapter may have changed."""
    return [name for name, metadata in env.metadata.items() if "quiz_solutions" in metadata]


def in_order(env: BuildEnvironment) -> Iterator[str]:
    """Chapters with quizzes in the order of the contents."""
    listed, waiting = set(), [env.config.root_doc]
    while waiting:
        name = waiting.pop(0)
        if name not in listed and kept(env).get(name):
            yield name
        listed.add(name)
        waiting[:0] = [page for page in env.toctree_includes.get(name, []) if page not in listed]


class Solutions(SphinxPostTransform):
    """Fill the page of solutions, before references are resolved."""

    default_priority = 1

    def run(self, **_: Any) -> None:
        """Put a section for each chapter in place of each `quiz_solutions`."""
        for place in list(self.document.findall(quiz_nodes.QuizSolutions)):
            chapters = ((name, self.standing(name)) for name in in_order(self.env))
            place.replace_self([self.section(name, asked) for name, asked in chapters if asked])
        if self.document.next_node(nodes.math):
            self.env.domaindata["math"]["has_equations"][self.env.docname] = True

    def standing(self, name: str) -> list[quiz_nodes.Quiz]:
        """Copies of the quizzes of a chapter that this build has."""
        tags = self.app.builder.tags
        return [
            node.deepcopy()
            for expressions, node in kept(self.env)[name]
            if all(tags.eval_condition(expression) for expression in expressions)
        ]

    def section(self, name: str, asked: list[quiz_nodes.Quiz]) -> nodes.section:
        """A chapter's title and its questions, each with its solution."""
        title = nodes.title("", "", self.link(name, "", *self.env.titles[name].deepcopy().children))
        items = [nodes.list_item("", self.question(name, node), *node[-1].children) for node in asked]
        section = nodes.section(
            "", title, nodes.enumerated_list("", *items), ids=[f"quiz-{nodes.make_id(name)}"]
        )
        for reference in section.findall(lambda node: "refdoc" in getattr(node, "attributes", {})):
            reference["refdoc"] = self.env.docname
        return section

    def question(self, name: str, node: quiz_nodes.Quiz) -> nodes.paragraph:
        """A question that leads to its place in the chapter."""
        words = node.next_node(quiz_nodes.QuizQuestion).children
        return nodes.paragraph(
            "", "", *words, nodes.Text(" "), self.link(name, node["ids"][0], nodes.Text("(to the page)"))
        )

    def link(self, name: str, anchor: str, *words: nodes.Node) -> nodes.reference:
        """A link to a chapter, or to a place in it."""
        uri = self.app.builder.get_relative_uri(self.env.docname, name)
        return nodes.reference("", "", *words, internal=True, refuri=f"{uri}#{anchor}" if anchor else uri)
