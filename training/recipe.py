"""The training loop: seeded, logged, and taken up where it was interrupted."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from training import network
from training.augment import crops
from training.data import Pictures
from training.schedule import Schedule
from vggviz.files import atomic_path


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what is learned.

    Attributes:
        epochs: how often each picture is seen.
        batch: pictures in a step.
        peak: the largest learning rate.
        decay: weight decay of the kernels.
        smoothing: label smoothing (Szegedy et al., 2016, section 7).
        average: momentum of the weights' exponential average, which is what is kept.
        seed: of the start, the order and the crops.
    """

    epochs: float = 40
    batch: int = 128
    peak: float = 0.1
    decay: float = 5e-4
    smoothing: float = 0.1
    average: float = 0.999
    seed: int = 0

    def steps(self, pictures: int) -> int:
        """Steps of the whole training."""
        return max(1, round(self.epochs * pictures / self.batch))


def train(recipe: Recipe, pictures: Pictures, classes: int, folder: Path) -> keras.Model:
    """Train to the end, from the checkpoint in `folder` if there is one.

    Args:
        recipe: what to do.
        pictures: to learn from.
        classes: how many there are.
        folder: for the checkpoint and `log.jsonl`, a line every hundred steps.

    Returns:
        The trained model, its weights averaged, its normalisation's statistics computed anew.
    """
    folder.mkdir(parents=True, exist_ok=True)
    schedule = Schedule(recipe.steps(len(pictures.labels)), recipe.peak)
    model, begin = _start(recipe, classes, folder)
    saved = time.monotonic()
    running = 0.0
    for step in tqdm(range(begin, schedule.steps), initial=begin, total=schedule.steps, desc="training"):
        loss = _step(model, recipe, schedule, pictures, step)
        running = loss if step == begin else 0.98 * running + 0.02 * loss
        if (step + 1) % 100 == 0:
            _log(folder, step=step + 1, loss=round(running, 4), rate=schedule.rate(step))
        if time.monotonic() - saved > 300:
            _save(model, step + 1, folder)
            saved = time.monotonic()
    model.optimizer.finalize_variable_values(model.trainable_variables)
    _save(model, schedule.steps, folder)
    recompute_statistics(model, pictures, seed=recipe.seed)
    return model


def recompute_statistics(model: keras.Model, pictures: Pictures, *, seed: int, count: int = 4000) -> None:
    """Mean and variance of each normalisation, anew over training pictures at the sizes that count.

    While the weights move, and above all after they were averaged, the running statistics lag
    behind. Each layer's are taken with those before it already mended.
    """
    random = np.random.default_rng(seed)
    order = random.permutation(len(pictures.labels))[:count]
    batches = [
        network.batch_of(pictures.images[part], size)
        for part, size in zip(np.array_split(order, max(1, count // 250)), _sizes(count), strict=False)
    ]
    for name in network.convolutions(model):
        norm = model.get_layer(f"{name}_norm")
        part = keras.Model(model.input, model.get_layer(name).output)
        sums = np.array([_moments(part.predict_on_batch(batch)) for batch in batches])
        mean, square = np.average(sums[:, 0], axis=0), np.average(sums[:, 1], axis=0)
        norm.moving_mean.assign(mean)
        norm.moving_variance.assign(square - mean**2)


def _sizes(count: int) -> list[int]:
    """Sizes in turn, so that the statistics belong to no single one."""
    return [(64, 96, 128)[k % 3] for k in range(max(1, count // 250))]


def _moments(maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    cells = np.asarray(maps, np.float64).reshape(-1, maps.shape[-1])
    return cells.mean(axis=0), (cells**2).mean(axis=0)


def _start(recipe: Recipe, classes: int, folder: Path) -> tuple[keras.Model, int]:
    state = folder / "state.json"
    if state.is_file():
        return keras.saving.load_model(folder / "checkpoint.keras"), json.loads(state.read_text())["step"]
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
    model.compile(optimizer, loss)
    return model, 0


def _step(model: keras.Model, recipe: Recipe, schedule: Schedule, pictures: Pictures, step: int) -> float:
    """One step; what is random in it depends on its number alone, so that a resumed run is the same."""
    random = np.random.default_rng((recipe.seed, step))
    chosen = _order(recipe, len(pictures.labels), step)
    batch = network.batch_of(crops(pictures.images[chosen], random), schedule.size(step, random))
    wanted = keras.utils.to_categorical(pictures.labels[chosen], model.output_shape[-1])
    model.optimizer.learning_rate = schedule.rate(step)
    return float(model.train_on_batch(batch, wanted))


def _order(recipe: Recipe, count: int, step: int) -> np.ndarray:
    """The pictures of a step: each epoch runs through all of them in an order of its own."""
    places = np.arange(step * recipe.batch, (step + 1) * recipe.batch)
    epochs = {int(e): _shuffled(recipe.seed, int(e), count) for e in np.unique(places // count)}
    return np.array([epochs[int(place // count)][place % count] for place in places])


_orders: dict[tuple[int, int, int], np.ndarray] = {}


def _shuffled(seed: int, epoch: int, count: int) -> np.ndarray:
    key = (seed, epoch, count)
    if key not in _orders:
        _orders.clear()
        _orders[key] = np.random.default_rng(key).permutation(count)
    return _orders[key]


def _save(model: keras.Model, step: int, folder: Path) -> None:
    with atomic_path(folder / "checkpoint.keras") as beside:
        model.save(beside)
    with atomic_path(folder / "state.json") as beside:
        beside.write_text(json.dumps({"step": step}))


def _log(folder: Path, **values: float) -> None:
    with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(values) + "\n")
