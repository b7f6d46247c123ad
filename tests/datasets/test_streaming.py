"""One pass over images: side by side, in their order, with constant memory use."""

import itertools
import logging
import threading
import time
import weakref

import numpy as np
import pytest

import vggviz
from vggviz.datasets import streaming

COUNT = 6
STUDIES = [vggviz.datasets.dataset_statistics, vggviz.datasets.dataset_examples]


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(11)
    return {f"p{number}": rng.integers(0, 256, (32, 32, 3), dtype=np.uint8) for number in range(COUNT)}


@pytest.mark.parametrize("study", STUDIES)
def test_few_images_and_their_maps_are_in_memory(functional, images, study, monkeypatch):
    alive = {"images": [], "maps": []}
    most = {"images": streaming.TOGETHER + 2, "maps": streaming.TOGETHER}

    def check():
        for what, refs in alive.items():
            assert sum(ref() is not None for ref in refs) <= most[what], what

    def stream():
        for name, image in itertools.islice(itertools.cycle(images.items()), 3 * COUNT):
            fresh = image.copy()
            alive["images"].append(weakref.ref(fresh))
            yield name, fresh
            del fresh
            check()

    def recorded(*given):
        for layer, maps in vggviz.feature_maps(*given).items():
            alive["maps"].append(weakref.ref(maps))
            yield layer, maps
        check()

    monkeypatch.setattr(streaming, "maps_in_turn", recorded)
    study(functional, stream(), "conv_a")
    assert len(alive["maps"]) == len(alive["images"]) == 3 * COUNT


def test_images_are_computed_side_by_side_and_added_in_their_order(functional, images):
    meeting = threading.Barrier(2)

    def study(name, layer, maps):
        meeting.wait(20)
        return f" {name}"

    found = streaming.sum_over_images(study, functional, images, ["conv_b", "conv_a"], None)
    assert list(found.items()) == [(layer, "".join(f" {name}" for name in images)) for layer in found]
    assert list(found) == ["conv_b", "conv_a"]


def test_few_images_are_taken_ahead(functional, images):
    taken, studied = [], []

    def stream():
        for name, image in itertools.islice(itertools.cycle(images.items()), 2 * COUNT):
            taken.append(name)
            assert len(taken) - len(studied) <= streaming.TOGETHER + 2
            yield name, image

    def study(name, layer, maps):
        time.sleep(0.05)
        studied.append(name)
        return 1

    assert streaming.sum_over_images(study, functional, stream(), ["conv_a"], None) == {"conv_a": 2 * COUNT}


def test_an_error_in_the_study_of_maps_is_raised(functional, images):
    def study(name, layer, maps):
        raise RuntimeError(f"{name} {layer}")

    with pytest.raises(RuntimeError, match="p0 conv_a"):
        streaming.sum_over_images(study, functional, images, ["conv_a"], None)


@pytest.mark.parametrize("study", STUDIES)
def test_the_cost_is_logged_first(functional, images, study, caplog):
    caplog.set_level(logging.INFO, "vggviz")
    study(functional, images, "conv_a")
    macs = 32 * 32 * 9 * 3 * 4
    assert [r.getMessage() for r in caplog.records] == [
        f"{COUNT} files: about {macs:,} MAC each, {macs * COUNT:,} MAC in all."
    ]
