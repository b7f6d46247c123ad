"""Parameterisation: random parameters give images with the spectrum and colours of photographs."""

import numpy as np
import pytest

import vggviz
from vggviz._shared.backend import tensorflow
from vggviz.feature_visualization.parameterisation import (
    COLOUR_CORRELATION,
    colour_mixing,
    frequency_scale,
    random_parameters,
    to_images,
)

SIZES = [(16, 16), (15, 15), (12, 17), (17, 12), (1, 1), (2, 3)]


def logits(images):
    return np.log(images / (255 - images))


def random_images(count, size, **options):
    tf = tensorflow()
    options = {"fourier": True, "decorrelate": False} | options
    spectra = tf.concat(
        [random_parameters(size, (number, 5), fourier=options["fourier"]) for number in range(count)], axis=0
    )
    return to_images(spectra, size, **options).numpy().astype(np.float64)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("fourier", [True, False])
def test_levels_are_in_range_for_any_size(size, fourier):
    images = random_images(2, size, fourier=fourier, decorrelate=True)
    assert images.shape == (2, *size, 3)
    assert images.min() >= 0
    assert images.max() <= 255


@pytest.mark.parametrize("size", [(16, 16), (15, 15), (12, 17), (2, 3)])
@pytest.mark.parametrize("fourier", [True, False])
def test_parameters_of_variance_1_give_pixels_of_variance_1(size, fourier):
    values = logits(random_images(400, size, fourier=fourier))
    assert (values**2).mean() == pytest.approx(1, rel=0.1)


def test_zero_parameters_give_mid_grey():
    assert (
        (to_images(np.zeros((1, 2, 3, 8, 5), np.float32), (8, 8), fourier=True, decorrelate=True) == 127.5)[0]
        .numpy()
        .all()
    )


@pytest.mark.parametrize("size", [(16, 16), (15, 20)])
def test_the_amplitude_spectrum_is_proportional_to_one_over_frequency(size):
    power = np.abs(np.fft.fft2(logits(random_images(300, size)), axes=(1, 2)) ** 2).mean(axis=(0, 3))
    frequency = np.hypot(*np.meshgrid(*map(np.fft.fftfreq, size), indexing="ij"))
    # without the mean, and the Nyquist frequency of an even side, which is its own mirror image
    inside = (frequency > 0) & (frequency < 0.5)
    level = (power * frequency**2)[inside]
    assert level.std() / level.mean() < 0.2


def test_colours_are_correlated_as_in_photographs():
    values = logits(random_images(300, (8, 8), decorrelate=True)).reshape(-1, 3)
    assert np.allclose(np.corrcoef(values.T), COLOUR_CORRELATION, atol=0.06)
    assert np.allclose(np.corrcoef(logits(random_images(300, (8, 8))).reshape(-1, 3).T), np.eye(3), atol=0.06)


def test_colour_mixing_is_the_symmetric_square_root():
    mixing = colour_mixing()
    assert np.allclose(mixing, mixing.T)
    assert np.allclose(mixing @ mixing, COLOUR_CORRELATION, atol=1e-6)


def test_the_correlation_equals_that_of_the_sample_images_in_colour():
    images = [vggviz.load_image(name) for name in vggviz.sample_images()]
    coloured = [image for image in images if np.ptp(image, axis=-1).any()]
    shares = (np.stack(coloured).reshape(-1, 3) + 0.5) / 256  # no level is 0 or 1, whose logit is infinite
    found = np.corrcoef(np.log(shares / (1 - shares)).T)
    assert len(coloured) == 5
    assert np.allclose(found, COLOUR_CORRELATION, atol=1e-3)


def test_the_scale_of_frequency_zero_is_finite():
    values = frequency_scale((9, 12))
    assert values.shape == (9, 7)
    assert np.isfinite(values).all()
    assert values[0, 0] == values.max() == pytest.approx(values[0, 1])


def test_the_gradient_is_nonzero_for_every_parameter_in_use():
    tf = tensorflow()
    spectrum = random_parameters((8, 8), (0, 0), fourier=True)
    weights = np.random.default_rng(1).normal(size=(1, 8, 8, 3)).astype(np.float32)
    with tf.GradientTape() as tape:
        tape.watch(spectrum)
        score = tf.reduce_sum(to_images(spectrum, (8, 8), fourier=True, decorrelate=True) * weights)
    gradient = tape.gradient(score, spectrum).numpy()
    assert np.isfinite(gradient).all()
    assert (gradient[0, 0, :, :, 1:4] != 0).all()
