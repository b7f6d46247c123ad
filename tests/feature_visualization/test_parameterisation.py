"""Spectra and colours: pictures with the statistics of photographs, from parameters that are alike."""

import numpy as np
import pytest

import vggviz
from vggviz._shared.backend import tensorflow
from vggviz.feature_visualization.parameterisation import (
    COLOUR_CORRELATION,
    amplitudes,
    colour_root,
    noise,
    paint,
)

SIZES = [(16, 16), (15, 15), (12, 17), (17, 12), (1, 1), (2, 3)]


def logits(pictures):
    return np.log(pictures / (255 - pictures))


def painted(count, size, **how):
    tf = tensorflow()
    how = {"fourier": True, "decorrelate": False} | how
    spectra = tf.concat([noise(size, (number, 5), fourier=how["fourier"]) for number in range(count)], axis=0)
    return paint(spectra, size, **how).numpy().astype(np.float64)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("fourier", [True, False])
def test_pictures_of_any_size_with_levels_in_range(size, fourier):
    pictures = painted(2, size, fourier=fourier, decorrelate=True)
    assert pictures.shape == (2, *size, 3)
    assert pictures.min() >= 0
    assert pictures.max() <= 255


@pytest.mark.parametrize("size", [(16, 16), (15, 15), (12, 17), (2, 3)])
@pytest.mark.parametrize("fourier", [True, False])
def test_parameters_of_variance_1_make_pixels_of_variance_1(size, fourier):
    values = logits(painted(400, size, fourier=fourier))
    assert (values**2).mean() == pytest.approx(1, rel=0.1)


def test_no_parameters_are_mid_grey():
    assert (
        (paint(np.zeros((1, 2, 3, 8, 5), np.float32), (8, 8), fourier=True, decorrelate=True) == 127.5)[0]
        .numpy()
        .all()
    )


@pytest.mark.parametrize("size", [(16, 16), (15, 20)])
def test_the_spectrum_falls_as_one_over_the_frequency(size):
    power = np.abs(np.fft.fft2(logits(painted(300, size)), axes=(1, 2)) ** 2).mean(axis=(0, 3))
    frequency = np.hypot(*np.meshgrid(*map(np.fft.fftfreq, size), indexing="ij"))
    # leave out the mean, and the highest frequency of an even side, which is its own mirror image
    inside = (frequency > 0) & (frequency < 0.5)
    level = (power * frequency**2)[inside]
    assert level.std() / level.mean() < 0.2


def test_the_colours_correlate_as_in_photographs():
    values = logits(painted(300, (8, 8), decorrelate=True)).reshape(-1, 3)
    assert np.allclose(np.corrcoef(values.T), COLOUR_CORRELATION, atol=0.06)
    assert np.allclose(np.corrcoef(logits(painted(300, (8, 8))).reshape(-1, 3).T), np.eye(3), atol=0.06)


def test_the_root_is_symmetric_and_no_colour_is_louder():
    root = colour_root()
    assert np.allclose(root, root.T)
    assert np.allclose(root @ root, COLOUR_CORRELATION, atol=1e-6)


def test_the_correlation_is_that_of_the_sample_pictures_in_colour():
    pictures = [vggviz.load_image(name) for name in vggviz.sample_images()]
    coloured = [picture for picture in pictures if np.ptp(picture, axis=-1).any()]
    shares = (np.stack(coloured).reshape(-1, 3) + 0.5) / 256  # no level is 0 or 1, whose logit is infinite
    found = np.corrcoef(np.log(shares / (1 - shares)).T)
    assert len(coloured) == 5
    assert np.allclose(found, COLOUR_CORRELATION, atol=1e-3)


def test_amplitudes_are_kept_finite_at_the_mean():
    values = amplitudes((9, 12))
    assert values.shape == (9, 7)
    assert np.isfinite(values).all()
    assert values[0, 0] == values.max() == pytest.approx(values[0, 1])


def test_the_gradient_reaches_every_parameter_that_counts():
    tf = tensorflow()
    spectrum = noise((8, 8), (0, 0), fourier=True)
    weights = np.random.default_rng(1).normal(size=(1, 8, 8, 3)).astype(np.float32)
    with tf.GradientTape() as tape:
        tape.watch(spectrum)
        score = tf.reduce_sum(paint(spectrum, (8, 8), fourier=True, decorrelate=True) * weights)
    gradient = tape.gradient(score, spectrum).numpy()
    assert np.isfinite(gradient).all()
    assert (gradient[0, 0, :, :, 1:4] != 0).all()
