"""Descriptions and preview images of pages."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from bs4 import BeautifulSoup
from docutils import nodes
from docutils.utils import new_document
from PIL import Image

from vggviz_book import sharing


def test_only_a_page_without_a_description_gets_one() -> None:
    for head, expected in (("", "words"), ('<meta name="description" content="own"/>', "own")):
        page = BeautifulSoup(f"<html><head>{head}</head></html>", "html.parser")
        sharing.add_description(page, "words")
        assert [tag["content"] for tag in page.select("meta")] == [expected]


def page_with_figure(folder: Path, site: str) -> dict[str, object]:
    """Metadata of a page with two figures after the preview is set."""
    Image.new("RGB", (40, 90), "red").save(folder / "tall.png")
    document = new_document("page")
    document += [
        nodes.image(uri="tall.png", alt="a tall figure"),
        nodes.image(uri="nowhere.png", alt="another"),
    ]
    metadata: dict[str, dict[str, object]] = {"page": {}}
    config = SimpleNamespace(html_baseurl=site)
    app = SimpleNamespace(
        env=SimpleNamespace(metadata=metadata), config=config, srcdir=folder, outdir=folder / "html"
    )
    sharing.set_preview(app, document, "page")  # type: ignore[arg-type]
    return metadata["page"]


def test_the_preview_is_the_first_figure_padded_with_white(tmp_path: Path) -> None:
    page = page_with_figure(tmp_path, "https://me.github.io/book/")
    assert page == {"og:image": "_images/tall-preview.jpg", "og:image:alt": "a tall figure"}
    with Image.open(tmp_path / "html" / "_images" / "tall-preview.jpg") as preview:
        assert preview.size == (1200, 630)
        assert preview.getpixel((5, 5)) == (255, 255, 255)
        assert preview.getpixel((600, 315))[0] > 250 > 10 > preview.getpixel((600, 315))[1]


def test_without_an_address_of_the_site_there_are_no_tags(tmp_path: Path) -> None:
    assert page_with_figure(tmp_path, "") == {"ogp_disable": True}
