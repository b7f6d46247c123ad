"""The model card: accuracy and calibration of the classifier, effect sizes, and provenance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training import classifier, probes, views
from training.channels import variances
from training.classifier import Choice
from training.data import TinyImageNet
from training.features import Features
from vggviz._shared import package_data
from vggviz.analysis.preferences import effect_size_error

TEMPLATE = Path(__file__).with_name("model_card.md")
WORST = 10
"""Number of classes of lowest accuracy that are listed."""


def of_data(dataset: TinyImageNet) -> dict[str, int]:
    """Number of classes, training images and validation images."""
    parts = {"training": dataset.training, "validation": dataset.validation}
    return {"classes": len(dataset.wnids)} | {name: sum(map(len, part)) for name, part in parts.items()}


def of_classifier(choice: Choice, validation: Features, labels: Sequence[str]) -> dict[str, Any]:
    """The chosen candidate; accuracy by view, calibration and the worst classes on the validation images."""
    plain, wanted = validation.views["plain"], validation.labels
    logits = {view: choice.classifier.logits(x) for view, x in validation.views.items()}
    top = {view: classifier.accuracy(values, wanted) for view, values in logits.items()}
    return {
        "trials": [{"kind": c.kind, "strength": c.strength, "right": right} for c, right in choice.trials],
        "chosen": {"kind": choice.candidate.kind, "strength": choice.candidate.strength},
        "temperature": choice.temperature,
        "accuracy": {view: {"top1": top1, "top5": top5} for view, (top1, top5) in top.items()},
        "calibration_before": _calibration(choice.uncalibrated.logits(plain), wanted),
        "calibration": {view: _calibration(values, wanted) for view, values in logits.items()},
        "worst": _worst(logits["plain"], wanted, labels),
    }


def of_preferences(
    sizes: np.ndarray, counts: Sequence[int], sums: Mapping[str, np.ndarray]
) -> dict[str, Any]:
    """Statistics of the largest effect size of each channel, and its standard error.

    Args:
        sizes: float (channels, classes), from `training.channels.effect_sizes`.
        counts: number of images of each class.
        sums: "mean" and "square" of `training.features.SUMS`.
    """
    arrays = counts, sums["mean"], sums["square"]
    ratio = np.sqrt(
        variances(*arrays, of_each=True).T / np.maximum(variances(*arrays, of_each=False), 1e-30)[:, None]
    )
    strongest = sizes.argmax(axis=1)
    largest, spread = sizes.max(axis=1), ratio[np.arange(len(sizes)), strongest]
    others = sum(counts) - min(counts)
    return {
        "channels": len(sizes),
        "pictures": min(counts),
        "median_largest": float(np.median(largest)),
        "largest": float(largest.max()),
        "error_at_0": effect_size_error(0.0, min(counts), others),
        "error_at_largest": effect_size_error(float(largest.max()), min(counts), others),
        "spread_median": float(np.median(spread)),
        "spread_95": float(np.percentile(spread, 95)),
        "spread_largest": float(spread.max()),
    }


def text(card: dict[str, Any]) -> str:
    """The card as Markdown: the template filled with the card's numbers."""
    sample = card["sample"]
    derived = {
        "weights": package_data.WEIGHTS,
        "weights_sha256": package_data.WEIGHTS_SHA256,
        "arrays_sha256": package_data.ARRAYS_SHA256,
        "sampled": probes,
        "views": views,
        **_classifier_rows(card["classifier"]),
        "probe_rows": _rows(
            (pool, f"{share:.1%}", f"{sample['random']['probe'][pool]:.1%}")
            for pool, share in sample["imagenet"]["probe"].items()
        ),
        "layer_rows": _rows(
            (name, *(f"{c[name]['zeros']:.0%} | {c[name]['dead']}" for c in _zeros_and_dead(card)))
            for name in card["layers"]
        ),
    }
    return TEMPLATE.read_text("utf-8").format(**card, **derived)


def _classifier_rows(found: dict[str, Any]) -> dict[str, str]:
    """The template's fields on the classifier."""
    return {
        "rule": {"discriminant": "linear discriminant analysis", "logistic": "logistic regression"}[
            found["chosen"]["kind"]
        ],
        "trial_rows": _rows(
            (t["kind"], f"{t['strength']:g}", *(f"{share:.1%}" for share in t["right"].values()))
            for t in found["trials"]
        ),
        "accuracy_rows": _rows(
            (view, f"{a['top1']:.1%}", f"{a['top5']:.1%}", f"{found['calibration'][view]['error']:.1%}")
            for view, a in found["accuracy"].items()
        ),
        "worst_rows": _rows((w["label"], f"{w['right']:.0%}", w["taken_for"]) for w in found["worst"]),
    }


def _zeros_and_dead(card: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Zeros and dead channels by layer: over all images, over the sample, and with random weights."""
    return card["layers"], card["sample"]["imagenet"]["layers"], card["sample"]["random"]["layers"]


def _calibration(logits: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    return {
        "error": classifier.calibration_error(logits, labels),
        "negative_log_likelihood": classifier.negative_log_likelihood(logits, labels),
    }


def _worst(logits: np.ndarray, wanted: np.ndarray, labels: Sequence[str]) -> list[dict[str, Any]]:
    """The classes of lowest accuracy, each with the class that it is most often mistaken for."""
    confusion = np.zeros((len(labels),) * 2, int)
    np.add.at(confusion, (wanted, logits.argmax(axis=1)), 1)
    right = confusion.diagonal() / confusion.sum(axis=1)
    np.fill_diagonal(confusion, 0)
    return [
        {"label": labels[k], "right": float(right[k]), "taken_for": labels[confusion[k].argmax()]}
        for k in np.argsort(right, kind="stable")[:WORST]
    ]


def _rows(rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
