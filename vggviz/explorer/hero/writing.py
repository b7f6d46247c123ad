"""HTML of the front door, which reads without JavaScript; book/_static/hero.js makes it answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from typing import TYPE_CHECKING, Any

from vggviz.explorer.hero.places import NOBODY, Sheet

if TYPE_CHECKING:
    from vggviz.explorer.hero.content import Content
    from vggviz.explorer.hero.switches import Answer

NOTEBOOK = (
    "<style>.hero-legend span { display: none }"
    ".hero figure, .hero-switches li { display: inline-block; margin: 4px }</style>"
)
"""A notebook has none of the book's style sheets."""
DIGITS = 4
"""Of the probabilities."""


def in_book(front: Content, addresses: Mapping[str, str]) -> str:
    """HTML for the book, with the addresses of the pictures."""
    return _whole(front, addresses, _links(front), _more(front))


def in_notebook(front: Content, files: Mapping[str, bytes]) -> str:
    """HTML that holds its pictures, for a notebook."""
    kind = "data:image/webp;base64,"
    held = {name: kind + base64.b64encode(content).decode() for name, content in files.items()}
    return NOTEBOOK + _whole(front, held, "", "")


def _whole(front: Content, addresses: Mapping[str, str], links: str, more: str) -> str:
    photograph = (
        f'<div class="hero-photograph"><img src="{addresses["photograph.webp"]}" width="448" height="448" '
        f'fetchpriority="high" alt="The photograph: {escape(front.seen)}."></div>'
    )
    maps, switches = _maps(front, addresses), _switches(front, addresses, more)
    words = '<p class="hero-words" role="status"></p>'
    inside = _lines([_title(front), photograph, _answer(front), maps, switches, links, words, _data(front)])
    return f'<div class="hero-frame"><div class="hero">\n{inside}\n</div></div>'


def _lines(parts: Iterable[str]) -> str:
    return "\n".join(filter(None, parts))


def headline(front: Content) -> str:
    """What stands above the page."""
    network = "A network that has learned nothing" if front.is_random else "A network"
    return f"{network} looks at {front.seen}. Look inside."


def _links(front: Content) -> str:
    """The ways in; the book lets those with `data-explorer` lead into the explorer itself."""
    doors = [
        ("?own=1#/", "Your own photograph", "it never leaves this device"),
        ("?paint=1#/", f"Paint on the {_thing(front)}", "what does it say then?"),
        ("#/?tour=1", "Take the tour", "7 steps, 4 minutes"),
        ("#/", "The explorer", "all maps of all layers"),
    ]
    links = _lines(
        f'<a href="explorer.html" data-explorer="{place}">{escape(words)} <small>{small}</small></a>'
        for place, words, small in doors
    ).replace("<a ", '<a class="hero-first" ', 1)
    book = '<a href="image_is_an_array.html">Read the book <small>from the pixels on</small></a>'
    return f'<nav class="hero-links" aria-label="Ways in">\n{links}\n{book}\n</nav>'


def _thing(front: Content) -> str:
    return front.seen.removeprefix("an ").removeprefix("a ")


def _title(front: Content) -> str:
    made = f"VGG16 turns a photograph into {front.channels:,} small pictures"
    return (
        f'<h2 class="hero-title">{escape(headline(front))}</h2>\n<p class="hero-lead">{made}. '
        f'<span class="pst-js-only">Point at the {escape(_thing(front))}, or tap it.</span></p>'
    )


def _maps(front: Content, addresses: Mapping[str, str]) -> str:
    maps = (_map(number, each, addresses) for number, each in enumerate(front.sheets, 1))
    heading = "<h2>What answers most, block by block</h2>"
    return f'<div class="hero-maps">{heading}\n<div>{_lines(maps)}</div></div>'


def _map(block: int, sheet: Sheet, addresses: Mapping[str, str]) -> str:
    """The map of a layer's strongest channel, with its number; it leads into the explorer."""
    channel = 0 if sheet.first == NOBODY else int(sheet.channels[sheet.first])
    number = "none" if sheet.first == NOBODY else f"no. {channel}"
    picture = _tile(sheet, sheet.first, addresses)
    place = f'href="explorer.html" data-explorer="#/{sheet.layer}/{channel}"'
    link = f'<a {place} aria-label="Block {block} in the explorer">{picture}</a>'
    return f"<figure>{link}<figcaption>block {block}<br><b>{number}</b></figcaption></figure>"


