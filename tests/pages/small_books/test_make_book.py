"""`make book`, on a book of two pages."""

from __future__ import annotations

import re

import pytest

from tiny_book import CELL, HEADER, TinyBook

FAILING = '```{code-cell} ipython3\nraise ValueError("the reason")\n```\n'


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


@pytest.mark.audit
def test_what_a_killed_build_leaves_does_no_harm(tiny_book: TinyBook) -> None:
    """As it may lie there; `test_builds.py`, of the audit too, kills builds at twenty moments."""
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
    assert sum("this one waits" in text for text in printed) == 1
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


@pytest.mark.audit
def test_for_another_host_there_are_no_buttons_to_a_wrong_place(tiny_book: TinyBook) -> None:
    """Of a whole build; the addresses themselves are tested in `test_repository.py`."""
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
