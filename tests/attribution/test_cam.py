"""Class activation maps: their equations, computed independently, and properties of all methods."""

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
    """Maps as large as the image, then global average pooling and one dense layer."""
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
def images():
    return np.random.default_rng(2).normal(0, 2, (2, 12, 12, 3)).astype(np.float32)


def activations_and_gradients(model, images, layer="late"):
    """Activations of a layer and gradients with respect to them, float64 (n, h, w, c)."""
    activations, grads = gradients(model, class_logit(CLASS), images.shape[1:], images.dtype, layer)(images)
    return activations.astype(float), grads.astype(float)


# --- properties of every method


@every_method
def test_a_batch_may_be_a_list(method, pooled, images):
    found = (method(pooled, given, class_logit(0)) for given in (images.tolist(), images))
    assert np.allclose(*found, rtol=1e-5)


@every_method
@pytest.mark.parametrize("kind", ["functional", "sequential", "nested", "dead"])
def test_maps_have_the_shape_of_the_images(method, kind, request, batch):
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
def test_a_batch_equals_single_images(method, pooled, images):
    together = method(pooled, images, class_logit(CLASS))
    alone = [method(pooled, image[None], class_logit(CLASS))[0] for image in images]
    assert np.allclose(together, alone, rtol=1e-3, atol=1e-5 * together.max())


@every_method
def test_a_nested_model_equals_a_sequential_one(method, nested, batch):
    flat = networks.flat(nested)
    for layer in ("inner_conv2", "inner_pool", None):
        maps = method(nested, batch, class_logit(1), layer)
        assert np.allclose(
            method(flat, batch, class_logit(1), layer), maps, rtol=1e-3, atol=1e-4 * maps.max()
        )


@every_method
def test_the_default_layer_is_the_last_convolution(method, pooled, images):
    named = method(pooled, images, class_logit(CLASS), "late")
    assert np.array_equal(method(pooled, images, class_logit(CLASS)), named)
    assert not np.allclose(method(pooled, images, class_logit(CLASS), "early"), named, rtol=1e-2)


@every_method
def test_the_maps_of_a_dead_layer_are_zero(method, images):
    model = networks.single(np.zeros((3, 3, 3, 4)), [-1, -2, -3, 0], size=12)
    assert not method(model, images, channel("conv", 0)).any()


@pytest.mark.parametrize("method", [grad_cam, grad_cam_plus_plus, layer_cam])
def test_negative_evidence_is_zero(method, pooled, images):
    assert not method(pooled, images, -channel("late", 0)).any()


# --- equations


def test_grad_cam_with_global_average_pooling_equals_cam(pooled, images):
    """Selvaraju et al. 2017, section 3.1; CAM is Zhou et al. 2016, equation 2."""
    maps = vggviz.feature_maps(pooled, images, "late")["late"]
    cam = np.maximum(maps @ pooled.get_layer("classes").get_weights()[0][:, CLASS], 0)
    assert cam.any()
    assert np.allclose(grad_cam(pooled, images, class_logit(CLASS)), cam / 144, rtol=1e-4, atol=1e-6)


def test_the_logit_is_explained_not_the_softmax(pooled, images):
    keras = networks._keras()
    model = keras.Sequential([keras.Input((12, 12, 3)), pooled, keras.layers.Softmax()])
    for method in (grad_cam, score_cam):
        plain = method(pooled, images, class_logit(CLASS))
        assert np.allclose(method(model, images, class_logit(CLASS)), plain, rtol=1e-4)


@pytest.mark.parametrize("layer", ["early", "late"])
def test_grad_cam_plus_plus_equals_its_closed_form(pooled, images, layer):
    """Equation 19 with its squares and cubes, as it is printed."""
    activations, grads = activations_and_gradients(pooled, images, layer)
    grads2, grads3 = grads**2, grads**3
    denominator = 2 * grads2 + activations.sum(axis=(1, 2), keepdims=True) * grads3
    alpha = np.where(grads > 0, grads2 / np.where(grads > 0, denominator, 1), 0)
    weights = (alpha * np.maximum(grads, 0)).sum(axis=(1, 2), keepdims=True)
    expected = np.maximum((weights * activations).sum(axis=-1), 0)
    assert np.allclose(
        grad_cam_plus_plus(pooled, images, class_logit(CLASS), layer), expected, rtol=1e-3, atol=1e-6
    )


def test_layer_cam_weights_each_cell(pooled, images):
    activations, grads = activations_and_gradients(pooled, images, "early")
    expected = np.maximum((np.maximum(grads, 0) * activations).sum(axis=-1), 0)
    found = layer_cam(pooled, images, class_logit(CLASS), "early")
    assert np.allclose(found, expected, rtol=1e-3, atol=1e-6)


