"""Ablation: what is lost when a channel is switched off, its map set to zero, for every channel of a layer.

The convolution that reads the channels is linear before its activation function. So one channel's part is
taken off its sum, and the whole sum is not computed again for each channel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend
from vggviz.activations.forward import run
from vggviz.activations.pathways import dense_kernel, fed_by
from vggviz.models import graph
from vggviz.models.parts import between, check_is_keras, linear_copy, logits
from vggviz.models.summary import forward_macs

if TYPE_CHECKING:
    import keras

VALUES = 16_000_000
"""Values of the changed maps that are held at a time; 64 MB."""


@dataclass(frozen=True)
class Losses:
    """What is lost without each channel of a layer, means over the pictures; None where it is not known.

    Attributes:
        next_layer: float64 (c,), norm of the change of the maps of the convolution that reads the layer,
            divided by the norm of these maps.
        answer: float64 (c,), change of the lead of the first class over the second; NaN for channels that
            were not asked for.
    """

    next_layer: np.ndarray | None
    answer: np.ndarray | None


def ablation_losses(
    model: keras.Model, layer: str, batches: Iterable[np.ndarray], channels: Sequence[int] | None = None
) -> Losses:
    """Switch off each channel of a layer, and measure what changes.

    Args:
        model: any Keras model.
        layer: name of a convolution.
        batches: pictures, each float (1, H, W, C), the model's input.
        channels: those whose effect on the answer is computed, which takes a forward pass of all later layers
            for each; None for all.

    Returns:
        Losses: `next_layer` is exact, where just one convolution reads the layer channel by channel; `answer`
        as well, where the classes depend on the layer, or on that convolution, alone.
    """
    check_is_keras(graph.unfold(model).inputs)
    ablation = _Ablation(model, layer)
    asked = np.zeros(ablation.count, bool)
    asked[slice(None) if channels is None else list(channels)] = True
    measured = [ablation.measure(batch, asked) for batch in batches]
    following, answers = (np.mean(values, axis=0) for values in zip(*measured, strict=True))
    return Losses(following if ablation.reader else None, answers if ablation.tail else None)


def first_order_losses(
    model: keras.Model, layers: Sequence[str], batches: Iterable[np.ndarray]
) -> dict[str, np.ndarray]:
    """First-order estimate of the answer's change without each channel: minus activation times gradient.

    Molchanov et al., "Pruning Convolutional Neural Networks for Resource Efficient Inference", ICLR 2017,
    equation 7, before the absolute value, summed over the cells.

    Args:
        model: any Keras model.
        layers: names of layers.
        batches: pictures, each float (1, H, W, C), the model's input.

    Returns:
        {layer: float64 (c,)}, mean over the pictures of the change of the lead of the first class over the
        second; {} if the model has no classes.
    """
    answer = answer_tensor(model)
    if answer is None:
        return {}
    network, tf = graph.unfold(model), backend.tensorflow()
    tensors = {name: network.steps[name].output for name in layers}
    with graph.symbolic_calls:
        whole = backend.keras().Model(network.inputs[0], {**tensors, graph.LOGITS: answer})

    def products(images: Any) -> dict[str, Any]:
        maps = whole(images, training=False)
        best = tf.math.top_k(maps[graph.LOGITS][0], 2).indices
        lead = maps[graph.LOGITS][0, best[0]] - maps[graph.LOGITS][0, best[1]]
        gradients = tf.gradients(lead, [maps[name] for name in layers])
        pairs = zip(layers, gradients, strict=True)
        return {
            name: -tf.reduce_sum(maps[name][0] * gradient[0], axis=(0, 1))
            for name, gradient in pairs
            if gradient is not None
        }

    compiled = tf.function(products, autograph=False, reduce_retracing=True)
    found = [compiled(tf.constant(batch)) for batch in batches]
    return {name: np.mean([each[name] for each in found], axis=0, dtype=np.float64) for name in found[0]}


def answer_tensor(model: keras.Model) -> Any:
    """The symbolic logits of a model's two classes or more; None if it has none."""
    network = graph.unfold(model)
    try:
        with graph.symbolic_calls:
            found = logits(network)
    except ValueError:
        return None
    return found if len(found.shape) == 2 and (found.shape[1] or 0) > 1 else None


def macs_behind(model: keras.Model, layer: str) -> int:
    """Multiply-accumulates of the layers that are computed again for each channel's effect on the answer."""
    (side, other) = (size or 224 for size in graph.unfold(model).inputs[0].shape[1:3])
    ends = (fed_by(model, layer) or layer, graph.LOGITS)
    before, whole = (forward_macs(model, [name], (side, other)) for name in ends)
    return max(0, whole - before)


