"""The front door: who answers most where, which channels turn the answer, and what is written."""

import html
import io
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup
from PIL import Image

import vggviz
from vggviz.explorer import notebook
from vggviz.explorer.hero import hero, places, switches, writing
from vggviz.explorer.hero.front import LAYERS

STATIC = Path(vggviz.__file__).parents[1] / "book" / "_static"
BUDGET = 130_000
"""Bytes of the front door with its script and its style."""


@pytest.fixture(scope="module")
def cat(vgg16_imagenet):
    return hero(vggviz.load_vgg16("imagenet"), "cat")


# Who answers most -----------------------------------------------------------------------------


@pytest.mark.parametrize("cells", [1, 2, 4])
def test_the_channel_of_a_place_has_the_largest_value_in_it(cells):
    maps = np.random.default_rng(cells).normal(size=(14 * cells, 14 * cells, 5)).clip(0)
    winners = places.strongest(maps)
    largest = places.largest_cells(maps, winners)
    for row, column in np.ndindex(14, 14):
        inside = maps[row * cells : (row + 1) * cells, column * cells : (column + 1) * cells]
        assert inside[..., winners[row, column]].max() == inside.max()
        cell = np.unravel_index(largest[row, column], (cells, cells))
        assert inside[(*cell, winners[row, column])] == inside.max()


def test_nobody_answers_where_all_channels_are_zero():
    maps = np.zeros((14, 14, 3))
    maps[2, 5, 1] = 7
    sheet = places.sheet("some", maps)
    assert sheet.channels.tolist() == [1]
    assert (sheet.tiles == places.NOBODY).sum() == 14 * 14 - 1
    assert sheet.tiles[2, 5] == sheet.first == 0
    assert not sheet.peaks.any()
    silent = places.sheet("some", np.zeros((28, 28, 3)))
    assert silent.first == places.NOBODY
    assert len(silent.channels) == 0
    assert silent.webp(50)


def test_a_sheet_has_the_maps_of_its_channels():
    maps = np.random.default_rng(0).random((14, 14, 40))
    sheet = places.sheet("some", maps, also=[3])
    assert 3 in sheet.channels
    columns = sheet.levels.shape[1] // sheet.tile
    for tile, channel in enumerate(sheet.channels):
        top, left = (sheet.tile * k for k in divmod(tile, columns))
        part = sheet.levels[top : top + sheet.tile, left : left + sheet.tile]
        wanted = 255 * maps[..., channel] / maps[..., channel].max()
        assert np.abs(part - wanted).max() <= 0.5
    assert (sheet.channels[sheet.tiles] == places.strongest(maps)).all()


def test_coarse_maps_are_stored_in_viridis_to_half_a_step():
    sheet = places.sheet("some", np.random.default_rng(0).random((14, 14, 6)))
    stored = np.array(Image.open(io.BytesIO(sheet.webp(1))).convert("RGB"))
    exact = places.viridis(np.arange(256))
    levels = np.abs(stored[:, :, None].astype(int) - exact).sum(axis=-1).argmin(axis=-1)
    assert np.abs(levels - sheet.levels.astype(int)).max() <= np.ceil(255 / 31 / 2)


def test_who_answers_when_channels_are_off_is_the_strongest_of_those_that_are_on():
    random = np.random.default_rng(2)
    maps = random.random((28, 28, 6)) * (random.random((28, 28, 6)) < 0.3)
    also = (1, 4)
    sheet = places.sheet("some", maps, also)
    winners = places.strongest(maps).ravel()
    assert {place for place in sheet.ranks if place >= 0} == set(np.flatnonzero(np.isin(winners, also)))
    for off in ((), (1,), (4,), also):
        left = maps.copy()
        left[..., list(off)] = 0
        for place, wanted in enumerate(places.strongest(left).ravel()):
            rank = sheet.ranks.get(place, [sheet.tiles.ravel()[place]])
            channels = [places.NOBODY if tile == places.NOBODY else sheet.channels[tile] for tile in rank]
            assert next(channel for channel in channels if channel not in off) == wanted


# What turns the answer ------------------------------------------------------------------------


def classifier(seed, channels=9, classes=6):
    random = np.random.default_rng(seed)
    kernel, bias = random.normal(size=(channels, classes)), random.normal(size=classes)
    return random.random(channels) * (random.random(channels) < 0.8), kernel, bias


