"""VGG16's blocks as ONNX files in the user's cache, written once from the weights and then read."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import platformdirs

from vggviz._shared import hashing
from vggviz._shared.files import atomic_path

OPSET = 17
"""Version of ONNX' operators, which onnxruntime knows since 1.12."""
FORMAT = 2
"""Part of the files' names; raised with every change of what is written."""
INPUT = "maps"
"""Name of a block's input, (n, channels, height, width): images, or the maps of the block before."""


def folder() -> Path:
    """The folder of VGGVIZ_CACHE, or this package's in the user's cache."""
    return Path(os.environ.get("VGGVIZ_CACHE") or platformdirs.user_cache_path("vggviz"))


def cached(weights: str, block: str = "*") -> list[Path]:
    """The files of one block or of all, for weights of some checksum; without damaged ones."""
    paths = sorted(folder().glob(_name(weights, block, "*")))
    return [path for path in paths if path.stem.endswith(f"-{_short(hashing.sha256(path))}")]


def write(weights: str, block: str, layers: Mapping[str, Sequence[np.ndarray]]) -> Path:
    """Write a block with every layer as an output; the file appears when it is complete.

    Damaged files of the block, and all files that earlier versions of this package wrote, are removed.

    Args:
        weights: checksum of the weights.
        block: its name.
        layers: {name: (kernel (kh, kw, in, out), bias (out,))} of the convolutions, and {name: ()} of the
            pool, in the order they run.

    Returns:
        The file. Its name holds its own checksum, so that a damaged one is noticed.

    Raises:
        ImportError: onnx is not installed.
        OSError: the folder cannot be written.
    """
    content = _content(layers)
    folder().mkdir(parents=True, exist_ok=True)
    path = folder() / _name(weights, block, hashlib.sha256(content).hexdigest())
    with atomic_path(path) as beside:
        beside.write_bytes(content)
    for other in {*_replaced(weights, block)} - {path}:
        with contextlib.suppress(OSError):  # in use, or another process has removed it
            other.unlink()
    return path


def _replaced(weights: str, block: str) -> Iterator[Path]:
    """The block's own files, of which all but the new one are damaged, and those of earlier formats."""
    yield from folder().glob(_name(weights, block, "*"))
    for earlier in range(1, FORMAT):
        yield from folder().glob(f"vgg16-{'[0-9a-f]' * 16}-{earlier}-*.onnx")


def _name(weights: str, block: str, content: str) -> str:
    return f"vgg16-{_short(weights)}-{FORMAT}-{block}-{_short(content)}.onnx"


def _short(checksum: str) -> str:
    return checksum[:16]


def _content(layers: Mapping[str, Sequence[np.ndarray]]) -> bytes:
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants, before, channels = [], [], INPUT, 0
    for name, arrays in layers.items():
        if arrays:
            kernel, bias = arrays
            channels = channels or kernel.shape[2]
            constants += [
                numpy_helper.from_array(np.ascontiguousarray(kernel.transpose(3, 2, 0, 1)), f"{name}/kernel"),
                numpy_helper.from_array(bias, f"{name}/bias"),
            ]
            inputs = [before, f"{name}/kernel", f"{name}/bias"]
            nodes.append(helper.make_node("Conv", inputs, [f"{name}/sums"], pads=[1, 1, 1, 1]))
            nodes.append(helper.make_node("Relu", [f"{name}/sums"], [name]))
        else:
            nodes.append(helper.make_node("MaxPool", [before], [name], kernel_shape=[2, 2], strides=[2, 2]))
        before = name
    first = helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["n", channels, "height", "width"])
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in layers]
    graph = helper.make_graph(nodes, "vgg16", [first], outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    return bytes(model.SerializeToString())
