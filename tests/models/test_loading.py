"""Loading of VGG16 with each kind of weights, of other models, and errors for damaged files."""

import dataclasses
import shutil

import h5py
import numpy as np
import pytest

import networks
import vggviz
from sentences import one_sentence, refused
from serving import served
from vggviz._shared import hashing, package_data
from vggviz.forward_only.network import ForwardOnly
from vggviz.models import loading as model_module
from vggviz.models import weights
from vggviz.models.weights import RemoteFile

SHIPPED = package_data.file(package_data.WEIGHTS)
BLUE = [
    *(0.42947057, 0.373467, -0.06136011),
    *(0.27476987, 0.03868078, -0.36722335),
    *(-0.05746817, -0.26224968, -0.35009676),
]
PRINTED = [
    ("block1_conv1", 0, np.s_[0, 0, 0, :3], [0.42947057, 0.11727387, 0.03401296]),
    ("block1_conv1", 0, np.s_[0, 0, 0, -1], [0.00757738]),
    ("block1_conv1", 0, np.s_[0, 0, :, 0], [0.42947057, 0.55037946, 0.4800154]),
    ("block1_conv1", 0, np.s_[:, :, 0, 0], BLUE),
    ("block1_conv1", 1, np.s_[:4], [0.73429835, 0.093403675, 0.06775674, 0.8862966]),
    ("block1_conv1", 1, np.s_[25], [0.7446502]),
    ("block1_conv2", 0, np.s_[2, 2, 63, 63], [0.016082443]),
    ("block2_conv1", 1, np.s_[1], [0.06440781]),
    ("block5_conv1", 0, np.s_[1, 0, 63, 269], [-0.011236359]),
    ("block5_conv2", 1, np.s_[510], [0.23517226]),
    ("block5_conv3", 0, np.s_[0, 2, 0, 400], [-0.008714244]),
]
"""Values of Keras' file that others have published: layer, kernel (0) or bias (1), index, values."""


def same_weights(one, other):
    arrays = zip(one.get_weights(), other.get_weights(), strict=True)
    return all(np.array_equal(a, b) for a, b in arrays)


def convolutions(model):
    """The model up to block5_pool."""
    return networks._keras().Model(model.input, model.get_layer("block5_pool").output)


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


def test_layers_of_the_same_shape_differ(vgg16):
    assert not np.allclose(vggviz.filters(vgg16, "block5_conv1"), vggviz.filters(vgg16, "block5_conv2"))


def test_input_and_output_shape(vgg16):
    assert vgg16.input_shape == (None, 224, 224, 3)
    assert vgg16.output_shape == (None, 7, 7, 512)


@pytest.mark.audit
def test_random_weights_with_the_dense_classifier():
    """Its 138 million random numbers take seconds to draw."""
    model = vggviz.load_vgg16("random", "dense")
    assert model.count_params() == 138_357_544
    assert [layer.name for layer in model.layers[-3:]] == ["fc1", "fc2", "predictions"]
    assert model.output_shape == (None, 1000)


def test_random_weights_with_the_linear_classifier(vgg16):
    model = vggviz.load_vgg16("random", "linear", seed=1)
    assert model.output_shape == (None, 200)
    assert same_weights(vgg16, convolutions(model))
    kernel, bias = model.get_layer("predictions").get_weights()
    assert kernel.std() == pytest.approx(np.sqrt(2 / 512), rel=0.05)  # not the package's classifier
    assert not bias.any()


@pytest.mark.parametrize("unknown", ["top", "Linear", "", True, 3])
def test_an_unknown_classifier(unknown):
    with refused("classifier", "linear", "dense", repr(unknown), kind=(ValueError, TypeError)):
        vggviz.load_vgg16("random", unknown)


# --- imagenet, from the package


@pytest.mark.imagenet
def test_the_weights_equal_those_that_keras_reads_from_the_file(vgg16_imagenet):
    plain = vggviz.load_vgg16()
    own = networks._keras().applications.VGG16(weights=None, include_top=False, input_shape=(224, 224, 3))
    own.load_weights(SHIPPED)
    assert same_weights(plain, own)
    assert same_weights(plain, convolutions(vgg16_imagenet))


@pytest.mark.imagenet
def test_the_weights_are_bitwise_reproducible():
    one, other = ([w.tobytes() for w in vggviz.load_vgg16().get_weights()] for _ in range(2))
    assert one == other


def test_checksums_of_the_file_and_its_arrays():
    assert SHIPPED.stat().st_size == 50_188_493
    assert hashing.sha256(SHIPPED) == package_data.WEIGHTS_SHA256
    assert package_data.WEIGHTS_SHA256 == "be567611541b6fe363a8859f40c87b66c79dd96d0e8d6cc279e49e69572c0526"
    arrays = weights.read_h5(SHIPPED, ForwardOnly("imagenet", classified=False).shapes)
    assert hashing.arrays_sha256(arrays) == package_data.ARRAYS_SHA256
    assert package_data.ARRAYS_SHA256 == "d9a27cc1fc7f975ef8cff49180e794ccd7c4bc868ebb49740803b3bbaa8dbefd"


