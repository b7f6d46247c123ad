"""What search engines, and links in messages, know of a page: its address, title, some words, a picture."""

from __future__ import annotations

import textwrap
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag
from PIL import Image, ImageOps

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FRONT = Path("book", "index.html")
FIGURE = ".bd-article a.image-reference > img"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
WORDS = 160
"""Characters of a description; what is longer, search engines cut."""
PREVIEW = (1200, 630)
"""Pixels; the shape that is shown large."""

ENTRANCE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<meta http-equiv="refresh" content="0; url={front}">
</head>
<body><p><a href="{front}">{title}</a></p></body>
</html>
"""


def describe(app: Sphinx, pages: Mapping[Path, BeautifulSoup]) -> None:
    """Write into each page what is shown of it elsewhere, by the names of HTML and of Open Graph.

    Args:
        app: its `html_baseurl` is where the book is published; without one no page names an address,
            and there are no pictures, which need one.
        pages: as they will be written, by their paths.
    """
    root, site = Path(app.outdir), app.config.html_baseurl
    front = pages.get(root / FRONT)
    for path, page in pages.items():
        words = opening(page) or (opening(front) if front else "") or app.config.project
        add(page, "name", {"description": words})
        title, _, _ = page.select("title")[0].get_text().rpartition(" — ")
        tags = {"type": "article", "site_name": app.config.project, "title": title, "description": words}
        if site:
            tags["url"] = urljoin(site, path.relative_to(root).as_posix())
            if figure := page.select_one(FIGURE) or (front and front.select_one(FIGURE)):
                tags["image"] = urljoin(site, f"_images/{preview(root / '_images', figure)}")
                tags["image:alt"] = str(figure["alt"])
                add(page, "name", {"twitter:card": "summary_large_image"})
        add(page, "property", {f"og:{name}": content for name, content in tags.items()})


def opening(page: BeautifulSoup) -> str:
    """The first words of the text itself, after what stands in a box."""
    paragraph = page.select_one("article section > p:not(:has(.math))")
    text = " ".join(paragraph.get_text().split()) if paragraph else ""
    return textwrap.shorten(text, WORDS, placeholder=" …")


def add(page: BeautifulSoup, kind: str, tags: Mapping[str, str]) -> None:
    """Add `<meta kind="name" content="...">` for each name."""
    (head,) = page.select("head")
    for name, content in tags.items():
        head.append(page.new_tag("meta", attrs={kind: name, "content": content}))
        head.append("\n")


def preview(images: Path, figure: Tag) -> str:
    """Fit a figure, on white, into the shape of a preview; return the file's name."""
    source = images / Path(str(figure["src"])).name
    path = source.with_name(f"{source.stem}-preview.jpg")
    if not path.is_file():
        with Image.open(source) as image:
            ImageOps.pad(image.convert("RGB"), PREVIEW, color="white").save(path, quality=85, optimize=True)
    return path.name


def write_entrance(app: Sphinx) -> None:
    """The site's own address leads to the first page, with or without JavaScript."""
    page = ENTRANCE.format(title=escape(app.config.project), front=FRONT.as_posix())
    Path(app.outdir, "index.html").write_text(page, "utf-8")


def write_sitemap(app: Sphinx, pages: Iterable[Path]) -> None:
    """List the addresses of the book's own pages for search engines, where it is known what they will be.

    sphinx-sitemap is not used: it starts a second process, which fails where the temporary folder has a
    long name, and which outlives a build that is killed.
    """
    if not app.config.html_baseurl:
        return
    root, listed = Path(app.outdir), ET.Element("urlset", xmlns=SITEMAP)
    for path in sorted(path for path in pages if path.parent == root / FRONT.parent):
        address = urljoin(app.config.html_baseurl, path.relative_to(root).as_posix())
        ET.SubElement(ET.SubElement(listed, "url"), "loc").text = address
    ET.ElementTree(listed).write(root / "sitemap.xml", "utf-8", xml_declaration=True)
