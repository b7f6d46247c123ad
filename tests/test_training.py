"""The recipe of the bundled weights: data, schedule, resuming, folding, grid; in the audit a small run."""

import io
import itertools
import json
import zipfile
from dataclasses import asdict

import keras
import numpy as np
import pytest
from PIL import Image
from sentences import refused

import vggviz
from training import __main__ as command
from training import card, data, evaluate, fold, network, recipe
from training.augment import crops
from training.schedule import PHASES, Schedule

# Keras writes weights with a call that NumPy 2 finds old.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

CLASSES, TRAINING, VALIDATION = 3, 8, 4


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Three classes of dark, middle and bright noise, in the public data set's layout."""
    path = tmp_path_factory.mktemp("data") / "tiny-imagenet.zip"
    random = np.random.default_rng(0)
    wnids = [f"n{k:08d}" for k in range(CLASSES)]
    with zipfile.ZipFile(path, "w") as pack:
        root, rows = data.ROOT, []
        pack.writestr(f"{root}/wnids.txt", "\n".join(wnids))
        pack.writestr(f"{root}/words.txt", "\n".join(f"{w}\tthing {w}, another name" for w in wnids))
        for k, wnid in enumerate(wnids):
            for number in range(TRAINING):
                pack.writestr(f"{root}/train/{wnid}/images/{wnid}_{number}.JPEG", jpeg(random, k))
            for number in range(VALIDATION):
                pack.writestr(f"{root}/val/images/val_{k}_{number}.JPEG", jpeg(random, k))
                rows.append(f"val_{k}_{number}.JPEG\t{wnid}\t0\t0\t62\t62")
        pack.writestr(f"{root}/val/val_annotations.txt", "\n".join(rows))
    return path


def jpeg(random, brightness):
    picture = (random.integers(0, 60, (64, 64, 3)) + 80 * brightness).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def trained():
    """The network with normalisation statistics as training leaves them: none of them trivial."""
    keras.utils.set_random_seed(0)
    model = network.build(classes=5)
    random = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            count = layer.gamma.shape[0]
            layer.set_weights(
                [
                    random.uniform(0.5, 1.5, count),
                    random.normal(0, 0.3, count),
                    random.normal(0, 0.3, count),
                    random.uniform(0.5, 2, count),
                ]
            )
    return model


# --- data


def test_the_public_layout_is_read(archive, tmp_path):
    found = data.load(archive, tmp_path)
    assert found.wnids == [f"n{k:08d}" for k in range(CLASSES)]
    assert found.labels == [f"thing n{k:08d}" for k in range(CLASSES)]
    for part, count in ((found.training, TRAINING), (found.validation, VALIDATION)):
        assert part.images.shape == (CLASSES * count, 64, 64, 3)
        assert np.bincount(part.labels).tolist() == [count] * CLASSES
        np.testing.assert_allclose(part.images.mean(axis=(1, 2, 3)), 30 + 80 * part.labels, atol=3)


def test_it_is_decoded_once(archive, tmp_path):
    first = data.load(archive, tmp_path)
    again = data.load(archive, tmp_path)
    np.testing.assert_array_equal(first.training.images, again.training.images)
    assert [path.suffix for path in tmp_path.iterdir()] == [".npz"]
    assert data.load(tmp_path / archive.name, tmp_path).wnids == first.wnids  # without the zip


def test_fewer_classes_are_numbered_from_zero(archive, tmp_path):
    some = data.load(archive, tmp_path).only(2)
    assert set(some.training.labels) == {0, 1}
    assert len(some.wnids) == len(some.labels) == 2
    with refused("2 to 3", "4"):
        data.load(archive, tmp_path).only(4)


def test_what_is_no_data_set(tmp_path):
    with refused("missing.zip", kind=FileNotFoundError):
        data.load(tmp_path / "missing.zip", tmp_path / "work")
    (tmp_path / "text.zip").write_text("no zip")
    with refused("text.zip", "Tiny ImageNet"):
        data.load(tmp_path / "text.zip", tmp_path / "work")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as pack:
        pack.writestr("readme.txt", "other")
    with refused("other.zip", "Tiny ImageNet", "wnids.txt"):
        data.load(tmp_path / "other.zip", tmp_path / "work")


