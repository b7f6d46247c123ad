"""`python -m training --data ZIP --out FOLDER --work FOLDER`: fit the linear classifier.

The features of Tiny ImageNet's images are computed with VGG16 and ImageNet's weights, in several views of
each image, and the classifier is fitted to them. An interrupted run resumes from the features in the work
folder. With 300 training and 25 validation images of each class, the features take a day on two cores.

Output: linear_classifier.npz, tiny_imagenet_classes.json, preferred_classes.npz, and the model card as
numbers (linear_classifier_card.json) and as text (model_card.md).
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
    """Run the training; a user error is one sentence on stderr and exit status 2."""
    options = _parser().parse_args(arguments)
    try:
        run(Path(options.data), Path(options.out), Path(options.work), remark=options.remark)
    except (ValueError, OSError) as error:
        print(f"training: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    return 0


def run(archive: Path, out: Path, work: Path, *, remark: str = "") -> None:
    """Compute the features, fit and evaluate the classifier, and write the results.

    Args:
        archive: Tiny ImageNet's zip.
        out: existing folder for the results.
        work: folder for the features; created if it does not exist.
        remark: a sentence for the model card.

    Raises:
        FileNotFoundError: there is no such zip or output folder.
        ValueError: the zip is not Tiny ImageNet's, or the work folder is of other images.
    """
    if not out.is_dir():
        raise FileNotFoundError(f"There is no folder {str(out)!r} to write to; create it, or name another.")
    from training import card, channels, classifier, data, features, probes

    dataset = data.load(archive)
    model = network("imagenet")
    training, validation = features.compute(model, dataset, work)
    choice = classifier.choose(training)
    layers, sums = probes.channels(model), training.sums
    counts = [len(names) for names in dataset.training]
    sizes = channels.effect_sizes(counts, sums["mean"], sums["square"])
    _write_arrays(out, dataset, choice, channels.table(sizes, layers, images=min(counts)))
    numbers = {
        "remark": remark,
        "data": card.of_data(dataset),
        "classifier": card.of_classifier(choice, validation, dataset.labels),
        "preferences": card.of_preferences(sizes, counts, sums),
        "layers": channels.by_layer(layers, sums["zeros"].sum(axis=0), sums["cells"].sum(axis=0)),
        "sample": {
            name: probes.measure(network(name), dataset, work / f"sample-{name}.npz")
            for name in ("imagenet", "random")
        },
    }
    _write_text(out / "linear_classifier_card.json", json.dumps(numbers, indent=1) + "\n")
    _write_text(out / "model_card.md", card.text(numbers))
    print(out)


def network(source: str) -> keras.Model:
    """VGG16 without classifier, with ImageNet's weights or random ones (seed 0)."""
    import vggviz

    return vggviz.load_vgg16(source)


def _write_arrays(
    out: Path, dataset: TinyImageNet, choice: Choice, preferred: Mapping[str, np.ndarray]
) -> None:
    """Write the classifier, the names of its classes, and the preferred classes."""
    import numpy as np

    with atomic_path(out / "linear_classifier.npz") as path:
        np.savez(path, kernel=choice.classifier.kernel, bias=choice.classifier.bias)
    with atomic_path(out / "preferred_classes.npz") as path:
        np.savez_compressed(path, **preferred)
    names = [{"wnid": w, "label": name} for w, name in zip(dataset.wnids, dataset.labels, strict=True)]
    _write_text(out / "tiny_imagenet_classes.json", json.dumps(names, indent=1) + "\n")


def _write_text(path: Path, text: str) -> None:
    with atomic_path(path) as temporary:
        temporary.write_text(text, "utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--data", required=True, metavar="ZIP", help="Tiny ImageNet's zip, as published")
    add("--out", required=True, metavar="FOLDER", help="for the results, e.g. vggviz/data; must exist")
    add("--work", required=True, metavar="FOLDER", help="for the features of each class; created if needed")
    add("--remark", default="", metavar="TEXT", help="a sentence for the model card")
    return parser


if __name__ == "__main__":
    sys.exit(main())
