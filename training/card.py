"""The model card: what was learned, from what, how, and how well, in numbers and in words."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from tqdm import tqdm

import vggviz
from training import evaluate, network
from training.data import DataSet, Pictures
from training.fold import Weights

TEMPLATE = Path(__file__).with_name("model_card.md")
POOLS = tuple(f"block{block}_pool" for block in range(1, 6))
SIZE = 64
"""Pixels at which activity and probes are measured: the pictures' own size."""
AT_ONCE = 50


def accuracies(model: keras.Model, pictures: Pictures, large: int) -> dict[str, Any]:
    """Shares right at 64, 96 and 224 pixels; the last on `large` pictures, since each costs twelve."""
    found = {}
    for size, some in ((64, pictures), (96, pictures), (224, pictures.first(large))):
        at = evaluate.accuracy(model, some, size, batch=AT_ONCE)
        found[str(size)] = {"pictures": len(some.labels), "top1": at.top1, "top5": at.top5}
    return found


def worst_classes(model: keras.Model, pictures: DataSet, count: int = 10) -> list[dict[str, Any]]:
    """The classes right least often at 64 pixels, and what each is taken for most."""
    at = evaluate.accuracy(model, pictures.validation, SIZE, batch=AT_ONCE)
    return [
        {"label": pictures.labels[k], "right": right, "taken_for": pictures.labels[other]}
        for k, right, other in at.worst(count)
    ]


def measures(model: keras.Model, weights: Weights, pictures: DataSet, probe: int) -> dict[str, Any]:
    """What was learned, by layer.

    Args:
        model: of `fold.plain_model`.
        weights: its convolutions' weights.
        pictures: activity is measured over the validation pictures.
        probe: training pictures that the linear probes are fitted to.
    """
    first = weights["block1_conv1"][0]
    statistics = vggviz.channel_statistics(_maps(model, list(weights), pictures.validation))
    return {
        "oriented": float(vggviz.is_oriented(first).mean()),
        "colour_opponent": float(vggviz.is_colour_opponent(first).mean()),
        "effective_rank": {name: vggviz.effective_rank(kernel) for name, (kernel, _) in weights.items()},
        "dead": {name: int(found.dead.sum()) for name, found in statistics.items()},
        "apoz": {name: float(found.apoz.mean()) for name, found in statistics.items()},
        "probe": _probes(model, pictures.training.first(probe), pictures.validation),
    }


def text(card: dict[str, Any]) -> str:
    """The card in words, Markdown: the template's fields filled with the card's numbers."""
    trained, random = card["measures"]["trained"], card["measures"]["random"]
    derived = {
        "trained": trained,
        "random": random,
        "training_each": card["training_pictures"] // card["classes"],
        "validation_each": card["validation_pictures"] // card["classes"],
        "megabytes": card["bytes"] / 1e6,
        "minutes": card["seconds"] / 60,
        "seen": card["steps"] * card["recipe"]["batch"],
        "sizes": _shared_out(card["recipe"]["phases"]),
        "last_sizes": _listed(card["recipe"]["phases"][-1][1]),
        "changes": _changes(card["plans"]),
        "where": ", ".join(f"{what} {value}" for what, value in card["machine"].items()),
        "accuracy_rows": _rows(_accuracy_row(*entry) for entry in card["accuracy"].items()),
        "worst_rows": _rows((w["label"], f"{w['right']:.0%}", w["taken_for"]) for w in card["worst"]),
        "layer_rows": _rows(_layer_row(name, trained, random) for name in trained["apoz"]),
        "probe_rows": _rows(
            (name, f"{trained['probe'][name]:.1%}", f"{random['probe'][name]:.1%}") for name in POOLS
        ),
    }
    return TEMPLATE.read_text("utf-8").format(**card, **derived)


def _listed(sizes: Sequence[int]) -> str:
    """Numbers in words: 48, 64 and 96."""
    return " and ".join(filter(None, [", ".join(map(str, sizes[:-1])), str(sizes[-1])]))


def _shared_out(phases: Sequence[tuple[float, Sequence[int]]]) -> str:
    return "; ".join(f"{share:.0%} of the work at {_listed(sizes)} pixels" for share, sizes in phases)


def _changes(plans: list[dict[str, Any]]) -> str:
    """A sentence for each time that a resumed run was given another recipe."""
    sentences = ""
    for before, after in itertools.pairwise(plans):
        for name, value in after["recipe"].items():
            if (old := before["recipe"][name]) != value:
                was, became = (_shared_out(v) if name == "phases" else f"{v:g}" for v in (old, value))
                sentences += f" Up to step {after['step']:,} it ran with {name} {was} in view, not {became}."
    return sentences


def _rows(rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _accuracy_row(size: str, found: dict[str, Any]) -> tuple[str, ...]:
    return f"{size} pixels", f"{found['pictures']:,}", f"{found['top1']:.1%}", f"{found['top5']:.1%}"


def _layer_row(name: str, trained: dict[str, Any], random: dict[str, Any]) -> tuple[str, ...]:
    def both(measure: str, form: str) -> str:
        return f"{trained[measure][name]:{form}} ({random[measure][name]:{form}})"

    return name, both("effective_rank", ".0f"), both("apoz", ".0%"), both("dead", "d")


def _maps(model: keras.Model, layers: list[str], pictures: Pictures) -> Iterator[dict[str, np.ndarray]]:
    for k in tqdm(range(0, len(pictures.labels), AT_ONCE), desc="activity", mininterval=5):
        batch = np.asarray(network.batch_of(pictures.images[k : k + AT_ONCE], SIZE))
        yield vggviz.feature_maps(model, batch, layers)


def _probes(model: keras.Model, fit: Pictures, test: Pictures) -> dict[str, float]:
    pooled = keras.Model(
        model.input,
        [keras.layers.GlobalAveragePooling2D()(model.get_layer(name).output) for name in POOLS],
    )
    fitted, tested = _features(pooled, fit), _features(pooled, test)
    return {
        name: vggviz.linear_probe(fitted[k], fit.labels, tested[k], test.labels)
        for k, name in enumerate(POOLS)
    }


def _features(pooled: keras.Model, pictures: Pictures) -> list[np.ndarray]:
    """Float64 (N, channels) for each pool."""
    parts = [
        pooled.predict_on_batch(network.batch_of(pictures.images[k : k + AT_ONCE], SIZE))
        for k in tqdm(range(0, len(pictures.labels), AT_ONCE), desc="probes", mininterval=5)
    ]
    return [np.concatenate(values).astype(float) for values in zip(*parts, strict=True)]
