"""The files of the explorer's page, and its display in notebooks."""

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
def images(photograph):
    return {"noise": photograph, "Überraschung / 2": photograph[::-1].copy()}


def identity(batch):
    return batch.astype(np.float32)


@pytest.fixture
def saved(functional, images, tmp_path):
    explorer = vggviz.explore(functional, images, preprocess=identity)
    return explorer, explorer.save(tmp_path / "page")


def numbers(path, shape):
    raw = gzip.decompress(path.read_bytes())
    return np.frombuffer(raw, "<f2" if len(raw) == 2 * np.prod(shape) else "<f4").reshape(shape).astype(float)


def manifest_of(folder):
    return json.loads((folder / "manifest.json").read_text("utf-8"))


def test_the_files_in_the_manifest_hold_the_maps(saved):
    explorer, folder = saved
    manifest = manifest_of(folder)
    assert [entry["title"] for entry in manifest["pictures"]] == list(explorer.images)
    for entry, image in zip(manifest["pictures"], explorer.images.values(), strict=True):
        image_folder = folder / entry["id"]
        assert np.array_equal(np.asarray(Image.open(image_folder / "picture.png")), image)
        maps = vggviz.feature_maps(explorer.model, identity(image[None]), explorer.layers)
        inputs = numbers(image_folder / "input.maps.gz", (3, 32, 32))
        assert np.array_equal(np.moveaxis(inputs, 0, -1), image)
        for layer in manifest["layers"]:
            values = np.moveaxis(maps[layer["name"]][0], -1, 0)
            assert values.shape == (layer["channels"], layer["rows"], layer["columns"])
            stored = numbers(image_folder / f"{layer['name']}.maps.gz", values.shape)
            largest = np.abs(values).max()
            assert np.abs(stored - values).max() <= 1e-3 * largest
            assert entry["maximum"][layer["name"]] == pytest.approx(largest)
            assert layer["signed"] == bool((values < 0).any()) or layer["signed"]
            statistics = json.loads((image_folder / f"{layer['name']}.json").read_text())
            np.testing.assert_allclose(statistics["maximum"], np.abs(values).max((1, 2)), rtol=1e-6)
            np.testing.assert_allclose(statistics["variance"], values.var((1, 2)), rtol=1e-3, atol=1e-6)
            np.testing.assert_allclose(statistics["zeros"], (values <= 0).mean((1, 2)), rtol=1e-6)
            with Image.open(image_folder / f"{layer['name']}.png") as sheet:
                assert sheet.width == layer["sheet"]["columns"] * layer["sheet"]["tile"][1]


def patch_under(planes, window, row, column):
    """The zero-padded input patch of a cell, (c, kh, kw)."""
    (kh, kw), (sy, sx), (py, px) = window["size"], window["stride"], window["padding"]
    padded = np.pad(planes, ((0, 0), (py, kh + sy), (px, kw + sx)))
    return padded[:, row * sy : row * sy + kh, column * sx : column * sx + kw]


@pytest.mark.parametrize("kind", ["functional", "sequential", "nested", "dead"])
def test_the_stored_numbers_reproduce_the_maps(kind, request, photograph, tmp_path):
    """The activation of kernel times patch plus bias is the value in the map."""
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
                kernels = numbers(folder / "kernels" / f"{layer['name']}.packed", shape)
                bias = json.loads((folder / "kernels" / f"{layer['name']}.json").read_text())["bias"]
                patch = patch_under(before, window, row, column)
                total = (np.moveaxis(patch, 0, -1) * kernels[channel]).sum() + bias[channel]
                total = max(total, 0) if window["activation"] == "relu" else total
                assert abs(total - values[channel, row, column]) <= 1e-3 * np.abs(values).max()
                checked += 1
            elif (window := layer["pool"]) and window["takes"] == "maximum":
                patch = patch_under(maps[layer["reads"]], window, row, column)[channel]
                assert patch.max() == pytest.approx(values[channel, row, column], abs=1e-3)
    assert checked >= 20


def test_convolutions_whose_arithmetic_is_not_shown(photograph, tmp_path):
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


def test_layers_known_to_be_never_negative_need_no_pass(photograph, monkeypatch):
    """Convolutions with ReLU and pools of them are known; subclasses, which may compute anything, are not."""
    keras = pytest.importorskip("keras")
    keras.utils.set_random_seed(0)
    own = type("Own", (keras.layers.Conv2D,), {})
    inputs = keras.Input((32, 32, 3))
    x = keras.layers.MaxPooling2D(name="of_image")(inputs)
    x = keras.layers.Conv2D(4, 3, activation="relu", name="relu")(x)
    x = keras.layers.MaxPooling2D(name="of_relu")(x)
    x = keras.layers.Conv2D(4, 3, name="linear")(x)
    x = keras.layers.AveragePooling2D(2, name="of_linear")(x)
    model = keras.Model(inputs, own(4, 1, activation="relu", name="own")(x))
    explorer = vggviz.explore(model, photograph, preprocess=identity)
    known = [name for name in explorer.layers if explorer_manifest.is_never_negative(model, name)]
    assert known == ["relu", "of_relu"]
    assert files._signed(explorer)["linear"]
    monkeypatch.setattr(files, "_maps", lambda *_: pytest.fail("a pass that is not needed"))
    assert files._signed(vggviz.explore(model, photograph, layers=known)) == dict.fromkeys(known, False)


