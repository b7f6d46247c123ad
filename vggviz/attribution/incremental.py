"""Scores of copies of an image that differ in one window, computed from crops of the feature maps.

A window of 16 x 16 pixels changes 8 x 8 of the 56 x 56 cells of VGG16's block2_pool; the other cells keep
their values. The network is divided into stages, one for each convolution and pool. As long as the changed
cells need a crop smaller than the map, a stage computes the crop only; the remaining layers compute whole
maps. The scores equal those of whole images up to rounding.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vggviz._shared import backend
from vggviz.activations.forward import run
from vggviz.attribution.core import scores
from vggviz.models import graph, parts
from vggviz.models.receptive_field import ReceptiveField, receptive_fields
from vggviz.objectives import Objective

if TYPE_CHECKING:
    import keras

Scorer = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Function from windows (n, h, w, c) and their top left corners, int (n, 2), to scores (n,)."""


def window_scorer(model: keras.Model, image: np.ndarray, objective: Objective) -> Scorer:
    """Return a function that scores copies of an image, each with one window replaced.

    Args:
        model: any Keras model; one without a chain of convolutions and pools computes whole images.
        image: float32 (H, W, C), preprocessed for the model.
        objective: the scalar to compute.

    Returns:
        Function from windows, float32 (n, h, w, C), and the row and column of their top left pixels,
        int (n, 2), to scores, float32 (n,).
    """
    names, stages = _chain(model, objective)
    outputs = tuple(graph.unfold(model).steps[name].output for name in names)
    maps = run(model, image[np.newaxis], outputs) if names else []
    originals = [image, *(values[0] for values in maps)]
    trials = zip(stages, originals, originals[1:], strict=False)  # there is one more of the originals
    stages = [stage for stage, *_ in itertools.takewhile(lambda trial: _fits(*trial), trials)]

    def score(windows: np.ndarray, corners: np.ndarray) -> np.ndarray:
        for index, stage in enumerate(stages):
            count = stage.changed_cells(max(windows.shape[1:3]))
            if stage.crop_size(count) >= min(originals[index].shape[:2]):
                return score_whole(index, windows, corners)
            windows, corners = _propagate(stage, originals[index], windows, corners, count)
        return score_whole(len(stages), windows, corners)

    def score_whole(index: int, windows: np.ndarray, corners: np.ndarray) -> np.ndarray:
        original = originals[index]
        changed = _paste(np.repeat(original[np.newaxis], len(windows), axis=0), windows, corners)
        if index == 0:
            return scores(model, changed, objective)
        layers = _layers_after(model, names[index - 1], objective)
        return np.asarray(objective.value(layers(changed)), np.float32)

    return score


