"""`make pdf`: the built book as one PDF."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from paper import binding, order, printing, sheet
from slides import plan
from vggviz_book import kernels, sharing

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "_build" / "html"
TARGET = ROOT / "_build" / "inside-vgg16.pdf"
LINK = f'\n<p class="pdf-link"><a href="../{TARGET.name}">The whole book as a PDF</a></p>'
TEACHING = re.compile(r'<section id="to-teach">\s*<h2>.*?</h2>', re.DOTALL)
"""Heading of the part for teachers."""


def main() -> int:
    """Print the book; return the exit status."""
    if not (BOOK / sharing.FRONT).is_file():
        return failed("There is no book yet: run `make book` first.")
    chromium = printing.find()
    if chromium is None:
        return failed("The PDF is printed by Chromium, which is not installed: `apt-get install chromium`.")
    kernels.lock_builds(ROOT)
    count = print_book(chromium, BOOK, TARGET)
    offer(BOOK, TARGET)
    print(f"{count} pages: {os.path.relpath(TARGET)}")
    return 0


def print_book(chromium: str, book: Path, target: Path) -> int:
    """Print a built book into a file; returns the number of pages."""
    entries = order.entries(book)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        sheets = [sheet.write(entry.path, Path(folder)) for entry in entries]
        parts = list(pool.map(lambda one: printing.to_pdf(chromium, one), sheets))
        return binding.bind(chromium, entries, parts, target)


def offer(book: Path, pdf: Path) -> None:
    """Put the PDF beside the pages, with a link on the page for teachers; the next `make book` drops both."""
    shutil.copyfile(pdf, book / pdf.name)
    page = book / "book" / plan.PAGE
    text = page.read_text("utf-8")
    if LINK not in text:
        page.write_text(TEACHING.sub(lambda heading: heading[0] + LINK, text, count=1), "utf-8")


def failed(why: str) -> int:
    """Print why there is no PDF; return the exit status."""
    print(why, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
