"""The directive `quiz`: a question whose answer is computed by the chapter.

The answer is a number that a cell of the chapter has put aside with `glue`; in multiple choice it is the
number of the right option, counted from 1.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from myst_nb.core.variables import RetrievalError
from myst_nb.ext.glue.utils import retrieve_glue_data
from sphinx.util.docutils import SphinxDirective

from vggviz_book import quiz_nodes, quiz_solutions

if TYPE_CHECKING:
    from sphinx.application import Sphinx

NUMBER = re.compile(r"(?:np\.\w+\()?(-?\d+(?:\.\d*)?(?:e[+-]?\d+)?)\)?")
"""A number as Python or NumPy writes it."""


class QuizDirective(SphinxDirective):
    """A question, its options as a list if it is multiple choice, and an explanation."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[Any] = {
        "answer": directives.unchanged_required,
        "within": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Build the node; wrong use is an error, which fails a build with warnings as errors."""
        if "answer" not in self.options:
            raise self.error("A quiz needs `:answer:`, the key of a number that a cell has glued.")
        key = self.options["answer"]
        body = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, body)
        is_choice = bool(body.children) and isinstance(body[0], nodes.bullet_list)
        options = self.texts_of(body.pop(0)) if is_choice else []
        answer, within = self.checked(self.glued(key), self.tolerance(), len(options))
        node = quiz_nodes.Quiz(ids=[nodes.make_id(key)], answer=answer, within=within, choices=len(options))
        node += quiz_nodes.QuizQuestion("", "", *self.state.inline_text(self.arguments[0], self.lineno)[0])
        for number, option in enumerate(options, 1):
            node += quiz_nodes.QuizOption("", "", *option, name=node["ids"][0], number=number)
        right = options[int(answer) - 1] if options else [nodes.Text(written(answer, within))]
        node += quiz_nodes.QuizSolution("", solution(right), *body.children)
        self.set_source_info(node)
        return [node]

    def texts_of(self, listed: nodes.Node) -> list[list[nodes.Node]]:
        """The text of each option."""
        items = list(listed.children)
        if len(items) < 2 or any(len(item.children) != 1 for item in items):
            raise self.error("A quiz needs at least two options of one paragraph each.")
        return [item.children[0].children for item in items]

    def tolerance(self) -> float | None:
        """The value of `within`, None if there is none."""
        text = self.options.get("within")
        if text is None:
            return None
        number = NUMBER.fullmatch(text)
        if not number or float(number[1]) < 0:
            raise self.error(f"`:within:` of a quiz is a number that is not negative; it is {text!r}.")
        return float(number[1])

    def glued(self, key: str) -> float:
        """The number that a cell has glued."""
        try:
            text = retrieve_glue_data(self.state.document, key).data.get("text/plain", "")
        except RetrievalError as error:
            raise self.error(
                f"The answer of a quiz, {key!r}, is not glued by a cell of this chapter."
            ) from error
        number = NUMBER.fullmatch(text)
        if not number:
            raise self.error(f"The answer of a quiz, {key!r}, must be an int or a float; it is {text}.")
        return float(number[1])

    def checked(self, answer: float, within: float | None, choices: int) -> tuple[float, float]:
        """Answer and tolerance, if they fit the kind of the question."""
        if choices and within is not None:
            raise self.error("A quiz with options has no `:within:`.")
        if choices and answer not in range(1, choices + 1):
            raise self.error(f"The answer of a quiz must be an option from 1 to {choices}; it is {answer:g}.")
        if not choices and within is None and not answer.is_integer():
            raise self.error(f"A quiz with the answer {answer:g} needs `:within:`.")
        return answer, within or 0.0


def written(answer: float, within: float) -> str:
    """An answer with the digits that count."""
    if answer.is_integer():
        return f"{answer:,.0f}"
    return f"{answer:,.{max(0, 1 - math.floor(math.log10(within))) if within else 6}f}"


def solution(right: list[nodes.Node]) -> nodes.paragraph:
    """The first paragraph of a solution."""
    return nodes.paragraph("", "", nodes.strong("", "Answer: "), *(node.deepcopy() for node in right))


def add(app: Sphinx) -> None:
    """Register the directives, the nodes, and what gathers the solutions."""
    quiz_nodes.add(app)
    app.add_directive("quiz", QuizDirective)
    app.add_directive("quiz-solutions", quiz_solutions.SolutionsDirective)
    app.add_post_transform(quiz_solutions.Solutions)
    app.connect("env-purge-doc", quiz_solutions.forget)
    app.connect("doctree-read", quiz_solutions.collect)
    app.connect("env-updated", quiz_solutions.pages_to_write)
