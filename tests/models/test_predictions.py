"""Names of classes, and decoding of predictions."""

import hashlib
import inspect
import json

import numpy as np
import pytest

import networks
import vggviz
from sentences import refused
from vggviz._shared import package_data


def test_imagenet_classes_equal_those_of_keras():
    """Written in the format of Keras' imagenet_class_index.json, they have the checksum that Keras lists."""
    classes, labels = package_data.classes(package_data.IMAGENET_CLASSES)
    named = enumerate(zip(classes, labels, strict=True))
    index = {str(k): [wnid, label.replace(" ", "_")] for k, (wnid, label) in named}
    assert hashlib.md5(json.dumps(index).encode()).hexdigest() == "c2c37ea517e94d9795004a39431a14cb"
    assert "c2c37ea517e94d9795004a39431a14cb" in inspect.getsource(
        inspect.getmodule(networks._keras().applications.imagenet_utils.decode_predictions)
    )


def test_tiny_imagenet_classes_are_classes_of_imagenet():
    ours, _ = package_data.classes(package_data.LINEAR_CLASSES)
    assert len(set(ours)) == 200
    assert set(ours) <= set(package_data.classes(package_data.IMAGENET_CLASSES)[0])


@pytest.mark.imagenet
def test_the_most_probable_class_comes_first(vgg16_imagenet):
    classes, labels = package_data.classes(package_data.LINEAR_CLASSES)
    predictions = np.random.default_rng(0).dirichlet(np.ones(len(classes)), 3)
    for row, best in zip(predictions, vggviz.decode_predictions(vgg16_imagenet, predictions, 4), strict=True):
        assert len(best) == 4
        order = np.argsort(-row)[:4]
        assert [b[2] for b in best] == pytest.approx(row[order])
        assert [b[0] for b in best] == [classes[k] for k in order]
        assert [b[1] for b in best] == [labels[k] for k in order]
    assert len(vggviz.decode_predictions(vgg16_imagenet, predictions)[0]) == 5


@pytest.mark.imagenet
def test_classes_with_equal_probabilities_are_omitted(vgg16_imagenet):
    predictions = np.zeros((2, 200), np.float32)
    predictions[0, [7, 3, 150, 20]] = [0.5, 0.3, 0.1, 0.1]
    labels = package_data.classes(package_data.LINEAR_CLASSES)[1]
    first, second = vggviz.decode_predictions(vgg16_imagenet, predictions)
    assert [best[1:] for best in first] == [(labels[7], 0.5), (labels[3], pytest.approx(0.3))]
    assert second == []


@pytest.mark.imagenet
@pytest.mark.parametrize("shape", [(1, 1000), (200,), (1, 7, 7, 512)])
def test_predictions_of_another_shape(vgg16_imagenet, shape):
    with refused("(N, 200)", shape):
        vggviz.decode_predictions(vgg16_imagenet, np.zeros(shape))


def test_a_model_with_unknown_classes(functional):
    with refused("'functional'", "classes"):
        vggviz.decode_predictions(functional, np.zeros((1, 3)))
