"""The command line: it does what it says, and tells a mistake in one sentence with status 2."""

import dataclasses
import json
import os
import re
import subprocess
import sys
import types

import h5py
import matplotlib.pyplot as plt
import numpy as np
import onnxruntime
import PIL.Image
import pytest

import networks
import vggviz
from disk import full_disk, names
from sentences import one_sentence
from serving import served
from vggviz.__main__ import main
from vggviz._shared import hashing, package_data
from vggviz._shared.backend import keras
from vggviz.cli import atlas, inputs
from vggviz.feature_visualization.channels import DRAWN_BY
from vggviz.figures.scales import number_text
from vggviz.models import weights
from vggviz.models.weights import RemoteFile

COMMANDS = [
    *("layers", "filters", "maps", "cell", "stats", "examples", "dream", "why"),
    *("atlas", "explore", "weights"),
]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return str(networks.save(networks.functional(), tmp_path_factory.mktemp("model") / "own.keras"))


@pytest.fixture(scope="module")
def own(model):
    return vggviz.load_model(model)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty working folder with two photographs in "photos"."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    for number in range(2):
        picture = np.random.default_rng(number).integers(0, 256, (40, 50, 3), dtype=np.uint8)
        PIL.Image.fromarray(picture).save(tmp_path / "photos" / f"p{number}.png")
    yield tmp_path
    plt.close("all")


@pytest.fixture
def run(capsys):
    """Run a command; what it printed. Status 0 and nothing on stderr but progress."""

    def call(*arguments):
        capsys.readouterr()
        assert main([str(argument) for argument in arguments]) in (0, None)
        return capsys.readouterr().out

    return call


@pytest.fixture
def refuse(capsys):
    """Run a command that is refused; its sentence, after that of each download."""

    def call(*arguments, announced=0):
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main([str(argument) for argument in arguments])
        assert caught.value.code == 2
        printed = capsys.readouterr()
        lines = [line for line in re.split(r"[\r\n]+", printed.err) if line.strip()]
        lines = [line for line in lines if not re.search(r"\[.*/s\]", line)]  # progress
        assert len(lines) == announced + 1, printed.err
        assert all("are downloaded once" in line for line in lines[:-1])
        return lines[-1]

    return call


def batch_of(path):
    return vggviz.preprocess(vggviz.load_image(path, 32))


# --- help


