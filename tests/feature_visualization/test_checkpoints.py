"""Checkpoints: finished images are loaded, and drawn again if settings or weights have changed."""

import numpy as np
import pytest
from PIL import Image

import networks
from disk import names
from vggviz.feature_visualization.checkpoints import Checkpoints
from vggviz.feature_visualization.optimisation import GradientAscent, Recipe
from vggviz.feature_visualization.synthesis import invert, visualize
from vggviz.objectives import channel
from visualizing import SHORT, STILL


def test_saved_images_are_loaded(functional, drawn, tmp_path, monkeypatch):
    objectives, whole = drawn
    folder = tmp_path / "deep" / "folder"
    first = visualize(functional, objectives[:2], folder=folder, **SHORT)
    assert len(names(folder)) == 4
    counts = []
    run = GradientAscent.run

    def recorded(self, noises, on_step):
        counts.append(len(noises))
        return run(self, noises, on_step)

    monkeypatch.setattr(GradientAscent, "run", recorded)
    again = visualize(functional, objectives, folder=folder, **SHORT)
    assert counts == [1]
    assert np.array_equal(again.images[:2], first.images)
    assert np.allclose(again.values, whole.values, rtol=1e-3)
    visualize(functional, objectives, folder=folder, **SHORT)
    assert counts == [1]


def test_an_interrupted_run_saves_finished_images(functional, drawn, tmp_path, monkeypatch):
    objectives, whole = drawn
    monkeypatch.setattr("vggviz.feature_visualization.rendering.BATCH_PIXELS", 1)
    run, counts = GradientAscent.run, []

    def interrupted(self, noises, on_step):
        counts.append(len(noises))
        if len(counts) == 3:
            raise KeyboardInterrupt
        return run(self, noises, on_step)

    monkeypatch.setattr(GradientAscent, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        visualize(functional, objectives, folder=tmp_path, **SHORT)
    assert len(names(tmp_path)) == 4
    continued = visualize(functional, objectives, folder=tmp_path, **SHORT)
    assert np.allclose(continued.values, whole.values, rtol=1e-3)
    assert counts == [1, 1, 1, 1]


@pytest.mark.parametrize(
    "change",
    [{"seed": 1}, {"steps": 5}, {"recipe": Recipe(rate=0.3)}, {"size": 30}],
    ids=lambda change: next(iter(change)),
)
def test_changed_settings_draw_another_image(functional, change, tmp_path):
    objective = channel("conv_b", 1)
    first = visualize(functional, objective, folder=tmp_path, **STILL)
    changed = visualize(functional, objective, folder=tmp_path, **(STILL | change))
    assert len(names(tmp_path)) == 4
    assert first.images.shape != changed.images.shape or not np.allclose(first.images, changed.images)


def test_changed_weights_draw_another_image(tmp_path):
    model, objective = networks.functional(), channel("conv_a", 1)
    visualize(model, objective, folder=tmp_path, **STILL)
    model.get_layer("conv_a").set_weights([-w for w in model.get_layer("conv_a").get_weights()])
    visualize(model, objective, folder=tmp_path, **STILL)
    assert len(names(tmp_path)) == 4


def test_inversions_of_two_photographs_are_two_files(nested, photographs, tmp_path):
    invert(nested, photographs[:1], "outer_conv", steps=1, folder=tmp_path)
    invert(nested, photographs[1:], "outer_conv", steps=1, folder=tmp_path)
    assert len(names(tmp_path)) == 4


def test_a_damaged_file_is_drawn_again(functional, tmp_path):
    objective = channel("conv_b", 1)
    first = visualize(functional, objective, folder=tmp_path, **STILL)
    (saved,) = tmp_path.glob("*.npz")
    whole = saved.read_bytes()
    for damage in (b"", whole[:100], whole[:-200], b"no archive at all"):
        saved.write_bytes(damage)
        assert np.array_equal(visualize(functional, objective, folder=tmp_path, **STILL).images, first.images)
        assert len(saved.read_bytes()) == len(whole)


def test_the_png_holds_rounded_levels_and_metadata(functional, tmp_path):
    found = visualize(functional, channel("conv_b", 1), folder=tmp_path, **STILL)
    (path,) = tmp_path.glob("channel-1-of-conv_b-*.png")
    with Image.open(path) as image:
        assert np.array_equal(np.asarray(image), np.rint(found.images[0]))
        assert image.text["Description"].startswith("channel 1 of conv_b, drawn in 12 steps: ")
        assert image.text["Source"]


def test_any_label_makes_a_file_name(tmp_path):
    checkpoints = Checkpoints(tmp_path, {})
    image, values = np.zeros((2, 2, 3), np.float32), np.zeros(3, np.float32)
    for label in ("../up", "a/b:c", "", "x" * 300, "a/b c"):
        checkpoints.save(label, image, values)
        assert checkpoints.load(label) is not None
    assert len(names(tmp_path)) == 10
