"""An atlas of a tiny network: taken up again, equal to the bit; other folders are left as they are."""

import importlib.util
import json
import logging

import keras
import numpy as np
import pytest

import networks
import vggviz
from vggviz.channel_atlas import making
from vggviz.channel_atlas.folder import HEAD
from vggviz.feature_visualization.channels import ChannelDrawing
from vggviz.models.receptive_field import receptive_fields
from vggviz.network_gradients.engines import ENGINES


def levels(images):
    """Preprocessing of the tiny networks."""
    return images / 255


@pytest.fixture(scope="module")
def model():
    return networks.sequential()


@pytest.fixture(scope="module")
def pictures():
    names = ["one", "two", "three"]
    return {
        name: np.random.default_rng(k).integers(0, 256, (32, 32, 3), np.uint8) for k, name in enumerate(names)
    }


@pytest.fixture(scope="module")
def made(model, pictures, tmp_path_factory):
    folder = tmp_path_factory.mktemp("atlas") / "whole"
    return vggviz.atlas(model, pictures, folder=folder, drawings=False, preprocess=levels)


def contents(atlas):
    return {path.name: path.read_bytes() for path in atlas.folder.iterdir() if path.is_file()}


def test_an_atlas_is_whole(made, model):
    assert made.layers == ["first", "second"]
    assert made.is_finished
    assert not (made.folder / "unfinished").exists()
    for layer in made.layers:
        arrays = made.arrays(layer)
        assert {len(array) for array in arrays.values()} == {model.get_layer(layer).filters}
    assert {"outputs", "expanded", "zeros", "loss_next", "family"} <= set(made.arrays("first"))
    assert "inputs" not in made.arrays("first")
    assert {"inputs", "class_outputs", "loss_answer"} <= set(made.arrays("second"))
    assert "loss_next" not in made.arrays("second")
    assert "classes" not in made.arrays("first")


def test_every_array_is_in_the_data_dictionary(made):
    from vggviz.passports.table import data_dictionary

    for layer in made.layers:
        assert set(made.arrays(layer)) <= set(data_dictionary())


class HaltedError(Exception):
    pass


@pytest.mark.parametrize(
    "calls", [0, *(pytest.param(calls, marks=pytest.mark.audit) for calls in (3, 7, 11)), 40]
)
def test_an_interrupted_atlas_equals_one_made_at_once(model, pictures, made, tmp_path, monkeypatch, calls):
    """At the first call and late; the audit tries other moments, too."""
    folder, count = tmp_path / "atlas", iter(range(calls))

    def halting(function):
        def call(*args, **kwargs):
            if next(count, None) is None:
                raise HaltedError
            return function(*args, **kwargs)

        return call

    with monkeypatch.context() as patched:
        patched.setattr(making, "add_arrays", halting(making.add_arrays))
        patched.setattr(making.stimuli, "responses", halting(making.stimuli.responses))
        with pytest.raises(HaltedError):
            vggviz.atlas(model, pictures, folder=folder, drawings=False, preprocess=levels)
    partial = vggviz.read_atlas(folder, model)
    assert not partial.is_finished
    again = vggviz.atlas(model, pictures, folder=folder, drawings=False, preprocess=levels)
    assert contents(again) == contents(made)


def test_drawings_are_kept_in_sheets(model, pictures, tmp_path):
    atlas = vggviz.atlas(model, pictures, layers="first", folder=tmp_path, preprocess=levels)
    assert atlas.is_finished
    drawn = atlas.drawings("first")
    assert drawn.dtype == np.uint8
    assert drawn.shape[0] == 4
    assert drawn.shape[3] == 3
    arrays = atlas.arrays("first")
    assert (arrays["optimum_reached"] >= arrays["optimum_start"]).all()
    assert (arrays["optimum_reached"] > arrays["optimum_start"]).any()
    again = vggviz.atlas(model, pictures, folder=tmp_path, drawings=False, preprocess=levels)
    assert again.drawings("second") is None


