"""VGG16 with each kind of weights, and files that are not what they should be."""

import json
import shutil

import h5py
import networks
import numpy as np
import pytest
from sentences import refused

import vggviz
from vggviz import bundled as bundled_files
from vggviz import weights
from vggviz.weights import RemoteFile

BUNDLED = bundled_files.file(bundled_files.WEIGHTS)


def same_weights(one, other):
    arrays = zip(one.get_weights(), other.get_weights(), strict=True)
    return all(np.array_equal(a, b) for a, b in arrays)


def plain_file(path, shapes):
    """An HDF5 file of Keras' layout: {layer: shapes of its weights}."""
    with h5py.File(path, "w") as file:
        for layer, sizes in shapes.items():
            group = file.create_group(layer)
            group.attrs["weight_names"] = [f"{layer}/{k}".encode() for k in range(len(sizes))]
            for k, size in enumerate(sizes):
                group.create_dataset(f"{layer}/{k}", data=np.zeros(size, np.float32))
    return path


# --- random


def test_random_weights_are_he_normal_and_seeded(vgg16):
    for layer in vggviz.conv_layers(vgg16):
        kernel, bias = vgg16.get_layer(layer).get_weights()
        assert kernel.std() == pytest.approx(np.sqrt(2 / np.prod(kernel.shape[:3])), rel=0.07), layer
        assert abs(kernel.mean()) < 0.2 * kernel.std()
        assert not bias.any()
    assert same_weights(vgg16, vggviz.load_vgg16("random", seed=1))
    other = vggviz.load_vgg16("random", seed=2).get_layer("block5_conv3").get_weights()[0]
    assert not np.allclose(other, vgg16.get_layer("block5_conv3").get_weights()[0])


def test_layers_of_one_shape_differ(vgg16):
    assert not np.allclose(vggviz.filters(vgg16, "block5_conv1"), vggviz.filters(vgg16, "block5_conv2"))


def test_it_reads_pictures_of_224_pixels(vgg16):
    assert vgg16.input_shape == (None, 224, 224, 3)
    assert vgg16.output_shape == (None, 7, 7, 512)


@pytest.mark.bundled
def test_the_whole_network():
    model = vggviz.load_vgg16("random", include_top=True)
    assert model.count_params() == 138_357_544
    assert [layer.name for layer in model.layers[-3:]] == ["fc1", "fc2", "predictions"]
    assert model.output_shape == (None, 1000)


# --- bundled


@pytest.mark.bundled
def test_the_bundled_weights_are_what_keras_reads_from_the_file(bundled):
    plain = vggviz.load_vgg16("bundled")
    own = networks._keras().applications.VGG16(weights=None, include_top=False, input_shape=(224, 224, 3))
    own.load_weights(BUNDLED)
    assert same_weights(plain, own)
    assert same_weights(
        plain, networks._keras().Model(bundled.input, bundled.get_layer("block5_pool").output)
    )


@pytest.mark.bundled
def test_the_bundled_provenance(bundled):
    made_of = vggviz.provenance(bundled)
    assert made_of.source == "bundled"
    assert made_of.sha256 == weights.sha256(BUNDLED) == bundled_files.SHA256
    assert len(made_of.classes) == len(made_of.labels) == bundled_files.bundled_card()["classes"]
    assert all(wnid[0] == "n" and wnid[1:].isdigit() for wnid in made_of.classes)
    assert made_of.sha256 in str(made_of)


@pytest.mark.bundled
def test_the_bundled_classes_follow_from_the_last_maps(bundled):
    batch = vggviz.preprocess(vggviz.load_image("cat"))
    maps = vggviz.feature_maps(bundled, batch)
    assert len(maps) == 18
    kernel, bias = bundled_files.head()
    scores = maps["block5_pool"].astype(float).mean(axis=(1, 2)) @ kernel + bias
    expected = np.exp(scores) / np.exp(scores).sum()
    found = bundled(batch).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-6)
    ((best, *_),) = vggviz.decode_predictions(bundled, found)
    assert best[2] == pytest.approx(expected.max(), rel=1e-3)


