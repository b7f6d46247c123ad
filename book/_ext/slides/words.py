"""Words of a slide: sentences and tasks that are shown, and notes for the speaker."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bs4 import BeautifulSoup, Tag

BOUNDARY = re.compile(
    r"(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bal\.)(?<=[.?!])((?:[”’\"')\]]|</\w+>)*)\s+(?=[A-Z0-9“‘\"'(<\\])"
)
"""Between two sentences; what closes the first is a group."""
ELSEWHERE = re.compile(r"\b(?:stands? (?:above|under|below)|in the figure|this page|this chapter)\b", re.I)
"""What a sentence points to if a slide does not show it."""
TERM = re.compile(r'href="glossary\.html#(term-[^"]+)"')


def block(part: Tag) -> str:
    """The HTML of a part of the text without citations, its links kept."""
    copy = parsed(str(part))
    for left_out in copy.select(".headerlink, script, details"):
        left_out.decompose()
    for citation in copy.select(".bibtex-citation"):
        citation.replace_with(re.sub(r"\s*\[.*?\]", "", citation.get_text()))
    return re.sub(r"\s+(?=[.,;:?!])", "", re.sub(r"\s+", " ", str(copy)))


def plain(html: str) -> str:
    """HTML without links, identifiers and classes."""
    copy = parsed(html)
    for wrapper in copy.select("a, span, legend, colgroup"):
        wrapper.unwrap()
    for part in copy.find_all(True):
        part.attrs = {name: value for name, value in part.attrs.items() if name == "colspan"}
    return str(copy).strip()


def linked(html: str, folder: str) -> str:
    """HTML without identifiers and classes, whose links to pages lead into the folder of the book."""
    copy = parsed(html)
    for wrapper in copy.select("span"):
        wrapper.unwrap()
    for link in copy.select("a[href]"):
        link.attrs = {"href": f"{folder}/{link['href']}"}
    return str(copy).strip()


def text(html: str) -> str:
    """What HTML says."""
    return re.sub(r"\s+", " ", parsed(html).get_text()).strip()


def parsed(html: str) -> BeautifulSoup:
    """HTML as a tree."""
    return BeautifulSoup(html, "html.parser")


def sentences(blocks: Iterable[str]) -> list[str]:
    """The sentences of the paragraphs, as HTML."""
    inner = [html.removeprefix("<p>").removesuffix("</p>") for html in blocks if html.startswith("<p>")]
    return [sentence for html in inner for sentence in BOUNDARY.sub(r"\1\n", html).split("\n") if sentence]


def capital(html: str) -> str:
    """HTML with a capital letter at its beginning, unless that is code."""
    return re.sub(
        r"^(?:<(?:strong|em|a [^>]*)>)?[a-z]", lambda first: first[0][:-1] + first[0][-1].upper(), html
    )


def glossary(page: BeautifulSoup | None) -> dict[str, str]:
    """Terms of the glossary with their definitions, as HTML by identifier."""
    found = {}
    for term in page.select("dl.glossary > dt[id]") if page else ():
        meaning = term.find_next("p")
        assert isinstance(meaning, Tag)
        html = plain(meaning.decode_contents())
        found[str(term["id"])] = f"<p><strong>{text(block(term))}</strong>: {html}</p>"
    return found


def notes(blocks: Iterable[str], terms: Mapping[str, str]) -> str:
    """Notes for the speaker: the text, then the definitions of its terms of the glossary."""
    html = "\n".join(blocks)
    used = dict.fromkeys(TERM.findall(html))
    defined = [terms[name] for name in used if name in terms]
    return plain(html) + "".join(f"\n{definition}" for definition in defined)
