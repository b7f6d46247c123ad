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
from vggviz.activations.forward import compiled, run
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
    check_is_keras(model)
    ablation = _Ablation(model, layer)
    asked = np.zeros(ablation.count, bool)
    asked[slice(None) if channels is None else list(channels)] = True
    measured = [ablation.measure(batch, asked) for batch in batches]
    following, answers = (np.mean(values, axis=0) for values in zip(*measured, strict=True))
    return Losses(following if ablation.reader else None, answers if ablation.has_answer else None)


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

    function = compiled(products, (1, *network.inputs[0].shape[1:]))
    found = [function(tf.constant(batch, tf.float32)) for batch in batches]
    return {
        name: np.stack([np.asarray(each[name], np.float64) for each in found]).mean(axis=0)
        for name in found[0]
    }


def answer_tensor(model: keras.Model) -> Any:
    """The symbolic logits of a model's two classes or more; None if it has none."""
    network = graph.unfold(model)
    try:
        with graph.symbolic_calls:
            found = logits(network)
    except ValueError:
        return None
    return found if len(found.shape) == 2 and (found.shape[1] or 0) > 1 else None


def has_exact_answer(model: keras.Model, layer: str) -> bool:
    """Whether `ablation_losses` knows the change of the answer: not where a branch leads past the layer."""
    functions, key = graph.unfold(model).functions, ("exact answer", layer)
    if key not in functions:
        functions[key] = _Ablation(model, layer).has_answer
    return bool(functions[key])


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
        name = fed_by(model, layer)
        self.reader = _Reader(model, name, self.source) if name else None
        answer = answer_tensor(model)
        self.behind_reader = None
        if answer is not None and self.reader:
            self.behind_reader = _tail(self.reader.step.output, answer)
        self.behind_source = None
        if answer is not None and self.behind_reader is None:
            self.behind_source = _tail(self.source, answer)

    @property
    def has_answer(self) -> bool:
        """Whether the change of the answer can be computed."""
        return not (self.behind_reader is None and self.behind_source is None)

    def measure(self, batch: np.ndarray, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Changes of the next layer's maps, and of the lead, for one picture; NaN where not asked for."""
        following, answers = np.zeros(self.count), np.where(asked, 0.0, np.nan)
        if self.reader:
            self.reader.read(batch)
            self._by_reader(self.reader, asked, following, answers)
        if self.behind_source is not None:
            for channels, leads in self._directly(batch, asked):
                answers[channels] = leads
        return following, answers

    def _by_reader(
        self, reader: _Reader, asked: np.ndarray, following: np.ndarray, answers: np.ndarray
    ) -> None:
        """Fill in the changes of the reader's maps without each channel, and of the lead where asked for."""
        lead = None if self.behind_reader is None else _lead(self.behind_reader, reader.before)
        wanted = asked & (lead is not None)
        for with_lead in (True, False):
            chosen = np.flatnonzero(reader.active & (wanted == with_lead))
            for channels in _chunks(chosen, reader.before.size):
                after, following[channels] = reader.without(channels)
                if with_lead and lead:
                    answers[channels] = lead(after)

    def _directly(self, batch: np.ndarray, asked: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Channels, and changes of the lead with the layer's map of each set to zero."""
        (maps,) = run(self.model, batch, (self.source,))
        lead = _lead(self.behind_source, maps)
        for channels in _chunks(np.flatnonzero(asked & maps.any(axis=(0, 1, 2))), maps[0].size):
            changed = np.repeat(maps, len(channels), axis=0)
            changed[np.arange(len(channels)), ..., channels] = 0
            yield channels, lead(changed)


class _Reader:
    """The convolution that reads the layer, for one picture at a time.

    Attributes:
        step: its step.
        before: its maps of the picture, (1, h, w, out).
        active: bool (c,), the channels that it reads anything of.
    """

    def __init__(self, model: keras.Model, name: str, source: Any) -> None:
        self.model, self.step, self.source = model, graph.find_step(model, name), source
        read = self.step.inputs[0]
        self.path = (lambda maps, **_: maps) if source is read else between(source, read)
        kernel = dense_kernel(model, name)
        self.kernels = np.ascontiguousarray(kernel.reshape(-1, *kernel.shape[2:]).swapaxes(0, 1))
        with graph.symbolic_calls:
            self.sums_tensor = linear_copy(self.step.layer)(self.step.inputs[0])

    def read(self, batch: np.ndarray) -> None:
        """Compute what is read of a picture."""
        tensors = (self.step.inputs[0], self.sums_tensor, self.source)
        maps, self.sums, source = run(self.model, batch, tensors)
        # without what is read if the whole layer is zero
        rest = np.asarray(self.path(np.zeros_like(source), training=False), np.float32)
        self.parts = (maps - rest)[0].transpose(2, 0, 1)[..., np.newaxis]
        self.active = self.parts.any(axis=(1, 2, 3))
        self.before = np.asarray(self.step.core.activation(backend.tensorflow().constant(self.sums)))
        self.norm = max(float(np.linalg.norm(self.before)), 1e-30)

    def without(self, channels: np.ndarray) -> tuple[Any, np.ndarray]:
        """Maps without each of some channels, and their relative change."""
        arguments = (self.parts[channels], self.kernels[channels], self.sums, self.before)
        after, distances = self._compiled(*map(backend.tensorflow().constant, arguments))
        return after, np.asarray(distances, np.float64) / self.norm

    @cached_property
    def _compiled(self) -> Any:
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
            flat = tf.reshape(patches, (shape[0], shape[1] * shape[2], patches.shape[3]))
            products = tf.reshape(flat @ kernels, (shape[0], shape[1], shape[2], sums.shape[-1]))
            after = core.activation(sums - products)
            return after, tf.sqrt(tf.reduce_sum(tf.square(after - before), axis=(1, 2, 3)))

        read, sums = self.step.inputs[0].shape, self.sums_tensor.shape
        parts = (None, *read[1:3], 1)
        return compiled(without, parts, (None, *self.kernels.shape[1:]), (1, *sums[1:]), (1, *sums[1:]))


def _tail(tensor: Any, answer: Any) -> Any:
    """Function from a tensor's values to the answer's; None if the answer depends on more."""
    path = between(tensor, answer)
    if path is None:
        return None
    return compiled(lambda maps: path(maps, training=False), tensor.shape)


def _lead(tail: Any, before: np.ndarray) -> Callable[[Any], np.ndarray]:
    """Function of changed maps: change of the lead of the class that was first over the second."""
    scores = np.asarray(tail(backend.tensorflow().constant(before)), np.float64)[0]
    first, second = np.argsort(-scores, kind="stable")[:2]

    def change(maps: Any) -> np.ndarray:
        found = np.asarray(tail(backend.tensorflow().convert_to_tensor(maps)), np.float64)
        return found[:, first] - found[:, second] - (scores[first] - scores[second])

    return change


def _chunks(channels: np.ndarray, values: int) -> Iterator[np.ndarray]:
    """Channels in groups whose maps together have at most `VALUES` values."""
    count = max(1, VALUES // values)
    for start in range(0, len(channels), count):
        yield channels[start : start + count]
