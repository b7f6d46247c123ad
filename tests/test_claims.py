"""What the book's second half claims, on the bundled VGG16: minutes of work, which `make audit` does.

The validation pictures of Tiny ImageNet are not in the package: VGGVIZ_TINY_IMAGENET names its zip.
"""

import logging
import os
from pathlib import Path

import numpy as np
import pytest

import vggviz
from training import data
from training.fold import plain_model
from training.network import batch_of

log = logging.getLogger(__name__)
pytestmark = [pytest.mark.audit, pytest.mark.bundled, pytest.mark.timeout(3600)]
DRAWN = {"size": 96, "steps": 48}
OTHER = "block4_pool"
"""What two pictures are compared by; the channels that they were drawn for are mostly of other layers."""
METHODS = {
    "saliency": vggviz.saliency,
    "SmoothGrad": lambda *given: vggviz.smooth_grad(*given, samples=10),
    "guided backprop": vggviz.guided_backprop,
    "integrated gradients": lambda *given: np.abs(vggviz.integrated_gradients(*given, steps=20)),
    "Grad-CAM": vggviz.grad_cam,
    "Grad-CAM++": vggviz.grad_cam_plus_plus,
    "LayerCAM": vggviz.layer_cam,
    "Score-CAM": vggviz.score_cam,
    "Eigen-CAM": lambda model, batch, _: vggviz.eigen_cam(model, batch),
    "occlusion": vggviz.occlusion,
}
SIDE, PICTURES = 96, 32


@pytest.fixture(scope="module")
def chosen(bundled):
    """A hundred channels of all convolutions, by a fixed seed: {layer: objectives}."""
    everything = [
        (layer, number)
        for layer in vggviz.conv_layers(bundled)
        for number in range(vggviz.filters(bundled, layer).shape[-1])
    ]
    sample = np.random.default_rng(0).choice(len(everything), 100, replace=False)
    objectives = {}
    for layer, number in (everything[k] for k in sorted(sample)):
        objectives.setdefault(layer, []).append(vggviz.channel(layer, number))
    return objectives


@pytest.fixture(scope="module")
def drawn(bundled, chosen):
    """By seed, the pictures of each layer's channels."""
    return {
        seed: [vggviz.visualize(bundled, objectives, seed=seed, **DRAWN) for objectives in chosen.values()]
        for seed in (0, 1)
    }


def test_what_is_drawn_excites_its_channel_fivefold(drawn):
    """Against the noise that it began with, for most channels, and every one at least twofold.

    Not for all: a channel of the bundled network that is on whatever the picture, grey too, cannot be
    raised fivefold, with no regulariser and more steps either.
    """
    noise, reached = (np.concatenate([part.values[:, step] for part in drawn[0]]) for step in (0, -1))
    raised = (reached > 0) & (reached >= 5 * noise)
    log.info(
        f"{raised.sum()} of {raised.size} raised fivefold or more, half of them "
        f"{np.median(reached / np.maximum(noise, 1e-9)):.0f} times or more"
    )
    assert raised.mean() >= 0.85
    assert (reached > np.maximum(2 * noise, 0)).all()


def test_another_seed_shows_the_same(any_size, drawn):
    """What another layer sees in the picture is nearest to what it sees in the same channel's first."""
    first, second = (np.concatenate([_features(any_size, part.images) for part in drawn[k]]) for k in (0, 1))
    nearest, _ = vggviz.neighbours(first, 1, queries=second)
    same = np.mean(nearest[:, 0] == np.arange(len(nearest)))
    reached = [np.concatenate([part.reached for part in drawn[seed]]) for seed in (0, 1)]
    ratio = reached[1] / np.maximum(reached[0], 1e-9)
    log.info(
        f"the same channel's picture is the nearest for {same:.0%} (by chance 1 %); reached, second seed "
        f"to first: {np.percentile(ratio, [5, 50, 95]).round(2)}"
    )
    assert same > 0.5
    assert 0.8 < np.median(ratio) < 1.25


def _features(model, images):
    batch = vggviz.preprocess(images.round().astype(np.uint8))
    return vggviz.pooled_features(vggviz.feature_maps(model, batch, OTHER))[OTHER]


@pytest.fixture(scope="module")
def any_size(bundled):
    """The bundled network up to its logits, for pictures of any size."""
    weights = {name: bundled.get_layer(name).get_weights() for name in vggviz.conv_layers(bundled)}
    return plain_model(weights, *bundled.get_layer("predictions").get_weights())


@pytest.fixture(scope="module")
def validation(bundled, any_size):
    """Validation pictures that the network names rightly: a batch, and their classes."""
    source = os.environ.get("VGGVIZ_TINY_IMAGENET")
    if not source:
        pytest.skip("VGGVIZ_TINY_IMAGENET does not name the data set's zip")
    pictures = data.validation(Path(source), vggviz.provenance(bundled).classes)
    batch = np.asarray(batch_of(pictures.images, SIDE))
    right = any_size.predict(batch, verbose=0).argmax(axis=1) == pictures.labels
    some = np.random.default_rng(0).permutation(np.flatnonzero(right))[:PICTURES]
    return batch[some], pictures.labels[some]


@pytest.mark.parametrize("method", METHODS)
def test_a_map_beats_the_random_order(any_size, validation, method):
    """Deletion falls earlier and insertion rises earlier, on the mean over validation pictures.

    Deletion by a little only, and for some methods within two standard errors: single pixels taken out
    at random leave a noise that confuses the network by itself.
    """
    areas = []
    for picture, label in zip(*validation, strict=True):
        batch, objective = picture[np.newaxis], vggviz.class_logit(int(label))
        maps = METHODS[method](any_size, batch, objective)
        own, control = (
            vggviz.deletion_insertion(any_size, batch, ranked, objective, steps=16) for ranked in (maps, None)
        )
        areas.append(
            [(control.deletion_area - own.deletion_area)[0], (own.insertion_area - control.insertion_area)[0]]
        )
    better, error = np.mean(areas, axis=0), np.std(areas, axis=0, ddof=1) / np.sqrt(len(areas))
    log.info(
        f"{method}: deletion and insertion better than at random by {better.round(2)} +- {error.round(2)}"
    )
    assert (better > 0).all()
    assert better[1] > 2 * error[1]