@pytest.mark.bundled
def test_the_bundled_network_answers_to_every_block(bundled):
    maps = vggviz.feature_maps(bundled, vggviz.preprocess(vggviz.load_image("coffee")))
    shares = [found.dead.mean() for found in vggviz.channel_statistics(maps).values()]
    assert max(shares) < 0.2


def test_a_damaged_bundled_file(monkeypatch, tmp_path):
    (tmp_path / bundled_files.WEIGHTS).write_bytes(b"not the weights")
    monkeypatch.setattr(bundled_files, "file", lambda name: tmp_path / name)
    with refused(bundled_files.WEIGHTS, "damaged", "install"):
        vggviz.load_vgg16("bundled")


# --- predictions


@pytest.mark.bundled
def test_predictions_are_decoded_likeliest_first(bundled):
    classes = json.loads(bundled_files.file(bundled_files.CLASSES).read_text("utf-8"))
    predictions = np.random.default_rng(0).dirichlet(np.ones(len(classes)), 3)
    for row, best in zip(predictions, vggviz.decode_predictions(bundled, predictions, 4), strict=True):
        assert len(best) == 4
        order = np.argsort(-row)[:4]
        assert [b[2] for b in best] == pytest.approx(row[order])
        assert [b[0] for b in best] == [classes[k]["wnid"] for k in order]
        assert [b[1] for b in best] == [classes[k]["label"] for k in order]
    assert len(vggviz.decode_predictions(bundled, predictions)[0]) == 5


@pytest.mark.bundled
@pytest.mark.parametrize("shape", [(1, 1000), (200,), (1, 7, 7, 512)])
def test_predictions_of_another_shape(bundled, shape):
    with refused("(N, 200)", shape):
        vggviz.decode_predictions(bundled, np.zeros(shape))


def test_a_model_whose_classes_are_not_known(functional):
    with refused("'functional'", "classes"):
        vggviz.decode_predictions(functional, np.zeros((1, 3)))


# --- imagenet, from a file that stands for it