def test_the_help_is_a_page_to_learn_from(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    page = capsys.readouterr().out
    for command in COMMANDS:
        assert f"vggviz {command}" in page
    assert {"--weights", "--model"} <= set(re.findall(r"--[a-z]+", page))
    assert max(map(len, page.splitlines())) <= 100


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(capsys, command):
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    assert len(capsys.readouterr().out) > 200


# --- what the commands do


def test_layers(run, model, own):
    printed = run("layers", "--model", model)
    assert printed.strip() == str(vggviz.layer_table(own))
    assert "conv_strided" in printed


def test_layers_of_vgg16(run):
    printed = run("layers", "--weights", "random")
    assert len(printed.splitlines()) == 19
    assert "1,849.7" in printed


def test_filters(run, model, folder):
    assert run("filters", "--model", model).split() == ["conv_a_filters.png"]
    with PIL.Image.open(folder / "conv_a_filters.png") as picture:
        assert "4 of 4 filters" in picture.text["Description"]
    run("filters", "--model", model, "--layer", "conv_b", "--top", 2, "--scale", "layer", "--out", "deep.svg")
    assert "2 of 6 filters; all scaled by the layer" in (folder / "deep.svg").read_text("utf-8")


def test_maps_of_each_block(run, model, folder):
    printed = run("maps", "photos/p0.png", "photos/p1.png", "--model", model)
    assert len(printed.split()) == 2
    for path in printed.split():
        with PIL.Image.open(folder / path) as picture:
            assert "conv_b: channel" in picture.text["Description"]


def test_maps_of_one_layer(run, model, own, folder):
    out = folder / "out"
    (path,) = run(
        "maps", "photos/p0.png", "--model", model, "--layer", "conv_b", "--top", 3, "--out", out
    ).split()
    values = vggviz.feature_maps(own, batch_of("photos/p0.png"), "conv_b")["conv_b"]
    with PIL.Image.open(path) as picture:
        text = picture.text["Description"]
    assert "3 of 6 feature maps of conv_b" in text
    assert number_text(values.max()) in text


@pytest.mark.parametrize("scale", ["channel", "layer", "global"])
def test_the_scale_is_the_one_asked_for(run, model, own, folder, scale):
    (path,) = run("maps", "photos/p0.png", "--model", model, "--layer", "conv_a", "--scale", scale).split()
    maps = vggviz.feature_maps(own, batch_of("photos/p0.png"))
    expected = {
        "channel": "own maximum",
        "layer": f"the layer's maximum ({number_text(maps['conv_a'].max())})",
        "global": f"over all layers ({number_text(max(values.max() for values in maps.values()))})",
    }
    with PIL.Image.open(folder / path) as picture:
        assert expected[scale] in picture.text["Description"]


def test_every_channel_of_every_layer(run, model, own, folder):
    printed = run("maps", "photos/p0.png", "--model", model, "--all", "--out", "all")
    maps = vggviz.feature_maps(own, batch_of("photos/p0.png"))
    (saved,) = (folder / "all").rglob("feature_maps.npz")
    assert str(saved.relative_to(folder)) in printed
    with np.load(saved) as found:
        assert sorted(found.files) == sorted(maps)
        for layer, values in maps.items():
            np.testing.assert_allclose(found[layer], values, rtol=1e-5)
    assert len(list((folder / "all").rglob("*.png"))) == len(maps)


@pytest.mark.parametrize("which", [["--all"], []])
def test_photographs_of_the_same_name_do_not_overwrite_one_another(run, model, folder, which):
    (folder / "others").mkdir()
    (folder / "photos" / "p1.png").rename(folder / "others" / "p0.png")
    run("maps", "photos/p0.png", "others/p0.png", "--model", model, "--out", "all", *which)
    kinds = list((folder / "all").rglob("*.npz" if which else "*.png"))
    assert len(kinds) == 2


def test_a_cell(run, model, own, folder):
    place = ["--layer", "conv_b", "--channel", 2, "--row", 5, "--column", 7]
    printed = run("cell", "photos/p0.png", "--model", model, *place, "--out", "cell.png")
    cell = vggviz.explain_cell(own, batch_of("photos/p0.png"), "conv_b", 2, 5, 7)
    for number in (cell.total, cell.bias, cell.value):
        assert f"{number:.5g}" in printed
    assert (folder / "cell.png").is_file()


def test_statistics_of_a_folder(run, model, own, folder, capsys):
    (folder / "photos" / "notes.txt").write_text("no picture")
    printed = run("stats", "photos", "--model", model, "--out", "stats.png")
    batches = [batch_of(f"photos/p{number}.png") for number in range(2)]
    statistics = vggviz.channel_statistics(vggviz.feature_maps(own, batch) for batch in batches)
    for layer, found in statistics.items():
        (line,) = [line.split() for line in printed.splitlines() if line.startswith(f"{layer} ")]
        assert line[1:3] == [str(len(found.max)), str(found.dead.sum())]
        assert float(line[3]) == pytest.approx(np.median(found.apoz), abs=6e-4)
        assert float(line[4]) == pytest.approx(found.max.max(), rel=6e-3)
    assert (folder / "stats.png").is_file()


def test_a_file_that_is_no_picture_is_named_and_passed_over(model, folder, capsys):
    (folder / "photos" / "notes.txt").write_text("no picture")
    main(["stats", "photos", "--model", model])
    assert "notes.txt" in capsys.readouterr().err


def test_what_excites_a_channel(run, model, own, folder):
    options = ["--layer", "conv_b", "--channel", 4, 1, "--top", 2]
    printed = run("examples", "photos", "--model", model, *options).splitlines()
    found = vggviz.datasets.dataset_examples(own, "photos", "conv_b", channels=[4, 1], top=2)["conv_b"]
    rows = [line.split() for line in printed[1:5]]
    assert [row[0] for row in rows] == ["4", "4", "1", "1"]
    assert [float(row[1]) for row in rows] == pytest.approx(found.values.ravel(), rel=1e-3)
    assert [[int(number) for number in row[2:6]] for row in rows[:2]] == found.boxes(4).tolist()
    assert [row[6] for row in rows] == found.names.ravel().tolist()
    assert printed[5:] == ["conv_b_examples.png"]
    with PIL.Image.open(folder / "conv_b_examples.png") as picture:
        text = picture.text["Description"]
    assert "The 2 of 2 images that excite each of 2 channels of conv_b most" in text
    assert f"Channel 4: {rows[0][1]} on {found.names[0, 0]}" in text


def test_without_a_channel_the_most_excited(run, model, own):
    rows = run("examples", "photos", "--model", model, "--layer", "conv_strided", "--top", 1).splitlines()
    found = vggviz.datasets.dataset_examples(own, "photos", "conv_strided", top=1)["conv_strided"]
    assert [int(row.split()[0]) for row in rows[1:9]] == np.argsort(-found.values[:, 0]).tolist()


def test_examples_are_read_as_the_network_reads(run, model, own):
    options = ["--layer", "conv_b", "--channel", 0, "--top", 1, "--input", "unit"]
    row = run("examples", "photos", "--model", model, *options).splitlines()[1]
    pictures = np.stack([vggviz.load_image(f"photos/p{number}.png", 32) for number in range(2)])
    values = vggviz.feature_maps(own, pictures / np.float32(255), "conv_b")["conv_b"]
    assert float(row.split()[1]) == pytest.approx(values[..., 0].max(), rel=1e-3)


@pytest.mark.parametrize(("option", "scale"), [("grey", 1), ("grey-unit", 255)])
def test_a_grey_network_reads_the_grey_of_a_photograph(run, tmp_path, option, scale):
    path = saved_of(tmp_path, (32, 32, 1))
    printed = run("examples", "photos", "--model", path, "--layer", "conv", "--channel", 0, "--input", option)
    levels = [
        np.asarray(PIL.Image.fromarray(vggviz.load_image(f"photos/p{number}.png", 32)).convert("L"))
        for number in range(2)
    ]
    batch = np.stack(levels)[..., None] / np.float32(scale)
    values = vggviz.feature_maps(vggviz.load_model(path), batch, "conv")["conv"]
    found = float(printed.splitlines()[1].split()[1])
    assert found == pytest.approx(values[..., 0].max(), rel=0.01), "Pillow rounds to whole levels"
    run("maps", "photos/p0.png", "--model", path, "--layer", "conv", "--input", option)
    run("dream", "conv:0", "--model", path, "--steps", 1, "--input", option)
    run("explore", "photos/p0.png", "--model", path, "--input", option)


READS = "The network reads images of "


@pytest.mark.parametrize(
    ("shape", "command", "option", "sentence"),
    [
        ((32, 32, 1), "maps", "vgg16", "32x32x1, and --input vgg16 makes 3 of the last; use --input grey or"),
        ((32, 32, 3), "dream", "grey", "32x32x3, and --input grey makes 1 of the last; use --input vgg16,"),
        (
            (32, 32, 4),
            "why",
            "unit",
            "32x32x4, and --input unit makes 3 of the last; from Python, preprocess",
        ),
        ((32, 48, 3), "explore", "unit", "32x48x3, and photographs are cut to squares here; from Python,"),
    ],
)
def test_a_network_that_reads_other_images_is_refused(refuse, tmp_path, shape, command, option, sentence):
    target = "conv:0" if command == "dream" else "photos/p0.png"
    assert READS + sentence in refuse(
        command, target, "--model", saved_of(tmp_path, shape), "--input", option
    )


def test_a_network_that_reads_no_squares_dreams(run, tmp_path):
    path = saved_of(tmp_path, (32, 48, 3))
    assert "channel 0 of conv" in run("dream", "conv:0", "--model", path, "--steps", 1)


def saved_of(folder, shape):
    """A saved network of one convolution and three classes for images of a shape."""
    layers = keras().layers
    keras().utils.set_random_seed(0)
    images = keras().Input(shape)
    maps = layers.Conv2D(2, 3, activation="relu", name="conv")(images)
    ends = layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(maps))
    return str(networks.save(keras().Model(images, ends), folder / "network.keras"))


