"""What the explorer's page is given: files that hold the network's own numbers."""

import gzip
import io
import json

import numpy as np
import pytest
from PIL import Image

import vggviz
from vggviz.analysis.preferences import preferred_classes
from vggviz.explorer import files, notebook, preferences
from vggviz.explorer import manifest as explorer_manifest


@pytest.fixture
def pictures(photograph):
    return {"noise": photograph, "Überraschung / 2": photograph[::-1].copy()}


def identity(images):
    return images.astype(np.float32)


@pytest.fixture
def saved(functional, pictures, tmp_path):
    explorer = vggviz.explore(functional, pictures, preprocess=identity)
    return explorer, explorer.save(tmp_path / "page")


def numbers(path, shape):
    raw = gzip.decompress(path.read_bytes())
    return np.frombuffer(raw, "<f2" if len(raw) == 2 * np.prod(shape) else "<f4").reshape(shape).astype(float)


def manifest_of(folder):
    return json.loads((folder / "manifest.json").read_text("utf-8"))


def test_every_file_that_the_manifest_promises_is_there_and_holds_the_maps(saved):
    explorer, folder = saved
    manifest = manifest_of(folder)
    assert [picture["title"] for picture in manifest["pictures"]] == list(explorer.images)
    for picture, image in zip(manifest["pictures"], explorer.images.values(), strict=True):
        place = folder / picture["id"]
        assert np.array_equal(np.asarray(Image.open(place / "picture.png")), image)
        maps = vggviz.feature_maps(explorer.model, identity(image[None]), explorer.layers)
        inputs = numbers(place / "input.maps.gz", (3, 32, 32))
        assert np.array_equal(np.moveaxis(inputs, 0, -1), image)
        for layer in manifest["layers"]:
            values = np.moveaxis(maps[layer["name"]][0], -1, 0)
            assert values.shape == (layer["channels"], layer["rows"], layer["columns"])
            stored = numbers(place / f"{layer['name']}.maps.gz", values.shape)
            largest = np.abs(values).max()
            assert np.abs(stored - values).max() <= 1e-3 * largest
            assert picture["maximum"][layer["name"]] == pytest.approx(largest)
            assert layer["signed"] == bool((values < 0).any()) or layer["signed"]
            statistics = json.loads((place / f"{layer['name']}.json").read_text())
            np.testing.assert_allclose(statistics["maximum"], np.abs(values).max((1, 2)), rtol=1e-6)
            np.testing.assert_allclose(statistics["variance"], values.var((1, 2)), rtol=1e-3, atol=1e-6)
            np.testing.assert_allclose(statistics["zeros"], (values <= 0).mean((1, 2)), rtol=1e-6)
            with Image.open(place / f"{layer['name']}.png") as sheet:
                assert sheet.width == layer["sheet"]["columns"] * layer["sheet"]["tile"][1]


def under(planes, window, row, column):
    """Values under a window at a cell, zeros outside: (c, kh, kw)."""
    (kh, kw), (sy, sx), (py, px) = window["size"], window["stride"], window["padding"]
    padded = np.pad(planes, ((0, 0), (py, kh + sy), (px, kw + sx)))
    return padded[:, row * sy : row * sy + kh, column * sx : column * sx + kw]


@pytest.mark.parametrize("kind", ["functional", "sequential", "nested", "dead"])
def test_the_stored_numbers_add_up(kind, request, photograph, tmp_path):
    """Kernel times patch, plus bias, through the activation, is the number in the map."""
    model = request.getfixturevalue(kind)
    folder = vggviz.explore(model, {"noise": photograph}, preprocess=identity).save(tmp_path / "page")
    manifest = manifest_of(folder)
    shapes = {each["name"]: (each["channels"], each["rows"], each["columns"]) for each in manifest["layers"]}
    maps = {name: numbers(folder / "noise" / f"{name}.maps.gz", shape) for name, shape in shapes.items()}
    maps["input"] = numbers(folder / "noise" / "input.maps.gz", (3, 32, 32))
    checked = 0
    for layer in manifest["layers"]:
        values = maps[layer["name"]]
        for channel, row, column in np.random.default_rng(1).integers(0, values.shape, (20, 3)):
            if window := layer["kernel"]:
                before = maps[layer["reads"]]
                shape = (layer["channels"], *window["size"], len(before))
                kernels = numbers(folder / "kernels" / f"{layer['name']}.gz", shape)
                bias = json.loads((folder / "kernels" / f"{layer['name']}.json").read_text())["bias"]
                patch = under(before, window, row, column)
                total = (np.moveaxis(patch, 0, -1) * kernels[channel]).sum() + bias[channel]
                total = max(total, 0) if window["activation"] == "relu" else total
                assert abs(total - values[channel, row, column]) <= 1e-3 * np.abs(values).max()
                checked += 1
            elif (window := layer["pool"]) and window["takes"] == "maximum":
                patch = under(maps[layer["reads"]], window, row, column)[channel]
                assert patch.max() == pytest.approx(values[channel, row, column], abs=1e-3)
    assert checked >= 20


