"""Dataset examples: the strongest images of a channel, independent of order and division; crops."""

import dataclasses
import itertools

import numpy as np
import PIL.Image
import pytest

import networks
import vggviz
from sentences import refused

COUNT = 7


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(5)
    return {f"p{number}": rng.integers(0, 256, (32, 32, 3), dtype=np.uint8) for number in range(COUNT)}


@pytest.fixture(scope="module")
def maps(functional, images):
    return vggviz.feature_maps(functional, vggviz.preprocess(np.stack(list(images.values()))))


@pytest.fixture(scope="module")
def examples(functional, images):
    return vggviz.datasets.dataset_examples(functional, images, top=3)


def assert_identical(one, other):
    for field in dataclasses.fields(one):
        found, expected = getattr(one, field.name), getattr(other, field.name)
        assert np.array_equal(found, expected), field.name
        assert getattr(found, "dtype", None) == getattr(expected, "dtype", None), field.name


def test_examples_hold_the_largest_activations(examples, maps, images):
    assert list(examples) == list(maps)
    for layer, values in maps.items():
        found = examples[layer]
        assert found.seen == COUNT
        assert found.values.shape == (values.shape[-1], 3)
        best = values.max(axis=(1, 2)).T
        np.testing.assert_allclose(found.values, -np.sort(-best, axis=1)[:, :3], rtol=1e-5)
        for channel, rank in np.ndindex(found.names.shape):
            image = list(images).index(found.names[channel, rank])
            row, column = found.rows[channel, rank], found.columns[channel, rank]
            assert values[image, row, column, channel] == pytest.approx(found.values[channel, rank], rel=1e-5)


def test_the_order_of_images_does_not_matter(functional, images, examples):
    backwards = dict(reversed(images.items()))
    found = vggviz.datasets.dataset_examples(functional, backwards, top=3)
    for layer, expected in examples.items():
        assert_identical(found[layer], expected)


@pytest.mark.parametrize("cut", [1, 3, 6])
def test_two_parts_sum_to_the_whole(functional, images, examples, cut):
    parts = dict(list(images.items())[:cut]), dict(list(images.items())[cut:])
    first, second = (vggviz.datasets.dataset_examples(functional, part, top=3) for part in parts)
    for layer, expected in examples.items():
        assert_identical(first[layer] + second[layer], expected)
        assert_identical(second[layer] + first[layer], expected)


def test_parts_of_one_image_sum_to_the_whole(functional, images, examples):
    parts = [
        vggviz.datasets.dataset_examples(functional, {n: p}, "conv_b", top=3)["conv_b"]
        for n, p in images.items()
    ]
    for order in (parts, parts[::-1]):
        assert_identical(sum(order[1:], order[0]), examples["conv_b"])


def test_the_string_dtype_does_not_depend_on_names_that_were_dropped(functional, images, examples):
    found = examples["conv_b"]
    weakest = next(name for name in images if name not in found.names)
    renamed = {name if name != weakest else "long" * 50: image for name, image in images.items()}
    assert_identical(vggviz.datasets.dataset_examples(functional, renamed, "conv_b", top=3)["conv_b"], found)


