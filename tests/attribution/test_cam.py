"""Class activation maps: their equations written out, exact laws, and an independent implementation."""

import numpy as np
import pytest

import networks
import vggviz
from sentences import refused
from vggviz.attribution.cam import eigen_cam, grad_cam, grad_cam_plus_plus, layer_cam
from vggviz.attribution.core import scores
from vggviz.attribution.gradients import gradients
from vggviz.attribution.perturbation import score_cam
from vggviz.objectives import channel, class_logit, neuron

METHODS = {
    "grad_cam": grad_cam,
    "grad_cam_plus_plus": grad_cam_plus_plus,
    "layer_cam": layer_cam,
    "score_cam": score_cam,
    "eigen_cam": lambda model, batch, _, layer=None: eigen_cam(model, batch, layer),
}
CLASS = 1
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


@pytest.fixture(scope="module")
def pooled():
    """Maps as large as the picture, then global average pooling and one dense layer."""
    keras = networks._keras()
    layers = [
        keras.Input((12, 12, 3)),
        networks._conv(keras, "early", 5, 3),
        networks._conv(keras, "late", 6, 3),
        keras.layers.GlobalAveragePooling2D(name="mean"),
        keras.layers.Dense(3, kernel_initializer=keras.initializers.HeNormal(5), name="classes"),
    ]
    return keras.Sequential(layers)


@pytest.fixture(scope="module")
def pictures():
    return np.random.default_rng(2).normal(0, 2, (2, 12, 12, 3)).astype(np.float32)


def late(model, pictures, layer="late"):
    """Activations and gradients of each picture, float64."""
    activations, slopes = gradients(model, class_logit(CLASS), pictures.shape[1:], pictures.dtype, layer)(
        pictures
    )
    return activations.astype(float), slopes.astype(float)


# --- what every method keeps


@every_method
@pytest.mark.parametrize("kind", ["functional", "sequential", "nested", "dead"])
def test_a_map_for_each_picture_in_its_pixels(method, kind, request, batch):
    model, given = request.getfixturevalue(kind), batch.copy()
    objective = {"functional": channel("conv_linear", 0), "dead": channel("pool", 0)}.get(
        kind, class_logit(0)
    )
    maps = method(model, batch, objective)
    assert maps.shape == (3, 32, 32)
    assert maps.dtype == np.float32
    assert maps.min() >= 0
    assert np.isfinite(maps).all()
    assert np.array_equal(batch, given)
    if model.name not in ("functional",):
        assert maps.any()


@every_method
def test_a_batch_equals_its_pictures_one_by_one(method, pooled, pictures):
    together = method(pooled, pictures, class_logit(CLASS))
    alone = [method(pooled, picture[None], class_logit(CLASS))[0] for picture in pictures]
    assert np.allclose(together, alone, rtol=1e-3, atol=1e-5 * together.max())


@every_method
def test_a_nested_network_equals_the_same_layers_in_a_row(method, nested, batch):
    keras = networks._keras()
    flat = keras.Sequential([keras.Input((32, 32, 3)), nested.get_layer("scaled")])
    for layer in [*nested.get_layer("vgg_like").layers[1:], *nested.layers[-3:]]:
        flat.add(layer)
    for layer in ("inner_conv2", "inner_pool", None):
        maps = method(nested, batch, class_logit(1), layer)
        assert np.allclose(
            method(flat, batch, class_logit(1), layer), maps, rtol=1e-3, atol=1e-4 * maps.max()
        )


@every_method
def test_the_last_convolution_unless_named(method, pooled, pictures):
    named = method(pooled, pictures, class_logit(CLASS), "late")
    assert np.array_equal(method(pooled, pictures, class_logit(CLASS)), named)
    assert not np.allclose(method(pooled, pictures, class_logit(CLASS), "early"), named, rtol=1e-2)


@every_method
def test_a_dead_layer_has_maps_of_zeros(method, pictures):
    model = networks.single(np.zeros((3, 3, 3, 4)), [-1, -2, -3, 0], size=12)
    assert not method(model, pictures, channel("conv", 0)).any()


@pytest.mark.parametrize("method", [grad_cam, grad_cam_plus_plus, layer_cam])
def test_what_speaks_against_the_objective_is_zero(method, pooled, pictures):
    assert not method(pooled, pictures, -channel("late", 0)).any()


# --- each equation


def test_grad_cam_of_pooling_and_a_dense_layer_is_cam(pooled, pictures):
    """Selvaraju et al. 2017, section 3.1; CAM is Zhou et al. 2016, equation 2."""
    maps = vggviz.feature_maps(pooled, pictures, "late")["late"]
    cam = np.maximum(maps @ pooled.get_layer("classes").get_weights()[0][:, CLASS], 0)
    assert cam.any()
    assert np.allclose(grad_cam(pooled, pictures, class_logit(CLASS)), cam / 144, rtol=1e-4, atol=1e-6)


def test_the_logit_is_read_and_not_the_softmax(pooled, pictures):
    keras = networks._keras()
    model = keras.Sequential([keras.Input((12, 12, 3)), pooled, keras.layers.Softmax()])
    for method in (grad_cam, score_cam):
        plain = method(pooled, pictures, class_logit(CLASS))
        assert np.allclose(method(model, pictures, class_logit(CLASS)), plain, rtol=1e-4)


