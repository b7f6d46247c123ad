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
    """MD5 checksum of a file, in hexadecimal; Keras lists these for its files."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def sha256(path: Path) -> str:
    """SHA-256 checksum of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def arrays_sha256(arrays: Mapping[str, Sequence[np.ndarray]]) -> str:
    """SHA-256 checksum of the values of weights, independent of the file's compression, in hexadecimal.

    Args:
        arrays: {layer: its weights}, in the network's order, as returned by `read_h5`.

    Returns:
        The checksum over the bytes of all arrays: C order, little-endian float32.
    """
    hashed = hashlib.sha256()
    for array in itertools.chain.from_iterable(arrays.values()):
        hashed.update(np.ascontiguousarray(array, "<f4").data)
    return hashed.hexdigest()


def weights_sha256(model: keras.Model) -> str:
    """SHA-256 checksum of a model's weights with their shapes and dtypes, in hexadecimal."""
    found = hashlib.sha256()
    for weight in model.get_weights():
        found.update(repr((weight.shape, weight.dtype.str)).encode() + np.ascontiguousarray(weight).tobytes())
    return found.hexdigest()


def text_digest(texts: Iterable[str]) -> str:
    """Short checksum of texts: the first 16 hexadecimal digits of SHA-256."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def digest(arrays: Iterable[np.ndarray]) -> str:
    """Short checksum of arrays and their shapes: the first 16 hexadecimal digits of SHA-256."""
    hashed = hashlib.sha256()
    for array in arrays:
        hashed.update(str(array.shape).encode())
        hashed.update(np.ascontiguousarray(array).data)
    return hashed.hexdigest()[:16]