def test_dreams(run, model, own, folder):
    printed = run("dream", "conv_b:4", "--model", model, "--steps", 2, "--out", "out").splitlines()
    drawn = vggviz.feature_visualization.visualize(own, vggviz.objectives.channel("conv_b", 4), steps=2)
    reached, words = printed[0].split(maxsplit=1)
    assert float(reached) == pytest.approx(drawn.reached[0], rel=1e-3)
    assert words == "channel 4 of conv_b"
    assert printed[1:] == ["out/conv_b-4.png"]
    assert {path.suffix for path in (folder / "out").iterdir()} == {".png", ".npz"}


def test_dreams_of_some_channels_and_of_a_layer(run, model, folder):
    options = ["--model", model, "--steps", 1, "--size", 16]
    printed = run("dream", "conv_a:1-2", "conv_a", *options)
    numbers = [int(word) for word in re.findall(r"channel (\d+) of conv_a", printed)]
    assert numbers == [1, 2, 0, 1, 2, 3]


@pytest.mark.usefixtures("drawn_once")
def test_an_atlas_is_made_and_a_passport_printed(run, model, folder):
    options = ["--layer", "conv_a", "--model", model, "--input", "unit", "--no-drawings", "--out", "own"]
    printed = run("atlas", "photos/p0.png", "photos/p1.png", *options, "--channel", 2).splitlines()
    assert printed[0] == "conv_a / 2, one of 4 channels"
    assert printed[-1] == "own"
    made = vggviz.read_atlas(folder / "own", vggviz.load_model(model))
    assert made.is_finished
    assert made.layers == ["conv_a"]
    assert made.head["pictures"] == ["p0", "p1"]
    assert (folder / "own" / "atlas.csv").is_file()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], (True, "tensorflow")),
        (["--engine", "jax"], (True, "jax")),
        (["--no-drawings"], (False, "tensorflow")),
    ],
)
def test_what_draws_an_atlas(run, monkeypatch, options, expected):
    given = []
    made = types.SimpleNamespace(folder="")
    monkeypatch.setattr(vggviz, "atlas", lambda *_, **settings: given.append(settings) or made)
    run("atlas", "cat", "--weights", "random", *options)
    assert (given[0]["drawings"], given[0]["engine"]) == expected