@pytest.mark.parametrize("seed", range(30))
def test_no_smaller_set_turns_the_answer(seed):
    means, kernel, bias = classifier(seed)
    found = switches.switches(means, kernel, bias)
    first = (means @ kernel + bias).argmax()

    def turns(off):
        return (np.delete(means, off) @ np.delete(kernel, off, axis=0) + bias).argmax() != first

    sizes = range(1, found.enough or switches.MOST + 1)
    assert not any(turns(off) for size in sizes for off in itertools.combinations(range(len(means)), size))
    if found.enough:
        assert turns(found.channels[: found.enough])
        assert not any(turns(found.channels[:size]) for size in range(found.enough))


def test_sets_of_several_sizes_are_tried():
    """Otherwise the law above would say little."""
    sizes = {switches.switches(*classifier(seed)).enough for seed in range(30)}
    assert {0, 1, 2} <= sizes
    assert max(sizes) > 2


@pytest.mark.parametrize("seed", range(5))
def test_the_answers_are_those_without_the_channels(seed):
    means, kernel, bias = classifier(seed)
    found = switches.switches(means, kernel, bias)
    assert len(found.answers) == 2 ** len(found.channels)
    for number, answers in enumerate(found.answers):
        left = means.copy()
        left[[channel for bit, channel in enumerate(found.channels) if number >> bit & 1]] = 0
        scores = left @ kernel + bias
        shares = np.exp(scores) / np.exp(scores).sum()
        ranked = np.argsort(-scores)[: switches.SHOWN]
        assert [k for k, *_ in answers] == ranked.tolist()
        np.testing.assert_allclose([a[1:] for a in answers], np.stack([scores, shares], -1)[ranked])


def test_no_channel_is_offered_that_speaks_for_another_class():
    means, kernel, bias = np.ones(3), np.array([[2.0, 0], [0, 1], [0, 1]]), np.array([1.0, 0])
    found = switches.switches(means, kernel, bias)
    assert found.channels == (0,)
    assert found.enough == 1


def test_the_scores_are_kerass(vgg16_imagenet, cat):
    """A channel is switched off in the network itself: its kernel and its bias are zero."""
    model = vggviz.load_vgg16("imagenet", "linear")
    batch = vggviz.preprocess(vggviz.load_image("cat"))
    for number in (0, 1, 2 ** len(cat.switches.channels) - 1):
        off = [channel for bit, channel in enumerate(cat.switches.channels) if number >> bit & 1]
        kernel, bias = vgg16_imagenet.get_layer("block5_conv3").get_weights()
        kernel[..., off], bias[off] = 0, 0
        model.get_layer("block5_conv3").set_weights([kernel, bias])
        shares = model.predict(batch, verbose=0)[0]
        for label, _, share in cat.switches.answers[number]:
            assert share == pytest.approx(shares[label], abs=1e-4)


def test_the_cat_turns(cat):
    label = {k: cat.labels[answers[0][0]] for k, answers in enumerate(cat.switches.answers)}
    assert label[0] == "tabby"
    assert cat.switches.enough == 1
    assert label[1] == "Egyptian cat"


# What is written ------------------------------------------------------------------------------


def parsed(shown):
    page = BeautifulSoup(shown._repr_html_(), "html.parser")
    return page, json.loads(page.select_one("script").string)


def test_the_page_reads_without_its_script(cat):
    page, _ = parsed(cat)
    assert page.select_one(".hero-title").text == "A network looks at a cat. Look inside."
    assert "4,224 small pictures. " in page.select_one(".hero-lead").text
    first, second, _ = page.select(".hero-answer li")
    assert first.select_one("span").text == "tabby"
    shares = [int(line.select_one("i").text.removesuffix(" %")) for line in (first, second)]
    assert 50 < shares[0] < 100 - shares[1] + 1
    assert page.select_one(".hero-maps a")["data-explorer"] == "#/block1_conv2/53"
    whose = "Full bar: 100 %. By this book's classifier, not VGG16's own. It knows only 200 things."
    assert page.select_one(".hero-answer p").text == f"{whose} Dashed: all on."
    assert page.select_one(".hero-switches p").text == "Without no. 183 of 512 it says Egyptian cat."
    assert page.select_one(".hero-switches button").text == "no. 183"
    assert [figure.text for figure in page.select("figcaption")][-1] == "block 5no. 286"
    assert len(page.select("svg.hero-map")) == 5 + len(cat.switches.channels)


