"""Figures converted to WebP."""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from vggviz.figures import described_figure
from vggviz_book import figures


def test_a_figure_as_webp_has_the_same_pixels_and_words(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    info = PngInfo()
    info.add_itxt("Description", "noise of 40 × 60 pixels")
    info.add_itxt("Source", "Computed with no network")
    Image.fromarray(noise).save(tmp_path / "noise.png", pnginfo=info)
    with Image.open(tmp_path / "noise.png") as image:
        figures.write_webp(image, tmp_path / "new" / "noise.webp")
    with Image.open(tmp_path / "new" / "noise.webp") as light:
        assert np.array_equal(np.asarray(light.convert("RGB")), noise)
        words = [light.getexif()[tag] for tag in (ExifTags.Base.ImageDescription, ExifTags.Base.Software)]
    read = [text.encode("latin-1").decode() for text in words]  # Pillow reads bytes as Latin-1
    assert read == ["noise of 40 × 60 pixels", "Computed with no network"]


def png_with_a_narrow_one(path: Path) -> None:
    path.parent.mkdir(parents=True)
    narrow = io.BytesIO()
    Image.new("RGB", (90, 120), "red").save(narrow, "PNG")
    info = PngInfo()
    info.add(figures.NARROW_CHUNK, narrow.getvalue())
    Image.new("RGB", (200, 100)).save(path, pnginfo=info)


def test_the_chunk_is_the_one_that_the_library_writes() -> None:
    assert figures.NARROW_CHUNK == described_figure.NARROW_CHUNK
    assert figures.PHONE_DENSITY == described_figure.NARROW_DENSITY


def test_figures_of_a_computed_notebook_are_converted_before_the_pages_are_written(tmp_path: Path) -> None:
    app = SimpleNamespace(srcdir=tmp_path, config=SimpleNamespace(nb_execution_cache_path=str(tmp_path)))
    png_with_a_narrow_one(tmp_path / "run" / "one.png")
    content = (tmp_path / "run" / "one.png").read_bytes()
    output = new_output("display_data", {"image/png": base64.b64encode(content).decode()})
    figures.convert_outputs(app, new_notebook(cells=[new_code_cell("plot()", outputs=[output])]))
    made = {path: path.stat().st_mtime_ns for path in figures.folder(app).iterdir()}
    assert len(made) == 2
    page = tmp_path / "run" / f"{hashlib.sha256(content).hexdigest()}.png"  # as myst-nb names it
    page.write_bytes(content)
    assert tmp_path / figures.as_webp(app, page.relative_to(tmp_path).as_posix()) in made
    assert made == {path: path.stat().st_mtime_ns for path in figures.folder(app).iterdir()}


def test_phones_are_offered_the_narrower_rendering(tmp_path: Path) -> None:
    config = SimpleNamespace(nb_execution_cache_path=str(tmp_path / "cache"))
    app = SimpleNamespace(srcdir=tmp_path, outdir=tmp_path / "html", config=config)
    png_with_a_narrow_one(tmp_path / "run" / "one.png")
    webp = tmp_path / figures.as_webp(app, "run/one.png")
    (tmp_path / "html" / "_images").mkdir(parents=True)
    shutil.copy(webp, tmp_path / "html" / "_images" / "one.webp")
    page = BeautifulSoup(
        '<div class="bd-article"><a class="image-reference" href="../_images/one.webp">'
        '<img alt="red" src="../_images/one.webp"></a></div>',
        "html.parser",
    )
    figures.offer_narrow(app, {tmp_path / "page.html": page})
    source = page.select_one("a.image-reference > picture > source")
    assert source.attrs == {
        "media": figures.PHONE,
        "srcset": "../_images/one-narrow.webp",
        "width": str(90 // figures.PHONE_DENSITY),
        "height": str(120 // figures.PHONE_DENSITY),
    }
    assert page.select_one("picture > img")["src"] == "../_images/one.webp"
    with Image.open(tmp_path / "html" / "_images" / "one-narrow.webp") as narrow:
        assert narrow.size == (90, 120)


@pytest.mark.parametrize(("width", "wide"), [(804, " data-wide"), (750, " data-wide"), (740, ""), (404, "")])
def test_figures_of_the_page_s_width_are_marked(width: int, wide: str) -> None:
    """The style sheet gives them the whole column."""
    context = {"body": f'<img src="a.webp" style="width: {width}.0px; height: 402.0px;">'}
    figures.keep_proportions(None, "page", "", context, None)  # type: ignore[arg-type]
    attributes = f'width="{width}" height="402"{wide} style="--shape: {width / 402:.4g}"'
    assert context["body"] == f'<img src="a.webp" {attributes}>'