def test_layer_cam_of_the_last_layer_equals_cam_with_positive_weights(pooled, images):
    maps = vggviz.feature_maps(pooled, images, "late")["late"]
    weights = np.maximum(pooled.get_layer("classes").get_weights()[0][:, CLASS], 0)
    assert np.allclose(layer_cam(pooled, images, class_logit(CLASS)), maps @ weights / 144, rtol=1e-4)


def test_score_cam_equals_algorithm_1(pooled, images):
    """Algorithm 1, channel by channel, with the score of the all-zero image subtracted as printed."""
    maps = vggviz.feature_maps(pooled, images, "late")["late"]
    for image, found, activations in zip(
        images, score_cam(pooled, images, class_logit(CLASS), batch_size=4), maps, strict=True
    ):
        empty = scores(pooled, image[None] * 0, class_logit(CLASS))[0]
        gains = []
        for k in range(6):
            mask = activations[..., k] - activations[..., k].min()
            mask = mask / (mask.max() or 1)
            gains.append(scores(pooled, (mask[..., None] * image)[None], class_logit(CLASS))[0] - empty)
        alpha = np.exp(gains) / np.exp(gains).sum()
        assert np.allclose(found, np.maximum(activations @ alpha, 0), rtol=1e-4)


def test_score_cam_includes_constant_channels_in_the_softmax(images):
    rng = np.random.default_rng(0)
    kernel, bias = rng.normal(size=(3, 3, 3, 4)), np.array([0, -1e6, 2, -1e6])
    kernel[..., 2] = 0  # constant and not zero
    model = networks.single(kernel, bias, size=12)
    found = score_cam(model, images[:1], channel("conv", 0))[0]
    maps = vggviz.feature_maps(model, images[:1], "conv")["conv"][0]
    mask = maps[..., 0] / maps[..., 0].max()
    seen = scores(model, (mask[..., None] * images[0])[None], channel("conv", 0))[0]
    alpha = np.exp([seen, 0, 0, 0]) / np.exp([seen, 0, 0, 0]).sum()
    assert np.allclose(found, maps @ alpha, rtol=1e-4)


def test_score_cam_does_not_overflow(pooled, images):
    assert np.isfinite(score_cam(pooled, images, 1e6 * class_logit(CLASS))).all()


@pytest.mark.parametrize("channels", [6, 40])
def test_eigen_cam_equals_the_first_singular_vector(channels):
    """With fewer and with more channels than cells."""
    keras = networks._keras()
    model = keras.Sequential([keras.Input((5, 5, 3)), networks._conv(keras, "late", channels, 3)])
    images = np.random.default_rng(2).normal(0, 9, (2, 5, 5, 3)).astype(np.float32)
    maps = vggviz.feature_maps(model, images, "late")["late"].astype(float)
    for found, activations in zip(eigen_cam(model, images), maps, strict=True):
        left, values, _ = np.linalg.svd(activations.reshape(-1, channels), full_matrices=False)
        assert np.allclose(found.ravel(), np.abs(left[:, 0] * values[0]), rtol=1e-4, atol=1e-5)


def test_cells_are_centred_at_their_receptive_fields_when_resized():
    """The centroid of one active cell is the centre of its receptive field, also at the border."""
    keras = networks._keras()
    inputs = keras.Input((16, 16, 1))
    x = keras.layers.Conv2D(1, 1, name="conv", kernel_initializer="ones")(inputs)
    model = keras.Model(inputs, keras.layers.AveragePooling2D(4, name="pool")(x))
    image = np.zeros((1, 16, 16, 1), np.float32)
    image[0, :4, 4:8] = 1
    found = grad_cam(model, image, channel("pool", 0), "pool")[0]
    centre = vggviz.receptive_fields(model)["pool"].centre(1)
    assert np.isclose((found * np.arange(16)).sum() / found.sum(), centre)
    assert np.isclose(found[0, 5], found[1, 5])


# --- errors


@every_method
def test_wrong_batches_and_layers(method, functional, sequential, batch):
    objective = channel("conv_linear", 0)
    with refused("32, 32, 3", "(3, 16, 32, 3)"):
        method(functional, batch[:, :16], objective)
    with refused("'conv_x'", "'conv_a'"):
        method(functional, batch, objective, "conv_x")
    with refused("'classes'", "maps"):
        method(sequential, batch, class_logit(0), "classes")


@pytest.mark.parametrize("method", [grad_cam, grad_cam_plus_plus, layer_cam])
def test_an_objective_that_does_not_depend_on_the_layer(method, functional, batch):
    with refused("channel 1 of conv_a", "'conv_linear'", "before"):
        method(functional, batch, channel("conv_a", 1))
    assert method(functional, batch, neuron("conv_a", 1), "conv_a").shape == (3, 32, 32)
