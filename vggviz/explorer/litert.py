"""The network as LiteRT reads it in a browser, block by block, and LiteRT.js itself."""

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
from vggviz.models import graph

if TYPE_CHECKING:
    import keras

RUNTIME = "VGGVIZ_LITERT"
"""Where LiteRT.js lies: npm's folder ``node_modules/@litertjs``."""
LEFT_OUT = "jspi"
"""Builds of LiteRT.js that no page asks for have this in their name."""


@dataclass(frozen=True)
class Segment:
    """A part of the network that needs nothing but what the part before it gives last.

    Attributes:
        layers: the layers whose maps it gives, in the order they run.
        packed: the part as a .tflite file with weights in half precision, packed with gzip.
    """

    layers: tuple[str, ...]
    packed: bytes

    def told(self, names: dict[str, str]) -> dict[str, Any]:
        """What the page is told of it."""
        return {
            "file": self.file,
            "bytes": len(self.packed),
            "sha256": hashlib.sha256(self.packed).hexdigest(),
            "layers": [names[layer] for layer in self.layers],
        }

    @property
    def file(self) -> str:
        """Its place in the page's folder; another content, another name.

        Not ".gz": some hosts have browsers unpack such files, and then neither sum nor range would fit.
        """
        return f"live/{hashlib.sha256(self.packed).hexdigest()[:12]}.tflite.packed"


def segments(model: keras.Model, shown: tuple[str, ...]) -> list[Segment]:
    """The network in parts, so that the first maps can be seen before the last weights have come.

    It is cut after a pool wherever everything behind depends on that pool alone.

    Args:
        model: any Keras model with one input.
        shown: the layers whose maps are wanted, in the order they run.
    """
    steps = graph.unfold(model).steps
    source = graph.unfold(model).inputs[0]
    found = []
    waiting: list[str] = []
    for place, name in enumerate(shown):
        waiting.append(name)
        behind = [steps[other].output for other in shown[place + 1 :]]
        if not behind or (steps[name].kind in graph.POOLS and _depends_on(steps[name].output, behind)):
            part = backend.keras().Model(source, [steps[other].output for other in waiting])
            found.append(Segment(tuple(waiting), gzip.compress(_litert(part), 6, mtime=0)))
            source, waiting = steps[name].output, []
    return found


def reading(preprocess: Callable[[np.ndarray], np.ndarray], side: int) -> dict[str, Any] | None:
    """How the network reads a pixel, if it is the same sum of red, green and blue everywhere.

    Args:
        preprocess: from uint8 (N, H, W, 3) RGB to the batch.
        side: of the pictures, in pixels.

    Returns:
        ``{"weights": (C, 3), "offset": (C,)}`` as lists, value = weights @ RGB + offset; None where
        `preprocess` is anything else.
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
    """LiteRT.js from npm as the page loads it: names and bytes.

    Args:
        folder: npm's ``node_modules/@litertjs``.

    Raises:
        FileNotFoundError: it is not there.
    """
    folder = Path(folder)
    try:
        # A browser knows no package names: the one import becomes a path.
        script = (folder / "core" / "dist" / "index.js").read_text("utf-8")
        yield "live/litert.js", script.replace('"@litertjs/wasm-utils"', '"./wasm-utils.js"').encode()
        yield "live/wasm-utils.js", (folder / "wasm-utils" / "dist" / "bundle.js").read_bytes()
        for file in sorted((folder / "core" / "wasm").iterdir()):
            if file.suffix in (".js", ".wasm") and LEFT_OUT not in file.name:
                yield f"live/wasm/{file.name}", file.read_bytes()
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"There is no LiteRT.js in {validation.shown(folder)}; "
            "name the folder node_modules/@litertjs after `npm install @litertjs/core`."
        ) from error


def runtime_size(files: Mapping[str, bytes]) -> int:
    """Bytes that a page loads of LiteRT.js where the host packs files with gzip, as most do.

    Its scripts, and of its builds, of which a browser takes one, the largest.

    Args:
        files: {name: bytes}, as `runtime_files` gives them.
    """
    builds: dict[str, int] = {}
    scripts = 0
    for name, content in files.items():
        size = len(gzip.compress(content, 6, mtime=0))
        if name.startswith("live/wasm/"):
            build = name.partition(".")[0]
            builds[build] = builds.get(build, 0) + size
        else:
            scripts += size
    return scripts + max(builds.values(), default=0)


def _depends_on(tensor: Any, behind: list[Any]) -> bool:
    try:
        backend.keras().Model(tensor, behind)
    except ValueError:  # "graph disconnected": some path goes around
        return False
    return True


def _litert(part: keras.Model) -> bytes:
    """The part as a .tflite file, its weights in half precision; the same bytes each time."""
    tf, keras = backend.tensorflow(), backend.keras()
    named = keras.Model(part.inputs, part.outputs, name="part")  # else a number that counts models
    shape = tf.TensorSpec((1, *part.inputs[0].shape[1:]))  # LiteRT.js reads no open size
    called = tf.function(lambda values: named(values, training=False), autograph=False)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([called.get_concrete_function(shape)], named)
    # By way of a saved model on disk, Keras and TensorFlow would print and log its temporary path.
    converter.experimental_lower_to_saved_model = False
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    return bytes(converter.convert())
