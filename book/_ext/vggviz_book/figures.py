"""What pages need to know about their figures: in words, in size, and where the large one is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from PIL import Image
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

log = logging.getLogger(__name__)

SIZE_AS_STYLE = re.compile(r'style="width: (\d+)(?:\.\d+)?px; height: (\d+)(?:\.\d+)?px;"')


def describe(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give each image its text alternative; let all but the first of a page load when they come near.

    The library writes what a figure shows, in words made from its numbers, into the PNG's
    "Description". A figure without one is a warning, so it fails a build that takes warnings
    as errors.
    """
    for number, image in enumerate(doctree.findall(nodes.image)):
        if number > 0:
            image["loading"] = "lazy"
        if not image.get("alt"):
            image["alt"] = description(Path(app.srcdir, image["uri"]))
        if not image["alt"]:
            log.warning("a figure has no text alternative", location=image, type="vggviz", subtype="alt")


def description(path: Path) -> str:
    """The "Description" of a PNG file, "" if it has none."""
    if path.suffix != ".png" or not path.is_file():
        return ""
    with Image.open(path) as image:
        image.load()  # text may stand behind the pixels
        return str(image.info.get("Description", ""))


def keep_proportions(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Write sizes as attributes, so that pages keep a place of the right shape at any width.

    As a style, height and width would either stretch a figure on a phone or, once the style sheet
    overrules them, leave its height unknown until it is loaded, and the page would jump.
    """
    if body := context.get("body"):
        context["body"] = SIZE_AS_STYLE.sub(r'width="\1" height="\2"', body)
