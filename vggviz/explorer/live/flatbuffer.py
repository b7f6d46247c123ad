"""Reads and writes .tflite files: gates behind outputs, a single convolution, and where shapes are."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from vggviz._shared import backend

MAPS, KERNEL, BIAS = [1, 1, 1, 1], [1, 1, 1, 1], [1]
"""Shapes in the template of a convolution."""


def gated(packed: bytes, outputs: Mapping[str, str]) -> bytes:
    """A .tflite file with a product behind some of its outputs; what reads them reads the product.

    The factors, gates, are put into the converted file, where each convolution is an output: in Keras it may
    be a layer that is called several times, or inside nested models.

    Args:
        packed: the file.
        outputs: {name of a gate: name of the output that it multiplies}. A gate is an input of shape
            (1, 1, 1, channels).

    Returns:
        The new file, with the gates behind the other inputs and the outputs in the same order.
    """
    schema = _schema()
    model = schema.ModelT.InitFromPackedBuf(packed, 0)
    (graph,) = model.subgraphs
    model.operatorCodes.append(_code(schema.BuiltinOperator.MUL))
    for gate, output in outputs.items():
        _add_gate(graph, gate, output, len(model.operatorCodes) - 1)
    return _packed(model)


def _add_gate(graph: Any, gate: str, output: str, code: int) -> None:
    """Let an operation write to a new tensor, and the product of that and the gate be the output."""
    schema = _schema()
    number = next(i for i in graph.outputs if graph.tensors[i].name.decode() == output)
    position = next(i for i, operation in enumerate(graph.operators) if number in operation.outputs)
    whole, factor = copy.copy(graph.tensors[number]), copy.copy(graph.tensors[number])
    whole.name, factor.name = f"{gate}_whole", gate
    factor.shape = [1, 1, 1, graph.tensors[number].shape[-1]]
    graph.tensors += [whole, factor]
    found = len(graph.tensors)
    maker = graph.operators[position]
    maker.outputs = [found - 2 if i == number else i for i in maker.outputs]
    product = _operation(code, [found - 2, found - 1], [number])
    product.builtinOptionsType, product.builtinOptions = (
        schema.BuiltinOptions.MulOptions,
        schema.MulOptionsT(),
    )
    graph.operators.insert(position + 1, product)
    graph.inputs = [*graph.inputs, found - 1]


def convolution() -> bytes:
    """A .tflite file with one convolution from "gradient" to "result", stride 1.

    Its shapes are placeholders, and so are the numbers of kernel and bias. Both are in half precision: with a
    bias in single precision XNNPACK does not take the convolution, which then takes up to 12 times as long.
    """
    schema = _schema()
    model, graph = schema.ModelT(), schema.SubGraphT()
    model.version, model.description, model.subgraphs = 3, "convolution", [graph]
    model.operatorCodes = [_code(schema.BuiltinOperator.DEQUANTIZE, 3), _code(schema.BuiltinOperator.CONV_2D)]
    model.buffers = [schema.BufferT() for _ in range(3)]
    for buffer in model.buffers[1:]:
        buffer.data = [0] * 16
    single, half = schema.TensorType.FLOAT32, schema.TensorType.FLOAT16
    graph.tensors = [
        _tensor("gradient", MAPS, single),
        _tensor("half_kernel", KERNEL, half, 1),
        _tensor("half_bias", BIAS, half, 2),
        _tensor("kernel", KERNEL, single),
        _tensor("bias", BIAS, single),
        _tensor("result", MAPS, single),
    ]
    applied = _operation(1, [0, 3, 4], [5])
    options = schema.Conv2DOptionsT()
    options.padding, options.strideW, options.strideH = schema.Padding.SAME, 1, 1
    applied.builtinOptionsType, applied.builtinOptions = schema.BuiltinOptions.Conv2DOptions, options
    graph.operators = [_operation(0, [1], [3]), _operation(0, [2], [4]), applied]
    graph.inputs, graph.outputs = [0], [5]
    return _packed(model)


def convolution_places(packed: bytes) -> dict[str, list[int]]:
    """Places in the file of a `convolution`, in bytes.

    Returns:
        ``{"shapes", "buffers"}``: where each tensor's shape begins, int32 each, in the order gradient, kernel
        and bias (half precision), kernel and bias (single precision), result; and where the offsets of the
        numbers of kernel and bias are, uint32, counted from that place to the numbers' length.
    """
    model = _schema().Model.GetRootAsModel(packed, 0)
    tensors = [model.Subgraphs(0).Tensors(i) for i in range(model.Subgraphs(0).TensorsLength())]
    buffers = [model.Buffers(i)._tab for i in (1, 2)]
    return {
        "shapes": [_shape_place(tensor) for tensor in tensors],
        "buffers": [table.Pos + table.Offset(4) for table in buffers],
    }


def map_shapes(packed: bytes) -> list[int]:
    """Places in a .tflite file of the numbers of rows of all its maps, int32; the columns follow."""
    schema = _schema()
    model = schema.Model.GetRootAsModel(packed, 0)
    graph = model.Subgraphs(0)
    kernels = set()  # not maps, though they are computed too
    for operation in (graph.Operators(i) for i in range(graph.OperatorsLength())):
        if model.OperatorCodes(operation.OpcodeIndex()).BuiltinCode() == schema.BuiltinOperator.DEQUANTIZE:
            kernels |= set(operation.OutputsAsNumpy().tolist())
    places = []
    for number in range(graph.TensorsLength()):
        tensor = graph.Tensors(number)
        is_stored = model.Buffers(tensor.Buffer()).DataLength() > 0
        is_map = tensor.ShapeLength() == 4 and not is_stored and number not in kernels
        if is_map and max(tensor.Shape(1), tensor.Shape(2)) > 1:
            places.append(_shape_place(tensor) + 4)
    return places


def _shape_place(tensor: Any) -> int:
    return int(tensor._tab.Vector(tensor._tab.Offset(4)))


def _tensor(name: str, shape: list[int], kind: int, buffer: int = 0) -> Any:
    tensor = _schema().TensorT()
    tensor.name, tensor.shape, tensor.type, tensor.buffer = name, shape, kind, buffer
    tensor.hasRank = True
    return tensor


def _operation(code: int, inputs: list[int], outputs: list[int]) -> Any:
    operation = _schema().OperatorT()
    operation.opcodeIndex, operation.inputs, operation.outputs = code, inputs, outputs
    return operation


def _code(builtin: int, version: int = 1) -> Any:
    code = _schema().OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = builtin
    code.version = version
    return code


def _packed(model: Any) -> bytes:
    import flatbuffers

    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _schema() -> Any:
    """The format of .tflite files; it comes with TensorFlow."""
    backend.tensorflow()
    from tensorflow.lite.python import schema_py_generated

    return schema_py_generated
