"""Checksums of files, arrays and networks."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras


def md5(path: Path) -> str:
    """The MD5 sum that Keras lists for its files, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def sha256(path: Path) -> str:
    """A file's SHA-256 sum, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def arrays_sha256(arrays: Mapping[str, Sequence[np.ndarray]]) -> str:
    """SHA-256 of weights alone, however a file packs them, in hexadecimal.

    Args:
        arrays: {layer: its weights}, in the network's order, as `read_h5` gives them.

    Returns:
        The sum over each array's bytes in turn: C order, little-endian float32.
    """
    hashed = hashlib.sha256()
    for array in itertools.chain.from_iterable(arrays.values()):
        hashed.update(np.ascontiguousarray(array, "<f4").data)
    return hashed.hexdigest()


def weights_sha256(model: keras.Model) -> str:
    """SHA-256 sum of all of a model's weights, in their order, with their shapes."""
    found = hashlib.sha256()
    for weight in model.get_weights():
        found.update(repr((weight.shape, weight.dtype.str)).encode() + np.ascontiguousarray(weight).tobytes())
    return found.hexdigest()


def digest(arrays: Iterable[np.ndarray]) -> str:
    """16 hexadecimal digits that tell some arrays from others."""
    hashed = hashlib.sha256()
    for array in arrays:
        hashed.update(str(array.shape).encode())
        hashed.update(np.ascontiguousarray(array).data)
    return hashed.hexdigest()[:16]
