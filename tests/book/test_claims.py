"""What the book's second half claims, on ImageNet's VGG16: minutes of work, which `make audit` does.

The validation pictures of Tiny ImageNet are not in the package: VGGVIZ_TINY_IMAGENET names its zip.
"""

import logging
import os
from pathlib import Path

import numpy as np
import pytest

import networks
import vggviz
from training import data
from training.views import resized

log = logging.getLogger(__name__)
pytestmark = [pytest.mark.audit, pytest.mark.imagenet, pytest.mark.timeout(3600)]
LAST = "block5_conv3"
LAST_AT_LEAST = 30
STEP = 16
"""Pixels between the crops of a photograph."""
OTHER = "block4_pool"
"""What two pictures are compared by; the channels that they were drawn for are mostly of other layers."""
METHODS = {
    "saliency": vggviz.attribution.saliency,
    "SmoothGrad": lambda *given: vggviz.attribution.smooth_grad(*given, samples=10),
    "guided backprop": vggviz.attribution.guided_backprop,
    "integrated gradients": lambda *given: np.abs(vggviz.attribution.integrated_gradients(*given, steps=20)),
    "Grad-CAM": vggviz.attribution.grad_cam,
    "Grad-CAM++": vggviz.attribution.grad_cam_plus_plus,
    "LayerCAM": vggviz.attribution.layer_cam,
    "Score-CAM": vggviz.attribution.score_cam,
    "Eigen-CAM": lambda model, batch, _: vggviz.attribution.eigen_cam(model, batch),
    "occlusion": vggviz.attribution.occlusion,
}
SIDE, PICTURES = 96, 32


@pytest.fixture(scope="module")
def chosen(vgg16_imagenet):
    """A hundred random channels, and more of the last convolution until it has thirty: {layer: channels}."""
    layers = vggviz.conv_layers(vgg16_imagenet)
    everything = [
        (layer, index) for layer in layers for index in range(vggviz.filters(vgg16_imagenet, layer).shape[-1])
    ]
    order = np.random.default_rng(0).permutation(len(everything))
    picked = [everything[k] for k in order[:100]]
    lacking = LAST_AT_LEAST - sum(layer == LAST for layer, _ in picked)
    picked += [everything[k] for k in order[100:] if everything[k][0] == LAST][: max(lacking, 0)]
    return {layer: sorted(k for name, k in picked if name == layer) for layer in layers}


@pytest.fixture(scope="module")
def drawn(vgg16_imagenet, chosen):
    """By seed, the pictures of each layer's channels in the default recipe."""
    objectives = {
        layer: [vggviz.objectives.channel(layer, k) for k in some] for layer, some in chosen.items() if some
    }
    return {
        seed: {
            layer: vggviz.feature_visualization.visualize(vgg16_imagenet, o, seed=seed)
            for layer, o in objectives.items()
        }
        for seed in (0, 1)
    }


def test_what_is_drawn_excites_its_channel_more_than_any_crop(any_size, chosen, drawn):
    """All rise from their start; 95 of 100 end above every crop of the sample photographs of that size."""
    above = []
    for layer, found in drawn[0].items():
        assert (found.reached > found.values[:, 0]).all(), layer
        best = _best_of_crops(any_size, layer, found.images.shape[1])[chosen[layer]]
        above += (found.reached > best).tolist()
        log.info(f"{layer}: median {np.median(found.reached / best):.1f} times the best crop")
    log.info(f"{np.mean(above):.1%} of {len(above)} above every crop")
    assert len(above) >= 100
    assert np.mean(above) >= 0.95


def _best_of_crops(model, layer, side):
    """The largest mean of each channel's map over crops of the sample photographs, (channels,)."""
    best = 0.0
    for name in vggviz.sample_images():
        photograph = vggviz.load_image(name)
        places = range(0, len(photograph) - side + 1, STEP)
        crops = np.stack([photograph[y : y + side, x : x + side] for y in places for x in places])
        maps = vggviz.feature_maps(model, vggviz.preprocess(crops), layer)[layer]
        best = np.maximum(best, maps.mean(axis=(1, 2)).max(axis=0))
    return best


def test_another_seed_shows_the_same(any_size, drawn):
    """What another layer sees in the picture is nearest to what it sees in the same channel's first."""
    first, second = (
        np.concatenate([_features(any_size, part.images) for part in drawn[k].values()]) for k in (0, 1)
    )
    nearest, _ = vggviz.analysis.nearest_neighbours(first, 1, queries=second)
    same = np.mean(nearest[:, 0] == np.arange(len(nearest)))
    reached = [np.concatenate([part.reached for part in drawn[seed].values()]) for seed in (0, 1)]
    ratio = reached[1] / np.maximum(reached[0], 1e-9)
    log.info(
        f"the same channel's picture is the nearest for {same:.0%} (by chance 1 %); reached, second seed "
        f"to first: {np.percentile(ratio, [5, 50, 95]).round(2)}"
    )
    assert same > 0.5
    assert 0.8 < np.median(ratio) < 1.25


def _features(model, images):
    batch = vggviz.preprocess(images.round().astype(np.uint8))
    return vggviz.analysis.pooled_features(vggviz.feature_maps(model, batch, OTHER))[OTHER]


@pytest.fixture(scope="module")
def any_size(vgg16_imagenet):
    """The same network, for pictures of any size."""
    keras = networks._keras()
    model = keras.applications.VGG16(weights=None, include_top=False, input_shape=(None, None, 3))
    head = [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(200, activation="softmax")]
    whole = keras.Sequential([model, *head])
    whole.set_weights(vgg16_imagenet.get_weights())
    return whole


@pytest.fixture(scope="module")
def validation(any_size):
    """Validation pictures that the network names rightly: a batch, and their classes."""
    source = os.environ.get("VGGVIZ_TINY_IMAGENET")
    if not source:
        pytest.skip("VGGVIZ_TINY_IMAGENET does not name the data set's zip")
    pictures = data.load(Path(source))
    listed = [(name, label) for label, names in enumerate(pictures.validation) for name in names]
    some = np.random.default_rng(0).permutation(len(listed))[: 4 * PICTURES]
    with pictures.reader() as reader:
        images = np.stack([resized(reader.image(listed[k][0]), side=SIDE) for k in some])
    labels = np.array([listed[k][1] for k in some])
    batch = vggviz.preprocess(images.round().clip(0, 255))
    right = any_size.predict(batch, verbose=0).argmax(axis=1) == labels
    return batch[right][:PICTURES], labels[right][:PICTURES]


@pytest.mark.parametrize("method", METHODS)
def test_a_map_beats_the_random_order(any_size, validation, method):
    """Deletion falls earlier and insertion rises earlier, on the mean over validation pictures.

    Deletion by a little only, and for some methods within two standard errors: single pixels taken out
    at random leave a noise that confuses the network by itself.
    """
    areas = []
    for picture, label in zip(*validation, strict=True):
        batch, objective = picture[np.newaxis], vggviz.objectives.class_logit(int(label))
        maps = METHODS[method](any_size, batch, objective)
        own, control = (
            vggviz.attribution.deletion_insertion(any_size, batch, ranked, objective, steps=16)
            for ranked in (maps, None)
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
