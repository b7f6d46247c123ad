"""Attribution by gradients: exact laws on tiny networks, and what is refused."""

import gc
import weakref

import keras
import numpy as np
import pytest

import networks
import vggviz
from sentences import refused
from vggviz.attribution import gradients
from vggviz.attribution.core import scores
from vggviz.attribution.gradients import guided_backprop, integrated_gradients, saliency, smooth_grad
from vggviz.models.graph import LOGITS, part
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
    """A network whose every answer is one weighted sum of the pixels, and the weights."""
    weights = np.random.default_rng(0).normal(size=(8, 8, 3, 2)).astype(np.float32)
    return networks.single(weights, padding="valid", activation=None, size=8), weights


def pictures(count=2, size=8):
    return np.random.default_rng(1).normal(0, 9, (count, size, size, 3)).astype(np.float32)


# --- what every method keeps


@every_method
@pytest.mark.parametrize("kind", OBJECTIVES)
def test_a_map_for_each_picture_in_its_pixels(method, kind, request, batch):
    given = batch.copy()
    maps = method(request.getfixturevalue(kind), batch, OBJECTIVES[kind])
    assert maps.shape == (3, 32, 32)
    assert maps.dtype == np.float32
    assert np.isfinite(maps).all()
    assert maps.any()
    assert np.array_equal(batch, given)


@every_method
def test_a_batch_equals_its_pictures_one_by_one(method, sequential, batch):
    together = method(sequential, batch, class_logit(2))
    alone = [method(sequential, picture[None], class_logit(2))[0] for picture in batch]
    assert np.allclose(together, alone, rtol=1e-4, atol=1e-6 * together.max())


@every_method
def test_a_batch_larger_than_what_is_computed_at_once(method, sequential, batch, monkeypatch):
    at_once = method(sequential, batch, class_logit(0))
    monkeypatch.setattr("vggviz.attribution.gradients.PIXELS", 2 * 32 * 32)
    assert np.allclose(method(sequential, batch, class_logit(0)), at_once, rtol=1e-4, atol=1e-6)


@every_method
def test_a_nested_network_equals_the_same_layers_in_a_row(method, nested, batch):
    keras = networks._keras()
    flat = keras.Sequential([keras.Input((32, 32, 3)), nested.get_layer("scaled")])
    for layer in [*nested.get_layer("vgg_like").layers[1:], *nested.layers[-3:]]:
        flat.add(layer)
    maps = method(nested, batch, class_logit(1))
    assert np.allclose(method(flat, batch, class_logit(1)), maps, rtol=1e-4, atol=1e-6 * np.abs(maps).max())


@every_method
def test_a_dead_channel_has_a_map_of_zeros(method, dead, batch):
    assert not method(dead, batch, channel("conv", networks.DEAD)).any()


@every_method
def test_the_support_lies_inside_the_receptive_field(method, functional, batch):
    answers = vggviz.feature_maps(functional, batch, "conv_strided")["conv_strided"][:, 2, 4]
    maps = method(functional, batch, neuron("conv_strided", int(answers.max(axis=0).argmax()), 2, 4))
    field = vggviz.receptive_fields(functional)["conv_strided"]
    top, left, bottom, right = field.box(2, 4, 32)
    assert maps[:, top:bottom, left:right].any()
    maps[:, top:bottom, left:right] = 0
    assert not maps.any()


def test_the_logit_is_read_and_not_the_softmax(sequential, batch):
    certain = batch * 100  # where the softmax is flat
    assert saliency(sequential, certain, class_logit(0)).min(axis=(1, 2)).max() >= 0
    assert saliency(sequential, certain, class_logit(0)).any(axis=(1, 2)).all()


def test_objectives_add_up(functional, batch):
    one, two = channel("conv_b", 1), neuron("conv_linear", 2)
    parts = [integrated_gradients(functional, batch, objective, steps=4) for objective in (one, two)]
    both = integrated_gradients(functional, batch, one - 2 * two, steps=4)
    assert np.allclose(both, parts[0] - 2 * parts[1], rtol=1e-3, atol=1e-4 * np.abs(both).max())


# --- saliency and smooth_grad


def test_the_saliency_of_a_weighted_sum_is_its_weights(linear):
    model, weights = linear
    maps = saliency(model, pictures(), channel("conv", 1))
    assert np.allclose(maps, np.abs(weights[..., 1]).max(axis=-1), rtol=1e-5)


