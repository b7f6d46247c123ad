"""The sketches that a reader's own is compared with."""

import json

import numpy as np
import pytest

import vggviz
from node import run_script
from vggviz.explorer.content import Content
from vggviz.explorer.passports import sketches

READING = {"weights": [[0, 0, 1], [0, 1, 0], [1, 0, 0]], "offset": [-103.939, -116.779, -123.68]}
PLAIN = {"weights": np.eye(3).tolist(), "offset": [0, 0, 0]}


def test_the_ground_is_what_the_network_reads_as_nothing():
    assert sketches.ground_of(READING) == (124, 117, 104)
    image = np.full((1, 8, 8, 3), sketches.ground_of(READING), np.uint8)
    assert np.abs(vggviz.preprocess(image)).max() < 1
    assert sketches.ground_of(PLAIN) == (128, 128, 128)


@pytest.mark.parametrize("size", [8, 64])
def test_sketches_are_different_and_on_the_ground(size):
    drawn = list(sketches.drawn(size, (10, 20, 30)))
    assert len({image.tobytes() for image in drawn}) == len(drawn) == sketches.COUNT
    for image in drawn:
        assert image.shape == (size, size, 3)
        colours = np.unique(image.reshape(-1, 3), axis=0).tolist()
        assert [10, 20, 30] in colours
        assert len(colours) == 2, "no colour between ink and ground, as on the page"


@pytest.mark.parametrize(("size", "side"), [(4, 60), (4, 20), (6, 6)])
def test_a_sketch_is_laid_out_as_on_the_page(size, side, tmp_path):
    sketch = np.random.default_rng(0).integers(0, 256, (size, size, 3), np.uint8)
    code = """
    const { laidOut } = await import(`${PAGE}/find/sketch.js`);
    const { sketch, ...about } = given;
    return [...laidOut(Uint8ClampedArray.from(sketch), about)];
    """
    given = {"sketch": sketch.ravel().tolist(), "size": size, "side": side, "ground": [9, 8, 7]}
    found = np.array(run_script(tmp_path, code, given)).reshape(side, side, 3)
    np.testing.assert_array_equal(sketches.laid_out(sketch, side, (9, 8, 7)), found)


def test_the_ground_is_that_of_the_page(tmp_path):
    code = """
    const { hidingColour } = await import(`${PAGE}/paint/hiding.js`);
    return given.map((reading) => hidingColour(reading, [128, 128, 128]));
    """
    found = run_script(tmp_path, code, [READING, PLAIN])
    assert found == [list(sketches.ground_of(reading)) for reading in (READING, PLAIN)]


def test_answers_are_those_of_the_network_beyond_the_ground(functional):
    layers = tuple(vggviz.conv_layers(functional))

    def identity(images):
        return images.astype(np.float32)

    found = sketches.answers(Content(functional, {}, layers, identity), PLAIN)
    side, ground = 32, sketches.ground_of(PLAIN)
    images = [sketches.laid_out(each, side, ground) for each in sketches.drawn(side, ground)]
    batch = identity(np.stack([np.full((side, side, 3), ground, np.uint8), *images]))
    maps = vggviz.feature_maps(functional, batch, list(layers))
    assert list(found) == list(layers)
    for layer in layers:
        empty, *others = maps[layer].mean(axis=(1, 2), dtype=np.float64)
        np.testing.assert_allclose(found[layer].empty, empty, rtol=1e-4)
        more = np.mean([(each - empty).clip(0) for each in others], axis=0)
        np.testing.assert_allclose(found[layer].others, more, rtol=1e-3, atol=1e-3)


def test_the_file_of_the_answers(functional):
    content = Content(functional, {}, ("conv_a",), lambda images: images.astype(np.float32))
    ((name, written),) = sketches.files(content, {"conv_a": "first"}, PLAIN)
    stored, found = json.loads(written), sketches.answers(content, PLAIN)["conv_a"]
    assert (name, stored["count"]) == ("sketch/others.json", sketches.COUNT)
    np.testing.assert_allclose(stored["empty"]["first"], found.empty, rtol=1e-3)
    np.testing.assert_allclose(stored["others"]["first"], found.others, rtol=1e-3)
