"""Images as numbers that gradient ascent can walk through with even steps.

An image's pixels are poor coordinates: neighbours agree, so do its three colours, and levels end at 0
and 255. So it is held as a spectrum in which every frequency counts alike, in colours that are not
correlated, and a sigmoid keeps the levels in their range: Olah, Mordvintsev and Schubert, "Feature
Visualization", Distill 2017, "Preconditioning and Parameterization".
"""

from __future__ import annotations

from typing import Any

import numpy as np

from vggviz._shared import backend

COLOUR_CORRELATION = np.array([[1.0, 0.882, 0.7], [0.882, 1.0, 0.927], [0.7, 0.927, 1.0]], np.float32)
"""How red, green and blue go together in photographs: the correlation of their logits, log(p / (1 - p)),
over all pixels of the library's sample images in colour. A test computes it anew."""


def noise(size: tuple[int, int], seed: Any, *, fourier: bool) -> Any:
    """Normally distributed parameters of one image.

    Args:
        size: height and width in pixels.
        seed: two integers, as an array or tensor.
        fourier: a spectrum rather than pixels.

    Returns:
        float32 (1, 2, 3, H, W // 2 + 1), real and imaginary parts; or pixels, (1, 3, H, W).
    """
    height, width = size
    shape = (1, 2, 3, height, width // 2 + 1) if fourier else (1, 3, height, width)
    return backend.tensorflow().random.stateless_normal(shape, seed)


def paint(parameters: Any, size: tuple[int, int], *, fourier: bool, decorrelate: bool) -> Any:
    """The images that some parameters stand for.

    Args:
        parameters: float32 (N, ...), shaped as `noise` gives them.
        size: height and width in pixels.
        fourier: whether they are spectra.
        decorrelate: whether the colours are to be mixed as photographs mix them; else red, green and
            blue are independent.

    Returns:
        float32 (N, H, W, 3), RGB, levels 0 to 255. Of the parameters 0: mid-grey.
    """
    tf = backend.tensorflow()
    values = _from_spectrum(parameters, size) if fourier else parameters
    colours = colour_root() if decorrelate else np.eye(3, dtype=np.float32)
    return 255 * tf.sigmoid(tf.einsum("nchw,cd->nhwd", values, colours))


def colour_root() -> np.ndarray:
    """The symmetric square root of the colours' correlation: makes independent values correlate so."""
    sizes, directions = np.linalg.eigh(COLOUR_CORRELATION.astype(np.float64))
    return ((directions * np.sqrt(sizes)) @ directions.T).astype(np.float32)


def amplitudes(size: tuple[int, int]) -> np.ndarray:
    """What each frequency is multiplied by: 1 / frequency, as in photographs.

    Scaled so that normally distributed parameters of variance 1 make pixels of variance 1.

    Args:
        size: height and width in pixels.

    Returns:
        float32 (H, W // 2 + 1), as `numpy.fft.rfft2` arranges frequencies.
    """
    height, width = size
    frequencies = np.hypot(np.fft.fftfreq(height)[:, np.newaxis], np.fft.rfftfreq(width))
    falling = 1 / np.maximum(frequencies, 1 / max(size))
    # Each number of a column stands for two frequencies, +k and -k, which add up; but at 0, and at the
    # highest frequency of an even width, only its real part counts, and once.
    twice = np.full(falling.shape[1], 4.0)
    twice[0] = 1
    twice[width // 2 :] = 1 if width % 2 == 0 else twice[-1]
    return (falling * height * width / np.sqrt((falling**2 * twice).sum())).astype(np.float32)


def _from_spectrum(parameters: Any, size: tuple[int, int]) -> Any:
    tf = backend.tensorflow()
    scaled = parameters * amplitudes(size)
    return tf.signal.irfft2d(tf.complex(scaled[:, 0], scaled[:, 1]), fft_length=size)
