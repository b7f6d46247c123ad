"""What each command of the command line does."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vggviz._shared import validation

if TYPE_CHECKING:
    import keras
    import numpy as np

log = logging.getLogger("vggviz")


def run_layers(options: argparse.Namespace) -> None:
    """Print the table of layers."""
    from vggviz.models.summary import layer_table

    print(layer_table(load_network(options)))


def run_filters(options: argparse.Namespace) -> None:
    """Draw the kernels of a layer."""
    from vggviz.figures import described_figure
    from vggviz.models.graph import conv_layers
    from vggviz.models.kernels import filters, filters_rgb
    from vggviz.plots import network

    model = load_network(options)
    first = conv_layers(model)[0]
    layer = options.layer or first
    kernels = filters_rgb(model) if layer == first else filters(model, layer)
    figure, _ = network.plot_filters(kernels, top=options.top, scale=options.scale)
    say_saved(described_figure.save_figure(figure, options.out or f"{plain(layer)}_filters.png"))


def run_maps(options: argparse.Namespace) -> None:
    """Draw or save the feature maps of photographs, one after the other."""
    from tqdm import tqdm

    from vggviz._shared.files import output_folder
    from vggviz.images.loading import load_image
    from vggviz.models.graph import feature_layers, find_step

    for photo in options.photo:  # a mistake is told before the network is loaded and anything written
        load_image(photo)
    model = load_network(options)
    if options.layer:
        find_step(model, options.layer)
    folder = output_folder(options.out)
    if options.all:
        size = _bytes_of_maps(model, feature_layers(model))
        megabytes = size * len(options.photo) / 1e6
        log.info("About %s MB will be written into %s.", f"{megabytes:,.0f}", validation.shown(folder))
    named = list(zip(options.photo, _own_names(options.photo), strict=True))
    for photo, name in tqdm(named, desc="photographs", disable=len(named) < 2):
        say_saved(*_save_maps(model, photo, folder / name, options))


def run_cell(options: argparse.Namespace) -> None:
    """Print the arithmetic of one cell, and draw it where --out says so."""
    from vggviz.activations.forward import explain_cell
    from vggviz.figures import described_figure
    from vggviz.plots import network

    model = load_network(options)
    place = (options.layer, options.channel, options.row, options.column)
    cell = explain_cell(model, as_batch(photograph(model, options.photo), options), *place)
    figure, _ = network.plot_cell(cell, top=options.top or 8)
    print(described_figure.text_alternative(figure))
    if options.out:
        say_saved(described_figure.save_figure(figure, options.out))


def run_explore(options: argparse.Namespace) -> None:
    """Write the explorer's page for photographs, and say how to look at it."""
    from vggviz.explorer.explorer import explorer
    from vggviz.images.loading import load_image

    for photo in options.photo:  # a mistake is told before the network is loaded
        load_image(photo)
    read = None if options.input == "vgg16" else lambda images: reading(options)(images.astype("float32"))
    names = dict(zip(map(validation.words, _own_names(options.photo)), options.photo, strict=True))
    page = explorer(load_network(options), names, layers=options.layer, preprocess=read)
    folder = page.save(options.out, runtime=options.runtime)
    print(
        f"Saved the page in {validation.shown(folder)}; "
        f"to look at it: python -m http.server --directory {folder}"
    )


def run_weights(options: argparse.Namespace) -> None:
    """List the sources of weights; check the package's against Keras' own, or fetch the dense classifier."""
    from vggviz.models import weights

    if options.check:
        _check_weights()
    elif options.fetch:
        print(weights.fetch(weights.KERAS_WHOLE))
    else:
        _list_weights()


def load_network(options: argparse.Namespace, *, classifier: str | None = None) -> keras.Model:
    """The network that --model or --weights names; one of --model keeps the end that it has."""
    from vggviz.models.loading import load_model, load_vgg16

    return load_model(options.model) if options.model else load_vgg16(options.weights, classifier)


def photograph(model: keras.Model, photo: str) -> np.ndarray:
    """The photograph in the size that the model reads."""
    from vggviz.images.loading import load_image

    return load_image(photo, model.input_shape[1] or 224)


