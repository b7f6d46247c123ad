"""The training loop: seeded, logged, and taken up where it was interrupted."""

from __future__ import annotations

import itertools
import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
from tqdm import tqdm

from training import network
from training.augment import crops
from training.data import DataSet, Pictures
from training.evaluate import accuracy
from training.schedule import PHASES, Schedule
from vggviz.files import atomic_path

LOGGED = 250
"""Steps between two lines of the log."""
WATCHED = 1000
"""Validation pictures that the log's accuracy is measured on."""
CHECKPOINT = 300
"""Seconds between two checkpoints."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what is learned.

    Attributes:
        epochs: how often each picture is seen.
        batch: pictures in a step.
        peak: the largest learning rate.
        decay: weight decay of the kernels, per step in units of the rate (decoupled: Loshchilov and
            Hutter, 2019).
        smoothing: label smoothing (Szegedy et al., 2016, section 7).
        average: momentum of the weights' exponential average, which is what is kept.
        seed: of the start, the order and the crops.
        phases: (share of the work, sizes in pixels that a step's pictures are shared out among), in order.
    """

    epochs: float = 40
    batch: int = 64
    peak: float = 0.05
    decay: float = 5e-3
    smoothing: float = 0.1
    average: float = 0.995
    seed: int = 0
    phases: tuple[tuple[float, tuple[int, ...]], ...] = PHASES

    def schedule(self, pictures: int) -> Schedule:
        """Rate and sizes at each step of the whole training."""
        return Schedule(max(1, round(self.epochs * pictures / self.batch)), self.peak, phases=self.phases)


def train(recipe: Recipe, pictures: DataSet, folder: Path) -> keras.Model:
    """Train to the end, from the checkpoint in `folder` if there is one.

    Args:
        recipe: what to do.
        pictures: to learn from, and some to see how far it has come.
        folder: for the checkpoint and `log.jsonl`.

    Returns:
        The trained model in single precision, its weights averaged, its normalisation's statistics
        computed anew.
    """
    folder.mkdir(parents=True, exist_ok=True)
    schedule = recipe.schedule(len(pictures.training.labels))
    state = _start(recipe, len(pictures.wnids), folder)
    state.follow(recipe)
    begin, saved = state.step, time.monotonic()
    watched = pictures.validation.first(WATCHED)
    for step in tqdm(range(begin, schedule.steps), initial=begin, total=schedule.steps, desc="training"):
        _step(state, recipe, schedule, pictures.training)
        if state.step % LOGGED == 0:
            _log(folder, state, schedule.rate(step), watched)
        if time.monotonic() - saved > CHECKPOINT:
            _save(state, folder)
            saved = time.monotonic()
    state.model.optimizer.finalize_variable_values(state.model.trainable_variables)
    _save(state, folder)
    model = network.single_precision(state.model)
    recompute_statistics(model, pictures.training, schedule.sizes(schedule.steps - 1), seed=recipe.seed)
    return model


