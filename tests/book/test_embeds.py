"""Views of the explorer in chapters: what the directive takes, and the still pictures."""

from __future__ import annotations

import re
from pathlib import Path
from unittest.mock import MagicMock

import matplotlib
import numpy as np
import pytest
from bs4 import BeautifulSoup
from docutils.parsers.rst import DirectiveError
from docutils.statemachine import StringList
from PIL import Image

import networks
import vggviz
from node import run_script
from vggviz._shared.backend import keras
from vggviz_book import embeds, explorers, posters
from vggviz_book.posters import View

CHAPTER = '<iframe class="explorer" src="../explorers/{}/index.html"></iframe>'
FIGURE = (
    '<figure class="explore" data-address="{}" data-view="{}" data-height="400">'
    "<figcaption><p>Words.</p></figcaption></figure>"
)


@pytest.fixture(scope="module")
def model():
    return networks.functional()


@pytest.fixture(scope="module")
def site(tmp_path_factory, model):
    """A site with an explorer of a small network and its chapter."""
    root = tmp_path_factory.mktemp("site")
    size = model.input_shape[1]
    noise = np.random.default_rng(0).integers(0, 256, (size, size, 3), dtype=np.uint8)
    explored = vggviz.explore(model, {"noise": noise}, preprocess=lambda images: images.astype(np.float32))
    explored.save(root / "explorers" / "small-1")
    (root / "book").mkdir()
    (root / "book" / "explorer.html").write_text(CHAPTER.format("small-1"))
    return root


@pytest.fixture
def explorer(site):
    return posters.Explorer(site / "explorers" / "small-1")


@pytest.mark.parametrize(
    ("address", "view"),
    [
        ("block3_conv1/84/20,17", View("block3_conv1", 84, (20, 17))),
        ("block5_conv3/286", View("block5_conv3", 286)),
    ],
)
def test_an_address_is_read_and_written(address, view):
    assert posters.parse(address) == view
    assert view.address == f"/{address}"


@pytest.mark.parametrize("address", ["", "a", "a/b", "a/1/2", "a/1/2,3,4", "a/1/2,b", "a/1/2,3/4", "/1"])
def test_an_address_of_another_form_is_named(address):
    with pytest.raises(ValueError, match=r"layer/channel/row,column; it is '"):
        posters.parse(address)


@pytest.mark.parametrize("address", ["conv_z/0", "conv_a/99", "conv_a/0/99,0", "conv_a/0/0,99", "conv_a/-1"])
def test_what_the_explorer_has_not_is_named(explorer, address):
    with pytest.raises(ValueError, match=r" no (layer )?'conv"):
        explorer.layer(posters.parse(address))