@pytest.mark.parametrize("printed", PRINTED, ids=lambda printed: printed[0])
def test_published_values_of_the_file_of_keras(printed):
    """Values agree to the last published digit, within rounding."""
    layer, index, place, values = printed
    with h5py.File(SHIPPED) as file:
        group = file[layer]
        array = group[group.attrs["weight_names"][index]][place]
    np.testing.assert_allclose(np.ravel(array), values, rtol=1e-6, atol=5e-9)


@pytest.mark.imagenet
def test_the_provenance(vgg16_imagenet):
    made_of = vggviz.provenance(vgg16_imagenet)
    assert (made_of.source, made_of.classifier) == ("imagenet", "linear")
    assert made_of.sha256 == package_data.WEIGHTS_SHA256
    assert len(made_of.classes) == len(made_of.labels) == 200
    assert all(wnid[0] == "n" and wnid[1:].isdigit() for wnid in made_of.classes)
    assert f"imagenet weights (sha256 {made_of.sha256}) and the linear classifier" in str(made_of)
    plain = vggviz.provenance(vggviz.load_vgg16())
    assert (plain.source, plain.sha256, plain.classifier) == ("imagenet", made_of.sha256, "")
    assert plain.classes == plain.labels == ()


@pytest.mark.imagenet
def test_the_linear_classifier_reads_the_mean_of_the_last_maps(vgg16_imagenet):
    batch = vggviz.preprocess(vggviz.load_image("cat"))
    maps = vggviz.feature_maps(vgg16_imagenet, batch)
    assert len(maps) == 18
    kernel, bias = package_data.linear_classifier()
    scores = maps["block5_pool"].astype(float).mean(axis=(1, 2)) @ kernel + bias
    expected = np.exp(scores - scores.max())
    expected /= expected.sum()
    found = vgg16_imagenet(batch).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-6)
    ((best, *_),) = vggviz.decode_predictions(vgg16_imagenet, found)
    assert best[2] == pytest.approx(expected.max(), rel=1e-3)


@pytest.mark.imagenet
@pytest.mark.parametrize(
    ("image", "names"), [("cat", {"tabby", "Egyptian cat", "Persian cat"}), ("coffee", {"espresso"})]
)
def test_photographs_are_classified_correctly(vgg16_imagenet, image, names):
    batch = vggviz.preprocess(vggviz.load_image(image))
    (likeliest,) = vggviz.decode_predictions(vgg16_imagenet, vgg16_imagenet(batch).numpy())
    assert likeliest[0][1] in names


@pytest.mark.imagenet
def test_fewer_than_half_of_the_channels_are_dead_in_every_layer(vgg16_imagenet):
    maps = vggviz.feature_maps(vgg16_imagenet, vggviz.preprocess(vggviz.load_image("coffee")))
    shares = {layer: found.dead.mean() for layer, found in vggviz.channel_statistics(maps).items()}
    assert max(shares.values()) < 0.5, shares


def test_damaged_weights_in_the_package(monkeypatch, tmp_path):
    monkeypatch.setattr(package_data, "file", lambda name: tmp_path / name)
    for content in (b"not the weights", SHIPPED.read_bytes()[:-1]):
        (tmp_path / package_data.WEIGHTS).write_bytes(content)
        with refused(package_data.WEIGHTS, "damaged", "install"):
            vggviz.load_vgg16()


# --- the dense classifier, from a file that stands for Keras'


@pytest.fixture
def whole(tmp_path, monkeypatch):
    """VGG16 with few channels, written as Keras writes its whole network, behind a server of this machine."""
    network = networks.tiny_vgg16(dense=True)
    (tmp_path / "server").mkdir()
    path = networks.write_legacy(network, tmp_path / "server" / "whole.h5")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(model_module, "_build", lambda dense=False: networks.tiny_vgg16(dense=dense))
    with served(tmp_path / "server") as address:
        url = f"{address}/whole.h5"
        file = RemoteFile("whole.h5", url, hashing.md5(path), path.stat().st_size)
        monkeypatch.setattr(weights, "KERAS_WHOLE", file)
        yield network


def test_the_dense_classifier_is_fetched_once_and_checked(whole, tmp_path, caplog):
    one, other = (vggviz.load_vgg16(classifier="dense") for _ in range(2))
    assert same_weights(one, whole)
    assert same_weights(other, whole)
    (told,) = [record.getMessage() for record in caplog.records if record.name == "vggviz"]
    assert "whole.h5" in told
    made_of = vggviz.provenance(one)
    assert (made_of.source, made_of.classifier) == ("imagenet", "dense")
    assert made_of.sha256 == hashing.sha256(tmp_path / "server" / "whole.h5")
    assert len(made_of.classes) == len(made_of.labels) == 1000


