"""What the commands share: the options that choose a network, and small steps with images and files.

The commands' parameters have no annotations: click converts the values to the types of their options.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial, wraps
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

import vggviz

if TYPE_CHECKING:
    import keras
    import numpy as np
    from matplotlib.figure import Figure

    from vggviz.forward_only.network import ForwardOnly


Use = Literal["gradients", "maps", "drawings", "layers"]
"""What a command needs of a network; "drawings" need no photograph, "layers" are also their kernels."""


@dataclass(frozen=True)
class Network:
    """The options that choose a network.

    Attributes:
        weights: a source of weights for VGG16; None is the default source.
        model: a file saved by Keras; None is VGG16.
        input: what the network takes, one of `INPUTS`.
    """

    weights: str | None
    model: str | None
    input: str

    def load(
        self,
        use: Use = "gradients",
        *,
        classifier: str | None = None,
        layer: str | None = None,
        until: str | None = None,
    ) -> keras.Model:
        """Load the network, VGG16 with a classifier if one is named; an unknown `layer` is an error.

        `until` is the last layer that is needed; None for all. What needs no gradients starts without
        TensorFlow where it can. The last of VGG16's own weights are kept: in a notebook, `%run -m vggviz`
        starts several commands in one process. A file is read each time, since it may have changed.
        """
        from vggviz.models.graph import find_step
        from vggviz.models.weights import SOURCES, resolve

        source = self.model or resolve(self.weights)
        is_kept = not self.model and source in SOURCES
        if not is_kept:
            _kept.cache_clear()  # figures name the networks that exist in the process
        model = (
            vggviz.load_model(source)
            if self.model
            else (_kept if is_kept else _Vgg16)(source, classifier).serving(use, until)
        )
        if layer:
            find_step(model, layer)
        if self.model and use != "layers":
            self._check(model, use)
        return model

    def _check(self, model: keras.Model, use: Use) -> None:
        """Raise ValueError if the network cannot read what this class makes of photographs."""
        from vggviz.models.graph import image_input, unfold

        *_, height, width, channels = shape = image_input(unfold(model).inputs).shape
        reads = "x".join(str(size or "any") for size in shape[1:])
        makes = 1 if self.input.startswith("grey") else 3
        if channels not in (makes, None):
            right = {1: "--input grey or grey-unit", 3: "--input vgg16, levels or unit"}.get(channels)
            raise ValueError(
                f"The network reads images of {reads}, and --input {self.input} makes {makes} of the last; "
                + (f"use {right}." if right else "from Python, preprocess can make others.")
            )
        if use != "drawings" and height != width:
            raise ValueError(
                f"The network reads images of {reads}, and photographs are cut to squares here; "
                "from Python, feature_maps takes a batch of any shape."
            )

    def read(self, model: keras.Model, photo: str) -> tuple[np.ndarray, np.ndarray]:
        """A photograph in the model's size: uint8 (H, W, 3), and preprocessed, float32 (1, H, W, 3)."""
        from vggviz.models.graph import input_side

        image = vggviz.load_image(photo, input_side(model))
        return image, self.preprocess(image[None].astype("float32"))

    @property
    def preprocess(self) -> Callable[[Any], Any]:
        """The preprocessing of RGB levels, float32 (N, H, W, 3), for arrays and tensors alike."""
        return INPUTS[self.input]


@dataclass(frozen=True, eq=False)
class _Vgg16:
    """VGG16 of a source and a classifier, loaded at most once for each engine."""

    source: str
    classifier: str | None

    def serving(self, use: Use, until: str | None) -> keras.Model:
        from vggviz.forward_only.network import starts

        quick = None if use in ("gradients", "drawings") else self.forward_only
        return quick if quick and (use == "layers" or starts(quick, until)) else self.by_keras

    @cached_property
    def forward_only(self) -> ForwardOnly | None:
        from vggviz.forward_only.network import unstarted

        return unstarted(self.source, self.classifier)

    @cached_property
    def by_keras(self) -> keras.Model:
        return vggviz.load_vgg16(self.source, self.classifier)