def test_the_engines_are_those_of_the_drawings():
    assert atlas.ENGINES == DRAWN_BY


def test_a_dream_says_first_what_it_costs(model, capsys):
    main(["dream", "conv_a:1", "--model", model, "--steps", "1", "--size", "16"])
    assert "1 image of 16 x 16 pixels, 1 step:" in capsys.readouterr().err


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    return str(networks.save(networks.sequential(), tmp_path_factory.mktemp("classifier") / "own.keras"))


def test_why(run, classifier, folder):
    network = vggviz.load_model(classifier)
    batch = batch_of("photos/p0.png")
    likely = np.argsort(-network(batch).numpy()[0])
    printed = run("why", "photos/p0.png", "--model", classifier, "--method", "saliency", "eigen_cam")
    lines = printed.splitlines()
    assert [int(line.split()[0]) for line in lines[:3]] == likely.tolist()
    assert lines[3:] == [f"target layer: {vggviz.conv_layers(network)[-1]}", "p0_why.png"]
    values = vggviz.attribution.saliency(network, batch, vggviz.objectives.class_logit(int(likely[0])))
    with PIL.Image.open(folder / "p0_why.png") as picture:
        text = picture.text["Description"]
    assert f"saliency: class {likely[0]}: largest {values.max():.3g}" in text
    assert f"eigen_cam: class {likely[0]}, layer {vggviz.conv_layers(network)[-1]}: " in text


