"""A page of the book as the printer gets it: its text alone, with figures of a size for paper."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag
from PIL import Image

from vggviz_book import mathjax, styles

WIDEST = 1280
"""Pixels of a figure: about 190 to an inch at the width of the text."""
SHEET = """<!DOCTYPE html>
<html lang="en" data-theme="light" data-mode="light">
<head><meta charset="utf-8"><title>{title}</title>
<link rel="stylesheet" href="{style}">
<style>{rules}</style>
{formulas}</head>
<body><main class="bd-main"><div class="bd-content"><div class="bd-article-container">
<article class="bd-article">{text}</article></div></div></main></body></html>
"""
RULES = """
@page { size: A4; margin: 18mm 18mm 20mm; }
html { font-size: 10.5pt; }
html, body, main, .bd-content, .bd-article-container {
  display: block; margin: 0; padding: 0; max-width: none;
}
.bd-article { max-width: none; padding: 0; }
.bd-article :is(p, ul, ol, blockquote, dl.glossary, .quiz, figcaption, .admonition) {
  max-width: none !important;
}
.bd-article img { width: auto; max-width: 100% !important; max-height: 235mm; }
.headerlink, button, iframe, .slides-link, .pdf-link { display: none !important; }
pre { font-size: 8.5pt !important; }
div.highlight, .cell_output pre { break-inside: avoid; }
"""


def write(page: Path, folder: Path) -> Path:
    """Write the sheet of a page of the built book; returns its file.

    Args:
        page: the file of the page.
        folder: for the sheet and its figures.
    """
    source = BeautifulSoup(page.read_text("utf-8"), "html.parser")
    (text,) = source.select("article.bd-article")
    for details in text.select("details"):
        details["open"] = ""
    for narrower in text.select("picture > source"):
        narrower.decompose()
    for image in text.select("img"):
        place(image, page, folder)
    resolve_links(source, text)
    sheet = folder / page.name
    sheet.write_text(
        SHEET.format(
            title=page.stem,
            style=styles.joined(page.parents[1]).as_uri(),
            rules=RULES,
            formulas=formulas(source, page),
            text=text.decode_contents(),
        ),
        "utf-8",
    )
    return sheet


def place(image: Tag, page: Path, folder: Path) -> None:
    """Let an image show a copy as JPEG, which a PDF holds as it is; lossless figures would make it huge."""
    source = (page.parent / str(image["src"])).resolve()
    image.attrs.pop("loading", None)
    if source.suffix == ".svg":
        image["src"] = source.as_uri()
        return
    copy = folder / f"{source.stem}.jpg"
    if not copy.is_file():
        with Image.open(source) as picture:
            ground = Image.new("RGBA", picture.size, "white")
            flat = Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")
        flat.thumbnail((WIDEST, 4 * WIDEST))
        flat.save(copy, quality=88, subsampling=0)
    image["src"] = copy.as_uri()


def resolve_links(source: BeautifulSoup, text: Tag) -> None:
    """Let links to other pages lead to the published book; without its address they are text."""
    canonical = source.select_one('link[rel="canonical"]')
    for link in text.select("a[href]"):
        address = str(link["href"])
        if address.startswith(("#", "http:", "https:", "mailto:")):
            continue
        if canonical is None or link.select("img"):
            link.unwrap()
        else:
            link["href"] = urljoin(str(canonical["href"]), address)


def formulas(source: BeautifulSoup, page: Path) -> str:
    """The scripts of a page that render its formulas."""
    found = mathjax.scripts(source)
    for script in found:
        if script.get("src"):
            script["src"] = (page.parent / str(script["src"]).partition("?")[0]).resolve().as_uri()
    return "\n".join(map(str, found))
