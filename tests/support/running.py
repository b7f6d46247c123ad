"""Runs the explorer's LiteRT segments, as its page does: inputs and outputs by their names."""

import warnings

import numpy as np

from vggviz._shared.backend import tensorflow


def run_file(packed, inputs):
    """Outputs {name: array} of a .tflite file for the inputs {name: array}."""
    with warnings.catch_warnings(action="ignore"):
        interpreter = tensorflow().lite.Interpreter(model_content=packed)
    interpreter.allocate_tensors()
    for detail in interpreter.get_input_details():
        interpreter.set_tensor(detail["index"], np.asarray(inputs[detail["name"]], np.float32))
    interpreter.invoke()
    return {each["name"]: interpreter.get_tensor(each["index"]) for each in interpreter.get_output_details()}


def run_segment(segment, batch, off=None):
    """The maps of a segment's layers, in their order, with the channels {layer: channels} switched off."""
    packed = segment.content
    with warnings.catch_warnings(action="ignore"):
        details = tensorflow().lite.Interpreter(model_content=packed).get_input_details()
    inputs = {each["name"]: np.ones(each["shape"]) for each in details}
    inputs[segment.input] = batch
    for layer, channels in (off or {}).items():
        if layer in segment.gates:
            inputs[segment.gates[layer]][..., channels] = 0
    outputs = run_file(packed, inputs)
    return [outputs[name] for name in segment.outputs]
