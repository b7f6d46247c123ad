"""Figures of the pages: text alternatives, WebP files, sizes, lazy loading and renderings for phones."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup, Tag
from docutils import nodes
from PIL import ExifTags, Image, PngImagePlugin
from sphinx.util import logging

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from sphinx.application import Sphinx

log = logging.getLogger(__name__)

NARROW_CHUNK = b"vgNa"
"""Type of the chunk of a PNG with its rendering for phones; `vggviz.figures.described_figure` writes it."""

LOSSLESS = {"lossless": True, "quality": 30, "method": 3}
LOSSY = {"quality": 85, "method": 4, "use_sharp_yuv": True}
PHONE = "(max-width: 600px)"
"""Media query of the screens that get the narrower rendering of a figure."""
PHONE_DENSITY = 2
"""Pixels of the narrower rendering per CSS pixel, as the library writes it."""
PAGE_WIDE = 750
"""CSS pixels from which a figure is as wide as the library's page; the style sheet gives it the column."""
SIZE_AS_STYLE = re.compile(r'style="width: (\d+)(?:\.\d+)?px; height: (\d+)(?:\.\d+)?px;"')


def prepare(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Set the text alternative and the WebP file of each image; load all but the first lazily.

    The text alternative is the "Description" that the library writes into the PNG. A figure without
    one is a warning, which fails a build with warnings as errors.
    """
    images = list(doctree.findall(nodes.image))
    drawn = [image for image in images if is_png(Path(app.srcdir, image["uri"]))]
    for image in drawn:
        image["alt"] = image.get("alt") or description(Path(app.srcdir, image["uri"]))
    for image in images:
        if not image.get("alt"):
            log.warning("a figure has no text alternative", location=image, type="vggviz", subtype="alt")
    for image in images[1:]:
        image["loading"] = "lazy"
    uris = sorted({image["uri"] for image in drawn})
    with ThreadPoolExecutor() as pool:
        light = dict(zip(uris, pool.map(lambda uri: as_webp(app, uri), uris), strict=True))
    for image in drawn:
        image["uri"] = light[image["uri"]]
        image["candidates"] = {"*": image["uri"]}
        app.env.images.add_file(docname, image["uri"])


def is_png(path: Path) -> bool:
    """Whether this is an existing PNG file."""
    return path.suffix == ".png" and path.is_file()


def description(path: Path) -> str:
    """The text alternative in a PNG file, which stands before the pixels, so that they are not decoded."""
    with Image.open(path) as image:
        return str(image.info.get("Description", ""))


def as_webp(app: Sphinx, uri: str) -> str:
    """The same pixels as WebP, which is a third to two thirds smaller than the PNG.

    Files are kept in the cache, under the names that myst-nb makes from their content.
    """
    path = Path(app.srcdir, uri)
    webp = folder(app) / f"{path.stem}.webp"
    convert(path.read_bytes(), webp)
    return webp.relative_to(app.srcdir).as_posix()


def convert_outputs(app: Sphinx, notebook: NotebookNode) -> None:
    """Convert the figures of a computed notebook before the pages are written, which then find them."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if png := output.get("data", {}).get("image/png"):
                content = base64.b64decode(png)
                convert(content, folder(app) / f"{hashlib.sha256(content).hexdigest()}.webp")


def folder(app: Sphinx) -> Path:
    """Where converted figures are kept."""
    return Path(app.config.nb_execution_cache_path, "figures")


def convert(png: bytes, webp: Path) -> None:
    """Write a PNG, and the rendering for phones that it may hold, as WebP, unless that is done."""
    if webp.is_file():
        return
    with Image.open(io.BytesIO(png)) as image:
        image.load()
        assert isinstance(image, PngImagePlugin.PngImageFile)
        write_narrow(image, webp.with_name(narrow_name(webp.name)))
        write_webp(image, webp)


def narrow_name(name: str) -> str:
    """File name of a figure's narrower rendering."""
    return f"{name.removesuffix('.webp')}-narrow.webp"


def write_narrow(image: PngImagePlugin.PngImageFile, webp: Path) -> None:
    """Convert the rendering for phones that a loaded PNG holds, if it does."""
    held = {kind: content for kind, content, *_ in image.private_chunks}.get(NARROW_CHUNK)
    if held is not None:
        with Image.open(io.BytesIO(held)) as narrow:
            save(narrow.convert("RGB"), webp, LOSSY)


def write_webp(image: PngImagePlugin.PngImageFile, webp: Path) -> None:
    """Convert a PNG to lossless WebP with its text fields."""
    exif = Image.Exif()
    for tag, name in ((ExifTags.Base.ImageDescription, "Description"), (ExifTags.Base.Software, "Source")):
        exif[tag] = image.text.get(name, "").encode()  # Pillow reduces a str to ASCII
    save(image, webp, LOSSLESS | {"exif": exif})


def save(image: Image.Image, webp: Path, settings: Mapping[str, Any]) -> None:
    """Write a WebP file, which appears only when it is complete."""
    webp.parent.mkdir(parents=True, exist_ok=True)
    beside = webp.with_suffix(".part")
    image.save(beside, "WEBP", **settings)
    beside.replace(webp)


def keep_proportions(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Write sizes as attributes, so that browsers reserve the space of a figure at any width.

    As a style they would stretch a figure on a phone, or, overruled by the style sheet, leave its
    height unknown until it is loaded. The shape, width by height, lets the style sheet limit the height.
    """
    if body := context.get("body"):
        context["body"] = SIZE_AS_STYLE.sub(as_attributes, body)


def as_attributes(size: re.Match[str]) -> str:
    """Width, height and shape of an image, and whether it is as wide as the page."""
    width, height = int(size[1]), int(size[2])
    wide = " data-wide" if width >= PAGE_WIDE else ""
    return f'width="{width}" height="{height}"{wide} style="--shape: {width / height:.4g}"'


def offer_narrow(app: Sphinx, pages: Mapping[Path, BeautifulSoup]) -> None:
    """Offer phones the narrower rendering of each figure that has one; a click opens the wide one.

    Args:
        app: the renderings are copied from its cache to its output.
        pages: the parsed pages by path; changed in place.
    """
    for page in pages.values():
        for image in page.select('.bd-article a.image-reference > img[src$=".webp"]'):
            name = narrow_name(Path(str(image["src"])).name)
            narrow = folder(app) / name
            if narrow.is_file():
                shutil.copyfile(narrow, Path(app.outdir, "_images", name))
                image.wrap(page.new_tag("picture")).insert(0, narrow_source(page, image, narrow))


def narrow_source(page: BeautifulSoup, image: Tag, narrow: Path) -> Tag:
    """The source element of a figure's narrower rendering, with its size in CSS pixels."""
    with Image.open(narrow) as opened:
        width, height = (round(side / PHONE_DENSITY) for side in opened.size)
    attributes = {"media": PHONE, "srcset": narrow_name(str(image["src"])), "width": width, "height": height}
    return page.new_tag("source", attrs={name: str(value) for name, value in attributes.items()})
