"""The folder of an atlas: equal arrays make equal files, damage is said, a small copy is rounded."""

import json

import numpy as np
import pytest

import networks
import vggviz
from vggviz.channel_atlas.folder import FORMAT, HEAD, add_arrays, maps_sha256, read_arrays, write_head


def head_of(model, **more):
    entry = {"file": "conv-a.npz", "channels": 4, "field": None, "reads": None, "feeds": "conv_b"}
    return {
        "format": FORMAT,
        "version": "0.1.0",
        "network": "own weights",
        "weights": maps_sha256(model),
        "recipe": {},
        "parts": ["some", "others"],
        "pictures": ["cat"],
        "axes": {},
        "families": ["line"],
        "classes": [],
        "labels": [],
        "layers": {"conv_a": entry},
    } | more


ARRAYS = {
    "zeros": np.linspace(0, 1, 4, dtype=np.float32),
    "hue": np.arange(96, dtype=np.float32).reshape(4, 24),
}


@pytest.fixture(scope="module")
def model():
    return networks.functional()


@pytest.fixture
def folder(model, tmp_path):
    write_head(tmp_path, head_of(model))
    add_arrays(tmp_path / "conv-a.npz", "some", ARRAYS)
    return tmp_path


def test_an_unfinished_atlas_is_read(folder, model):
    atlas = vggviz.read_atlas(folder, model)
    assert atlas.layers == ["conv_a"]
    assert atlas.parts("conv_a") == {"some"}
    assert not atlas.is_finished
    found = atlas.arrays("conv_a")
    assert set(found) == set(ARRAYS)
    assert all(np.array_equal(found[name], ARRAYS[name]) for name in ARRAYS)
    assert atlas.drawings("conv_a") is None
    assert atlas.passport("conv_a", 3).number("zeros") == 1
    assert len(atlas.table()) == 4


def test_a_reader_cannot_change_what_others_read(folder):
    atlas = vggviz.read_atlas(folder)
    with pytest.raises(ValueError, match="read-only"):
        atlas.arrays("conv_a")["zeros"][0] = 5
    atlas.arrays("conv_a").clear()
    assert atlas.arrays("conv_a")


def test_the_order_of_the_parts_makes_no_difference(tmp_path):
    more = {"mean": np.arange(4)}
    for name, parts in (("a.npz", (("x", ARRAYS), ("y", more))), ("b.npz", (("y", more), ("x", ARRAYS)))):
        for part, arrays in parts:
            add_arrays(tmp_path / name, part, arrays)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_a_changed_file_is_read_again(folder):
    path = folder / "conv-a.npz"
    for value in range(3):
        add_arrays(path, "more", {"mean": np.full(4, value)})
        assert read_arrays(path)["mean"][0] == value


def test_what_is_wrong_is_said_in_a_sentence(folder, model, tmp_path):
    atlas = vggviz.read_atlas(folder)
    with pytest.raises(ValueError, match="conv_a"):
        atlas.arrays("conv_b")
    with pytest.raises(ValueError, match="from 0 to 3; got 4"):
        atlas.passport("conv_a", 4)
    with pytest.raises(FileNotFoundError, match="no atlas in 'nowhere'"):
        vggviz.read_atlas("nowhere")
    (folder / "conv-a.npz").write_bytes(b"PK nonsense")
    with pytest.raises(ValueError, match="damaged"):
        atlas.arrays("conv_a")
    write_head(folder, head_of(model, format=99))
    with pytest.raises(ValueError, match="format 99"):
        vggviz.read_atlas(folder)
    for text in ("{", "[]", "{}"):
        (folder / HEAD).write_text(text)
        with pytest.raises(ValueError, match="damaged"):
            vggviz.read_atlas(folder)


def test_the_checksum_is_of_what_the_maps_depend_on(model):
    assert maps_sha256(networks.functional()) == maps_sha256(model)
    other = networks.functional()
    other.get_layer("conv_b").bias.assign_add(np.ones(6))
    assert maps_sha256(other) != maps_sha256(model)
    one, changed = networks.sequential(), networks.sequential()
    changed.layers[-1].set_weights([2 * weights for weights in one.layers[-1].get_weights()])
    assert changed.layers[-1].get_weights()[0].any()
    assert maps_sha256(changed) == maps_sha256(one), "another classifier has the same maps"


@pytest.mark.imagenet
def test_vgg16_has_one_checksum_with_any_classifier_and_engine():
    pytest.importorskip("onnxruntime")
    models = [vggviz.load_vgg16("imagenet"), vggviz.load_vgg16("imagenet", "linear")]
    models.append(vggviz.load_forward_only("imagenet"))
    assert len(set(map(maps_sha256, models))) == 1


def test_a_small_copy_is_rounded(folder, tmp_path, model):
    small = vggviz.read_atlas(folder).save_small(tmp_path / "small")
    found = small.arrays("conv_a")
    np.testing.assert_allclose(found["hue"], ARRAYS["hue"], atol=95 / 254)
    np.testing.assert_allclose(found["zeros"], ARRAYS["zeros"], rtol=1e-3)
    assert json.loads((tmp_path / "small" / HEAD).read_text()) == json.loads((folder / HEAD).read_text())
    assert small.parts("conv_a") == {"some"}
    assert vggviz.read_atlas(tmp_path / "small", model).save_small(tmp_path / "small")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine")
    with pytest.raises(ValueError, match="other things"):
        small.save_small(tmp_path / "mine")
