"""How the book is built, tried on a book of two pages; and what the built pages say."""

from __future__ import annotations

import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pydata_sphinx_theme
import pytest
import yaml
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from pages import StaticHost
from tiny_book import CELL, HEADER, TinyBook
from vggviz_book import chapters, explorers, figures, fingerprint, icons, kernels, npm

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "_build" / "html"
SOURCES = sorted((ROOT / "book").glob("*.md"))

STRAY = re.compile(
    r"^(?:(?:DEBUG|INFO|WARNING|ERROR|CRITICAL|FATAL)\b[:\s]"  # logging, absl
    r"|[IWEF]\d{4,8} \d\d:\d\d:\d\d"  # glog
    r"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"  # TensorFlow's own
    r"|Traceback \(most recent call last\)"
    r"|.*\b[A-Z]\w*Warning\b"
    r"|.*(?:Assets written to|Saved artifact at|oneDNN|computation_placer|[Cc]uda|XLA service)"
    r"|.*(?:\d+/\d+ ━|\d+%\|))",  # progress bars
    re.MULTILINE,
)
"""Lines that libraries write for themselves and no chapter means to show."""
FAILING = '```{code-cell} ipython3\nraise ValueError("the reason")\n```\n'


# What a digest depends on ---------------------------------------------------------------------


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


# The surroundings of the kernels --------------------------------------------------------------


def test_kernels_get_absolute_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "photo.png")
    monkeypatch.chdir(tmp_path)
    environ = {"VGGVIZ_IMAGE": "photo.png", "VGGVIZ_WEIGHTS": "random"}
    kernels.settle_inputs(environ)
    assert environ == {"VGGVIZ_IMAGE": str(tmp_path / "photo.png"), "VGGVIZ_WEIGHTS": "random"}


def test_without_a_word_the_weights_are_imagenets() -> None:
    environ: dict[str, str] = {}
    kernels.settle_inputs(environ)
    assert environ == {"VGGVIZ_WEIGHTS": "imagenet"}


@pytest.mark.parametrize("wrong", [{"VGGVIZ_IMAGE": "nowhere.jpg"}, {"VGGVIZ_WEIGHTS": "nowhere.h5"}])
def test_a_wrong_input_is_named_before_anything_runs(wrong: dict[str, str]) -> None:
    from sphinx.errors import ExtensionError

    with pytest.raises(ExtensionError, match="nowhere"):
        kernels.settle_inputs({"VGGVIZ_WEIGHTS": "random", **wrong})


def test_the_newest_caches_are_kept(tmp_path: Path) -> None:
    for age in range(8):
        (tmp_path / str(age)).mkdir()
        os.utime(tmp_path / str(age), (1000 - age, 1000 - age))
    kernels.remove_old(tmp_path)
    assert sorted(folder.name for folder in tmp_path.iterdir()) == ["0", "1", "2", "3"]


def test_at_least_one_kernel_runs() -> None:
    assert 1 <= chapters.kernels_at_once() <= (os.cpu_count() or 1)


# Figures and icons ----------------------------------------------------------------------------


