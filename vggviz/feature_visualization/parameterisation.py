"""Image parameterisation for gradient ascent: Fourier spectrum and decorrelated colours.

Pixels are badly conditioned parameters: neighbouring pixels and the three colours are correlated, and
levels are bounded by 0 and 255. Images are therefore parameterised by a spectrum in which all frequencies
are scaled alike, in decorrelated colours, with a sigmoid that keeps levels in range: Olah, Mordvintsev and
Schubert, "Feature Visualization", Distill 2017, "Preconditioning and Parameterization".
"""

from __future__ import annotations

from typing import Any

import numpy as np

from vggviz._shared import backend

COLOUR_CORRELATION = np.array([[1.0, 0.882, 0.7], [0.882, 1.0, 0.927], [0.7, 0.927, 1.0]], np.float32)
"""Correlation of red, green and blue in photographs: of their logits, log(p / (1 - p)), over all pixels of
the library's sample images in colour. A test recomputes it."""


def random_parameters(size: tuple[int, int], seed: Any, *, fourier: bool) -> Any:
    """Normally distributed parameters of one image.

    Args:
        size: height and width in pixels.
        seed: two integers, as an array or tensor.
        fourier: whether the parameters are a spectrum rather than pixels.

    Returns:
        float32 (1, 2, 3, H, W // 2 + 1), real and imaginary parts; or pixels, float32 (1, 3, H, W).
    """
    height, width = size
    shape = (1, 2, 3, height, width // 2 + 1) if fourier else (1, 3, height, width)
    return backend.tensorflow().random.stateless_normal(shape, seed)


def to_images(parameters: Any, size: tuple[int, int], *, fourier: bool, decorrelate: bool) -> Any:
    """Compute images from their parameters.

    Args:
        parameters: float32 (N, ...), in the shape that `random_parameters` returns.
        size: height and width in pixels.
        fourier: whether the parameters are spectra.
        decorrelate: whether the three colours are mixed such that independent parameters give colours
            correlated as in photographs; otherwise the parameters are red, green and blue.

    Returns:
        float32 (N, H, W, 3), RGB, levels 0 to 255. All parameters zero give mid-grey.
    """
    tf = backend.tensorflow()
    values = _inverse_fourier(parameters, size) if fourier else parameters
    colours = colour_mixing() if decorrelate else np.eye(3, dtype=np.float32)
    return 255 * tf.sigmoid(tf.einsum("nchw,cd->nhwd", values, colours))


def colour_mixing() -> np.ndarray:
    """Symmetric square root of COLOUR_CORRELATION, float32 (3, 3)."""
    eigenvalues, eigenvectors = np.linalg.eigh(COLOUR_CORRELATION.astype(np.float64))
    return ((eigenvectors * np.sqrt(eigenvalues)) @ eigenvectors.T).astype(np.float32)


def frequency_scale(size: tuple[int, int]) -> np.ndarray:
    """Factor of each frequency, proportional to 1 / frequency, as in the spectra of photographs.

    Normalised such that normally distributed parameters of variance 1 give pixels of variance 1.

    Args:
        size: height and width in pixels.

    Returns:
        float32 (H, W // 2 + 1), frequencies in the order of `numpy.fft.rfft2`.
    """
    height, width = size
    frequencies = np.hypot(np.fft.fftfreq(height)[:, np.newaxis], np.fft.rfftfreq(width))
    scale = 1 / np.maximum(frequencies, 1 / max(size))
    # Contribution of a coefficient of each column to the pixels' variance: 2 ** 2, since it stands for +k and
    # -k; but 1 at frequency 0 and at the Nyquist frequency of an even width, which are their own negatives.
    weight = np.full(scale.shape[1], 4.0)
    weight[0] = 1
    weight[width // 2 :] = 1 if width % 2 == 0 else weight[-1]
    return (scale * height * width / np.sqrt((scale**2 * weight).sum())).astype(np.float32)


def _inverse_fourier(parameters: Any, size: tuple[int, int]) -> Any:
    """Pixels, float32 (N, 3, H, W), of spectra (N, 2, 3, H, W // 2 + 1)."""
    tf = backend.tensorflow()
    scaled = parameters * frequency_scale(size)
    return tf.signal.irfft2d(tf.complex(scaled[:, 0], scaled[:, 1]), fft_length=size)
