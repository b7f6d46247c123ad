"""From objectives to images: how large they are, what they cost, which are on disk already."""

from __future__ import annotations

import functools
import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from vggviz._shared import backend, validation
from vggviz._shared.files import output_folder
from vggviz._shared.hashing import digest
from vggviz.feature_visualization.checkpoints import Album
from vggviz.feature_visualization.cost import Cost
from vggviz.feature_visualization.optimisation import Ascent, Recipe
from vggviz.models.graph import part
from vggviz.models.receptive_field import pair, receptive_fields
from vggviz.models.summary import forward_macs
from vggviz.objectives import Objective

if TYPE_CHECKING:
    import keras

PIXELS_AT_ONCE = 2 * 224 * 224
"""In one batch: larger ones gain no time on two cores, and cost memory."""
LARGEST_SIDE = 10_000
"""Of an image, in pixels: a larger one would not go into memory."""
ROOM = 16
"""Pixels that an image is larger than the receptive field, so that some cells see no edge."""
USUAL_SIDES = 64, 128
"""Least and most pixels unless a size is asked for: less shows little, more takes long."""

log = logging.getLogger("vggviz")


@dataclass(frozen=True)
class Visualization:
    """Images drawn for a network.

    Attributes:
        images: float32 (N, H, W, 3), RGB, levels 0 to 255, not rounded.
        values: float32 (N, steps + 1): what `measure` says, before each step for the image as it was
            moved then, and at last for the finished image, not moved.
        labels: what each image was drawn for.
        measure: what the values are.
    """

    images: np.ndarray
    values: np.ndarray
    labels: tuple[str, ...]
    measure: str = "objective"

    @property
    def reached(self) -> np.ndarray:
        """The finished images' values, float32 (N,)."""
        return self.values[:, -1]