def test_the_script_is_given_all_that_it_shows(cat):
    _, data = parsed(cat)
    for name in ("places", "peaks"):
        assert [len(layer[name]) for layer in data["layers"]] == [14 * 14] * 5
    assert len(data["answers"]) == 2 ** len(data["switches"])
    for answers in data["answers"]:
        for number, score, share in answers:
            assert number < len(data["classes"])
            assert score == round(score, 1)
            assert 0 <= share <= 1


@pytest.mark.parametrize("name", ["cat", "noise"])
def test_the_front_door_is_light(monkeypatch, tmp_path, vgg16_imagenet, name):
    monkeypatch.setenv(notebook.BOOK, str(tmp_path))
    noise = np.random.default_rng(0).integers(0, 256, (448, 448, 3), dtype=np.uint8)
    written = hero(vggviz.load_vgg16("imagenet"), noise if name == "noise" else name)._repr_html_()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 6
    static = sum((STATIC / f"hero.{kind}").stat().st_size for kind in ("js", "css"))
    assert sum(path.stat().st_size for path in files) + len(written.encode()) + static <= BUDGET


def test_in_the_book_the_pictures_lie_beside_the_pages(monkeypatch, tmp_path, cat):
    monkeypatch.setenv(notebook.BOOK, str(tmp_path))
    page, _ = parsed(cat)
    named = {tag.get("src") or tag.get("href") for tag in page.select("img, image")}
    written = {f"../explorers/{p.parent.name}/{p.name}" for p in tmp_path.rglob("*.webp")}
    assert named == written
    assert [link["href"] for link in page.select("nav a")] == ["explorer.html"] * 4 + [
        "image_is_an_array.html"
    ]
    (more,) = page.select(".hero-verdict > a")
    assert more["data-explorer"] == "#/?view=passport&off=block5_conv3:183"
    assert more.text == "Switch off more in the explorer"


def test_in_a_notebook_the_pictures_are_in_the_page(cat):
    page, _ = parsed(cat)
    assert all((tag.get("src") or tag.get("href")).startswith("data:") for tag in page.select("img, image"))
    assert not page.select("nav, .hero-more")


def test_weights_without_a_classifier_have_no_answer(monkeypatch):
    monkeypatch.setenv("VGGVIZ_IMAGE", "coffee")
    page, data = parsed(hero(vggviz.load_vgg16("random")))
    title = "A network that has learned nothing looks at a cup of coffee. Look inside."
    assert page.select_one(".hero-title").text == title
    assert page.select_one(".hero-lead").text.endswith(
        "4,224 small pictures. Point at the cup of coffee, or tap it."
    )
    assert not page.select(".hero-answer, .hero-switches")
    assert data.keys() == {"layers"}


@pytest.mark.parametrize(
    ("load", "classifier"), [(vggviz.load_vgg16, "linear"), (vggviz.load_forward_only, None)]
)
def test_all_that_have_these_weights_answer_the_same(cat, load, classifier):
    found = hero(load("imagenet", classifier), "cat")
    assert found.labels == cat.labels
    assert found.switches.channels == cat.switches.channels
    np.testing.assert_allclose(found.switches.scores, cat.switches.scores, rtol=1e-4, atol=1e-5)


def test_a_photograph_of_ones_own_is_called_a_photograph(monkeypatch, tmp_path):
    Image.new("RGB", (300, 200), "white").save(tmp_path / "mine.png")
    monkeypatch.setenv("VGGVIZ_IMAGE", str(tmp_path / "mine.png"))
    assert hero(vggviz.load_vgg16("random")).seen == "a photograph"


def test_a_black_photograph_is_shown():
    page, _ = parsed(hero(vggviz.load_vgg16("random"), np.zeros((224, 224, 3), np.uint8)))
    assert len(page.select("figure")) == len(LAYERS)


def test_words_are_escaped():
    assert html.escape("<b>") in writing._bar("<b>", 0.5)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "< 0.1 %"),
        (0.006, "0.6 %"),
        (0.125, "13 %"),
        (0.885, "89 %"),
        (0.996, "99.6 %"),
        (1.0, "> 99.9 %"),
    ],
)
def test_nothing_is_certain(share, words):
    assert writing.percent(share) == words