def test_what_cannot_be_shown_is_said(photograph, tmp_path):
    keras = pytest.importorskip("keras")
    inputs = keras.Input((32, 32, 3))
    x = keras.layers.Conv2D(4, 3, dilation_rate=2, padding="same", name="dilated")(inputs)
    y = keras.layers.Conv2D(4, 3, padding="same", activation="gelu", name="gelu")(x)
    z = keras.layers.BatchNormalization(name="normal")(y)
    model = keras.Model(inputs, keras.layers.Conv2D(2, 1, name="last")(z))
    folder = vggviz.explore(model, {"noise": photograph}, preprocess=identity).save(tmp_path / "page")
    layers = {each["name"]: each for each in manifest_of(folder)["layers"]}
    assert list(layers) == ["dilated", "gelu", "normal", "last"]
    assert layers["normal"]["kind"] == "other"
    assert layers["dilated"]["kernel"] is None
    assert layers["gelu"]["kernel"] is None
    assert layers["last"]["kernel"]["activation"] == "linear"
    assert layers["dilated"]["signed"]


def test_the_page_of_imagenets_vgg16_is_told_what_each_channel_prefers(vgg16_imagenet, tmp_path):
    shown = ["block1_conv1", "block1_pool", "block2_conv1"]
    folder = vggviz.explore(vgg16_imagenet, "cat", layers=shown).save(tmp_path / "page")
    layers = {each["name"]: each for each in manifest_of(folder)["layers"]}
    assert [layers[name]["preferred"] for name in shown] == [True, False, True]
    assert not (folder / "preferred" / "block1_pool.json").exists()
    for name, count in [("block1_conv1", 64), ("block2_conv1", 128)]:
        told = json.loads((folder / "preferred" / f"{name}.json").read_text())
        assert len(told) == count
        for channel, pairs in enumerate(told):
            expected = preferred_classes(name, channel, 3)
            assert [label for label, _ in pairs] == [label for label, size in expected if size > 0.05]
            np.testing.assert_allclose(
                [s for _, s in pairs], [s for _, s in expected][: len(pairs)], atol=0.0501
            )


def test_of_no_other_network_is_a_preferred_class_told(saved, vgg16):
    _, folder = saved
    assert not any(layer["preferred"] for layer in manifest_of(folder)["layers"])
    assert not (folder / "preferred").exists()
    assert preferences.preferred(vgg16, vggviz.conv_layers(vgg16)) == {}


def test_every_channel_has_classes_that_it_prefers(vgg16_imagenet):
    found = preferences.preferred(vgg16_imagenet, vggviz.conv_layers(vgg16_imagenet))
    assert [len(channels) for channels in found.values()] == [64] * 2 + [128] * 2 + [256] * 3 + [512] * 6
    assert {len(pairs) for channels in found.values() for pairs in channels} == {3}
    assert ("Egyptian cat", 5.9) in found["block5_conv3"][286]
    largest_first = [
        sizes for channels in found.values() for pairs in channels for sizes in [[s for _, s in pairs]]
    ]
    assert all(sizes == sorted(sizes, reverse=True) and sizes[-1] > 0 for sizes in largest_first)


def test_names_of_files_are_safe_and_their_own(saved):
    _, folder = saved
    ids = [picture["id"] for picture in manifest_of(folder)["pictures"]]
    assert ids == ["noise", "berraschung-2"]
    names = explorer_manifest.file_names(["a/b", "a:b", "A-B", "kernels", "…", "input"])
    assert len({name.lower() for name in names.values()}) == 6
    assert all(name.replace("-", "").replace("_", "").isalnum() for name in names.values())
    assert "kernels" not in names.values()
    assert "input" not in names.values()


