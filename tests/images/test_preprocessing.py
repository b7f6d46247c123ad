"""Conversion of images to VGG16's input, and back."""

import numpy as np
import pytest

import vggviz
from sentences import refused
from vggviz.images.preprocessing import CHANNEL_MEANS, deprocess, preprocess


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64, np.int64])
def test_preprocess_equals_keras(dtype, photograph):
    from vggviz._shared.backend import keras

    images = np.stack([photograph, photograph[::-1]]).astype(dtype)
    before = images.copy()
    batch = preprocess(images)
    assert batch.dtype == np.float32
    assert np.array_equal(images, before), "the argument was changed"
    reference = keras().applications.vgg16.preprocess_input(images.astype(np.float32))
    np.testing.assert_allclose(batch, reference, atol=1e-5)


def test_preprocess_is_bgr_minus_means():
    red = np.zeros((2, 2, 3), np.uint8)
    red[..., 0] = 255
    np.testing.assert_allclose(preprocess(red)[0, 0, 0], (-103.939, -116.779, 255 - 123.68), rtol=1e-6)
    np.testing.assert_allclose(CHANNEL_MEANS, (103.939, 116.779, 123.68), rtol=1e-7)


def test_preprocess_makes_a_batch_of_one(photograph):
    assert preprocess(photograph).shape == (1, 32, 32, 3)
    assert np.array_equal(preprocess(photograph), preprocess(photograph[np.newaxis]))


def test_deprocess_inverts_preprocess(photograph):
    images = np.stack([photograph, 255 - photograph])
    back = deprocess(preprocess(images))
    assert back.dtype == np.uint8
    assert np.array_equal(back, images)
    assert np.array_equal(deprocess(preprocess(photograph)[0]), photograph[np.newaxis])


def test_deprocess_rounds_and_clips():
    levels = np.array([300.0, -20.0, 99.6])
    batch = (levels[::-1] - CHANNEL_MEANS).reshape(1, 1, 1, 3)
    before = batch.copy()
    assert deprocess(batch).tolist() == [[[[255, 0, 100]]]]
    assert np.array_equal(batch, before)


@pytest.mark.parametrize("convert", [preprocess, deprocess])
@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 1), (1, 4, 4, 4), (1, 1, 4, 4, 3), (0, 4, 4, 3), (3, 4, 4)])
def test_batches_of_another_shape(convert, shape):
    with refused(shape, "(H, W, 3)"):
        convert(np.zeros(shape, np.float32))


@pytest.mark.parametrize("convert", [preprocess, deprocess])
@pytest.mark.parametrize("dtype", [bool, complex, "U1", object])
def test_batches_of_another_dtype(convert, dtype):
    with refused(np.dtype(dtype), "numbers"):
        convert(np.zeros((1, 4, 4, 3), dtype))


@pytest.mark.parametrize(("worst", "named"), [(np.nan, "nan"), (np.inf, "inf"), (-1, "-1"), (256, "256")])
def test_preprocess_refuses_levels_out_of_range(worst, named):
    images = np.zeros((2, 4, 4, 3), np.float32)
    images[1, 2, 3, 0] = worst
    with refused(named, "0 to 255"):
        preprocess(images)


@pytest.mark.parametrize("worst", [np.nan, np.inf])
def test_deprocess_refuses_values_that_are_not_finite(worst):
    batch = np.zeros((1, 4, 4, 3), np.float32)
    batch[0, 1, 1, 1] = worst
    with refused("finite"):
        deprocess(batch)


def test_the_functions_are_public():
    assert vggviz.preprocess is preprocess
    assert vggviz.deprocess is deprocess
