"""Whether the search for stray output finds it, on a book of two pages."""

from __future__ import annotations

from bs4 import BeautifulSoup

from stray_output import stray_output
from tiny_book import HEADER, TinyBook

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


def test_stray_output_is_seen_and_no_other(unbuilt_book: TinyBook) -> None:
    cells = [f"```{{code-cell}} ipython3\n{code}\n```\n" for code in ["print('in 3 of 4 layers')", *STRAYING]]
    unbuilt_book.write("two", HEADER + "\n".join(cells))
    status, printed = unbuilt_book.make()
    page = BeautifulSoup((unbuilt_book.pages / "two.html").read_text("utf-8"), "html.parser")
    assert status == 0, printed
    good, *stray = page.select("div.cell")
    assert stray_output(str(good)) == []
    assert [code for code, cell in zip(STRAYING, stray, strict=True) if not stray_output(str(cell))] == []
