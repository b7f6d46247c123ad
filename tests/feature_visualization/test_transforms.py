"""Movements: exact where they are whole, all pictures alike, and with the true gradient."""

import numpy as np
import pytest

from vggviz._shared.backend import tensorflow
from vggviz.feature_visualization.transforms import look_up, moved

LARGEST = {"jitter": 0, "scale": 0.0, "rotation": 0.0}


@pytest.fixture
def pictures():
    return np.random.default_rng(2).normal(size=(2, 7, 9, 3)).astype(np.float32)


def move(pictures, draws, **largest):
    tf = tensorflow()
    return moved(tf.constant(pictures), tf.constant(draws, tf.float32), **(LARGEST | largest)).numpy()


def test_without_a_draw_nothing_moves(pictures):
    assert np.array_equal(move(pictures, [0, 0, 0, 0], jitter=5, scale=0.3, rotation=40), pictures)
    assert np.array_equal(move(pictures, [1, 1, 1, 1]), pictures)


def test_jitter_shifts_by_whole_pixels_round_the_edge(pictures):
    assert np.array_equal(move(pictures, [1, -1, 0, 0], jitter=3), np.roll(pictures, (-3, 3), (1, 2)))
    assert np.array_equal(move(pictures, [0.4, 0.1, 0, 0], jitter=3), np.roll(pictures, -1, 1))


def test_a_quarter_turn_of_a_square(pictures):
    square = pictures[:, :, :7]
    turned = move(square, [0, 0, 0, 1], rotation=90)
    assert np.allclose(turned, np.rot90(square, -1, axes=(1, 2)), atol=1e-4)
    assert np.allclose(move(square, [0, 0, 0, -1], rotation=90), np.rot90(square, axes=(1, 2)), atol=1e-4)


def test_zoom_keeps_the_middle_and_brings_neighbours_nearer(pictures):
    larger = move(pictures, [0, 0, 1, 0], scale=0.5)
    assert np.allclose(larger[:, 3, 4], pictures[:, 3, 4])
    assert np.allclose(larger[:, 3, 7], pictures[:, 3, 6], atol=1e-5)  # 3 from the middle shows what was 2


def test_between_pixels_bilinear(pictures):
    tf = tensorflow()
    seen = look_up(tf.constant(pictures), tf.constant([[1.25]]), tf.constant([[8.5]])).numpy()[:, 0, 0]
    upper, lower = ((pictures[:, row, 8] + pictures[:, row, 0]) / 2 for row in (1, 2))
    assert np.allclose(seen, 0.75 * upper + 0.25 * lower, atol=1e-6)


def test_the_gradient_is_the_adjoint(pictures):
    """The movement is linear, so <moved(x), y> = <x, gradient of <moved(x), y> by x>."""
    tf = tensorflow()
    x = tf.constant(pictures)
    y = np.random.default_rng(3).normal(size=pictures.shape).astype(np.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        product = tf.reduce_sum(
            y * moved(x, tf.constant([0.5, -1, 0.3, 1]), jitter=2, scale=0.2, rotation=30.0)
        )
    assert tf.reduce_sum(tape.gradient(product, x) * x).numpy() == pytest.approx(product.numpy(), rel=1e-4)