def have_engines(monkeypatch, *, installed):
    """PyTorch and JAX are found, or not."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec",
        lambda name, *rest: (installed or None) if name in ENGINES else find(name, *rest),
    )


@pytest.mark.parametrize("engine", ["tensorflow", "jax"])
def test_the_engine_draws(pictures, tmp_path, monkeypatch, engine):
    jobs = []
    drawn = {"images": np.zeros((2, 32, 32, 3), np.uint8), "start": np.zeros(2), "reached": np.ones(2)}
    have_engines(monkeypatch, installed=True)
    monkeypatch.setattr(ChannelDrawing, "draw", lambda job, *_: jobs.append(job) or drawn)
    tiny = networks.tiny_vgg16()
    vggviz.atlas(tiny, pictures, layers="block1_conv1", folder=tmp_path, engine=engine)
    assert {job.engine for job in jobs} == {engine}


@pytest.mark.parametrize(
    ("engine", "installed", "words"),
    [
        ("numpy", True, "Unknown engine 'numpy'; use one of tensorflow"),
        ("torch", False, "The engine 'torch' is not installed"),
        ("torch", True, "'first' is another layer .*: draw with TensorFlow"),
    ],
)
def test_an_engine_is_refused_before_anything_is_computed(
    model, pictures, tmp_path, monkeypatch, engine, installed, words
):
    have_engines(monkeypatch, installed=installed)
    monkeypatch.setattr(making, "add_arrays", None)
    with pytest.raises(ValueError, match=words):
        vggviz.atlas(model, pictures, layers="first", folder=tmp_path, engine=engine, preprocess=levels)


def test_layers_can_be_added(model, pictures, made, tmp_path):
    for layer in ("second", ["first"]):
        some = vggviz.atlas(model, pictures, layers=layer, folder=tmp_path, drawings=False, preprocess=levels)
    assert some.layers == made.layers
    for layer in made.layers:
        for name, array in made.arrays(layer).items():
            np.testing.assert_allclose(some.arrays(layer)[name], array, rtol=1e-4, atol=1e-6, err_msg=name)


def test_a_finished_atlas_is_not_computed_again(model, pictures, made, monkeypatch, caplog):
    before = contents(made)
    monkeypatch.setattr(making, "add_arrays", None)
    with caplog.at_level(logging.INFO, "vggviz"):
        vggviz.atlas(model, pictures, folder=made.folder, drawings=False, preprocess=levels)
    assert contents(made) == before
    assert not caplog.messages


def test_the_cost_is_said_first(model, pictures, tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(making, "add_arrays", None)
    with caplog.at_level(logging.INFO, "vggviz"), pytest.raises(TypeError):
        vggviz.atlas(model, pictures, folder=tmp_path, drawings=False, preprocess=levels)
    assert "10 channels" in caplog.messages[0]
    assert "3 pictures" in caplog.messages[0]
    assert "MMAC" in caplog.messages[0]


def another(model):
    weights = model.get_weights()
    other = networks.sequential()
    other.set_weights([weights[0] * 2, *weights[1:]])
    return other


def test_an_atlas_of_other_weights_or_pictures_is_left_as_it_is(model, pictures, made):
    before = contents(made)
    settings = {"folder": made.folder, "drawings": False, "preprocess": levels}
    with pytest.raises(ValueError, match="other weights"):
        vggviz.atlas(another(model), pictures, **settings)
    with pytest.raises(ValueError, match="other pictures"):
        vggviz.atlas(model, {"one": pictures["two"]}, **settings)
    with pytest.raises(ValueError, match="other pictures"):
        vggviz.atlas(model, pictures, **settings | {"preprocess": lambda images: images})
    with pytest.raises(ValueError, match="of other weights"):
        vggviz.read_atlas(made.folder, another(model))
    assert contents(made) == before


def test_another_version_is_refused(model, pictures, made, tmp_path):
    head = json.loads((made.folder / HEAD).read_text("utf-8"))
    for change, message in (({"format": 0}, "format 0"), ({"version": "0.0.9"}, "version of vggviz")):
        (tmp_path / HEAD).write_text(json.dumps(head | change), "utf-8")
        with pytest.raises(ValueError, match=message):
            vggviz.atlas(model, pictures, folder=tmp_path, drawings=False, preprocess=levels)


def test_files_that_are_no_atlas_are_left_as_they_are(model, pictures, tmp_path):
    (tmp_path / "second.npz").write_text("mine")
    with pytest.raises(ValueError, match=r"second\.npz"):
        vggviz.atlas(model, pictures, folder=tmp_path, drawings=False, preprocess=levels)
    assert (tmp_path / "second.npz").read_text() == "mine"


def test_a_pool_is_refused(model, pictures, tmp_path):
    with pytest.raises(ValueError, match="'pool' is a MaxPooling2D"):
        vggviz.atlas(model, pictures, layers="pool", folder=tmp_path)


def test_a_network_without_a_classifier_that_reads_grey(tmp_path, pictures):
    inputs = keras.Input((24, 24, 1))
    x = keras.layers.Conv2D(3, 3, activation="relu", name="only")(inputs)
    model = keras.Model(inputs, keras.layers.MaxPooling2D()(x))
    grey = vggviz.atlas(
        model,
        pictures,
        folder=tmp_path,
        drawings=False,
        preprocess=lambda images: images.mean(axis=-1, keepdims=True),
    )
    arrays = grey.arrays("only")
    assert not {"outputs", "inputs", "loss_answer", "loss_next", "class_outputs"} & set(arrays)
    kernel = np.asarray(model.get_layer("only").kernel)
    np.testing.assert_allclose(arrays["expanded"][..., 1], kernel[:, :, 0].transpose(2, 0, 1) / 3, atol=1e-3)
    assert "only / 2" in str(grey.passport("only", 2))


def test_expanded_weights_predict_the_first_layer_and_say_how_well(made, model):
    arrays = made.arrays("first")
    kernel = np.asarray(model.get_layer("first").kernel).transpose(3, 0, 1, 2)
    np.testing.assert_allclose(arrays["expanded"], kernel / 255, atol=1e-5)
    np.testing.assert_allclose(arrays["expanded_correlation"], 1, atol=1e-5)
    assert (arrays["cancellation"] < 1e-5).all()
    assert (made.arrays("second")["cancellation"] > 0.1).all()
    assert receptive_fields(model)["second"].size == made.arrays("second")["expanded"].shape[1]
