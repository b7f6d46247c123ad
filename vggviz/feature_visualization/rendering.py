"""Rendering of objectives to images: image size, cost, batches, and checkpoints."""

from __future__ import annotations

import functools
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from vggviz._shared import backend, validation
from vggviz._shared.files import output_folder
from vggviz._shared.hashing import digest, text_digest
from vggviz.activations.forward import run
from vggviz.feature_visualization.checkpoints import Checkpoints
from vggviz.feature_visualization.cost import Cost
from vggviz.feature_visualization.optimisation import GradientAscent, Recipe, check_settings
from vggviz.models.graph import check_differentiable, unfold
from vggviz.models.parts import output_shapes, part
from vggviz.models.receptive_field import pair, receptive_fields
from vggviz.models.summary import counted, forward_macs
from vggviz.objectives import Objective, as_channels, label_for, mean_of_each

if TYPE_CHECKING:
    import keras

BATCH_PIXELS = 2 * 224 * 224
"""Pixels per batch: larger batches are no faster on two cores, and need more memory."""
MAX_SIDE = 10_000
"""Largest side of an image in pixels: larger images do not fit into memory."""
MARGIN = 16
"""Pixels added to the receptive field, so that for some cells it lies inside the image."""
DEFAULT_SIDES = 64, 128
"""Smallest and largest default side in pixels: smaller images show little, larger ones are slow."""

log = logging.getLogger("vggviz")


@dataclass(frozen=True)
class Visualization:
    """Images found by gradient ascent, and the course of the optimisation.

    Attributes:
        images: float32 (N, H, W, 3), RGB, levels 0 to 255, not rounded.
        values: float32 (N, steps + 1), the quantity that `measure` names: of the transformed image before
            each step, and of the final image, not transformed.
        labels: label of each image's objective.
        measure: name of the quantity in `values`.
    """

    images: np.ndarray
    values: np.ndarray
    labels: tuple[str, ...]
    measure: str = "objective"

    @property
    def reached(self) -> np.ndarray:
        """Values of the final images, float32 (N,)."""
        return self.values[:, -1]