@dataclass(frozen=True)
class Rendering:
    """All that images depend on, but their objectives.

    Attributes:
        model: a Keras model that reads images.
        size: height and width of the images in pixels.
        steps: of gradient ascent.
        seed: of the noise at the start, and of the random movements.
        recipe: how the images are drawn, with numbers in all its parts.
        preprocess: from a tensor of RGB levels, float32 (N, H, W, 3), to what the model reads.
    """

    model: keras.Model
    size: tuple[int, int]
    steps: int
    seed: int
    recipe: Recipe
    preprocess: Callable[[Any], Any]

    def __post_init__(self) -> None:
        """Refuse steps and seeds that are none."""
        validation.whole("number of steps", self.steps, 1)
        validation.whole("seed", self.seed, 0, 2**31 - 1)
        validation.instance("A Recipe", self.recipe, Recipe)
        validation.function("preprocess", self.preprocess)

    def draw(
        self,
        objectives: Sequence[Objective],
        folder: str | os.PathLike[str] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> Visualization:
        """An image for each objective, those in the folder taken from there, the others written to it.

        Args:
            objectives: what each image is to maximise.
            folder: see `visualize`.
            settings: what else the images depend on, as JSON has it.
        """
        album = (
            None if folder is None else Album(output_folder(folder), self._settings() | dict(settings or {}))
        )
        found = [album.load(objective.label) if album else None for objective in objectives]
        missing = [index for index, drawing in enumerate(found) if drawing is None]
        at_once = max(1, PIXELS_AT_ONCE // (self.size[0] * self.size[1]))
        chunks = [missing[start : start + at_once] for start in range(0, len(missing), at_once)]
        if missing:
            log.info("%s", self.cost([objectives[index] for index in missing]))
        with tqdm(total=self.steps * len(chunks), desc="drawing", disable=None, leave=False, delay=1) as bar:
            for chunk in chunks:
                drawn = self._ascent([objectives[k] for k in chunk]).run(len(chunk), bar.update)
                for index, image, values in zip(chunk, *drawn, strict=True):
                    found[index] = (image, values)
                    if album:
                        album.save(objectives[index].label, image, values)
        images, values = (np.stack(parts) for parts in zip(*filter(None, found), strict=True))
        return Visualization(images, values, tuple(objective.label for objective in objectives))

    def cost(self, objectives: Sequence[Objective]) -> Cost:
        """What it takes to draw an image for each objective."""
        macs = forward_macs(self.model, layers_read(objectives), self.size)
        return Cost(len(objectives), self.size, self.steps, macs)

    def _ascent(self, objectives: Sequence[Objective]) -> Ascent:
        function = self._function(layers_read(objectives))

        def read(images: Any) -> Any:
            batch = self.preprocess(images)
            if batch.shape[1:] != (*self.size, function.input.shape[-1]):
                raise ValueError(
                    f"The model reads images of {function.input.shape[-1]} colours; preprocess makes a "
                    f"batch of shape {tuple(batch.shape)} of one of shape {tuple(images.shape)}."
                )
            return function(batch, training=False)

        return Ascent(
            read, functools.partial(each, objectives), self.size, self.steps, self.seed, self.recipe
        )

    def _function(self, layers: tuple[str, ...]) -> Any:
        """The part of the model that computes the layers, at the images' size."""
        own = part(self.model, layers).input.shape[1:3]
        function = part(self.model, layers, any_size=own != self.size)
        check_size(function, self.size)
        return function

    def _settings(self) -> dict[str, Any]:
        return {
            "size": list(self.size),
            "steps": int(self.steps),
            "seed": int(self.seed),
            "recipe": asdict(self.recipe),
            "preprocess": getattr(self.preprocess, "__qualname__", type(self.preprocess).__name__),
            "weights": digest(map(np.asarray, self.model.weights)),
        }


def layers_read(objectives: Iterable[Objective]) -> tuple[str, ...]:
    """Names of all layers that some objectives read, each once."""
    return tuple(dict.fromkeys(layer for objective in objectives for layer in objective.layers))


def each(objectives: Sequence[Objective], maps: Mapping[str, Any]) -> Any:
    """Each image's own objective: a tensor (N,), for N objectives and N images.

    Unstacked once, so that no objective's gradient is as large as all the images' maps.
    """
    tf = backend.tensorflow()
    single = {layer: tf.unstack(values, num=len(objectives)) for layer, values in maps.items()}
    values = [
        objective.value({layer: single[layer][index][tf.newaxis] for layer in objective.layers})
        for index, objective in enumerate(objectives)
    ]
    return tf.concat(values, axis=0)


def drawing_size(model: keras.Model, layers: Sequence[str], size: int | None) -> tuple[int, int]:
    """Height and width of images for some layers: see `visualize`.

    Raises:
        ValueError: a size that is no whole number from 1 on, or none where it is left open.
    """
    if size is not None:
        size = validation.whole("size in pixels", size, 1, LARGEST_SIDE)
        return size, size
    own = part(model, layers).input.shape[1:3]
    fields = receptive_fields(model)
    if all(layer in fields for layer in layers):
        sides = zip(*(pair(fields[layer].size) for layer in layers), strict=True)
        wanted = np.clip([max(side) + ROOM for side in sides], *USUAL_SIDES).tolist()
        height, width = (w if o is None else min(w, o) for w, o in zip(wanted, own, strict=True))
        return height, width
    if None in own:
        raise ValueError(f"The model reads images of any size, and so does {layers[0]!r}; name a size.")
    return own


def full_recipe(model: keras.Model, layers: Sequence[str], recipe: Recipe) -> Recipe:
    """The recipe with numbers where it leaves open what the layers' stride decides: see `Recipe`.

    The stride of several layers is their largest; of layers without places, as of logits, the largest
    in the network.
    """
    validation.instance("A Recipe", recipe, Recipe)
    fields = receptive_fields(model)
    placed = [layer for layer in layers if layer in fields] or list(fields)
    return recipe.at_stride(max(max(pair(fields[layer].stride)) for layer in placed))


def check_size(function: keras.Model, size: tuple[int, int]) -> None:
    """Raise ValueError if nothing is left of images of that size in some layer."""
    try:
        shapes = function.compute_output_shape((1, *size, function.input.shape[-1]))
        left = all(side is None or side > 0 for shape in shapes.values() for side in shape)
    except ValueError:
        left = False
    if not left:
        raise ValueError(
            f"Nothing is left of images of {size[0]} x {size[1]} pixels in "
            f"{' or '.join(function.output)}; name a larger size, or None for one that fits."
        )
