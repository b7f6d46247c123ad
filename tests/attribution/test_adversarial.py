"""Adversarial batches: exact for a linear network, never larger than allowed, better than noise."""

import numpy as np
import pytest

import networks
from sentences import refused
from vggviz._shared import backend
from vggviz.attribution import adversarial_batch
from vggviz.attribution.core import scores
from vggviz.objectives import channel, class_logit

OUTPUT = channel("conv", 0)


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_a_linear_output_rises_by_the_sum_of_the_weights_sizes(linear, small, steps):
    """However many steps: all go the same way and together further than allowed."""
    model, weights = linear
    changed = adversarial_batch(model, small, OUTPUT, size=0.5, steps=steps)
    np.testing.assert_allclose(
        changed - small, np.broadcast_to(0.5 * np.sign(weights), small.shape), atol=1e-5
    )
    rise = scores(model, changed, OUTPUT) - scores(model, small, OUTPUT)
    np.testing.assert_allclose(rise, 0.5 * np.abs(weights).sum(), rtol=1e-4)


def test_the_negated_objective_goes_the_other_way(linear, small):
    model, _ = linear
    up, down = (adversarial_batch(model, small, sign * OUTPUT) for sign in (1, -1))
    np.testing.assert_allclose(up - small, small - down, atol=1e-5)


def test_more_steps_raise_a_curved_objective_more_and_no_number_leaves_the_box():
    model = networks.sequential()
    batch = np.random.default_rng(0).normal(0, 50, (3, 32, 32, 3)).astype(np.float32)
    objective = class_logit(1) - class_logit(0)
    before = batch.copy()
    rises = []
    for steps in (1, 8):
        changed = adversarial_batch(model, batch, objective, size=30, steps=steps)
        assert np.abs(changed - batch).max() <= 30 + 1e-3
        rises.append(scores(model, changed, objective) - scores(model, batch, objective))
    noise = 30 * np.random.default_rng(1).choice([-1, 1], batch.shape).astype(np.float32)
    by_noise = scores(model, batch + noise, objective) - scores(model, batch, objective)
    assert rises[1].mean() > rises[0].mean() > by_noise.mean()
    np.testing.assert_array_equal(batch, before)


def test_images_are_changed_each_by_itself(small, linear):
    model, _ = linear
    both = adversarial_batch(model, small, OUTPUT)
    np.testing.assert_allclose(both[1:], adversarial_batch(model, small[1:], OUTPUT))


def test_without_slope_or_size_nothing_changes(linear, small):
    model, _ = linear
    np.testing.assert_array_equal(adversarial_batch(model, small, 0 * OUTPUT), small)
    np.testing.assert_array_equal(adversarial_batch(model, small, OUTPUT, size=0), small)


def test_each_of_three_steps_is_half_as_long_as_all_may_be():
    """The first ends where the output is zero, and so has no slope."""
    keras = backend.keras()
    layer = keras.layers.Conv2D(1, 1, activation="relu", name="conv", kernel_initializer="ones")
    model = keras.Sequential([keras.Input((4, 4, 1)), layer])
    batch = np.full((1, 4, 4, 1), 0.1, np.float32)
    changed = adversarial_batch(model, batch, -1 * OUTPUT, size=1, steps=3)
    np.testing.assert_allclose(changed - batch, -0.5, atol=1e-6)


def test_a_network_that_reads_half_precision():
    """The result is in single precision, so that no step is rounded away."""
    keras = backend.keras()
    layer = keras.layers.Conv2D(1, 1, name="conv", kernel_initializer="ones")
    model = keras.Sequential([keras.Input((4, 4, 1), dtype="float16"), layer])
    batch = np.full((1, 4, 4, 1), 100, np.float32)
    changed = adversarial_batch(model, batch, OUTPUT, size=0.01)
    assert changed.dtype == np.float32
    np.testing.assert_allclose(changed - batch, 0.01, atol=1e-5)


def test_sizes_and_steps_are_checked(linear, small):
    model, _ = linear
    with refused("-1"):
        adversarial_batch(model, small, OUTPUT, size=-1)
    with refused("0"):
        adversarial_batch(model, small, OUTPUT, steps=0)
