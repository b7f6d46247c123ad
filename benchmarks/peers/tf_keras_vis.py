"""tf-keras-vis, on Keras 3."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tf_keras_vis.activation_maximization import ActivationMaximization
from tf_keras_vis.gradcam import Gradcam
from tf_keras_vis.scorecam import Scorecam
from tf_keras_vis.utils.model_modifiers import ReplaceToLinear
from tf_keras_vis.utils.scores import CategoricalScore

from benchmarks.peers import network
from benchmarks.peers.answering import Work, serve
from benchmarks.peers.material import CHANNEL, EXPLAINED, MAXIMIZED, SMALL, STEPS, Material


def grad_cam(given: Material) -> Work:
    """The answer is its coarse map, resized as ours is; its own resizing aligns the corners."""
    model = network.vgg16(keras, given.weights, classes=True)
    explain = Gradcam(model, model_modifier=ReplaceToLinear(), clone=True)
    score, batch = CategoricalScore(given.chosen), given.batch

    def cam(**how: bool) -> Any:
        return explain(score, batch, penultimate_layer=EXPLAINED, normalize_cam=False, **how)

    def answer(_: Any) -> dict[str, np.ndarray]:
        cells = np.asarray(cam(expand_cam=False))[..., np.newaxis]
        return {"map": tf.image.resize(cells, batch.shape[1:3]).numpy()[..., 0]}

    return Work(cam, answer)


def score_cam(given: Material) -> Work:
    model = network.vgg16(keras, given.weights, size=SMALL, classes=True)
    explain = Scorecam(model, model_modifier=ReplaceToLinear(), clone=True)
    score, batch = CategoricalScore(given.chosen), given.small
    return Work(lambda: {"map": explain(score, batch, penultimate_layer=EXPLAINED, normalize_cam=False)})


def maximization(given: Material) -> Work:
    """With its default transformations, regularisers and optimizer."""
    model = network.vgg16(keras, given.weights)
    tf.random.set_seed(0)
    part = keras.Model(model.inputs, model.get_layer(MAXIMIZED).output)
    maximize = ActivationMaximization(part, clone=False)

    def answer(image: Any) -> dict[str, np.ndarray]:
        return {"reached": np.asarray(part(np.asarray(image)))[..., CHANNEL].mean(axis=(1, 2))}

    return Work(lambda: maximize(CategoricalScore(CHANNEL), steps=STEPS), answer)


TASKS = {"grad_cam": grad_cam, "score_cam": score_cam, "maximization": maximization}

if __name__ == "__main__":
    serve(TASKS, ["tf-keras-vis", "tensorflow", "keras", "numpy"])