@pytest.mark.imagenet
def test_why_by_the_package_s_own_network(run, vgg16_imagenet, folder):
    batch = vggviz.preprocess(vggviz.load_image("cat"))
    (likely,) = vggviz.decode_predictions(vgg16_imagenet, vgg16_imagenet(batch).numpy())
    lines = run("why", "cat").splitlines()
    assert lines[-2:] == ["target layer: block5_conv3", "cat_why.png"]
    assert [line.split(maxsplit=2)[2] for line in lines[:-2]] == [name for _, name, _ in likely]
    values = [float(line.split()[1]) for line in lines[:-2]]
    np.testing.assert_allclose(values, [value for *_, value in likely], rtol=1e-3)
    with PIL.Image.open(folder / "cat_why.png") as picture:
        assert "imagenet weights" in picture.text["Source"]
        assert "the linear classifier" in picture.text["Source"]


@pytest.mark.imagenet
def test_why_at_a_layer_that_needs_gradients(run):
    lines = run("why", "cat", "--layer", "block4_conv3").splitlines()
    assert lines[-2:] == ["target layer: block4_conv3", "cat_why.png"]


def test_why_another_class_by_another_layer(run, classifier, folder):
    options = ["--class", 2, "--layer", "first", "--out", "two.svg"]
    assert run("why", "photos/p0.png", "--model", classifier, *options).splitlines()[-1] == "two.svg"
    assert "grad_cam: class 2, layer first" in (folder / "two.svg").read_text("utf-8")


def test_explore(run, model, folder, photograph):
    PIL.Image.fromarray(photograph).save("mine.png")
    said = run("explore", "mine.png", "coffee", "--model", model, "--input", "unit")
    assert "python -m http.server --directory vggviz-explorer" in said
    manifest = json.loads((folder / "vggviz-explorer" / "manifest.json").read_text())
    assert [picture["title"] for picture in manifest["pictures"]] == ["mine", "coffee"]
    assert manifest["pictures"][0]["rows"] == 32
    run("explore", "coffee", "--model", model, "--layer", "conv_b", "--out", "small")
    layers = json.loads((folder / "small" / "manifest.json").read_text())["layers"]
    assert [layer["name"] for layer in layers] == ["conv_b"]


# --- weights


@pytest.fixture
def cache(folder, monkeypatch):
    """Empty caches, and addresses at which nobody answers."""
    monkeypatch.setenv("KERAS_HOME", str(folder / "keras"))
    monkeypatch.setenv("VGGVIZ_CACHE", str(folder / "onnx"))
    monkeypatch.setattr(weights, "TIMEOUT", 2)
    for name in ("KERAS_CONVOLUTIONS", "KERAS_WHOLE"):
        file = dataclasses.replace(getattr(weights, name), url=f"http://127.0.0.1:9/{name}.h5")
        monkeypatch.setattr(weights, name, file)
    return folder / "keras" / "models"


@pytest.fixture
def serve(cache, folder, monkeypatch):
    """Let the local server give a file in the place of one of Keras'."""
    (folder / "server").mkdir()
    with served(folder / "server") as address:

        def give(name, path):
            given = getattr(weights, name)
            url, size = f"{address}/{path.name}", path.stat().st_size
            file = RemoteFile(given.name, url, hashing.md5(path), size)
            monkeypatch.setattr(weights, name, file)
            return file

        yield give


def repacked(folder, *, changed=False):
    """The package's arrays in another file, unpacked; `changed` alters the last bit of one number."""
    path = folder / "server" / "keras.h5"
    with h5py.File(package_data.weights()) as old, h5py.File(path, "w") as new:
        for layer in (layer for layer in old if len(old[layer])):
            names = old[layer].attrs["weight_names"]
            arrays = [old[layer][name][()] for name in names]
            if changed and layer == "block4_conv2":
                arrays[1][77] = np.nextafter(arrays[1][77], np.float32(1))
            group = new.create_group(layer)
            group.attrs["weight_names"] = names
            for name, array in zip(names, arrays, strict=True):
                group[name] = array
    return path


def test_which_weights_there_are(run, cache):
    printed = run("weights")
    for words in ("imagenet", "random", "FILE", "200 classes", "1,000 classes", "553 MB", "not fetched"):
        assert words in printed
    assert str(package_data.file(package_data.WEIGHTS)) in printed
    assert str(weights.KERAS_WHOLE.path) in printed
    cache.mkdir(parents=True)
    weights.KERAS_WHOLE.path.write_bytes(b"hello")
    assert "in the cache" in run("weights")
    assert names(cache) == [weights.KERAS_WHOLE.name]


