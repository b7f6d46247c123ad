"""Many pictures through a network: in any parts and order the same, and never more than one in memory."""

import itertools
import logging
import weakref

import numpy as np
import PIL.Image
import pytest

import vggviz
from sentences import refused
from vggviz.datasets import statistics as datasets

COUNT = 6


@pytest.fixture(scope="module")
def pictures():
    rng = np.random.default_rng(11)
    return {f"p{number}": rng.integers(0, 256, (32, 32, 3), dtype=np.uint8) for number in range(COUNT)}


@pytest.fixture(scope="module")
def whole(functional, pictures):
    return vggviz.datasets.dataset_statistics(functional, pictures)


def same(found, expected):
    """The same to the last bit, whatever it was put together from."""
    assert list(found) == list(expected)
    for layer, statistics in found.items():
        for name in ("count", "mean", "std", "max", "zeros", "apoz", "dead"):
            one, other = (np.asarray(getattr(s, name)) for s in (statistics, expected[layer]))
            np.testing.assert_array_equal(one, other, err_msg=f"{layer} {name}", strict=True)


def added(parts):
    return {layer: sum((p[layer] for p in parts[1:]), parts[0][layer]) for layer in parts[0]}


def test_they_are_those_of_the_maps(functional, pictures, whole):
    each = (vggviz.feature_maps(functional, vggviz.preprocess(picture)) for picture in pictures.values())
    same(whole, vggviz.channel_statistics(each))


@pytest.mark.parametrize("cut", range(1, COUNT))
def test_two_parts_add_up_to_the_whole(functional, pictures, whole, cut):
    parts = dict(list(pictures.items())[:cut]), dict(list(pictures.items())[cut:])
    first, second = (vggviz.datasets.dataset_statistics(functional, part) for part in parts)
    same(added([first, second]), whole)
    same(added([second, first]), whole)


def test_in_any_order(functional, pictures, whole):
    each = [
        vggviz.datasets.dataset_statistics(functional, {name: picture}) for name, picture in pictures.items()
    ]
    for order in itertools.islice(itertools.permutations(each), 0, None, 97):
        same(added(order), whole)
    same(vggviz.datasets.dataset_statistics(functional, dict(reversed(pictures.items()))), whole)


def test_a_folder(functional, pictures, whole, tmp_path, caplog):
    for name, picture in pictures.items():
        (tmp_path / name[1:]).mkdir()
        PIL.Image.fromarray(picture).save(tmp_path / name[1:] / "same.png")
    (tmp_path / "notes.txt").write_text("no picture")
    same(vggviz.datasets.dataset_statistics(functional, tmp_path), whole)
    assert [record.getMessage().split(":")[0] for record in caplog.records] == ["Passed over 'notes.txt'"]


def test_the_layers_asked_for_read_as_said(functional, pictures):
    half = vggviz.datasets.dataset_statistics(
        functional, pictures, ["conv_b", "conv_a"], preprocess=lambda images: vggviz.preprocess(images) / 2
    )
    maps = (
        vggviz.feature_maps(functional, vggviz.preprocess(p) / 2, ["conv_b", "conv_a"])
        for p in pictures.values()
    )
    same(half, vggviz.channel_statistics(maps))


def test_layers_named_by_a_generator(functional, pictures, whole):
    found = vggviz.datasets.dataset_statistics(functional, pictures, (name for name in ["conv_b"]))
    same(found, {"conv_b": whole["conv_b"]})


@pytest.mark.parametrize("study", [vggviz.datasets.dataset_statistics, vggviz.datasets.dataset_examples])
def test_one_picture_is_in_memory_and_the_maps_of_two(functional, pictures, study, monkeypatch):
    """Two, since the maps of one are let go when those of the next are there."""
    alive = {"pictures": [], "maps": []}

    def stream():
        for name, picture in itertools.islice(itertools.cycle(pictures.items()), 2 * COUNT):
            fresh = picture.copy()
            alive["pictures"].append(weakref.ref(fresh))
            yield name, fresh
            del fresh
            for refs in alive.values():
                assert sum(ref() is not None for ref in refs) <= 2

    def noted(*given):
        maps = vggviz.feature_maps(*given)
        alive["maps"].append(weakref.ref(maps["conv_a"]))
        return maps

    monkeypatch.setattr(datasets, "feature_maps", noted)
    study(functional, stream(), "conv_a")
    assert len(alive["maps"]) == len(alive["pictures"]) == 2 * COUNT


@pytest.mark.parametrize("study", [vggviz.datasets.dataset_statistics, vggviz.datasets.dataset_examples])
def test_what_it_costs_is_said_first(functional, pictures, study, caplog):
    caplog.set_level(logging.INFO, "vggviz")
    study(functional, pictures, "conv_a")
    macs = 32 * 32 * 9 * 3 * 4
    assert [r.getMessage() for r in caplog.records] == [
        f"{COUNT} files: about {macs:,} MAC each, {macs * COUNT:,} MAC in all."
    ]


# --- what is refused


@pytest.mark.parametrize("study", [vggviz.datasets.dataset_statistics, vggviz.datasets.dataset_examples])
def test_numbers_that_are_not_finite_are_refused_with_the_pictures_name(functional, pictures, study):
    def overflowing(images):
        batch = vggviz.preprocess(images)
        return batch * 2e36 if np.array_equal(images[0], pictures["p3"]) else batch

    with np.errstate(over="ignore"), refused("'p3'", "infinite"):
        study(functional, pictures, ["conv_b"], preprocess=overflowing)


@pytest.mark.parametrize("study", [vggviz.datasets.dataset_statistics, vggviz.datasets.dataset_examples])
@pytest.mark.parametrize(("layers", "words"), [("conv_c", ["'conv_a'"]), ([], ["None"])])
def test_layers_that_are_not_there(functional, pictures, study, layers, words):
    with refused(*words):
        study(functional, pictures, layers)


def test_no_picture_at_all(functional, tmp_path):
    with refused(str(tmp_path), "picture"):
        vggviz.datasets.dataset_statistics(functional, tmp_path)
    with refused("nowhere", kind=FileNotFoundError):
        vggviz.datasets.dataset_statistics(functional, tmp_path / "nowhere")
