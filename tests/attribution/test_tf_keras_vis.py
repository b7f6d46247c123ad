"""Comparison with an independent implementation, tf-keras-vis, if it is installed.

The definitions differ in these points, which the tests compensate for:

- tf-keras-vis resizes maps such that the centres of the corner cells fall on the image's corners, which
  crops half a cell at each border. The networks here have stride 1, so maps are not resized.
- Its Grad-CAM++ divides each channel's alphas by their sum, as the authors' code does, but not the
  equations of the paper.
- Its Score-CAM weights channels by the softmax over the classes; algorithm 1 of the paper by the softmax
  over the channels.
- Its SmoothGrad averages absolute gradients by default, not signed gradients.
"""

import numpy as np
import pytest

import networks
from vggviz.attribution.cam import grad_cam, grad_cam_plus_plus, layer_cam
from vggviz.attribution.gradients import gradients, guided_backprop, saliency, smooth_grad
from vggviz.attribution.perturbation import score_cam
from vggviz.objectives import class_logit

pytest.importorskip("tf_keras_vis", reason="tf-keras-vis is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")  # of tf-keras-vis, about Keras 3
CLASS = 0
RAW = {"normalize_cam": False}


@pytest.fixture(scope="module")
def model():
    """Stride 1 throughout; the logit of class 1 is zero, so that the softmax odds are exp(logit 0)."""
    keras = networks._keras()
    layers = [
        keras.Input((12, 12, 3)),
        networks._conv(keras, "early", 5, 3),
        networks._conv(keras, "late", 6, 3),
        networks._conv(keras, "last", 4, 3, activation=None),
        keras.layers.LeakyReLU(name="mixed"),
        keras.layers.GlobalMaxPooling2D(),
        keras.layers.Dense(2, name="classes"),
    ]
    made = keras.Sequential(layers)
    kernel = np.random.default_rng(0).uniform(0, 0.05, (4, 2))
    made.get_layer("classes").set_weights([kernel * [1, 0], np.zeros(2)])
    return made


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(2).normal(0, 2, (2, 12, 12, 3)).astype(np.float32)


def score(outputs):
    return outputs[:, CLASS]


def close(ours, theirs):
    theirs = np.asarray(theirs)
    return theirs.any() and np.abs(ours - theirs).max() <= 1e-3 * np.abs(theirs).max()


def test_saliency(model, images):
    from tf_keras_vis.saliency import Saliency

    theirs = Saliency(model)(score, images, normalize_map=False)
    assert close(saliency(model, images, class_logit(CLASS)), theirs)


def test_smooth_grad_with_the_same_noise(model, images, monkeypatch):
    from tf_keras_vis.saliency import Saliency

    draws = np.stack([np.random.default_rng([5, n]).standard_normal((1, 12, 12, 3)) for n in range(4)])
    monkeypatch.setattr(np.random, "normal", lambda _, sigma, __: sigma * draws)
    settings = {"smooth_samples": 4, "smooth_noise": 0.1, "gradient_modifier": None}
    signed = Saliency(model)(score, images, keepdims=True, normalize_map=False, **settings)
    ours = smooth_grad(model, images, class_logit(CLASS), samples=4, noise=0.1, seed=5)
    assert close(ours, np.abs(signed).max(axis=-1))


def test_guided_backprop(model, images):
    from tf_keras_vis.saliency import Saliency
    from tf_keras_vis.utils.model_modifiers import GuidedBackpropagation

    guided = Saliency(model, model_modifier=GuidedBackpropagation(), clone=True)
    theirs = guided(score, images, normalize_map=False)
    assert close(guided_backprop(model, images, class_logit(CLASS)), theirs)


@pytest.mark.parametrize("layer", ["early", "late", "last"])
def test_grad_cam_and_layer_cam(model, images, layer):
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.layercam import Layercam

    chosen = {"penultimate_layer": model.get_layer(layer), **RAW}
    for ours, theirs in ((grad_cam, Gradcam), (layer_cam, Layercam)):
        found = ours(model, images, class_logit(CLASS), layer)
        assert close(found, theirs(model)(score, images, **chosen)) or not found.any()
    assert layer == "last" or found.any()


@pytest.mark.parametrize("layer", ["early", "late"])
def test_grad_cam_plus_plus_with_normalised_alphas(model, images, layer):
    from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus

    theirs = GradcamPlusPlus(model)(score, images, penultimate_layer=model.get_layer(layer), **RAW)
    activations, grads = gradients(model, class_logit(CLASS), images.shape[1:], images.dtype, layer)(images)
    alpha = np.where(grads != 0, 1 / (2 + activations.sum((1, 2), keepdims=True) * grads), 0)
    weights = np.maximum(grads, 0) * alpha
    plain = np.maximum((weights.sum((1, 2), keepdims=True) * activations).sum(-1), 0)
    assert close(grad_cam_plus_plus(model, images, class_logit(CLASS), layer), plain)
    sums = alpha.sum((1, 2), keepdims=True)
    weights = (weights / np.where(sums != 0, sums, 1)).sum((1, 2), keepdims=True)
    divided = np.maximum((weights * activations).sum(-1), 0)
    exponential = np.exp(score(model(images)))[:, np.newaxis, np.newaxis]
    assert close(exponential * divided, theirs)


@pytest.mark.parametrize("layer", ["early", "late"])
def test_score_cam_up_to_a_factor(model, images, layer):
    from tf_keras_vis.scorecam import Scorecam

    def odds(probabilities):
        return probabilities[:, CLASS] / probabilities[:, 1]

    theirs = Scorecam(model)(odds, images, penultimate_layer=model.get_layer(layer), **RAW)
    ours = score_cam(model, images, class_logit(CLASS), layer)
    for found, expected in zip(ours, theirs, strict=True):
        assert close(found / found.sum(), expected / expected.sum())
