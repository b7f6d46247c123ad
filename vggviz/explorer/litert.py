"""The network as LiteRT models for the browser, one per block, and the files of LiteRT.js."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend, validation
from vggviz.models import graph, parts

if TYPE_CHECKING:
    import keras

RUNTIME = "VGGVIZ_LITERT"
"""Environment variable with the folder of LiteRT.js, npm's ``node_modules/@litertjs``."""
UNUSED_BUILD = "jspi"
"""Part of the names of LiteRT.js builds that the page never loads."""


@dataclass(frozen=True)
class Segment:
    """A part of the network whose only input is the last output of the segment before.

    Attributes:
        layers: names of its output layers, in the order in which they run.
        packed: gzip-compressed .tflite file, with weights in half precision.
    """

    layers: tuple[str, ...]
    packed: bytes

    def entry(self, names: dict[str, str]) -> dict[str, Any]:
        """The segment's entry in manifest.json."""
        return {
            "file": self.file,
            "bytes": len(self.packed),
            "sha256": hashlib.sha256(self.packed).hexdigest(),
            "layers": [names[layer] for layer in self.layers],
        }

    @property
    def file(self) -> str:
        """Path in the page's folder, with a hash of the content.

        Not ".gz": some hosts serve such files with Content-Encoding, and browsers would decompress
        them, so that neither checksum nor byte ranges would match.
        """
        return f"live/{hashlib.sha256(self.packed).hexdigest()[:12]}.tflite.packed"


def segments(model: keras.Model, shown: tuple[str, ...]) -> list[Segment]:
    """Split the network, so that the page shows the first maps before the last weights are loaded.

    It is split after each pool through which all paths to later layers lead.

    Args:
        model: any Keras model with one input.
        shown: names of the layers whose maps are output, in the order in which they run.

    Returns:
        The segments in order; each shown layer is in exactly one.
    """
    steps = graph.unfold(model).steps
    source = graph.unfold(model).inputs[0]
    found = []
    pending: list[str] = []
    for index, name in enumerate(shown):
        pending.append(name)
        later = [steps[other].output for other in shown[index + 1 :]]
        if not later or (steps[name].is_pool and parts.between(steps[name].output, later) is not None):
            part = parts.between(source, [steps[other].output for other in pending])
            found.append(Segment(tuple(pending), gzip.compress(_litert(part), 6, mtime=0)))
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
    """Yield (name, bytes) of the files of LiteRT.js that the page loads.

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
            if file.suffix in (".js", ".wasm") and UNUSED_BUILD not in file.name:
                yield f"live/wasm/{file.name}", file.read_bytes()
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"There is no LiteRT.js in {validation.shown(folder)}; "
            "name the folder node_modules/@litertjs after `npm install @litertjs/core`."
        ) from error


def runtime_size(files: Mapping[str, bytes]) -> int:
    """Bytes of LiteRT.js that a page downloads from a host that compresses with gzip.

    The scripts and the largest build, as a browser downloads only one of the builds.

    Args:
        files: {name: bytes}, from `runtime_files`.
    """
    builds: dict[str, list[bytes]] = {"scripts": []}
    for name, content in files.items():
        build = name.partition(".")[0] if name.startswith("live/wasm/") else "scripts"
        builds.setdefault(build, []).append(content)
    scripts = builds.pop("scripts")
    # Builds differ little in how well they compress, and compressing all takes more than a second.
    largest = max(builds.values(), key=lambda contents: sum(map(len, contents)), default=[])
    return sum(len(gzip.compress(content, 6, mtime=0)) for content in scripts + largest)


def _litert(part: keras.Model) -> bytes:
    """Convert a model to .tflite with weights in half precision; reproducible byte for byte."""
    tf, keras = backend.tensorflow(), backend.keras()
    named = keras.Model(part.inputs, part.outputs, name="part")  # the default name counts models
    shape = tf.TensorSpec((1, *part.inputs[0].shape[1:]))  # LiteRT.js needs a fixed batch size
    called = tf.function(lambda values: named(values, training=False), autograph=False)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([called.get_concrete_function(shape)], named)
    # Through a SavedModel on disk, Keras and TensorFlow would print and log its temporary path.
    converter.experimental_lower_to_saved_model = False
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    return bytes(converter.convert())
