"""The package's data files: VGG16's weights, the linear classifier, names of classes, tables.

They are read as bytes and never unpacked, so the package may be a zip archive or on a read-only disk.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
import io
import json
from typing import Any

import numpy as np

WEIGHTS = "vgg16_imagenet_notop.h5"
WEIGHTS_SHA256 = "be567611541b6fe363a8859f40c87b66c79dd96d0e8d6cc279e49e69572c0526"
"""Checksum of the file WEIGHTS."""
ARRAYS_SHA256 = "d9a27cc1fc7f975ef8cff49180e794ccd7c4bc868ebb49740803b3bbaa8dbefd"
"""Checksum of the arrays in it, as computed by `vggviz._shared.hashing.arrays_sha256`."""
LINEAR = "linear_classifier.npz"
CARD = "linear_classifier_card.json"
LINEAR_CLASSES = "tiny_imagenet_classes.json"
IMAGENET_CLASSES = "imagenet_classes.json"
WORDS = "class_words.json"
NOTICE = "NOTICE.md"


def file(name: str) -> Any:
    """A data file of the package, as an `importlib.resources` path; works in a zip archive, too."""
    return importlib.resources.files("vggviz") / "data" / name


def read(name: str) -> bytes:
    """The bytes of a data file of the package."""
    return bytes(file(name).read_bytes())


def weights() -> io.BytesIO:
    """The weights of VGG16's convolutions, in the layout of Keras' own file without the top.

    Raises:
        ValueError: the file's checksum is wrong.
    """
    content = read(WEIGHTS)
    if (found := hashlib.sha256(content).hexdigest()) != WEIGHTS_SHA256:
        raise ValueError(
            f"The package's weights {str(file(WEIGHTS))!r} are damaged (sha256 {found}, not "
            f"{WEIGHTS_SHA256}); reinstall vggviz."
        )
    return io.BytesIO(content)


def linear_classifier() -> tuple[np.ndarray, np.ndarray]:
    """Kernel (512, 200) and bias (200,) of the classifier on the mean of block5_pool, float32."""
    with np.load(io.BytesIO(read(LINEAR))) as arrays:
        return arrays["kernel"], arrays["bias"]


@functools.cache
def classes(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """WordNet ids and English labels of the classes in a data file, LINEAR_CLASSES or IMAGENET_CLASSES."""
    listed = json.loads(read(name))
    return tuple(c["wnid"] for c in listed), tuple(c["label"] for c in listed)


def class_words() -> dict[str, list[str]]:
    """By label of LINEAR_CLASSES, WordNet's synonyms and the words for what the class is a kind of."""
    return dict(json.loads(read(WORDS)))


def classifier_card() -> dict[str, Any]:
    """Model card of the linear classifier: the numbers measured when it was trained.

    Returns:
        A dict of sections, with shares from 0 to 1. "data" has the numbers of classes and images;
        "classifier" has "accuracy" by view, "calibration", and the "worst" classes; "sample" has, for
        "imagenet" and "random" weights, the accuracy of a linear "probe" of each pool, and the shares of
        zeros and of dead channels of the "layers".
    """
    return dict(json.loads(read(CARD)))