def test_crops_are_parts_of_their_own_picture():
    images = np.arange(5, dtype=np.uint8)[:, None, None, None] * np.ones((1, 64, 64, 3), np.uint8)
    cut = crops(images, np.random.default_rng(0))
    assert cut.shape[1] == cut.shape[2] <= 64
    assert (cut == np.arange(5)[:, None, None, None]).all()


# --- the schedule


def test_the_rate_rises_once_and_falls_to_nothing():
    schedule = Schedule(steps=400, peak=0.1)
    rates = [schedule.rate(step) for step in range(400)]
    top = int(np.argmax(rates))
    assert 0.099 < rates[top] <= 0.1
    assert (np.diff(rates[: top + 1]) > 0).all()
    assert (np.diff(rates[top:]) < 0).all()
    assert rates[-1] < 1e-9


def test_each_size_gets_its_share_of_the_work():
    schedule = Schedule(steps=20_000, peak=0.1)
    sizes = [schedule.sizes(step) for step in range(20_000)]
    work = np.array([np.mean(np.square(of_step)) for of_step in sizes])
    assert list(dict.fromkeys(sizes)) == [together for _, together in PHASES]
    for share, together in PHASES:
        spent = work[[of_step == together for of_step in sizes]].sum() / work.sum()
        assert spent == pytest.approx(share, abs=0.01)


# --- the network while it learns


def test_pictures_of_several_sizes_share_one_normalisation():
    """Each channel's mean is beta and its variance gamma squared over all of them together, not by size."""
    random = np.random.default_rng(0)
    maps = [random.normal(k, 1 + k, (3, size, size, 4)).astype(np.float32) for k, size in enumerate((4, 8))]
    layer = network.JointNormalization(momentum=0.0, epsilon=1e-6)
    layer(maps[0])
    given = [np.asarray(part) for part in layer(maps, training=True)]
    weights = np.concatenate([np.full(part.size // 4, 1 / part[0].size) for part in given])
    channels = np.concatenate([part.reshape(-1, 4) for part in given])
    mean = np.average(channels, axis=0, weights=weights)
    np.testing.assert_allclose(mean, 0, atol=1e-5)
    np.testing.assert_allclose(np.average((channels - mean) ** 2, axis=0, weights=weights), 1, rtol=1e-4)
    assert np.abs(given[0].mean(axis=(0, 1, 2))).min() > 0.1
    later = [np.asarray(part) for part in layer(maps, training=False)]
    np.testing.assert_allclose(later[1], given[1], atol=1e-4)


def test_several_sizes_at_once_give_the_logits_of_each(monkeypatch):
    monkeypatch.setattr(network, "BLOCKS", ((4, 1), (6, 1)))
    model = network.build(classes=3)
    random = np.random.default_rng(0)
    parts = [network.batch_of(random.integers(0, 256, (2, 64, 64, 3), dtype=np.uint8), s) for s in (32, 64)]
    apart = np.concatenate([np.asarray(model(part, training=False)) for part in parts])
    at_once = np.asarray(network.Together(model)(parts, training=False))
    np.testing.assert_allclose(at_once, apart, rtol=1e-5, atol=1e-6)


# --- the loop


def test_an_interrupted_run_ends_where_an_uninterrupted_one_does(tmp_path, monkeypatch):
    """Bit for bit: the momentum, the average and all that is random are taken up again."""
    monkeypatch.setattr(network, "BLOCKS", ((4, 1), (6, 1)))
    monkeypatch.setattr(recipe, "CHECKPOINT", 0)
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (24, 64, 64, 3), dtype=np.uint8)
    pictures = data.Pictures(images, random.integers(0, 3, 24))
    both = data.DataSet(pictures, pictures, list("abc"), list("abc"))
    plan = recipe.Recipe(epochs=2, batch=8)
    whole = recipe.train(plan, both, tmp_path / "whole")

    step = recipe._step

    def power_cut(state, *rest):
        if state.step == 3:
            raise KeyboardInterrupt
        step(state, *rest)

    monkeypatch.setattr(recipe, "_step", power_cut)
    with pytest.raises(KeyboardInterrupt):
        recipe.train(plan, both, tmp_path / "cut")
    monkeypatch.setattr(recipe, "_step", step)
    resumed = recipe.train(plan, both, tmp_path / "cut")
    for one, other in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)


def test_the_kept_weights_are_an_average_of_the_last_steps(tmp_path, monkeypatch):
    monkeypatch.setattr(network, "BLOCKS", ((4, 1), (6, 1)))
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (8, 64, 64, 3), dtype=np.uint8)
    pictures = data.Pictures(images, random.integers(0, 3, 8))
    both = data.DataSet(pictures, pictures, list("abc"), list("abc"))
    kept = {}
    step = recipe._step

    def remember(state, *rest):
        step(state, *rest)
        kept[state.step] = np.asarray(state.model.get_layer("logits").get_weights()[0])

    monkeypatch.setattr(recipe, "_step", remember)
    model = recipe.train(recipe.Recipe(epochs=4, batch=8, average=0.5), both, tmp_path)
    last = model.get_layer("logits").get_weights()[0]
    weighted = 0.5 * kept[4] + 0.25 * kept[3] + 0.125 * kept[2]
    start_share = np.abs(last - weighted).max()
    assert start_share < 0.13 * np.abs(np.stack(list(kept.values()))).max()
    assert not np.allclose(last, kept[4])