def test_preferred_classes_of_imagenets_vgg16(vgg16_imagenet, tmp_path):
    shown = ["block1_conv1", "block1_pool", "block2_conv1"]
    folder = vggviz.explore(vgg16_imagenet, "cat", layers=shown).save(tmp_path / "page")
    layers = {each["name"]: each for each in manifest_of(folder)["layers"]}
    assert [layers[name]["preferred"] for name in shown] == [True, False, True]
    assert not (folder / "preferred" / "block1_pool.json").exists()
    for name, count in [("block1_conv1", 64), ("block2_conv1", 128)]:
        listed = json.loads((folder / "preferred" / f"{name}.json").read_text())
        assert len(listed) == count
        for channel, pairs in enumerate(listed):
            expected = preferred_classes(name, channel, 3)
            assert [label for label, _ in pairs] == [label for label, size in expected if size > 0.05]
            np.testing.assert_allclose(
                [s for _, s in pairs], [s for _, s in expected][: len(pairs)], atol=0.0501
            )
    words = json.loads((folder / "preferred" / "words.json").read_text())
    assert "WordNet 3.0 Copyright 2006 by Princeton University" in (folder / "NOTICE.md").read_text(
        "utf-8"
    ).replace("\n> ", " ")
    assert "cat" in words["tabby"]


def test_other_networks_have_no_preferred_classes(saved, vgg16):
    _, folder = saved
    assert not any(layer["preferred"] for layer in manifest_of(folder)["layers"])
    assert not (folder / "preferred").exists()
    assert preferences.preferred(vgg16, vggviz.conv_layers(vgg16)) == {}


def test_every_channel_has_preferred_classes(vgg16_imagenet):
    found = preferences.preferred(vgg16_imagenet, vggviz.conv_layers(vgg16_imagenet))
    assert [len(channels) for channels in found.values()] == [64] * 2 + [128] * 2 + [256] * 3 + [512] * 6
    assert {len(pairs) for channels in found.values() for pairs in channels} == {3}
    assert ("Egyptian cat", 5.9) in found["block5_conv3"][286]
    largest_first = [
        sizes for channels in found.values() for pairs in channels for sizes in [[s for _, s in pairs]]
    ]
    assert all(sizes == sorted(sizes, reverse=True) and sizes[-1] > 0 for sizes in largest_first)


def test_file_names_are_safe_and_distinct(saved):
    _, folder = saved
    ids = [entry["id"] for entry in manifest_of(folder)["pictures"]]
    assert ids == ["noise", "berraschung-2"]
    names = explorer_manifest.file_names(["a/b", "a:b", "A-B", "kernels", "…", "input"])
    assert len({name.lower() for name in names.values()}) == 6
    assert all(name.replace("-", "").replace("_", "").isalnum() for name in names.values())
    assert "kernels" not in names.values()
    assert "input" not in names.values()