def test_the_frames_are_receptive_fields(model, explorer):
    fields = vggviz.receptive_fields(model)
    side = model.input_shape[1]
    for layer in explorer.manifest["layers"]:
        name = layer["name"]
        for row, column in ((0, 0), (layer["rows"] - 1, layer["columns"] // 2)):
            box = explorer.seen(View(name, 0, (row, column)))
            assert box == (fields[name].box(row, column, side) if name in fields else None)


def test_the_map_is_the_networks(model, explorer):
    picture = np.array(Image.open(explorer.picture / "picture.png"))
    batch = picture[np.newaxis].astype(np.float32)
    for name, maps in vggviz.feature_maps(model, batch, ["conv_a"]).items():
        found = explorer.map(View(name, 1))
        np.testing.assert_allclose(found, maps[0, ..., 1], atol=2e-3 * np.abs(maps).max())


@pytest.fixture(scope="module")
def answering(tmp_path_factory):
    """A site with an explorer of a network that ends in global average pooling and a dense layer."""
    root = tmp_path_factory.mktemp("answering")
    keras().utils.set_random_seed(4)
    layers = keras().layers
    inputs = keras().Input((16, 16, 3))
    maps = layers.Conv2D(6, 3, activation="relu", name="conv")(inputs)
    model = keras().Model(inputs, layers.Dense(7)(layers.GlobalAveragePooling2D()(maps)))
    noise = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    vggviz.explore(model, {"noise": noise}, preprocess=read).save(root / "explorers" / "small-1")
    (root / "book").mkdir()
    (root / "book" / "explorer.html").write_text(CHAPTER.format("small-1"))
    return root, np.asarray(model(read(noise[None])))[0]


def read(images):
    return images.astype(np.float32)


def test_the_still_picture_of_the_answer_shows_the_answer(answering, tmp_path, caplog):
    root, scores = answering
    page = BeautifulSoup(FIGURE.format("conv/1", "answer"), "html.parser")
    embeds.fill(page, Path("one.html"), root, tmp_path)
    words = page.select("img")[0]["alt"]
    numbers = [float(word.replace(",", "")) for word in re.findall(r" (-?[\d.,]+(?:e[+-]\d+)?)[,.]", words)]
    np.testing.assert_allclose(numbers, np.sort(scores)[:-6:-1], rtol=6e-3)
    assert "embed=answer#/conv/1" in page.figure["data-frame"]
    (made,) = tmp_path.glob("*.webp")
    right = np.asarray(Image.open(made).convert("RGB")).astype(int)[:, posters.SIDE + posters.GAP :]
    blue = (np.abs(right - [11, 92, 173]).sum(-1) < 60).any(axis=0).nonzero()[0]
    assert blue.max() > posters.SIDE - 4, "the longest bar is as wide as the picture"
    assert not caplog.records


def test_without_an_answer_there_is_no_picture_of_it(site, tmp_path, caplog):
    page = BeautifulSoup(FIGURE.format("conv_a/1", "answer"), "html.parser")
    embeds.fill(page, Path("one.html"), site, tmp_path)
    assert "one.html: The explorer's network has no answer to show." in caplog.text


def directive(address, **options):
    machine = MagicMock()
    machine.get_source_and_line.return_value = ("one.md", 1)
    state = MagicMock()
    state.document = {"nb_metadata": {}}
    return embeds.ExploreDirective("explore", [address], options, StringList(), 1, 0, "", state, machine)


@pytest.mark.parametrize(
    ("address", "options", "view"),
    [
        ("conv_a/1", {}, "map"),
        ("conv_a/1/2,3", {}, "cell"),
        ("conv_a/1/2,3", {"view": "grid", "height": 300}, "grid"),
    ],
)
def test_a_cell_is_taken_apart_unless_another_view_is_named(address, options, view):
    (node,) = directive(address, **options).run()
    assert (node["address"], node["view"]) == (address, view)
    assert node["height"] == options.get("height", embeds.HEIGHT)


def test_the_explorer_shows_each_view_that_a_chapter_may_name(tmp_path):
    code = """
    const { embedded } = await import(`${PAGE}/views/embed.js`);
    return given.map((view) => embedded(`?embed=${view}`));
    """
    views = list(embeds.VIEWS)
    assert run_script(tmp_path, code, [*views, "other"]) == [*views, "map"]


@pytest.mark.parametrize("address", ["conv_a/b", "nothing_glued"])
def test_a_directive_of_another_form_is_an_error(address):
    with pytest.raises(DirectiveError) as found:
        directive(address).run()
    assert address in found.value.msg


def test_a_poster_has_the_colours_of_matplotlib(explorer):
    for layer, name in (("conv_a", "viridis"), ("conv_linear", "RdBu_r")):
        view = View(layer, 2)
        share = explorer.map(view) / np.abs(explorer.map(view)).max()
        given = share if name == "viridis" else (share + 1) / 2
        wanted = matplotlib.colormaps[name](given, bytes=True)[..., :3].astype(int)
        found = np.array(posters.coloured(explorer, view)).astype(int)
        assert np.abs(found - wanted).max() <= 8, "a level of 256"
        assert len(np.unique(found)) > 10


def test_a_stand_in_shows_the_strongest_channel_of_the_last_convolution(model, explorer):
    picture = np.array(Image.open(explorer.picture / "picture.png"))
    maps = vggviz.feature_maps(model, picture[np.newaxis].astype(np.float32), ["conv_linear"])
    strongest = maps["conv_linear"][0].max(axis=(0, 1)).argmax()
    assert posters.first_view(explorer) == View("conv_linear", strongest)


def test_the_words_tell_the_number_of_the_cell(explorer):
    values = explorer.map(View("conv_a", 0))
    row, column = np.unravel_index(values.argmax(), values.shape)
    words = posters.described(explorer, View("conv_a", 0, (row, column)))
    assert f", {float(f'{values.max():.3g}'):,g} at row {row}, column {column};" in words
    assert posters.described(explorer, View("conv_a", 0)).endswith("channel 0 of conv_a.")


def test_a_poster_shows_photograph_and_map_with_their_frames(explorer):
    made = np.array(posters.poster(explorer, View("conv_a", 0, (2, 3))))
    plain = np.array(posters.poster(explorer, View("conv_a", 0)))
    assert made.shape == plain.shape == (posters.SIDE, 2 * posters.SIDE + posters.GAP, 3)
    rows = explorer.manifest["layers"][0]["rows"]
    changed = (made != plain).any(axis=-1)
    for half in (changed[:, : posters.SIDE], changed[:, posters.SIDE + posters.GAP :]):
        assert half.any()
    y, x = (int(posters.SIDE * (k + 0.5) / rows) for k in (2, 3))
    right = changed[:, posters.SIDE + posters.GAP :]
    assert not right[y, x]
    assert right[:y, x].any()
    assert right[y, x:].any()


def test_a_view_gets_its_picture_and_its_links(site, tmp_path):
    page = BeautifulSoup(FIGURE.format("conv_a/1/2,3", "cell"), "html.parser")
    embeds.fill(page, Path("one.html"), site, tmp_path)
    (figure,) = page.select("figure.explore")
    start, address = "../explorers/small-1/index.html", "#/conv_a/1/2,3?view=cell"
    assert figure["data-frame"] == f"{start}?embed=cell{address}"
    assert {link["href"] for link in figure.select("a")} == {start + address}
    (image,) = figure.select("a.explore-poster > img[alt]")
    assert "channel 1 of conv_a" in image["alt"]
    with Image.open(tmp_path / Path(image["src"]).name) as poster:
        assert poster.size == (int(image["width"]), int(image["height"]))
    assert figure.select_one("figcaption").get_text(" ", strip=True) == "Words. Open large"


def test_a_frame_of_the_whole_explorer_gets_a_stand_in(site, tmp_path):
    page = BeautifulSoup(CHAPTER.format("small-1"), "html.parser")
    embeds.fill(page, Path("explorer.html"), site, tmp_path)
    (link,) = page.select("figure.explore-stand-in > a")
    assert link["href"] == "../explorers/small-1/index.html"
    assert link.parent.find_next_sibling("iframe")
    assert link.get_text() == "Open the explorer"
    assert len(list(tmp_path.glob("*.webp"))) == 1


def test_a_stand_in_stands_below_the_heading(site, tmp_path):
    text = f"<article><h1>The explorer</h1><p>Words.</p>{CHAPTER.format('small-1')}</article>"
    page = BeautifulSoup(text, "html.parser")
    embeds.fill(page, Path("explorer.html"), site, tmp_path)
    assert [each.name for each in page.article.find_all(recursive=False)] == ["h1", "figure", "p", "iframe"]


@pytest.mark.parametrize(("address", "has_explorer"), [("conv_a/99", True), ("conv_a/1", False)])
def test_a_view_that_cannot_be_shown_is_a_warning(site, tmp_path, caplog, monkeypatch, address, has_explorer):
    if not has_explorer:
        monkeypatch.setattr(explorers, "main", lambda root: None)
    warnings = []
    monkeypatch.setattr(embeds.log, "warning", lambda text, *parts: warnings.append(text % parts))
    page = BeautifulSoup(FIGURE.format(address, "map"), "html.parser")
    embeds.fill(page, Path("one.html"), site, tmp_path)
    assert [warning.split(":")[0].split(" ")[0] for warning in warnings] == ["one.html"]


def test_a_page_without_views_needs_no_explorer(tmp_path):
    page = BeautifulSoup("<p>Words.</p>", "html.parser")
    embeds.fill(page, Path("one.html"), tmp_path, tmp_path)
    assert str(page) == "<p>Words.</p>"
