"""Redirected ReLU gradients: equal to those of pre-activations for silent channels, else unmodified."""

import numpy as np
import pytest

import networks
from silent_channels import NETWORKS, initial_noise, pre_activations, silence
from vggviz._shared.backend import tensorflow
from vggviz._shared.gradient_override import redirected_relu_gradient
from vggviz.models.parts import part
from vggviz.objectives import LOGITS, channel, class_logit, neuron


def redirected_gradient(model, objective, batch):
    """Score, gradient with respect to the batch, and whether it is redirected."""
    function = part(model, objective.layers)

    def compute(batch):
        return redirected_relu_gradient(objective.value, function(batch, training=False), batch)

    return [tensor.numpy() for tensor in tensorflow().function(compute, autograph=False)(batch)]


def plain_gradient(score, batch):
    """Gradient of a score with respect to the batch, by a gradient tape."""
    tf = tensorflow()
    batch = tf.constant(batch)
    with tf.GradientTape() as tape:
        tape.watch(batch)
        value = score(batch)
    return tape.gradient(value, batch).numpy()


def assert_close(gradient, expected):
    np.testing.assert_allclose(gradient, expected, rtol=1e-4, atol=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize("kind", [kind for kind in NETWORKS if kind != "pooled"])
def test_the_gradient_of_a_silent_channel_is_that_of_its_pre_activation(kind):
    """ReLUs between the image and the objective's own keep their derivative."""
    make, layer, output = NETWORKS[kind]
    model = silence(make(), layer, 1)
    score, gradient, redirected = redirected_gradient(model, channel(output, 1), initial_noise())
    mean = tensorflow().reduce_mean
    expected = plain_gradient(
        lambda batch: mean(pre_activations(model, layer, batch)[..., 1]), initial_noise()
    )
    assert score == 0
    assert redirected.all()
    assert np.abs(expected).max() > 0
    assert_close(gradient, expected)


def test_the_gradient_of_a_silent_cell_is_that_of_its_pre_activation():
    """Also if other cells of its channel are positive."""
    model, tf = networks.functional(), tensorflow()
    cells = pre_activations(model, "conv_b", initial_noise())[0, ..., 1].numpy()
    assert (cells > 0).any()
    row, column = (int(index) for index in np.unravel_index(cells.argmin(), cells.shape))
    score, gradient, redirected = redirected_gradient(
        model, neuron("conv_b", 1, row, column), initial_noise()
    )
    expected = plain_gradient(
        lambda batch: tf.reduce_sum(pre_activations(model, "conv_b", batch)[:, row, column, 1]),
        initial_noise(),
    )
    assert score == 0
    assert redirected.all()
    assert_close(gradient, expected)


@pytest.mark.parametrize(
    "objective",
    [
        channel("conv_b", 1),
        -1 * neuron("conv_linear", 2, 1, 1),
        channel("conv_linear", 2),
        channel("pool_a", 0),
    ],
    ids=lambda objective: objective.label,
)
def test_the_gradient_of_an_active_channel_is_unmodified(functional, objective):
    _, gradient, redirected = redirected_gradient(functional, objective, initial_noise())
    function = part(functional, objective.layers)
    assert not redirected.any()
    expected = plain_gradient(lambda batch: objective.value(function(batch, training=False)), initial_noise())
    assert_close(gradient, expected)


def test_the_gradient_of_a_logit_is_unmodified(sequential):
    """The ReLUs before a logit belong to earlier layers."""
    _, gradient, redirected = redirected_gradient(sequential, class_logit(1), initial_noise())
    assert not redirected.any()
    function = part(sequential, [LOGITS])
    expected = plain_gradient(lambda batch: function(batch, training=False)[LOGITS][:, 1], initial_noise())
    assert_close(gradient, expected)


def test_a_negated_silent_channel_has_a_zero_gradient():
    model = silence(networks.functional(), "conv_b", 1)
    score, gradient, redirected = redirected_gradient(model, -channel("conv_b", 1), initial_noise())
    assert score == 0
    assert redirected.all()
    assert not gradient.any()
