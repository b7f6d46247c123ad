"""The linear classifier: candidates, the choice among them on held-back pictures, the temperature.

The last tenth of each class's training pictures is held back. Linear discriminant analysis with a shrunk
covariance is fitted to the plain view, multinomial logistic regression to all four; the candidate that
names most held-back pictures rightly, plain and sharpened ones counted alike, is fitted anew to all
training pictures. The temperature is the one with the smallest negative log likelihood on the same
held-back pictures (Guo et al., "On Calibration of Modern Neural Networks", 2017), found with the
candidate that has not seen them.
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
"""Of linear discriminant analysis."""
PENALTIES = (5e-4, 1e-3, 2e-3)
"""Of logistic regression: half of it times the squared weights is added to the mean loss."""
JUDGED = ("plain", "sharp")
"""The views of held-back pictures that decide: photographs are sharper than enlarged pictures."""
ITERATIONS, TOLERANCE, BINS = 300, 1e-3, 15


@dataclass(frozen=True)
class Linear:
    """A linear map from features to logits: kernel (channels, classes) and bias (classes,)."""

    kernel: np.ndarray
    bias: np.ndarray

    def logits(self, features: np.ndarray) -> np.ndarray:
        """Of features (N, channels), float (N, classes)."""
        return features @ self.kernel + self.bias

    def cooled(self, temperature: float) -> Linear:
        """The map whose logits are divided by a temperature, as float32."""
        kernel, bias = (np.float32(values / temperature) for values in (self.kernel, self.bias))
        return Linear(kernel, bias)


@dataclass(frozen=True)
class Candidate:
    """A way to fit: "discriminant" with a shrinkage or "logistic" with a penalty."""

    kind: str
    strength: float

    def fit(self, features: Mapping[str, np.ndarray], labels: np.ndarray) -> Linear:
        """Fit to {view: float32 (N, channels)}, labels int (N,)."""
        if self.kind == "discriminant":
            return discriminant(features["plain"], labels, shrinkage=self.strength)
        stacked = np.concatenate(list(features.values()))
        return logistic(stacked, np.tile(labels, len(features)), penalty=self.strength)


@dataclass(frozen=True)
class Choice:
    """What was chosen and why.

    Attributes:
        classifier: fitted to all training pictures, the temperature in it.
        warm: the same without the temperature.
        candidate: the chosen one.
        temperature: what the logits were divided by.
        trials: for each candidate the shares of held-back pictures named rightly, by view.
    """

    classifier: Linear
    warm: Linear
    candidate: Candidate
    temperature: float
    trials: list[tuple[Candidate, dict[str, float]]]


CANDIDATES = (
    *(Candidate("discriminant", shrinkage) for shrinkage in SHRINKAGES),
    *(Candidate("logistic", penalty) for penalty in PENALTIES),
)


def choose(training: Features, candidates: tuple[Candidate, ...] = CANDIDATES) -> Choice:
    """Fit, choose, cool, and fit anew to everything."""
    held = held_back(training.labels, training.indices)
    fitted = {view: values[~held] for view, values in training.views.items()}
    judged = {view: training.views[view][held] for view in JUDGED}
    labels = training.labels[held]
    trials, maps = [], []
    for candidate in candidates:
        maps.append(candidate.fit(fitted, training.labels[~held]))
        right = {view: accuracy(maps[-1].logits(x), labels)[0] for view, x in judged.items()}
        trials.append((candidate, right))
        print(f"{candidate.kind} {candidate.strength:g}: {right}")
    best = int(np.argmax([sum(right.values()) for _, right in trials]))
    logits = np.concatenate([maps[best].logits(x) for x in judged.values()])
    temperature = best_temperature(logits, np.tile(labels, len(judged)))
    warm = candidates[best].fit(training.views, training.labels)
    return Choice(warm.cooled(temperature), warm, candidates[best], temperature, trials)


def held_back(labels: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """The last tenth of each class, one picture at least: bool (N,)."""
    counts = np.bincount(labels)[labels]
    return indices >= counts - np.maximum(1, counts // 10)


def logistic(features: np.ndarray, labels: np.ndarray, *, penalty: float) -> Linear:
    """Multinomial logistic regression on standardised features, for features as they are."""
    mean, spread = features.mean(axis=0, dtype=np.float64), features.std(axis=0, dtype=np.float64) + 1e-6
    standard = (features - mean.astype(features.dtype)) / spread.astype(features.dtype)
    fit = LogisticRegression(C=1 / (penalty * len(labels)), max_iter=ITERATIONS, tol=TOLERANCE)
    fit.fit(standard, labels)
    kernel = (fit.coef_ / spread).T
    return Linear(kernel, fit.intercept_ - mean @ kernel)


def discriminant(features: np.ndarray, labels: np.ndarray, *, shrinkage: float) -> Linear:
    """Linear discriminant analysis, the shared covariance drawn towards a multiple of the identity."""
    fit = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage).fit(features, labels)
    return Linear(fit.coef_.T, fit.intercept_)


def best_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The temperature, 0.05 to 20, with the smallest negative log likelihood."""
    found = minimize_scalar(
        lambda power: negative_log_likelihood(logits / np.exp(power), labels),
        bounds=(np.log(0.05), np.log(20)),
        method="bounded",
    )
    return float(np.exp(found.x))


def negative_log_likelihood(logits: np.ndarray, labels: np.ndarray) -> float:
    """The mean over pictures, in nats."""
    return -float(log_softmax(logits, axis=1)[np.arange(len(labels)), labels].mean())


def calibration_error(logits: np.ndarray, labels: np.ndarray) -> float:
    """Expected calibration error (Guo et al., 2017, equation 3) over 15 bins of equal width."""
    probabilities = softmax(logits, axis=1)
    likeliest, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.minimum((likeliest * BINS).astype(int), BINS - 1)
    gaps = [abs((likeliest - right)[bins == k].sum()) for k in range(BINS)]
    return float(sum(gaps) / len(labels))


def accuracy(logits: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Shares named rightly at the first guess, and within five."""
    hits = np.argsort(-logits, axis=1, kind="stable")[:, :5] == labels[:, None]
    return float(hits[:, 0].mean()), float(hits.any(axis=1).mean())
