"""The same numbers from an independent implementation, tf-keras-vis, where it is installed.

The two definitions differ in three places, and each is undone here before comparing:

- tf-keras-vis stretches maps so that the middles of the corner cells fall on the picture's corners. Half
  a cell is then cut off at each border. The networks here do not shrink the picture, so nothing is
  stretched.
- Its Grad-CAM++ divides each channel's alphas by their sum, as the authors' program does and the paper's
  equations do not.
- Its Score-CAM takes the softmax over the classes as the channel's weight, not that over the channels of
  the paper's algorithm 1. It adds the size of each gradient in SmoothGrad, not the gradient, unless told
  otherwise.
"""

import numpy as np
import pytest

import networks
from vggviz.attribution.cam import grad_cam, grad_cam_plus_plus, layer_cam
from vggviz.attribution.gradients import gradients, guided_backprop, saliency, smooth_grad
from vggviz.attribution.perturbation import score_cam
from vggviz.objectives import class_logit

pytest.importorskip("tf_keras_vis", reason="tf-keras-vis is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")  # its own, about Keras 3
CLASS = 0
RAW = {"normalize_cam": False}


@pytest.fixture(scope="module")
def model():
    """Maps as large as the picture; class 1 is always zero, so that softmax odds are exp(logit 0)."""
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
def pictures():
    return np.random.default_rng(2).normal(0, 2, (2, 12, 12, 3)).astype(np.float32)


def score(outputs):
    return outputs[:, CLASS]


def near(ours, theirs):
    theirs = np.asarray(theirs)
    return theirs.any() and np.abs(ours - theirs).max() <= 1e-3 * np.abs(theirs).max()


def test_saliency(model, pictures):
    from tf_keras_vis.saliency import Saliency

    theirs = Saliency(model)(score, pictures, normalize_map=False)
    assert near(saliency(model, pictures, class_logit(CLASS)), theirs)


def test_smooth_grad_with_the_same_noise(model, pictures, monkeypatch):
    from tf_keras_vis.saliency import Saliency

    draws = np.stack([np.random.default_rng([5, n]).standard_normal((1, 12, 12, 3)) for n in range(4)])
    monkeypatch.setattr(np.random, "normal", lambda _, sigma, __: sigma * draws)
    settings = {"smooth_samples": 4, "smooth_noise": 0.1, "gradient_modifier": None}
    signed = Saliency(model)(score, pictures, keepdims=True, normalize_map=False, **settings)
    ours = smooth_grad(model, pictures, class_logit(CLASS), samples=4, noise=0.1, seed=5)
    assert near(ours, np.abs(signed).max(axis=-1))


def test_guided_backprop(model, pictures):
    from tf_keras_vis.saliency import Saliency
    from tf_keras_vis.utils.model_modifiers import GuidedBackpropagation

    guided = Saliency(model, model_modifier=GuidedBackpropagation(), clone=True)
    theirs = guided(score, pictures, normalize_map=False)
    assert near(guided_backprop(model, pictures, class_logit(CLASS)), theirs)


@pytest.mark.parametrize("layer", ["early", "late", "last"])
def test_grad_cam_and_layer_cam(model, pictures, layer):
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.layercam import Layercam

    chosen = {"penultimate_layer": model.get_layer(layer), **RAW}
    for ours, theirs in ((grad_cam, Gradcam), (layer_cam, Layercam)):
        found = ours(model, pictures, class_logit(CLASS), layer)
        assert near(found, theirs(model)(score, pictures, **chosen)) or not found.any()
    assert layer == "last" or found.any()


@pytest.mark.parametrize("layer", ["early", "late"])
def test_grad_cam_plus_plus_but_for_the_sum_of_alpha(model, pictures, layer):
    from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus

    theirs = GradcamPlusPlus(model)(score, pictures, penultimate_layer=model.get_layer(layer), **RAW)
    activations, slopes = gradients(model, class_logit(CLASS), pictures.shape[1:], pictures.dtype, layer)(
        pictures
    )
    alpha = np.where(slopes != 0, 1 / (2 + activations.sum((1, 2), keepdims=True) * slopes), 0)
    weights = np.maximum(slopes, 0) * alpha
    plain = np.maximum((weights.sum((1, 2), keepdims=True) * activations).sum(-1), 0)
    assert near(grad_cam_plus_plus(model, pictures, class_logit(CLASS), layer), plain)
    sums = alpha.sum((1, 2), keepdims=True)
    weights = (weights / np.where(sums != 0, sums, 1)).sum((1, 2), keepdims=True)
    divided = np.maximum((weights * activations).sum(-1), 0)
    exponential = np.exp(score(model(pictures)))[:, np.newaxis, np.newaxis]
    assert near(exponential * divided, theirs)


@pytest.mark.parametrize("layer", ["early", "late"])
def test_score_cam_with_the_softmax_over_channels(model, pictures, layer):
    from tf_keras_vis.scorecam import Scorecam

    def odds(probabilities):
        return probabilities[:, CLASS] / probabilities[:, 1]

    theirs = Scorecam(model)(odds, pictures, penultimate_layer=model.get_layer(layer), **RAW)
    ours = score_cam(model, pictures, class_logit(CLASS), layer)
    for found, expected in zip(ours, theirs, strict=True):
        assert near(found / found.sum(), expected / expected.sum())
