"""The recipe of the linear classifier: pictures, views, the pass and its resuming, the fit, the card."""

import io
import json
import zipfile

import keras
import numpy as np
import pytest
from PIL import Image

import vggviz
from sentences import refused
from training import __main__ as command
from training import channels, classifier, data, features, probes, views
from vggviz._shared import package_data

CLASSES, TRAINING, VALIDATION = 3, 12, 4


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Three classes of dark, middle and bright noise, in the public data set's layout."""
    path = tmp_path_factory.mktemp("data") / "tiny-imagenet.zip"
    random = np.random.default_rng(0)
    wnids = [f"n{9 - k:08d}" for k in range(CLASSES)]
    with zipfile.ZipFile(path, "w") as pack:
        root, rows = data.ROOT, []
        pack.writestr(f"{root}/wnids.txt", "\n".join(wnids))
        pack.writestr(f"{root}/words.txt", "\n".join(f"{w}\tthing {w}, another name" for w in wnids))
        for k, wnid in enumerate(wnids):
            for number in range(TRAINING):
                pack.writestr(f"{root}/train/{wnid}/images/{wnid}_{number}.JPEG", jpeg(random, k))
        for number in range(VALIDATION * CLASSES):
            pack.writestr(f"{root}/val/images/val_{number}.JPEG", jpeg(random, number % CLASSES))
            rows.append(f"val_{number}.JPEG\t{wnids[number % CLASSES]}\t0\t0\t62\t62")
        pack.writestr(f"{root}/val/val_annotations.txt", "\n".join(rows))
    return path


def jpeg(random, brightness):
    picture = (random.integers(0, 60, (64, 64, 3)) + 80 * brightness).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def tiny():
    """Two convolutions, a pool after each, seeded random weights."""
    keras.utils.set_random_seed(0)
    inputs = maps = keras.Input((224, 224, 3))
    for block, count in ((1, 6), (2, 8)):
        maps = keras.layers.Conv2D(count, 3, padding="same", activation="relu", name=f"block{block}_conv1")(
            maps
        )
        maps = keras.layers.MaxPooling2D(4, name=f"block{block}_pool")(maps)
    return keras.Model(inputs, maps, name="tiny")


@pytest.fixture
def small(monkeypatch):
    """Views of a few pixels, so that a pass takes no time."""
    monkeypatch.setattr(views, "TRAINING", {"plain": views.resized, "sharp": views.sharpened})
    monkeypatch.setattr(views, "VALIDATION", {"plain": views.resized})


# --- the pictures


def test_the_public_layout_is_read(archive):
    found = data.load(archive)
    assert found.wnids == ["n00000009", "n00000008", "n00000007"]  # the file's order, not sorted
    assert found.labels == [f"thing {wnid}" for wnid in found.wnids]
    assert [len(names) for names in found.training] == [TRAINING] * CLASSES
    assert [len(names) for names in found.validation] == [VALIDATION] * CLASSES
    assert all(names == sorted(names) for names in found.training + found.validation)
    with found.reader() as reader:
        for label in range(CLASSES):
            for name in (found.training[label][-1], found.validation[label][0]):
                assert np.asarray(reader.image(name)).mean() == pytest.approx(30 + 80 * label, abs=3)


def test_what_is_no_data_set(tmp_path):
    with refused("missing.zip", kind=FileNotFoundError):
        data.load(tmp_path / "missing.zip")
    (tmp_path / "text.zip").write_text("no zip")
    with refused("text.zip", "Tiny ImageNet"):
        data.load(tmp_path / "text.zip")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as pack:
        pack.writestr("readme.txt", "other")
    with refused("other.zip", "Tiny ImageNet", "wnids.txt"):
        data.load(tmp_path / "other.zip")


def test_a_class_without_pictures_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "few.zip", "w") as pack:
        for name, text in (("wnids", "n1"), ("words", "n1\tone"), ("val/val_annotations", "")):
            pack.writestr(f"{data.ROOT}/{name}.txt", text)
    with refused("n1", "0 and 0"):
        data.load(tmp_path / "few.zip")


# --- the views


