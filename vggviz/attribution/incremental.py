"""An objective's value for many images: any images, or copies of one that differ in a window.

A square of 16 pixels changes 8 x 8 of the 56 x 56 cells of VGG16's block2_pool, and leaves the others as they
were. So a stage of the network, from one pool to the next, computes a crop as long as a crop is smaller than
the map; only the rest of the network computes whole maps. The numbers are those of whole images.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vggviz._shared import backend
from vggviz.activations.forward import run
from vggviz.attribution.core import scores
from vggviz.models import graph
from vggviz.models.receptive_field import ReceptiveField, receptive_fields
from vggviz.objectives import Objective

if TYPE_CHECKING:
    import keras

Scorer = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From windows (n, h, w, c) and corners, int (n, 2), to the scores (n,)."""


def window_scorer(model: keras.Model, image: np.ndarray, objective: Objective) -> Scorer:
    """A function for the objective of copies of an image, each with other pixels in one window.

    Args:
        model: any Keras model; one that is no chain of pools computes whole images.
        image: float32 (H, W, C), as the model's input wants it.
        objective: what is computed.

    Returns:
        The function: from windows, float32 (n, h, w, C), and the row and column of each one's first
        pixel, int (n, 2), to the scores, float32 (n,).
    """
    names, stages = _chain(model, objective)
    outputs = tuple(graph.unfold(model).steps[name].output for name in names)
    maps = run(model, image[np.newaxis], outputs) if names else []
    wholes = [image, *(values[0] for values in maps)]

    def score(windows: np.ndarray, corners: np.ndarray) -> np.ndarray:
        for index, stage in enumerate(stages):
            count = stage.changed(max(windows.shape[1:3]))
            if stage.crop(count) >= min(wholes[index].shape[:2]):
                return finish(index, windows, corners)
            windows, corners = _pass(stage, wholes[index], windows, corners, count)
        return finish(len(stages), windows, corners)

    def finish(index: int, windows: np.ndarray, corners: np.ndarray) -> np.ndarray:
        whole = wholes[index]
        changed = _laid(np.repeat(whole[np.newaxis], len(windows), axis=0), windows, corners)
        if index == 0:
            return scores(model, changed, objective)
        return np.asarray(objective.value(_rest(model, names[index - 1], objective)(changed)), np.float32)

    return score


