"""The written pages as files: valid, in order, linked rightly, and fit to be shared."""

from __future__ import annotations

import functools
import itertools
import json
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from pages import BUILT, ROOT
from vggviz_book import figures, finishing, markup, npm, sharing, styles

TOOLS = ROOT / "tests" / "node_modules"
PAGES = [page.relative_to(BUILT).as_posix() for page in finishing.theme_pages(BUILT)] or ["no-book-is-built"]
WRITTEN = [page for page in PAGES if page.startswith("book/")] or PAGES
LINKS = ("a[href]", "link[href]", "script[src]", "img[src]", "iframe[src]")
ELSEWHERE = ("http:", "https:", "data:", "mailto:")


@functools.cache
def page(name: str) -> BeautifulSoup:
    path = BUILT / name
    if not path.is_file():
        pytest.skip("there is no built book: run `make book` first")
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


@functools.cache
def anchors(name: str) -> set[str]:
    return {str(element["id"]) for element in page(name).select("[id]")}


def content(name: str, tag: str) -> str:
    found = page(name).select(f'meta[name="{tag}"], meta[property="{tag}"]')
    assert len(found) == 1, (name, tag, found)
    return str(found[0]["content"])


# Valid, and in order --------------------------------------------------------------------------


def problems(files: list[Path]) -> list[str]:
    """What html-validate finds in files."""
    if not TOOLS.is_dir():
        pytest.skip("html-validate is not installed: `make test` brings it")
    program = TOOLS / "html-validate" / "bin" / "html-validate.mjs"
    options = ["--config", str(ROOT / "tests" / "htmlvalidate.json"), "--formatter", "json"]
    command = [*npm.node(), str(program), *options, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return [
        f"{Path(file['filePath']).name}:{message['line']} {message['ruleId']}: {message['message']}"
        for file in json.loads(done.stdout)
        for message in file["messages"]
    ]


def test_all_pages_are_valid_html() -> None:
    page(PAGES[0])
    assert problems([BUILT / name for name in [*PAGES, "index.html"]]) == []


def test_what_is_not_valid_is_found(tmp_path: Path) -> None:
    (tmp_path / "wrong.html").write_text("<!DOCTYPE html><p id='a'><p id='a'><table><p>x</table>")
    assert problems([tmp_path / "wrong.html"])


@pytest.mark.parametrize("name", PAGES)
def test_headings_stand_in_order(name: str) -> None:
    headings = page(name).select("h1, h2, h3, h4, h5, h6, [role=heading]")
    levels = [int(heading.name[1]) for heading in headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), levels
    assert all(heading.get_text(strip=True) for heading in headings)


@pytest.mark.parametrize("name", PAGES)
def test_every_internal_link_and_anchor_holds(name: str) -> None:
    broken = []
    for element in page(name).select(", ".join(LINKS)):
        address = str(element.get("href") or element.get("src"))
        if address.startswith(ELSEWHERE) or (name == "404.html" and not address.startswith("#")):
            continue
        parts = urlsplit(urljoin(name, unquote(address)))
        target = parts.path or name
        if not (BUILT / target).is_file() or (
            parts.fragment
            and target.endswith(".html")
            and not parts.fragment.startswith("/")  # a view of an explorer
            and parts.fragment not in anchors(target)
        ):
            broken.append(address)
    assert broken == []


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_is_offered_renderings_of_the_size_they_say(name: str) -> None:
    for source in page(name).select("picture > source"):
        said = [int(str(source[side])) for side in ("width", "height")]
        with Image.open((BUILT / name).parent / str(source["srcset"])) as narrow:
            assert [side / figures.PHONE_DENSITY for side in narrow.size] == pytest.approx(said, abs=0.5)


def test_one_style_sheet_serves_all_pages() -> None:
    named = {styles.name_of(link) for name in PAGES for link in markup.named(page(name), *styles.SHEET)}
    assert len(named) == 1


def test_figures_have_a_rendering_for_phones() -> None:
    assert page("book/one_layer.html").select("picture > source[media][srcset]")


@pytest.mark.parametrize("name", PAGES)
def test_no_page_waits_for_a_script(name: str) -> None:
    for script in page(name).select("script[src]"):
        assert script.has_attr("defer") or script.has_attr("async") or script.get("type") == "module", script


# Shared ---------------------------------------------------------------------------------------


def test_titles_and_descriptions_are_each_pages_own() -> None:
    titles = [page(name).select("title")[0].get_text() for name in PAGES]
    assert len(set(titles)) == len(titles)
    assert not [title for title in titles if "not set" in title]
    descriptions = [content(name, "description") for name in WRITTEN]
    assert len(set(descriptions)) == len(descriptions)
    assert all(40 <= len(words) <= 160 for words in descriptions), sorted(descriptions, key=len)[:3]


@pytest.mark.parametrize("name", WRITTEN)
def test_a_shared_link_shows_title_words_and_picture(name: str) -> None:
    assert content(name, "og:site_name") == "Inside VGG16"
    assert content(name, "og:title") == page(name).select("h1")[0].contents[0].get_text()
    assert content(name, "og:description") == content(name, "description")
    address = content(name, "og:url")
    (canonical,) = page(name).select('link[rel="canonical"]')
    assert canonical["href"] == address
    site = address.removesuffix(name)
    assert site.startswith("https://")
    assert content(name, "og:image").startswith(site)
    with Image.open(BUILT / content(name, "og:image").removeprefix(site)) as preview:
        is_figure = preview.format == "JPEG"
        assert not is_figure or preview.size == sharing.PREVIEW
    assert is_figure == bool(page(name).select(".bd-article img[src*=_images]"))
    assert len(content(name, "og:image:alt").split()) > 3


def test_the_sitemap_names_the_pages_of_the_book() -> None:
    page(PAGES[0])
    listed = re.findall(r"<loc>(.*?)</loc>", (BUILT / "sitemap.xml").read_text("utf-8"))
    assert sorted(listed) == sorted(content(name, "og:url") for name in WRITTEN)


def test_the_page_for_a_missing_address_holds_from_anywhere() -> None:
    (canonical,) = page("404.html").select('link[rel="canonical"]')
    site = urlsplit(str(canonical["href"]).removesuffix("404.html")).path
    for element in page("404.html").select(", ".join(LINKS)):
        address = str(element.get("href") or element.get("src"))
        if not address.startswith((*ELSEWHERE, "#")):
            assert address.startswith(site), address
            assert (BUILT / urlsplit(address).path.removeprefix(site)).exists(), address


def test_the_sites_own_address_leads_to_the_first_page() -> None:
    entrance = page("index.html")
    assert "url=book/index.html" in str(entrance.select('meta[http-equiv="refresh"]')[0]["content"])
    assert entrance.select('a[href="book/index.html"]')