def test_saliency_is_the_change_that_a_small_step_makes(functional, batch):
    objective, step = channel("conv_linear", 0), 1e-2
    expected = saliency(functional, batch[:1], objective)[0]
    y, x = np.unravel_index(expected.argmax(), expected.shape)
    moved = np.repeat(batch[:1], 6, axis=0)
    for colour in range(3):
        moved[2 * colour, y, x, colour] += step
        moved[2 * colour + 1, y, x, colour] -= step
    values = scores(functional, moved, objective).astype(float)
    slopes = (values[::2] - values[1::2]) / (2 * step)
    assert np.isclose(np.abs(slopes).max(), expected.max(), rtol=0.02)


def test_noise_does_not_change_a_constant_gradient(linear):
    model, weights = linear
    maps = smooth_grad(model, pictures(), channel("conv", 0), samples=4)
    assert np.allclose(maps, np.abs(weights[..., 0]).max(axis=-1), rtol=1e-4)


def test_smooth_grad_without_noise_is_saliency(sequential, batch):
    plain = saliency(sequential, batch, class_logit(0))
    assert np.allclose(smooth_grad(sequential, batch, class_logit(0), samples=2, noise=0), plain, rtol=1e-4)


def test_smooth_grad_by_seed(sequential, batch):
    first, again, other = (
        smooth_grad(sequential, batch, class_logit(0), samples=3, seed=seed) for seed in (0, 0, 1)
    )
    assert np.array_equal(first, again)
    assert not np.allclose(first, other, rtol=1e-2)


# --- guided backprop


@pytest.mark.parametrize("kind", ["activation", "layer", "relu6"])
def test_guided_backprop_stops_what_is_negative_on_either_way(kind):
    keras = networks._keras()
    a = np.array([[2, -1, 1, -3, 7], [0.5, 1, 4, 1, 0], [0, 2, 1, 2, -1]], np.float32)  # answers: first row
    b = np.array([1, -1, -2, 0.5, 1], np.float32)
    inputs = keras.Input((1, 1, 3))
    x = keras.layers.Conv2D(5, 1, use_bias=False, activation="relu" if kind == "activation" else None)(inputs)
    if kind != "activation":
        x = keras.layers.ReLU(6.0 if kind == "relu6" else None)(x)
    outputs = keras.layers.Conv2D(1, 1, use_bias=False, name="sum")(x)
    model = keras.Model(inputs, outputs)
    model.set_weights([a[None, None], b[None, None, :, None]])
    picture = np.array([1, 0, 0], np.float32).reshape(1, 1, 1, 3)
    passed = [0] if kind == "relu6" else [0, 4]  # positive on both ways, and not above 6
    expected = np.abs(a[:, passed] @ b[passed]).max()
    assert np.isclose(guided_backprop(model, picture, channel("sum", 0))[0, 0, 0], expected)
    assert saliency(model, picture, channel("sum", 0))[0, 0, 0] != expected


def test_without_a_relu_guided_backprop_is_saliency(linear):
    model, _ = linear
    objective = channel("conv", 0)
    assert np.allclose(
        guided_backprop(model, pictures(), objective), saliency(model, pictures(), objective), rtol=1e-5
    )


def test_the_model_keeps_its_own_gradient(sequential, batch):
    before = saliency(sequential, batch, class_logit(0))
    guided = guided_backprop(sequential, batch, class_logit(0))
    assert not np.allclose(guided, before, rtol=1e-2)
    assert np.array_equal(saliency(sequential, batch, class_logit(0)), before)


# --- what is kept for the next picture


def test_a_kept_gradient_sees_new_weights_another_objective_and_another_size():
    weights = np.random.default_rng(0).normal(size=(3, 3, 3, 2)).astype(np.float32)
    model, first = networks.single(weights, padding="same", activation=None, size=None), channel("conv", 0)
    small, large = pictures(1), pictures(1, size=12)
    before = saliency(model, small, first)
    assert np.array_equal(saliency(model, small, first), before)
    assert not np.allclose(saliency(model, small, channel("conv", 1)), before, rtol=1e-3)
    assert saliency(model, large, first).shape == (1, 12, 12)
    model.set_weights([2 * values for values in model.get_weights()])
    np.testing.assert_allclose(saliency(model, small, first), 2 * before, rtol=1e-5)


