"""Put the parts of the PDF together, with contents, page numbers and bookmarks."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import accumulate
from pathlib import Path

from pypdf import PdfReader, PdfWriter

from paper import printing
from paper.order import Entry

CONTENTS = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Contents</title><style>
@page {{ size: A4; margin: 25mm 22mm; }}
body {{ font: 11pt/1.5 system-ui, sans-serif; }}
h1 {{ margin: 0 0 12mm; font-size: 26pt; }}
h2 {{ margin: 5mm 0 1mm; font-size: 12pt; }}
p {{ display: flex; justify-content: space-between; margin: 0; border-bottom: 1px dotted #999; }}
</style></head><body><h1>{title}</h1>{lines}</body></html>
"""
NUMBERS = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Numbers</title><style>
@page {{ size: A4; margin: 0; }}
body {{ margin: 0; }}
div {{ position: relative; height: 296mm; break-after: page; }}
p {{ position: absolute; bottom: 8mm; width: 100%; margin: 0; font: 9pt sans-serif; text-align: center; }}
</style></head><body>{pages}</body></html>
"""


def bind(chromium: str, entries: Sequence[Entry], parts: Sequence[Path], target: Path) -> int:
    """Write the book; returns its number of pages.

    Args:
        chromium: the program that prints the contents and the numbers.
        entries: the pages of the book.
        parts: the PDF of each.
        target: the file to write; others are written beside the parts.
    """
    folder = parts[0].parent
    counts = [len(PdfReader(part).pages) for part in parts]
    front = contents(chromium, folder, entries, counts)
    writer = PdfWriter()
    writer.append(front, import_outline=False)
    for entry, part in zip(entries, parts, strict=True):
        writer.append(part, outline_item=entry.title, import_outline=False)
    add_numbers(chromium, folder, writer)
    writer.add_metadata({"/Title": entries[0].title})
    beside = folder / "book.pdf"
    writer.write(beside)
    beside.replace(target)
    return len(writer.pages)


def contents(chromium: str, folder: Path, entries: Sequence[Entry], counts: Sequence[int]) -> Path:
    """Print the contents; their own length moves the numbers, so a second time if it is not one page."""
    length = 1
    while True:
        starts = accumulate([length + 1, *counts[:-1]])
        lines, part = [], ""
        for entry, start in zip(entries, starts, strict=True):
            if entry.part != part:
                lines.append(f"<h2>{escape(entry.part)}</h2>")
            part = entry.part
            lines.append(f"<p><span>{escape(entry.title)}</span><span>{start}</span></p>")
        sheet = folder / "contents-of-the-book.html"
        sheet.write_text(CONTENTS.format(title=escape(entries[0].title), lines="\n".join(lines)), "utf-8")
        printed = printing.to_pdf(chromium, sheet)
        if len(PdfReader(printed).pages) == length:
            return printed
        length = len(PdfReader(printed).pages)


def add_numbers(chromium: str, folder: Path, writer: PdfWriter) -> None:
    """Write its number on each page but the first."""
    count = len(writer.pages)
    sheet = folder / "numbers-of-the-pages.html"
    pages = "".join(f"<div><p>{number}</p></div>" for number in range(1, count + 1))
    sheet.write_text(NUMBERS.format(pages=pages), "utf-8")
    numbers = PdfReader(printing.to_pdf(chromium, sheet))
    for page, number in list(zip(writer.pages, numbers.pages, strict=True))[1:]:
        page.merge_page(number)