def test_examples_and_drawings_come_along(functional, pictures, tmp_path):
    explorer = vggviz.explore(functional, pictures, preprocess=identity)
    first = explorer.layers[0]
    channels = vggviz.filters(functional, first).shape[-1]
    drawings = np.random.default_rng(0).random((channels, 5, 4, 3)) * 255
    explorer = explorer.with_examples(pictures, top=2).with_drawings({first: drawings})
    folder = explorer.save(tmp_path / "page")
    layer = manifest_of(folder)["layers"][0]
    examples = json.loads((folder / "examples" / f"{first}.json").read_text())
    assert len(examples) == channels
    maps = vggviz.feature_maps(functional, identity(np.stack(list(pictures.values()))), first)[first]
    for channel, found in enumerate(examples):
        strongest = sorted(maps[..., channel].max((1, 2)), reverse=True)
        np.testing.assert_allclose([value for _, value, *_ in found], strongest, rtol=1e-5)
        assert all((folder / "examples" / f"{picture}.png").is_file() for picture, *_ in found)
    with Image.open(folder / "drawings" / f"{first}.png") as sheet:
        wide = layer["drawings"]["columns"]
        assert layer["drawings"]["tile"] == [5, 4]
        last = channels - 1
        part = np.asarray(sheet)[last // wide * 5 :, last % wide * 4 :][:5, :4]
    np.testing.assert_array_equal(part, drawings[last].round())


def test_an_explorer_is_replaced_but_nothing_else_is(functional, pictures, tmp_path):
    explorer = vggviz.explore(functional, pictures, preprocess=identity)
    folder = explorer.save(tmp_path / "page")
    vggviz.explore(functional, {"one": pictures["noise"]}, preprocess=identity).save(folder)
    assert not (folder / "noise").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["page"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(ValueError, match="holds other things"):
        explorer.save(tmp_path / "mine")
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"


def test_what_fails_half_way_leaves_the_old_page(functional, pictures, tmp_path, monkeypatch):
    explorer = vggviz.explore(functional, pictures, preprocess=identity)
    folder = explorer.save(tmp_path / "page")
    before = sorted(path.relative_to(folder) for path in folder.rglob("*"))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.encoding, "sheet", full)
    with pytest.raises(OSError, match="space"):
        explorer.save(folder)
    assert sorted(path.relative_to(folder) for path in folder.rglob("*")) == before
    assert [path.name for path in tmp_path.iterdir()] == ["page"]


def test_the_same_explorer_is_written_the_same(functional, pictures, tmp_path):
    explorer = vggviz.explore(functional, pictures, preprocess=identity)
    one, two = explorer.save(tmp_path / "one"), explorer.save(tmp_path / "two")
    for path in one.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (two / path.relative_to(one)).read_bytes()


def test_kinds_of_pictures(functional, photograph, tmp_path):
    Image.fromarray(photograph).save(tmp_path / "own.png")
    stream = io.BytesIO()
    Image.fromarray(photograph).save(stream, "PNG")
    for images, titles in [
        (photograph, ["picture 1"]),
        ("cat", ["cat"]),
        (["cat", tmp_path / "own.png"], ["cat", "own"]),
        ({"mine": stream.getvalue()}, ["mine"]),
        ([("mine", photograph), ("other", "cat")], ["mine", "other"]),
        (tmp_path, ["own.png"]),
    ]:
        assert list(vggviz.explore(functional, images, preprocess=identity).images) == titles


@pytest.mark.parametrize(
    ("images", "layers", "message"),
    [
        ({}, None, "no image to explore"),
        ("cat", ["nonsense"], "There is no layer 'nonsense'"),
        ("cat", [], "No layer was named"),
        ("cat", ["scores"], "has no maps"),
    ],
)
def test_what_cannot_be_explored(nested, images, layers, message):
    with pytest.raises(ValueError, match=message):
        vggviz.explore(nested, images, layers=layers)


def test_drawings_that_do_not_fit(functional, photograph):
    explorer = vggviz.explore(functional, photograph)
    with pytest.raises(ValueError, match=r"must have shape \(\d+, h, w, 3\); got \(1, 4, 4, 3\)"):
        explorer.with_drawings({explorer.layers[0]: np.zeros((1, 4, 4, 3))})
    with pytest.raises(ValueError, match="no layer 'nothing'"):
        explorer.with_drawings({"nothing": np.zeros((1, 4, 4, 3))})


def test_in_a_notebook_it_shows_itself(dead, photograph):
    import re
    import urllib.error
    import urllib.request

    html = vggviz.explore(dead, photograph, preprocess=identity)._repr_html_()
    address = re.search(r'src="(http://127\.0\.0\.1:\d+/[\w-]+/)index\.html"', html)[1]
    with urllib.request.urlopen(f"{address}manifest.json") as answer:
        assert json.load(answer)["pictures"][0]["title"] == "picture 1"
    with urllib.request.urlopen(f"{address}main.js") as answer:
        assert answer.headers["Content-Type"] == "text/javascript"
    with pytest.raises(urllib.error.HTTPError, match="404") as error:
        urllib.request.urlopen(address.rsplit("/", 2)[0] + "/")
    error.value.close()


def test_behind_a_hub_the_address_is_the_proxys(dead, photograph, monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/someone/")
    html = vggviz.explore(dead, photograph, preprocess=identity)._repr_html_()
    assert 'src="/user/someone/proxy/' in html


def test_in_a_book_the_files_go_where_the_book_wants_them(dead, photograph, tmp_path, monkeypatch):
    monkeypatch.setenv(notebook.BOOK, str(tmp_path))
    explorer = vggviz.explore(dead, photograph, preprocess=identity)
    html = explorer._repr_html_()
    (folder,) = tmp_path.iterdir()
    assert f'src="../explorers/{folder.name}/index.html"' in html
    assert explorer._repr_html_() == html
    assert (folder / "manifest.json").is_file()


def test_what_it_costs_is_said_first(functional, pictures, tmp_path, caplog):
    explorer = vggviz.explore(functional, pictures, preprocess=identity)
    with caplog.at_level("INFO", "vggviz"):
        folder = explorer.save(tmp_path / "page")
    said = float(caplog.text.split("it takes ")[1].split(" MB")[0])
    packed = [path for path in folder.rglob("*.gz") if not path.name.startswith("input")]
    assert sum(path.stat().st_size for path in packed) / 1e6 <= said + 0.5
    assert f"{len(explorer.layers)} layers for 2 images" in caplog.text