def _tile(sheet: Sheet, tile: int, addresses: Mapping[str, str]) -> str:
    """One map of a sheet; an SVG shows a part of a picture without a script, on paper too."""
    rows, columns = sheet.levels.shape
    left, top = sheet.tile * (tile % (columns // sheet.tile)), sheet.tile * (tile // (columns // sheet.tile))
    return (
        f'<svg class="hero-map" viewBox="{left} {top} {sheet.tile} {sheet.tile}" width="72" height="72" '
        f'aria-hidden="true"><image href="{addresses[f"{sheet.layer}.webp"]}" width="{columns}" '
        f'height="{rows}"></image></svg>'
    )


def _answer(front: Content) -> str:
    """The best answers as bars; nothing if the classifier does not fit the weights."""
    if front.switches is None:
        return ""
    answers = front.switches.answers[0]
    bars = _lines(_bar(front.labels[k], share) for k, _, share in answers)
    return (
        f'<div class="hero-answer"><h2>What it says</h2>\n<ol>{bars}</ol>\n'
        f"<p class=\"hero-legend\">Full bar: 100 %. By this book's classifier, not VGG16's own. "
        f"It knows only {len(front.labels)} things. <span>Dashed: all on.</span></p></div>"
    )


def _bar(label: str, share: float) -> str:
    return (
        f"<li><span>{escape(label)}</span> <i>{percent(share)}</i>"
        f'<svg width="100%" height="7" aria-hidden="true"><rect width="{100 * share:.1f}%" height="7"></rect>'
        "</svg></li>"
    )


def percent(share: float) -> str:
    """A probability, never as certain or impossible; as in hero.js and in the explorer."""
    share = round(share, DIGITS)
    if share < 0.001:
        return "< 0.1 %"
    if share > 0.999:
        return "> 99.9 %"
    step = Decimal("0.1") if share < 0.1 or share > 0.99 else Decimal(1)
    return f"{Decimal(100 * share).quantize(step, ROUND_HALF_UP)} %"


def _switches(front: Content, addresses: Mapping[str, str], more: str) -> str:
    """A switch for each channel, and what is the answer without them; hero.js enables the switches."""
    if front.switches is None:
        return ""
    sheet = front.sheets[-1]
    places = {int(channel): tile for tile, channel in enumerate(sheet.channels)}
    switches = _lines(
        f'<li><button type="button" role="switch" aria-checked="true" disabled>'
        f"{_tile(sheet, places[channel], addresses)}"
        f'<span><span class="hero-no">no. </span>{channel}</span></button></li>'
        for channel in front.switches.channels
    )
    again = '<li><button type="button" class="hero-all" disabled>all on</button></li>'
    return (
        f'<div class="hero-switches"><h2>Switch channels of block 5 off</h2>\n<ul>{switches}{again}</ul>\n'
        f'<div class="hero-verdict"><p role="status">{escape(verdict(front))}</p>{more}</div></div>'
    )


def _more(front: Content) -> str:
    """The way to all other switches, with the channels off that the verdict names; hero.js lets it follow."""
    if front.switches is None:
        return ""
    off = "+".join(map(str, front.switches.channels[: front.switches.enough or None]))
    place = f"#/?view=passport&off={front.sheets[-1].layer}:{off}"
    words = "Switch off more in the explorer"
    return f'<a class="hero-more" href="explorer.html" data-explorer="{escape(place)}">{words}</a>'


def verdict(front: Content) -> str:
    """What the answer is without the smallest set of channels that turns it."""
    assert front.switches
    (answer, *_), channels = front.switches.answers[0], front.switches.channels
    if not (enough := front.switches.enough):
        return f"Even without these {len(channels)} of 512 it says {front.labels[answer[0]]}."
    turned: Answer = front.switches.answers[2**enough - 1][0]
    named = " and ".join(
        filter(None, [", ".join(map(str, channels[: enough - 1])), str(channels[enough - 1])])
    )
    return f"Without no. {named} of 512 it says {front.labels[turned[0]]}."


def _data(front: Content) -> str:
    """What hero.js reads, as JSON."""
    data: dict[str, Any] = {"layers": [_layer(each) for each in front.sheets]}
    if front.switches:
        data |= _answers(front)
    held = json.dumps(data, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json">{held}</script>'


def _layer(sheet: Sheet) -> dict[str, Any]:
    return {
        "name": sheet.layer,
        "rows": sheet.rows,
        "ranks": {str(place): tiles for place, tiles in sheet.ranks.items()},
        "channels": sheet.channels.tolist(),
        "columns": sheet.levels.shape[1] // sheet.tile,
        "tile": sheet.tile,
        "places": sheet.tiles.ravel().tolist(),
        "peaks": sheet.peaks.ravel().tolist(),
        "first": sheet.first,
    }


def _answers(front: Content) -> dict[str, Any]:
    """All answers with rounded numbers, and the classes in them with their scores before."""
    assert front.switches
    before, answers = front.switches, front.switches.answers
    classes = sorted({k for best in answers for k, *_ in best})
    return {
        "switches": before.channels,
        "classes": [[front.labels[k], *_rounded(before.scores[k], before.shares[k])] for k in classes],
        "answers": [
            [[classes.index(k), *_rounded(score, share)] for k, score, share in best] for best in answers
        ],
    }


def _rounded(score: float, share: float) -> tuple[float, float]:
    return round(float(score), 1), round(float(share), DIGITS)
