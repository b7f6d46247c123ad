"""The book as a PDF, from pages that are written here."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from pypdf import PdfReader

import print_book
from paper import binding, order, printing, sheet

PAGE = """<html><head><link rel="canonical" href="https://example.org/book/{name}.html"></head><body>
<nav class="bd-links"><p class="caption"><span>Part</span></p><ul>
<li><a class="reference internal" href="quiz_solutions.html">Solutions</a></li>
<li><a class="reference internal" href="one.html">One</a></li>
<li><a class="reference internal" href="one.html">Again</a></li></ul></nav>
<article class="bd-article"><h1>The page {name}</h1>
<a class="image-reference" href="../_images/x.webp"><picture><source srcset="../_images/x-narrow.webp">
<img alt="x" src="../_images/x.webp" loading="lazy"></picture></a>
<a href="two.html">there</a> <a href="#here">here</a> <a href="https://example.com/">out</a>
<details><summary>Code</summary>folded {name}</details>
</article></body></html>"""


@pytest.fixture
def book(tmp_path):
    for folder in ("book", "_static", "_images"):
        (tmp_path / "html" / folder).mkdir(parents=True)
    (tmp_path / "html" / "_static" / "book-1.css").write_text("")
    Image.new("RGBA", (2000, 10), (255, 0, 0, 0)).save(tmp_path / "html" / "_images" / "x.webp")
    for name in ("index", "one", "quiz_solutions"):
        (tmp_path / "html" / "book" / f"{name}.html").write_text(PAGE.format(name=name))
    return tmp_path / "html"


@pytest.fixture
def chromium():
    return printing.find() or pytest.skip("no chromium here: `apt-get install chromium`")


def test_the_solutions_stand_at_the_end(book):
    found = order.entries(book)
    assert [entry.path.stem for entry in found] == ["index", "one", "quiz_solutions"]
    assert [entry.part for entry in found] == ["", "Part", "Part"]


def test_a_sheet_has_the_text_open_and_its_figures_at_once(book, tmp_path):
    written = sheet.write(book / "book" / "one.html", tmp_path)
    page = BeautifulSoup(written.read_text(), "html.parser")
    assert page.select_one("details").has_attr("open")
    assert not page.select("nav")
    (image,) = page.select("img")
    assert not image.has_attr("loading")
    assert not page.select("source")
    with Image.open(tmp_path / "x.jpg") as copy:
        assert copy.size == (sheet.WIDEST, sheet.WIDEST * 10 // 2000)
        assert min(copy.getpixel((0, 0))) > 250  # what is transparent is white
    assert [link["href"] for link in page.select("a")] == [
        "https://example.org/book/two.html",
        "#here",
        "https://example.com/",
    ]


def test_without_the_address_of_the_site_links_are_text(book, tmp_path):
    place = book / "book" / "one.html"
    place.write_text(place.read_text().replace("canonical", "other"))
    page = BeautifulSoup(sheet.write(place, tmp_path).read_text(), "html.parser")
    assert [link["href"] for link in page.select("a")] == ["#here", "https://example.com/"]


def test_formulas_and_drawings_are_taken_where_they_lie(book, tmp_path):
    place = book / "book" / "one.html"
    scripts = '<script src="../_static/mathjax/startup.js?v=1"></script><script src="other.js"></script>'
    place.write_text(scripts + place.read_text().replace("x.webp", "x.svg"))
    page = BeautifulSoup(sheet.write(place, tmp_path).read_text(), "html.parser")
    found = [script["src"] for script in page.select("script")]
    assert found == [(book / "_static" / "mathjax" / "startup.js").as_uri()]
    assert page.img["src"] == (book / "_images" / "x.svg").as_uri()


def test_a_page_that_is_not_printed_is_named(tmp_path):
    with pytest.raises(RuntimeError, match=r"did not print one\.html"):
        printing.to_pdf("true", tmp_path / "one.html")


def test_the_pdf_has_each_page_with_contents_numbers_and_bookmarks(book, tmp_path, chromium):
    target = tmp_path / "book.pdf"
    count = print_book.print_book(chromium, book, target)
    reader = PdfReader(target)
    texts = [page.extract_text() for page in reader.pages]
    assert count == len(texts) == 4
    contents = ["Inside VGG16", "Inside VGG16 2", "Part", "One 3", "Solutions 4"]
    assert [line.strip() for line in texts[0].splitlines()] == contents
    for number, name in ((2, "index"), (3, "one"), (4, "quiz_solutions")):
        assert f"The page {name}" in texts[number - 1]
        assert f"folded {name}" in texts[number - 1]
        assert texts[number - 1].strip().endswith(str(number))
    assert [item.title for item in reader.outline] == ["Inside VGG16", "One", "Solutions"]
    assert [reader.get_destination_page_number(item) for item in reader.outline] == [1, 2, 3]
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["html"]


def test_long_contents_move_the_numbers(tmp_path, chromium):
    entries = [order.Entry(tmp_path / f"{n}.html", f"Chapter {n}", f"Part {n}") for n in range(60)]
    pages = PdfReader(binding.contents(chromium, tmp_path, entries, [2] * 60)).pages
    assert len(pages) > 1
    assert str(1 + len(pages) + 2 * 59) in pages[-1].extract_text()


def test_the_page_for_teachers_links_to_the_pdf_once(book, tmp_path):
    page, pdf = book / "book" / "how_to_use.html", tmp_path / print_book.TARGET.name
    page.write_text(
        '<section id="to-read">\n<h2>R</h2></section><section id="to-teach">\n<h2>T</h2>\n<p>Text</p>'
    )
    pdf.write_bytes(b"pdf")
    for _ in range(2):
        print_book.offer(book, pdf)
    (link,) = BeautifulSoup(page.read_text(), "html.parser").select("a")
    assert (page.parent / link["href"]).read_bytes() == b"pdf"
    assert link.parent.find_previous("h2").string == "T"


@pytest.mark.parametrize("missing", ["book", "chromium"])
def test_what_is_missing_is_said_in_one_sentence(book, monkeypatch, capsys, missing):
    monkeypatch.setattr(print_book, "BOOK", book / "none" if missing == "book" else book)
    monkeypatch.setattr(printing, "find", lambda: None)
    assert print_book.main() == 1
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert ("make book" if missing == "book" else "apt-get install chromium") in printed


def test_no_other_build_changes_the_pages_meanwhile(book, monkeypatch, capsys):
    done = []
    monkeypatch.setattr(print_book, "BOOK", book)
    monkeypatch.setattr(printing, "find", lambda: "chromium")
    monkeypatch.setattr(print_book.kernels, "lock_builds", lambda root: done.append("locked"))
    monkeypatch.setattr(print_book, "print_book", lambda *_: done.append("printed") or 4)
    monkeypatch.setattr(print_book, "offer", lambda *_: done.append("offered"))
    assert print_book.main() == 0
    assert done == ["locked", "printed", "offered"]
    assert capsys.readouterr().out.startswith("4 pages: ")