def test_statistics_taken_anew_are_those_of_the_pictures(monkeypatch):
    """Each normalisation then gives mean beta and spread gamma over the pictures, at any depth."""
    monkeypatch.setattr(network, "BLOCKS", ((4, 2), (6, 1)))
    keras.utils.set_random_seed(0)
    model = network.build(classes=3)
    random = np.random.default_rng(0)
    pictures = data.Pictures(random.integers(0, 256, (30, 64, 64, 3), dtype=np.uint8), np.zeros(30, int))
    recipe.recompute_statistics(model, pictures, (64,), seed=0)
    batch = network.batch_of(pictures.images, 64)
    for name in network.convolutions(model):
        given = keras.Model(model.input, model.get_layer(f"{name}_norm").output)(batch, training=False)
        given = np.asarray(given)
        np.testing.assert_allclose(given.mean(axis=(0, 1, 2)), 0, atol=1e-3)
        np.testing.assert_allclose(given.std(axis=(0, 1, 2)), 1, atol=1e-2)


def test_the_sizes_seen_follow_each_change_of_plan():
    """Each step's sizes are those of the plan that held then."""
    plans = [
        {"step": 0, "recipe": asdict(recipe.Recipe(epochs=10, batch=10))},
        {"step": 30, "recipe": asdict(recipe.Recipe(epochs=20, batch=10))},
    ]
    seen = recipe.sizes_seen(plans, pictures=50, steps=100)
    for step in range(100):
        held = recipe.Recipe(**plans[step >= 30]["recipe"]).schedule(50).sizes(step)
        assert [phase["sizes"] for phase in seen if phase["step"] <= step][-1] == list(held)
    assert all(one["sizes"] != other["sizes"] for one, other in itertools.pairwise(seen))


# --- folding and writing


def test_the_folded_network_gives_the_trained_ones_numbers_on_every_layer(trained):
    plain = keras.applications.VGG16(weights=None, include_top=False, input_shape=(64, 64, 3))
    for name, weights in fold.fold(trained).items():
        plain.get_layer(name).set_weights(weights)
    batch = vggviz.preprocess(np.random.default_rng(1).integers(0, 256, (2, 64, 64, 3), dtype=np.uint8))
    folded = vggviz.feature_maps(plain, batch)
    for name in network.convolutions(trained):
        wanted = keras.Model(trained.input, trained.get_layer(f"{name}_relu").output)(batch, training=False)
        wanted = np.asarray(wanted)
        assert np.abs(folded[name] - wanted).max() < 1e-4 * wanted.max(), name


def test_the_plain_model_names_the_same_classes(trained):
    head = trained.get_layer("logits").get_weights()
    plain = fold.plain_model(fold.fold(trained), *head)
    batch = vggviz.preprocess(np.random.default_rng(1).integers(0, 256, (3, 64, 64, 3), dtype=np.uint8))
    np.testing.assert_allclose(plain(batch), trained(batch, training=False), rtol=1e-3, atol=1e-4)