def test_the_same_file_in_two_folders_counts_twice(functional, images, tmp_path):
    for folder in ("b", "a/deep", "a"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        PIL.Image.fromarray(images["p0"]).save(tmp_path / folder / "same.png")
    found = vggviz.datasets.dataset_examples(functional, tmp_path, "conv_b", top=2)["conv_b"]
    assert found.seen == 3
    assert (found.names == ["a/deep/same.png", "a/same.png"]).all()
    halves = [
        vggviz.datasets.dataset_examples(functional, half, "conv_b", top=2)["conv_b"]
        for half in (
            {"b/same.png": images["p0"]},
            dict.fromkeys(("a/same.png", "a/deep/same.png"), images["p0"]),
        )
    ]
    assert_identical(halves[0] + halves[1], found)


def test_equal_activations_are_sorted_by_name(functional, images):
    image = images["p0"]
    for names in itertools.permutations(["a", "b", "c"]):
        found = vggviz.datasets.dataset_examples(
            functional, [(name, image) for name in names], "conv_b", top=2
        )
        assert (found["conv_b"].names == ["a", "b"]).all()


def test_fewer_images_than_top(functional, images, examples):
    found = vggviz.datasets.dataset_examples(functional, images, "conv_b", top=99)["conv_b"]
    assert found.names.shape == (6, COUNT)
    assert np.array_equal(found.names[:, :3], examples["conv_b"].names)


def test_channels_keep_the_given_order(functional, images, examples):
    for channels in ([4, 0], [5, 4, 3, 2, 1, 0]):
        found = vggviz.datasets.dataset_examples(functional, images, "conv_b", channels=channels, top=3)[
            "conv_b"
        ]
        assert np.array_equal(found.channels, channels)
        assert np.array_equal(found.names, examples["conv_b"].names[channels])
        assert np.array_equal(found.boxes(4), examples["conv_b"].boxes(4))


def test_a_nested_network_and_a_dead_channel(nested, dead, images):
    deep = vggviz.datasets.dataset_examples(nested, images, "inner_conv3")["inner_conv3"]
    assert deep.field == vggviz.receptive_fields(nested)["inner_conv3"]
    silent = vggviz.datasets.dataset_examples(dead, images, "conv")["conv"]
    assert not silent.values[networks.DEAD].any()
    assert list(silent.names[networks.DEAD]) == sorted(images)


def test_preprocess(functional, images):
    half = vggviz.datasets.dataset_examples(
        functional, images, "conv_linear", preprocess=lambda levels: vggviz.preprocess(levels) / 2
    )
    values = vggviz.feature_maps(functional, vggviz.preprocess(images["p0"]) / 2, "conv_linear")
    where = half["conv_linear"].names[0] == "p0"
    assert half["conv_linear"].values[0, where] == pytest.approx(
        values["conv_linear"][0, ..., 0].max(), rel=1e-5
    )


# --- crops


def test_crops_equal_the_images_inside_the_boxes(examples, images):
    found = examples["conv_b"]
    crops = vggviz.datasets.example_crops(found, images)
    assert list(crops) == list(range(6))
    for channel, pieces in crops.items():
        for name, (top, left, bottom, right), piece in zip(
            found.names[channel], found.boxes(channel), pieces, strict=True
        ):
            assert np.array_equal(piece, images[name][top:bottom, left:right])
            assert piece.base is None


@pytest.mark.parametrize("layer", ["conv_a", "conv_b", "pool_a", "conv_strided", "conv_even"])
def test_pixels_outside_the_box_do_not_change_the_activation(functional, examples, images, layer):
    found = examples[layer]
    for channel in range(2):
        top, left, bottom, right = found.boxes(channel)[0]
        noise = np.random.default_rng(1).integers(0, 256, (32, 32, 3), dtype=np.uint8)
        noise[top:bottom, left:right] = images[found.names[channel, 0]][top:bottom, left:right]
        values = vggviz.feature_maps(functional, vggviz.preprocess(noise), layer)[layer][0]
        place = found.rows[channel, 0], found.columns[channel, 0], channel
        assert values[place] == pytest.approx(found.values[channel, 0], rel=1e-5, abs=1e-3)


def test_crops_of_a_folder(functional, images, tmp_path):
    for name, image in images.items():
        PIL.Image.fromarray(image).save(tmp_path / f"{name}.png")
    found = vggviz.datasets.dataset_examples(functional, tmp_path, "conv_b", top=2)["conv_b"]
    crops = vggviz.datasets.example_crops(found, tmp_path, [3])
    assert list(crops) == [3]
    top, left, bottom, right = found.boxes(3)[1]
    image = images[found.names[3, 1].removesuffix(".png")]
    assert np.array_equal(crops[3][1], image[top:bottom, left:right])


def test_without_a_receptive_field_the_box_is_the_whole_image(examples):
    unknown = dataclasses.replace(examples["conv_a"], field=None)
    assert unknown.boxes(0).tolist() == [[0, 0, 32, 32]] * 3


# --- errors


@pytest.mark.parametrize("channels", [[6], [-1], [], [1.5], 99])
def test_unknown_channels(functional, images, channels):
    with refused("'conv_b'", "0 to 5", repr(channels)):
        vggviz.datasets.dataset_examples(functional, images, "conv_b", channels=channels)


def test_top_below_one(functional, images):
    with refused("top", "0"):
        vggviz.datasets.dataset_examples(functional, images, top=0)


def test_an_unknown_layer(functional, images):
    with refused("'conv_c'", "'conv_a'"):
        vggviz.datasets.dataset_examples(functional, images, "conv_c")


def test_a_channel_without_examples(examples, images):
    with refused("'conv_b'", "77"):
        vggviz.datasets.example_crops(examples["conv_b"], images, [77])


def test_a_missing_image(examples, images):
    name = examples["conv_b"].names[0, 0]
    with refused(repr(str(name))):
        vggviz.datasets.example_crops(
            examples["conv_b"], {other: image for other, image in images.items() if other != name}
        )


def test_examples_of_different_kinds_cannot_be_added(examples):
    one = examples["conv_a"]
    with refused("layer", "'conv_a'", "'conv_b'"):
        one + examples["conv_b"]
    with refused("top", "3", "4"):
        one + dataclasses.replace(one, top=4)
    with refused("channels"):
        one + dataclasses.replace(one, channels=one.channels[::-1])