@dataclass(frozen=True)
class _Stage:
    """The layers from one convolution or pool (or the image) to the next.

    Attributes:
        run: function from input maps of any height and width (n, h, w, c) to output maps.
        size: receptive field of an output cell along either axis, in input cells.
        stride: stride in input cells.
        padding: padding in input cells.
    """

    run: Callable[[Any], Any]
    size: int
    stride: int
    padding: int

    def changed_cells(self, length: int) -> int:
        """Maximum number of output cells along an axis that depend on a window of `length` input cells."""
        return (length + self.size - 2) // self.stride + 1

    def crop_size(self, count: int) -> int:
        """Input cells needed for `count` adjacent output cells at any position: a multiple of the stride."""
        strides = -(-((count - 1) * self.stride + self.size) // self.stride)
        return (strides + (self.stride > 1)) * self.stride  # one more, since a crop begins at a stride

    def first_changed(self, corners: np.ndarray) -> np.ndarray:
        """Index of the first output cell that depends on the input cells from each corner on."""
        return -((self.size - 1 - self.padding - corners) // self.stride)


def _propagate(
    stage: _Stage, original: np.ndarray, windows: np.ndarray, corners: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Output windows of a stage, `count` cells high and wide, and their corners.

    Args:
        stage: the stage.
        original: input maps of the unchanged image, (h, w, c).
        windows: changed input cells, (n, h', w', c).
        corners: top left corners of the windows, int (n, 2).
        count: see `_Stage.changed_cells`.
    """
    sides, crop = np.array(original.shape[:2]), stage.crop_size(count)
    # Crops and windows are clipped to the maps, so that the stage itself pads the edges.
    first = stage.first_changed(corners).clip(0, sides // stage.stride - count)
    start = ((first * stage.stride - stage.padding) // stage.stride * stage.stride).clip(0, sides - crop)
    crops = np.stack([original[y : y + crop, x : x + crop] for y, x in start])
    results = stage.run(_paste(crops, windows, corners - start)).numpy()
    offsets = first - start // stage.stride
    outputs = [maps[y : y + count, x : x + count] for maps, (y, x) in zip(results, offsets, strict=True)]
    return np.stack(outputs), first


def _fits(stage: _Stage, original: np.ndarray, result: np.ndarray) -> bool:
    """Whether crops of an image's maps give the cells of its whole maps.

    Not if something on the way depends on the position, such as weights for each position, or on all cells.
    """
    count, sides = stage.changed_cells(1), np.array(original.shape[:2])
    if stage.crop_size(count) >= min(sides):
        return True  # no crop will be computed
    corners = np.stack([0 * sides, sides // 2, sides - 1])
    windows = np.stack([original[y : y + 1, x : x + 1] for y, x in corners])
    try:
        cells, first = _propagate(stage, original, windows, corners, count)
    except backend.tensorflow().errors.InvalidArgumentError:  # shapes that do not fit a crop
        return False
    wanted = [result[y : y + count, x : x + count] for y, x in first]
    return np.allclose(cells, wanted, rtol=1e-3, atol=1e-4 * np.abs(result).max())


def _paste(maps: np.ndarray, windows: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Replace one window in each of the maps (n, H, W, c), clipped to them; modifies `maps`."""
    height, width = windows.shape[1:3]
    for values, window, (y, x) in zip(maps, windows, corners, strict=True):
        top, left = max(-y, 0), max(-x, 0)
        target = values[y + top : max(y + height, 0), x + left : max(x + width, 0)]
        target[...] = window[top : top + target.shape[0], left : left + target.shape[1]]
    return maps


def _chain(model: keras.Model, objective: Objective) -> tuple[list[str], list[_Stage]]:
    """Names of the layers through which all the objective's layers depend on the image, and the stages.

    Cached per model and set of layers.
    """
    network = graph.unfold(model)
    key = ("chain", objective.layers)
    if key not in network.functions:
        network.functions[key] = _find_chain(model, parts.part(model, objective.layers).output)
    return network.functions[key]


def _find_chain(model: keras.Model, outputs: Any) -> tuple[list[str], list[_Stage]]:
    network = graph.unfold(model)
    layers = {name: step for name, step in network.steps.items() if step.is_convolution or step.is_pool}
    fields = _square_fields(receptive_fields(model)) if layers else {}
    tensor, field = network.inputs[0], _SquareField(1, 1, 0)
    names: list[str] = []
    stages: list[_Stage] = []
    for name, step in layers.items():
        alone = parts.between(step.output, outputs) is not None
        stage = _make_stage(tensor, field, step.output, fields[name]) if alone and name in fields else None
        if stage is not None:
            names.append(name)
            stages.append(stage)
            tensor, field = step.output, fields[name]
    return names, stages


class _SquareField(NamedTuple):
    """A receptive field with the same size, stride and padding along both axes; see `ReceptiveField`."""

    size: int
    stride: int
    padding: int


def _square_fields(fields: Mapping[str, ReceptiveField]) -> dict[str, _SquareField]:
    """The receptive fields that are equal along both axes."""
    values: dict[str, Any] = {name: (f.size, f.stride, f.padding) for name, f in fields.items()}
    return {
        name: _SquareField(*sides)
        for name, sides in values.items()
        if all(isinstance(side, int) for side in sides)
    }


def _make_stage(tensor: Any, field: _SquareField, output: Any, output_field: _SquareField) -> _Stage | None:
    """The stage from a tensor to a layer's output; None if its crops would differ from the whole maps."""
    sides, stride = tuple(tensor.shape[1:3]), output_field.stride // field.stride
    if tensor.dtype != "float32" or None in sides or any(side % stride for side in sides):
        return None
    part = parts.between(tensor, output)
    if part is None or tuple(output.shape[1:3]) != tuple(side // stride for side in sides):
        return None
    size = (output_field.size - field.size) // field.stride + 1
    padding = (output_field.padding - field.padding) // field.stride
    return _Stage(_compile_for_any_size(part), size, stride, padding)


def _compile_for_any_size(part: Any) -> Callable[[Any], Any]:
    """Compile a model without dense layers for maps of any height and width."""
    keras = backend.keras()
    maps = graph.fresh_input((None, None, part.input.shape[-1]))
    with graph.symbolic_calls:
        any_size = keras.models.clone_model(part, input_tensors=maps, clone_function=lambda layer: layer)
    return _compile(any_size, backend.tensorflow().TensorSpec(maps.shape))


def _layers_after(model: keras.Model, name: str, objective: Objective) -> Callable[[Any], Any]:
    """Compiled function from a layer's maps to ``{layer: tensor}`` of the objective's layers, cached."""
    network = graph.unfold(model)
    key = ("rest", name, objective.layers)
    if key not in network.functions:
        output = network.steps[name].output
        part = parts.between(output, parts.part(model, objective.layers).output)
        network.functions[key] = _compile(part, backend.tensorflow().TensorSpec(output.shape))
    return network.functions[key]


def _compile(part: Any, shape: Any) -> Callable[[Any], Any]:
    """Compile a model in inference mode for inputs of the given TensorSpec."""
    tf = backend.tensorflow()
    compiled = tf.function(lambda maps: part(maps, training=False), autograph=False)
    function = compiled.get_concrete_function(shape)
    return lambda maps: function(tf.constant(maps))
