"""Words of a slide: the sentence that is shown, and notes for the speaker."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bs4 import BeautifulSoup, Tag

BOUNDARY = re.compile(
    r"(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bal\.)(?<=[.?!])((?:[”’\"')\]]|</\w+>)*)\s+(?=[A-Z0-9“‘\"'(<\\])"
)
"""Between two sentences; what closes the first is a group."""
LONGEST = 170
"""Letters of a sentence that is shown."""
LEAD_IN = re.compile(
    r"\(|(Here (is|are)|Now|Look|Compare|Keep|Read|Below|Above|One thing|There are two|From left to right"
    r"|It|They|This|That|These are|We (put|take|cut|count|now)"
    r"|The (\w+ )?(squares?|figures?) shows?)\b"
    r"|.*[:)]$|.*\b(drawn|panels?|enlarged|colour scale|stands? for (positive|negative)|counted from)\b",
    re.DOTALL,
)
"""A sentence that leads to the point, or says how the figure is drawn."""
NEXT = re.compile(r"(Now|Then|Next)\b")
"""What a paragraph begins with that belongs to the figure after it."""
BEGINNING = re.compile(r"(?:So|And|But),? (?=[\w<])")
"""What ties a sentence to the one before."""
ELSEWHERE = re.compile(r"\b(?:stands? (?:above|under|below)|in the figure|this page|this chapter)\b", re.I)
"""What a sentence points to if a slide does not show it."""
REFERENCE = re.compile(r"\s*\(<a [^>]*>.*?</a>\)")
"""A chapter in brackets."""
CHAPTER = re.compile(r'<a [^>]*href="(?!glossary\.)\w+\.html')
"""A link to another chapter."""
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


def divided(blocks: list[str]) -> tuple[list[str], list[str]]:
    """What is said of a figure before it, and what announces the one that follows.

    The last paragraph of several announces. A single one does if it begins with "Now" or "Then", and
    its last sentence does if it is a question or ends with a colon.
    """
    last = text(blocks[-1])
    if NEXT.match(last) or (len(blocks) > 1 and not last.startswith("(")):
        return blocks[:-1], blocks[-1:]
    said = sentences(blocks[-1:])
    if not said or not text(said[-1]).endswith((":", "?")):
        return blocks, []
    before = [*blocks[:-1], f"<p>{' '.join(said[:-1])}</p>"] if said[1:] else blocks[:-1]
    return before, [f"<p>{said[-1]}</p>"]


def point(before: Iterable[str], after: Iterable[str]) -> str:
    """The sentence to show: one in bold, else the first after the figure that leads to no other.

    Args:
        before: paragraphs before the figure, as HTML.
        after: paragraphs after it.

    Returns:
        HTML of the sentence; any short one if none fits, "" if all are too long.
    """
    every = [REFERENCE.sub("", said) for said in (*sentences(after), *sentences(before))]
    short = [said for said in every if len(text(said)) <= LONGEST]
    fitting = [said for said in short if fits(text(said)) and not CHAPTER.search(said)]
    bold = [said for said in fitting if any(len(part.get_text().split()) > 3 for part in strong(said))]
    chosen = next(iter([*bold, *fitting, *short]), "")
    tied = BEGINNING.match(chosen)
    return re.sub(r":$", ".", capital(plain(chosen[tied.end() :] if tied else chosen)))


def fits(sentence: str) -> bool:
    """Whether a sentence says something by itself."""
    is_whole = len(sentence.split()) > 4
    return is_whole and not LEAD_IN.match(sentence) and not ELSEWHERE.search(sentence)


def strong(html: str) -> list[Tag]:
    """What is in bold."""
    return parsed(html).select("strong")


def capital(html: str) -> str:
    """HTML with a capital letter at its beginning, unless that is code."""
    return re.sub(r"^(?:<(?:strong|em)>)?[a-z]", lambda first: first[0][:-1] + first[0][-1].upper(), html)


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
