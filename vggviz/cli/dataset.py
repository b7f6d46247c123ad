"""Commands about a folder of images, on this machine or with Dask's workers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import vggviz
from vggviz.cli import inputs

if TYPE_CHECKING:
    import keras
    import numpy as np

    from vggviz.datasets.examples import Examples

folder_argument = click.argument("folder", metavar="FOLDER")
scheduler_option = click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Use the workers of this Dask scheduler, for example tcp://10.0.0.1:8786. The folder, and the file "
    "of a network, must have the same path on every machine.",
)


@click.command("stats")
@folder_argument
@inputs.figure_option()
@scheduler_option
@inputs.network_options
def print_statistics(network: inputs.Network, *, folder, out, scheduler) -> None:
    """Print activation statistics over a folder.

    For each layer: the number of dead channels, the median share of zeros (APoZ) and the largest activation,
    over all images in the folder and below it. They are read one at a time, so memory does not grow with the
    folder.
    """
    import numpy as np

    from vggviz.figures.scales import number_text

    statistics = _study(network, folder, vggviz.datasets.dataset_statistics, scheduler=scheduler)
    print(f"{'layer':24}{'channels':>9}{'dead':>6}{'median APoZ':>13}{'largest':>10}")
    for layer, found in statistics.items():
        apoz, largest = np.median(found.apoz), found.max.max()
        print(f"{layer:24}{len(found.max):9}{found.dead.sum():6}{apoz:13.3f}{number_text(largest):>10}")
    if out:
        figure, _ = vggviz.plot_channel_statistics(statistics)
        inputs.save(figure, out)


@click.command("examples", cls=inputs.SeveralValues)
@folder_argument
@inputs.layer_option(required=True, help="A convolution or a pool.")
@inputs.number_option(
    "--channel",
    "channels",
    multiple=True,
    metavar="N...",
    help="Counted from 0.",
    show_default="the 8 most active",
)
@inputs.number_option("--top", default=9, help="Number of images per channel.")
@inputs.figure_option(show_default="LAYER_examples.png")
@scheduler_option
@inputs.network_options
def draw_examples(network: inputs.Network, *, folder, layer, channels, top, out, scheduler) -> None:
    """Find the images that activate a channel most.

    Draw the part of each image that the channel's strongest cell sees, and print its position: the pixels
    (top, left, bottom, right) in the square cut from the image's centre. All images in the folder and below
    it are read once, one at a time.
    """
    import numpy as np

    study = partial(vggviz.datasets.dataset_examples, channels=list(channels) or None, top=top)
    (examples,) = _study(network, folder, study, layers=layer, scheduler=scheduler).values()
    strongest = np.argsort(-examples.values[:, 0], kind="stable")[:8]
    drawn = list(channels) or examples.channels[strongest].tolist()
    _print_examples(examples, drawn)
    figure, _ = vggviz.plot_examples(examples, vggviz.datasets.example_crops(examples, folder, drawn))
    inputs.save(figure, out or f"{inputs.as_file_name(layer)}_examples.png")


def _print_examples(examples: Examples, channels: Iterable[int]) -> None:
    print(f"{'channel':>7}{'activation':>12}{'top':>6}{'left':>6}{'bottom':>8}{'right':>7}  image")
    for channel in channels:
        place = examples.place(channel)
        rows = zip(examples.values[place], examples.boxes(channel), examples.names[place], strict=True)
        for value, (top, left, bottom, right), name in rows:
            print(f"{channel:7}{value:12.4g}{top:6}{left:6}{bottom:8}{right:7}  {name}")


def _study(
    network: inputs.Network,
    folder: str,
    study: Callable[..., dict[str, Any]],
    *,
    layers: str | None = None,
    scheduler: str | None = None,
) -> dict[str, Any]:
    """The result of `dataset_statistics` or `dataset_examples`, computed here or by a scheduler's workers."""
    from vggviz.datasets.folder import existing_folder

    existing_folder(folder)  # a mistake is reported before the network is loaded
    study = partial(study, preprocess=partial(_preprocess, network.preprocess))
    if not scheduler:
        return study(network.load("maps"), folder, layers)

    from vggviz._shared import hashing
    from vggviz.activations.forward import chosen_layers
    from vggviz.datasets import dask_cluster

    with dask_cluster.connect(scheduler) as client:
        load, source = _recipe(network)
        model = load(source)
        names, whole_path = tuple(chosen_layers(model, layers)), str(Path(folder).resolve())
        sha256 = hashing.weights_sha256(model)
        return dask_cluster.run_job(
            client, model, dask_cluster.Job(load, source, whole_path, names, study, sha256)
        )


def _recipe(network: inputs.Network) -> tuple[Callable[[str], keras.Model], str]:
    """How every worker loads the same network: the function and its argument.

    A file is given by its absolute path, and VGGVIZ_WEIGHTS is read on this machine.
    """
    from vggviz.forward_only.network import load_forward_only
    from vggviz.models.loading import load_model
    from vggviz.models.weights import SOURCES, resolve

    if network.model:
        return load_model, str(Path(network.model).resolve())
    source = resolve(network.weights)
    return load_forward_only, source if source in SOURCES else str(Path(source).resolve())


def _preprocess(preprocess: Callable[[Any], Any], images: np.ndarray) -> np.ndarray:
    return preprocess(images.astype("float32"))
