"""All public functions that take a model, from eight threads at once: the same values as alone."""

import concurrent.futures
import inspect
import sys

import keras
import numpy as np
import pytest
from keras import layers
from keras.src.ops import node

import calls
import public
from calls import assert_same, values
from vggviz.explorer.live import litert
from vggviz.models import graph
from vggviz.models.provenance import Provenance, note_provenance

pytestmark = pytest.mark.usefixtures("drawn_once")
SIDE = 16
RANDOM = np.random.default_rng(0)
IMAGE = RANDOM.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
BATCH = RANDOM.normal(0, 1, (1, SIDE, SIDE, 3)).astype(np.float32)
CALLS = calls.of_model(IMAGE, BATCH, "c1", "c2", 3)


def network():
    """Two convolutions and a pool, and three named classes."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            layers.Conv2D(4, 3, padding="same", activation="relu", name="c1"),
            layers.MaxPooling2D(name="p"),
            layers.Conv2D(6, 3, padding="same", activation="relu", name="c2"),
            layers.GlobalAveragePooling2D(name="gap"),
            layers.Dense(3, activation="softmax", name="classes"),
        ],
        name="small",
    )
    note_provenance(model, Provenance("random", "", "", ("n0", "n1", "n2"), ("cat", "dog", "fox")))
    return model


def test_each_public_function_of_a_model_is_called():
    """A new one has to be added to `calls.of_model`."""
    signatures = {name: inspect.signature(function) for name, function in public.FUNCTIONS.items()}
    assert {name for name, each in signatures.items() if "model" in each.parameters} == set(CALLS)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What one thread computes, {public name: values}, and the calls of layers added without the lock."""
    folder, model, unlocked, begin = tmp_path_factory.mktemp("alone"), network(), [], node.Node.__init__

    def watched(call, operation, *args, **kwargs):
        if operation in model.layers and not graph.symbolic_calls._is_owned():
            unlocked.append((name, operation.name))
        begin(call, operation, *args, **kwargs)

    found, live = {}, {"live page": lambda model: litert.segments(model, ("c1", "p", "c2"))}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(node.Node, "__init__", watched)
        for name, call in (CALLS | live).items():
            found[name] = values(call(model), folder / name)
    return found, unlocked


@pytest.fixture
def hasty():
    """Threads that take turns after each microsecond, so that races are frequent."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_eight_threads_compute_what_one_does(tmp_path, alone, hasty):
    model, names = network(), [*CALLS, *reversed(CALLS)]

    def task(index):
        return values(CALLS[names[index]](model), tmp_path / str(index))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for name, found in zip(names, pool.map(task, range(len(names))), strict=True):
            assert_same(name, found, alone[0][name])


def test_only_one_thread_at_a_time_adds_calls_to_layers(alone):
    """Keras would give two calls at the same time one number, but rarely: so the lock itself is looked at."""
    assert alone[1] == []