def test_what_a_gradient_is_compiled_for_is_compiled_once(monkeypatch):
    compiled = []
    differentiated = gradients._differentiated
    monkeypatch.setattr(
        gradients, "_differentiated", lambda *given: compiled.append(given) or differentiated(*given)
    )
    model, batch = networks.sequential(), pictures(2, size=32)
    for _ in range(3):
        saliency(model, batch, 2 * class_logit(0) - channel("second", 1))
        vggviz.attribution.grad_cam(model, batch, class_logit(0))
    assert len(compiled) == 2
    smooth_grad(model, batch, class_logit(1), samples=2 * gradients.PIXELS // (32 * 32))
    assert len(compiled) == 3


def test_an_objective_of_ones_own_may_read_what_changes(sequential):
    factor = 1.0
    own = Objective(("second",), lambda maps: factor * channel("second", 0).value(maps), "one's own")
    before = saliency(sequential, pictures(1, size=32), own)
    factor = 3.0
    np.testing.assert_allclose(saliency(sequential, pictures(1, size=32), own), 3 * before, rtol=1e-5)
    summed = saliency(sequential, pictures(1, size=32), own + channel("second", 0))
    np.testing.assert_allclose(summed, 4 * before, rtol=1e-5)


@pytest.mark.parametrize("method", [saliency, smooth_grad, guided_backprop, integrated_gradients])
def test_a_network_of_doubles_gives_floats_and_one_of_whole_numbers_is_refused(method):
    layers = [keras.layers.Rescaling(1 / 255), keras.layers.Conv2D(2, 3, name="conv")]
    doubles = keras.Sequential([keras.Input((8, 8, 3), dtype="float64"), *layers])
    found = method(doubles, pictures(2, size=8), channel("conv", 0))
    assert found.dtype == np.float32
    assert found.any()
    whole = keras.Sequential([keras.Input((8, 8, 3), dtype="uint8"), *layers])
    with refused("reads images as uint8", "float32"):
        method(whole, np.full((1, 8, 8, 3), 100, np.uint8), channel("conv", 0))


def with_weights_of(model):
    """An objective that holds the model."""
    return Objective((LOGITS,), lambda maps: model.count_params() * maps[LOGITS][:, 0], "one's own")


@pytest.mark.parametrize("made", [lambda _: class_logit(0), with_weights_of], ids=["library's", "own"])
def test_a_kept_gradient_does_not_keep_the_model(made):
    model = networks.sequential()
    saliency(model, pictures(1, size=32), made(model))
    held = [weakref.ref(model), weakref.ref(model.layers[-1])]
    del model
    for _ in range(3):  # what hangs on the model goes in the round after it
        gc.collect()
    assert [reference() for reference in held] == [None, None]


# --- integrated gradients


@pytest.mark.parametrize("kind", OBJECTIVES)
@pytest.mark.parametrize("baseline", [None, 20.0, "picture"])
def test_integrated_gradients_sum_to_the_rise_from_the_baseline(kind, baseline, request, batch):
    model, objective = request.getfixturevalue(kind), OBJECTIVES[kind]
    baseline = batch[::-1].copy() if baseline == "picture" else baseline
    maps = integrated_gradients(model, batch, objective, baseline=baseline, steps=1000)
    start = np.broadcast_to(np.float32(0 if baseline is None else baseline), batch.shape)
    rise = scores(model, batch, objective) - scores(model, start, objective)
    size = np.abs(scores(model, batch, objective)) + np.abs(rise)
    assert np.all(np.abs(maps.sum(axis=(1, 2)) - rise) < 0.01 * size)


def test_integrated_gradients_of_a_weighted_sum_are_its_terms(linear):
    model, weights = linear
    batch = pictures()
    maps = integrated_gradients(model, batch, channel("conv", 0), steps=1)
    assert np.allclose(maps, (batch * weights[..., 0]).sum(axis=-1), rtol=1e-3, atol=1e-4)


# --- what is refused


@every_method
def test_what_does_not_fit(method, functional, batch):
    with refused("32, 32, 3", "(3, 16, 32, 3)"):
        method(functional, batch[:, :16], channel("conv_a", 0))
    with refused("'conv_x'", "'conv_a'"):
        method(functional, batch, channel("conv_x", 0))
    with refused("'conv_a'", "0 to 3", 4):
        method(functional, batch, channel("conv_a", 4))


def test_counts_and_baselines(functional, batch):
    objective = channel("conv_a", 0)
    with refused("samples", 0):
        smooth_grad(functional, batch, objective, samples=0)
    with refused("steps", 1.5):
        integrated_gradients(functional, batch, objective, steps=1.5)
    with refused("noise", -1):
        smooth_grad(functional, batch, objective, noise=-1)
    with refused("baseline", "(16, 16, 3)", "(3, 32, 32, 3)"):
        integrated_gradients(functional, batch, objective, baseline=np.zeros((16, 16, 3)))


def test_an_objective_that_is_constant_has_maps_of_zeros(functional, batch):
    constant = Objective(("conv_a",), lambda maps: maps["conv_a"][:, 0, 0, 0] * 0, "nothing")
    assert not saliency(functional, batch, constant).any()


def test_logits_of_a_part_are_those_of_the_scores(sequential, batch):
    direct = part(sequential, [LOGITS])(batch)[LOGITS][:, 1]
    assert np.allclose(scores(sequential, batch, class_logit(1)), direct, rtol=1e-5)
