"""What the explorer's page needs to compute the network's answer: a linear classifier on means of a layer."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend, package_data
from vggviz.explorer import encoding, manifest
from vggviz.models import graph
from vggviz.models.kernels import kernel_of_dense
from vggviz.models.provenance import Provenance, provenance

if TYPE_CHECKING:
    import keras

FOLDER = "classifier"
"""Folder of the classifier's files in the page's folder."""
TOP_OF_VGG16 = "block5_pool"
"""The layer whose means the package's linear classifier reads."""


@dataclass(frozen=True)
class Answer:
    """A linear classifier on the mean of each channel of a layer: scores = kernel @ means + bias.

    Attributes:
        layer: name of the layer.
        kernel: float (classes, channels).
        bias: float (classes,).
        labels: name of each class.
        calibrated: whether the softmax of the scores was calibrated on other images, as that of the package's
            own classifier was.
        off: names of the shown layers of which a channel set to zero is the same as its mean set to zero.
    """

    layer: str
    kernel: np.ndarray
    bias: np.ndarray
    labels: tuple[str, ...]
    calibrated: bool
    off: tuple[str, ...]

    @functools.cached_property
    def files(self) -> dict[str, bytes]:
        """{path: bytes}: the kernel in half precision, and bias, ids and labels as JSON."""
        described = {
            "bias": [float(f"{value:.7g}") for value in self.bias],
            "ids": list(manifest.file_names(self.labels).values()),
            "labels": self.labels,
        }
        return {
            f"{FOLDER}/kernel.gz": encoding.pack(self.kernel),
            f"{FOLDER}/classes.json": encoding.compact_json(described),
        }

    def entry(self, names: Mapping[str, str]) -> dict[str, Any]:
        """The entry "answer" in manifest.json.

        Args:
            names: {layer: file name}.
        """
        return {
            "layer": names[self.layer],
            "classes": len(self.bias),
            "calibrated": self.calibrated,
            "off": [names[layer] for layer in self.off],
            "trained": _trained() if self.calibrated else None,
            "bytes": sum(map(len, self.files.values())),
        }


def answer_of(model: keras.Model, shown: Iterable[str]) -> Answer | None:
    """The classifier of a network, if its scores can be computed from the means of a layer shown.

    Args:
        model: any Keras model.
        shown: names of layers.

    Returns:
        The package's linear classifier for VGG16 with ImageNet's weights and no classifier; the network's
        own if it ends in global average pooling of a shown layer and one dense layer, linear or with
        softmax; None for any other network.
    """
    shown = tuple(shown)
    known = provenance(model)
    if known.source == "imagenet" and not known.classifier and TOP_OF_VGG16 in shown:
        kernel, bias = package_data.linear_classifier()
        labels = package_data.classes(package_data.LINEAR_CLASSES)[1]
        return Answer(TOP_OF_VGG16, kernel.T, bias, labels, True, _off(model, TOP_OF_VGG16, shown))
    found = _dense_on_means(model)
    if found is None or found[0] not in shown:
        return None
    layer, dense = found
    kernel = kernel_of_dense(dense)
    bias = np.zeros(kernel.shape[1]) if dense.bias is None else np.asarray(dense.bias)
    calibrated = known.source == "imagenet" and known.classifier == "linear"
    labels = _labels(known, len(bias))
    return Answer(layer, kernel.T, bias, labels, calibrated, _off(model, layer, shown))


def _trained() -> dict[str, Any]:
    """What the package's classifier was trained on, and how many of other images it names rightly."""
    card = package_data.classifier_card()
    data, accuracy = card["data"], card["classifier"]["accuracy"]["plain"]
    return {
        "on": "Tiny ImageNet",
        "pictures": data["training"],
        "tested": data["validation"],
        "right": accuracy["top1"],
    }


def _labels(known: Provenance, count: int) -> tuple[str, ...]:
    """Names of classes, or their numbers."""
    return known.labels if len(known.labels) == count else tuple(f"class {i}" for i in range(count))


def _dense_on_means(model: keras.Model) -> tuple[str, Any] | None:
    """The layer and the dense layer of a network that ends in global average pooling and a dense layer."""
    steps, keras = graph.unfold(model).steps, backend.keras()
    path = _way_back(model)
    ends = {keras.activations.softmax, keras.activations.linear}
    path = [name for name in path if not isinstance(steps[name].layer, keras.layers.Dropout)]
    if path and _is_softmax(steps[path[0]].layer):
        path = path[1:]
    if len(path) < 3:
        return None
    dense, pool = (steps[name].layer for name in path[:2])
    is_dense = type(dense) is keras.layers.Dense and dense.activation in ends
    is_mean = type(pool) is keras.layers.GlobalAveragePooling2D and not pool.keepdims
    return (path[2], dense) if is_dense and is_mean else None


def _is_softmax(layer: Any) -> bool:
    """Whether a layer is a softmax over the last axis, and no more."""
    keras = backend.keras()
    if isinstance(layer, keras.layers.Softmax):
        return layer.axis == -1
    return isinstance(layer, keras.layers.Activation) and layer.activation is keras.activations.softmax


def _way_back(model: keras.Model) -> list[str]:
    """Names of layers from a single output back, as far as each has one input."""
    network = graph.unfold(model)
    makers = {id(step.output): name for name, step in network.steps.items()}
    name = makers.get(id(network.outputs[0])) if len(network.outputs) == 1 else None
    path = []
    while name in network.steps:
        path.append(name)
        name = manifest.reads(model, name)
    return path


def _off(model: keras.Model, layer: str, shown: Iterable[str]) -> tuple[str, ...]:
    """The layer, and those before it as far as there are only pools, in which zeros stay zeros."""
    steps = graph.unfold(model).steps
    found = [layer]
    while steps[found[-1]].is_pool and manifest.reads(model, found[-1]) in steps:
        found.append(str(manifest.reads(model, found[-1])))
    return tuple(name for name in found if name in shown)