def test_the_copy_for_onnxruntime_is_listed_and_checked(run, cache, folder):
    assert f"not yet written into {folder / 'onnx'}" in run("weights")
    vggviz.load_forward_only("imagenet")
    copies = sorted((folder / "onnx").iterdir())
    assert f"for onnxruntime, 5 files in {folder / 'onnx'}\n" in run("weights")
    assert [f"whole: {copy}" for copy in copies] == run("weights", "--check").splitlines()[1:6]
    copies[0].write_bytes(copies[0].read_bytes()[:-1])
    assert f"for onnxruntime, 4 files in {folder / 'onnx'}\n" in run("weights")
    assert str(copies[0]) not in run("weights", "--check")


def test_the_check_without_a_network_says_what_it_could_not_do(run, cache):
    whole, not_compared = run("weights", "--check").splitlines()
    assert whole == f"whole: {package_data.file(package_data.WEIGHTS)}"
    assert not_compared.startswith("not compared with Keras' own file: http://127.0.0.1:9/")
    assert names(cache) == []


def test_the_check_against_kerass_own_file(run, serve, folder):
    file = serve("KERAS_CONVOLUTIONS", repacked(folder))
    whole, same = run("weights", "--check").splitlines()
    assert whole.startswith("whole: ")
    assert same == f"the same arrays as in Keras' own file: {file.path}"


def test_the_check_finds_one_other_number(refuse, serve, folder):
    serve("KERAS_CONVOLUTIONS", repacked(folder, changed=True))
    line = refuse("weights", "--check", announced=1)
    one_sentence(line, weights.KERAS_CONVOLUTIONS.name, "sha256", package_data.ARRAYS_SHA256)


def test_the_check_of_damaged_arrays_in_the_package(refuse, cache, monkeypatch):
    monkeypatch.setattr(package_data, "ARRAYS_SHA256", "0" * 64)
    one_sentence(refuse("weights", "--check"), "package", "0" * 64)


def test_the_dense_classifier_is_fetched_once(run, serve, folder, capsys):
    (folder / "server" / "whole.h5").write_bytes(b"hello")
    file = serve("KERAS_WHOLE", folder / "server" / "whole.h5")
    main(["weights", "--fetch"])
    printed = capsys.readouterr()
    assert printed.out.strip() == str(file.path)
    assert "are downloaded once" in printed.err
    main(["weights", "--fetch"])
    assert "downloaded" not in capsys.readouterr().err


def test_a_fetch_without_a_network(refuse, cache):
    line = refuse("weights", "--fetch", announced=1)
    one_sentence(line, "http://127.0.0.1:9/KERAS_WHOLE.h5", "could not be fetched")
    assert names(cache) == []


