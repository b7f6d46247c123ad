"""The files of an atlas in an explorer's folder, as the page reads them."""

from __future__ import annotations

import gzip
import json

import numpy as np


def unpacked(packed: bytes) -> dict[str, np.ndarray]:
    """The arrays in a layer's file."""
    raw = gzip.decompress(packed)
    length = int(np.frombuffer(raw, "<u4", 1)[0])
    found = {}
    for name, (dtype, shape, begin) in json.loads(raw[4 : 4 + length]).items():
        start = 4 + length + begin
        assert start % 4 == 0, "typed arrays of JavaScript begin at a multiple of their items' size"
        found[name] = np.frombuffer(raw, f"<{dtype}", int(np.prod(shape)), start).reshape(shape)
    return found
