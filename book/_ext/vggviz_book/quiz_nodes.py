"""Quizzes in the pages: HTML that works without JavaScript; `quiz.js` checks the answers."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

from docutils import nodes

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class Quiz(nodes.General, nodes.Element):
    """A question with `answer`, `within` and the number of its `choices`, 0 if it asks for a number."""


class QuizQuestion(nodes.General, nodes.TextElement):
    """What is asked."""


class QuizOption(nodes.General, nodes.TextElement):
    """An answer to choose."""


class QuizSolution(nodes.General, nodes.Element):
    """The answer and why."""


class QuizSolutions(nodes.General, nodes.Element):
    """The place of all solutions."""


BEFORE_SOLUTION = """<button type="button" class="quiz-check pst-js-only">Check</button>
<p class="quiz-verdict" role="status"></p>
</fieldset>
<details class="quiz-solution">
<summary>Solution</summary>
"""


def writes(text: str) -> Callable[[Any, nodes.Element], None]:
    """A visitor of nodes that writes a fixed text."""

    def visit(self: Any, node: nodes.Element) -> None:
        self.body.append(text)

    return visit


def visit_quiz(self: Any, node: Quiz) -> None:
    """Open the box and the group of inputs."""
    numbers = f'data-answer="{node["answer"]!r}" data-within="{node["within"]!r}"'
    self.body.append(f'<div class="quiz" id="{escape(node["ids"][0])}" {numbers}>\n<fieldset>\n')


def depart_question(self: Any, node: QuizQuestion) -> None:
    """After the question the field for a number, if there are no options."""
    self.body.append("</legend>\n")
    if not node.parent["choices"]:
        name = escape(node.parent["ids"][0])
        self.body.append(f'<label class="quiz-number"><span>{precision(node.parent)}</span> ')
        self.body.append(f'<input type="number" step="any" name="{name}" autocomplete="off"></label>\n')


def precision(node: Quiz) -> str:
    """How exact an answer must be."""
    if node["within"]:
        return f"Your answer, to within {node['within']:g}:"
    return "Your answer, a whole number:" if node["answer"].is_integer() else "Your answer:"


def visit_option(self: Any, node: QuizOption) -> None:
    """A radio button and its label."""
    attributes = f'name="{escape(node["name"])}" value="{node["number"]}"'
    self.body.append(f'<label class="quiz-option"><input type="radio" {attributes}> <span>')


def skip(self: Any, node: nodes.Element) -> None:
    """Leave out, where nothing can be typed: the solutions have a page of their own."""
    raise nodes.SkipNode


def nothing(self: Any, node: nodes.Element) -> None:
    """Write the content alone."""


def add(app: Sphinx) -> None:
    """Say how each node is written."""
    app.add_node(
        Quiz, html=(visit_quiz, writes("</div>\n")), latex=(nothing, nothing), text=(nothing, nothing)
    )
    app.add_node(QuizQuestion, html=(writes("<legend>"), depart_question), latex=(writes("\n\n"), nothing))
    app.add_node(
        QuizOption,
        html=(visit_option, writes("</span></label>\n")),
        latex=(writes("\n\n$\\circ$~"), nothing),
    )
    app.add_node(QuizSolution, html=(writes(BEFORE_SOLUTION), writes("</details>\n")), latex=(skip, nothing))
    app.add_node(QuizSolutions)