# --- mistakes


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["maps", "absent.jpg"], ["absent.jpg", "cat"]),
        (["maps", "photos"], ["photos", "folder"]),
        (["maps", "photos/p0.png", "--layer", "conv_c"], ["'conv_c'", "'conv_a'"]),
        (["maps", "photos/p0.png", "--layer", "conv_a", "--top", "0"], ["1", "0"]),
        (["maps", "photos/p0.png", "--out", "photos/p0.png"], ["photos/p0.png", "folder"]),
        (["maps", "photos/p0.png", "--out", "photos/p0.png/deeper"], ["photos/p0.png/deeper", "folder"]),
        (["filters", "--layer", "pool_a"], ["'pool_a'", "convolution"]),
        (["filters", "--out", "filters.jpg"], ["filters.jpg", ".png"]),
        (["filters", "--out", "nowhere/filters.png"], ["nowhere", "folder"]),
        (
            ["cell", "photos/p0.png", "--layer", "conv_a", "--channel", "4", "--row", "0", "--column", "0"],
            ["channel", "3", "4"],
        ),
        (
            ["cell", "photos/p0.png", "--layer", "conv_a", "--channel", "0", "--row", "-1", "--column", "0"],
            ["row", "31", "-1"],
        ),
        (["stats", "nowhere"], ["nowhere"]),
        (["dream", "conv_c:1"], ["'conv_c", "'conv_a'"]),
        (["atlas", "cat", "--layer", "conv_c"], ["'conv_c'", "'conv_a'"]),
        (["atlas", "cat", "--layer", "pool_a"], ["'pool_a'", "MaxPooling2D"]),
        (["atlas", "cat", "--channel", "1"], ["--channel", "0"]),
        (["atlas", "cat", "--layer", "conv_a", "--channel", "4"], ["conv_a", "0 to 3", "4"]),
        (["dream", "conv_a:4"], ["'conv_a:4'", "0 to 3"]),
        (["dream", "conv_a:2-1"], ["'conv_a:2-1'", "0 to 3"]),
        (["dream", "conv_a:1", "--steps", "0"], ["steps", "0"]),
        (["why", "photos/p0.png"], ["classes"]),
        (["why", "photos/p0.png", "--method", "saliency", "--layer", "conv_a"], ["--layer", "grad_cam"]),
        (["examples", "nowhere", "--layer", "conv_a"], ["nowhere"]),
        (["examples", "photos", "--layer", "conv_c"], ["'conv_c'", "'conv_a'"]),
        (["examples", "photos", "--layer", "conv_a", "--channel", "4"], ["0 to 3", "4"]),
        (["examples", "photos", "--layer", "conv_a", "--top", "0"], ["top", "0"]),
    ],
)
def test_a_mistake_is_one_sentence(refuse, model, folder, arguments, words):
    before = (folder / "photos" / "p0.png").read_bytes()
    one_sentence(refuse(*arguments, "--model", model), *words)
    assert (folder / "photos" / "p0.png").read_bytes() == before


@pytest.mark.imagenet
@pytest.mark.parametrize("file", ["cut short", "no HDF5", "of another network", "VGG19"])
def test_a_wrong_file_of_weights_is_one_sentence_in_every_command(refuse, folder, file):
    path = folder / "own.h5"
    path.write_bytes(b"hello" if file == "no HDF5" else package_data.weights().read())
    if file == "cut short":
        os.truncate(path, 1_000_000)
    elif file != "no HDF5":
        with h5py.File(path, "a") as weights_of:
            weights_of.move("block5_conv3", "block5_conv4" if file == "VGG19" else "other")
    with pytest.raises(ValueError, match=r"own\.h5") as caught:
        vggviz.load_vgg16(path)
    place = ["--layer", "block1_conv1", "--channel", "0"]
    commands = [
        *(["layers"], ["filters"], ["maps", "cat"], ["cell", "cat", *place, "--row", "0", "--column", "0"]),
        *(
            ["stats", "photos"],
            ["examples", "photos", *place],
            ["dream", "block1_conv1:0"],
            ["explore", "cat"],
        ),
        *(["why", "cat"], ["why", "cat", "--method", "saliency"]),
    ]
    for command in commands:
        assert refuse(*command, "--weights", path) == f"vggviz: {caught.value}"


def test_a_folder_without_pictures(refuse, model, folder):
    (folder / "empty").mkdir()
    one_sentence(refuse("stats", "empty", "--model", model), "empty", "image")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["command", "layers", "weights"]),
        (["draw"], ["draw", "layers"]),
        (["maps"], ["PHOTO"]),
        (["maps", "cat", "--scale", "own"], ["own", "global"]),
        (["maps", "cat", "--layer", "a", "--all"], ["--all", "--layer"]),
        (["maps", "cat", "--top", "many"], ["many", "--top"]),
        (["layers", "--weights", "random", "--model", "m.keras"], ["--model", "--weights"]),
        (["layers", "--weights", "imagnet"], ["imagnet", "imagenet"]),
        (["layers", "--weights", "absent.h5"], ["absent.h5"]),
        (["layers", "--model", "absent.keras"], ["absent.keras"]),
        (["why", "cat", "--method", "guess"], ["guess", "grad_cam"]),
        (["weights", "--burn"], ["--burn"]),
        (["weights", "--check", "--fetch"], ["--check", "--fetch"]),
        (["why", "cat", "--classifier", "top"], ["top", "linear", "dense"]),
        (["layers", "--weights", "bundled"], ["bundled", "imagenet"]),
        (["layers", "more"], ["more", "unexpected"]),
        (["maps", "cat", "--layer"], ["--layer", "requires an argument."]),
        (["maps", "cat", "--laier", "a"], ["--laier", "--layer"]),
        (["cell", "cat", "--layer", "a"], ["Missing", "--channel"]),
        (["examples", "photos", "--layer", "a", "--channel", "1", "two"], ["--channel", "two"]),
    ],
)
def test_a_wrong_word_is_one_line(refuse, arguments, words):
    line = refuse(*arguments)
    assert line.startswith("vggviz")
    for word in words:
        assert word in line