def test_each_view_is_what_it_says():
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    shown = {name: show(picture, 3, 5) for name, show in views.TRAINING.items()}
    assert {name: pixels.shape[0] for name, pixels in shown.items()} == {
        "plain": 224, "sharp": 224, "small": 128, "crop": 224,
    }  # fmt: skip
    np.testing.assert_array_equal(shown["plain"], picture.resize((224, 224), Image.Resampling.BICUBIC))
    np.testing.assert_array_equal(shown["small"], picture.resize((128, 128), Image.Resampling.BICUBIC))
    assert all(pixels.dtype == np.uint8 for pixels in shown.values())


def test_sharpening_adds_what_a_gaussian_takes_away():
    """On a point, by the Gaussian's formula; nothing changes where a picture is even."""
    pixels = np.full((31, 31, 3), 100, np.uint8)
    np.testing.assert_array_equal(views._sharpen(pixels, 2.0), pixels)
    pixels[15, 15] = 140
    bell = np.exp(-(np.arange(-6, 7) ** 2) / (2 * 1.5**2))
    bell /= bell.sum()
    expected = pixels.astype(float)
    expected[9:22, 9:22] -= 2 * 40 * np.multiply.outer(bell, bell)[..., None]
    expected[15, 15] += 2 * 40
    np.testing.assert_array_equal(views._sharpen(pixels, 2.0), expected.round())


def test_a_crop_depends_on_class_and_place_alone():
    across = np.broadcast_to(np.arange(64, dtype=np.uint8)[None, :, None] * 3 + 20, (64, 64, 3))
    picture = Image.fromarray(np.ascontiguousarray(across))
    np.testing.assert_array_equal(views.cropped(picture, 1, 2), views.cropped(picture, 1, 2))
    rows = [views.cropped(picture, 1, index)[112, 20:-20, 0].astype(int) for index in range(60)]
    mirrored = [row[-1] < row[0] for row in rows]
    assert 15 < sum(mirrored) < 45
    widths = [abs(row[-1] - row[0]) / 3 * 224 / 183 for row in rows]
    assert min(widths) > 64 * np.sqrt(0.4 * 3 / 4) - 3
    assert max(widths) < 66
    assert np.ptp(widths) > 15


# --- the pass


def test_an_interrupted_pass_ends_where_an_uninterrupted_one_does(
    archive, tiny, small, tmp_path, monkeypatch
):
    pictures = data.load(archive)
    whole = features.compute(tiny, pictures, tmp_path / "whole")
    compute, done = features.compute_shard, []

    def power_cut(model, shard, *rest):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(shard)
        return compute(model, shard, *rest)

    monkeypatch.setattr(features, "compute_shard", power_cut)
    with pytest.raises(KeyboardInterrupt):
        features.compute(tiny, pictures, tmp_path / "cut")
    assert sorted(path.name for path in (tmp_path / "cut").iterdir()) == [
        "training-000.npz",
        "training-001.npz",
    ]
    monkeypatch.setattr(features, "compute_shard", compute)
    resumed = features.compute(tiny, pictures, tmp_path / "cut")
    for one, other in zip(whole, resumed, strict=True):
        for arrays, others in ((one.views, other.views), (one.sums, other.sums)):
            assert list(arrays) == list(others)
            for name, values in arrays.items():
                np.testing.assert_array_equal(values, others[name])
        np.testing.assert_array_equal(one.labels, other.labels)


