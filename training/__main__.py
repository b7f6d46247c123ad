"""`python -m training --data ZIP --out FILE`: train a VGG16 on Tiny ImageNet and write its weights.

Keras 3 on any backend (KERAS_BACKEND=tensorflow, jax or torch) trains; the measures for the card are
taken with TensorFlow, which vggviz computes with. A run that was interrupted, or has ended, goes on
where its last checkpoint was. On two cores with bfloat16 (--mixed) about 130 pictures a second at 32
pixels, 40 at 64: with --epochs you say how much you can wait.

Beside FILE come the head (_head.npz), the names of its classes (_classes.json) and the model card in
numbers (_card.json) and in words (_card.md).
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vggviz.files import atomic_path

if TYPE_CHECKING:
    from training.data import DataSet
    from training.recipe import Recipe
    from training.schedule import Schedule

SMOKE = {"epochs": 2.0, "batch": 8, "training": 24, "validation": 8}
"""A run that shows only whether everything runs."""


def main(arguments: list[str] | None = None) -> int:
    """Run the recipe; mistakes are one sentence on stderr and exit status 2."""
    options = _parser().parse_args(arguments)
    try:
        run(options)
    except (ValueError, OSError) as error:
        print(f"training: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    return 0


def run(options: argparse.Namespace) -> None:
    """Train, fold, write, measure."""
    import keras

    from training import data, fold, recipe

    out = Path(options.out)
    if out.suffix != ".h5":
        raise ValueError(f"The weights are written as HDF5; name a file that ends in .h5, not {str(out)!r}.")
    folder = Path(options.work or out.parent / f"{out.stem}-training")
    pictures = data.load(Path(options.data), folder).only(options.classes)
    plan = recipe.Recipe(epochs=options.epochs, batch=options.batch, peak=options.peak, seed=options.seed)
    if options.smoke:
        pictures = pictures.first(SMOKE["training"], SMOKE["validation"])
        plan = recipe.Recipe(SMOKE["epochs"], SMOKE["batch"], options.peak, seed=options.seed)
    if options.mixed:
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
    count = len(pictures.training.labels)
    schedule = plan.schedule(count)
    print(f"{count:,} pictures, {len(pictures.wnids)} classes, {schedule.steps:,} steps.")
    model = recipe.train(plan, pictures, folder)
    folded = fold.fold(model)
    head = tuple(model.get_layer("logits").get_weights())
    found = _ship(folded, head, pictures, out)
    print(out)
    if keras.backend.backend() != "tensorflow":
        print("To measure it and write its card, run the same again with KERAS_BACKEND=tensorflow.")
        return
    found |= {"remark": options.remark} | _describe_training(plan, schedule, pictures, folder)
    _write_card(found | _measure(folded, head, pictures, options), out)


def _ship(folded: Any, head: Any, pictures: DataSet, out: Path) -> dict[str, Any]:
    """Write weights, head and names; what the card says of the files."""
    import numpy as np

    from training import fold
    from vggviz.weights import sha256

    fold.write(fold.on_grid(folded), out)
    with atomic_path(_beside(out, "head.npz")) as path:
        np.savez(path, kernel=head[0].astype(np.float32), bias=head[1].astype(np.float32))
    names = [{"wnid": w, "label": name} for w, name in zip(pictures.wnids, pictures.labels, strict=True)]
    with atomic_path(_beside(out, "classes.json")) as path:
        path.write_text(json.dumps(names, indent=1) + "\n", "utf-8")
    return {
        "file": out.name,
        "head": _beside(out, "head.npz").name,
        "names": _beside(out, "classes.json").name,
        "bytes": out.stat().st_size,
        "sha256": sha256(out),
    }


def _describe_training(plan: Recipe, schedule: Schedule, pictures: DataSet, folder: Path) -> dict[str, Any]:
    from training import recipe

    log = folder / "log.jsonl"
    curve = [json.loads(line) for line in log.read_text("utf-8").splitlines()] if log.is_file() else []
    state = json.loads((folder / "state.json").read_text("utf-8"))
    return {
        "recipe": asdict(plan),
        "steps": schedule.steps,
        "phases": recipe.sizes_seen(state["plans"], len(pictures.training.labels), schedule.steps),
        "seconds": state["seconds"],
        "machine": state["machine"],
        "plans": state["plans"],
        "classes": len(pictures.wnids),
        "training_pictures": len(pictures.training.labels),
        "validation_pictures": len(pictures.validation.labels),
        "curve": curve,
    }


def _measure(folded: Any, head: Any, pictures: DataSet, options: argparse.Namespace) -> dict[str, Any]:
    """Accuracy and measures of what is shipped, and of random weights beside it."""
    import keras

    from training import card, evaluate, fold

    keras.mixed_precision.set_global_policy("float32")
    trained, random = fold.on_grid(folded), fold.random_weights(options.seed)
    exact, shipped, control = (fold.plain_model(weights, *head) for weights in (folded, trained, random))
    before = evaluate.accuracy(exact, pictures.validation, card.SIZE, batch=card.AT_ONCE)
    return {
        "before_grid": {"top1": before.top1, "top5": before.top5},
        "accuracy": card.accuracies(shipped, pictures.validation, options.large),
        "worst": card.worst_classes(shipped, pictures),
        "probe_pictures": min(options.probe, len(pictures.training.labels)),
        "measures": {
            "trained": card.measures(shipped, trained, pictures, options.probe),
            "random": card.measures(control, random, pictures, options.probe),
        },
    }


def _write_card(found: dict[str, Any], out: Path) -> None:
    from training import card

    with atomic_path(_beside(out, "card.json")) as path:
        path.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    with atomic_path(_beside(out, "card.md")) as path:
        path.write_text(card.text(found), "utf-8")


def _beside(out: Path, ending: str) -> Path:
    return out.with_name(f"{out.stem.removesuffix('_notop')}_{ending}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--data", required=True, metavar="ZIP", help="Tiny ImageNet, as it is published")
    add("--out", required=True, metavar="FILE", help="the weights to be written (.h5)")
    add("--work", metavar="FOLDER", help="for arrays, checkpoint and log; beside FILE if left out")
    add("--classes", type=int, default=200, help="the first so many of the list; 200 if left out")
    add("--epochs", type=float, default=40, help="how often each picture is seen; 40 if left out")
    add("--batch", type=int, default=64, help="pictures in a step; 64 if left out")
    add("--peak", type=float, default=0.05, help="the largest learning rate; 0.05 if left out")
    add("--seed", type=int, default=0)
    add("--mixed", action="store_true", help="compute in bfloat16 where the processor can")
    add("--large", type=int, default=1000, metavar="N", help="pictures measured at 224 pixels; 1000")
    add("--probe", type=int, default=8000, metavar="N", help="pictures that probes are fitted to; 8000")
    add("--remark", default="", metavar="TEXT", help="a sentence for the card, on what was special")
    add("--smoke", action="store_true", help="a few pictures and steps: does everything run?")
    return parser


if __name__ == "__main__":
    sys.exit(main())