@dataclass(frozen=True)
class Rendering:
    """Model and settings of a rendering: everything that images depend on except their objectives.

    Attributes:
        model: a Keras model with images as input.
        size: height and width of the images in pixels.
        steps: number of gradient ascent steps.
        seed: seed of the initial noises and of the random transformations.
        recipe: a recipe without None.
        preprocess: function from a tensor of RGB levels, float32 (N, H, W, 3), to the model's input.
        noise: name of the noise that all images start from; None for one per objective, named by its label.
    """

    model: keras.Model
    size: tuple[int, int]
    steps: int
    seed: int
    recipe: Recipe
    preprocess: Callable[[Any], Any]
    noise: str | None = None

    def __post_init__(self) -> None:
        """Validate steps, seed, recipe and preprocess.

        Raises:
            TypeError: `recipe` is not a Recipe, or `preprocess` is not callable.
            ValueError: `steps` or `seed` out of range.
        """
        check_settings(self.steps, self.seed, self.recipe)
        validation.function("preprocess", self.preprocess)

    def draw(
        self,
        objectives: Sequence[Objective],
        folder: str | os.PathLike[str] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> Visualization:
        """Render one image per objective. Images saved in the folder are loaded, new ones are saved.

        Args:
            objectives: the objective of each image.
            folder: see `visualize`.
            settings: further settings that the images depend on; JSON values. None compares functions of the
                user's by their values.

        Returns:
            The images in the order of the objectives.
        """
        kept: list[Checkpoints | None] = [None] * len(objectives)
        if folder is not None:
            place, common = output_folder(folder), self._settings()
            kept = [Checkpoints(place, common | dict(settings or self._own(each))) for each in objectives]
        pairs = zip(kept, objectives, strict=True)
        results = [checkpoints.load(each.label) if checkpoints else None for checkpoints, each in pairs]
        missing = [index for index, result in enumerate(results) if result is None]
        if missing:
            log.info("%s", self.cost([objectives[index] for index in missing]))
        for index, image, values in self._draw_batches(objectives, missing):
            results[index] = (image, values)
            if checkpoints := kept[index]:
                checkpoints.save(objectives[index].label, image, values)
        images, values = (np.stack(arrays) for arrays in zip(*filter(None, results), strict=True))
        return Visualization(
            images, values, tuple(label_for(objective, self.model) for objective in objectives)
        )

    def cost(self, objectives: Sequence[Objective]) -> Cost:
        """Cost of rendering one image per objective."""
        macs = forward_macs(self.model, layers_read(objectives), self.size)
        return Cost(len(objectives), self.size, self.steps, macs)

    def _draw_batches(
        self, objectives: Sequence[Objective], indices: list[int]
    ) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """Yield (index, image, values) of the objectives with these indices, in batches."""
        per_batch = max(1, BATCH_PIXELS // (self.size[0] * self.size[1]))
        batches = [indices[start : start + per_batch] for start in range(0, len(indices), per_batch)]
        with tqdm(total=self.steps * len(batches), desc="drawing", disable=None, leave=False, delay=1) as bar:
            for batch in batches:
                own = [objectives[index] for index in batch]
                noises = [objective.label if self.noise is None else self.noise for objective in own]
                yield from zip(batch, *self._ascent(own).run(noises, bar.update), strict=True)

    def _ascent(self, objectives: Sequence[Objective]) -> GradientAscent:
        layers = layers_read(objectives)
        read = reader(functools.partial(part, self.model, layers), self.preprocess, self.size)
        score = functools.partial(score_each, objectives)
        return GradientAscent(read, score, self.size, self.steps, self.seed, self.recipe)

    def _own(self, objective: Objective) -> dict[str, Any]:
        """What tells an objective with a function of the user's from others with its label."""
        if objective.is_cacheable:
            return {}
        read = reader(
            functools.partial(part, self.model, layers_read([objective])), self.preprocess, self.size
        )
        levels = np.random.default_rng(0).integers(256, size=(2, *self.size, 3)).astype(np.float32)
        values = np.asarray(score_each([objective] * 2, read(levels)))
        return {"objective": [f"{value:.2e}" for value in values]}

    def _settings(self) -> dict[str, Any]:
        return {
            "size": list(self.size),
            "steps": int(self.steps),
            "seed": int(self.seed),
            "noise": self.noise or "one per label",
            "recipe": asdict(self.recipe),
            "preprocess": preprocess_digest(self.preprocess, self.size),
            "layers": text_digest(layer_values(self.model, self.size)),
            "weights": digest(map(np.asarray, self.model.weights)),
        }


def reader(
    submodel: Callable[..., keras.Model], preprocess: Callable[[Any], Any], size: tuple[int, int]
) -> Callable[[Any], Any]:
    """The function of RGB levels, float32 (N, H, W, 3), that a submodel computes behind `preprocess`.

    Args:
        submodel: function that gives it, for images of any size if it is called with `any_size=True`.
        preprocess: function from a tensor of RGB levels to the model's input.
        size: height and width of the images in pixels.

    Raises:
        ValueError: a model that reads whole numbers, or a size that is too small; when called, images that
            it does not read.
    """
    fits = submodel().input.shape[1:3] == size
    function = submodel(any_size=not fits)
    check_differentiable(function.input)
    output_shapes(function, size)  # refuses a size that is too small
    colours = function.input.shape[-1]

    def read(images: Any) -> Any:
        try:
            batch = backend.keras().ops.convert_to_tensor(preprocess(images))
        except (NotImplementedError, ValueError) as error:  # TensorFlow's, of a tensor in NumPy or of None
            raise ValueError(
                "preprocess must compute a tensor from a tensor, by Keras or TensorFlow and not by NumPy, "
                "so that it has gradients."
            ) from error
        if batch.shape[1:] != (*size, colours):
            raise ValueError(
                f"The model reads images of {counted(colours, 'colour')}; preprocess turns a batch "
                f"of shape {tuple(images.shape)} into one of shape {tuple(batch.shape)}."
            )
        return function(batch, training=False)

    return read


def preprocess_digest(preprocess: Callable[[Any], Any], size: tuple[int, int] = (4, 4)) -> str:
    """Short checksum of what a `preprocess` function does, by its values for some fixed levels."""
    levels = np.random.default_rng(0).uniform(0, 255, (1, *size, 3)).astype(np.float32)
    return digest([np.asarray(preprocess(levels))])


def layer_values(model: keras.Model, size: tuple[int, int]) -> list[str]:
    """Means of the positive and negative outputs of each layer for two fixed images, to three digits.

    They identify what the layers compute; their settings do not, since functions have names alone there. The
    images have the model's own size, or `size` where it accepts any.
    """
    images = unfold(model).inputs[0]
    check_differentiable(images)  # before whole numbers are refused as images
    sides = [own or other for own, other in zip(images.shape[1:3], size, strict=True)]
    noise = np.random.default_rng(0).uniform(-1, 1, (2, *sides, images.shape[-1])) * [[[[1]]], [[[128]]]]
    outputs = run(model, np.rint(noise), tuple(step.output for step in unfold(model).steps.values()))
    parts = [(sign * values).clip(0).reshape(2, -1).mean(axis=1) for values in outputs for sign in (1, -1)]
    return [f"{mean:.2e}" for means in parts for mean in means]


def layers_read(objectives: Iterable[Objective]) -> tuple[str, ...]:
    """Names of the layers that the objectives read, without duplicates."""
    return tuple(dict.fromkeys(layer for objective in objectives for layer in objective.layers))


def score_each(objectives: Sequence[Objective], maps: Mapping[str, Any]) -> Any:
    """Value of each image's own objective: a tensor (N,) for N objectives and N images.

    Channels of one layer are read together: with a hundred objectives that takes a fifth of the operations.
    Otherwise the maps are unstacked once, so that the gradient of an objective has the size of one image's
    maps.
    """
    if channels := as_channels(objectives):
        return mean_of_each(maps, *channels)
    tf = backend.tensorflow()
    single = {layer: tf.unstack(values, num=len(objectives)) for layer, values in maps.items()}
    values = [
        objective.value({layer: single[layer][index][tf.newaxis] for layer in objective.layers})
        for index, objective in enumerate(objectives)
    ]
    return tf.concat(values, axis=0)


def image_size(model: keras.Model, layers: Sequence[str], size: int | None) -> tuple[int, int]:
    """Height and width in pixels of images for the given layers; see `visualize`.

    Args:
        model: any Keras model with images as input.
        layers: names of the layers that the objectives read.
        size: the side in pixels; None selects a default.

    Raises:
        ValueError: `size` out of range, or None for a model without a default size.
    """
    if size is not None:
        size = validation.whole("size in pixels", size, 1, MAX_SIDE)
        return size, size
    input_size = part(model, layers).input.shape[1:3]
    fields = receptive_fields(model)
    if all(layer in fields for layer in layers):
        sides = zip(*(pair(fields[layer].size) for layer in layers), strict=True)
        wanted = np.clip([max(side) + MARGIN for side in sides], *DEFAULT_SIDES).tolist()
        height, width = (w if i is None else min(w, i) for w, i in zip(wanted, input_size, strict=True))
        return height, width
    if None in input_size:
        raise ValueError(
            f"The model reads images of any size, and so does {layers[0].lstrip('/')!r}; name a size."
        )
    return input_size


def complete_recipe(model: keras.Model, layers: Sequence[str], recipe: Recipe) -> Recipe:
    """Replace None in a recipe by the defaults for the given layers; see `Recipe`.

    The stride of several layers is the largest one; that of layers without feature maps, such as logits,
    the largest in the network. An unknown stride, as after a layer that resizes, counts as 1.
    """
    validation.instance("A Recipe", recipe, Recipe)
    return recipe.at_stride(effective_stride(model, layers))


def effective_stride(model: keras.Model, layers: Sequence[str]) -> int:
    """The largest effective stride of some layers in pixels; see `complete_recipe`."""
    fields = receptive_fields(model)
    with_field = [layer for layer in layers if layer in fields] or list(fields)
    return max((max(pair(fields[layer].stride)) for layer in with_field), default=1)
