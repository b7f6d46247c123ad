"""Properties of public functions: strategies for valid and invalid arguments, and laws of the results."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from hypothesis import strategies as st

import networks
import vggviz

SHAPE = (32, 32, 3)
LAYERS = ("conv_a", "conv_b", "pool_a", "conv_strided", "conv_even", "pool_b", "conv_linear")
CHANNELS = dict(zip(LAYERS, (4, 6, 6, 8, 5, 5, 7), strict=True))


@dataclass
class Property:
    """The property of one public function.

    Attributes:
        given: strategy for valid arguments.
        law: function of the result and the arguments, which returns whether it is valid, or asserts so.
        wrong: {parameter: strategy for values that must be refused}.
        slow: whether a valid call takes tenths of a second, so that few examples are run.
    """

    given: st.SearchStrategy[dict[str, Any]]
    law: Callable[..., Any]
    wrong: dict[str, st.SearchStrategy[Any]] = field(default_factory=dict)
    slow: bool = False


# --- valid arguments


@functools.cache
def model() -> Any:
    return networks.functional()


@functools.cache
def classifier() -> Any:
    network = networks.sequential()
    from vggviz.models.provenance import Provenance, note_provenance

    wnids, labels = ("n1", "n2", "n3"), ("one", "two", "three")
    note_provenance(network, Provenance("tiny", classes=wnids, labels=labels))
    return network


def random_array(*shape: Any, low: float = -100, high: float = 100, dtype: Any = np.float32) -> Any:
    """Arrays of one shape, whose sides are numbers or strategies; some are zero, constant or sparse."""

    @st.composite
    def draw_array(draw: Any) -> np.ndarray:
        sides = tuple(draw(side) if isinstance(side, st.SearchStrategy) else side for side in shape)
        rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
        kind = draw(st.sampled_from(["even", "zero", "same", "sparse"]))
        values = rng.uniform(low, high, sides)
        if kind == "zero":
            values = np.full(sides, max(low, 0))
        if kind == "same":
            values = np.full(sides, values.ravel()[0])
        if kind == "sparse":
            values = np.where(rng.random(sides) < 0.8, max(low, 0), values)
        return values.astype(dtype)

    return draw_array()


side = st.integers(1, 6)
count = st.integers(1, 3)
seed = st.integers(0, 2**31 - 1)
batches = random_array(count, *SHAPE)
one_image = random_array(1, *SHAPE)
maps = st.dictionaries(
    st.sampled_from(["one", "two/three", "pool:1"]), random_array(2, side, side, 3), min_size=1
)
kernels = random_array(3, 3, 3, st.integers(1, 4))
photographs = random_array(8, 9, 3, low=0, high=255, dtype=np.uint8)
objectives = st.sampled_from(LAYERS).flatmap(
    lambda layer: st.integers(0, CHANNELS[layer] - 1).map(
        lambda index: vggviz.objectives.channel(layer, index)
    )
)
deepest = st.integers(0, 6).map(lambda index: vggviz.objectives.channel("conv_linear", index))
layers = st.sampled_from(LAYERS)
convolutions = st.sampled_from([layer for layer in LAYERS if "pool" not in layer])
models = st.builds(model)
classifiers = st.builds(classifier)
folders = st.builds(lambda: Path(tempfile.mkdtemp()))
recipes = st.builds(
    vggviz.feature_visualization.Recipe,
    fourier=st.booleans(),
    jitter=st.none() | st.integers(0, 3),
    rotation=st.floats(0, 20),
)


def arguments(**strategies: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(strategies)


@functools.cache
def examples() -> Any:
    return vggviz.datasets.dataset_examples(model(), sample_images(), "conv_b", top=2)["conv_b"]


@functools.cache
def sample_images() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    return {name: rng.integers(0, 256, SHAPE, np.uint8) for name in ("a", "b", "c")}


@functools.cache
def network_input() -> np.ndarray:
    return np.random.default_rng(5).normal(0, 60, (1, *SHAPE)).astype(np.float32)


@functools.cache
def visualization() -> Any:
    return vggviz.feature_visualization.visualize(
        model(), [vggviz.objectives.channel("conv_a", k) for k in (0, 1)], size=16, steps=1
    )


@functools.cache
def traced() -> Any:
    return vggviz.analysis.trace(model(), network_input(), vggviz.objectives.channel("conv_linear", 0))


@functools.cache
def model_file() -> Path:
    return networks.save(model(), Path(tempfile.mkdtemp()) / "own.keras")


@functools.cache
def curve() -> Any:
    return vggviz.attribution.deletion_insertion(
        model(), network_input(), None, vggviz.objectives.channel("conv_a", 0), steps=2
    )


# --- invalid arguments

NOT_A_NUMBER = [None, "3", [], {}, np.nan, np.inf, -np.inf, b"3", object(), 1j, np.zeros(2), True]


def anything_but(*allowed: Any) -> st.SearchStrategy[Any]:
    """Objects of many types except the allowed ones (types, or None)."""
    things = [None, 3, 2.5, "nonsense", b"bytes", object(), [], {}, np.zeros((2, 2)), int, lambda: None, 1j]
    kinds = tuple(kind for kind in allowed if kind is not None)
    remaining = [t for t in things if not isinstance(t, kinds) and not (t is None and None in allowed)]
    return st.sampled_from(remaining)


def no_whole(least: int = 0, most: int | None = None, *, optional: bool = False) -> st.SearchStrategy[Any]:
    wrong = [thing for thing in NOT_A_NUMBER if not (optional and thing is None)]
    outside = st.integers(max_value=least - 1) | st.sampled_from([0.5, -1.5, least - 10**30])
    if most is not None:
        outside |= st.integers(min_value=most + 1) | st.just(10**30)
    return st.sampled_from(wrong) | outside


def no_real(least: float = 0, *, optional: bool = False) -> st.SearchStrategy[Any]:
    wrong = [thing for thing in NOT_A_NUMBER if not (optional and thing is None)]
    below = st.floats(max_value=least, exclude_max=True, allow_nan=False)
    return st.sampled_from([*wrong, 10**400, -(10**400), 1e300]) | below


def no_array(*shape: int, kinds: str = "uif") -> st.SearchStrategy[Any]:
    """Anything but arrays of finite numbers with as many axes as `shape`."""
    right = np.ones(shape, np.float64)
    spoiled = []
    for value in (np.nan, np.inf, -np.inf, 1e300):
        array = right.copy()
        array.flat[array.size // 2] = value
        spoiled.append(array)
    others = [right.astype(complex), right.astype("U1"), right.astype(object)]
    shapes = [right[None], right[0], np.ones((0, *shape[1:])), np.ones((*shape[:-1], 0)), np.ones(())]
    ragged = [[[1.0], [1.0, 2.0]], [[[[1, 2]], "x"]]]
    things = [None, "text", b"bytes", object(), {}, [], lambda: None]
    return st.sampled_from([*spoiled, *others, *shapes, *ragged, *things])


def no_word(*known: str, optional: bool = False) -> st.SearchStrategy[Any]:
    things = [3, [], {}, b"bytes", np.array(known), known, *([] if optional else [None])]
    return st.sampled_from(things) | st.text(max_size=300).filter(lambda word: word not in known)


no_layer = no_word(*LAYERS)
no_layer_or_none = no_word(*LAYERS, optional=True).filter(lambda word: not isinstance(word, tuple))
no_model = anything_but()
no_objective = anything_but()
no_ax = anything_but(None)
no_batch = no_array(2, *SHAPE) | st.sampled_from([np.zeros((1, 16, 32, 3)), np.zeros((1, 32, 32, 4))])
no_function = anything_but(None, type(lambda: None), type)
no_path = st.sampled_from([3, 2.5, object(), [], {}, "nul\0byte", b"bytes", lambda: None])
no_list_of_layers = st.sampled_from([3, [], [3], ["conv_a", None], object(), 2.5, ["nonsense"], b"conv_a"])
no_channels = st.sampled_from(
    [[], [-1], [10**30], [0.5], "0", [None], [[0], [1, 2]], object(), [[0, 1]], {}, [np.nan], 99, [True]]
)
no_image = no_array(8, 9, 3) | st.sampled_from(
    [np.full((8, 9, 3), 256), np.full((8, 9, 3), -1), np.full((8, 9, 3), 1.5), np.zeros((8, 9, 2))]
)
no_recipe = anything_but()


def no_maps() -> st.SearchStrategy[Any]:
    wrong = no_array(2, 4, 4, 3).map(lambda values: {"one": values})
    return st.sampled_from([None, 3, "text", {}, object(), 2.5]) | wrong


# --- laws


def is_map(result: np.ndarray, batch: np.ndarray, **_: Any) -> bool:
    return result.shape == batch.shape[:3] and result.dtype == np.float32 and bool(np.isfinite(result).all())


def is_unsigned_map(result: np.ndarray, batch: np.ndarray, **_: Any) -> bool:
    return is_map(result, batch) and bool((result >= 0).all())


def is_figure(result: Any, **_: Any) -> bool:
    """A new figure and axes, with a text alternative."""
    figure, axes = result
    return bool(axes) and len(vggviz.text_alternative(figure)) > 10 and figure.number in plt.get_fignums()


def is_visualization(result: Any, steps: int, **_: Any) -> bool:
    levels, values = result.images, result.values
    return levels.min() >= 0 and levels.max() <= 255 and values.shape == (len(levels), steps + 1)
