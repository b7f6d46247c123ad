"""Gradient-based attribution: exact results for linear models, properties, caching, and errors."""

import weakref

import keras
import numpy as np
import pytest

import networks
import vggviz
from freed import freed
from sentences import refused
from vggviz.attribution import gradients
from vggviz.attribution.core import scores
from vggviz.attribution.gradients import guided_backprop, integrated_gradients, saliency, smooth_grad
from vggviz.models.graph import LOGITS
from vggviz.models.parts import part
from vggviz.objectives import Objective, channel, class_logit, neuron

METHODS = {
    "saliency": saliency,
    "smooth_grad": lambda m, b, o: smooth_grad(m, b, o, samples=3),
    "guided_backprop": guided_backprop,
    "integrated_gradients": lambda m, b, o: integrated_gradients(m, b, o, steps=3),
}
OBJECTIVES = {
    "functional": neuron("conv_linear", 2),
    "sequential": class_logit(1),
    "nested": class_logit(1),
    "dead": channel("conv", 0),
}
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


@pytest.fixture(scope="module")
def linear():
    """A network with two outputs, each a weighted sum of the pixels, and the weights."""
    weights = np.random.default_rng(0).normal(size=(8, 8, 3, 2)).astype(np.float32)
    return networks.single(weights, padding="valid", activation=None, size=8), weights


def random_images(count=2, size=8):
    return np.random.default_rng(1).normal(0, 9, (count, size, size, 3)).astype(np.float32)


# --- properties of every method


@every_method
@pytest.mark.parametrize("kind", OBJECTIVES)
def test_maps_have_the_shape_of_the_images(method, kind, request, batch):
    given = batch.copy()
    maps = method(request.getfixturevalue(kind), batch, OBJECTIVES[kind])
    assert maps.shape == (3, 32, 32)
    assert maps.dtype == np.float32
    assert np.isfinite(maps).all()
    assert maps.any()
    assert np.array_equal(batch, given)


@every_method
def test_a_batch_equals_single_images(method, sequential, batch):
    together = method(sequential, batch, class_logit(2))
    alone = [method(sequential, image[None], class_logit(2))[0] for image in batch]
    assert np.allclose(together, alone, rtol=1e-4, atol=1e-6 * together.max())


@every_method
def test_large_batches_are_computed_in_chunks(method, sequential, batch, monkeypatch):
    whole = method(sequential, batch, class_logit(0))
    monkeypatch.setattr("vggviz.attribution.gradients.MAX_PIXELS", 2 * 32 * 32)
    assert np.allclose(method(sequential, batch, class_logit(0)), whole, rtol=1e-4, atol=1e-6)


@every_method
def test_a_nested_model_equals_a_sequential_one(method, nested, batch):
    flat = networks.flat(nested)
    maps = method(nested, batch, class_logit(1))
    assert np.allclose(method(flat, batch, class_logit(1)), maps, rtol=1e-4, atol=1e-6 * np.abs(maps).max())


@every_method
def test_the_map_of_a_dead_channel_is_zero(method, dead, batch):
    assert not method(dead, batch, channel("conv", networks.DEAD)).any()


@every_method
def test_the_map_is_zero_outside_the_receptive_field(method, functional, batch):
    activations = vggviz.feature_maps(functional, batch, "conv_strided")["conv_strided"][:, 2, 4]
    maps = method(functional, batch, neuron("conv_strided", int(activations.max(axis=0).argmax()), 2, 4))
    field = vggviz.receptive_fields(functional)["conv_strided"]
    top, left, bottom, right = field.box(2, 4, 32)
    assert maps[:, top:bottom, left:right].any()
    maps[:, top:bottom, left:right] = 0
    assert not maps.any()


def test_the_logit_is_explained_not_the_softmax(sequential, batch):
    saturated = batch * 100  # where the gradient of the softmax vanishes
    assert saliency(sequential, saturated, class_logit(0)).min(axis=(1, 2)).max() >= 0
    assert saliency(sequential, saturated, class_logit(0)).any(axis=(1, 2)).all()


def test_integrated_gradients_are_linear_in_the_objective(functional, batch):
    one, two = channel("conv_b", 1), neuron("conv_linear", 2)
    parts = [integrated_gradients(functional, batch, objective, steps=4) for objective in (one, two)]
    both = integrated_gradients(functional, batch, one - 2 * two, steps=4)
    assert np.allclose(both, parts[0] - 2 * parts[1], rtol=1e-3, atol=1e-4 * np.abs(both).max())


# --- saliency and smooth_grad


def test_the_saliency_of_a_weighted_sum_is_its_weights(linear):
    model, weights = linear
    maps = saliency(model, random_images(), channel("conv", 1))
    assert np.allclose(maps, np.abs(weights[..., 1]).max(axis=-1), rtol=1e-5)


