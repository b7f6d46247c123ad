"""Sheets of drawings: an interrupted layer gives the same ones to the bit; other networks are refused."""

import json
import logging
import shutil

import numpy as np
import pytest

import networks
from disk import names
from sentences import refused
from vggviz._shared.files import atomic_path
from vggviz.channel_atlas import drawings
from vggviz.feature_visualization.channels import ChannelDrawing, ChannelRecipe
from vggviz.feature_visualization.optimisation import Recipe

SHORT = ChannelRecipe(steps=5, ascent=Recipe(rate=0.2, jitter=1))
LAYER = "conv_b"
SHEETS = [f"{LAYER}.opposite.webp", f"{LAYER}.webp", "drawings.json"]


def draw(model, folder, **changes):
    return drawings.draw_layer(model, LAYER, folder, **{"recipe": SHORT} | changes)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture(scope="module", autouse=True)
def small_batches():
    """Two batches for the six channels."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("vggviz.feature_visualization.channels.BATCH_PIXELS", 3 * 32 * 32)
        yield


@pytest.fixture(scope="module")
def drawn_atlas(functional, tmp_path_factory):
    """A folder that no test changes, and the values."""
    folder = tmp_path_factory.mktemp("drawn") / "deep" / "atlas"
    return folder, draw(functional, folder)


@pytest.fixture
def atlas(drawn_atlas, tmp_path):
    """A copy of its own for each test."""
    folder, values = drawn_atlas
    return shutil.copytree(folder, tmp_path / "deep" / "atlas"), values


def interrupt(monkeypatch, after):
    """Raise KeyboardInterrupt instead of drawing one batch more than `after`; note which were drawn."""
    counted, whole = [], ChannelDrawing.draw

    def counting(self, channels, on_step):
        if len(counted) == after:
            raise KeyboardInterrupt
        counted.append((self.side, channels))
        return whole(self, channels, on_step)

    monkeypatch.setattr(ChannelDrawing, "draw", counting)
    return counted


def test_sheets_are_read_back(functional, atlas):
    folder, values = atlas
    assert sorted(names(folder)) == SHEETS
    for side in ("optimum", "opposite"):
        job = ChannelDrawing(functional, LAYER, side, SHORT, drawings.as_vgg16_reads)
        drawn = job.draw(range(3, 6), lambda: None)
        found = drawings.read(folder, LAYER, side)
        assert found.shape == (6, 32, 32, 3)
        assert found.dtype == np.uint8
        error = np.abs(found[3:6] - drawn["images"].astype(float)).mean(axis=(1, 2, 3))
        others = np.abs(found[0:3] - drawn["images"].astype(float)).mean(axis=(1, 2, 3))
        assert (2 * error < others).all()  # WebP loses something, the order it keeps
        assert np.array_equal(values[f"{side}_reached"][3:6], drawn["reached"])
        assert np.array_equal(values[f"{side}_start"][3:6], drawn["start"])


@pytest.mark.parametrize(
    "after", [pytest.param(0, marks=pytest.mark.audit), 1, 2, pytest.param(3, marks=pytest.mark.audit)]
)
def test_an_interrupted_layer_gives_the_same_to_the_bit(functional, atlas, tmp_path, monkeypatch, after):
    """Within the first side and between both; the audit tries the beginning and the second side, too."""
    folder, values = atlas
    with monkeypatch.context() as context:
        interrupt(context, after)
        with pytest.raises(KeyboardInterrupt):
            draw(functional, tmp_path / "other")
    counted = interrupt(monkeypatch, 100)
    again = draw(functional, tmp_path / "other")
    assert len(counted) == 4 - after
    assert contents(tmp_path / "other") == contents(folder)
    assert all(np.array_equal(again[name], values[name]) for name in values)


def test_what_is_finished_is_not_drawn_again(functional, atlas, monkeypatch):
    folder, values = atlas
    before, counted = contents(folder), interrupt(monkeypatch, 0)
    again = draw(functional, folder)
    assert not counted
    assert contents(folder) == before
    assert all(np.array_equal(again[name], values[name]) for name in values)


def test_sides_are_drawn_one_after_the_other(functional, tmp_path, atlas):
    folder, _ = atlas
    assert set(draw(functional, tmp_path / "two", sides=["optimum"])) == {"optimum_start", "optimum_reached"}
    assert drawings.read(tmp_path / "two", LAYER, "opposite") is None
    draw(functional, tmp_path / "two", sides=["opposite"])
    assert contents(tmp_path / "two") == contents(folder)


def test_another_recipe_replaces_the_sheets(functional, atlas):
    folder, values = atlas
    before = json.loads((folder / drawings.INDEX).read_text("utf-8"))["layers"][LAYER]
    changed = draw(functional, folder, recipe=ChannelRecipe(steps=6), sides=["optimum"])
    after = json.loads((folder / drawings.INDEX).read_text("utf-8"))["layers"][LAYER]
    assert before["opposite"] == after["opposite"]
    assert before["optimum"]["digest"] != after["optimum"]["digest"]
    assert after["optimum"]["recipe"]["steps"] == 6
    assert not np.array_equal(changed["optimum_reached"], values["optimum_reached"])
    assert sorted(names(folder)) == SHEETS


def test_a_damaged_batch_is_drawn_again(functional, atlas, tmp_path, monkeypatch):
    with monkeypatch.context() as context:
        interrupt(context, 1)
        with pytest.raises(KeyboardInterrupt):
            draw(functional, tmp_path / "other")
    part = sorted((tmp_path / "other" / drawings.PARTS).iterdir())[0]
    part.write_bytes(part.read_bytes()[:200])
    draw(functional, tmp_path / "other")
    assert contents(tmp_path / "other") == contents(atlas[0])


def test_a_sheet_that_cannot_be_written_leaves_the_batches(functional, atlas, tmp_path, monkeypatch):
    """A full disk: nothing half written, and the next run draws nothing again."""

    def full(path):
        if path.suffix == ".webp":
            raise OSError(28, "No space left on device")
        return atomic_path(path)

    with monkeypatch.context() as context:
        context.setattr(drawings, "atomic_path", full)
        with pytest.raises(OSError, match="No space"):
            draw(functional, tmp_path / "other", sides=["optimum"])
    assert sorted(names(tmp_path / "other")) == ["drawing_parts", "drawings.json"]
    counted = interrupt(monkeypatch, 2)
    draw(functional, tmp_path / "other")
    assert [side for side, _ in counted] == ["opposite"] * 2
    assert contents(tmp_path / "other") == contents(atlas[0])


@refused("holds drawings of another network")
def test_the_folder_of_another_network_is_refused(atlas):
    other = networks.functional()
    weights = other.get_weights()
    weights[0] = weights[0] * 1.001
    other.set_weights(weights)
    draw(other, atlas[0])


@refused("holds drawings of another network")
def test_the_batches_of_another_network_are_refused(functional, tmp_path, monkeypatch):
    interrupt(monkeypatch, 0)
    with pytest.raises(KeyboardInterrupt):
        draw(functional, tmp_path)
    drawings.draw_layer(networks.sequential(), "first", tmp_path)


@pytest.mark.parametrize("sides", ["optimum", [], ["up"]], ids=str)
@refused("optimum")
def test_unknown_sides_are_refused(functional, tmp_path, sides):
    draw(functional, tmp_path, sides=sides)


@refused("is a MaxPooling2D; a Conv2D is wanted")
def test_a_pool_is_refused(functional, tmp_path):
    drawings.draw_layer(functional, "pool_a", tmp_path)


@pytest.mark.parametrize("text", ["{", "[]", '{"layers": 3}', "{}"])
@refused("is damaged, or no list of drawings")
def test_a_damaged_list_is_refused(tmp_path, text):
    (tmp_path / drawings.INDEX).write_text(text, "utf-8")
    drawings.read(tmp_path, LAYER)


@refused("conv_b.webp is damaged or missing")
def test_a_damaged_sheet_is_refused(atlas):
    (atlas[0] / f"{LAYER}.webp").write_bytes(b"RIFF")
    drawings.read(atlas[0], LAYER)


def test_what_is_not_drawn_is_none(tmp_path, atlas):
    assert drawings.read(atlas[0], "conv_a") is None
    assert drawings.read(tmp_path / "nowhere", LAYER) is None


def test_the_cost_is_said_before(functional, tmp_path, monkeypatch, caplog):
    interrupt(monkeypatch, 0)
    with caplog.at_level(logging.INFO, "vggviz"), pytest.raises(KeyboardInterrupt):
        draw(functional, tmp_path, sides=["opposite"])
    cost = drawings.drawing_cost(functional, LAYER, sides=["opposite"], recipe=SHORT)
    assert caplog.messages == [str(cost)]
    assert (cost.images, cost.size, cost.steps) == (6, (32, 32), 5)
    assert drawings.drawing_cost(functional, LAYER, recipe=SHORT).total == 2 * cost.total


def test_layers_of_like_names_have_files_of_their_own(tmp_path):
    keras = networks._keras()
    inputs = keras.Input((16, 16, 3))
    x = inputs
    for index, name in enumerate(("a.b", "a-b", "A-b")):
        x = keras.layers.Conv2D(2, 3, kernel_initializer=keras.initializers.HeNormal(index), name=name)(x)
    model = keras.Model(inputs, x)
    for name in ("a.b", "a-b", "A-b"):
        drawings.draw_layer(model, name, tmp_path, sides=["optimum"], recipe=ChannelRecipe(steps=1))
    sheets = [name.casefold() for name in names(tmp_path) if name.endswith(".webp")]
    assert len(set(sheets)) == 3
    assert "a-b.webp" in sheets
