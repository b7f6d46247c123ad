"""What the digests of figures and pages depend on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from vggviz_book import fingerprint


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for name in ("vggviz/map_plots.py", "vggviz/data/weights.h5", "book/index.md", "requirements.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "photo.jpg").write_text("a photograph")
    return tmp_path


@pytest.mark.parametrize(
    "name",
    [
        "vggviz/explorer/manifest.py",
        "vggviz/plots/feature_maps.py",
        "vggviz/data/weights.h5",
        "requirements.txt",
        "book/atlas/atlas.json",
    ],
)
def test_figures_depend_on_library_weights_and_requirements(sources: Path, name: str) -> None:
    before = fingerprint.of_figures(sources, {})
    (sources / name).parent.mkdir(parents=True, exist_ok=True)
    (sources / name).write_text("changed")
    assert fingerprint.of_figures(sources, {}) != before


def test_figures_do_not_depend_on_the_text(sources: Path) -> None:
    figures, book = fingerprint.of_figures(sources, {}), fingerprint.of_book(sources, {})
    (sources / "book" / "index.md").write_text("changed")
    assert fingerprint.of_figures(sources, {}) == figures
    assert fingerprint.of_book(sources, {}) != book


def test_the_explorers_scripts_cost_no_chapter(sources: Path) -> None:
    page = sources / "vggviz" / "explorer" / "page" / "views"
    page.mkdir(parents=True)
    figures, book = fingerprint.of_figures(sources, {}), fingerprint.of_book(sources, {})
    (page / "main.js").write_text("new")
    assert fingerprint.of_figures(sources, {}) == figures
    assert fingerprint.of_book(sources, {}) != book


@pytest.mark.parametrize("variable", ["VGGVIZ_IMAGE", "VGGVIZ_WEIGHTS"])
def test_a_named_file_counts_by_its_content(sources: Path, variable: str) -> None:
    photo, copy = sources / "photo.jpg", sources / "copy.jpg"
    shutil.copy(photo, copy)
    named = fingerprint.of_figures(sources, {variable: str(photo)})
    assert named != fingerprint.of_figures(sources, {})
    assert named == fingerprint.of_figures(sources, {variable: str(copy)})
    photo.write_text("another photograph")
    assert named != fingerprint.of_figures(sources, {variable: str(photo)})


def test_a_sample_counts_by_its_name(sources: Path) -> None:
    digests = {fingerprint.of_figures(sources, {"VGGVIZ_IMAGE": name}) for name in ("", "cat", "rocket")}
    assert len(digests) == 3


def test_compiled_files_do_not_count(sources: Path) -> None:
    before = fingerprint.of_book(sources, {})
    for folder in ("vggviz", "book"):
        (sources / folder / "__pycache__").mkdir()
        (sources / folder / "__pycache__" / "images.pyc").write_text("compiled")
    assert fingerprint.of_book(sources, {}) == before


def test_weights_of_a_known_name_count_by_it(sources: Path) -> None:
    nothing, imagenet, random = (
        fingerprint.of_figures(sources, {"VGGVIZ_WEIGHTS": name} if name else {})
        for name in ("", "imagenet", "random")
    )
    assert nothing == imagenet != random
