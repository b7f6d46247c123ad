"""The PDF of the whole built book."""

from __future__ import annotations

import unicodedata

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

import print_book
from pages import BUILT
from paper import order, printing

pytestmark = [pytest.mark.audit, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def entries():
    if not BUILT.is_dir():
        pytest.skip("there is no built book: run `make book` first")
    return order.entries(BUILT)


@pytest.fixture(scope="module")
def pdf(entries, tmp_path_factory):
    chromium = printing.find() or pytest.skip("no chromium here: `apt-get install chromium`")
    target = tmp_path_factory.mktemp("pdf") / "book.pdf"
    print_book.print_book(chromium, BUILT, target)
    with PdfReader(target) as reader:
        yield reader


def test_every_chapter_begins_on_the_page_that_its_bookmark_names(pdf, entries):
    assert len(pdf.pages) > 4 * len(entries)
    assert len(pdf.outline) == len(entries)
    for item, entry in list(zip(pdf.outline, entries, strict=True))[1:]:
        text = pdf.pages[pdf.get_destination_page_number(item)].extract_text()
        assert _plain(entry.title) in _plain(text), entry.title


def test_formulas_are_rendered_and_fonts_embedded(pdf):
    fonts = set()
    for page in pdf.pages:
        assert "\\frac" not in page.extract_text()
        for font in page.get("/Resources", {}).get("/Font", {}).values():
            fonts.add(_embedded(font.get_object()))
    assert fonts == {True}


def _embedded(font: DictionaryObject) -> bool:
    """Whether the file holds the shapes of a font."""
    if font["/Subtype"] == "/Type3":
        return True  # its shapes are drawings in the file
    inner = font["/DescendantFonts"][0] if "/DescendantFonts" in font else font
    inner = inner.get_object() if isinstance(inner, IndirectObject) else inner
    return bool({"/FontFile", "/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"]))


def _plain(text: str) -> str:
    whole = unicodedata.normalize("NFKC", text)  # a PDF has one letter for "fi"
    return "".join(letter for letter in whole.lower() if letter.isalnum())