def test_a_damaged_whole_file_in_the_cache_is_fetched_again(whole):
    path = weights.KERAS_WHOLE.path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"cut")
    assert same_weights(vggviz.load_vgg16(classifier="dense"), whole)


def test_the_wrong_whole_file_is_not_used(whole, monkeypatch):
    monkeypatch.setattr(weights, "KERAS_WHOLE", dataclasses.replace(weights.KERAS_WHOLE, md5="0" * 32))
    with refused("whole.h5", "md5", "0" * 32):
        vggviz.load_vgg16(classifier="dense")
    assert not weights.KERAS_WHOLE.path.exists()


def test_without_a_network_there_is_no_dense_classifier(whole, monkeypatch):
    nowhere = dataclasses.replace(weights.KERAS_WHOLE, url="http://127.0.0.1:9/whole.h5")
    monkeypatch.setattr(weights, "KERAS_WHOLE", nowhere)
    with pytest.raises(ConnectionError) as caught:
        vggviz.load_vgg16(classifier="dense")
    one_sentence(str(caught.value), nowhere.url)


def test_ones_own_file_with_the_dense_classifier(whole, tmp_path):
    path = networks.write_legacy(whole, tmp_path / "mine.h5")
    model = vggviz.load_vgg16(path, "dense")
    assert same_weights(model, whole)
    assert (vggviz.provenance(model).source, vggviz.provenance(model).classifier) == ("mine.h5", "dense")


# --- files of the user


def test_every_format_of_keras(vgg16, tmp_path):
    for name in ("native.weights.h5", "whole.keras", "whole.h5"):
        model = vggviz.load_vgg16(networks.save(vgg16, tmp_path / name))
        assert same_weights(model, vgg16), name
        assert vggviz.provenance(model).source == name  # without its folder
        assert vggviz.provenance(model).sha256 == hashing.sha256(tmp_path / name)


def test_vgg16_inside_another_network(tmp_path):
    keras = networks._keras()
    features = keras.applications.VGG16(weights=None, include_top=False, input_shape=(32, 32, 3))
    inputs = keras.Input((32, 32, 3))
    model = keras.Model(inputs, keras.layers.Dense(2)(keras.layers.Flatten()(features(inputs))))
    path = networks.save(model, tmp_path / "own.keras")
    assert same_weights(vggviz.load_vgg16(path), features)


def test_the_environment_variable_names_a_file(vgg16, tmp_path, monkeypatch):
    plain_file(tmp_path / "mine.h5", {"dense": [(3, 3)]})
    monkeypatch.setenv("VGGVIZ_WEIGHTS", str(tmp_path / "mine.h5"))
    with refused("mine.h5", "block1_conv1"):
        vggviz.load_vgg16()


@pytest.mark.parametrize("name", ["w.h5", "w.weights.h5", "w.keras"])
@pytest.mark.parametrize(
    "content", [b"", b"Dear reader, this is no file of weights.", b"\x89HDF\r\n\x1a\n\0"]
)
def test_a_file_of_another_kind(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with refused(tmp_path / name, "damaged"):
        vggviz.load_vgg16(tmp_path / name)


def test_a_truncated_file(tmp_path):
    data = SHIPPED.read_bytes()
    for share in (0.3, 0.99):
        (tmp_path / "cut.h5").write_bytes(data[: int(len(data) * share)])
        with refused("cut.h5", "damaged or cut short"):
            vggviz.load_vgg16(tmp_path / "cut.h5")


def test_a_truncated_file_of_the_keras_format(functional, tmp_path):
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


def test_a_file_without_some_layers(tmp_path):
    shutil.copy(SHIPPED, tmp_path / "less.h5")
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


def test_weights_that_are_nan(tmp_path):
    shutil.copy(SHIPPED, tmp_path / "nan.h5")
    with h5py.File(tmp_path / "nan.h5", "a") as file:
        bias = file["block2_conv1"][file["block2_conv1"].attrs["weight_names"][1]]
        bias[5] = np.nan
    with refused("nan.h5", "block2_conv1", "finite"):
        vggviz.load_vgg16(tmp_path / "nan.h5")


# --- any model from a file


def test_any_model_from_a_file(nested, tmp_path, batch):
    model = vggviz.load_model(networks.save(nested, tmp_path / "mine.keras"))
    assert vggviz.provenance(model).source == "mine.keras"
    assert str(tmp_path) not in str(vggviz.provenance(model))
    for layer, values in vggviz.feature_maps(nested, batch).items():
        np.testing.assert_allclose(vggviz.feature_maps(model, batch, layer)[layer], values, rtol=1e-5)


def test_a_missing_file_and_one_without_a_model(tmp_path):
    with refused("absent.keras", kind=FileNotFoundError):
        vggviz.load_model(tmp_path / "absent.keras")
    (tmp_path / "text.keras").write_text("no model")
    with refused("text.keras", "damaged"):
        vggviz.load_model(tmp_path / "text.keras")
