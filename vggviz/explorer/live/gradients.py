"""What the page needs to compute gradients, without a second download of the weights.

The gradient of a convolution with respect to its input is a convolution with the kernel turned by 180 degrees
and its channels exchanged. The page fills one small template, a .tflite file with a single convolution, with
each kernel of the forward files, which it has. All else (ReLU, pools) is a comparison. Canvases of another
size need no files either: the page writes their size into the forward files. For that the manifest tells
where in the files these numbers are.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend
from vggviz.explorer.live import flatbuffer
from vggviz.feature_visualization.parameterisation import colour_mixing
from vggviz.models import graph

if TYPE_CHECKING:
    import keras

    from vggviz.explorer.live.litert import Segment

FILE = "live/gradient.tflite"


def entry(
    model: keras.Model, layers: Sequence[str], segments: Sequence[Segment], names: Mapping[str, str]
) -> dict[str, Any] | None:
    """The manifest's entry about gradients; None for a network that is not like VGG16.

    Such a network is a chain: convolutions with a kernel of odd size, stride 1, padding "same" and a ReLU,
    and pools that take the maximum of 2 x 2 cells.

    Args:
        model: the network.
        layers: the shown ones, in the order in which they run.
        segments: its parts.
        names: {layer: name in the page}.

    Returns:
        ``{"file", "shapes", "buffers", "segments", "kernels", "colours"}``: the template, the places of its
        tensors' shapes (gradient, kernel, bias, both again, result) and of the offsets of kernel and bias;
        of each segment the places of the rows of its maps, before the columns; of each convolution its
        kernel's place in the segment, and its shape (out, kh, kw, in), in half precision; and the matrix of
        the colours in which images are drawn.
    """
    steps = graph.unfold(model).steps
    if not _is_chain(model, layers):
        return None
    kernels: dict[str, dict[str, Any]] = {}
    shapes = []
    for segment in segments:
        shapes.append(flatbuffer.map_shapes(segment.content))
        for layer in segment.layers:
            if steps[layer].is_conv2d:
                kernel = np.moveaxis(np.asarray(steps[layer].core.kernel), -1, 0).astype("<f2")
                place = segment.content.find(kernel.tobytes())
                if place < 0:  # stored in another precision
                    return None
                kernels[names[layer]] = {"place": place, "shape": list(kernel.shape)}
    places = flatbuffer.convolution_places(template())
    colours = colour_mixing().astype(float).tolist()
    return {"file": FILE, **places, "segments": shapes, "kernels": kernels, "colours": colours}


@functools.cache
def template() -> bytes:
    """A .tflite file with one convolution, whose shapes and numbers are to be filled in."""
    return flatbuffer.convolution()


def _is_chain(model: keras.Model, layers: Sequence[str]) -> bool:
    network = graph.unfold(model)
    before = network.inputs[0]
    for name, step in network.steps.items():
        if name not in layers:
            return name == list(network.steps)[len(layers)]  # what follows is no longer shown
        if len(step.inputs) != 1 or step.inputs[0] is not before:
            return False
        if not (_is_plain_convolution(step.layer) or _halves(step.layer)):
            return False
        before = step.output
    return True


def _is_plain_convolution(layer: Any) -> bool:
    keras = backend.keras()
    return (
        type(layer) is keras.layers.Conv2D
        and layer.activation is keras.activations.relu
        and layer.padding == "same"
        and layer.groups == 1
        and {*layer.strides, *layer.dilation_rate} == {1}
        and all(size % 2 for size in layer.kernel_size)
    )


def _halves(layer: Any) -> bool:
    return (
        type(layer) is backend.keras().layers.MaxPooling2D
        and (*layer.pool_size, *layer.strides) == (2, 2, 2, 2)
        and layer.padding == "valid"
    )