def test_saliency_equals_finite_differences(functional, batch):
    objective, step = channel("conv_linear", 0), 1e-2
    expected = saliency(functional, batch[:1], objective)[0]
    y, x = np.unravel_index(expected.argmax(), expected.shape)
    moved = np.repeat(batch[:1], 6, axis=0)
    for colour in range(3):
        moved[2 * colour, y, x, colour] += step
        moved[2 * colour + 1, y, x, colour] -= step
    values = scores(functional, moved, objective).astype(float)
    differences = (values[::2] - values[1::2]) / (2 * step)
    assert np.isclose(np.abs(differences).max(), expected.max(), rtol=0.02)


def test_smooth_grad_of_a_linear_model_equals_its_weights(linear):
    model, weights = linear
    maps = smooth_grad(model, random_images(), channel("conv", 0), samples=4)
    assert np.allclose(maps, np.abs(weights[..., 0]).max(axis=-1), rtol=1e-4)


def test_smooth_grad_without_noise_is_saliency(sequential, batch):
    plain = saliency(sequential, batch, class_logit(0))
    assert np.allclose(smooth_grad(sequential, batch, class_logit(0), samples=2, noise=0), plain, rtol=1e-4)


def test_the_seed_determines_smooth_grad(sequential, batch):
    first, again, other = (
        smooth_grad(sequential, batch, class_logit(0), samples=3, seed=seed) for seed in (0, 0, 1)
    )
    assert np.array_equal(first, again)
    assert not np.allclose(first, other, rtol=1e-2)


# --- guided backprop


@pytest.mark.parametrize("kind", ["activation", "layer", "relu6"])
def test_guided_backprop_drops_negative_inputs_and_negative_gradients(kind):
    keras = networks._keras()
    a = np.array(
        [[2, -1, 1, -3, 7], [0.5, 1, 4, 1, 0], [0, 2, 1, 2, -1]], np.float32
    )  # activations: first row
    b = np.array([1, -1, -2, 0.5, 1], np.float32)
    inputs = keras.Input((1, 1, 3))
    x = keras.layers.Conv2D(5, 1, use_bias=False, activation="relu" if kind == "activation" else None)(inputs)
    if kind != "activation":
        x = keras.layers.ReLU(6.0 if kind == "relu6" else None)(x)
    outputs = keras.layers.Conv2D(1, 1, use_bias=False, name="sum")(x)
    model = keras.Model(inputs, outputs)
    model.set_weights([a[None, None], b[None, None, :, None]])
    image = np.array([1, 0, 0], np.float32).reshape(1, 1, 1, 3)
    passed = [0] if kind == "relu6" else [0, 4]  # activation and gradient positive, activation at most 6
    expected = np.abs(a[:, passed] @ b[passed]).max()
    assert np.isclose(guided_backprop(model, image, channel("sum", 0))[0, 0, 0], expected)
    assert saliency(model, image, channel("sum", 0))[0, 0, 0] != expected


def test_guided_backprop_without_a_relu_equals_saliency(linear):
    model, _ = linear
    objective = channel("conv", 0)
    assert np.allclose(
        guided_backprop(model, random_images(), objective),
        saliency(model, random_images(), objective),
        rtol=1e-5,
    )


def test_guided_backprop_does_not_change_later_gradients(sequential, batch):
    before = saliency(sequential, batch, class_logit(0))
    guided = guided_backprop(sequential, batch, class_logit(0))
    assert not np.allclose(guided, before, rtol=1e-2)
    assert np.array_equal(saliency(sequential, batch, class_logit(0)), before)


# --- cache


def test_a_cached_gradient_follows_weights_objective_and_size():
    weights = np.random.default_rng(0).normal(size=(3, 3, 3, 2)).astype(np.float32)
    model, first = networks.single(weights, padding="same", activation=None, size=None), channel("conv", 0)
    small, large = random_images(1), random_images(1, size=12)
    before = saliency(model, small, first)
    assert np.array_equal(saliency(model, small, first), before)
    assert not np.allclose(saliency(model, small, channel("conv", 1)), before, rtol=1e-3)
    assert saliency(model, large, first).shape == (1, 12, 12)
    model.set_weights([2 * values for values in model.get_weights()])
    np.testing.assert_allclose(saliency(model, small, first), 2 * before, rtol=1e-5)


