"""`make format`: format the code cells of the chapters as `ruff format` does, in lines of 80 letters."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).resolve().parents[2]
CELL = re.compile(
    r"^(?P<fence>`{3,})\{code-cell\}[^\n]*\n(?P<options>(?::[^\n]*\n|---\n.*?^---\n)*\n*)(?P<code>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
WIDTH = 80


def main() -> None:
    """Format all chapters, and name those that changed."""
    for path in sorted(ROOT.glob("book/*.md")):
        text = path.read_text("utf-8")
        if (new := formatted(text)) != text:
            path.write_text(new, "utf-8")
            print(path.relative_to(ROOT))


def formatted(text: str) -> str:
    """A chapter with its cells formatted; as in a notebook, magics and the last semicolon are kept.

    Raises:
        subprocess.CalledProcessError: a cell is not valid Python.
    """
    cells = list(CELL.finditer(text))
    if not cells:
        return text
    done = iter(formatted_cells([cell["code"].rstrip("\n") for cell in cells]))
    return CELL.sub(
        lambda cell: cell[0].removesuffix(cell["code"] + cell["fence"]) + next(done) + cell["fence"], text
    )


def formatted_cells(codes: list[str]) -> list[str]:
    """Formatted code of some cells, each with its last newline."""
    notebook = nbformat.writes(new_notebook(cells=[new_code_cell(code) for code in codes]))
    options = ["--isolated", "--line-length", str(WIDTH), "--stdin-filename", "chapter.ipynb", "-"]
    command = [sys.executable, "-m", "ruff", "format", *options]
    done = subprocess.run(
        command, input=notebook, capture_output=True, text=True, encoding="utf-8", check=True
    )
    return [
        f"{cell.source}\n" if cell.source else "" for cell in nbformat.reads(done.stdout, as_version=4).cells
    ]


if __name__ == "__main__":
    main()
