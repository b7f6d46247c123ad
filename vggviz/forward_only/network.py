"""VGG16 by onnxruntime: starts in a tenth of TensorFlow's time, and computes no gradients."""

from __future__ import annotations

import functools
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import hashing, package_data, validation
from vggviz.forward_only import layers, onnx_file
from vggviz.models import weights as sources
from vggviz.models.graph import ForwardOnly
from vggviz.models.loading import load_vgg16
from vggviz.models.provenance import Provenance, note_provenance, package_versions

if TYPE_CHECKING:
    import keras
    import onnxruntime

LAST, MEAN, CLASSIFIER = "block5_pool", "global_average_pooling", "predictions"
WITH_GRADIENTS = ("block5_conv3", LAST)
"""The layers at which the mean gradient of a class is known."""

log = logging.getLogger("vggviz")


class UnavailableError(Exception):
    """Why this engine cannot be used, as one sentence."""


class Vgg16(ForwardOnly):
    """VGG16 that only goes forward.

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
        if source != "imagenet":
            self._read()
        note_provenance(self, self._provenance(classified=classified))

    def _provenance(self, *, classified: bool) -> Provenance:
        name = self._source if self._source == "imagenet" else validation.path_text(Path(self._source).name)
        known = package_data.classes(package_data.LINEAR_CLASSES) if classified else ((), ())
        versions = package_versions(("vggviz", "onnxruntime", "numpy", "matplotlib"))
        return Provenance(name, self.sha256, "linear" * classified, *known, versions)

    def _read(self, layer: str | None = None) -> dict[str, list[np.ndarray]]:
        """Kernels and biases by layer; only those of one `layer` if it is named."""
        wanted = {
            step.layer.name: [each.shape for each in step.layer.weights]
            for step in self.network.steps.values()
            if step.kind == "Conv2D"
        }
        file = package_data.weights() if self._source == "imagenet" else Path(self._source)
        return sources.read_h5(file, wanted, layer)

    @functools.cached_property
    def sha256(self) -> str:
        """Checksum of the file of weights."""
        packaged = self._source == "imagenet"
        return package_data.WEIGHTS_SHA256 if packaged else hashing.sha256(Path(self._source))

    @functools.cached_property
    def session(self) -> onnxruntime.InferenceSession:
        """The network, ready to run; written to the cache if it is not there.

        Raises:
            UnavailableError: onnxruntime is not installed or fails, or the cache cannot be written or read.
        """
        try:
            import onnxruntime

            path = onnx_file.cached(self.sha256) or self._write()
        except ModuleNotFoundError as error:
            raise UnavailableError(f"{error.name} is not installed") from error
        except ImportError as error:  # of a library that the system lacks
            raise UnavailableError(f"it cannot be imported ({_one_line(error)})") from error
        except OSError as error:
            raise UnavailableError(
                f"the cache {validation.shown(onnx_file.folder())} fails: {error}"
            ) from error
        try:
            return onnxruntime.InferenceSession(str(path), _options(), providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's own are derived from nothing narrower
            raise UnavailableError(f"it cannot load {validation.shown(path)} ({_one_line(error)})") from error

    def _write(self) -> Path:
        names = [name for name, step in self.network.steps.items() if len(step.output.shape) == 4]
        arrays = self._read()
        return onnx_file.write(self.sha256, {name: arrays.get(name, ()) for name in names}, layers.SIDE)

    def compute(self, batch: np.ndarray, tensors: Sequence[Any]) -> list[np.ndarray]:
        """Values of tensors of the network for a batch (N, 224, 224, 3), float32."""
        names = {id(step.output): name for name, step in self.network.steps.items()}
        wanted = [names.get(id(tensor), "") for tensor in tensors]  # "" is the input
        ends = {MEAN, CLASSIFIER} & set(wanted)
        maps = sorted(set(wanted) - {"", MEAN, CLASSIFIER} | ({LAST} if ends else set()))
        channels_first = np.ascontiguousarray(batch.transpose(0, 3, 1, 2), np.float32)
        values = self.session.run(maps, {onnx_file.INPUT: channels_first}) if maps else []
        found = {name: np.moveaxis(each, 1, -1) for name, each in zip(maps, values, strict=True)}
        found[""] = batch
        if ends:
            found[MEAN] = found[LAST].mean(axis=(1, 2))
            found[CLASSIFIER] = self._probabilities(found[MEAN])
        return [found[name] for name in wanted]

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
        from scipy.special import softmax  # takes a quarter of a second to import

        assert self.classifier is not None
        kernel, bias = self.classifier
        return softmax(means @ kernel + bias, axis=-1)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _options() -> onnxruntime.SessionOptions:
    """The least memory and the quickest start; a pass takes as long as with onnxruntime's defaults."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = False  # it keeps the memory of all layers for later passes
    # the next level lays the kernels out anew: 100 MB and 0.1 s more
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    # a thread that waits for work leaves its core to those that decode pictures and add up
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def load_forward_only(
    weights: str | os.PathLike[str] | None = None, classifier: str | None = None
) -> keras.Model:
    """VGG16 for what needs no gradients: it starts in a tenth of TensorFlow's time, and is quicker.

    It computes with onnxruntime, from a file in the user's cache that is written at the first call. The
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


def starts(network: Vgg16) -> bool:
    """Start the network now, while there is a way out; if it cannot run, one line says why."""
    try:
        network.session  # noqa: B018 - it is made at the first use
        return True
    except UnavailableError as reason:
        log.info("VGG16 is computed by Keras, as onnxruntime cannot be used: %s.", reason)
        return False


def unstarted(weights: str | os.PathLike[str] | None, classifier: str | None) -> Vgg16 | None:
    """The network for its layers and kernels alone; None for weights or a classifier that need Keras."""
    source = sources.resolve(weights)
    is_known = source != "random" and not source.endswith(".keras") and classifier in (None, "linear")
    return Vgg16(source, classified=classifier == "linear") if is_known else None
