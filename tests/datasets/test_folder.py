"""Reading images from folders and mappings: each once, one at a time; unreadable files are logged."""

import weakref

import numpy as np
import PIL.Image
import pytest

import vggviz
from sentences import refused
from vggviz.datasets.folder import unique_names


@pytest.fixture
def images():
    rng = np.random.default_rng(0)
    return {f"p{number}": rng.integers(0, 256, (40, 32, 3), dtype=np.uint8) for number in range(4)}


@pytest.fixture
def folder(tmp_path, images):
    (tmp_path / "deep").mkdir()
    for name, image in images.items():
        PIL.Image.fromarray(image).save(tmp_path / ("deep" if name == "p0" else "") / f"{name}.png")
    return tmp_path


def test_a_folder_yields_each_image_once_sorted_by_name(folder, images):
    found = dict(vggviz.datasets.read_images(folder, 32))
    assert list(found) == ["deep/p0.png", "p1.png", "p2.png", "p3.png"]
    for image, read in zip(images.values(), found.values(), strict=True):
        assert np.array_equal(read, vggviz.load_image(image, 32))


@pytest.mark.parametrize("kind", [dict, lambda p: p.items(), lambda p: iter(p.items())])
def test_named_images(images, kind):
    found = dict(vggviz.datasets.read_images(kind(images), None))
    assert list(found) == list(images)
    assert all(np.array_equal(found[name], image) for name, image in images.items())


def test_each_unreadable_file_is_logged_in_one_line(folder, caplog):
    (folder / "notes.txt").write_text("no image")
    (folder / "cut.png").write_bytes((folder / "p1.png").read_bytes()[:200])
    assert len(list(vggviz.datasets.read_images(folder, 32))) == 4
    assert [record.name for record in caplog.records] == ["vggviz", "vggviz"]
    for record, name in zip(caplog.records, ("cut.png", "notes.txt"), strict=True):
        assert repr(name) in record.getMessage()
        assert "\n" not in record.getMessage()


def test_at_most_one_image_is_in_memory(images):
    alive = []
    for _, image in vggviz.datasets.read_images(images, 16):
        alive.append(weakref.ref(image))
        del image
        assert sum(ref() is not None for ref in alive) <= 1


@pytest.mark.parametrize(
    ("source", "words"), [({}, ["no image"]), ([("a", np.zeros((2, 2, 7)))], ["no image"])]
)
def test_a_source_without_readable_images(source, words):
    with refused(*words):
        list(vggviz.datasets.read_images(source))


def test_a_folder_without_images(tmp_path):
    with refused(str(tmp_path)):
        list(vggviz.datasets.read_images(tmp_path))


def test_a_missing_folder(tmp_path):
    with refused("nowhere", kind=FileNotFoundError):
        list(vggviz.datasets.read_images(tmp_path / "nowhere"))


def test_repeated_names_are_numbered():
    def named(*names, **options):
        pairs = unique_names(zip(names, "abcd", strict=False), **options)
        return [f"{name}: {thing}" for name, thing in pairs]

    assert named("x", "x (2)", "x", "X") == ["x: a", "x (2): b", "x (3): c", "X: d"]
    assert named("x", "X", "y", files=True, taken=["Y"]) == ["x: a", "X-2: b", "y-2: c"]
