"""Drawings of the channels of a convolution: the optimum of each, and its opposite.

The optimum maximises the mean over the map of the positive part of the pre-activation, which is the map
itself where the activation is a ReLU, as `visualize` does. The opposite maximises the mean of the negative
part: the map of the channel with its kernel and its bias negated, which a ReLU hides.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from vggviz._shared import backend, validation
from vggviz._shared.gradient_override import ScoreGradient
from vggviz._shared.hashing import digest, text_digest
from vggviz.activations.forward import convolution_step
from vggviz.feature_visualization.cost import Cost
from vggviz.feature_visualization.optimisation import SHARED_NOISE, GradientAscent, Recipe, check_settings
from vggviz.feature_visualization.rendering import (
    complete_recipe,
    effective_stride,
    image_size,
    layer_values,
    preprocess_digest,
    reader,
)
from vggviz.models.graph import Step, unfold
from vggviz.models.parts import part
from vggviz.models.summary import forward_macs
from vggviz.network_gradients.chain import chain
from vggviz.network_gradients.engines import ENGINES, check_installed, score_gradient
from vggviz.objectives import channel

if TYPE_CHECKING:
    import keras

SIDES = {"optimum": 1.0, "opposite": -1.0}
"""What is drawn of a channel, and the factor of its pre-activation."""
TENSORFLOW = "tensorflow"
DRAWN_BY = (TENSORFLOW, *ENGINES)
"""What can compute the network's gradients."""
BATCH_PIXELS = 64 * 64 * 64
"""Pixels per batch: VGG16's need less than 2 GB."""
PROBE = (64, 64)
"""Height and width of the images that tell networks apart, where they accept any."""
DEEP_STRIDE = 16
FAST = Recipe(rate=0.25)
"""Default of `ChannelRecipe`: half the steps of `visualize` at 2.5 times its rate."""


@dataclass(frozen=True)
class ChannelRecipe:
    """How the channels of an atlas are drawn.

    Attributes:
        steps: number of gradient ascent steps.
        seed: seed of the initial noises and of the random transformations.
        ascent: parameterisation, regularisation and learning rate, as for `vggviz.visualize`.
        shared_noise: whether all drawings of a size begin with the same noise.
    """

    steps: int = 24
    seed: int = 0
    ascent: Recipe = FAST
    shared_noise: bool = False

    def __post_init__(self) -> None:
        """Validate all attributes.

        Raises:
            TypeError: `ascent` is not a Recipe, or `shared_noise` not a bool.
            ValueError: `steps` or `seed` out of range.
        """
        check_settings(self.steps, self.seed, self.ascent)
        validation.instance("True or False as shared_noise", self.shared_noise, bool)


SHALLOW = ChannelRecipe()
"""Up to an effective stride of 8: blocks 1 to 4 of VGG16."""
DEEP = ChannelRecipe(steps=48, ascent=Recipe())
"""From an effective stride of 16: there, half the steps give less coherent drawings, of lower values."""


def default_recipe(model: keras.Model, layer: str) -> ChannelRecipe:
    """The recipe of a layer's drawings in an atlas, by the layer's effective stride."""
    return DEEP if effective_stride(model, [layer]) >= DEEP_STRIDE else SHALLOW


def default_sides(model: keras.Model, layer: str) -> list[str]:
    """What an atlas draws of a layer: both sides, or the optimum where the recipe is that of deep layers.

    For VGG16 that keeps the whole atlas below four hours on two cores.
    """
    return list(SIDES)[: 1 if default_recipe(model, layer) is DEEP else None]