def test_the_grid_is_exact_in_half_precision_and_has_at_most_256_values(trained):
    for kernel, _ in fold.on_grid(fold.fold(trained)).values():
        assert (kernel.astype(np.float16) == kernel).all()
        assert max(len(np.unique(kernel[..., k])) for k in range(0, kernel.shape[-1], 37)) <= 256


def test_written_weights_are_read_back_by_the_librarys_own_loader(trained, tmp_path):
    weights = fold.on_grid(fold.fold(trained))
    fold.write(weights, tmp_path / "weights.h5")
    model = vggviz.load_vgg16(tmp_path / "weights.h5")
    for name, (kernel, _) in weights.items():
        np.testing.assert_array_equal(vggviz.filters(model, name), kernel.astype(np.float32))


# --- evaluation


def test_accuracy_and_confusion_of_a_network_that_answers_one_class():
    inputs = keras.Input((None, None, 3))
    pooled = keras.layers.GlobalAveragePooling2D()(inputs)
    model = keras.Model(inputs, keras.layers.Dense(6, name="logits")(pooled))
    model.get_layer("logits").set_weights([np.zeros((3, 6)), np.array([0, 1, 5, 2, 3, 4.0])])
    pictures = data.Pictures(np.zeros((12, 64, 64, 3), np.uint8), np.arange(12) % 6)
    found = evaluate.accuracy(model, pictures, 32, batch=5)
    assert found.top1 == pytest.approx(1 / 6)
    assert found.top5 == pytest.approx(5 / 6)
    assert found.confusion[:, 2].tolist() == [2] * 6
    assert found.confusion.sum() == 12
    assert all(right == 0 and other == 2 for _, right, other in found.worst(5))


# --- the command


@pytest.mark.audit
@pytest.mark.bundled
def test_a_whole_small_run(archive, tmp_path, capsys):
    out = tmp_path / "small_notop.h5"
    arguments = ["--data", str(archive), "--out", str(out), "--classes", "3", "--smoke"]
    assert command.main(arguments) == 0
    assert str(out) in capsys.readouterr().out.splitlines()
    found = json.loads((tmp_path / "small_card.json").read_text("utf-8"))
    assert found["bytes"] == out.stat().st_size < 20e6
    assert found["sha256"] == vggviz.weights.sha256(out)
    assert set(found["accuracy"]) == {"64", "96", "224"}
    for measured in found["measures"].values():
        assert list(measured["apoz"]) == list(measured["dead"]) == list(measured["effective_rank"])
        assert len(measured["apoz"]) == 13
        assert list(measured["probe"]) == [f"block{k}_pool" for k in range(1, 6)]
    words = (tmp_path / "small_card.md").read_text("utf-8")
    assert found["sha256"] in words
    assert "{" not in words
    assert vggviz.conv_layers(vggviz.load_vgg16(out))[-1] == "block5_conv3"
    head = np.load(tmp_path / "small_head.npz")
    assert head["kernel"].shape == (512, 3)


def test_a_plan_changed_on_the_way_is_told():
    recipes = [{"epochs": 8, "peak": 0.05}, {"epochs": 6, "peak": 0.05}]
    plans = [{"step": 0, "recipe": recipes[0]}, {"step": 4000, "recipe": recipes[1]}]
    assert card._changes(plans) == " Up to step 4,000 it ran with epochs 8 in view, not 6."
    assert card._changes(plans[:1]) == ""


def test_mistakes_are_one_sentence(archive, tmp_path, capsys):
    for wrong, words in (
        (["--data", str(tmp_path / "none.zip"), "--out", str(tmp_path / "w.h5")], "none.zip"),
        (["--data", str(archive), "--out", str(tmp_path / "w.npz")], "w.npz"),
        (["--data", str(archive), "--out", str(tmp_path / "w.h5"), "--classes", "9"], "got 9"),
    ):
        assert command.main(wrong) == 2
        said = capsys.readouterr().err.strip().splitlines()
        assert said[-1].startswith("training: ")
        assert words in said[-1]
