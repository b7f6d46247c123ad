"""Preview images of shared links, the page at the site's root, and the sitemap.

sphinxext-opengraph writes titles, descriptions and addresses into the pages.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from bs4 import BeautifulSoup
from docutils import nodes
from PIL import Image, ImageOps

from vggviz_book import markup

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FRONT = Path("book", "index.html")
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
PREVIEW = (1200, 630)
"""Pixels; the shape that messengers and social networks show large."""

ROOT_PAGE = """<!DOCTYPE html>
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


def set_preview(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Make the first figure of a page its preview image.

    The figure itself would not do: it is WebP of up to 1.5 MB, often in portrait format. Without the address
    of the site there are no tags at all, since they need absolute addresses.
    """
    page = app.env.metadata[docname]
    if not app.config.html_baseurl:
        page["ogp_disable"] = True
    elif figure := doctree.next_node(nodes.image):
        page["og:image"] = f"_images/{write_preview(app, Path(app.srcdir, figure['uri']))}"
        page["og:image:alt"] = figure["alt"]


def write_preview(app: Sphinx, figure: Path) -> str:
    """Fit a figure, on white, into the shape of a preview; return the file's name."""
    path = Path(app.outdir, "_images", f"{figure.stem}-preview.jpg")
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(figure) as image:
        ImageOps.pad(image.convert("RGB"), PREVIEW, color="white").save(path, quality=85, optimize=True)
    return path.name


def add_description(page: BeautifulSoup, description: str) -> None:
    """Describe a page that sphinxext-opengraph leaves out, such as the search."""
    if not markup.named(page, "meta", '[name="description"]'):
        (head,) = page.find_all("head")
        head.append(page.new_tag("meta", attrs={"name": "description", "content": description}))


def write_root_page(app: Sphinx) -> None:
    """Redirect from the root of the site to the first page, with and without JavaScript."""
    page = ROOT_PAGE.format(title=escape(app.config.project), front=FRONT.as_posix())
    Path(app.outdir, "index.html").write_text(page, "utf-8")


def write_sitemap(app: Sphinx, pages: Iterable[Path]) -> None:
    """List the addresses of the book's pages for search engines, if the address of the site is known.

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