def test_equal_objectives_are_compiled_once(monkeypatch):
    compiled = []
    differentiate = gradients._differentiate
    monkeypatch.setattr(
        gradients, "_differentiate", lambda *args: compiled.append(args) or differentiate(*args)
    )
    model, batch = networks.sequential(), random_images(2, size=32)
    for _ in range(3):
        saliency(model, batch, 2 * class_logit(0) - channel("second", 1))
        vggviz.attribution.grad_cam(model, batch, class_logit(0))
    assert len(compiled) == 2
    smooth_grad(model, batch, class_logit(1), samples=2 * gradients.MAX_PIXELS // (32 * 32))
    assert len(compiled) == 3


def test_user_defined_objectives_are_not_cached(sequential):
    factor = 1.0
    own = Objective(("second",), lambda maps: factor * channel("second", 0).value(maps), "user-defined")
    before = saliency(sequential, random_images(1, size=32), own)
    factor = 3.0
    np.testing.assert_allclose(saliency(sequential, random_images(1, size=32), own), 3 * before, rtol=1e-5)
    summed = saliency(sequential, random_images(1, size=32), own + channel("second", 0))
    np.testing.assert_allclose(summed, 4 * before, rtol=1e-5)


@pytest.mark.parametrize("method", [saliency, smooth_grad, guided_backprop, integrated_gradients])
def test_float64_models_give_float32_and_integer_models_are_refused(method):
    layers = [keras.layers.Rescaling(1 / 255), keras.layers.Conv2D(2, 3, name="conv")]
    doubles = keras.Sequential([keras.Input((8, 8, 3), dtype="float64"), *layers])
    found = method(doubles, random_images(2, size=8), channel("conv", 0))
    assert found.dtype == np.float32
    assert found.any()
    whole = keras.Sequential([keras.Input((8, 8, 3), dtype="uint8"), *layers])
    with refused("reads images as uint8", "float32"):
        method(whole, np.full((1, 8, 8, 3), 100, np.uint8), channel("conv", 0))


def objective_holding(model):
    """A user-defined objective that refers to the model."""
    return Objective((LOGITS,), lambda maps: model.count_params() * maps[LOGITS][:, 0], "user-defined")


@pytest.mark.parametrize(
    "make_objective", [lambda _: class_logit(0), objective_holding], ids=["library", "user"]
)
def test_the_cache_does_not_keep_the_model_alive(make_objective):
    model = networks.sequential()
    saliency(model, random_images(1, size=32), make_objective(model))
    references = [weakref.ref(model), weakref.ref(model.layers[-1])]
    del model
    assert freed(references)


# --- integrated gradients


@pytest.mark.parametrize("kind", OBJECTIVES)
@pytest.mark.parametrize("baseline", [None, 20.0, "image"])
def test_integrated_gradients_sum_to_the_difference_from_the_baseline(kind, baseline, request, batch):
    model, objective = request.getfixturevalue(kind), OBJECTIVES[kind]
    baseline = batch[::-1].copy() if baseline == "image" else baseline
    maps = integrated_gradients(model, batch, objective, baseline=baseline, steps=1000)
    baselines = np.broadcast_to(np.float32(0 if baseline is None else baseline), batch.shape)
    difference = scores(model, batch, objective) - scores(model, baselines, objective)
    size = np.abs(scores(model, batch, objective)) + np.abs(difference)
    assert np.all(np.abs(maps.sum(axis=(1, 2)) - difference) < 0.01 * size)


def test_integrated_gradients_of_a_weighted_sum_are_its_terms(linear):
    model, weights = linear
    batch = random_images()
    maps = integrated_gradients(model, batch, channel("conv", 0), steps=1)
    assert np.allclose(maps, (batch * weights[..., 0]).sum(axis=-1), rtol=1e-3, atol=1e-4)


# --- errors


@every_method
def test_wrong_batches_and_objectives(method, functional, batch):
    with refused("32, 32, 3", "(3, 16, 32, 3)"):
        method(functional, batch[:, :16], channel("conv_a", 0))
    with refused("'conv_x'", "'conv_a'"):
        method(functional, batch, channel("conv_x", 0))
    with refused("'conv_a'", "0 to 3", 4):
        method(functional, batch, channel("conv_a", 4))


def test_wrong_samples_steps_noise_and_baselines(functional, batch):
    objective = channel("conv_a", 0)
    with refused("samples", 0):
        smooth_grad(functional, batch, objective, samples=0)
    with refused("steps", 1.5):
        integrated_gradients(functional, batch, objective, steps=1.5)
    with refused("noise", -1):
        smooth_grad(functional, batch, objective, noise=-1)
    with refused("baseline", "(16, 16, 3)", "(3, 32, 32, 3)"):
        integrated_gradients(functional, batch, objective, baseline=np.zeros((16, 16, 3)))


def test_the_map_of_a_constant_objective_is_zero(functional, batch):
    constant = Objective(("conv_a",), lambda maps: maps["conv_a"][:, 0, 0, 0] * 0, "constant")
    assert not saliency(functional, batch, constant).any()


def test_scores_of_a_logit_equal_the_output_before_the_softmax(sequential, batch):
    direct = part(sequential, [LOGITS])(batch)[LOGITS][:, 1]
    assert np.allclose(scores(sequential, batch, class_logit(1)), direct, rtol=1e-5)
