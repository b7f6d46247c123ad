"""Linear probes: how well a layer's channels separate classes."""

from __future__ import annotations

import numpy as np

from vggviz._shared import validation

MAX_CLASSES = 100_000
"""Largest number of classes of `linear_probe`, whose memory grows with it."""


def linear_probe(
    features: np.ndarray,
    labels: np.ndarray,
    test_features: np.ndarray,
    test_labels: np.ndarray,
    *,
    ridge: float = 0.01,
) -> float:
    """Test accuracy of a linear classifier on features (Alain and Bengio, 2016).

    The classifier is ridge regression onto one-hot labels, solved exactly: for d weights of each class, or,
    if there are fewer images than features, for N.

    Args:
        features: float (N, d), training features.
        labels: int (N,), class indices from 0.
        test_features: float (M, d).
        test_labels: int (M,).
        ridge: penalty, in units of the features' variance.

    Returns:
        Share of test features classified correctly, 0 to 1.

    Raises:
        ValueError: features and labels of different lengths or other dtypes, or a ridge below 1e-12.
    """
    ridge = validation.real("ridge", ridge, 1e-12)
    features, labels = _labelled(features, labels)
    test_features, test_labels = _labelled(test_features, test_labels)
    if features.shape[1] != test_features.shape[1]:
        raise ValueError(
            f"Features must be (N, d) and (M, d); got {features.shape} and {test_features.shape}."
        )
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    fit, test = (features - mean) / spread, (test_features - mean) / spread
    wanted = np.eye(int(labels.max()) + 1)[labels]
    centre = wanted.mean(axis=0)
    weights = _ridge_weights(fit, wanted - centre, ridge * len(fit))
    return float(((test @ weights + centre).argmax(axis=1) == test_labels).mean())


def _ridge_weights(fit: np.ndarray, wanted: np.ndarray, penalty: float) -> np.ndarray:
    """Weights (d, classes) of ridge regression, from the smaller of the two equivalent systems."""
    if len(fit) < fit.shape[1]:
        return fit.T @ np.linalg.solve(fit @ fit.T + penalty * np.eye(len(fit)), wanted)
    return np.linalg.solve(fit.T @ fit + penalty * np.eye(fit.shape[1]), fit.T @ wanted)


def _labelled(features: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Features and their labels, checked."""
    features = validation.numbers("Features", features, "(N, d)", 2)
    labels = validation.numbers("Labels", labels, "(N,)", 1)
    if len(features) != len(labels):
        raise ValueError(
            f"Features must be (N, d) with N labels; got {features.shape} with {len(labels)} labels."
        )
    if labels.dtype.kind not in "ui" or labels.min() < 0 or labels.max() >= MAX_CLASSES:
        raise ValueError(
            f"Labels must be whole numbers from 0 to {MAX_CLASSES - 1:,}; "
            f"got {labels.dtype} from {labels.min():g} to {labels.max():g}."
        )
    return features, labels
