"""The linear classifier: candidates, selection on held-back images, and temperature scaling.

The last tenth of each class's training images is held back. Linear discriminant analysis with a shrunk
covariance is fitted to the plain view, multinomial logistic regression to all four views. The candidate
with the highest mean accuracy on held-back images, plain and sharpened, is refitted to all training
images. The temperature minimises the negative log likelihood on the held-back images (Guo et al., "On
Calibration of Modern Neural Networks", 2017) of the candidate that was not fitted to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression

from training.features import Features

SHRINKAGES = (0.01, 0.1, 0.3)
"""Shrinkages of the covariance in linear discriminant analysis."""
PENALTIES = (5e-4, 1e-3, 2e-3)
"""L2 penalties of logistic regression: penalty / 2 times the squared weights is added to the mean loss."""
SELECTION_VIEWS = ("plain", "sharp")
"""Views of the held-back images; sharpened ones resemble photographs more than enlarged ones do."""
ITERATIONS, TOLERANCE, BINS = 300, 1e-3, 15


@dataclass(frozen=True)
class Linear:
    """A linear map from features to logits: kernel (channels, classes) and bias (classes,)."""

    kernel: np.ndarray
    bias: np.ndarray

    def logits(self, features: np.ndarray) -> np.ndarray:
        """Logits (N, classes) of features (N, channels)."""
        return features @ self.kernel + self.bias

    def divided_by(self, temperature: float) -> Linear:
        """The map with its logits divided by a temperature, as float32."""
        kernel, bias = (np.float32(values / temperature) for values in (self.kernel, self.bias))
        return Linear(kernel, bias)


@dataclass(frozen=True)
class Candidate:
    """A method and its hyperparameter: "discriminant" with a shrinkage or "logistic" with a penalty."""

    kind: str
    strength: float

    def fit(self, features: Mapping[str, np.ndarray], labels: np.ndarray) -> Linear:
        """Fit to features {view: float32 (N, channels)} and labels int (N,)."""
        if self.kind == "discriminant":
            return discriminant(features["plain"], labels, shrinkage=self.strength)
        stacked = np.concatenate(list(features.values()))
        return logistic(stacked, np.tile(labels, len(features)), penalty=self.strength)


@dataclass(frozen=True)
class Choice:
    """The selected candidate, and the accuracies of all.

    Attributes:
        classifier: fitted to all training images, with the temperature divided into it.
        uncalibrated: the same before the division.
        candidate: the candidate selected.
        temperature: divisor of the logits.
        trials: (candidate, {view: accuracy on held-back images}).
    """

    classifier: Linear
    uncalibrated: Linear
    candidate: Candidate
    temperature: float
    trials: list[tuple[Candidate, dict[str, float]]]


CANDIDATES = (
    *(Candidate("discriminant", shrinkage) for shrinkage in SHRINKAGES),
    *(Candidate("logistic", penalty) for penalty in PENALTIES),
)


def choose(training: Features, candidates: tuple[Candidate, ...] = CANDIDATES) -> Choice:
    """Fit the candidates, select one, find its temperature, and refit it to all training images."""
    held = held_back(training.labels, training.indices)
    fitted = {view: values[~held] for view, values in training.views.items()}
    held_features = {view: training.views[view][held] for view in SELECTION_VIEWS}
    labels = training.labels[held]
    trials, fitted_maps = [], []
    for candidate in candidates:
        fitted_maps.append(candidate.fit(fitted, training.labels[~held]))
        right = {view: accuracy(fitted_maps[-1].logits(x), labels)[0] for view, x in held_features.items()}
        trials.append((candidate, right))
        print(f"{candidate.kind} {candidate.strength:g}: {right}")
    best = int(np.argmax([sum(right.values()) for _, right in trials]))
    logits = np.concatenate([fitted_maps[best].logits(x) for x in held_features.values()])
    temperature = best_temperature(logits, np.tile(labels, len(held_features)))
    uncalibrated = candidates[best].fit(training.views, training.labels)
    return Choice(uncalibrated.divided_by(temperature), uncalibrated, candidates[best], temperature, trials)


def held_back(labels: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Whether an image is in the last tenth of its class, at least one per class: bool (N,)."""
    counts = np.bincount(labels)[labels]
    return indices >= counts - np.maximum(1, counts // 10)


def logistic(features: np.ndarray, labels: np.ndarray, *, penalty: float) -> Linear:
    """Multinomial logistic regression, fitted to standardised features, as a map of the original ones."""
    mean, spread = features.mean(axis=0, dtype=np.float64), features.std(axis=0, dtype=np.float64) + 1e-6
    standard = (features - mean.astype(features.dtype)) / spread.astype(features.dtype)
    fit = LogisticRegression(C=1 / (penalty * len(labels)), max_iter=ITERATIONS, tol=TOLERANCE)
    fit.fit(standard, labels)
    kernel = (fit.coef_ / spread).T
    return Linear(kernel, fit.intercept_ - mean @ kernel)


def discriminant(features: np.ndarray, labels: np.ndarray, *, shrinkage: float) -> Linear:
    """Linear discriminant analysis, the covariance shrunk towards a multiple of the identity."""
    fit = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage).fit(features, labels)
    return Linear(fit.coef_.T, fit.intercept_)


def best_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The temperature from 0.05 to 20 that minimises the negative log likelihood."""
    found = minimize_scalar(
        lambda power: negative_log_likelihood(logits / np.exp(power), labels),
        bounds=(np.log(0.05), np.log(20)),
        method="bounded",
    )
    return float(np.exp(found.x))


def negative_log_likelihood(logits: np.ndarray, labels: np.ndarray) -> float:
    """Mean negative log likelihood over the images, in nats."""
    return -float(log_softmax(logits, axis=1)[np.arange(len(labels)), labels].mean())


def calibration_error(logits: np.ndarray, labels: np.ndarray) -> float:
    """Expected calibration error (Guo et al., 2017, equation 3) over 15 bins of equal width."""
    probabilities = softmax(logits, axis=1)
    likeliest, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.minimum((likeliest * BINS).astype(int), BINS - 1)
    gaps = [abs((likeliest - right)[bins == k].sum()) for k in range(BINS)]
    return float(sum(gaps) / len(labels))


def accuracy(logits: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Top-1 and top-5 accuracy."""
    hits = np.argsort(-logits, axis=1, kind="stable")[:, :5] == labels[:, None]
    return float(hits[:, 0].mean()), float(hits.any(axis=1).mean())