def test_a_figure_as_webp_has_the_same_pixels_and_words(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    info = PngInfo()
    info.add_itxt("Description", "noise of 40 × 60 pixels")
    info.add_itxt("Source", "Computed with no network")
    Image.fromarray(noise).save(tmp_path / "noise.png", pnginfo=info)
    figures.write_webp(tmp_path / "noise.png", tmp_path / "new" / "noise.webp")
    with Image.open(tmp_path / "new" / "noise.webp") as light:
        assert np.array_equal(np.asarray(light.convert("RGB")), noise)
        words = [light.getexif()[tag] for tag in (ExifTags.Base.ImageDescription, ExifTags.Base.Software)]
    read = [text.encode("latin-1").decode() for text in words]  # Pillow reads bytes as Latin-1
    assert read == ["noise of 40 × 60 pixels", "Computed with no network"]


def test_a_font_keeps_the_icons_that_the_style_sheet_names(tmp_path: Path) -> None:
    theme = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme" / "static"
    (font,) = theme.rglob("fa-solid-900.woff2")
    shutil.copy(font, tmp_path)
    (tmp_path / "book-1.css").write_text('.fa-bars:before{content:"\\f0c9"}.fa-x:before{content:"\uf00d"}')
    icons.keep_used(tmp_path)
    assert sorted(TTFont(tmp_path / font.name).getBestCmap()) == [0xF00D, 0xF0C9]


# npm ------------------------------------------------------------------------------------------


def test_without_npm_the_one_from_a_python_package_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    version = subprocess.run([*npm.command(), "--version"], capture_output=True, text=True, check=True)
    assert re.match(r"\d+\.\d+", version.stdout)


def test_what_is_half_installed_does_not_count(tmp_path: Path) -> None:
    shutil.copy(ROOT / "package-lock.json", tmp_path)
    (tmp_path / "node_modules" / "mathjax").mkdir(parents=True)
    assert not npm.is_installed(tmp_path)
    shutil.copy(ROOT / "package-lock.json", tmp_path / "node_modules" / ".package-lock.json")
    assert npm.is_installed(tmp_path)


def test_only_explorers_that_a_page_shows_are_copied(tmp_path: Path) -> None:
    frame = '<iframe src="../explorers/{}/index.html">'
    (tmp_path / "one.html").write_text(frame.format("a-1") + frame.format("b_2"))
    (tmp_path / "two.html").write_text(frame.format("a-1") + '<a href="../explorers/c/index.html">')
    assert explorers.shown(tmp_path) == {"a-1", "b_2"}


def test_the_lock_file_names_no_registry() -> None:
    assert "resolved" not in (ROOT / "package-lock.json").read_text()


# `make book`, on two pages --------------------------------------------------------------------


@pytest.fixture(scope="module")
def tiny_book(tmp_path_factory: pytest.TempPathFactory) -> TinyBook:
    if not npm.is_installed(ROOT):
        pytest.skip("MathJax is not installed: run `make book` first")
    book = TinyBook(tmp_path_factory.mktemp("book"))
    status, printed = book.make()
    assert status == 0, printed
    return book


def test_a_build_with_nothing_to_do_does_nothing(tiny_book: TinyBook) -> None:
    before = (tiny_book.pages / "index.html").stat()
    status, printed = tiny_book.make()
    assert status == 0
    assert printed.startswith("Nothing changed")
    assert (tiny_book.pages / "index.html").stat() == before


def test_a_failing_cell_is_named_and_the_last_good_book_stays(tiny_book: TinyBook) -> None:
    good = (tiny_book.pages / "two.html").read_text()
    tiny_book.write("two", HEADER + CELL + FAILING)
    status, printed = tiny_book.make()
    tiny_book.write("two", HEADER.replace("A page", "Another") + CELL)
    assert status != 0
    assert "book/two.md, code cell 3 (line 18) failed" in printed
    assert "the reason" in printed
    assert (tiny_book.pages / "two.html").read_text() == good
    assert (
        "ValueError: the reason" in (tiny_book.root / "_build" / "reports" / "book" / "two.log").read_text()
    )


def test_a_good_build_leaves_no_report(tiny_book: TinyBook) -> None:
    (tiny_book.root / "_build" / "reports").mkdir(exist_ok=True)
    assert tiny_book.make()[0] == 0
    assert not (tiny_book.root / "_build" / "reports").exists()


def test_a_warning_is_an_error(tiny_book: TinyBook) -> None:
    tiny_book.write("two", HEADER + CELL + "[nowhere](nowhere.md)\n")
    status, printed = tiny_book.make()
    tiny_book.write("two", HEADER.replace("A page", "Another") + CELL)
    assert status != 0
    assert "nowhere" in printed
    assert "last good book stays" in printed


def test_a_wrong_picture_stops_the_build_with_one_sentence(tiny_book: TinyBook) -> None:
    status, printed = tiny_book.make(VGGVIZ_IMAGE="nowhere.jpg")
    assert status != 0
    assert "nowhere.jpg" in printed
    assert "Traceback" not in printed


def test_only_changed_code_runs_again(tiny_book: TinyBook) -> None:
    tiny_book.write("index", HEADER + CELL + "More text.\n")
    assert "computed in" not in tiny_book.make()[1]
    tiny_book.write("index", HEADER + CELL.replace("3", "4"))
    printed = tiny_book.make()[1]
    assert "[1/1] book/index computed in" in printed
    printed = tiny_book.make(VGGVIZ_IMAGE="rocket")[1]
    assert "[2/2]" in printed


def test_what_a_killed_build_leaves_does_no_harm(tiny_book: TinyBook) -> None:
    build = tiny_book.root / "_build"
    (build / ".next" / "_build" / "html").mkdir(parents=True)
    (build / ".next" / "_build" / "html" / "index.html").write_text("half")
    for notebook in build.glob(".jupyter_cache/*/executed/*/base.ipynb"):
        notebook.write_text("{")
    (build / "html").rename(build / ".last")
    tiny_book.write("two", HEADER.replace("A page", "Another") + CELL + "Text.\n")
    status, printed = tiny_book.make()
    assert status == 0, printed
    assert "[2/2]" in printed
    assert not (build / ".next").exists()
    assert not (build / ".last").exists()


def test_of_two_builds_at_once_one_waits(tiny_book: TinyBook) -> None:
    tiny_book.write("two", HEADER.replace("A page", "Two at once") + CELL)
    processes = [tiny_book.start(), tiny_book.start()]
    printed = [process.communicate(timeout=300)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sum("Nothing changed" in text for text in printed) == 1
    assert "Two at once" in (tiny_book.pages / "two.html").read_text()


def test_the_buttons_lead_to_the_repository_that_is_built(tiny_book: TinyBook) -> None:
    status, printed = tiny_book.make(
        VGGVIZ_REPOSITORY="eve/fork#topic/one", VGGVIZ_SITE="https://eve.example.org"
    )
    assert status == 0, printed
    page, fork = (tiny_book.pages / "two.html").read_text(), "https://github.com/eve/fork"
    assert 'href="https://mybinder.org/v2/gh/eve/fork/topic/one?urlpath=lab/tree/book/two.md"' in page
    assert f'href="{fork}"' in page
    assert f'href="{fork}/edit/topic/one/book/two.md"' in page
    assert f'href="{fork}/issues/new?' in page
    assert '<link rel="canonical" href="https://eve.example.org/book/two.html"' in page
    assert "inside-vgg16/inside-vgg16" not in page


def test_for_another_host_there_are_no_buttons_to_a_wrong_place(tiny_book: TinyBook) -> None:
    status, printed = tiny_book.make(VGGVIZ_REPOSITORY="https://git.example.org/team/group/book")
    assert status == 0, printed
    page = (tiny_book.pages / "two.html").read_text()
    assert not re.findall(r'href="[^"]*(?:mybinder|github\.com|git\.example)[^"]*"', page)
    assert "download-notebook-button" in page


def test_a_repository_that_is_none_stops_the_build_with_one_sentence(tiny_book: TinyBook) -> None:
    status, printed = tiny_book.make(VGGVIZ_REPOSITORY="nowhere")
    assert status != 0
    assert "VGGVIZ_REPOSITORY is 'nowhere'" in printed
    assert "Traceback" not in printed


def test_a_link_that_leads_nowhere_is_named(tiny_book: TinyBook) -> None:
    handler = functools.partial(StaticHost, directory=str(tiny_book.root / "book"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host = f"http://127.0.0.1:{server.server_port}"
        tiny_book.write("two", f"{HEADER}[there]({host}/two.md)\n\n[gone]({host}/gone)\n" + FAILING)
        done = subprocess.run(
            [sys.executable, "book/_ext/check_links.py"], cwd=tiny_book.root, capture_output=True, text=True
        )
        server.shutdown()
    tiny_book.write("two", HEADER.replace("A page", "Another") + CELL)
    assert done.returncode == 1, done.stderr
    assert re.search(rf"^book/two\.md:16: {host}/gone \(404", done.stdout)
    assert "Links: 2; lost: 1; without an answer in time: 0." in done.stdout


# The built pages ------------------------------------------------------------------------------


def built(source: Path) -> str:
    page = BUILT / "book" / f"{source.stem}.html"
    if not page.is_file():
        pytest.skip("this page is not built: run `make book` first")
    return page.read_text("utf-8")


def test_every_page_is_in_the_table_of_contents() -> None:
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    listed = [toc["root"]] + [c["file"] for part in toc["parts"] for c in part["chapters"]]
    assert sorted(listed) == [f"book/{source.stem}" for source in SOURCES]


def stray_output(page: str) -> list[str]:
    """What stands on a page that no chapter means to show: stderr, tracebacks, log lines, progress."""
    outputs = BeautifulSoup(page, "html.parser").select(".cell_output .output")
    errors = [output for output in outputs if {"stderr", "traceback"} & set(output.get("class") or ())]
    lines = [found for output in outputs for found in STRAY.findall(output.get_text())]
    return [output.get_text() for output in errors] + lines


STRAYING = [
    "import sys; print('Any word.', file=sys.stderr)",
    "import logging; logging.getLogger('tensorflow').warning('of something')",
    "import warnings; warnings.warn('old')",
    "from tqdm import tqdm; list(tqdm(range(3)))",
    "print('INFO:tensorflow:Assets written to: somewhere')",
    "print('first'); print('I0000 00:00:1700000000.1  7 device.cc:1] Created')",
    "print('2026-01-01 00:00:00.123456: I tensorflow/core/util/port.cc:153] words')",
    "print('1/1 ━━━━━━ 0s 30ms/step')",
]


def test_stray_output_is_seen_and_no_other(tiny_book: TinyBook) -> None:
    cells = [f"```{{code-cell}} ipython3\n{code}\n```\n" for code in ["print('in 3 of 4 layers')", *STRAYING]]
    tiny_book.write("two", HEADER + "\n".join(cells))
    status, printed = tiny_book.make()
    page = BeautifulSoup((tiny_book.pages / "two.html").read_text("utf-8"), "html.parser")
    tiny_book.write("two", HEADER.replace("A page", "Another") + CELL)
    assert status == 0, printed
    _, good, *stray = page.select("div.cell")
    assert stray_output(str(good)) == []
    assert [code for code, cell in zip(STRAYING, stray, strict=True) if not stray_output(str(cell))] == []


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
        r'(<a class="[^"]*image-reference" href="([^"]*)">)?(<img [^>]*_images/[^>]*>)', built(source)
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
