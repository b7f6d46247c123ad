"""All public functions that take a model, from eight threads at once: the same values as alone."""

import concurrent.futures
import dataclasses
import inspect
import json
import sys
from collections.abc import Mapping

import keras
import numpy as np
import pytest
from keras import layers
from keras.src.ops import node

import public
import vggviz
from vggviz import analysis, attribution, datasets
from vggviz import feature_visualization as drawing
from vggviz.explorer.live import litert
from vggviz.models import graph
from vggviz.models.provenance import Provenance, note_provenance
from vggviz.objectives import channel, class_logit

SIDE = 16
RANDOM = np.random.default_rng(0)
IMAGE = RANDOM.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
BATCH = RANDOM.normal(0, 1, (1, SIDE, SIDE, 3)).astype(np.float32)
PREDICTIONS = np.array([[0.2, 0.7, 0.1]], np.float32)
PAIRS = [("one", IMAGE), ("two", IMAGE[::-1])]
LOGIT, CHANNEL = class_logit(0), channel("c2", 1)

CALLS = {
    "conv_layers": vggviz.conv_layers,
    "decode_predictions": lambda model: vggviz.decode_predictions(model, PREDICTIONS),
    "explain_cell": lambda model: vggviz.explain_cell(model, BATCH, "c2", 1, 2, 3),
    "explore": lambda model: vggviz.explore(model, IMAGE),
    "feature_maps": lambda model: vggviz.feature_maps(model, BATCH),
    "filters": lambda model: vggviz.filters(model, "c1"),
    "filters_rgb": vggviz.filters_rgb,
    "layer_table": vggviz.layer_table,
    "pre_activations": lambda model: vggviz.pre_activations(model, BATCH, "c1"),
    "provenance": vggviz.provenance,
    "receptive_fields": vggviz.receptive_fields,
    "analysis.inner_responses": lambda model: analysis.inner_responses(model, BATCH),
    "analysis.input_contributions": lambda model: analysis.input_contributions(model, BATCH, "c2", 1),
    "analysis.trace": lambda model: analysis.trace(model, BATCH, LOGIT),
    "attribution.adversarial_batch": lambda model: attribution.adversarial_batch(model, BATCH, LOGIT),
    "attribution.deletion_insertion": lambda model: attribution.deletion_insertion(
        model, BATCH, None, LOGIT, steps=4
    ),
    "attribution.eigen_cam": lambda model: attribution.eigen_cam(model, BATCH),
    "attribution.grad_cam": lambda model: attribution.grad_cam(model, BATCH, LOGIT),
    "attribution.grad_cam_plus_plus": lambda model: attribution.grad_cam_plus_plus(model, BATCH, LOGIT),
    "attribution.guided_backprop": lambda model: attribution.guided_backprop(model, BATCH, LOGIT),
    "attribution.integrated_gradients": lambda model: attribution.integrated_gradients(model, BATCH, LOGIT),
    "attribution.layer_cam": lambda model: attribution.layer_cam(model, BATCH, LOGIT),
    "attribution.occlusion": lambda model: attribution.occlusion(model, BATCH, LOGIT, size=4, stride=4),
    "attribution.saliency": lambda model: attribution.saliency(model, BATCH, LOGIT),
    "attribution.score_cam": lambda model: attribution.score_cam(model, BATCH, LOGIT, "c1"),
    "attribution.shuffled_weights": lambda model: attribution.shuffled_weights(model, "c2"),
    "attribution.target_layer": attribution.target_layer,
    "attribution.smooth_grad": lambda model: attribution.smooth_grad(model, BATCH, LOGIT, samples=4),
    "datasets.dataset_examples": lambda model: datasets.dataset_examples(model, PAIRS, top=1),
    "datasets.dataset_statistics": lambda model: datasets.dataset_statistics(model, PAIRS),
    "feature_visualization.caricature": lambda model: drawing.caricature(model, BATCH, "c2", steps=2),
    "feature_visualization.invert": lambda model: drawing.invert(model, BATCH, "c2", steps=2),
    "feature_visualization.visualization_cost": lambda model: drawing.visualization_cost(model, CHANNEL),
    "feature_visualization.visualize": lambda model: drawing.visualize(model, CHANNEL, steps=2),
}
"""{public name: call}."""


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


def values(found, folder):
    """The numbers and texts in a result, as a flat list."""
    if isinstance(found, vggviz.Explorer):
        statistics = sorted(found.save(folder).glob("*/*.json"))
        found = [json.loads(path.read_text()) for path in statistics]
    if isinstance(found, keras.Model):
        return found.get_weights()
    if isinstance(found, Mapping):
        found = [*found, *found.values()]
    elif dataclasses.is_dataclass(found):
        found = list(vars(found).values())
    if isinstance(found, list | tuple):
        return [value for each in found for value in values(each, folder)]
    return [found]


def assert_same(name, found, alone):
    assert len(found) == len(alone), name
    for one, other in zip(found, alone, strict=True):
        if np.asarray(one).dtype.kind == "f":
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6, err_msg=name)
        else:
            assert np.array_equal(one, other), name


def test_each_public_function_of_a_model_is_called():
    """A new one has to be added to `CALLS`."""
    signatures = {name: inspect.signature(function) for name, function in public.FUNCTIONS.items()}
    assert {name for name, each in signatures.items() if "model" in each.parameters} == set(CALLS)


@pytest.fixture
def hasty():
    """Threads that take turns after each microsecond, so that races are frequent."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_eight_threads_compute_what_one_does(tmp_path, hasty):
    alone = {name: values(call(network()), tmp_path / "alone") for name, call in CALLS.items()}
    model, names = network(), [*CALLS, *reversed(CALLS)]

    def task(index):
        return values(CALLS[names[index]](model), tmp_path / str(index))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for name, found in zip(names, pool.map(task, range(len(names))), strict=True):
            assert_same(name, found, alone[name])


def test_only_one_thread_at_a_time_adds_calls_to_layers(tmp_path, monkeypatch):
    """Keras would give two calls at the same time one number, but rarely: so the lock itself is looked at."""
    model, unlocked, begin = network(), [], node.Node.__init__

    def watched(call, operation, *args, **kwargs):
        if operation in model.layers and not graph.symbolic_calls._is_owned():
            unlocked.append((name, operation.name))
        begin(call, operation, *args, **kwargs)

    monkeypatch.setattr(node.Node, "__init__", watched)
    live = {"live page": lambda model: litert.segments(model, ("c1", "p", "c2"))}
    for name, call in (CALLS | live).items():
        values(call(model), tmp_path / name)
    assert unlocked == []