@pytest.mark.bundled
def test_imagenet_is_read_from_kerass_cache(tmp_path, monkeypatch):
    """The bundled file stands for ImageNet's: same layout, and a sum that is known."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    file = RemoteFile("vgg16.h5", "http://127.0.0.1:9/vgg16.h5", weights.md5(BUNDLED))
    monkeypatch.setitem(weights.IMAGENET, False, file)
    file.path.parent.mkdir()
    shutil.copy(BUNDLED, file.path)
    model = vggviz.load_vgg16()
    assert vggviz.provenance(model).source == "imagenet"
    assert vggviz.provenance(model).sha256 == bundled_files.SHA256
    assert same_weights(model, vggviz.load_vgg16("bundled"))
    file.path.unlink()
    with pytest.raises(ConnectionError) as caught:
        vggviz.load_vgg16("imagenet")
    assert "\n" not in str(caught.value)


# --- the reader's own files


def test_every_format_of_keras(vgg16, tmp_path):
    for name in ("native.weights.h5", "whole.keras", "whole.h5"):
        model = vggviz.load_vgg16(networks.save(vgg16, tmp_path / name))
        assert same_weights(model, vgg16), name
        assert vggviz.provenance(model).source == str(tmp_path / name)
        assert vggviz.provenance(model).sha256 == weights.sha256(tmp_path / name)


def test_vgg16_inside_a_network_of_ones_own(tmp_path):
    keras = networks._keras()
    features = keras.applications.VGG16(weights=None, include_top=False, input_shape=(32, 32, 3))
    inputs = keras.Input((32, 32, 3))
    model = keras.Model(inputs, keras.layers.Dense(2)(keras.layers.Flatten()(features(inputs))))
    path = networks.save(model, tmp_path / "own.keras")
    assert same_weights(vggviz.load_vgg16(path), features)


def test_the_environment_names_ones_own_file(vgg16, tmp_path, monkeypatch):
    plain_file(tmp_path / "mine.h5", {"dense": [(3, 3)]})
    monkeypatch.setenv("VGGVIZ_WEIGHTS", str(tmp_path / "mine.h5"))
    with refused("mine.h5", "block1_conv1"):
        vggviz.load_vgg16()


@pytest.mark.parametrize("name", ["w.h5", "w.weights.h5", "w.keras"])
@pytest.mark.parametrize(
    "content", [b"", b"Dear reader, this is no file of weights.", b"\x89HDF\r\n\x1a\n\0"]
)
def test_a_file_that_holds_something_else(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with refused(tmp_path / name, "damaged"):
        vggviz.load_vgg16(tmp_path / name)


def test_a_file_that_was_cut(tmp_path):
    data = BUNDLED.read_bytes()
    for share in (0.3, 0.99):
        (tmp_path / "cut.h5").write_bytes(data[: int(len(data) * share)])
        with refused("cut.h5", "damaged or cut short"):
            vggviz.load_vgg16(tmp_path / "cut.h5")


def test_a_cut_file_of_kerass_own_format(functional, tmp_path):
    for name in ("cut.keras", "cut.weights.h5"):
        path = networks.save(functional, tmp_path / name)
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2])
        with refused(name, "damaged"):
            vggviz.load_vgg16(path)


@pytest.mark.parametrize("name", ["other.keras", "other.weights.h5", "other.h5"])
def test_a_file_of_another_network(functional, tmp_path, name):
    path = networks.save(functional, tmp_path / name)
    with refused(name, "VGG16"):
        vggviz.load_vgg16(path)


def test_a_file_that_lacks_a_layer(tmp_path):
    shutil.copy(BUNDLED, tmp_path / "less.h5")
    with h5py.File(tmp_path / "less.h5", "a") as file:
        del file["block3_conv2"], file["block5_conv1"]
    with refused("less.h5", "block3_conv2", "block5_conv1"):
        vggviz.load_vgg16(tmp_path / "less.h5")


def test_weights_of_another_shape(vgg16, tmp_path):
    path = plain_file(
        tmp_path / "thin.h5", {name: [(3, 3, 1, 2), (2,)] for name in vggviz.conv_layers(vgg16)}
    )
    with refused("thin.h5", "block1_conv1", "(3, 3, 1, 2)", "(3, 3, 3, 64)"):
        vggviz.load_vgg16(path)


def test_weights_that_are_no_numbers(tmp_path):
    shutil.copy(BUNDLED, tmp_path / "nan.h5")
    with h5py.File(tmp_path / "nan.h5", "a") as file:
        bias = file["block2_conv1"][file["block2_conv1"].attrs["weight_names"][1]]
        bias[5] = np.nan
    with refused("nan.h5", "block2_conv1", "finite"):
        vggviz.load_vgg16(tmp_path / "nan.h5")


# --- any model from a file


def test_any_model_from_a_file(nested, tmp_path, batch):
    model = vggviz.load_model(networks.save(nested, tmp_path / "mine.keras"))
    assert vggviz.provenance(model).source == str(tmp_path / "mine.keras")
    for layer, values in vggviz.feature_maps(nested, batch).items():
        np.testing.assert_allclose(vggviz.feature_maps(model, batch, layer)[layer], values, rtol=1e-5)


def test_no_model_in_the_file(tmp_path):
    with refused("absent.keras", kind=FileNotFoundError):
        vggviz.load_model(tmp_path / "absent.keras")
    (tmp_path / "text.keras").write_text("no model")
    with refused("text.keras", "damaged"):
        vggviz.load_model(tmp_path / "text.keras")
