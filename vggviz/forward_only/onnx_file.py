"""VGG16's convolutions as an ONNX file in the user's cache, written once from the weights and then read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import platformdirs

from vggviz._shared import hashing
from vggviz._shared.files import atomic_path

OPSET = 17
"""Version of ONNX' operators, which onnxruntime knows since 1.12."""
FORMAT = 1
"""Part of the file's name; raised with every change of what is written."""
INPUT = "images"


def folder() -> Path:
    """The folder of VGGVIZ_CACHE, or this package's in the user's cache."""
    return Path(os.environ.get("VGGVIZ_CACHE") or platformdirs.user_cache_path("vggviz"))


def cached(weights: str) -> Path | None:
    """The file for weights of some checksum; None if there is none, or if it is damaged."""
    for path in sorted(folder().glob(_name(weights, "*"))):
        if path.name == _name(weights, hashing.sha256(path)):
            return path
    return None


def write(weights: str, layers: Mapping[str, Sequence[np.ndarray]], side: int) -> Path:
    """Write the network with every layer as an output; the file appears when it is complete.

    Args:
        weights: checksum of the weights.
        layers: {name: (kernel (kh, kw, in, out), bias (out,))} of the convolutions, and {name: ()} of the
            pools, in the order they run.
        side: of the images in pixels.

    Returns:
        The file. Its name holds its own checksum, so that a damaged one is noticed.

    Raises:
        ImportError: onnx is not installed.
        OSError: the folder cannot be written.
    """
    content = _content(layers, side)
    folder().mkdir(parents=True, exist_ok=True)
    path = folder() / _name(weights, hashlib.sha256(content).hexdigest())
    with atomic_path(path) as beside:
        beside.write_bytes(content)
    for other in folder().glob(_name(weights, "*")):
        if other != path:  # damaged, as equal weights give equal files
            other.unlink(missing_ok=True)
    return path


def _name(weights: str, content: str) -> str:
    return f"vgg16-{weights[:16]}-{FORMAT}-{content[:16]}.onnx"


def _content(layers: Mapping[str, Sequence[np.ndarray]], side: int) -> bytes:
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants, before = [], [], INPUT
    for name, arrays in layers.items():
        if arrays:
            kernel, bias = arrays
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
    images = helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["n", 3, side, side])
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in layers]
    graph = helper.make_graph(nodes, "vgg16", [images], outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    return bytes(model.SerializeToString())
