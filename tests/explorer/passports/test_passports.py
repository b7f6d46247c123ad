"""The files of an atlas in the explorer's folder."""

import io
import json

import numpy as np
import pytest
from PIL import Image

import vggviz
from atlas_files import unpacked
from atlases import random_arrays, random_atlas
from vggviz.explorer.passports import files, packing


def identity(batch):
    return batch.astype(np.float32)


def read(folder, name):
    return json.loads((folder / name).read_text())


@pytest.fixture
def saved(functional, photograph, tmp_path):
    atlas = random_atlas(functional, tmp_path / "atlas", ["noise", "cat", "elsewhere"])
    explorer = vggviz.explore(functional, {"noise": photograph}, preprocess=identity, atlas=atlas)
    return atlas, explorer.save(tmp_path / "page")


def test_arrays_come_back_in_the_precision_of_what_is_shown():
    arrays = random_arrays(7, 5, 3)
    found = unpacked(packing.pack(arrays))
    np.testing.assert_allclose(found["largest"], arrays["largest"], rtol=1e-6)
    np.testing.assert_array_equal(found["inputs"], arrays["inputs"])
    np.testing.assert_array_equal(found["family"], arrays["family"])
    np.testing.assert_allclose(found["input_shares"] / packing.STEPS, arrays["input_shares"], atol=1e-4)
    largest = arrays["hue"].max(axis=1, keepdims=True)
    np.testing.assert_allclose(found["hue"] / 255, arrays["hue"] / largest, atol=1 / 255)
    spread = arrays["hue_spread"] / largest
    np.testing.assert_allclose(found["hue_spread"] / 255, spread, atol=0.6 / packing.COARSE)
    assert (found["hue_random"].max(axis=1) == 255).all(), "a control is a share of its own largest"
    assert found["curvature"].shape == (7, 3, 4)
    assert (found["curvature"].max(axis=(1, 2)) == 255).all()


def test_a_silent_channel_stays_silent():
    found = unpacked(packing.pack(random_arrays(7, 5, 3)))
    assert (found["orientation"][0] == 0).all()
    assert np.isnan(found["preferred_orientation"][0])
    assert (found["example_images"][0] == -1).all()


def test_what_the_page_does_not_show_is_left_out():
    packed = packing.pack(random_arrays(7, 5, 3) | {"something": np.zeros(7)})
    assert not {"something", "expanded"} & set(unpacked(packed))
    assert packing.pack({"something": np.zeros(7)}) == packing.pack({})


def test_a_layer_of_vgg16_takes_at_most_280_kb():
    """Random numbers get hardly smaller by compression, and real ones do."""
    generator = np.random.default_rng(0)
    curves = {"orientation": 24, "frequency": 6, "hue": 24, "contrast": 6, "curvature": 48}
    arrays = {
        f"{name}{part}": generator.random((512, count))
        for name, count in curves.items()
        for part in ("", "_spread", "_random")
    }
    arrays |= {name: generator.random(512) for name in packing.SCALARS}
    arrays |= {"example_values": generator.random((512, 9)), "example_images": np.tile(range(9), (512, 1))}
    arrays |= {f"example_{name}": generator.integers(0, 28, (512, 9)) for name in ("rows", "columns")}
    related = ("inputs", "outputs", "alike_by_kernel", "alike_by_response")
    arrays |= {name: generator.integers(0, 512, (512, 6)) for name in related}
    arrays |= {name: generator.random((512, 6)) for name in packing.SHARES}
    assert 200_000 < len(packing.pack(arrays)) < 280_000


def test_the_files_of_an_atlas(saved, functional):
    atlas, folder = saved
    manifest = read(folder, "manifest.json")
    assert manifest["atlas"] == atlas.layers == vggviz.conv_layers(functional)
    about = read(folder, "atlas/atlas.json")
    assert about["axes"]["curvature"] == [[8, 16, None], [0, 90, 180, 270]]
    assert about["pictures"] == ["noise", "cat", None]
    for layer in atlas.layers:
        arrays, told = atlas.arrays(layer), about["layers"][layer]
        found = unpacked((folder / "atlas" / f"{layer}.gz").read_bytes())
        np.testing.assert_array_equal(found["inputs"], arrays["inputs"])
        assert told["family"] == arrays["family"].tolist()
        with Image.open(folder / "atlas" / f"{layer}.webp") as sheet:
            assert told["expanded"]["tile"] == [5, 5]
            assert sheet.width == told["expanded"]["columns"] * 5
    first, second, *_ = atlas.layers
    assert (about["layers"][first]["reads"], about["layers"][first]["feeds"]) == (None, second)


