"""Fixtures of the tests of training: a small data set, a small network, and few views."""

import pytest

import tiny_imagenet
from training import views


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """The zip of a small data set in the public layout."""
    return tiny_imagenet.write_zip(tmp_path_factory.mktemp("data") / "tiny-imagenet.zip")


@pytest.fixture(scope="module")
def tiny():
    """Two convolutions with a pool after each, and seeded random weights."""
    import keras  # not before tests/conftest.py has set its environment variables

    keras.utils.set_random_seed(0)
    inputs = maps = keras.Input((224, 224, 3))
    for block, count in ((1, 6), (2, 8)):
        maps = keras.layers.Conv2D(count, 3, padding="same", activation="relu", name=f"block{block}_conv1")(
            maps
        )
        maps = keras.layers.MaxPooling2D(4, name=f"block{block}_pool")(maps)
    return keras.Model(inputs, maps, name="tiny")


@pytest.fixture
def few_views(monkeypatch):
    """Fewer views, for speed."""
    monkeypatch.setattr(views, "TRAINING", {"plain": views.resized, "sharp": views.sharpened})
    monkeypatch.setattr(views, "VALIDATION", {"plain": views.resized})
