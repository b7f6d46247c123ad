"""The network as LiteRT models for the browser, one per block, and the files of LiteRT.js."""

from __future__ import annotations

import gc
import gzip
import os
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend, validation
from vggviz.explorer.live import flatbuffer, sharing
from vggviz.models import graph, parts

if TYPE_CHECKING:
    import keras

RUNTIME = "VGGVIZ_LITERT"
"""Environment variable with the folder of LiteRT.js, npm's ``node_modules/@litertjs``."""
UNUSED_BUILD = "jspi"
"""Part of the names of LiteRT.js builds that the page never loads."""
LEVEL = 6
"""Of gzip, for WebAssembly and scripts."""


@dataclass(frozen=True)
class Segment:
    """A part of the network that reads the last output of the segment before.

    Attributes:
        layers: names of its output layers, in the order in which they run.
        content: .tflite file, with weights in half precision.
        input: name in the file of the maps that it reads.
        gates: {convolution: name in the file of its gate}, a factor for each channel of its output. A
            convolution that is always equal to another one has none.
        outputs: name in the file of each layer's maps; layers whose maps are always equal share one.
    """

    layers: tuple[str, ...]
    content: bytes
    input: str
    gates: dict[str, str]
    outputs: tuple[str, ...]

    def entry(self, names: Mapping[str, str], parts: Sequence[sharing.Part]) -> dict[str, Any]:
        """The segment's entry in manifest.json.

        Args:
            names: {layer: name in the page}.
            parts: the files that its content is stored in.
        """
        return {
            "parts": [part.entry() for part in parts],
            "bytes": sum(len(part.packed) for part in parts),
            "layers": [names[layer] for layer in self.layers],
            "input": self.input,
            "gates": {names[layer]: gate for layer, gate in self.gates.items()},
            "outputs": list(self.outputs),
        }


def segments(model: keras.Model, shown: tuple[str, ...]) -> list[Segment]:
    """Split the network, so that the page shows the first maps before the last weights are loaded.

    It is split after each pool, and each convolution with strides, through which all paths to later layers
    lead. That takes less memory too: the conversion needs more than ten times that of a part's weights.

    Args:
        model: any Keras model with one input.
        shown: names of the layers whose maps are output, in the order in which they run.

    Returns:
        The segments in order; each shown layer is in exactly one.
    """
    steps = graph.unfold(model).steps
    source = graph.unfold(model).inputs[0]
    found: list[Segment] = []
    pending: list[str] = []
    for index, name in enumerate(shown):
        pending.append(name)
        later = [steps[other].output for other in shown[index + 1 :]]
        if not later or (_is_coarser(steps[name]) and parts.between(steps[name].output, later) is not None):
            found.append(_segment(steps, source, tuple(pending)))
            source, pending = steps[name].output, []
    return found


def reading(preprocess: Callable[[np.ndarray], np.ndarray], side: int) -> dict[str, Any] | None:
    """Coefficients of `preprocess`, if it is the same linear function of R, G and B at every pixel.

    Args:
        preprocess: function from uint8 (N, H, W, 3) RGB to the batch (N, H, W, C).
        side: side of the images in pixels.

    Returns:
        ``{"weights": (C, 3), "offset": (C,)}`` as lists, where value = weights @ RGB + offset; None
        for any other function.
    """
    probes = np.zeros((4, side, side, 3), np.uint8)
    probes[[1, 2, 3], ..., [0, 1, 2]] = 255
    noise = np.random.default_rng(0).integers(0, 256, (1, side, side, 3), dtype=np.uint8)
    black, *colours = np.asarray(preprocess(probes), np.float64)[:, 0, 0]
    weights = (np.stack(colours, axis=-1) - black[:, None]) / 255
    expected = noise @ weights.T + black
    given = np.asarray(preprocess(noise), np.float64)
    if given.shape != expected.shape or not np.allclose(given, expected, atol=1e-3):
        return None
    return {"weights": np.round(weights, 9).tolist(), "offset": np.round(black, 6).tolist()}