def test_the_numbers_are_those_of_the_librarys_own_maps(archive, tiny, small, tmp_path):
    pictures = data.load(archive)
    training, validation = features.compute(tiny, pictures, tmp_path)
    with pictures.reader() as reader:
        batch = vggviz.preprocess(
            np.stack([views.resized(reader.image(name)) for name in pictures.training[1]])
        )
    maps = vggviz.feature_maps(tiny, batch)
    own = training.labels == 1
    wanted = maps["block2_pool"].mean(axis=(1, 2))
    np.testing.assert_allclose(training.views["plain"][own], wanted, rtol=1e-3, atol=1e-3)
    both = [maps[f"block{block}_conv1"] for block in (1, 2)]
    means = np.concatenate([values.mean(axis=(1, 2)) for values in both], axis=1)
    np.testing.assert_allclose(training.sums["mean"][1], means.sum(axis=0), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(training.sums["square"][1], (means**2).sum(axis=0), rtol=1e-4, atol=1e-4)
    largest = np.concatenate([values.max(axis=(1, 2)) for values in both], axis=1).sum(axis=0)
    np.testing.assert_allclose(training.sums["maximum"][1], largest, rtol=1e-4, atol=1e-4)
    zeros = np.concatenate([(values <= 0).sum(axis=(0, 1, 2)) for values in both])
    np.testing.assert_allclose(training.sums["zeros"][1], zeros, atol=20)  # sums in another order: near 0
    assert training.sums["cells"][1].tolist() == [TRAINING * 224**2] * 6 + [TRAINING * 56**2] * 8
    assert validation.sums == {}
    assert training.indices.tolist() == list(range(TRAINING)) * CLASSES


def test_shards_of_other_pictures_are_refused(archive, tiny, small, tmp_path):
    pictures = data.load(archive)
    features.compute(tiny, pictures, tmp_path)
    (tmp_path / "training-001.npz").write_bytes((tmp_path / "training-002.npz").read_bytes())
    with refused("training-001.npz", "--work"):
        features.compute(tiny, pictures, tmp_path)


# --- the fit


def groups(count, *, spread=1.0, seed=0):
    """Three groups in five dimensions of very unequal scale with a shared noise, and a view of them."""
    random = np.random.default_rng(seed)
    centres = np.array([[4, 0, 0, 0, 0], [0, 4, 0, 0, 0], [0, 0, 4, 0, 0]], float)
    labels = np.repeat(np.arange(3), count)
    noise = spread * random.normal(size=(3 * count, 5)) + 6 * random.normal(size=(3 * count, 1))
    plain = (centres[labels] + noise) * [1, 10, 0.1, 1, 100] + 7
    made = {"plain": plain, "sharp": plain + 0.01 * random.normal(size=plain.shape)}
    indices = np.tile(np.arange(count), 3)
    return features.Features({k: v.astype(np.float32) for k, v in made.items()}, labels, indices, {})


@pytest.mark.parametrize(("kind", "strength"), [("discriminant", 1e-7), ("logistic", 1e-3)])
def test_separable_groups_are_told_apart(kind, strength):
    fitted, test = groups(40), groups(40, seed=1)
    found = classifier.Candidate(kind, strength).fit(fitted.views, fitted.labels)
    assert classifier.accuracy(found.logits(test.views["plain"]), test.labels)[0] > 0.97


def test_the_better_candidate_is_chosen_and_fitted_to_everything():
    training = groups(50, spread=1.5)
    weak, strong = classifier.Candidate("logistic", 1e4), classifier.Candidate("logistic", 1e-2)
    choice = classifier.choose(training, (weak, strong))
    assert choice.candidate == strong
    again = strong.fit(training.views, training.labels)
    np.testing.assert_array_equal(choice.uncalibrated.kernel, again.kernel)
    np.testing.assert_allclose(choice.classifier.kernel * choice.temperature, again.kernel, rtol=1e-5)
    assert choice.classifier.kernel.dtype == choice.classifier.bias.dtype == np.float32


def test_the_last_tenth_of_each_class_is_held_back():
    labels, indices = np.repeat([0, 1], [30, 5]), np.concatenate([np.arange(30), np.arange(5)])
    assert np.flatnonzero(classifier.held_back(labels, indices)).tolist() == [27, 28, 29, 34]


def test_the_temperature_lowers_the_negative_log_likelihood_and_the_calibration_error():
    """Honest logits that were multiplied by 5 are given back."""
    random = np.random.default_rng(0)
    logits = random.normal(0, 2, (4000, 6))
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = np.array([random.choice(6, p=p) for p in chances])
    hot = 5 * logits
    temperature = classifier.best_temperature(hot, labels)
    assert temperature == pytest.approx(5, rel=0.05)
    for measure in (classifier.negative_log_likelihood, classifier.calibration_error):
        assert measure(hot / temperature, labels) < 0.9 * measure(hot, labels)
    assert (
        classifier.calibration_error(hot / temperature, labels)
        < 0.03
        < classifier.calibration_error(hot, labels)
    )


def test_the_calibration_error_by_hand():
    """Two of four sure answers are right: |1 - 0.5|; two answers of 0.6, both right: |0.6 - 1|."""
    logits = np.log(np.array([[1, 1e-12]] * 4 + [[0.6, 0.4]] * 2))
    assert classifier.calibration_error(logits, np.array([0, 0, 1, 1, 0, 0])) == pytest.approx(
        4 / 6 * 0.5 + 2 / 6 * 0.4
    )


# --- the channels


def test_effect_sizes_are_those_of_a_plain_computation():
    random = np.random.default_rng(0)
    values = [random.normal(k, 1 + k, (count, 4)) for k, count in enumerate((5, 8, 11))]
    for some in values:
        some[:, 3] = 2.0  # a channel that never varies
    sums, squares = (np.array([(v**p).sum(axis=0) for v in values]) for p in (1, 2))
    found = channels.effect_sizes([5, 8, 11], sums, squares)
    pooled = np.sqrt(sum(((v - v.mean(axis=0)) ** 2).sum(axis=0) for v in values) / (24 - 3))
    for label, own in enumerate(values):
        others = np.concatenate([v for k, v in enumerate(values) if k != label])
        wanted = (own.mean(axis=0) - others.mean(axis=0))[:3] / pooled[:3]
        np.testing.assert_allclose(found[:3, label], wanted)
    assert (found[3] == 0).all()


def test_zeros_and_dead_channels_by_layer():
    found = channels.by_layer({"one": 2, "two": 1}, np.array([5.0, 10, 0]), np.array([10.0, 10, 4]))
    assert found == {"one": {"zeros": 0.75, "dead": 1}, "two": {"zeros": 0.0, "dead": 0}}


def test_probes_are_kept_and_tell_bright_from_dark(archive, tiny, tmp_path, monkeypatch):
    pictures, kept = data.load(archive), tmp_path / "sample.npz"
    found = probes.measure(tiny, pictures, kept)
    assert list(found["probe"]) == ["block1_pool", "block2_pool"]
    assert found["probe"]["block1_pool"] == 1.0
    assert 0 < found["layers"]["block1_conv1"]["zeros"] < 1
    monkeypatch.setattr(probes, "_compute", None)
    assert probes.measure(tiny, pictures, kept) == found


# --- the command


def test_a_whole_run_writes_everything(archive, tiny, small, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "network", lambda source: tiny)
    out, work = tmp_path / "out", tmp_path / "work"
    out.mkdir()
    arguments = ["--data", str(archive), "--out", str(out), "--work", str(work), "--remark", "A remark."]
    assert command.main(arguments) == 0
    assert f"{CLASSES * (TRAINING + VALIDATION)} images" in capsys.readouterr().out
    linear = np.load(out / "linear_classifier.npz")
    assert linear["kernel"].shape == (8, CLASSES)
    table = np.load(out / "preferred_classes.npz")
    assert table["effect_sizes"].shape == (14, CLASSES)
    assert table["layers"].tolist() == ["block1_conv1", "block2_conv1"]
    assert table["channels"].tolist() == [6, 8]
    names = json.loads((out / "tiny_imagenet_classes.json").read_text("utf-8"))
    assert [name["wnid"] for name in names] == data.load(archive).wnids
    numbers = json.loads((out / "linear_classifier_card.json").read_text("utf-8"))
    assert numbers["classifier"]["accuracy"]["plain"]["top1"] == 1.0
    words = (out / "model_card.md").read_text("utf-8")
    assert "A remark." in words
    assert package_data.ARRAYS_SHA256 in words
    assert "{" not in words


def test_mistakes_are_one_sentence(archive, tmp_path, capsys):
    for wrong, words in (
        ({"--data": str(tmp_path / "none.zip")}, "none.zip"),
        ({"--out": str(tmp_path / "nowhere")}, "nowhere"),
    ):
        options = {"--data": str(archive), "--out": str(tmp_path), "--work": str(tmp_path / "work")} | wrong
        assert command.main([word for pair in options.items() for word in pair]) == 2
        said = capsys.readouterr().err.strip().splitlines()
        assert len(said) == 1
        assert said[0].startswith("training: ")
        assert words in said[0]
