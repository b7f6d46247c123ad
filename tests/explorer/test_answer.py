"""The classifier for the explorer's page: which networks have one, and whether its numbers are right."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

import vggviz
from node import run
from vggviz.explorer import answer, manifest
from vggviz.models import parts
from vggviz.models.graph import LOGITS

PAGE_NUMBERS = Path(__file__).parent / "page" / "answer_of_numbers.js"


def identity(batch):
    return batch.astype(np.float32)


def logits(model, batch):
    return np.asarray(parts.part(model, [LOGITS])(batch)[LOGITS])


def manifest_of(folder):
    return json.loads((folder / "manifest.json").read_text("utf-8"))


def classifier_of(folder, channels):
    """Kernel (classes, channels) and bias as the page reads them, and the labels."""
    classes = json.loads((folder / "classifier" / "classes.json").read_text("utf-8"))
    kernel = np.frombuffer(gzip.decompress((folder / "classifier" / "kernel.gz").read_bytes()), "<f2")
    return kernel.reshape(-1, channels).astype(float), np.array(classes["bias"]), classes["labels"]


def means_of(folder, picture, layer):
    return np.array(json.loads((folder / picture / f"{layer}.json").read_text())["mean"])


@pytest.fixture(scope="module")
def pictures():
    return {name: vggviz.load_image(name) for name in ("cat", "coffee", "rocket")}


@pytest.fixture(scope="module")
def saved(vgg16_imagenet, pictures, tmp_path_factory):
    explorer = vggviz.explore(vgg16_imagenet, pictures, layers=["block5_conv3", "block5_pool"])
    return explorer.save(tmp_path_factory.mktemp("answer") / "page")


@pytest.fixture(scope="module")
def expected(pictures):
    """Scores of the library's own classifier, {picture: (200,)}."""
    model = vggviz.load_vgg16("imagenet", "linear")
    batch = vggviz.preprocess(np.stack(list(pictures.values())))
    return dict(zip(pictures, logits(model, batch), strict=True))


def test_scores_are_those_of_the_library(saved, expected):
    kernel, bias, labels = classifier_of(saved, 512)
    assert labels == list(vggviz.provenance(vggviz.load_vgg16("imagenet", "linear")).labels)
    for picture, scores in expected.items():
        found = kernel @ means_of(saved, picture, "block5_pool") + bias
        assert np.abs(found - scores).max() <= 0.01 * np.abs(scores).max()
        assert list(np.argsort(-found)[:10]) == list(np.argsort(-scores)[:10])


def test_the_cells_and_the_bias_add_up_to_the_score(saved, expected):
    """Of what is stored, to the digits that are stored."""
    kernel, bias, _ = classifier_of(saved, 512)
    for picture in expected:
        raw = gzip.decompress((saved / picture / "block5_pool.maps.gz").read_bytes())
        maps = np.frombuffer(raw, "<f4").reshape(512, 49).astype(float)
        score = kernel @ means_of(saved, picture, "block5_pool") + bias
        cells = kernel @ maps / 49
        assert np.abs(cells.sum(axis=1) + bias - score).max() <= 1e-5 * np.abs(score).max()


def test_the_entry_of_the_manifest(saved):
    entry = manifest_of(saved)["answer"]
    size = sum(path.stat().st_size for path in (saved / "classifier").iterdir())
    assert entry.pop("bytes") == size < 220_000
    assert entry == {
        "layer": "block5_pool",
        "classes": 200,
        "calibrated": True,
        "off": ["block5_pool", "block5_conv3"],
        "trained": {"on": "Tiny ImageNet", "pictures": 60000, "tested": 5000, "right": 0.6352},
    }


def test_a_channel_off_is_its_mean_at_zero(vgg16_imagenet, pictures):
    """For each layer of `off`: the network with the channel's output set to zero has these means."""
    found = answer.answer_of(vgg16_imagenet, ["block5_conv3", "block5_pool"])
    batch = vggviz.preprocess(pictures["cat"][None])
    maps = vggviz.feature_maps(vgg16_imagenet, batch, ["block5_conv3", "block5_pool"])
    gated = maps["block5_conv3"].copy()
    gated[..., [183, 286]] = 0
    pooled = gated.reshape(7, 2, 7, 2, 512).max(axis=(1, 3)).mean(axis=(0, 1))
    expected = maps["block5_pool"][0].mean(axis=(0, 1))
    expected[[183, 286]] = 0
    assert found.off == ("block5_pool", "block5_conv3")
    np.testing.assert_allclose(pooled, expected, rtol=1e-5)


def test_the_page_computes_the_same_numbers(saved, expected, tmp_path):
    """The page's own modules, in Node, on the stored files: scores, cells, reasons and channels off."""
    facts = {picture: scores.astype(float).tolist() for picture, scores in expected.items()}
    (tmp_path / "expected.json").write_text(json.dumps(facts))
    run([PAGE_NUMBERS], {"FOLDER": str(saved), "EXPECTED": str(tmp_path / "expected.json")})


def with_end(*end, shown="conv"):
    keras = pytest.importorskip("keras")
    x = inputs = keras.Input((32, 32, 3))
    for layer in (keras.layers.Conv2D(4, 3, activation="relu", name=shown), *end):
        x = layer(x)
    return keras.Model(inputs, x)


@pytest.mark.parametrize("way", ["softmax inside", "softmax after", "linear", "no bias"])
def test_a_networks_own_classifier_on_means(way, photograph, tmp_path):
    keras = pytest.importorskip("keras")
    layers = keras.layers
    dense = layers.Dense(
        3, activation="softmax" if way == "softmax inside" else None, use_bias=way != "no bias", name="scores"
    )
    after = [layers.Softmax()] if way == "softmax after" else []
    end = [layers.MaxPooling2D(name="pool"), layers.GlobalAveragePooling2D(), layers.Dropout(0.5), dense]
    model = with_end(*end, *after)
    folder = vggviz.explore(model, {"noise": photograph}, preprocess=identity).save(tmp_path / "page")
    entry = manifest_of(folder)["answer"]
    assert entry["layer"] == "pool"
    assert entry["off"] == ["pool", "conv"]
    assert not entry["calibrated"]
    assert entry["trained"] is None  # it is the network's own
    kernel, bias, labels = classifier_of(folder, 4)
    assert labels == ["class 0", "class 1", "class 2"]
    found = kernel @ means_of(folder, "noise", "pool") + bias
    scores = logits(model, identity(photograph[None]))[0]
    np.testing.assert_allclose(found, scores, atol=2e-3 * np.abs(scores).max())


def test_networks_whose_answer_is_not_shown(functional, nested, vgg16, photograph, tmp_path):
    keras = pytest.importorskip("keras")
    layers = keras.layers
    flat = with_end(layers.Flatten(), layers.Dense(3, activation="softmax"))
    normal = with_end(
        layers.BatchNormalization(), layers.GlobalAveragePooling2D(), layers.Dense(3, activation="softmax")
    )
    sigmoid = with_end(layers.GlobalAveragePooling2D(), layers.Dense(3, activation="sigmoid"))
    for model in (functional, nested, flat, normal, sigmoid, vgg16):
        assert answer.answer_of(model, manifest.shown_layers(model, None)) is None
    folder = vggviz.explore(flat, {"noise": photograph}, preprocess=identity).save(tmp_path / "page")
    assert manifest_of(folder)["answer"] is None
    assert not (folder / "classifier").exists()


def test_imagenets_vgg16_without_its_last_pool_has_no_answer(vgg16_imagenet):
    assert answer.answer_of(vgg16_imagenet, ["block5_conv3"]) is None
