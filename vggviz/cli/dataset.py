"""What the commands do over a folder of pictures, on this machine or on many."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vggviz.cli.inputs import load_network, plain, reading, say_saved

if TYPE_CHECKING:
    import keras
    import numpy as np

    from vggviz.datasets.examples import Examples


def run_stats(options: argparse.Namespace) -> None:
    """Print how busy the channels of each layer are over a folder of photographs."""
    import numpy as np

    from vggviz.datasets.statistics import dataset_statistics
    from vggviz.figures import described_figure
    from vggviz.plots import statistics as measure_plots

    statistics = study_folder(options, dataset_statistics)
    print(f"{'layer':24}{'channels':>9}{'dead':>6}{'median APoZ':>13}{'largest':>10}")
    for layer, found in statistics.items():
        print(
            f"{layer:24}{len(found.max):9}{found.dead.sum():6}{np.median(found.apoz):13.3f}{found.max.max():10.3g}"
        )
    if options.out:
        figure, _ = measure_plots.plot_channel_statistics(statistics)
        say_saved(described_figure.save_figure(figure, options.out))


def study_folder(
    options: argparse.Namespace, study: Callable[..., dict[str, Any]], layers: str | None = None
) -> dict[str, Any]:
    """What a study finds in the folder that the options name, here or by a scheduler's workers.

    Args:
        options: with a folder, a network, its reading, and a scheduler or None.
        study: `dataset_statistics`, `dataset_examples`, or one of them with some arguments set.
        layers: a layer's name; None is every convolution and pool.
    """
    from vggviz.datasets.folder import existing_folder

    existing_folder(options.folder)  # a mistake is told before the network is loaded
    study = partial(study, preprocess=partial(_as_read, reading(options)))
    if not options.scheduler:
        return study(load_network(options), options.folder, layers)

    from vggviz._shared import hashing
    from vggviz.activations.forward import chosen_layers
    from vggviz.datasets import dask_cluster

    with dask_cluster.connected(options.scheduler) as client:
        load, source = _recipe(options)
        model = load(source)
        names, folder = tuple(chosen_layers(model, layers)), str(Path(options.folder).resolve())
        sha256 = hashing.weights_sha256(model)
        return dask_cluster.scatter(
            client, model, dask_cluster.Work(load, source, folder, names, study, sha256)
        )


def _recipe(options: argparse.Namespace) -> tuple[Callable[[str], keras.Model], str]:
    """How every worker loads the same network: by a whole path, VGGVIZ_WEIGHTS read here."""
    from vggviz.models.loading import load_model, load_vgg16
    from vggviz.models.weights import SOURCES, resolve

    if options.model:
        return load_model, str(Path(options.model).resolve())
    source = resolve(options.weights)
    return load_vgg16, source if source in SOURCES else str(Path(source).resolve())


def _as_read(reads: Callable[[Any], Any], pictures: np.ndarray) -> np.ndarray:
    return reads(pictures.astype("float32"))


MOST = 8
"""Channels drawn where none is named."""


def run_examples(options: argparse.Namespace) -> None:
    """Print and draw what excites the channels of a layer most, over a folder of pictures."""
    import numpy as np

    from vggviz.datasets.examples import dataset_examples, example_crops
    from vggviz.figures import described_figure
    from vggviz.plots import channels as channel_plots

    study = partial(dataset_examples, channels=options.channel, top=options.top)
    (examples,) = study_folder(options, study, options.layer).values()
    strongest = np.argsort(-examples.values[:, 0], kind="stable")[:MOST]
    channels = options.channel or examples.channels[strongest].tolist()
    _print_examples(examples, channels)
    figure, _ = channel_plots.plot_examples(examples, example_crops(examples, options.folder, channels))
    say_saved(described_figure.save_figure(figure, options.out or f"{plain(options.layer)}_examples.png"))


def _print_examples(examples: Examples, channels: Iterable[int]) -> None:
    print(f"{'channel':>7}{'activation':>12}{'top':>6}{'left':>6}{'bottom':>8}{'right':>7}  picture")
    for channel in channels:
        place = examples.place(channel)
        rows = zip(examples.values[place], examples.boxes(channel), examples.names[place], strict=True)
        for value, (top, left, bottom, right), name in rows:
            print(f"{channel:7}{value:12.4g}{top:6}{left:6}{bottom:8}{right:7}  {name}")
