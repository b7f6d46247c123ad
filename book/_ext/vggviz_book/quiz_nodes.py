"""Quizzes in the pages: HTML that works without JavaScript; `quiz.js` checks the answers."""

from __future__ import annotations

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


def visit_quiz(self: Any, node: Quiz) -> None:
    """Open the box and the group of inputs."""
    numbers = f'data-answer="{node["answer"]!r}" data-within="{node["within"]!r}"'
    self.body.append(f'<div class="quiz" id="{escape(node["ids"][0])}" {numbers}>\n<fieldset>\n')


def depart_quiz(self: Any, node: Quiz) -> None:
    """Close the box."""
    self.body.append("</div>\n")


def visit_question(self: Any, node: QuizQuestion) -> None:
    """The question names the group."""
    self.body.append("<legend>")


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


def depart_option(self: Any, node: QuizOption) -> None:
    """Close the label."""
    self.body.append("</span></label>\n")


def visit_solution(self: Any, node: QuizSolution) -> None:
    """Close the group with the button and the place of the verdict; open the solution."""
    self.body.append('<button type="button" class="quiz-check pst-js-only">Check</button>\n')
    self.body.append('<p class="quiz-verdict" role="status"></p>\n</fieldset>\n')
    self.body.append('<details class="quiz-solution">\n<summary>Solution</summary>\n')


def depart_solution(self: Any, node: QuizSolution) -> None:
    """Close the solution."""
    self.body.append("</details>\n")


def skip(self: Any, node: nodes.Element) -> None:
    """Leave out, where nothing can be typed: the solutions have a page of their own."""
    raise nodes.SkipNode


def nothing(self: Any, node: nodes.Element) -> None:
    """Write the content alone."""


def before_latex(self: Any, node: nodes.Element) -> None:
    """A paragraph of its own."""
    self.body.append("\n\n" if isinstance(node, QuizQuestion) else "\n\n$\\circ$~")


def add_nodes(app: Sphinx) -> None:
    """Say how each node is written."""
    app.add_node(Quiz, html=(visit_quiz, depart_quiz), latex=(nothing, nothing), text=(nothing, nothing))
    app.add_node(QuizQuestion, html=(visit_question, depart_question), latex=(before_latex, nothing))
    app.add_node(QuizOption, html=(visit_option, depart_option), latex=(before_latex, nothing))
    app.add_node(QuizSolution, html=(visit_solution, depart_solution), latex=(skip, nothing))
    app.add_node(QuizSolutions)
