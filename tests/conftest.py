"""What every test stands on: no outside settings, no network, no window, tiny seeded networks."""

from __future__ import annotations

import gc
import os
import tempfile
from pathlib import Path

import hypothesis
import numpy as np
import pytest

import networks

pytest_plugins = ["pages", "explorer_page", "tiny_book"]


LONG = (
    *("test_keras_applications.py", "pages/small_books/test_make_book.py", "forward_only/test_network.py"),
    *("cli/test_cli.py", "test_any_network.py", "plots/test_all_plots.py", "test_threads.py"),
    *("pages/small_books/test_serve.py", "channel_atlas/test_drawings.py", "models/test_loading.py"),
    *("pages/small_books/test_quizzes.py", "datasets/test_dask_cluster.py", "test_package.py"),
    *("pages/small_books/test_default.py", "feature_visualization/test_optimisation.py"),
    *("plots/test_images.py", "channel_atlas/test_making.py", "test_properties.py", "explorer/test_hero.py"),
    *("attribution/test_gradients.py", "images/test_mutated_files.py", "book/test_shared_kernel.py"),
)
"""Files that take ten seconds or more, the longest first."""


hypothesis.settings.register_profile("any machine", deadline=None)  # a busy machine is slow, not wrong
hypothesis.settings.load_profile("any machine")


def pytest_configure(config):
    """Before Keras is imported, which reads it then: a cache that holds nothing of this machine's."""
    home = tempfile.TemporaryDirectory(prefix="keras-")
    config.add_cleanup(home.cleanup)
    os.environ["KERAS_HOME"] = home.name
    os.environ["VGGVIZ_CACHE"] = f"{home.name}/vggviz"
    os.environ["MPLBACKEND"] = "Agg"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def pytest_collection_modifyitems(items):
    """Long files first, so that of two workers neither is left with one at the end."""
    order = {Path(__file__).parent / name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.path, len(order)))


def pytest_collection_finish():
    """TensorFlow's and the tests' own modules stay: each full garbage collection would take half a second."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    """Without the settings that a reader's shell may hold."""
    for name in ("VGGVIZ_WEIGHTS", "VGGVIZ_IMAGE", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def vgg16():
    """The whole convolutional part with seeded random weights."""
    import vggviz

    return vggviz.load_vgg16("random", seed=1)


@pytest.fixture(scope="session")
def vgg16_imagenet():
    """The network that comes with the package, with its linear classifier."""
    import vggviz

    return vggviz.load_vgg16("imagenet", "linear")


@pytest.fixture(scope="session")
def functional():
    return networks.functional()


@pytest.fixture(scope="session")
def sequential():
    return networks.sequential()


@pytest.fixture(scope="session")
def nested():
    return networks.nested()


@pytest.fixture(scope="session")
def dead():
    return networks.with_dead_channel()


@pytest.fixture(scope="session", params=["functional", "sequential", "nested", "dead"])
def network(request):
    """Each kind of network in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def drawn_once():
    """An atlas' stimuli are drawn once in a process, which takes longer than a tiny network's whole atlas."""
    from vggviz.channel_atlas.stimuli import Stimulus

    draw, drawn = Stimulus.draw, {}

    def kept(stimulus):
        if str(stimulus) not in drawn:
            image = draw(stimulus)
            image.flags.writeable = False
            drawn[str(stimulus)] = image
        return drawn[str(stimulus)]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Stimulus, "draw", kept)
        yield


@pytest.fixture
def photograph():
    """A seeded picture of 32 x 32 pixels with every level in it, uint8 RGB."""
    return np.random.default_rng(7).integers(0, 256, (32, 32, 3), dtype=np.uint8)


@pytest.fixture
def batch():
    """Three seeded pictures as a network reads them, float32 (3, 32, 32, 3)."""
    return np.random.default_rng(8).normal(0, 60, (3, 32, 32, 3)).astype(np.float32)
