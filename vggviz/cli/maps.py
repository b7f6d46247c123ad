"""Commands about photographs: feature maps, one cell, the explorer."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vggviz._shared import validation
from vggviz.cli.inputs import as_batch, load_network, log, photograph, plain, reading, say_saved

if TYPE_CHECKING:
    import keras


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
    from vggviz.activations.cell import explain_cell
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
    from vggviz.explorer.explorer import explore
    from vggviz.images.loading import load_image

    for photo in options.photo:  # a mistake is told before the network is loaded
        load_image(photo)
    read = None if options.input == "vgg16" else lambda images: reading(options)(images.astype("float32"))
    names = dict(zip(map(validation.words, _own_names(options.photo)), options.photo, strict=True))
    page = explore(load_network(options), names, layers=options.layer, preprocess=read)
    folder = page.save(options.out, runtime=options.runtime)
    print(
        f"Saved the page in {validation.shown(folder)}; "
        f"to look at it: python -m http.server --directory {folder}"
    )


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
