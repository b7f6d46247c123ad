"""onnxruntime: VGG16 as an ONNX graph with its 18 layers as outputs."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from benchmarks.peers import by_hand
from benchmarks.peers.answering import THREADS, Work, folders, serve
from benchmarks.peers.material import BLOCKS, LAYERS, TOGETHER, Material, read

OPSET = 17


def session(given: Material) -> onnxruntime.InferenceSession:
    """The network, which onnxruntime optimises on loading."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    model = graph(given).SerializeToString()
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def graph(given: Material) -> onnx.ModelProto:
    """The network as a sequence of nodes; the output of a layer has the layer's name."""
    nodes, constants, before = [], [], "picture"
    for block, (depth, _) in enumerate(BLOCKS, 1):
        for k in range(1, depth + 1):
            name = f"block{block}_conv{k}"
            kernel, bias = given.weights[name]
            constants.append(numpy_helper.from_array(kernel.transpose(3, 2, 0, 1).copy(), f"{name}_kernel"))
            constants.append(numpy_helper.from_array(bias, f"{name}_bias"))
            inputs = [before, f"{name}_kernel", f"{name}_bias"]
            nodes.append(helper.make_node("Conv", inputs, [f"{name}_linear"], pads=[1, 1, 1, 1]))
            nodes.append(helper.make_node("Relu", [f"{name}_linear"], [name]))
            before = name
        name = f"block{block}_pool"
        nodes.append(helper.make_node("MaxPool", [before], [name], kernel_shape=[2, 2], strides=[2, 2]))
        before = name
    kind = onnx.TensorProto.FLOAT
    picture = helper.make_tensor_value_info("picture", kind, ["n", 3, 224, 224])
    outputs = [helper.make_tensor_value_info(name, kind, None) for name in LAYERS]
    whole = helper.make_graph(nodes, "vgg16", [picture], outputs, constants)
    return helper.make_model(whole, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)


def channel_first(batch: np.ndarray) -> np.ndarray:
    """Transpose a batch (N, H, W, C) to (N, C, H, W), the layout of ONNX."""
    return np.ascontiguousarray(batch.transpose(0, 3, 1, 2))


def extraction(given: Material) -> Work:
    network, batch = session(given), given.batch

    def run() -> dict[str, np.ndarray]:
        values = network.run(LAYERS, {"picture": channel_first(batch)})
        return dict(zip(LAYERS, values, strict=True))

    return Work(run, lambda maps: {name: values.transpose(0, 2, 3, 1) for name, values in maps.items()})


def folder(given: Material, count: int) -> Work:
    """Accumulate the statistics over batches."""
    network = session(given)

    def run() -> dict[str, np.ndarray]:
        paths = sorted(given.images(count).iterdir())
        sums = by_hand.Sums()
        for start in range(0, len(paths), TOGETHER):
            batch = read(paths[start : start + TOGETHER])
            values = network.run(LAYERS, {"picture": channel_first(batch)})
            for name, output in zip(LAYERS, values, strict=True):
                sums.add(name, output.size // output.shape[1], _sums_of_batch(output))
        return sums.statistics()

    return Work(run)


def _sums_of_batch(output: np.ndarray) -> list[np.ndarray]:
    axes = (0, 2, 3)
    squares = np.einsum("nchw,nchw->c", output, output, dtype=np.float64)
    return [output.sum(axes, dtype=np.float64), squares, output.max(axes), (output <= 0).sum(axes)]


TASKS = {
    "extraction": extraction,
    **folders(folder),
}

if __name__ == "__main__":
    serve(TASKS, ["onnxruntime", "onnx", "numpy"])
