"""Files of Keras 2, and others that users take for a model or its weights."""

import json
import zipfile

import h5py
import numpy as np
import pytest

import keras2_files
import networks
import vggviz
from sentences import refused
from vggviz.cli.main import main
from vggviz.models import loading


def small(*middle):
    keras = networks._keras()
    keras.utils.set_random_seed(0)
    L = keras.layers  # noqa: N806
    inputs = keras.Input((16, 16, 3))
    tensor = L.Conv2D(4, 3, name="first")(inputs)
    for layer in middle:
        tensor = layer(tensor)
    return keras.Model(inputs, L.Dense(2)(L.GlobalAveragePooling2D()(tensor)), name="small")


def around(network):
    """A classifier on top of a network, all but the last convolutions of which are frozen."""
    keras = networks._keras()
    for layer in network.layers[:6]:
        layer.trainable = False
    inputs = keras.Input(network.input_shape[1:])
    tensor = keras.layers.Conv2D(3, 1, name="colours")(inputs)
    return keras.Model(inputs, keras.layers.Dense(2)(keras.layers.Flatten()(network(tensor))))


@pytest.fixture
def tiny(monkeypatch):
    """VGG16 with few channels, which `load_vgg16` builds in place of the whole one."""
    monkeypatch.setattr(loading, "_build", lambda dense=False: networks.tiny_vgg16(dense=dense))
    return networks.tiny_vgg16()


def check_equal(one, other):
    size = one.input_shape[1]
    batch = np.random.default_rng(0).random((2, size, size, 3)).astype(np.float32)
    np.testing.assert_allclose(one(batch), other(batch), rtol=1e-5, atol=1e-6)
    assert vggviz.conv_layers(one) == vggviz.conv_layers(other)


@pytest.mark.parametrize(
    "kind", ["DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose", "BatchNormalization", "RandomFlip"]
)
def test_layers_whose_settings_keras_3_refuses(kind, tmp_path):
    L = networks._keras().layers  # noqa: N806
    settings = {"DepthwiseConv2D": (3,), "SeparableConv2D": (4, 3), "Conv2DTranspose": (4, 3)}
    model = small(getattr(L, kind)(*settings.get(kind, ())))
    loaded = vggviz.load_model(keras2_files.save(model, tmp_path / "old.h5"))
    check_equal(model, loaded)
    assert loaded.output.shape == model.output.shape  # a tensor, not a list of one