class _Ablation:
    """One layer whose channels are switched off."""

    def __init__(self, model: keras.Model, layer: str) -> None:
        self.model, self.source = model, graph.find_step(model, layer).output
        self.count = self.source.shape[-1]
        self.reader = fed_by(model, layer)
        answer = answer_tensor(model)
        reads = graph.find_step(model, self.reader) if self.reader else None
        tails = [] if answer is None else [(step, between(step, answer)) for step in self._ends(reads)]
        self.end, self.tail = next(((e, tail) for e, tail in tails if tail is not None), (None, None))
        self.step = reads

    def _ends(self, reads: graph.Step | None) -> list[Any]:
        return [reads.output, self.source] if reads else [self.source]

    def measure(self, batch: np.ndarray, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Changes of the next layer's maps, and of the lead, for one picture; NaN where not asked for."""
        following = np.zeros(self.count)
        answers = np.where(asked, 0.0, np.nan)
        if self.reader:
            for channels, changes, leads in self._by_reader(batch, asked):
                following[channels] = changes
                if leads is not None:
                    answers[channels] = leads
        if self.tail is not None and self.end is self.source:
            for channels, leads in self._directly(batch, asked):
                answers[channels] = leads
        return following, answers

    def _by_reader(
        self, batch: np.ndarray, asked: np.ndarray
    ) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray | None]]:
        """Channels, changes of the reader's maps without each, and of the lead, where all were asked for."""
        maps, sums = run(self.model, batch, (self.step.inputs[0], self._sums))
        parts = (maps - self._reads_without)[0].transpose(2, 0, 1)[..., np.newaxis]
        before = self._activated(sums)
        norm = max(float(np.linalg.norm(before)), 1e-30)
        by_answer = asked & (self.tail is not None and self.end is not self.source)
        lead = self._lead(before) if by_answer.any() else None
        active = parts.any(axis=(1, 2, 3))
        for is_asked in (True, False):
            chosen = np.flatnonzero(active & (by_answer == is_asked))
            for channels in _chunks(chosen, before[0].size):
                after, distances = self._without(parts[channels], self._kernels[channels], sums, before)
                leads = lead(after) if is_asked and lead else None
                yield channels, np.asarray(distances, np.float64) / norm, leads

    def _directly(self, batch: np.ndarray, asked: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Channels, and changes of the lead with the layer's map of each set to zero."""
        (maps,) = run(self.model, batch, (self.source,))
        lead = self._lead(maps)
        for channels in _chunks(np.flatnonzero(asked & maps.any(axis=(0, 1, 2))), maps[0].size):
            changed = np.repeat(maps, len(channels), axis=0)
            changed[np.arange(len(channels)), ..., channels] = 0
            yield channels, lead(changed)

    def _lead(self, before: np.ndarray) -> Callable[[Any], np.ndarray]:
        """Function of changed maps of the tail's input: change of the lead of the first answer."""
        scores = np.asarray(self.tail(before, training=False), np.float64)[0]
        first, second = np.argsort(-scores, kind="stable")[:2]

        def change(maps: Any) -> np.ndarray:
            found = np.asarray(self._answers(maps), np.float64)
            return found[:, first] - found[:, second] - (scores[first] - scores[second])

        return change

    @cached_property
    def _answers(self) -> Any:
        return backend.tensorflow().function(
            lambda maps: self.tail(maps, training=False), autograph=False, reduce_retracing=True
        )

    @cached_property
    def _sums(self) -> Any:
        """The reader's output before its activation function, as a symbolic tensor."""
        with graph.symbolic_calls:
            return linear_copy(self.step.layer)(self.step.inputs[0])

    @cached_property
    def _reads_without(self) -> np.ndarray | float:
        """What the reader reads if the whole layer is zero, (1, h, w, c)."""
        if self.source is self.step.inputs[0]:
            return 0.0
        path = between(self.source, self.step.inputs[0])
        zeros = np.zeros((1, *(side or 1 for side in self.source.shape[1:])), np.float32)
        return np.asarray(path(zeros, training=False))

    @cached_property
    def _kernels(self) -> np.ndarray:
        """Kernels of the reader, (c, kh kw, out)."""
        kernel = dense_kernel(self.model, self.reader)
        return np.ascontiguousarray(kernel.reshape(-1, *kernel.shape[2:]).swapaxes(0, 1))

    def _activated(self, sums: np.ndarray) -> np.ndarray:
        return np.asarray(self.step.core.activation(backend.tensorflow().constant(sums)))

    @cached_property
    def _without(self) -> Any:
        """Function: the reader's maps without the part of each channel, and how far they are from before."""
        tf, core = backend.tensorflow(), self.step.core
        window = {
            "sizes": (1, *core.kernel_size, 1),
            "strides": (1, *core.strides, 1),
            "rates": (1, *core.dilation_rate, 1),
            "padding": core.padding.upper(),
        }

        def without(parts: Any, kernels: Any, sums: Any, before: Any) -> Any:
            patches = tf.image.extract_patches(parts, **window)
            shape = tf.shape(patches)
            flat = tf.reshape(patches, (shape[0], shape[1] * shape[2], shape[3]))
            products = tf.reshape(flat @ kernels, (shape[0], shape[1], shape[2], sums.shape[-1]))
            after = core.activation(sums - products)
            return after, tf.sqrt(tf.reduce_sum(tf.square(after - before), axis=(1, 2, 3)))

        return tf.function(without, autograph=False, reduce_retracing=True)


def _chunks(channels: np.ndarray, values: int) -> Iterator[np.ndarray]:
    """Channels in groups whose maps together have at most `VALUES` values."""
    count = max(1, VALUES // values)
    for start in range(0, len(channels), count):
        yield channels[start : start + count]
