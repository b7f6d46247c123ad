"""`python -m training --data ZIP --out FOLDER --work FOLDER`: fit the linear classifier.

One pass of Tiny ImageNet's pictures through VGG16 with ImageNet's weights, each shown in four ways, then
the fit. An interrupted run goes on where it was: what is computed lies in the work folder. With 300
training and 25 validation pictures of each class the pass takes a day on two processor cores.

Written: linear_classifier.npz, tiny_imagenet_classes.json, preferred_classes.npz, and the model card in
numbers (linear_classifier_card.json) and in words (model_card.md).
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from vggviz._shared.files import atomic_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    import keras
    import numpy as np

    from training.classifier import Choice
    from training.data import TinyImageNet


def main(arguments: list[str] | None = None) -> int:
    """Run the recipe; mistakes are one sentence on stderr and exit status 2."""
    options = _parser().parse_args(arguments)
    try:
        run(Path(options.data), Path(options.out), Path(options.work), remark=options.remark)
    except (ValueError, OSError) as error:
        print(f"training: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    return 0


def run(archive: Path, out: Path, work: Path, *, remark: str = "") -> None:
    """Compute, fit, measure, write."""
    if not out.is_dir():
        raise FileNotFoundError(f"There is no folder {str(out)!r} to write to; make it, or name another.")
    from training import card, channels, classifier, data, features, probes

    pictures = data.load(archive)
    model = network("imagenet")
    training, validation = features.compute(model, pictures, work)
    choice = classifier.choose(training)
    layers, sums = probes.channels(model), training.sums
    counts = [len(names) for names in pictures.training]
    sizes = channels.effect_sizes(counts, sums["mean"], sums["square"])
    _write_arrays(out, pictures, choice, channels.table(sizes, layers, pictures=min(counts)))
    found = {
        "remark": remark,
        "data": card.of_data(pictures),
        "classifier": card.of_classifier(choice, validation, pictures.labels),
        "preferences": card.of_preferences(sizes, counts, sums),
        "layers": channels.by_layer(layers, sums["zeros"].sum(axis=0), sums["cells"].sum(axis=0)),
        "sample": {
            name: probes.measure(network(name), pictures, work / f"sample-{name}.npz")
            for name in ("imagenet", "random")
        },
    }
    _write_text(out / "linear_classifier_card.json", json.dumps(found, indent=1) + "\n")
    _write_text(out / "model_card.md", card.text(found))
    print(out)


def network(source: str) -> keras.Model:
    """VGG16's convolutions with ImageNet's weights or random ones (seed 0)."""
    import vggviz

    return vggviz.load_vgg16(source)


def _write_arrays(
    out: Path, pictures: TinyImageNet, choice: Choice, preferred: Mapping[str, np.ndarray]
) -> None:
    import numpy as np

    with atomic_path(out / "linear_classifier.npz") as path:
        np.savez(path, kernel=choice.classifier.kernel, bias=choice.classifier.bias)
    with atomic_path(out / "preferred_classes.npz") as path:
        np.savez_compressed(path, **preferred)
    names = [{"wnid": w, "label": name} for w, name in zip(pictures.wnids, pictures.labels, strict=True)]
    _write_text(out / "tiny_imagenet_classes.json", json.dumps(names, indent=1) + "\n")


def _write_text(path: Path, text: str) -> None:
    with atomic_path(path) as beside:
        beside.write_text(text, "utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--data", required=True, metavar="ZIP", help="Tiny ImageNet, as it is published")
    add("--out", required=True, metavar="FOLDER", help="for what the package holds, vggviz/data")
    add("--work", required=True, metavar="FOLDER", help="for what is computed of each class; made if need be")
    add("--remark", default="", metavar="TEXT", help="a sentence for the card, on what was special")
    return parser


if __name__ == "__main__":
    sys.exit(main())