def test_a_list_of_one_axis_in_a_keras_file(tmp_path):
    model = small(networks._keras().layers.BatchNormalization(axis=3))
    new, old = tmp_path / "new.keras", tmp_path / "old.keras"
    networks.save(model, new)
    with zipfile.ZipFile(new) as source, zipfile.ZipFile(old, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "config.json":
                assert b'"axis": 3' in content
                content = content.replace(b'"axis": 3', b'"axis": [3]')
            target.writestr(name, content)
    check_equal(model, vggviz.load_model(old))


def test_settings_that_change_the_result_are_not_dropped(tmp_path):
    path = keras2_files.save(small(networks._keras().layers.DepthwiseConv2D(3)), tmp_path / "old.h5")
    with h5py.File(path, "a") as file:
        file.attrs["model_config"] = file.attrs["model_config"].replace('"groups": 1', '"groups": 2')
    with refused("old.h5", "DepthwiseConv2D", "{'groups': 2}"):
        vggviz.load_model(path)


@pytest.mark.parametrize("name", ["nested", "sequential", "functional"])
def test_models_in_models(name, tmp_path):
    model = getattr(networks, name)()
    check_equal(model, vggviz.load_model(keras2_files.save(model, tmp_path / "old.h5")))


def test_a_nested_model_that_is_called_twice(tmp_path):
    keras = networks._keras()
    inner, inputs = networks.sequential(), keras.Input((32, 32, 3))
    doubled = keras.layers.Rescaling(2.0)(inputs)
    model = keras.Model(inputs, keras.layers.Subtract()([inner(inputs), inner(doubled)]))
    check_equal(model, vggviz.load_model(keras2_files.save(model, tmp_path / "old.h5")))


@pytest.mark.parametrize("name", ["old.h5", "old_weights.h5", "new.h5", "new.keras", "tiny.weights.h5"])
def test_vgg16_as_a_layer_of_a_network(name, tiny, tmp_path):
    save = {"old.h5": keras2_files.save, "old_weights.h5": keras2_files.save_weights}.get(name, networks.save)
    path = save(tiny if name.startswith("tiny") else around(tiny), tmp_path / name)
    check_equal(tiny, vggviz.load_vgg16(path))


def test_weights_of_keras_3_alone_of_a_nested_vgg16(tiny, tmp_path):
    keras = networks._keras()
    model = keras.Sequential([tiny, keras.layers.Flatten(), keras.layers.Dense(2)])
    check_equal(tiny, vggviz.load_vgg16(networks.save(model, tmp_path / "own.weights.h5")))


def test_vgg16_in_a_sequential_model(tiny, tmp_path):
    model = networks._keras().Sequential([*tiny.layers, networks._keras().layers.Flatten()])
    for name in ("own.keras", "own.h5", "own.weights.h5"):
        check_equal(tiny, vggviz.load_vgg16(networks.save(model, tmp_path / name)))


@pytest.mark.parametrize("name", ["vgg19.h5", "vgg19.keras"])
def test_vgg19_is_not_taken_for_vgg16(name, tiny, tmp_path):
    """It has all of VGG16's layers, by name and shape, and three more."""
    keras = networks._keras()
    more = keras.layers.Conv2D(tiny.output_shape[-1], 3, padding="same", name="block5_conv4")
    model = keras.Model(tiny.input, more(tiny.output))
    with refused(name, "another network", "block5_conv4"):
        vggviz.load_vgg16(networks.save(model, tmp_path / name))


# --- what is no model


@pytest.fixture
def saved_model(tmp_path):
    (tmp_path / "exported" / "variables").mkdir(parents=True)
    (tmp_path / "exported" / "saved_model.pb").write_bytes(b"\x08\x01")
    return tmp_path / "exported"


@pytest.mark.parametrize("load", [vggviz.load_model, vggviz.load_vgg16])
def test_a_folder_in_the_saved_model_format(load, saved_model, monkeypatch):
    with refused(saved_model, "SavedModel", "TFSMLayer", "tf_keras", ".save('model.h5')"):
        load(saved_model)
    monkeypatch.chdir(saved_model.parent)
    with refused("exported", "SavedModel"):
        load("exported")
    with refused("variables", "folder", ".keras", ".h5"):
        load(saved_model / "variables")


@pytest.mark.parametrize("option", ["--model", "--weights"])
def test_the_command_line_says_the_cause(option, saved_model, capsys):
    with pytest.raises(SystemExit):
        main(["layers", option, str(saved_model)])
    assert "SavedModel" in capsys.readouterr().err


def test_the_command_line_loads_a_file_of_keras_2(tmp_path, capsys):
    path = keras2_files.save(
        small(networks._keras().layers.DepthwiseConv2D(3, name="deep")), tmp_path / "a.h5"
    )
    assert main(["layers", "--model", str(path)]) in (0, None)
    assert "deep" in capsys.readouterr().out


def test_the_whole_cause_is_said(tmp_path):
    path = keras2_files.save(small(networks._keras().layers.Rescaling(2.0)), tmp_path / "op.h5")
    with h5py.File(path, "a") as file:
        file.attrs["model_config"] = file.attrs["model_config"].replace("Rescaling", "TFOpLambda")
    with refused("op.h5", "Unknown layer: 'TFOpLambda'") as caught:
        vggviz.load_model(path)
    assert "damaged" not in str(caught.value)


def test_weights_without_a_model(functional, tmp_path):
    for name in ("new.weights.h5", "old.h5"):
        save = networks.save if name.startswith("new") else keras2_files.save_weights
        with refused(name, "not a whole model", "No model config") as caught:
            vggviz.load_model(save(functional, tmp_path / name))
        assert "damaged" not in str(caught.value)


@pytest.mark.parametrize("name", ["a.keras", "a.h5", "a.weights.h5", "a.npz"])
@pytest.mark.parametrize("content", ["text", "zip", "cut"])
def test_files_of_other_kinds(name, content, functional, tmp_path):
    path = tmp_path / name
    if content == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("letter.txt", "Dear reader")
    else:
        whole = networks.save(functional, tmp_path / ("whole.keras" if name == "a.keras" else "whole.h5"))
        path.write_bytes(b"Dear reader" if content == "text" else whole.read_bytes()[:3000])
    for load in (vggviz.load_model, vggviz.load_vgg16):
        with refused(path):
            load(path)


def test_a_config_that_is_no_json(functional, tmp_path):
    path = networks.save(functional, tmp_path / "a.h5")
    with h5py.File(path, "a") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Functional", "config": {"name": "a"}})
    with refused("a.h5", "not a whole model"):
        vggviz.load_model(path)
