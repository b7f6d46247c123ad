"""`python -m training --data ZIP --out FILE`: train a VGG16 on Tiny ImageNet and write its weights.

Keras 3 on any backend (KERAS_BACKEND=tensorflow, jax or torch). An interrupted run goes on where its last
checkpoint was. On two cores 40 pictures a second at 32 pixels: say how much you can wait by --epochs.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from vggviz.files import atomic_path


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
    """Train, measure, fold and write."""
    import keras
    import numpy as np

    from training import data, evaluate, fold, recipe

    out = Path(options.out)
    folder = Path(options.work or out.parent / f"{out.stem}-training")
    pictures = data.load(Path(options.data), folder).only(options.classes)
    epochs = options.epochs
    if options.smoke:
        pictures = data.DataSet(
            pictures.training.first(256), pictures.validation.first(64), pictures.wnids, pictures.labels
        )
        epochs = 2.0
    if options.mixed:
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
    plan = recipe.Recipe(epochs=epochs, batch=options.batch, peak=options.peak, seed=options.seed)
    steps = plan.steps(len(pictures.training.labels))
    print(f"{len(pictures.training.labels):,} pictures, {options.classes} classes, {steps:,} steps.")
    model = recipe.train(plan, pictures, folder)
    found = [evaluate.accuracy(model, pictures.validation, size) for size in (64, 96, 224)]
    for at in found:
        print(f"{at.size} pixels: top-1 {at.top1:.1%}, top-5 {at.top5:.1%}")
    fold.write(fold.on_grid(fold.fold(model)), out)
    kernel, bias = (np.asarray(w, np.float32) for w in model.get_layer("logits").get_weights())
    with atomic_path(out.with_name(f"{out.stem}_head.npz")) as beside:
        np.savez(beside, kernel=kernel, bias=bias)
    names = [{"wnid": w, "label": name} for w, name in zip(pictures.wnids, pictures.labels, strict=True)]
    with atomic_path(out.with_name(f"{out.stem}_classes.json")) as beside:
        beside.write_text(json.dumps(names, indent=1), "utf-8")
    print(out)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", required=True, metavar="ZIP", help="Tiny ImageNet, as it is published")
    parser.add_argument("--out", required=True, metavar="FILE", help="the weights to be written (.h5)")
    parser.add_argument(
        "--work", metavar="FOLDER", help="for arrays, checkpoint and log; beside FILE if left out"
    )
    parser.add_argument(
        "--classes", type=int, default=200, help="the first so many of the list; 200 if left out"
    )
    parser.add_argument(
        "--epochs", type=float, default=40, help="how often each picture is seen; 40 if left out"
    )
    parser.add_argument("--batch", type=int, default=64, help="pictures in a step; 64 if left out")
    parser.add_argument(
        "--peak", type=float, default=0.05, help="the largest learning rate; 0.05 if left out"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mixed", action="store_true", help="compute in bfloat16 where the processor can")
    parser.add_argument("--smoke", action="store_true", help="a few pictures and steps: does everything run?")
    return parser


if __name__ == "__main__":
    sys.exit(main())