def test_examples_and_drawings_are_saved(functional, images, tmp_path):
    explorer = vggviz.explore(functional, images, preprocess=identity)
    first = explorer.layers[0]
    channels = vggviz.filters(functional, first).shape[-1]
    drawings = np.linspace(10, 240, channels)[:, None, None, None] * np.ones((5, 4, 3))
    explorer = explorer.with_examples(images, top=2).with_drawings({first: drawings})
    folder = explorer.save(tmp_path / "page")
    layer = manifest_of(folder)["layers"][0]
    examples = json.loads((folder / "examples" / f"{first}.json").read_text())
    assert len(examples) == channels
    maps = vggviz.feature_maps(functional, identity(np.stack(list(images.values()))), first)[first]
    for channel, found in enumerate(examples):
        strongest = sorted(maps[..., channel].max((1, 2)), reverse=True)
        np.testing.assert_allclose([value for _, value, *_ in found], strongest, rtol=1e-5)
        assert all((folder / "examples" / f"{name}.webp").is_file() for name, *_ in found)
    with Image.open(folder / "drawings" / f"{first}.webp") as sheet:
        columns = layer["drawings"]["columns"]
        assert layer["drawings"]["tile"] == [5, 4]
        last = channels - 1
        part = np.asarray(sheet)[last // columns * 5 :, last % columns * 4 :][:5, :4]
    np.testing.assert_allclose(part, drawings[last], atol=8)  # WebP is lossy


def test_only_an_explorer_is_replaced(functional, images, tmp_path):
    explorer = vggviz.explore(functional, images, preprocess=identity)
    folder = explorer.save(tmp_path / "page")
    vggviz.explore(functional, {"one": images["noise"]}, preprocess=identity).save(folder)
    assert not (folder / "noise").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["page"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(ValueError, match="holds other things"):
        explorer.save(tmp_path / "mine")
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"


def test_a_failed_save_leaves_the_old_page(functional, images, tmp_path, monkeypatch):
    explorer = vggviz.explore(functional, images, preprocess=identity)
    folder = explorer.save(tmp_path / "page")
    before = sorted(path.relative_to(folder) for path in folder.rglob("*"))

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.encoding, "sheet", full_disk)
    with pytest.raises(OSError, match="space"):
        explorer.save(folder)
    assert sorted(path.relative_to(folder) for path in folder.rglob("*")) == before
    assert [path.name for path in tmp_path.iterdir()] == ["page"]


def test_saving_is_reproducible(functional, images, tmp_path):
    explorer = vggviz.explore(functional, images, preprocess=identity)
    one, two = explorer.save(tmp_path / "one"), explorer.save(tmp_path / "two")
    for path in one.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (two / path.relative_to(one)).read_bytes()


def test_kinds_of_image_sources(functional, photograph, tmp_path):
    Image.fromarray(photograph).save(tmp_path / "own.png")
    stream = io.BytesIO()
    Image.fromarray(photograph).save(stream, "PNG")
    for source, titles in [
        (photograph, ["picture 1"]),
        ("cat", ["cat"]),
        (["cat", tmp_path / "own.png"], ["cat", "own"]),
        ({"mine": stream.getvalue()}, ["mine"]),
        ([("mine", photograph), ("other", "cat")], ["mine", "other"]),
        (tmp_path, ["own.png"]),
    ]:
        assert list(vggviz.explore(functional, source, preprocess=identity).images) == titles


@pytest.mark.parametrize(
    ("source", "layers", "message"),
    [
        ({}, None, "no image to explore"),
        ("cat", ["nonsense"], "There is no layer 'nonsense'"),
        ("cat", [], "No layer was named"),
        ("cat", ["scores"], "has no maps"),
    ],
)
def test_invalid_arguments(nested, source, layers, message):
    with pytest.raises(ValueError, match=message):
        vggviz.explore(nested, source, layers=layers)


def test_invalid_drawings(functional, photograph):
    explorer = vggviz.explore(functional, photograph)
    with pytest.raises(ValueError, match=r"must have shape \(\d+, h, w, 3\); got \(1, 4, 4, 3\)"):
        explorer.with_drawings({explorer.layers[0]: np.zeros((1, 4, 4, 3))})
    with pytest.raises(ValueError, match="no layer 'nothing'"):
        explorer.with_drawings({"nothing": np.zeros((1, 4, 4, 3))})


def test_a_notebook_displays_the_page(dead, photograph):
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


def test_under_jupyterhub_the_address_is_that_of_the_proxy(dead, photograph, monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/someone/")
    html = vggviz.explore(dead, photograph, preprocess=identity)._repr_html_()
    assert 'src="/user/someone/proxy/' in html


def test_in_a_book_the_files_go_into_the_given_folder(dead, photograph, tmp_path, monkeypatch):
    monkeypatch.setenv(notebook.BOOK, str(tmp_path))
    explorer = vggviz.explore(dead, photograph, preprocess=identity)
    html = explorer._repr_html_()
    (folder,) = tmp_path.iterdir()
    assert f'src="../explorers/{folder.name}/index.html"' in html
    assert explorer._repr_html_() == html
    assert (folder / "manifest.json").is_file()


def test_the_cost_is_logged_first(functional, images, tmp_path, caplog):
    explorer = vggviz.explore(functional, images, preprocess=identity)
    with caplog.at_level("INFO", "vggviz"):
        folder = explorer.save(tmp_path / "page")
    logged = float(caplog.text.split("it takes ")[1].split(" MB")[0])
    packed = [
        path
        for path in folder.rglob("*")
        if path.suffix in (".gz", ".packed") and not path.name.startswith("input")
    ]
    assert sum(path.stat().st_size for path in packed) / 1e6 <= logged
    assert f"{len(explorer.layers)} layers for 2 images" in caplog.text
    caplog.clear()
    with caplog.at_level("INFO", "vggviz"):
        one = dict([*images.items()][:1])
        vggviz.explore(functional, one, layers=[*explorer.layers][:1], preprocess=identity).save(
            tmp_path / "one"
        )
    assert "1 layer for 1 image;" in caplog.text
