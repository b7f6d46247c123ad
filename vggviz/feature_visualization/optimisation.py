"""Gradient ascent: images that change step by step so that a score of each of them rises."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from vggviz._shared import backend, validation
from vggviz._shared.gradient_override import redirected_relu_gradient
from vggviz.feature_visualization.parameterisation import noise, paint
from vggviz.feature_visualization.transforms import moved

CONTRAST = 0.3
"""Of the noise that an image starts from: levels vary by about 19 of 255."""


@dataclass(frozen=True)
class Recipe:
    """How images are drawn: what keeps them from becoming noise that only the network can see.

    Each part can be left out alone: ``Recipe(jitter=0)``, ``Recipe(fourier=False)``. What is None follows
    from the effective stride of the layer drawn, in any network: deep layers see large shapes, which
    survive large movements, and are the ones whose drawings speckle.

    ======  ===============  =====  ========  ===============
    stride  jitter           scale  rotation  total variation
    ======  ===============  =====  ========  ===============
    1 to 4  half the stride  0.1    5         0
    8       4                0.17   10        0.033
    16 on   half the stride  0.3    20        0.1
    ======  ===============  =====  ========  ===============

    Attributes:
        fourier: images are spectra, in which all frequencies count alike; else pixels.
        decorrelate: colours are mixed as photographs mix them; else red, green, blue go their own way.
        jitter: the largest random shift at each step, in whole pixels. None is half the stride, so that
            every place on the grid of the pools is visited.
        scale: the largest random zoom, 0.1 for a tenth in or out.
        rotation: the largest random rotation in degrees, either way.
        total_variation: weight of the pull towards smooth images: minus the gradient of the squared
            differences between neighbours (levels as 0 to 1), beside an objective's gradient whose
            root mean square over the pixels is at most 1.
        rate: Adam's rate at the first step; it falls to 0 at the last along half a cosine.
    """

    fourier: bool = True
    decorrelate: bool = True
    jitter: int | None = None
    scale: float | None = None
    rotation: float | None = None
    total_variation: float | None = None
    rate: float = 0.1

    def __post_init__(self) -> None:
        """Refuse what is no strength."""
        for name in ("fourier", "decorrelate"):
            validation.instance(f"True or False as a recipe's {name}", getattr(self, name), bool)
        validation.real("recipe's rate", self.rate, 0)
        for name in ("scale", "rotation", "total_variation"):
            if getattr(self, name) is not None:
                validation.real(f"recipe's {name}", getattr(self, name), 0)
        if self.jitter is not None:
            validation.whole("recipe's jitter in pixels", self.jitter)
        if self.scale is not None and self.scale >= 1:
            raise ValueError(f"A recipe's scale is below 1; got {self.scale!r}.")

    def at_stride(self, stride: int) -> Recipe:
        """The recipe with numbers in all its parts, for a layer whose cells lie `stride` pixels apart."""
        depth = min(max((stride - 4) / 12, 0.0), 1.0)
        usual: dict[str, Any] = {
            "jitter": stride // 2,
            "scale": 0.1 + 0.2 * depth,
            "rotation": 5.0 + 15.0 * depth,
            "total_variation": 0.1 * depth,
        }
        return replace(self, **{name: value for name, value in usual.items() if getattr(self, name) is None})


class State(NamedTuple):
    """Where an ascent stands, each entry a tensor with a row for each image.

    Attributes:
        parameters: of the images.
        mean: Adam's running mean of the gradient.
        square: Adam's running mean of the squared gradient.
        largest: (N, 1, 1, 1), the largest gradient of the score so far, root mean square over pixels; that of
            an image asleep does not count.
    """

    parameters: Any
    mean: Any
    square: Any
    largest: Any


@dataclass(frozen=True)
class Ascent:
    """One way up.

    Attributes:
        read: from images, float32 (N, H, W, 3), levels 0 to 255, to `{layer: tensor (N, ...)}`.
        score: from what is read to a tensor (N,). Each image's score depends on that image alone.
        size: height and width in pixels.
        steps: how many.
        seed: of the noise at the start, and of the random movements.
        recipe: how the images are drawn, with numbers in all its parts.
    """

    read: Callable[[Any], Mapping[str, Any]]
    score: Callable[[Mapping[str, Any]], Any]
    size: tuple[int, int]
    steps: int
    seed: int
    recipe: Recipe

    def run(self, count: int, tick: Callable[[], Any]) -> tuple[np.ndarray, np.ndarray]:
        """Draw some images, all from the same noise and with the same movements.

        So an image comes out the same in whatever company it is drawn.

        Args:
            count: how many images.
            tick: called after each step.

        Returns:
            The images, float32 (N, H, W, 3), levels 0 to 255; their scores, float32 (N, steps + 1):
            as moved before each step, and of the finished images, not moved.
        """
        tf = backend.tensorflow()
        state = self._start(count)
        specs = State(*(tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in state))
        function = tf.function(self._step, autograph=False)
        step = function.get_concrete_function(specs, tf.TensorSpec((), tf.int32))
        scores = []
        for index in range(self.steps):
            score, state = step(state, tf.constant(index))
            scores.append(score.numpy())
            tick()
        finished = step(state, tf.constant(self.steps))[0].numpy()
        images = self._paint(state.parameters).numpy()
        return images, np.stack([*scores, finished], axis=1).astype(np.float32)

    def _paint(self, parameters: Any) -> Any:
        how = self.recipe
        return paint(parameters, self.size, fourier=how.fourier, decorrelate=how.decorrelate)

    def _start(self, count: int) -> State:
        tf = backend.tensorflow()
        first = CONTRAST * noise(self.size, (self.seed, -1), fourier=self.recipe.fourier)
        parameters = tf.repeat(first, count, axis=0)
        zeros = tf.zeros_like(parameters)
        return State(parameters, zeros, zeros, tf.zeros((count, 1, 1, 1)))

    def _step(self, state: State, index: Any) -> tuple[Any, State]:
        """The scores before the step, and where it leads."""
        tf = backend.tensorflow()
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(state.parameters)
            images = self._paint(state.parameters)
            seen = self._moved(images, index)
        score, uphill, asleep = redirected_relu_gradient(self.score, self.read(seen), seen)
        size = tf.sqrt(tf.reduce_mean(uphill**2, axis=(1, 2, 3), keepdims=True))
        largest = tf.where(asleep, state.largest, tf.maximum(state.largest, size))
        limit = tf.where(asleep, size, largest)
        smoother = (
            -(self.recipe.total_variation or 0) * tf.cast(limit > 0, tf.float32) * _roughening(images / 255)
        )
        pulls = [tf.math.divide_no_nan(uphill, limit), smoother]
        gradient = tape.gradient([seen, images], state.parameters, output_gradients=pulls)
        state = state._replace(largest=largest)
        return score, _adam(state, gradient, index, self._rate(index))

    def _moved(self, images: Any, index: Any) -> Any:
        """The images as the network sees them at a step: moved at random, but not once finished."""
        tf, how = backend.tensorflow(), self.recipe
        if not (how.jitter or how.scale or how.rotation):
            return tf.identity(images)
        draws = tf.random.stateless_uniform((4,), (self.seed, index), -1, 1)
        draws *= tf.cast(index < self.steps, tf.float32)
        return moved(images, draws, jitter=how.jitter or 0, scale=how.scale or 0, rotation=how.rotation or 0)

    def _rate(self, index: Any) -> Any:
        tf = backend.tensorflow()
        return self.recipe.rate * (1 + tf.cos(math.pi * tf.cast(index, tf.float32) / self.steps)) / 2


def _roughening(levels: Any) -> Any:
    """Gradient of the total variation: the sum of squared differences between neighbours.

    Mahendran and Vedaldi, "Understanding Deep Image Representations by Inverting Them", CVPR 2015,
    section 3, with beta = 2; on a periodic image.
    """
    tf = backend.tensorflow()
    nearest_neighbours = sum(tf.roll(levels, shift, axis) for shift in (-1, 1) for axis in (1, 2))
    return 2 * (4 * levels - nearest_neighbours)


def _adam(state: State, gradient: Any, index: Any, rate: Any) -> State:
    """One step uphill: Kingma and Ba, "Adam", ICLR 2015, algorithm 1, with its own constants."""
    tf = backend.tensorflow()
    steps = tf.cast(index + 1, tf.float32)
    mean = 0.9 * state.mean + 0.1 * gradient
    square = 0.999 * state.square + 0.001 * gradient**2
    size = tf.sqrt(square / (1 - 0.999**steps)) + 1e-8
    parameters = state.parameters + rate * mean / (1 - 0.9**steps) / size
    return state._replace(parameters=parameters, mean=mean, square=square)
