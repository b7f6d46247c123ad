"""Tables of the pages: numbers are aligned at the right, so that their digits stand below each other."""

from __future__ import annotations

import re
from itertools import zip_longest

from bs4 import BeautifulSoup, Tag

from vggviz_book import markup

SIGN, DIGITS = r"[-+−±<>~≈]?\s*", r"\d[\d,. ]*(?:e[+-]?\d+)?\s*"
UNIT, REMARK = "(?:%|×|[kMGµmn]?(?:s|B)|px|[kMG])?", r"(?:\s*\(\w+\))?"
NUMBER = re.compile(SIGN + DIGITS + UNIT + REMARK)
EMPTY = {"", "-", "–", "—", "left out"}


def align_numbers(page: BeautifulSoup) -> None:
    """Mark the cells of each column that holds nothing but numbers."""
    for table in markup.named(page, "table", ".bd-article *"):
        rows = [row.find_all(["td", "th"], recursive=False) for row in table.find_all("tr")]
        if any(cell.has_attr("colspan") for row in rows for cell in row):
            continue
        for column in zip_longest(*rows):
            cells = [cell for cell in column if cell is not None]
            if is_numeric([cell for cell in cells if not is_head(cell)]):
                for cell in cells:
                    markup.add_class(cell, "number")


def is_head(cell: Tag) -> bool:
    """Whether a cell stands in the head of its table."""
    return cell.find_parent("thead") is not None


def is_numeric(cells: list[Tag]) -> bool:
    """Whether some cells are numbers, and the others are empty."""
    words = [cell.get_text(strip=True) for cell in cells]
    filled = [word for word in words if word not in EMPTY]
    return bool(filled) and all(NUMBER.fullmatch(word) for word in filled)
