"""What becomes of a computed chapter while the others are computed."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jupyter_cache.executors.utils import ExecutionResult
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from vggviz_book import chapters, figures


@pytest.fixture
def execute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that executes chapters of which one, with a figure, has just been computed."""
    content = io.BytesIO()
    Image.new("RGB", (20, 10)).save(content, "PNG")
    data = {"image/png": base64.b64encode(content.getvalue()).decode()}
    notebook = new_notebook(cells=[new_code_cell("plot()", outputs=[new_output("display_data", data)])])
    result = ExecutionResult(notebook, str(tmp_path), 1.0)
    monkeypatch.setattr(chapters, "run_side_by_side", lambda *_: [("one", result)])
    (tmp_path / "one.md").write_text("")
    settings = SimpleNamespace(
        execution_mode="cache", execution_cache_path=str(tmp_path / "cache"), execution_timeout=60
    )
    env: Any = SimpleNamespace(mystnb_config=settings, doc2path=lambda name: str(tmp_path / f"{name}.md"))
    config = SimpleNamespace(nb_execution_cache_path=str(tmp_path / "cache"))
    app: Any = SimpleNamespace(srcdir=str(tmp_path), config=config)
    return lambda: chapters.execute(app, env, [])


def test_its_figures_are_converted(execute: Any, tmp_path: Path) -> None:
    execute()
    assert [path.suffix for path in (tmp_path / "cache" / "figures").iterdir()] == [".webp"]


def test_a_figure_that_cannot_be_converted_ends_the_build(
    execute: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def convert(*_: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(figures, "convert", convert)
    with pytest.raises(OSError, match="the disk is full"):
        execute()