def test_repeated_options_are_as_several_values(run, model):
    folder = ["photos", "--model", model, "--layer", "conv_b", "--top", 1]
    together = run("examples", "--channel", 4, 1, *folder[1:], "--", "photos")
    assert together == run("examples", *folder, "--channel", 4, "--channel=1")


def test_a_shell_completes_commands_and_choices():
    for words, found in (("vggviz ex", ["examples", "explore"]), ("vggviz maps --sc", ["--scale"])):
        last = str(len(words.split()) - 1)
        shell = {"_VGGVIZ_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": last}
        command = [sys.executable, "-m", "vggviz"]
        printed = subprocess.run(command, env=os.environ | shell, capture_output=True, text=True, check=True)
        assert [line.removeprefix("plain,") for line in printed.stdout.split()] == found
        assert printed.stderr == ""


def test_the_help_needs_no_tensorflow_no_numpy_no_matplotlib():
    code = """if True:
        import sys
        from vggviz.__main__ import main
        try:
            main(["maps", "--help"])
        finally:
            print(*sys.modules)
    """
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(printed.stdout.splitlines()[-1].split())
    assert "vggviz.cli.maps" in loaded
    assert not loaded & {"tensorflow", "keras", "numpy", "matplotlib", "PIL", "pooch", "requests"}


def test_a_full_disk(refuse, model, folder):
    (folder / "conv_a_filters.png").write_text("precious")
    with full_disk():
        line = refuse("filters", "--model", model)
    assert "large" in line
    assert (folder / "conv_a_filters.png").read_text() == "precious"
    assert names(folder) == ["conv_a_filters.png", "photos"]


def test_the_environment_names_the_weights(refuse, monkeypatch):
    monkeypatch.setenv("VGGVIZ_WEIGHTS", "absent.h5")
    assert "absent.h5" in refuse("layers")


def test_commands_in_one_process_share_a_network_of_the_package(run, model, monkeypatch):
    """As in a notebook. It is not kept after another network was loaded: figures name those in use."""
    loaded, load = [], vggviz.load_vgg16
    monkeypatch.setattr(vggviz, "load_vgg16", lambda *which: loaded.append(which) or load(*which))
    inputs._kept.cache_clear()
    first = run("layers", "--weights", "random")
    assert run("layers", "--weights", "random") == first
    run("maps", "photos/p0.png", "--weights", "random")
    run("dream", "block1_conv1:0", "--steps", 1, "--weights", "random")
    assert loaded == [("random", None)]
    run("layers", "--model", model)
    assert inputs._kept.cache_info().currsize == 0
    run("layers", "--weights", "random")
    assert len(loaded) == 2
    inputs._kept.cache_clear()


@pytest.mark.imagenet
def test_commands_in_one_process_share_an_engine(run, monkeypatch):
    started, start = [], onnxruntime.InferenceSession
    monkeypatch.setattr(
        onnxruntime, "InferenceSession", lambda *args, **kwargs: started.append(1) or start(*args, **kwargs)
    )
    inputs._kept.cache_clear()
    for command in (["layers"], ["maps", "photos/p0.png"], ["filters"], ["maps", "photos/p1.png"]):
        run(*command)
    assert len(started) == 5  # one for each block
    inputs._kept.cache_clear()