def runtime_files(folder: str | os.PathLike[str]) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of the files of LiteRT.js that the page loads, WebAssembly packed with gzip.

    Args:
        folder: npm's ``node_modules/@litertjs``.

    Raises:
        FileNotFoundError: the folder holds no LiteRT.js.
    """
    folder = Path(folder)
    try:
        # Browsers do not resolve package names, so the only import is rewritten to a path.
        script = (folder / "core" / "dist" / "index.js").read_text("utf-8")
        yield "live/litert.js", script.replace('"@litertjs/wasm-utils"', '"./wasm-utils.js"').encode()
        yield "live/wasm-utils.js", (folder / "wasm-utils" / "dist" / "bundle.js").read_bytes()
        for file in sorted((folder / "core" / "wasm").iterdir()):
            if UNUSED_BUILD in file.name:
                continue
            if file.suffix == ".wasm":
                yield f"live/wasm/{file.name}.gz", gzip.compress(file.read_bytes(), LEVEL, mtime=0)
            elif file.suffix == ".js":
                yield f"live/wasm/{file.name}", file.read_bytes()
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"There is no LiteRT.js in {validation.shown(folder)}; "
            "name the folder node_modules/@litertjs after `npm install @litertjs/core`."
        ) from error


def runtime_size(files: Mapping[str, bytes]) -> int:
    """Bytes of LiteRT.js that a page downloads from a host that compresses scripts with gzip.

    The scripts and the largest build, as a browser downloads only one of the builds.

    Args:
        files: {name: bytes}, from `runtime_files`.
    """
    sizes: Counter[str] = Counter()
    for name, content in files.items():
        build = name.partition(".")[0] if name.startswith("live/wasm/") else "scripts"
        sizes[build] += len(content if name.endswith(".gz") else gzip.compress(content, LEVEL, mtime=0))
    return sizes.pop("scripts", 0) + max(sizes.values(), default=0)


def _is_coarser(step: graph.Step) -> bool:
    """Whether a step is a pool, or a convolution with strides."""
    return step.is_pool or (step.is_convolution and max(step.core.strides) > 1)


def _segment(steps: Mapping[str, graph.Step], source: Any, layers: tuple[str, ...]) -> Segment:
    """The segment from a tensor to some layers, each convolution with a gate."""
    with graph.symbolic_calls:
        part = parts.between(source, [steps[name].output for name in layers])
        part = backend.keras().Model(part.inputs, part.outputs, name="part")  # the default name counts models
    # LiteRT.js needs a fixed batch size.
    maps = backend.tensorflow().TensorSpec((1, *source.shape[1:]), name="maps")
    plain = convert(lambda values: part(values, training=False), [maps])
    outputs = _output_names(plain)
    count = Counter(name for name, layer in zip(outputs, layers, strict=True) if steps[layer].is_convolution)
    # Of two convolutions that are always equal, neither can be switched off alone.
    gated = [
        layer
        for name, layer in zip(outputs, layers, strict=True)
        if count[name] == 1 and steps[layer].is_convolution
    ]
    gc.collect()  # what the converter leaves holds the weights several times, in reference cycles
    names = {layer: f"gate{index}" for index, layer in enumerate(gated)}
    content = flatbuffer.gated(plain, {names[layer]: outputs[layers.index(layer)] for layer in gated})
    return Segment(layers, content, "maps", names, outputs)


def convert(called: Callable[..., Any], shapes: Sequence[Any]) -> bytes:
    """Convert a function of tensors to .tflite with weights in half precision; reproducible byte for byte.

    Args:
        called: TensorFlow operations and Keras layers.
        shapes: a TensorSpec for each argument, with the name of the input in the file.
    """
    tf = backend.tensorflow()
    compiled = tf.function(called, autograph=False)
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [compiled.get_concrete_function(*shapes)], compiled
    )
    # Through a SavedModel on disk, Keras and TensorFlow would print and log its temporary path.
    converter.experimental_lower_to_saved_model = False
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    return bytes(converter.convert())


def _output_names(packed: bytes) -> tuple[str, ...]:
    """Names of a converted function's outputs, in its order. Those that are always equal share one."""
    with warnings.catch_warnings(action="ignore"):  # that another package will replace it
        interpreter = backend.tensorflow().lite.Interpreter(model_content=packed)
    return tuple(each["name"] for each in interpreter.get_output_details())
