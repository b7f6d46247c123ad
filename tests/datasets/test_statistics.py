"""Statistics of many images: independent of order and division, with constant memory use."""

import itertools

import numpy as np
import PIL.Image
import pytest

import vggviz
from sentences import refused

COUNT = 6


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(11)
    return {f"p{number}": rng.integers(0, 256, (32, 32, 3), dtype=np.uint8) for number in range(COUNT)}


@pytest.fixture(scope="module")
def whole(functional, images):
    return vggviz.datasets.dataset_statistics(functional, images)


def assert_identical(found, expected):
    """Assert that all statistics are bitwise equal."""
    assert list(found) == list(expected)
    for layer, values in found.items():
        for name in ("count", "mean", "std", "max", "zeros", "apoz", "dead"):
            one, other = (np.asarray(getattr(s, name)) for s in (values, expected[layer]))
            np.testing.assert_array_equal(one, other, err_msg=f"{layer} {name}", strict=True)


def total(parts):
    return {layer: sum((p[layer] for p in parts[1:]), parts[0][layer]) for layer in parts[0]}


def test_statistics_equal_those_of_the_feature_maps(functional, images, whole):
    each = (vggviz.feature_maps(functional, vggviz.preprocess(image)) for image in images.values())
    assert_identical(whole, vggviz.channel_statistics(each))


@pytest.mark.parametrize("cut", range(1, COUNT))
def test_two_parts_sum_to_the_whole(functional, images, whole, cut):
    parts = dict(list(images.items())[:cut]), dict(list(images.items())[cut:])
    first, second = (vggviz.datasets.dataset_statistics(functional, part) for part in parts)
    assert_identical(total([first, second]), whole)
    assert_identical(total([second, first]), whole)


def test_the_order_of_images_does_not_matter(functional, images, whole):
    each = [vggviz.datasets.dataset_statistics(functional, {name: image}) for name, image in images.items()]
    for order in itertools.islice(itertools.permutations(each), 0, None, 97):
        assert_identical(total(order), whole)
    assert_identical(vggviz.datasets.dataset_statistics(functional, dict(reversed(images.items()))), whole)


def test_a_folder_with_an_unreadable_file(functional, images, whole, tmp_path, caplog):
    for name, image in images.items():
        (tmp_path / name[1:]).mkdir()
        PIL.Image.fromarray(image).save(tmp_path / name[1:] / "same.png")
    (tmp_path / "notes.txt").write_text("no image")
    assert_identical(vggviz.datasets.dataset_statistics(functional, tmp_path), whole)
    assert [record.getMessage().split(":")[0] for record in caplog.records] == ["Skipped 'notes.txt'"]


def test_layers_and_preprocess(functional, images):
    half = vggviz.datasets.dataset_statistics(
        functional, images, ["conv_b", "conv_a"], preprocess=lambda levels: vggviz.preprocess(levels) / 2
    )
    maps = (
        vggviz.feature_maps(functional, vggviz.preprocess(p) / 2, ["conv_b", "conv_a"])
        for p in images.values()
    )
    assert_identical(half, vggviz.channel_statistics(maps))


def test_layers_from_a_generator(functional, images, whole):
    found = vggviz.datasets.dataset_statistics(functional, images, (name for name in ["conv_b"]))
    assert_identical(found, {"conv_b": whole["conv_b"]})


# --- errors


@pytest.mark.parametrize("study", [vggviz.datasets.dataset_statistics, vggviz.datasets.dataset_examples])
def test_activations_that_are_not_finite_are_refused_with_the_name_of_the_image(functional, images, study):
    def overflowing(levels):
        batch = vggviz.preprocess(levels)
        return batch * 2e36 if np.array_equal(levels[0], images["p3"]) else batch

    with np.errstate(over="ignore"), refused("'p3'", "infinite"):
        study(functional, images, ["conv_b"], preprocess=overflowing)


@pytest.mark.parametrize("study", [vggviz.datasets.dataset_statistics, vggviz.datasets.dataset_examples])
@pytest.mark.parametrize(("layers", "words"), [("conv_c", ["'conv_a'"]), ([], ["None"])])
def test_unknown_layers(functional, images, study, layers, words):
    with refused(*words):
        study(functional, images, layers)


def test_a_folder_without_images(functional, tmp_path):
    with refused(str(tmp_path), "no image"):
        vggviz.datasets.dataset_statistics(functional, tmp_path)
    with refused("nowhere", kind=FileNotFoundError):
        vggviz.datasets.dataset_statistics(functional, tmp_path / "nowhere")
