"""What was learned, in numbers that can be set beside other weights of the same network.

Every measure takes plain VGG16 weights, so ImageNet's, the bundled and random ones are measured alike.
"""

from __future__ import annotations

import numpy as np

ORIENTED = 0.5
OPPONENT = 0.5


def oriented(kernels: np.ndarray) -> np.ndarray:
    """Which first-layer kernels prefer a direction.

    A kernel counts as oriented if, in brightness (the mean over colours), a plane fitted to its nine
    weights by least squares explains more than half of their variance: it then compares two sides.

    Args:
        kernels: (3, 3, 3, out).

    Returns:
        bool (out,).
    """
    brightness = kernels.mean(axis=2).reshape(9, -1)
    rows, columns = np.mgrid[-1:2, -1:2].reshape(2, 9)
    centred = brightness - brightness.mean(axis=0)
    plane = np.stack([rows, columns]) / np.sqrt(6)
    explained = ((plane @ centred) ** 2).sum(axis=0)
    return explained > ORIENTED * np.maximum((centred**2).sum(axis=0), 1e-30)


def colour_opponent(kernels: np.ndarray) -> np.ndarray:
    """Which first-layer kernels set colours against each other.

    A kernel counts as colour-opponent if its nine places differ by colour rather than by brightness:
    more than half of its energy lies outside the grey axis.

    Args:
        kernels: (3, 3, 3, out).

    Returns:
        bool (out,).
    """
    grey = kernels.mean(axis=2, keepdims=True)
    outside = ((kernels - grey) ** 2).sum(axis=(0, 1, 2))
    return outside > OPPONENT * np.maximum((kernels**2).sum(axis=(0, 1, 2)), 1e-30)


def effective_rank(kernels: np.ndarray) -> float:
    """How many directions a layer's kernels spread over: exp of the entropy of the singular values.

    Roy and Vetterli, "The effective rank", EUSIPCO 2007, definition 1.

    Args:
        kernels: (kh, kw, in, out), as a matrix of kh kw in by out.
    """
    values = np.linalg.svd(kernels.reshape(-1, kernels.shape[-1]), compute_uv=False)
    shares = values / values.sum()
    shares = shares[shares > 0]
    return float(np.exp(-(shares * np.log(shares)).sum()))


def linear_probe(
    features: tuple[np.ndarray, np.ndarray], labels: tuple[np.ndarray, np.ndarray], *, ridge: float = 1.0
) -> float:
    """How well a linear map of features tells the classes apart: ridge regression onto one-hot labels.

    Args:
        features: float (N, d) to fit, and (M, d) to measure with.
        labels: int (N,), and (M,).
        ridge: penalty, in units of the features' variance.

    Returns:
        Share of the second part whose class is right.
    """
    (fit, test), (fit_labels, test_labels) = features, labels
    mean, spread = fit.mean(axis=0), fit.std(axis=0) + 1e-6
    fit, test = (fit - mean) / spread, (test - mean) / spread
    wanted = np.eye(int(fit_labels.max()) + 1)[fit_labels]
    centre = wanted.mean(axis=0)
    gram = fit.T @ fit + ridge * len(fit) / 100 * np.eye(fit.shape[1])
    weights = np.linalg.solve(gram, fit.T @ (wanted - centre))
    return float(((test @ weights + centre).argmax(axis=1) == test_labels).mean())