@dataclass(frozen=True)
class ChannelDrawing:
    """The drawings of the channels of a layer, from one side.

    Attributes:
        model: any Keras model with images as input.
        layer: name of a Conv2D layer.
        side: "optimum" or "opposite".
        recipe: how the channels are drawn.
        preprocess: function from a tensor of RGB levels 0 to 255, float32 (N, H, W, 3), to the model's
            input.
        engine: "tensorflow"; or "torch" or "jax", which compute the network's gradients, where these have a
            graphics processor.
    """

    model: keras.Model
    layer: str
    side: str
    recipe: ChannelRecipe
    preprocess: Callable[[Any], Any]
    engine: str = TENSORFLOW

    def __post_init__(self) -> None:
        """Raise ValueError for an unknown side or an engine that is unknown, missing or not for the layer."""
        validation.one_of("side", self.side, SIDES)
        validation.one_of("engine", self.engine, DRAWN_BY)
        if self.engine != TENSORFLOW:
            check_installed(self.engine)
            chain(self.model, self.layer)

    @property
    def channels(self) -> range:
        """Indices of the layer's channels."""
        return range(convolution_step(self.model, self.layer).output.shape[-1])

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels, as for `visualize`."""
        return image_size(self.model, [self.layer], None)

    @property
    def ascent(self) -> Recipe:
        """The recipe of the gradient ascent, without None."""
        return complete_recipe(self.model, [self.layer], self.recipe.ascent)

    @property
    def settings(self) -> dict[str, Any]:
        """All that drawings depend on except the network."""
        given = {"size": list(self.size), "preprocess": preprocess_digest(self.preprocess)}
        return asdict(self.recipe) | {"ascent": asdict(self.ascent)} | given

    @property
    def digest(self) -> str:
        """Short checksum of the settings."""
        return text_digest([json.dumps(self.settings, sort_keys=True)])

    @property
    def cost(self) -> Cost:
        """Cost of all drawings, computed without running the model."""
        macs = forward_macs(self.model, [self.layer], self.size)
        return Cost(len(self.channels), self.size, self.recipe.steps, macs)

    def batches(self) -> list[range]:
        """The channels of each batch; always the same ones, since rounding may depend on their number."""
        step = max(1, BATCH_PIXELS // (self.size[0] * self.size[1]))
        return [self.channels[start : start + step] for start in self.channels[::step]]

    def draw(self, channels: range, on_step: Callable[[], Any]) -> dict[str, np.ndarray]:
        """Images, uint8 (n, H, W, 3), and the values that they started with and reached, float32 (n,)."""
        read, recipe = self._reader(channels), self.recipe
        ascent = GradientAscent(
            read,
            _mean_of_map,
            self.size,
            recipe.steps,
            recipe.seed,
            self.ascent,
            None if self.engine == TENSORFLOW else self._elsewhere(channels),
        )
        images, values = ascent.run([self._noise(index) for index in channels], on_step)
        levels = np.rint(images).astype(np.uint8)
        return {"images": levels, "start": values[:, 0], "reached": values[:, -1]}

    def _noise(self, index: int) -> str:
        """Name of a drawing's noise: for the optimum that of `visualize`."""
        if self.recipe.shared_noise:
            return SHARED_NOISE
        label = channel(self.layer, index).label
        return label if self.side == "optimum" else f"{self.side} of {label}"

    def _reader(self, channels: range) -> Callable[[Any], dict[str, Any]]:
        """A function from images to the map of each one's own channel, (n, h, w, 1)."""
        tf = backend.tensorflow()
        before_relu = partial(part, self.model, [self.layer], activated=False)
        maps = reader(before_relu, self.preprocess, self.size)
        own, factor = [[index] for index in channels], SIDES[self.side]

        def read(images: Any) -> dict[str, Any]:
            before = tf.gather(maps(images)[self.layer], own, axis=-1, batch_dims=1)
            return {self.layer: tf.nn.relu(factor * before)}

        return read

    def _elsewhere(self, channels: range) -> Callable[[Any], ScoreGradient]:
        """Scores and gradients by another engine, of NumPy arrays."""
        tf = backend.tensorflow()
        compute = score_gradient(self.engine, chain(self.model, self.layer), channels, SIDES[self.side])

        def found(images: Any) -> ScoreGradient:
            batch = self.preprocess(images)
            score, upstream, silent = tf.numpy_function(compute, [batch], [tf.float32, tf.float32, tf.bool])
            score, upstream = tf.ensure_shape(score, (len(channels),)), tf.ensure_shape(upstream, batch.shape)
            (gradient,) = tf.gradients(batch, images, upstream)
            return ScoreGradient(score, gradient, tf.reshape(silent, (len(channels), 1, 1, 1)))

        return found


def _mean_of_map(maps: Mapping[str, Any]) -> Any:
    (values,) = maps.values()
    return backend.tensorflow().reduce_mean(values, axis=(1, 2, 3))


def network_digest(model: keras.Model) -> str:
    """Checksum of the layers with feature maps: what they compute, and their weights."""
    steps = [step for step in unfold(model).steps.values() if len(step.output.shape) == 4]
    settings = [f"{step.kind} {_settings(step.layer)}" for step in steps]
    if not all(map(_is_told_by_settings, steps)):
        settings += layer_values(model, PROBE)
    return text_digest(settings) + digest(
        np.asarray(weight) for step in steps for weight in step.layer.get_weights()
    )


def _is_told_by_settings(step: Step) -> bool:
    """Whether a layer's code, and its activation's, are Keras' own."""
    activation = getattr(step.core, "activation", None)
    is_own = activation is None or str(getattr(activation, "__module__", "")).startswith("keras.")
    return is_own and step.is_keras_own and not step.is_a("Lambda")


def _settings(layer: Any) -> str:
    """A layer's settings that change what it computes."""
    other = re.compile("name|trainable|dtype|.*_(initializer|regularizer|constraint)")
    try:
        config = layer.get_config()
    except (AttributeError, NotImplementedError):  # an operation, or a class of a user without settings
        config = {}
    return repr(sorted((key, value) for key, value in config.items() if not other.fullmatch(key)))
