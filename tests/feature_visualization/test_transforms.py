"""Transformations: exact for whole pixels and right angles, bilinear in between, with the true gradient."""

import numpy as np
import pytest

from vggviz._shared.backend import tensorflow
from vggviz.feature_visualization.transforms import sample_bilinear, transform

LARGEST = {"jitter": 0, "scale": 0.0, "rotation": 0.0}


@pytest.fixture
def images():
    return np.random.default_rng(2).normal(size=(2, 7, 9, 3)).astype(np.float32)


def transformed(images, draws, **largest):
    tf = tensorflow()
    return transform(tf.constant(images), tf.constant(draws, tf.float32), **(LARGEST | largest)).numpy()


def test_draws_or_ranges_of_zero_do_not_change_the_images(images):
    assert np.array_equal(transformed(images, [0, 0, 0, 0], jitter=5, scale=0.3, rotation=40), images)
    assert np.array_equal(transformed(images, [1, 1, 1, 1]), images)


def test_jitter_shifts_by_whole_pixels_and_wraps_around(images):
    assert np.array_equal(transformed(images, [1, -1, 0, 0], jitter=3), np.roll(images, (-3, 3), (1, 2)))
    assert np.array_equal(transformed(images, [0.4, 0.1, 0, 0], jitter=3), np.roll(images, -1, 1))


def test_rotation_of_a_square_by_90_degrees(images):
    square = images[:, :, :7]
    rotated = transformed(square, [0, 0, 0, 1], rotation=90)
    assert np.allclose(rotated, np.rot90(square, -1, axes=(1, 2)), atol=1e-4)
    assert np.allclose(
        transformed(square, [0, 0, 0, -1], rotation=90), np.rot90(square, axes=(1, 2)), atol=1e-4
    )


def test_zoom_is_centred(images):
    larger = transformed(images, [0, 0, 1, 0], scale=0.5)
    assert np.allclose(larger[:, 3, 4], images[:, 3, 4])
    assert np.allclose(larger[:, 3, 7], images[:, 3, 6], atol=1e-5)  # distance 3 from the centre was 2


def test_bilinear_interpolation(images):
    tf = tensorflow()
    sampled = sample_bilinear(tf.constant(images), tf.constant([[1.25]]), tf.constant([[8.5]])).numpy()[
        :, 0, 0
    ]
    upper, lower = ((images[:, row, 8] + images[:, row, 0]) / 2 for row in (1, 2))
    assert np.allclose(sampled, 0.75 * upper + 0.25 * lower, atol=1e-6)


def test_the_gradient_is_the_adjoint(images):
    """A transformation is linear, so <transform(x), y> = <x, gradient of <transform(x), y> at x>."""
    tf = tensorflow()
    x = tf.constant(images)
    y = np.random.default_rng(3).normal(size=images.shape).astype(np.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        product = tf.reduce_sum(
            y * transform(x, tf.constant([0.5, -1, 0.3, 1]), jitter=2, scale=0.2, rotation=30.0)
        )
    assert tf.reduce_sum(tape.gradient(product, x) * x).numpy() == pytest.approx(product.numpy(), rel=1e-4)
