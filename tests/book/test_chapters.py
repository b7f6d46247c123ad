"""The chapters as they are written: what every one has, and that all of the library is used and explained."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
import yaml

import format_cells
import public

BOOK = Path(__file__).parents[2] / "book"
SOURCES = {path.stem: path.read_text("utf-8") for path in sorted(BOOK.glob("*.md"))}
CELL = re.compile(r"```\{code-cell\}[^\n]*\n(.*?)```", re.DOTALL)
PUBLIC = sorted(public.NAMES)
REFERENCE = {
    "api",
    "bibliography",
    "command_line",
    "comparison",
    "glossary",
    "how_figures_are_made",
    "model_card",
    "quiz_solutions",
}
PROSE = {"index", "explorer", "how_to_use"}
LESSONS = sorted(SOURCES.keys() - REFERENCE - PROSE)
LONGEST = 8  # lines of a cell
WIDEST = 88  # letters of a line


def cells(name: str) -> list[list[str]]:
    """The lines of code in each cell of a page."""
    found = CELL.findall(SOURCES[name])
    return [[x for x in cell.splitlines() if x.strip() and not x.startswith((":", "---"))] for cell in found]


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_is_in_the_reference(name: str) -> None:
    assert re.search(rf"^\.\. auto\w+:: vggviz\.{name}$", SOURCES["api"], re.MULTILINE)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_is_used_by_a_chapter(name: str) -> None:
    """Functions in code, or in the text with the reason why not; classes where one first meets them."""
    text = "".join(text for page, text in SOURCES.items() if page != "api")
    package, _, alone = name.rpartition(".")
    imported = rf"from vggviz\.{package} import (?:\w+, )*{alone}\b"
    if inspect.isclass(public.NAMES[name]):
        wanted = rf"\{{class\}}`~vggviz\.{name}`|\b{name}\(|{imported}"
    else:
        wanted = rf"\b{name}\b|{imported}" if package else rf"\bvggviz\.{name}\b"
    assert re.search(wanted, text)


@pytest.mark.parametrize("name", SOURCES)
def test_calls_in_the_text_are_of_functions_that_exist(name: str) -> None:
    """A call with a model, or after "vggviz.", as inline code: an exercise may name what no cell runs."""
    known = {public_name.rpartition(".")[2] for public_name in public.NAMES}
    called = re.findall(r"`(?:vggviz\.(?:\w+\.)?(\w+)\(|(\w+)\(model\b)", SOURCES[name])
    assert {one or other for one, other in called} <= known


@pytest.mark.parametrize("name", SOURCES)
def test_no_cell_is_long(name: str) -> None:
    assert [cell[0] for cell in cells(name) if len(cell) > LONGEST] == []


@pytest.mark.parametrize("name", SOURCES)
def test_no_line_of_a_cell_is_cut_off(name: str) -> None:
    assert [line for cell in cells(name) for line in cell if len(line) > WIDEST] == []


@pytest.mark.parametrize("name", SOURCES)
def test_cells_are_formatted(name: str) -> None:
    """`make format` does it."""
    assert format_cells.formatted(SOURCES[name]) == SOURCES[name]


def test_the_bibliography_holds_what_is_cited_and_nothing_else() -> None:
    known = set(re.findall(r"@\w+\{([^,]+),", (BOOK / "references.bib").read_text("utf-8")))
    groups = re.findall(r"\{cite:?\w*\}`([^`]+)`", "\n".join(SOURCES.values()))
    assert {key.strip() for keys in groups for key in keys.split(",")} == known


@pytest.mark.parametrize("name", SOURCES)
def test_the_words_of_a_chapter_stand_in_the_glossary(name: str) -> None:
    body = SOURCES["glossary"].partition(":::{glossary}")[2].partition("\n:::")[0]
    known = {line.strip().lower() for line in body.splitlines() if line and not line.startswith(" ")}
    used = re.findall(r"\{term\}`(?:[^<`]*<)?([^>`]+)>?`", SOURCES[name])
    assert {" ".join(word.lower().split()) for word in used} <= known


@pytest.mark.parametrize("name", SOURCES)
def test_no_directive_is_taken_for_text(name: str) -> None:
    """A line that opens with backticks may have no others: code in a title or a question needs ":::"."""
    assert re.findall(r"^ *`{3,}\{[\w:-]+\}.*`.*$", SOURCES[name], re.MULTILINE) == []


@pytest.mark.parametrize("name", LESSONS)
def test_a_chapter_has_what_a_learner_needs(name: str) -> None:
    text = SOURCES[name]
    assert text.count("What you will learn") == 1
    assert "Try it" in text
    assert len(re.findall(r"^`+\{exercise\}", text, re.MULTILINE)) >= 2
    labels = re.findall(r"^`+\{exercise\}[^\n]*\n:label: (\S+)", text, re.MULTILINE)
    assert all(re.search(rf"\{{solution(-start)?\}} {label}$", text, re.MULTILINE) for label in labels)
    assert "vggviz.provenance(" in text or "load_vgg16" not in text


def test_every_page_is_in_the_table_of_contents() -> None:
    toc = yaml.safe_load((BOOK.parent / "_toc.yml").read_text("utf-8"))
    listed = [toc["root"]] + [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
    assert sorted(listed) == [f"book/{name}" for name in SOURCES]
