"""Many images: each once, one at a time, and what is no image is named."""

import gc
import weakref

import numpy as np
import PIL.Image
import pytest

import vggviz
from sentences import refused


@pytest.fixture
def pictures():
    rng = np.random.default_rng(0)
    return {f"p{number}": rng.integers(0, 256, (40, 32, 3), dtype=np.uint8) for number in range(4)}


@pytest.fixture
def folder(tmp_path, pictures):
    (tmp_path / "deep").mkdir()
    for name, picture in pictures.items():
        PIL.Image.fromarray(picture).save(tmp_path / ("deep" if name == "p0" else "") / f"{name}.png")
    return tmp_path


def test_a_folder_gives_each_picture_once_by_name(folder, pictures):
    found = dict(vggviz.datasets.read_images(folder, 32))
    assert list(found) == ["deep/p0.png", "p1.png", "p2.png", "p3.png"]
    for picture, read in zip(pictures.values(), found.values(), strict=True):
        assert np.array_equal(read, vggviz.load_image(picture, 32))


@pytest.mark.parametrize("kind", [dict, lambda p: p.items(), lambda p: iter(p.items())])
def test_names_with_pictures(pictures, kind):
    found = dict(vggviz.datasets.read_images(kind(pictures), None))
    assert list(found) == list(pictures)
    assert all(np.array_equal(found[name], picture) for name, picture in pictures.items())


def test_what_is_no_picture_is_named_in_one_line(folder, caplog):
    (folder / "notes.txt").write_text("no image")
    (folder / "cut.png").write_bytes((folder / "p1.png").read_bytes()[:200])
    assert len(list(vggviz.datasets.read_images(folder, 32))) == 4
    assert [record.name for record in caplog.records] == ["vggviz", "vggviz"]
    for record, name in zip(caplog.records, ("cut.png", "notes.txt"), strict=True):
        assert repr(name) in record.getMessage()
        assert "\n" not in record.getMessage()


def test_pictures_are_let_go(pictures):
    alive = []
    for _, image in vggviz.datasets.read_images(pictures, 16):
        alive.append(weakref.ref(image))
        del image
        gc.collect()
        assert sum(ref() is not None for ref in alive) <= 1


@pytest.mark.parametrize(
    ("source", "words"), [({}, ["no image"]), ([("a", np.zeros((2, 2, 7)))], ["no image"])]
)
def test_no_picture_at_all(source, words):
    with refused(*words):
        list(vggviz.datasets.read_images(source))


def test_a_folder_without_pictures(tmp_path):
    with refused(str(tmp_path)):
        list(vggviz.datasets.read_images(tmp_path))


def test_a_folder_that_is_not_there(tmp_path):
    with refused("nowhere", kind=FileNotFoundError):
        list(vggviz.datasets.read_images(tmp_path / "nowhere"))
