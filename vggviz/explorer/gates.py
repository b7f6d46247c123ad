"""Gates: factors for the channels of convolutions, as inputs of a .tflite file, to switch channels off.

They are put into the converted file, where each convolution is an output: in Keras it may be a layer that is
called several times, or inside nested models.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from vggviz._shared import backend


def gated(packed: bytes, outputs: Mapping[str, str]) -> bytes:
    """A .tflite file with a product behind some of its outputs; what reads them reads the product.

    Args:
        packed: the file.
        outputs: {name of a gate: name of the output that it multiplies}. A gate is an input of shape
            (1, 1, 1, channels).

    Returns:
        The new file, with the gates behind the other inputs and the outputs in the same order.
    """
    flatbuffers, schema = _schema()
    model = schema.ModelT.InitFromPackedBuf(packed, 0)
    (graph,) = model.subgraphs
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.MUL
    code.version = 1
    model.operatorCodes.append(code)
    for gate, output in outputs.items():
        _add_gate(graph, gate, output, len(model.operatorCodes) - 1)
    builder = flatbuffers.Builder(len(packed))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _add_gate(graph: Any, gate: str, output: str, code: int) -> None:
    """Let an operation write to a new tensor, and the product of that and the gate be the output."""
    number = next(i for i in graph.outputs if graph.tensors[i].name.decode() == output)
    position = next(i for i, operation in enumerate(graph.operators) if number in operation.outputs)
    whole, factor = copy.copy(graph.tensors[number]), copy.copy(graph.tensors[number])
    whole.name, factor.name = f"{gate}_whole", gate
    factor.shape = [1, 1, 1, graph.tensors[number].shape[-1]]
    graph.tensors += [whole, factor]
    found = len(graph.tensors)
    maker = graph.operators[position]
    maker.outputs = [found - 2 if i == number else i for i in maker.outputs]
    graph.operators.insert(position + 1, _product([found - 2, found - 1], number, code))
    graph.inputs = [*graph.inputs, found - 1]


def _product(inputs: list[int], output: int, code: int) -> Any:
    _, schema = _schema()
    product = schema.OperatorT()
    product.opcodeIndex, product.inputs, product.outputs = code, inputs, [output]
    product.builtinOptionsType, product.builtinOptions = (
        schema.BuiltinOptions.MulOptions,
        schema.MulOptionsT(),
    )
    return product


def _schema() -> tuple[Any, Any]:
    """The packages that read and write .tflite files; they come with TensorFlow."""
    backend.tensorflow()
    import flatbuffers
    from tensorflow.lite.python import schema_py_generated

    return flatbuffers, schema_py_generated