def recompute_statistics(
    model: keras.Model, pictures: Pictures, sizes: Sequence[int], *, seed: int, count: int = 2000
) -> None:
    """Mean and variance of each normalisation, anew over training pictures at the last sizes in turn.

    While the weights move, and above all after they were averaged, the running statistics lag
    behind. The pictures go through the network layer by layer, so each layer's statistics are taken
    with those before it already mended. The maps of all pictures are held: 5 GB for 2,000.
    """
    chosen = np.random.default_rng(seed).permutation(len(pictures.labels))[:count]
    parts = np.array_split(chosen, max(len(sizes), len(chosen) // 100))
    maps = [
        keras.ops.convert_to_numpy(network.batch_of(pictures.images[part], sizes[k % len(sizes)]))
        for k, part in enumerate(parts)
    ]
    for layer in tqdm(model.layers[1:], desc="statistics"):
        if isinstance(layer, keras.layers.BatchNormalization):
            mean, variance = _moments(maps)
            layer.moving_mean.assign(mean)
            layer.moving_variance.assign(variance)
        for k, values in enumerate(maps):
            maps[k] = keras.ops.convert_to_numpy(layer(values, training=False))


def _moments(maps: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of each channel, each picture counted alike whatever its size."""
    pictures = np.array([len(values) for values in maps])
    mean = np.average([v.mean(axis=(0, 1, 2), dtype=float) for v in maps], axis=0, weights=pictures)
    far = [np.square(v - mean.astype(np.float32)).mean(axis=(0, 1, 2), dtype=float) for v in maps]
    return mean, np.average(far, axis=0, weights=pictures)


def sizes_seen(plans: Sequence[dict[str, Any]], pictures: int, steps: int) -> list[dict[str, Any]]:
    """From which step on pictures of which sizes were seen, through all changes of plan.

    Args:
        plans: as a checkpoint's state keeps them, {"step": from which on, "recipe": what held}.
        pictures: there are to learn from.
        steps: of the whole training.

    Returns:
        [{"step": first step, "sizes": pixels}], in order.
    """
    seen: list[dict[str, Any]] = []
    for plan, end in zip(plans, [after["step"] for after in plans[1:]] + [steps], strict=True):
        starts = Recipe(**plan["recipe"]).schedule(pictures).starts
        for (start, sizes), (stop, _) in itertools.pairwise([*starts, (steps, ())]):
            first = max(start, plan["step"])
            if first < min(stop, end) and (not seen or seen[-1]["sizes"] != list(sizes)):
                seen.append({"step": first, "sizes": list(sizes)})
    return seen


def machine() -> dict[str, Any]:
    """Where this process runs, as far as it matters."""
    return {
        "processor cores": os.cpu_count(),
        "architecture": platform.machine(),
        "Keras": keras.__version__,
        "backend": keras.backend.backend(),
        "precision": keras.config.dtype_policy().name,
    }


_MODELS = ("model", "learner")


@dataclass
class _State:
    """What a checkpoint holds: with the seed it decides all that follows.

    `model` is what is kept, `learner` the same network as it takes steps: the rest is in numbers.
    """

    model: keras.Model
    learner: keras.Model
    step: int = 0
    loss: float = float("nan")
    seconds: float = 0.0
    machine: dict[str, Any] = field(default_factory=machine)
    plans: list[dict[str, Any]] = field(default_factory=list)

    def follow(self, recipe: Recipe) -> None:
        """Note from which step on which recipe holds: a resumed run may be given another."""
        plan = json.loads(json.dumps(asdict(recipe)))
        if not self.plans or self.plans[-1]["recipe"] != plan:
            self.plans.append({"step": self.step, "recipe": plan})


def _start(recipe: Recipe, classes: int, folder: Path) -> _State:
    keras.utils.set_random_seed(recipe.seed)
    model = network.build(classes)
    optimizer = keras.optimizers.SGD(
        recipe.peak,
        momentum=0.9,
        nesterov=True,
        weight_decay=recipe.decay,
        use_ema=True,
        ema_momentum=recipe.average,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "beta", "gamma"])
    loss = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=recipe.smoothing)
    learner = network.Together(model)
    for either in (model, learner):
        either.compile(optimizer, loss)
    optimizer.build(model.trainable_variables)
    kept = folder / "state.json"
    if not kept.is_file():
        return _State(model, learner)
    # A whole saved model would forget what is exempt from weight decay, so only the numbers are read.
    model.load_weights(folder / "checkpoint.weights.h5")
    return _State(model, learner, **json.loads(kept.read_text()))


def _step(state: _State, recipe: Recipe, schedule: Schedule, pictures: Pictures) -> None:
    """One step; what is random in it depends on its number alone, so that a resumed run is the same."""
    begin = time.monotonic()
    model, step = state.model, state.step
    random = np.random.default_rng((recipe.seed, step))
    chosen, sizes = _order(recipe, len(pictures.labels), step), schedule.sizes(step)
    parts = zip(np.array_split(chosen, len(sizes)), sizes, strict=True)
    batch = [network.batch_of(crops(pictures.images[part], random), size) for part, size in parts]
    wanted = keras.utils.to_categorical(pictures.labels[chosen], model.output_shape[-1])
    model.optimizer.learning_rate = schedule.rate(step)
    loss = float(state.learner.train_on_batch(batch, wanted))
    state.loss = loss if step == 0 else 0.98 * state.loss + 0.02 * loss
    state.step += 1
    state.seconds += time.monotonic() - begin


def _order(recipe: Recipe, count: int, step: int) -> np.ndarray:
    """The pictures of a step: each epoch runs through all of them in an order of its own."""
    places = np.arange(step * recipe.batch, (step + 1) * recipe.batch)
    epochs = {int(e): _shuffled(recipe.seed, int(e), count) for e in np.unique(places // count)}
    return np.array([epochs[int(place // count)][place % count] for place in places])


@lru_cache(maxsize=2)
def _shuffled(seed: int, epoch: int, count: int) -> np.ndarray:
    return np.random.default_rng((seed, epoch, count)).permutation(count)


def _save(state: _State, folder: Path) -> None:
    # The two files belong together; a run that ends between them goes on from the newer weights with
    # the older step, which repeats a few minutes and harms nothing.
    with atomic_path(folder / "checkpoint.weights.h5") as beside:
        state.model.save_weights(beside)
    with atomic_path(folder / "state.json") as beside:
        numbers = {
            f.name: getattr(state, f.name) for f in fields(state) if f.name not in ("model", "learner")
        }
        beside.write_text(json.dumps(numbers))


def _log(folder: Path, state: _State, rate: float, watched: Pictures) -> None:
    """A line of the learning curve: the weights as they are, not yet averaged, at 32 and 64 pixels."""
    found = {f"top1_{size}": round(accuracy(state.model, watched, size).top1, 4) for size in (32, 64)}
    line = {"step": state.step, "seconds": round(state.seconds), "loss": round(state.loss, 4), "rate": rate}
    with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line | found) + "\n")