@dataclass(frozen=True)
class _Stage:
    """The layers from one pool (or the image) to the next one.

    Attributes:
        run: from maps of any height and width (n, h, w, c) to those of the next pool.
        size: cells that one cell of the result depends on, along either axis.
        stride: cells from one to the next.
        padding: cells by which the first one overhangs the edge.
    """

    run: Callable[[Any], Any]
    size: int
    stride: int
    padding: int

    def changed(self, length: int) -> int:
        """Cells of the result that a window of so many cells can change, along an axis."""
        return (length + self.size - 2) // self.stride + 1

    def crop(self, count: int) -> int:
        """Cells that so many cells of the result need, wherever they begin: a multiple of the stride."""
        return (-(-((count - 1) * self.stride + self.size) // self.stride) + 1) * self.stride

    def first(self, corners: np.ndarray) -> np.ndarray:
        """The first cell of the result that sees each corner's cell or one behind it."""
        return -((self.size - 1 - self.padding - corners) // self.stride)


def _pass(
    stage: _Stage, whole: np.ndarray, windows: np.ndarray, corners: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Windows and their corners behind a stage, `count` cells high and wide."""
    sides, crop = np.array(whole.shape[:2]), stage.crop(count)
    # Both stay inside their maps: at the edge the stage itself adds the zeros that belong there.
    first = stage.first(corners).clip(0, sides // stage.stride - count)
    start = ((first * stage.stride - stage.padding) // stage.stride * stage.stride).clip(0, sides - crop)
    pieces = np.stack([whole[y : y + crop, x : x + crop] for y, x in start])
    results = stage.run(_laid(pieces, windows, corners - start)).numpy()
    inside = first - start // stage.stride
    found = [maps[y : y + count, x : x + count] for maps, (y, x) in zip(results, inside, strict=True)]
    return np.stack(found), first


def _laid(maps: np.ndarray, windows: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Maps (n, H, W, c) with a window laid on each, as far as it lies inside."""
    height, width = windows.shape[1:3]
    for values, window, (y, x) in zip(maps, windows, corners, strict=True):
        top, left = max(-y, 0), max(-x, 0)
        place = values[y + top : max(y + height, 0), x + left : max(x + width, 0)]
        place[...] = window[top : top + place.shape[0], left : left + place.shape[1]]
    return maps


def _chain(model: keras.Model, objective: Objective) -> tuple[list[str], list[_Stage]]:
    """The pools that all of the objective's layers read the image through, and the stages to them."""
    network = graph.unfold(model)
    key = ("chain", objective.layers)
    if key not in network.functions:
        network.functions[key] = _find_chain(model, graph.part(model, objective.layers).output)
    return network.functions[key]


def _find_chain(model: keras.Model, outputs: Any) -> tuple[list[str], list[_Stage]]:
    network = graph.unfold(model)
    pools = {name: step for name, step in network.steps.items() if step.kind in graph.POOLS}
    squares = _squares(receptive_fields(model)) if pools else {}
    tensor, before = network.inputs[0], _Square(1, 1, 0)
    names: list[str] = []
    stages: list[_Stage] = []
    for name, step in pools.items():
        stage = _stage(tensor, before, step.output, squares[name]) if name in squares else None
        if stage is None or _between(step.output, outputs) is None:
            break
        names.append(name)
        stages.append(stage)
        tensor, before = step.output, squares[name]
    return names, stages


class _Square(NamedTuple):
    """A receptive field that is the same along both axes; the words are ReceptiveField's."""

    size: int
    stride: int
    padding: int


def _squares(fields: Mapping[str, ReceptiveField]) -> dict[str, _Square]:
    found: dict[str, Any] = {name: (f.size, f.stride, f.padding) for name, f in fields.items()}
    return {name: _Square(*sides) for name, sides in found.items() if all(isinstance(s, int) for s in sides)}


def _stage(tensor: Any, before: _Square, output: Any, after: _Square) -> _Stage | None:
    """The stage from one tensor to another; None where crops of it would not be parts of the whole."""
    sides, stride = tuple(tensor.shape[1:3]), after.stride // before.stride
    if tensor.dtype != "float32" or None in sides or any(side % stride for side in sides):
        return None
    part = _between(tensor, output)
    if part is None or tuple(output.shape[1:3]) != tuple(side // stride for side in sides):
        return None
    size = (after.size - before.size) // before.stride + 1
    return _Stage(_open_sized(part), size, stride, (after.padding - before.padding) // before.stride)


def _between(tensor: Any, outputs: Any) -> Any:
    """The model from one tensor to others; None where they depend on other tensors, too."""
    try:
        return backend.keras().Model(tensor, outputs)
    except ValueError:
        return None


def _open_sized(part: Any) -> Callable[[Any], Any]:
    """The compiled function of a model without dense layers, for maps of any height and width."""
    keras = backend.keras()
    maps = keras.Input((None, None, part.input.shape[-1]))
    opened = keras.models.clone_model(part, input_tensors=maps, clone_function=lambda layer: layer)
    return _compiled(opened, backend.tensorflow().TensorSpec(maps.shape))


def _rest(model: keras.Model, name: str, objective: Objective) -> Callable[[Any], Any]:
    """The compiled function from a pool's maps to ``{layer: tensor}`` of the objective's layers."""
    network = graph.unfold(model)
    key = ("rest", name, objective.layers)
    if key not in network.functions:
        output = network.steps[name].output
        part = _between(output, graph.part(model, objective.layers).output)
        network.functions[key] = _compiled(part, backend.tensorflow().TensorSpec(output.shape))
    return network.functions[key]


def _compiled(part: Any, shape: Any) -> Callable[[Any], Any]:
    tf = backend.tensorflow()
    compiled = tf.function(lambda maps: part(maps, training=False), autograph=False)
    function = compiled.get_concrete_function(shape)
    return lambda maps: function(tf.constant(maps))