_kept = lru_cache(maxsize=1)(_Vgg16)


def _vgg16(levels: Any) -> Any:
    from vggviz.images.preprocessing import as_vgg16_reads

    return as_vgg16_reads(levels)


def _levels(levels: Any) -> Any:
    return levels


def _unit(levels: Any) -> Any:
    return levels / 255


def _grey(levels: Any) -> Any:
    from vggviz._shared import backend

    return backend.keras().ops.image.rgb_to_grayscale(levels, data_format="channels_last")


def _grey_unit(levels: Any) -> Any:
    return _grey(levels) / 255


INPUTS = {"vgg16": _vgg16, "levels": _levels, "unit": _unit, "grey": _grey, "grey-unit": _grey_unit}
"""What networks take, and how it is made of RGB levels."""


photo_argument = click.argument("photo", metavar="PHOTO")
photos_argument = click.argument("photos", metavar="PHOTO...", nargs=-1, required=True)
number_option = partial(click.option, type=int, metavar="N")
layer_option = partial(click.option, "--layer", metavar="NAME")
figure_option = partial(click.option, "--out", metavar="FILE", help="A .png, .svg or .pdf file to draw.")


def choice_option(name: str, values: Sequence[str], help: str) -> Callable[[Any], Any]:  # noqa: A002
    """An option with some values, the first of which is the default."""
    return click.option(name, type=click.Choice(values), default=values[0], help=help)


def network_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add --weights, --model and --input; the command gets them as its first argument, a `Network`."""

    @click.option(
        "--weights",
        metavar="SOURCE",
        help="imagenet, random or a file.",
        show_default="VGGVIZ_WEIGHTS or imagenet",
    )
    @click.option("--model", metavar="FILE", help="A network of your own, saved by Keras (.keras).")
    @choice_option(
        "--input",
        list(INPUTS),
        "What a network of your own takes: as VGG16, BGR minus the channel means; RGB levels from 0 to 255; "
        "RGB from 0 to 1; one grey channel from 0 to 255; or one from 0 to 1.",
    )
    @wraps(command)
    def with_network(weights: str | None, model: str | None, input: str, **options: Any) -> None:  # noqa: A002
        at_most_one(weights=weights, model=model)
        command(Network(weights, model, input), **options)

    return with_network


class SeveralValues(click.Command):
    """A command whose repeatable options take several values at once, too: `--channel 5 9`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Write an option's name before each of its values."""
        options = (param for param in self.params if isinstance(param, click.Option) and param.multiple)
        return super().parse_args(ctx, list(_spread(args, {name for each in options for name in each.opts})))


def _spread(args: list[str], names: set[str]) -> Iterator[str]:
    name = ""
    for previous, arg in pairwise(["", *args]):
        if arg.startswith("--"):
            name = arg if arg in names else ""
        elif name and previous != name:
            yield name
        yield arg


def at_most_one(**options: object) -> None:
    """Refuse a command if more than one of these options is given."""
    if len(given := [f"--{name}" for name, value in options.items() if value]) > 1:
        click.get_current_context().fail(f"{' and '.join(given)} exclude one another; use one of them.")


def import_drawing() -> None:
    """Import matplotlib in a thread, meanwhile the network is loaded and computes.

    A failure is reported by the import of what uses it.
    """
    ThreadPoolExecutor(1).submit(import_module, "vggviz.figures.described_figure")


def check_photos(photos: Iterable[str]) -> None:
    """Raise an error for a photograph that cannot be read, before a network is loaded."""
    for photo in photos:
        vggviz.load_image(photo)


def named(photos: Sequence[str]) -> list[tuple[str, str]]:
    """Each photograph after a name for its files: its own, numbered where another has the same."""
    from vggviz.datasets.folder import unique_names

    return list(unique_names(((Path(photo).stem, photo) for photo in photos), files=True))


def as_file_name(layer: str) -> str:
    """A layer's name as part of a file's name."""
    return layer.replace("/", "-").replace(":", "-")


def save(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Save a figure and print its path, so that a script can read it."""
    print(vggviz.save_figure(figure, path))
