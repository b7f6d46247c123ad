"""Activation maximization, feature inversion and caricatures, and their errors."""

import numpy as np
import pytest

import networks
import vggviz
from sentences import refused
from vggviz._shared.backend import tensorflow
from vggviz.attribution.core import scores
from vggviz.feature_visualization import synthesis
from vggviz.feature_visualization.optimisation import Recipe
from vggviz.feature_visualization.synthesis import caricature, invert, visualize
from vggviz.objectives import channel, class_logit, neuron
from visualizing import SHORT, STEPS

# --- activation maximization


def test_every_objective_increases(drawn):
    _, found = drawn
    assert (found.reached > 1.3 * found.values[:, 0]).all()


@pytest.mark.parametrize("kind", ["functional", "sequential", "nested", "dead"])
def test_any_model(kind, request):
    model = request.getfixturevalue(kind)
    layer = vggviz.conv_layers(model)[-1]
    found = visualize(model, channel(layer, 0), steps=STEPS, recipe=Recipe(rate=0.2))
    assert found.reached[0] > found.values[0, 0]


def test_class_logits(sequential):
    """Images have the size of the input, and a larger logit for their own class than for the other."""
    found = visualize(sequential, [class_logit(0), class_logit(2)], steps=40)
    assert found.images.shape == (2, 32, 32, 3)
    assert (found.reached > found.values[:, 0]).all()
    batch = vggviz.preprocess(found.images)
    for index, logit in enumerate((class_logit(0), class_logit(2))):
        values = scores(sequential, batch, logit)
        assert values[index] > values[1 - index]


def test_sums_of_objectives(functional):
    one, two = channel("conv_b", 1), neuron("conv_strided", 3)
    found = visualize(functional, one - 0.5 * two, **SHORT)
    maps = vggviz.feature_maps(functional, vggviz.preprocess(found.images))
    expected = maps["conv_b"][0, ..., 1].mean() - 0.5 * maps["conv_strided"][0, 3, 3, 3]
    assert found.reached[0] == pytest.approx(expected, rel=1e-3)


# --- inversion and caricature


def test_inversion_of_an_invertible_layer_recovers_the_image(photographs):
    kernel = np.zeros((1, 1, 3, 6))
    kernel[0, 0] = np.concatenate([np.eye(3), -np.eye(3)], axis=1)
    found = invert(networks.single(kernel), photographs, "conv", steps=150)
    assert found.images.shape == (2, 32, 32, 3)
    assert (found.reached < 0.03).all()
    assert (np.abs(vggviz.preprocess(found.images) - photographs).mean((1, 2, 3)) < 8).all()


@pytest.mark.parametrize("layer", ["inner_conv3", "outer_conv", "scores"])
def test_inversion_decreases_the_distance(nested, photographs, layer):
    found = invert(nested, photographs, layer, steps=3 * STEPS)
    assert found.reached.sum() < 0.5 * found.values[:, 0].sum()
    assert (found.values >= 0).all()


def test_the_values_of_an_inversion_are_relative_squared_distances(nested, photographs):
    found = invert(nested, photographs, "outer_conv", steps=STEPS)
    batches = photographs, vggviz.preprocess(found.images)
    target, reached = (vggviz.feature_maps(nested, batch, "outer_conv")["outer_conv"] for batch in batches)
    distance = ((reached - target) ** 2).sum((1, 2, 3)) / (target**2).sum((1, 2, 3))
    assert np.allclose(distance, found.reached, rtol=1e-3)


def test_photographs_of_another_size(nested, photographs):
    found = invert(nested, photographs[:1, :20, :24], "inner_conv3", steps=STEPS)
    assert found.images.shape == (1, 20, 24, 3)
    assert found.reached[0] < found.values[0, 0]


def test_the_value_of_a_caricature_is_1_for_the_photograph_itself(nested, photographs):
    tf = tensorflow()
    maps = vggviz.feature_maps(nested, photographs, "outer_conv")["outer_conv"]
    objective = synthesis._caricature_objective("outer_conv", maps[0], 2.0, 0)
    own, double, other = (
        objective.value({"outer_conv": tf.constant(x)})[0] for x in (maps[:1], 2 * maps[:1], maps[1:])
    )
    assert own.numpy() == pytest.approx(1, rel=1e-4)
    assert double.numpy() == pytest.approx(2, rel=1e-4)
    dot = (maps[0] * maps[1]).sum()
    cosine = dot / np.sqrt((maps[0] ** 2).sum() * (maps[1] ** 2).sum())
    assert other.numpy() == pytest.approx(dot / (maps[0] ** 2).sum() * cosine**2, rel=1e-3)


def test_the_value_of_a_caricature_increases(nested, photographs):
    found = caricature(nested, photographs, "outer_conv", steps=STEPS)
    assert (found.reached > found.values[:, 0]).all()
    assert found.images.shape == (2, 32, 32, 3)


def test_a_dead_target_gives_zeros_not_nan(photographs):
    model = networks.single(np.zeros((3, 3, 3, 2)), [-1, -1])
    for method in (invert, caricature):
        found = method(model, photographs, "conv", steps=2)
        assert np.isfinite(found.images).all()
        assert not found.values.any()


# --- errors


@pytest.mark.parametrize(
    ("objectives", "settings", "words"),
    [
        ([], {}, ["nothing to draw"]),
        (channel("conv_z", 0), {}, ["conv_z", "conv_a"]),
        (channel("conv_b", 6), {}, ["0 to 5", "6"]),
        (channel("conv_b", 0), {"steps": 0}, ["steps", "0"]),
        (channel("conv_b", 0), {"steps": 1.5}, ["1.5"]),
        (channel("conv_b", 0), {"seed": -1}, ["seed", "-1"]),
        (channel("conv_b", 0), {"size": 0}, ["size", "0"]),
        (channel("conv_linear", 0), {"size": 4}, ["4 x 4", "conv_linear", "larger"]),
        (channel("conv_b", 0), {"preprocess": lambda x: x[..., :1]}, ["3 colours", "(1, 32, 32, 1)"]),
        (class_logit(0), {}, ["no classes"]),
    ],
)
def test_wrong_objectives_and_settings(functional, objectives, settings, words):
    with refused(*words):
        visualize(functional, objectives, **({"steps": 1} | settings))


def test_a_layer_name_is_not_an_objective(functional):
    with refused("str", kind=TypeError):
        visualize(functional, ["conv_b"])


def test_wrong_batches_and_layers(functional, photographs):
    with refused("(3, 3)"):
        invert(functional, photographs[0, :3, :3, 0], "conv_a")
    with refused("(2, 32, 32, 2)"):
        invert(functional, photographs[..., :2], "conv_a")
    with refused("conv_z", "conv_a"):
        caricature(functional, photographs, "conv_z")
