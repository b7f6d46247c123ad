"""Saving all feature maps: contents of the files, and errors."""

import matplotlib
import numpy as np
import PIL.Image
import pytest

import vggviz
from disk import full_disk, names
from sentences import refused

GAP, DEAD = (255, 255, 255), (160, 160, 160)


@pytest.fixture
def maps():
    values = np.random.default_rng(5).exponential(2, (1, 6, 5, 7)).astype(np.float32)
    values[..., 3] = 0
    return {"conv": values * np.arange(1, 8, dtype=np.float32), "block/pool": values[:, :3, :3] * 10}


def pixels(path):
    with PIL.Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def brightness(path):
    """Position of each pixel on viridis from 0 to 1, NaN for other colours; and the pixels."""
    colour = pixels(path)
    colours = matplotlib.colormaps["viridis"](np.linspace(0, 1, 512), bytes=True)[:, :3].astype(int)
    distance = np.abs(colour[:, :, np.newaxis].astype(int) - colours).sum(axis=-1)
    found = distance.argmin(axis=-1) / 511
    return np.where(distance.min(axis=-1) > 6, np.nan, found), colour


def test_the_npz_holds_the_unchanged_maps(maps, tmp_path):
    vggviz.save_feature_maps(maps, tmp_path)
    with np.load(tmp_path / "feature_maps.npz") as saved:
        assert sorted(saved.files) == sorted(maps)
        for layer, values in maps.items():
            assert saved[layer].dtype == np.float32
            assert np.array_equal(saved[layer], values)


def test_one_mosaic_per_layer_and_one_pixel_per_cell(maps, tmp_path):
    written = vggviz.save_feature_maps(maps, tmp_path / "deep" / "folder")
    assert sorted(path.name for path in written) == names(tmp_path / "deep" / "folder")
    assert {path.suffix for path in written} == {".png", ".npz"}
    sizes = [pixels(path).shape[:2] for path in written if path.suffix == ".png"]
    assert sizes == [vggviz.mosaic(values[0]).shape for values in maps.values()]


def test_one_mosaic_per_image(maps, tmp_path):
    batch = {layer: np.concatenate([values, values[:, ::-1]]) for layer, values in maps.items()}
    written = vggviz.save_feature_maps(batch, tmp_path)
    assert len(set(written)) == 5
    mosaics = [brightness(path)[0] for path in written if "conv" in path.name]
    assert not np.array_equal(*mosaics, equal_nan=True)


@pytest.mark.parametrize("scale", ["layer", "channel", "global"])
def test_brightness_is_proportional_to_the_value(maps, tmp_path, scale):
    path = vggviz.save_feature_maps(maps, tmp_path, scale=scale)[0]
    values = maps["conv"][0]
    limit = {
        "layer": values.max(),
        "channel": np.where(values.max(axis=(0, 1)) > 0, values.max(axis=(0, 1)), 1),
        "global": max(other.max() for other in maps.values()),
    }[scale]
    expected = vggviz.mosaic(values / limit)
    found, colour = brightness(path)
    drawn = ~np.isnan(found)
    assert np.abs(found[drawn] - expected[drawn]).max() < 0.012
    assert (colour[np.isnan(expected)] == GAP).all()


@pytest.mark.parametrize("scale", ["layer", "channel", "global"])
def test_negative_values_are_blue_and_zero_is_in_the_middle(tmp_path, scale):
    values = np.zeros((1, 1, 3, 2), np.float32)
    values[0, 0, :, 0], values[0, 0, :, 1] = (-4, 0, 2), (-2, -1, -0.5)
    path = vggviz.save_feature_maps({"linear": values, "relu": values[:, :, 2:] + 6}, tmp_path, scale=scale)[
        0
    ]
    limits = {"layer": (4, 4), "channel": (4, 2), "global": (8, 8)}[scale]
    colours = matplotlib.colormaps["RdBu_r"]
    for channel, limit in enumerate(limits):
        expected = colours((1 + values[0, 0, :, channel] / limit) / 2, bytes=True)[:, :3].astype(int)
        drawn = pixels(path)[0, 4 * channel : 4 * channel + 3].astype(int)
        assert np.abs(drawn - expected).max() < 10
    assert np.ptp(pixels(path)[0, 1].astype(int)) < 3  # zero has no hue
    with PIL.Image.open(path) as image:
        assert "blue negative" in image.text["Description"]
        assert "maximum" not in image.text["Description"]


def test_only_dead_channels_are_grey(maps, tmp_path):
    colour = pixels(vggviz.save_feature_maps(maps, tmp_path)[0])
    tile = colour[7:13, 0:5]
    assert (tile == DEAD).all()
    assert (colour == DEAD).all(axis=-1).sum() == 30


def test_description_and_source(maps, vgg16, tmp_path):
    path = vggviz.save_feature_maps(maps, tmp_path)[0]
    with PIL.Image.open(path) as image:
        assert "7 channels" in image.text["Description"]
        assert "conv" in image.text["Description"]
        assert vggviz.provenance(vgg16).network in image.text["Source"]
        assert "weights weights" not in image.text["Source"]


def test_files_are_reproducible(maps, tmp_path):
    for folder in ("one", "two"):
        vggviz.save_feature_maps(maps, tmp_path / folder)
    for name in names(tmp_path / "one"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_the_maps_are_not_changed(maps, tmp_path):
    for values in maps.values():
        values.setflags(write=False)
    vggviz.save_feature_maps(maps, tmp_path)


def test_no_figure_is_made(maps, tmp_path):
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    vggviz.save_feature_maps(maps, tmp_path)
    assert plt.get_fignums() == before


def test_all_valid_layer_names(tmp_path):
    values = np.ones((1, 2, 2, 2), np.float32)
    maps = {
        name: values * (k + 1)
        for k, name in enumerate(("a/b", "a_b", "a-b", "A_b", "a:1", "a_1", "file", "é"))
    }
    written = vggviz.save_feature_maps(maps, tmp_path)
    assert len({str(path).casefold() for path in written}) == len(maps) + 1
    with np.load(tmp_path / "feature_maps.npz") as saved:
        for name, expected in maps.items():
            assert np.array_equal(saved[name], expected), name


# --- errors


def test_a_full_disk_leaves_the_old_files(maps, tmp_path):
    vggviz.save_feature_maps(maps, tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in names(tmp_path)}
    other = {layer: values[:, ::-1] + 1 for layer, values in maps.items()}
    with full_disk(100), pytest.raises(OSError, match="File too large"):
        vggviz.save_feature_maps(other, tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == before


def test_a_folder_that_cannot_be_written(maps, tmp_path):
    (tmp_path / "file").write_text("precious")
    with refused(tmp_path / "file" / "maps", "folder"):
        vggviz.save_feature_maps(maps, tmp_path / "file" / "maps")
    assert (tmp_path / "file").read_text() == "precious"


def test_invalid_arguments_create_no_folder(maps, tmp_path):
    with refused("'shared'", "channel", "layer", "global"):
        vggviz.save_feature_maps(maps, tmp_path / "new", scale="shared")
    with refused("(6, 5, 7)", "(N, h, w, c)", "'conv'"):
        vggviz.save_feature_maps({"conv": maps["conv"][0]}, tmp_path / "new")
    assert names(tmp_path) == []