def test_the_photographs_of_an_atlas_are_those_at_hand(saved, photograph):
    _, folder = saved
    examples = read(folder, "manifest.json")["examples"]
    assert examples == {"titles": {"noise": "noise", "cat": "cat"}, "side": 32}
    with Image.open(folder / "examples" / "cat.webp") as image:
        assert image.size == (32, 32)
    with Image.open(folder / "examples" / "noise.webp") as image:
        assert np.abs(np.asarray(image).astype(float) - photograph).mean() < 60


def test_only_charted_layers_have_examples(functional, photograph, tmp_path):
    first, *others = vggviz.conv_layers(functional)
    atlas = random_atlas(functional, tmp_path / "atlas", ["noise"], [first])
    explorer = vggviz.explore(
        functional, {"noise": photograph}, preprocess=identity, atlas=tmp_path / "atlas"
    )
    folder = explorer.save(tmp_path / "page")
    manifest = read(folder, "manifest.json")
    assert manifest["atlas"] == atlas.layers == [first]
    assert {each["name"]: each["examples"] for each in manifest["layers"]} == {
        each["name"]: each["name"] == first for each in manifest["layers"]
    }
    assert others
    assert [path.name for path in (folder / "examples").iterdir()] == ["noise.webp"]


def test_drawings_of_the_atlas_are_reduced_and_given_ones_are_not(
    functional, photograph, tmp_path, monkeypatch
):
    atlas = random_atlas(functional, tmp_path / "atlas", ["noise"])
    first, second, *_ = atlas.layers
    counts = {layer: vggviz.filters(functional, layer).shape[-1] for layer in (first, second)}
    drawn = {layer: np.full((count, 128, 64, 3), 90, np.uint8) for layer, count in counts.items()}
    asked = []
    monkeypatch.setattr(type(atlas), "drawings", lambda _, layer: asked.append(layer) or drawn.get(layer))
    explorer = vggviz.explore(functional, {"noise": photograph}, preprocess=identity, atlas=atlas)
    folder = explorer.with_drawings({second: drawn[second]}).save(tmp_path / "page")
    tiles = {each["name"]: each["drawings"] for each in read(folder, "manifest.json")["layers"]}
    assert tiles[first]["tile"] == [files.SIDE, files.SIDE // 2]
    assert tiles[second]["tile"] == [128, 64]
    assert asked == [layer for layer in atlas.layers if layer != second], "each sheet is decoded once"
    with Image.open(io.BytesIO((folder / "drawings" / f"{first}.webp").read_bytes())) as sheet:
        assert sheet.width == tiles[first]["columns"] * files.SIDE // 2
        assert np.abs(np.asarray(sheet)[:32, :32].astype(int) - 90).max() < 4


def test_without_an_atlas_nothing_is_said_of_one(functional, photograph, tmp_path):
    folder = vggviz.explore(functional, photograph, preprocess=identity).save(tmp_path / "page")
    assert read(folder, "manifest.json")["atlas"] == []
    assert not (folder / "atlas").exists()


def test_an_atlas_of_other_weights_is_refused(functional, sequential, photograph, tmp_path):
    random_atlas(sequential, tmp_path / "atlas", ["noise"])
    with pytest.raises(ValueError, match="of other weights"):
        vggviz.explore(functional, photograph, preprocess=identity, atlas=tmp_path / "atlas")
    with pytest.raises(FileNotFoundError, match="no atlas in"):
        vggviz.explore(functional, photograph, preprocess=identity, atlas=tmp_path)


def test_weights_as_colours():
    weights = np.zeros((2, 3, 3, 3), np.float32)
    weights[0, 0, 0, 0], weights[0, 2, 2, 2] = -2, 1
    levels = files.levels_of(weights)
    assert (levels[1] == 128).all()
    assert levels[0, 0, 0].tolist() == [1, 128, 128]
    assert levels[0, 2, 2].tolist() == [128, 128, 192]
