"""Outputs, figures and provenance of the built pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pages import BUILT, ROOT
from plotted import blank_share
from stray_output import stray_output

SOURCES = sorted((ROOT / "book").glob("*.md"))


def built(source: Path) -> str:
    page = BUILT / "book" / f"{source.stem}.html"
    if not page.is_file():
        pytest.skip("this page is not built: run `make book` first")
    return page.read_text("utf-8")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_no_page_shows_stray_output(source: Path) -> None:
    assert stray_output(built(source)) == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_every_chapter_says_what_it_was_computed_with(source: Path) -> None:
    expected = 1 if "{code-cell}" in source.read_text("utf-8") else 0
    assert built(source).count('<p class="provenance">') == expected


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_figures_have_words_sizes_and_a_large_version(source: Path) -> None:
    figures = re.findall(
        r'(<a class="[^"]*image-reference" href="([^"]*)">)?(?:<picture><source [^>]*>)?'
        r"(<img [^>]*_images/[^>]*>)",
        built(source),
    )
    for link, target, image in figures:
        assert link, image
        assert (BUILT / "book" / target).is_file()
        assert re.search(r' width="\d+"', image), image
        assert re.search(r' height="\d+"', image), image
        alternative = re.search(r'alt="([^"]*)"', image)
        assert alternative, image
        assert len(alternative[1].split()) > 3
        assert not re.match(r"\S+\.(png|webp)$", alternative[1])
    assert sum("loading=" not in image for *_, image in figures) <= 1


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_figures_have_few_blank_rows(source: Path) -> None:
    names = set(re.findall(r'<img [^>]*src="\.\./_images/([^"]*\.webp)"', built(source)))
    shares = {name: blank_share(BUILT / "_images" / name) for name in names}
    assert {name: share for name, share in shares.items() if share >= 0.3} == {}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_figures_of_the_library_have_a_narrower_rendering_for_phones(source: Path) -> None:
    pictures = re.findall(r"<picture>(<source [^>]*>)<img ", built(source))
    assert len(pictures) == built(source).count("<picture>")
    for narrow in pictures:
        width = re.search(r' width="(\d+)"', narrow)
        assert width
        assert int(width[1]) <= 400
        assert (BUILT / "book" / narrow.split('srcset="')[1].split('"')[0]).is_file()


def test_what_the_explorer_and_its_atlas_weigh() -> None:
    """The atlas with the table to download."""
    folders = list((BUILT / "explorers").glob("vgg16-*"))
    if not folders:
        pytest.skip("the explorer is not built: run `make book` first")
    explorers = [path.stat().st_size for path in (BUILT / "explorers").rglob("*") if path.is_file()]
    assert sum(explorers) < 85e6
    named = ("atlas", "drawings", "opposites", "sketch")
    parts = [path for part in named for path in folders[0].glob(f"{part}/*")]
    atlas = [path.stat().st_size for path in [*parts, *(BUILT / "_downloads").rglob("*-channels.zip")]]
    assert sum(atlas) < 16e6
    assert len(atlas) <= 60
