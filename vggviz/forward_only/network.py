"""VGG16 by onnxruntime: starts in a tenth of TensorFlow's time, and computes no gradients."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import itertools
import logging
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import hashing, package_data, validation
from vggviz.forward_only import layers, onnx_file
from vggviz.models import weights as sources
from vggviz.models.loading import load_vgg16
from vggviz.models.provenance import Provenance, note_provenance, package_versions

if TYPE_CHECKING:
    import keras
    import onnxruntime

LAST, MEAN, CLASSIFIER = "block5_pool", "global_average_pooling", "predictions"
ALL_CORES = 0
"""Number of threads by which onnxruntime takes one for each core."""
WITH_GRADIENTS = ("block5_conv3", LAST)
"""The layers at which the mean gradient of a class is known."""

log = logging.getLogger("vggviz")


class UnavailableError(Exception):
    """Why this engine cannot be used, as one sentence."""


class ForwardOnly:
    """VGG16 that only goes forward: it computes its layers without Keras, and has no gradients.

    Attributes:
        name: "vgg16".
        network: its layers as a graph.
        classifier: kernel (512, 200) and bias (200,) of the linear classifier, or None.
    """

    name = "vgg16"

    def __init__(self, source: str, *, classified: bool) -> None:
        """Weights from "imagenet", read when they are needed, or from a file, which is checked at once."""
        self._source = source
        self.classifier = package_data.linear_classifier() if classified else None
        self.network = layers.vgg16(self._read, len(self.classifier[1]) if self.classifier else 0)
        self._sessions: dict[str, tuple[int, onnxruntime.InferenceSession]] = {}
        self._opening = threading.Lock()
        if source != "imagenet":
            self._read()
        note_provenance(self, self._provenance(classified=classified))

    def _provenance(self, *, classified: bool) -> Provenance:
        name = self._source if self._source == "imagenet" else validation.path_text(Path(self._source).name)
        known = package_data.classes(package_data.LINEAR_CLASSES) if classified else ((), ())
        versions = package_versions(("vggviz", "onnxruntime", "numpy", "matplotlib"))
        return Provenance(name, self.sha256, "linear" * classified, *known, versions)

    @property
    def shapes(self) -> sources.Shapes:
        """Shapes of kernel and bias of the convolutions, in the network's order."""
        convolutions = [layer for layer in self.layers if layer.kind == "Conv2D"]
        return {layer.name: [each.shape for each in layer.weights] for layer in convolutions}

    def _read(self, layer: str | None = None) -> dict[str, list[np.ndarray]]:
        """Kernels and biases by layer; only those of one `layer` if it is named."""
        file = package_data.weights() if self._source == "imagenet" else Path(self._source)
        return sources.read_h5(file, self.shapes, layer)

    def get_weights(self) -> list[np.ndarray]:
        """All kernels and biases, as of the same Keras model."""
        return [array for arrays in self._read().values() for array in arrays] + list(self.classifier or ())

    @property
    def layers(self) -> list[Any]:
        """The layers in the order they run."""
        return [step.layer for step in self.network.steps.values()]

    @functools.cached_property
    def _blocks(self) -> dict[str, list[str]]:
        """{block: its layers}, in the order they run."""
        names = [name for name in self.network.steps if name.startswith("block")]
        return {block: list(group) for block, group in itertools.groupby(names, lambda name: name[:6])}

    @functools.cached_property
    def sha256(self) -> str:
        """Checksum of the file of weights."""
        packaged = self._source == "imagenet"
        return package_data.WEIGHTS_SHA256 if packaged else hashing.sha256(Path(self._source))

    def start(self, layer: str | None = None) -> None:
        """Make the blocks up to that of a layer ready to run, or all; files that are missing are written.

        Raises:
            UnavailableError: onnxruntime is not installed or fails, or the cache cannot be written or read.
        """
        blocks = list(self._blocks)
        count = next((k for k, block in enumerate(blocks, 1) if layer in self._blocks[block]), len(blocks))
        for block in reversed(blocks[:count]):  # the largest first: the others use the memory that it frees
            self._session(block, ALL_CORES)

    def _session(self, block: str, threads: int) -> onnxruntime.InferenceSession:
        """A block that is ready to run with so many threads; it replaces one with another number of them."""
        with self._opening:
            if self._sessions.get(block, (None,))[0] != threads:
                self._sessions.pop(block, None)  # its weights leave before the new ones come
                self._sessions[block] = threads, self._new_session(block, threads)
                _return_freed_memory()
            return self._sessions[block][1]

    def _new_session(self, block: str, threads: int) -> onnxruntime.InferenceSession:
        try:
            import onnxruntime

            path = next(iter(onnx_file.cached(self.sha256, block)), None) or self._write()[block]
            options = _options(threads)
            return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's own are derived from nothing narrower
            raise UnavailableError(_reason(error)) from error

    def _write(self) -> dict[str, Path]:
        """Write the files of all blocks, for which the weights are read once."""
        arrays = self._read()
        return {
            block: onnx_file.write(self.sha256, block, {name: arrays.get(name, ()) for name in names})
            for block, names in self._blocks.items()
        }

    def compute(self, batch: np.ndarray, tensors: Sequence[Any]) -> list[np.ndarray]:
        """Values of tensors of the network for a batch (N, 224, 224, 3), float32."""
        names = {id(step.output): name for name, step in self.network.steps.items()}
        wanted = [names.get(id(tensor), "") for tensor in tensors]  # "" is the input
        ends = {MEAN, CLASSIFIER} & set(wanted)
        maps = set(wanted) - {"", MEAN, CLASSIFIER} | ({LAST} if ends else set())
        found = {"": batch, **dict(self._maps(batch, maps, ALL_CORES))}
        if ends:
            found[MEAN] = found[LAST].mean(axis=(1, 2))
            found[CLASSIFIER] = self._probabilities(found[MEAN])
        return [found[name] for name in wanted]

    def maps_in_turn(self, batch: np.ndarray, layers: Sequence[str]) -> Iterator[tuple[str, np.ndarray]]:
        """Names and maps of layers, computed on one core, block by block."""
        return self._maps(batch, set(layers), 1)

    def _maps(self, batch: np.ndarray, wanted: set[str], threads: int) -> Iterator[tuple[str, np.ndarray]]:
        """Names and maps (N, h, w, c) of some layers, from the blocks up to the last of them."""
        before = np.ascontiguousarray(batch.transpose(0, 3, 1, 2), np.float32)
        missing = set(wanted)
        for block, names in self._blocks.items():
            if not missing:
                return
            asked = [name for name in names if name in wanted or name == names[-1]]
            values = self._session(block, threads).run(asked, {onnx_file.INPUT: before})
            before, missing = values[-1], missing - set(asked)
            maps = zip(asked, values, strict=True)
            yield from ((name, np.moveaxis(each, 1, -1)) for name, each in maps if name in wanted)
            del values, maps  # while the next block runs

    def mean_gradient(self, layer: str, index: int) -> np.ndarray | None:
        """Mean gradient of a class's logit for each channel of a layer, (512,); None before the last ones.

        The logit is linear in the means of block5_pool, and each of its cells hands its gradient on to one
        cell of block5_conv3.
        """
        if self.classifier is None or layer not in WITH_GRADIENTS:
            return None
        kernel, bias = self.classifier
        index = validation.whole("class", index, 0, len(bias) - 1)
        _, height, width, _ = self.network.steps[layer].output.shape
        return kernel[:, index] / (height * width)

    def _probabilities(self, means: np.ndarray) -> np.ndarray:
        assert self.classifier is not None
        kernel, bias = self.classifier
        logits = means @ kernel + bias
        # SciPy's softmax takes a quarter of a second to import
        odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
        return odds / odds.sum(axis=-1, keepdims=True)


