"""Gradient ascent on images with Adam, under random transformations."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from vggviz._shared import backend, validation
from vggviz._shared.gradient_override import ScoreGradient, redirected_relu_gradient
from vggviz._shared.hashing import text_digest
from vggviz.feature_visualization.parameterisation import random_parameters, to_images
from vggviz.feature_visualization.transforms import transform

INITIAL_CONTRAST = 0.3
"""Scale of the noise that images start from: their levels have a standard deviation of about 19 of 255."""

SHARED_NOISE = ""
"""Name of the noise that all images began with before each got one of its own."""


@dataclass(frozen=True)
class Recipe:
    """Parameterisation, regularisation and learning rate of a feature visualization.

    Each part can be disabled separately: ``Recipe(jitter=0)``, ``Recipe(fourier=False)``. None selects a
    default that depends on the effective stride of the target layer, in any network: deep layers respond to
    large shapes, which large transformations preserve, and their images are the ones prone to
    high-frequency noise.

    ======  ===============  =====  ========  ===============
    stride  jitter           scale  rotation  total variation
    ======  ===============  =====  ========  ===============
    1 to 4  half the stride  0.1    5         0
    8       4                0.17   10        0.033
    16 on   half the stride  0.3    20        0.1
    ======  ===============  =====  ========  ===============

    Attributes:
        fourier: parameterise images by spectra with all frequencies scaled alike, rather than by pixels.
        decorrelate: parameterise colours such that they are correlated as in photographs, rather than by
            red, green and blue.
        jitter: largest random shift per step, in whole pixels. None is half the stride, so that every
            position relative to the grid of the pools occurs.
        scale: largest random zoom in either direction, 0.1 for 10 %; below 1.
        rotation: largest random rotation in degrees, in either direction.
        total_variation: weight of the gradient of the total variation (squared differences between
            neighbouring pixels, levels 0 to 1), relative to an objective's gradient normalised to a root
            mean square of at most 1 over the pixels.
        rate: Adam's learning rate at the first step; it decays to 0 along half a cosine.
    """

    fourier: bool = True
    decorrelate: bool = True
    jitter: int | None = None
    scale: float | None = None
    rotation: float | None = None
    total_variation: float | None = None
    rate: float = 0.1

    def __post_init__(self) -> None:
        """Validate all attributes.

        Raises:
            TypeError: `fourier` or `decorrelate` is not a bool.
            ValueError: a number is negative, not finite, or `scale` is 1 or larger.
        """
        for name in ("fourier", "decorrelate"):
            validation.instance(f"True or False as a recipe's {name}", getattr(self, name), bool)
        validation.real("recipe's rate", self.rate, 0)
        for name in ("scale", "rotation", "total_variation"):
            if getattr(self, name) is not None:
                validation.real(f"recipe's {name}", getattr(self, name), 0)
        if self.jitter is not None:
            validation.whole("recipe's jitter in pixels", self.jitter)
        if self.scale is not None and self.scale >= 1:
            raise ValueError(f"A recipe's scale must be below 1; got {self.scale!r}.")

    def at_stride(self, stride: int) -> Recipe:
        """Replace None by the defaults for a layer.

        Args:
            stride: effective stride of the layer in pixels.

        Returns:
            A recipe without None.
        """
        depth = min(max((stride - 4) / 12, 0.0), 1.0)
        defaults: dict[str, Any] = {
            "jitter": stride // 2,
            "scale": 0.1 + 0.2 * depth,
            "rotation": 5.0 + 15.0 * depth,
            "total_variation": 0.1 * depth,
        }
        missing = {name: value for name, value in defaults.items() if getattr(self, name) is None}
        return replace(self, **missing)


def check_settings(steps: int, seed: int, recipe: Recipe) -> None:
    """Raise ValueError for steps or a seed out of range, and TypeError for another recipe than a Recipe."""
    validation.whole("number of steps", steps, 1)
    validation.whole("seed", seed, 0, 2**31 - 1)
    validation.instance("A Recipe", recipe, Recipe)


class State(NamedTuple):
    """State of the optimiser; each entry is a tensor with one row per image.

    Attributes:
        parameters: the images' parameters.
        mean: Adam's running mean of the gradient.
        square: Adam's running mean of the squared gradient.
        largest: (N, 1, 1, 1), largest root mean square of the score's gradient so far, except redirected
            gradients.
    """

    parameters: Any
    mean: Any
    square: Any
    largest: Any


@dataclass(frozen=True)
class GradientAscent:
    """Gradient ascent on a batch of images.

    Attributes:
        read: function from images, float32 (N, H, W, 3), levels 0 to 255, to `{layer: tensor (N, ...)}`.
        score: function of the result of `read` to a tensor (N,); an image's score must not depend on the
            other images.
        size: height and width in pixels.
        steps: number of steps.
        seed: seed of the initial noises and of the random transformations.
        recipe: a recipe without None.
        score_gradient: function from transformed images to scores and gradients that are computed
            elsewhere; None for those of `read` and `score`.
    """

    read: Callable[[Any], Mapping[str, Any]]
    score: Callable[[Mapping[str, Any]], Any]
    size: tuple[int, int]
    steps: int
    seed: int
    recipe: Recipe
    score_gradient: Callable[[Any], ScoreGradient] | None = None

    def run(self, noises: Sequence[str], on_step: Callable[[], Any]) -> tuple[np.ndarray, np.ndarray]:
        """Optimise a batch of images, each from its own noise, all with the same transformations.

        An image therefore does not depend on the others in the batch.

        Args:
            noises: name of each image's initial noise: equal names and seeds give equal noises.
            on_step: called after each step.

        Returns:
            The images, float32 (N, H, W, 3), levels 0 to 255, and their scores, float32 (N, steps + 1):
            of the transformed images before each step, and of the final images, not transformed.
        """
        tf = backend.tensorflow()
        state = self._initial_state(noises)
        specs = State(*(tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in state))
        function = tf.function(self._step, autograph=False)
        step = function.get_concrete_function(specs, tf.TensorSpec((), tf.int32))
        scores = []
        for index in range(self.steps):
            score, state = step(state, tf.constant(index))
            scores.append(score.numpy())
            on_step()
        final = step(state, tf.constant(self.steps))[0].numpy()
        images = self._images(state.parameters).numpy()
        return images, np.stack([*scores, final], axis=1).astype(np.float32)

    def _images(self, parameters: Any) -> Any:
        recipe = self.recipe
        return to_images(parameters, self.size, fourier=recipe.fourier, decorrelate=recipe.decorrelate)

    def _initial_state(self, noises: Sequence[str]) -> State:
        tf = backend.tensorflow()
        seeds = [(self.seed, noise_seed(name)) for name in noises]
        spectra = [random_parameters(self.size, seed, fourier=self.recipe.fourier) for seed in seeds]
        parameters = INITIAL_CONTRAST * tf.concat(spectra, axis=0)
        zeros = tf.zeros_like(parameters)
        return State(parameters, zeros, zeros, tf.zeros((len(noises), 1, 1, 1)))

    def _step(self, state: State, index: Any) -> tuple[Any, State]:
        """Scores before a step, and the state after it."""
        tf = backend.tensorflow()
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(state.parameters)
            images = self._images(state.parameters)
            transformed = self._transform(images, index)
        score, gradient, redirected = self._score_gradient(transformed)
        size = tf.sqrt(tf.reduce_mean(gradient**2, axis=(1, 2, 3), keepdims=True))
        largest = tf.where(redirected, state.largest, tf.maximum(state.largest, size))
        scale = tf.where(redirected, size, largest)
        upstream = [tf.math.divide_no_nan(gradient, scale), self._regularisation(images, scale)]
        gradient = tape.gradient([transformed, images], state.parameters, output_gradients=upstream)
        state = state._replace(largest=largest)
        return score, _adam(state, gradient, index, self._learning_rate(index))

    def _score_gradient(self, transformed: Any) -> ScoreGradient:
        if self.score_gradient:
            return self.score_gradient(transformed)
        return redirected_relu_gradient(self.score, self.read(transformed), transformed)

    def _regularisation(self, images: Any, scale: Any) -> Any:
        """Minus the weighted gradient of the total variation; zero for images without a score gradient."""
        tf = backend.tensorflow()
        weight = -(self.recipe.total_variation or 0) * tf.cast(scale > 0, tf.float32)
        return weight * _total_variation_gradient(images / 255)

    def _transform(self, images: Any, index: Any) -> Any:
        """The images under the random transformation of a step; the final images are not transformed."""
        tf, recipe = backend.tensorflow(), self.recipe
        if not (recipe.jitter or recipe.scale or recipe.rotation):
            return tf.identity(images)
        draws = tf.random.stateless_uniform((4,), (self.seed, index), -1, 1)
        draws *= tf.cast(index < self.steps, tf.float32)
        jitter, scale, rotation = recipe.jitter or 0, recipe.scale or 0, recipe.rotation or 0
        return transform(images, draws, jitter=jitter, scale=scale, rotation=rotation)

    def _learning_rate(self, index: Any) -> Any:
        tf = backend.tensorflow()
        return self.recipe.rate * (1 + tf.cos(math.pi * tf.cast(index, tf.float32) / self.steps)) / 2


def noise_seed(name: str) -> int:
    """The part of an initial noise's seed that depends on its name, the same in every process.

    Negative, since steps, which are counted from 0, seed the transformations.
    """
    return -1 - (int(text_digest([name])[:7], 16) if name != SHARED_NOISE else 0)


def _total_variation_gradient(levels: Any) -> Any:
    """Gradient of the total variation: the sum of squared differences between neighbouring pixels.

    Mahendran and Vedaldi, "Understanding Deep Image Representations by Inverting Them", CVPR 2015,
    section 3, with beta = 2; for a periodic image.
    """
    tf = backend.tensorflow()
    neighbours = sum(tf.roll(levels, shift, axis) for shift in (-1, 1) for axis in (1, 2))
    return 2 * (4 * levels - neighbours)


def _adam(state: State, gradient: Any, index: Any, rate: Any) -> State:
    """One ascent step of Adam: Kingma and Ba, ICLR 2015, algorithm 1, with its default constants."""
    tf = backend.tensorflow()
    steps = tf.cast(index + 1, tf.float32)
    mean = 0.9 * state.mean + 0.1 * gradient
    square = 0.999 * state.square + 0.001 * gradient**2
    size = tf.sqrt(square / (1 - 0.999**steps)) + 1e-8
    parameters = state.parameters + rate * mean / (1 - 0.9**steps) / size
    return state._replace(parameters=parameters, mean=mean, square=square)
