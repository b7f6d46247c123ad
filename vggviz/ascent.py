"""Gradient ascent: pictures that change step by step so that a score of each of them rises."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from vggviz import backend, checking
from vggviz.parameterisation import noise, paint
from vggviz.relu_gradients import gradient_through, redirected
from vggviz.transformations import moved

CONTRAST = 0.3
"""Of the noise that a picture starts from: levels vary by about 19 of 255."""


@dataclass(frozen=True)
class Recipe:
    """How pictures are drawn: what keeps them from becoming noise that only the network can see.

    Each part can be left out alone: ``Recipe(jitter=0)``, ``Recipe(fourier=False)``.

    Attributes:
        fourier: pictures are spectra, in which all frequencies count alike; else pixels.
        decorrelate: colours are mixed as photographs mix them; else red, green, blue go their own way.
        jitter: the largest random shift at each step, in whole pixels. None is half the effective stride
            of the layer drawn, so that every place on the grid of the pools is visited.
        scale: the largest random zoom, 0.1 for a tenth in or out.
        rotation: the largest random rotation in degrees, either way.
        total_variation: weight of the pull towards smooth pictures: minus the gradient of the squared
            differences between neighbours (levels as 0 to 1), beside an objective's gradient whose
            root mean square over the pixels is at most 1.
        rate: Adam's rate at the first step; it falls to 0 at the last along half a cosine.
    """

    fourier: bool = True
    decorrelate: bool = True
    jitter: int | None = None
    scale: float = 0.1
    rotation: float = 5.0
    total_variation: float = 0.0
    rate: float = 0.1

    def __post_init__(self) -> None:
        """Refuse what is no strength."""
        for name in ("fourier", "decorrelate"):
            checking.instance(f"True or False as a recipe's {name}", getattr(self, name), bool)
        for name in ("scale", "rotation", "total_variation", "rate"):
            checking.real(f"recipe's {name}", getattr(self, name), 0)
        if self.jitter is not None:
            checking.whole("recipe's jitter in pixels", self.jitter)
        if self.scale >= 1:
            raise ValueError(f"A recipe's scale is below 1; got {self.scale!r}.")


class State(NamedTuple):
    """Where an ascent stands, each entry a tensor with a row for each picture.

    Attributes:
        parameters: of the pictures.
        mean: Adam's running mean of the gradient.
        square: Adam's running mean of the squared gradient.
        largest: (N, 1, 1, 1), the largest gradient of the score so far, root mean square over pixels; that of
            a picture asleep does not count.
        asleep: bool (N, 1, 1, 1), whether no pixel mattered to the score at the last step.
    """

    parameters: Any
    mean: Any
    square: Any
    largest: Any
    asleep: Any


@dataclass(frozen=True)
class Ascent:
    """One way up.

    Attributes:
        score: from pictures, float32 (N, H, W, 3), levels 0 to 255, to a tensor (N,). Each picture's
            score depends on that picture alone.
        size: height and width in pixels.
        steps: how many.
        seed: of the noise at the start, and of the random movements.
        recipe: how the pictures are drawn, its jitter in pixels.
    """

    score: Callable[[Any], Any]
    size: tuple[int, int]
    steps: int
    seed: int
    recipe: Recipe

    def run(self, count: int, tick: Callable[[], Any]) -> tuple[np.ndarray, np.ndarray]:
        """Draw some pictures, all from the same noise and with the same movements.

        So a picture comes out the same in whatever company it is drawn.

        Args:
            count: how many pictures.
            tick: called after each step.

        Returns:
            The pictures, float32 (N, H, W, 3), levels 0 to 255; their scores, float32 (N, steps + 1):
            as moved before each step, and of the finished pictures, not moved.
        """
        tf = backend.tensorflow()
        state = self._start(count)
        specs = State(*(tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in state))

        @functools.cache
        def steps(wake: bool) -> Any:
            function = tf.function(lambda *given: self._step(*given, wake=wake), autograph=False)
            return function.get_concrete_function(specs, tf.TensorSpec((), tf.int32))

        scores = []
        for number in range(self.steps):
            step = steps(bool(tf.reduce_any(state.asleep)))
            score, state = step(state, tf.constant(number))
            scores.append(score.numpy())
            tick()
        finished = steps(False)(state, tf.constant(self.steps))[0].numpy()
        pictures = self._paint(state.parameters).numpy()
        return pictures, np.stack([*scores, finished], axis=1).astype(np.float32)

    def _paint(self, parameters: Any) -> Any:
        how = self.recipe
        return paint(parameters, self.size, fourier=how.fourier, decorrelate=how.decorrelate)

    def _start(self, count: int) -> State:
        tf = backend.tensorflow()
        first = CONTRAST * noise(self.size, (self.seed, -1), fourier=self.recipe.fourier)
        parameters = tf.repeat(first, count, axis=0)
        zeros, each = tf.zeros_like(parameters), (count, 1, 1, 1)
        return State(parameters, zeros, zeros, tf.zeros(each), tf.zeros(each, tf.bool))

    def _step(self, state: State, number: Any, *, wake: bool) -> tuple[Any, State]:
        """The scores before the step, and where it leads.

        What is silent has no slope. With `wake` pictures that are asleep go by the slope that would
        wake them: in a deep layer there are channels that hardly any noise excites.
        """
        tf = backend.tensorflow()
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(state.parameters)
            pictures = self._paint(state.parameters)
            seen = self._moved(pictures, number)
        score, uphill = _gradient(self.score, seen)
        asleep = tf.reduce_all(uphill == 0, axis=(1, 2, 3), keepdims=True)
        waking = asleep & state.asleep & wake
        if wake:
            uphill = tf.where(waking, gradient_through(self.score, seen, redirected()), uphill)
        size = tf.sqrt(tf.reduce_mean(uphill**2, axis=(1, 2, 3), keepdims=True))
        largest = tf.where(waking, state.largest, tf.maximum(state.largest, size))
        limit = tf.where(waking, size, largest)
        smoother = -self.recipe.total_variation * tf.cast(limit > 0, tf.float32) * _roughening(pictures / 255)
        pulls = [tf.math.divide_no_nan(uphill, limit), smoother]
        gradient = tape.gradient([seen, pictures], state.parameters, output_gradients=pulls)
        state = state._replace(largest=largest, asleep=asleep)
        return score, _adam(state, gradient, number, self._rate(number))

    def _moved(self, pictures: Any, number: Any) -> Any:
        """The pictures as the network sees them at a step: moved at random, but not once finished."""
        tf, how = backend.tensorflow(), self.recipe
        if not (how.jitter or how.scale or how.rotation):
            return tf.identity(pictures)
        draws = tf.random.stateless_uniform((4,), (self.seed, number), -1, 1)
        draws *= tf.cast(number < self.steps, tf.float32)
        return moved(pictures, draws, jitter=how.jitter or 0, scale=how.scale, rotation=how.rotation)

    def _rate(self, number: Any) -> Any:
        tf = backend.tensorflow()
        return self.recipe.rate * (1 + tf.cos(math.pi * tf.cast(number, tf.float32) / self.steps)) / 2


def _gradient(score: Callable[[Any], Any], seen: Any) -> tuple[Any, Any]:
    """A score, and its gradient by each picture's pixels."""
    tf = backend.tensorflow()
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(seen)
        value = score(seen)
    return value, tape.gradient(value, seen, unconnected_gradients="zero")


def _roughening(levels: Any) -> Any:
    """Gradient of the total variation: the sum of squared differences between neighbours.

    Mahendran and Vedaldi, "Understanding Deep Image Representations by Inverting Them", CVPR 2015,
    section 3, with beta = 2; on a periodic picture.
    """
    tf = backend.tensorflow()
    neighbours = sum(tf.roll(levels, shift, axis) for shift in (-1, 1) for axis in (1, 2))
    return 2 * (4 * levels - neighbours)


def _adam(state: State, gradient: Any, number: Any, rate: Any) -> State:
    """One step uphill: Kingma and Ba, "Adam", ICLR 2015, algorithm 1, with its own constants."""
    tf = backend.tensorflow()
    steps = tf.cast(number + 1, tf.float32)
    mean = 0.9 * state.mean + 0.1 * gradient
    square = 0.999 * state.square + 0.001 * gradient**2
    size = tf.sqrt(square / (1 - 0.999**steps)) + 1e-8
    parameters = state.parameters + rate * mean / (1 - 0.9**steps) / size
    return state._replace(parameters=parameters, mean=mean, square=square)
