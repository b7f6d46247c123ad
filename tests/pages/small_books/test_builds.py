"""Builds of the book that are killed, that meet, or that run in odd surroundings: for `make audit`."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

import networks
from tiny_book import CELL, HEADER, ROOT, TinyBook
from vggviz_book import npm

pytestmark = [pytest.mark.audit, pytest.mark.timeout(1800)]
MOMENTS = 20
PHOTOGRAPH = (
    "```{code-cell} ipython3\nimage = vggviz.load_image()\nvggviz.plot_images({'фото ×': image});\n"
    "print('× 猫 –', image.shape)\n```\n\n```{code-cell} ipython3\nvggviz.provenance()\n```\n"
)
HOMELESS = {
    "HOME": "/dev/null/home",
    **dict.fromkeys(["KERAS_HOME", "MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"]),
    **dict.fromkeys(["JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"]),
}
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.fixture
def folder(tmp_path):
    if not npm.is_installed(ROOT):
        pytest.skip("MathJax is not installed: run `make book` first")
    (tmp_path / "temporary").mkdir()
    return tmp_path


def book_in(folder, name="book"):
    (folder / name).mkdir(parents=True)
    return TinyBook(folder / name)


def kernels_of(folder):
    """Processes whose temporary files lie in this test's folder: kernels, and what they started."""
    found = []
    for process in psutil.process_iter():
        try:
            place = process.environ().get("TMPDIR", "")
        except (psutil.Error, OSError):
            continue
        if place.startswith(str(folder)) and process.status() != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def settled(condition, seconds=30.0):
    """Whether the condition comes true before long."""
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.2)
    return condition()


def test_a_build_killed_at_any_moment_can_be_started_again(folder):
    """Twenty moments over its length; the last good book is there at each, and nothing is left behind."""
    temporary = {"TMPDIR": str(folder / "temporary")}
    book = book_in(folder)
    assert book.make(**temporary)[0] == 0
    good = (book.pages / "two.html").read_text("utf-8")
    assert "run 0" not in good
    started = time.monotonic()
    book.write("two", _page(0))
    assert book.make(**temporary)[0] == 0
    length = time.monotonic() - started
    last = 0
    for moment in range(1, MOMENTS + 1):
        book.write("two", _page(moment))
        killed = book.start(**temporary)
        _watch(book, killed, length * moment / (MOMENTS + 1), (last, moment))
        with suppress(ProcessLookupError):  # a quick one is done already
            os.killpg(killed.pid, signal.SIGKILL)
        killed.communicate()
        assert _reads(book, (last, moment)) or not book.pages.exists()
        assert settled(lambda: not kernels_of(folder)), f"moment {moment}: kernels live on"
        status, printed = book.make(**temporary)
        assert status == 0, f"moment {moment}: {printed}"
        assert _reads(book, (moment,)), f"moment {moment}: {printed}"
        left = {path.name for path in (book.root / "_build").iterdir()}
        assert left == {"html", ".lock", ".jupyter_cache"}, f"moment {moment}"
        assert list((folder / "temporary").iterdir()) == [], f"moment {moment}"
        last = moment


def _page(run):
    return HEADER.replace("A page", f"Another, run {run}") + CELL.replace("2 * 3", f"{run} * 1000 + 7")


def _reads(book, runs):
    """Whether the page there is one of these runs', whole, with its own result in it."""
    page = book.pages / "two.html"
    text = page.read_text("utf-8") if page.is_file() else ""
    return any(f"run {run}<" in text and f"\n{run * 1000 + 7}\n" in text.replace(">", ">\n") for run in runs)


def _watch(book, process, seconds, runs):
    """Let a build run, and look at the book that is there all the while."""
    until = time.monotonic() + seconds
    missing = 0
    while time.monotonic() < until and process.poll() is None:
        missing = 0 if _reads(book, runs) else missing + 1
        assert missing < 3, "the book was away for longer than two renames take"
        time.sleep(0.02)


def test_a_build_killed_without_its_kernels_does_not_keep_the_lock(folder):
    """The kernels notice a little later; the next build neither waits for them nor fails."""
    book = book_in(folder)
    first = book.start()
    assert settled(lambda: (book.root / "_build" / ".temporary").exists())  # kernels run
    os.kill(first.pid, signal.SIGKILL)
    status, printed = book.make()
    first.communicate()
    assert status == 0, printed
    assert "this one waits" not in printed


def test_two_builds_in_two_checkouts_at_once(folder):
    """They share the machine, the home, Keras' cache and the temporary folder."""
    home = {"HOME": str(folder), "TMPDIR": str(folder / "temporary"), "KERAS_HOME": str(folder / "keras")}
    books = [book_in(folder, name) for name in ("one", "two")]
    for number, book in enumerate(books):
        book.write("two", _page(number + 1))
    running = [book.start(**home) for book in books]
    printed = [process.communicate(timeout=300)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0], printed
    assert [_reads(book, (number + 1,)) for number, book in enumerate(books)] == [True, True]
    assert list((folder / "temporary").iterdir()) == []
    assert not list(folder.glob(".ipython"))


def test_a_home_that_cannot_be_written_odd_letters_and_a_locale_without_them(folder):
    """All at once: the checkout, the photograph, the weights and the temporary folder have odd names."""
    odd = folder / "мой дом 猫"
    (odd / "врем папка").mkdir(parents=True)
    book = book_in(odd, "книга é")
    assert os.environ["MPLBACKEND"] == "Agg"  # which must not keep figures out of the pages
    photograph = odd / "фото 猫.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)).save(photograph)
    weights = networks.write_legacy(_vgg16(), odd / "веса 1.h5")
    book.write("two", HEADER + PHOTOGRAPH)
    inputs = {"VGGVIZ_IMAGE": str(photograph), "VGGVIZ_WEIGHTS": str(weights)}
    status, printed = book.make(**HOMELESS, **ASCII, **inputs, TMPDIR=str(odd / "врем папка"))
    assert status == 0, printed
    page = (book.pages / "two.html").read_text("utf-8")
    assert "× 猫 – (224, 224, 3)" in page
    assert "фото ×: a picture of 224 x 224 pixels" in page
    assert not [word for word in ("Traceback", "Warning", "mkdir", "temporary") if word in page]
    assert list((odd / "врем папка").iterdir()) == []


def test_a_temporary_folder_with_a_long_name(folder):
    """Longer than a socket's name may be."""
    long = folder / ("x" * 120)
    long.mkdir()
    status, printed = book_in(folder).make(TMPDIR=str(long))
    assert status == 0, printed


def _vgg16():
    import vggviz

    return vggviz.load_vgg16("random")


def test_make_book_needs_no_file_outside_the_checkout(folder):
    """Of what a build leaves in the home: nothing."""
    home = folder / "home"
    home.mkdir()
    status, printed = book_in(folder).make(
        HOME=str(home), **{k: v for k, v in HOMELESS.items() if k != "HOME"}
    )
    assert status == 0, printed
    left = {path.relative_to(home).parts[0] for path in home.rglob("*")}
    assert left <= {".cache", ".config", ".keras", ".npm", ".local"}, left
    assert not list(Path(home).rglob("kernel-*.json"))
