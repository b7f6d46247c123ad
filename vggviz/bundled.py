"""The network that comes with the package: VGG16 as this project trained it on Tiny ImageNet.

The files are read as bytes and never unpacked, so the package may lie in an archive or on a disk
that cannot be written.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
import io
import json
from typing import Any

import numpy as np

WEIGHTS = "vgg16_tiny_imagenet_notop.h5"
HEAD = "vgg16_tiny_imagenet_head.npz"
CLASSES = "vgg16_tiny_imagenet_classes.json"
CARD = "vgg16_tiny_imagenet_card.json"
SHA256 = "50d35c17466850dd513a61d8997a5ce8a023321c249a7a67e8c12e717780f8aa"
"""Of the file of weights."""


def file(name: str) -> Any:
    """A file of the package's data, also where the package lies in an archive."""
    return importlib.resources.files("vggviz") / "data" / name


def weights() -> io.BytesIO:
    """The convolutions' weights, in the layout of Keras' own file without the top.

    Raises:
        ValueError: the file is not what was shipped.
    """
    content = file(WEIGHTS).read_bytes()
    if (found := hashlib.sha256(content).hexdigest()) != SHA256:
        raise ValueError(
            f"The bundled weights {str(file(WEIGHTS))!r} are damaged (sha256 {found}, not {SHA256}); "
            "install vggviz anew."
        )
    return io.BytesIO(content)


def head() -> tuple[np.ndarray, np.ndarray]:
    """Kernel (512, classes) and bias (classes,) of the linear head on the mean of block5_pool, float32."""
    with np.load(io.BytesIO(file(HEAD).read_bytes())) as arrays:
        return arrays["kernel"], arrays["bias"]


@functools.cache
def classes() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """WordNet ids and names of the classes."""
    listed = json.loads(file(CLASSES).read_text("utf-8"))
    return tuple(c["wnid"] for c in listed), tuple(c["label"] for c in listed)


def bundled_card() -> dict[str, Any]:
    """The model card of the bundled weights in numbers, as the recipe wrote them down.

    Returns:
        Among others "recipe", "steps", "curve" (a list of {"step", "loss", "rate", "top1_32",
        "top1_64"}), "accuracy" ({size: {"pictures", "top1", "top5"}}), "worst", and "measures"
        ({"trained" | "random": {"oriented", "colour_opponent", and by layer "effective_rank",
        "dead", "apoz", "probe"}}). Shares are from 0 to 1.
    """
    return dict(json.loads(file(CARD).read_text("utf-8")))
