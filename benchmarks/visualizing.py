"""Activation maximization and Score-CAM beside tf-keras-vis; many channels in a batch beside one by one."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Iterator
from typing import Any

import vggviz
from benchmarks.timing import Ratio, compare
from vggviz import backend

DEEP, EARLY = "block5_conv3", "block2_conv2"
STEPS, FEW = 64, 3
"""Gradient steps: many enough that the building of the graph, which is timed too, is not all."""


def measure() -> Iterator[Ratio]:
    """Yield the ratios of drawing what channels want."""
    model = vggviz.load_vgg16("random")
    if importlib.util.find_spec("tf_keras_vis"):
        yield compare(
            f"a channel of {DEEP}, {STEPS} steps: tf-keras-vis",
            lambda: vggviz.visualize(model, vggviz.channel(DEEP, 7), steps=STEPS),
            _tf_keras_vis(model),
            wanted=2,
            turns=2,
        )
        yield _score_cam()
    channels = [vggviz.channel(EARLY, number) for number in range(64)]
    yield compare(
        f"64 channels of {EARLY}: one by one at 224 pixels",
        lambda: vggviz.visualize(model, channels, steps=FEW),
        lambda: [vggviz.visualize(model, channel, size=224, steps=FEW) for channel in channels],
        wanted=20,
        turns=1,
        short=3,
    )


def _tf_keras_vis(model: Any) -> Any:
    """Its own recipe and size: jitter, rotation, total variation and norm, by its own optimizer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own, about Keras 3
        from tf_keras_vis.activation_maximization import ActivationMaximization
        from tf_keras_vis.utils.scores import CategoricalScore

        part = backend.keras().Model(model.inputs, model.get_layer(DEEP).output)
        maximize = ActivationMaximization(part, clone=False)
    return lambda: maximize(CategoricalScore(7), steps=STEPS)


def _score_cam() -> Ratio:
    """All 512 channels of the last convolution; the numbers agree where tests/test_tf_keras_vis.py says.

    Both need 512 passes through the network, which are nearly all of our time: three times as fast
    is out of reach with the same numbers.
    """
    from tf_keras_vis.scorecam import Scorecam
    from tf_keras_vis.utils.model_modifiers import ReplaceToLinear
    from tf_keras_vis.utils.scores import CategoricalScore

    model = vggviz.load_vgg16("bundled", include_top=True)
    batch = vggviz.preprocess(vggviz.load_image("cat"))
    best = int(model.predict_on_batch(batch).argmax())
    theirs = Scorecam(model, model_modifier=ReplaceToLinear(), clone=True)
    return compare(
        f"Score-CAM on {DEEP}, 512 channels: tf-keras-vis",
        lambda: vggviz.score_cam(model, batch, vggviz.class_logit(best), DEEP),
        lambda: theirs(CategoricalScore(best), batch, penultimate_layer=DEEP),
        wanted=3,
        turns=2,
    )
