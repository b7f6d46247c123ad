"""A call of each public function that takes a model, and comparison of what they return."""

import dataclasses
import functools
import json
import tempfile
from collections.abc import Mapping

import keras
import numpy as np

import vggviz
from vggviz import analysis, attribution, datasets
from vggviz import feature_visualization as drawing
from vggviz.objectives import channel, class_logit


def of_model(image, batch, first, second, classes):
    """{public name: call}; each call takes a model with the convolutions `first` and `second`.

    The model reads the batch (1, H, W, 3), of the size of the image, and has some number of named classes.
    """
    logit, unit = class_logit(0), channel(second, 1)
    predictions = np.linspace(0.1, 0.7, classes, dtype=np.float32)[np.newaxis]
    pairs, window = [("one", image), ("two", image[::-1])], len(image) // 4
    to_read = functools.cache(lambda model: made_atlas(model, pairs, first).folder)
    return {
        "atlas": lambda model: made_atlas(model, pairs, first).arrays(first),
        "conv_layers": vggviz.conv_layers,
        "decode_predictions": lambda model: vggviz.decode_predictions(model, predictions),
        "explain_cell": lambda model: vggviz.explain_cell(model, batch, second, 1, 2, 3),
        "explore": lambda model: vggviz.explore(model, image),
        "feature_maps": lambda model: vggviz.feature_maps(model, batch),
        "filters": lambda model: vggviz.filters(model, first),
        "filters_rgb": vggviz.filters_rgb,
        "layer_table": vggviz.layer_table,
        "pre_activations": lambda model: vggviz.pre_activations(model, batch, first),
        "provenance": vggviz.provenance,
        "read_atlas": lambda model: vggviz.read_atlas(to_read(model), model).layers,
        "receptive_fields": vggviz.receptive_fields,
        "analysis.inner_responses": lambda model: analysis.inner_responses(model, batch),
        "analysis.input_contributions": lambda model: analysis.input_contributions(model, batch, second, 1),
        "analysis.switch_off": lambda model: analysis.switch_off(model, {first: [0], second: [1]}),
        "analysis.trace": lambda model: analysis.trace(model, batch, logit),
        "attribution.adversarial_batch": lambda model: attribution.adversarial_batch(model, batch, logit),
        "attribution.deletion_insertion": lambda model: attribution.deletion_insertion(
            model, batch, None, logit, steps=4
        ),
        "attribution.eigen_cam": lambda model: attribution.eigen_cam(model, batch),
        "attribution.grad_cam": lambda model: attribution.grad_cam(model, batch, logit),
        "attribution.grad_cam_plus_plus": lambda model: attribution.grad_cam_plus_plus(model, batch, logit),
        "attribution.guided_backprop": lambda model: attribution.guided_backprop(model, batch, logit),
        "attribution.integrated_gradients": lambda model: attribution.integrated_gradients(
            model, batch, logit
        ),
        "attribution.layer_cam": lambda model: attribution.layer_cam(model, batch, logit),
        "attribution.occlusion": lambda model: attribution.occlusion(
            model, batch, logit, size=window, stride=window
        ),
        "attribution.saliency": lambda model: attribution.saliency(model, batch, logit),
        "attribution.score_cam": lambda model: attribution.score_cam(model, batch, logit, first),
        "attribution.shuffled_weights": lambda model: attribution.shuffled_weights(model, second),
        "attribution.target_layer": attribution.target_layer,
        "attribution.smooth_grad": lambda model: attribution.smooth_grad(model, batch, logit, samples=4),
        "datasets.dataset_examples": lambda model: datasets.dataset_examples(model, pairs, top=1),
        "datasets.dataset_statistics": lambda model: datasets.dataset_statistics(model, pairs),
        "feature_visualization.caricature": lambda model: drawing.caricature(model, batch, second, steps=2),
        "feature_visualization.invert": lambda model: drawing.invert(model, batch, second, steps=2),
        "feature_visualization.visualization_cost": lambda model: drawing.visualization_cost(model, unit),
        "feature_visualization.visualize": lambda model: drawing.visualize(model, unit, steps=2),
    }


def made_atlas(model, pairs, layer):
    """An atlas of one layer, in a folder of its own."""
    return vggviz.atlas(model, pairs, layers=layer, folder=tempfile.mkdtemp(), drawings=False)


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