def _reason(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed"
    sentence = " ".join(str(error).split())
    if isinstance(error, OSError):
        return f"the cache {validation.shown(onnx_file.folder())} fails: {sentence}"
    return f"it fails ({sentence})"


def _return_freed_memory() -> None:
    """Have glibc return what it keeps after a block is read: copies of its weights, up to 80 MB in all."""
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


def _options(threads: int) -> onnxruntime.SessionOptions:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = False  # it keeps the memory of all layers for later passes
    # a thread that waits for work leaves its core to those that decode pictures and add up
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def load_forward_only(
    weights: str | os.PathLike[str] | None = None, classifier: str | None = None
) -> keras.Model:
    """VGG16 for what needs no gradients: it starts in a tenth of TensorFlow's time, and is quicker.

    It computes with onnxruntime, from files in the user's cache that are written at the first call. The
    functions of maps, kernels, statistics and examples take it like a Keras model; those that need
    gradients, or parts of the network, refuse it. Its numbers differ from Keras' by less than 1e-5 of each
    layer's maximum. Where it cannot be used, one line says why, and VGG16 is loaded by Keras.

    Args:
        weights: "imagenet", or a .h5 file of VGG16; as in `load_vgg16`.
        classifier: None or "linear"; as in `load_vgg16`.

    Returns:
        The network; a keras.Model for other weights and classifiers, and where onnxruntime fails.

    Raises:
        FileNotFoundError, ValueError: as `load_vgg16`.
    """
    network = unstarted(weights, classifier)
    return network if network and starts(network) else load_vgg16(weights, classifier)


def starts(network: ForwardOnly, layer: str | None = None) -> bool:
    """Start the network now, up to a layer or whole, while there is a way out; else one line says why."""
    try:
        network.start(layer)
        return True
    except UnavailableError as reason:
        log.info("VGG16 is computed by Keras, as onnxruntime cannot be used: %s.", reason)
        return False


def unstarted(weights: str | os.PathLike[str] | None, classifier: str | None) -> ForwardOnly | None:
    """The network for its layers and kernels alone; None for weights or a classifier that need Keras."""
    source = sources.resolve(weights)
    is_known = source != "random" and not source.endswith(".keras") and classifier in (None, "linear")
    return ForwardOnly(source, classified=classifier == "linear") if is_known else None