def reading(options: argparse.Namespace) -> Callable[[Any], Any]:
    """How the network reads RGB levels, float32 (N, H, W, 3), arrays and tensors alike."""
    from vggviz.images.preprocessing import as_vgg16_reads

    return {"vgg16": as_vgg16_reads, "levels": _levels, "unit": _unit}[options.input]


def _levels(levels: Any) -> Any:
    return levels


def _unit(levels: Any) -> Any:
    return levels / 255


def as_batch(image: np.ndarray, options: argparse.Namespace) -> np.ndarray:
    """The photograph as the network reads it."""
    return reading(options)(image[None].astype("float32"))


def _own_names(photos: Sequence[str]) -> list[str]:
    """A name for each photograph's files: its own, numbered where another came with the same."""
    names: list[str] = []
    for photo in photos:
        stem = name = Path(photo).stem
        number = 1
        while name in names:
            number += 1
            name = f"{stem}-{number}"
        names.append(name)
    return names


def _save_maps(model: keras.Model, photo: str, place: Path, options: argparse.Namespace) -> list[Path]:
    """Save what the options ask for into the folder `place`, or beside it under names that begin so."""
    from vggviz.activations.forward import feature_maps
    from vggviz.figures import described_figure
    from vggviz.figures.feature_map_files import save_feature_maps
    from vggviz.plots import feature_maps as map_plots

    image = photograph(model, photo)
    # the global scale is measured over all layers, also where only one is drawn
    wanted = options.layer if options.scale != "global" else None
    maps = feature_maps(model, as_batch(image, options), wanted)
    if options.all:
        return save_feature_maps(maps, place, scale=options.scale)
    if options.layer:
        figure, _ = map_plots.plot_feature_maps(maps, options.layer, top=options.top, scale=options.scale)
    else:
        figure, _ = map_plots.plot_layers(maps, image=image)
    path = place.with_name(f"{place.name}_{plain(options.layer or 'layers')}.png")
    described_figure.save_figure(figure, path)
    described_figure.close(figure)
    return [path]


def _bytes_of_maps(model: keras.Model, layers: list[str]) -> int:
    from math import prod

    from vggviz.models.graph import find_step

    return sum(4 * prod(side or 224 for side in find_step(model, name).output.shape[1:]) for name in layers)


def _list_weights() -> None:
    from vggviz._shared import package_data
    from vggviz.models import weights

    whole = weights.KERAS_WHOLE
    cached = "in the cache" if whole.path.is_file() else "not fetched"
    classes = len(package_data.classes(package_data.LINEAR_CLASSES)[0])
    print(f"imagenet  in this package: Keras Applications' own, {package_data.file(package_data.WEIGHTS)}")
    print(f"          with the linear classifier in this package: {classes} classes of Tiny ImageNet")
    print(f"          with the dense one, {cached}: 1,000 classes, {whole.bytes / 1e6:.0f} MB, {whole.path}")
    print("random    He initialisation, seeded: a control")
    print("FILE      your own .h5, .weights.h5 or .keras")


def _check_weights() -> None:
    """Compare the package's weights with their sums, and with Keras' own file where that can be had."""
    from vggviz._shared import package_data
    from vggviz.models import weights
    from vggviz.models.loading import convolution_shapes

    wanted = convolution_shapes()
    arrays = weights.read_h5(package_data.weights(), wanted)
    if (found := weights.arrays_sha256(arrays)) != package_data.ARRAYS_SHA256:
        raise ValueError(f"The package's arrays have sha256 {found}, not {package_data.ARRAYS_SHA256}.")
    print(f"whole: {package_data.file(package_data.WEIGHTS)}")
    try:
        path = weights.fetch(weights.KERAS_CONVOLUTIONS)
    except ConnectionError as error:
        print(f"not compared with Keras' own file: {error}")
        return
    if (found := weights.arrays_sha256(weights.read_h5(path, wanted))) != package_data.ARRAYS_SHA256:
        raise ValueError(
            f"The arrays of {str(path)!r} have sha256 {found}, not {package_data.ARRAYS_SHA256}."
        )
    print(f"the same arrays as in Keras' own file: {path}")


def plain(layer: str) -> str:
    """A layer's name as part of a file's name."""
    return layer.replace("/", "-").replace(":", "-")


def say_saved(*paths: Path) -> None:
    """The files that were written, one a line, so that a script can read them."""
    for path in paths:
        print(path)