@pytest.mark.parametrize("layer", ["early", "late"])
def test_grad_cam_plus_plus_is_the_closed_form(pooled, pictures, layer):
    """Equation 19 with its squares and cubes, as it is printed."""
    activations, slopes = late(pooled, pictures, layer)
    slopes2, slopes3 = slopes**2, slopes**3
    denominator = 2 * slopes2 + activations.sum(axis=(1, 2), keepdims=True) * slopes3
    alpha = np.where(slopes > 0, slopes2 / np.where(slopes > 0, denominator, 1), 0)
    weights = (alpha * np.maximum(slopes, 0)).sum(axis=(1, 2), keepdims=True)
    expected = np.maximum((weights * activations).sum(axis=-1), 0)
    assert np.allclose(
        grad_cam_plus_plus(pooled, pictures, class_logit(CLASS), layer), expected, rtol=1e-3, atol=1e-6
    )


def test_layer_cam_weighs_each_cell(pooled, pictures):
    activations, slopes = late(pooled, pictures, "early")
    expected = np.maximum((np.maximum(slopes, 0) * activations).sum(axis=-1), 0)
    found = layer_cam(pooled, pictures, class_logit(CLASS), "early")
    assert np.allclose(found, expected, rtol=1e-3, atol=1e-6)


def test_layer_cam_at_the_last_layer_has_the_positive_weights_of_cam(pooled, pictures):
    maps = vggviz.feature_maps(pooled, pictures, "late")["late"]
    weights = np.maximum(pooled.get_layer("classes").get_weights()[0][:, CLASS], 0)
    assert np.allclose(layer_cam(pooled, pictures, class_logit(CLASS)), maps @ weights / 144, rtol=1e-4)


def test_score_cam_is_its_algorithm(pooled, pictures):
    """Algorithm 1, channel by channel, with the score of the empty picture subtracted as it says."""
    maps = vggviz.feature_maps(pooled, pictures, "late")["late"]
    for picture, found, activations in zip(
        pictures, score_cam(pooled, pictures, class_logit(CLASS), batch_size=4), maps, strict=True
    ):
        empty = scores(pooled, picture[None] * 0, class_logit(CLASS))[0]
        gains = []
        for k in range(6):
            mask = activations[..., k] - activations[..., k].min()
            mask = mask / (mask.max() or 1)
            gains.append(scores(pooled, (mask[..., None] * picture)[None], class_logit(CLASS))[0] - empty)
        alpha = np.exp(gains) / np.exp(gains).sum()
        assert np.allclose(found, np.maximum(activations @ alpha, 0), rtol=1e-4)


def test_score_cam_counts_dead_channels_without_computing_them(pictures):
    rng = np.random.default_rng(0)
    kernel, bias = rng.normal(size=(3, 3, 3, 4)), np.array([0, -1e6, 2, -1e6])
    kernel[..., 2] = 0  # the same everywhere, and not zero
    model = networks.single(kernel, bias, size=12)
    found = score_cam(model, pictures[:1], channel("conv", 0))[0]
    maps = vggviz.feature_maps(model, pictures[:1], "conv")["conv"][0]
    mask = maps[..., 0] / maps[..., 0].max()
    seen = scores(model, (mask[..., None] * pictures[0])[None], channel("conv", 0))[0]
    alpha = np.exp([seen, 0, 0, 0]) / np.exp([seen, 0, 0, 0]).sum()
    assert np.allclose(found, maps @ alpha, rtol=1e-4)


def test_score_cam_does_not_overflow(pooled, pictures):
    assert np.isfinite(score_cam(pooled, pictures, 1e6 * class_logit(CLASS))).all()


def test_eigen_cam_is_the_first_singular_vector(pooled, pictures):
    maps = vggviz.feature_maps(pooled, pictures, "late")["late"].astype(float)
    for found, activations in zip(eigen_cam(pooled, pictures), maps, strict=True):
        cells = activations.reshape(-1, 6)
        left, values, _ = np.linalg.svd(cells, full_matrices=False)
        assert np.allclose(found.ravel(), np.abs(left[:, 0] * values[0]), rtol=1e-4, atol=1e-5)


def test_maps_are_enlarged_about_the_middle_of_each_cell():
    """A cell's answer is largest where its receptive field has its middle, at the border too."""
    keras = networks._keras()
    inputs = keras.Input((16, 16, 1))
    x = keras.layers.Conv2D(1, 1, name="conv", kernel_initializer="ones")(inputs)
    model = keras.Model(inputs, keras.layers.AveragePooling2D(4, name="pool")(x))
    picture = np.zeros((1, 16, 16, 1), np.float32)
    picture[0, :4, 4:8] = 1
    found = grad_cam(model, picture, channel("pool", 0), "pool")[0]
    centre = vggviz.receptive_fields(model)["pool"].centre(1)
    assert np.isclose((found * np.arange(16)).sum() / found.sum(), centre)
    assert np.isclose(found[0, 5], found[1, 5])


# --- what is refused


@every_method
def test_what_does_not_fit(method, functional, sequential, batch):
    objective = channel("conv_linear", 0)
    with refused("32, 32, 3", "(3, 16, 32, 3)"):
        method(functional, batch[:, :16], objective)
    with refused("'conv_x'", "'conv_a'"):
        method(functional, batch, objective, "conv_x")
    with refused("'classes'", "maps"):
        method(sequential, batch, class_logit(0), "classes")


@pytest.mark.parametrize("method", [grad_cam, grad_cam_plus_plus, layer_cam])
def test_an_objective_before_the_layer(method, functional, batch):
    with refused("channel 1 of conv_a", "'conv_linear'", "before"):
        method(functional, batch, channel("conv_a", 1))
    assert method(functional, batch, neuron("conv_a", 1), "conv_a").shape == (3, 32, 32)
