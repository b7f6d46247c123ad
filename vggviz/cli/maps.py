"""Commands about photographs: feature maps, one value of a map, the explorer."""

from __future__ import annotations

import logging
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

import click
from tqdm import tqdm

import vggviz
from vggviz._shared.files import output_folder
from vggviz.cli import inputs

if TYPE_CHECKING:
    import keras

log = logging.getLogger("vggviz")


@click.command("maps")
@inputs.photos_argument
@inputs.layer_option(help="Draw the channels of one layer in one figure.")
@click.option("--all", "every", is_flag=True, help="Save all channels of all layers: PNG mosaics and .npz.")
@inputs.choice_option("--scale", ["layer", "channel", "global"], "Whose maximum is the brightest colour.")
@inputs.number_option("--top", help="With --layer: draw only the N strongest channels.")
@click.option("--out", metavar="FOLDER", default="vggviz-maps", help="Folder of the files.")
@inputs.network_options
def draw_maps(network: inputs.Network, *, photos, layer, every, scale, top, out) -> None:
    """Draw the feature maps of photographs.

    Without --layer and --all, draw each photograph and the strongest feature map of each block. With
    --scale the brightest colour is the maximum of the layer, of each channel by itself, or of all layers.
    """
    inputs.at_most_one(layer=layer, all=every)
    inputs.check_photos(photos)
    if not every:
        inputs.import_drawing()
    # the global scale is measured over all layers, also where only one is drawn
    computed = layer if scale != "global" else None
    model = network.load("maps", layer=layer, until=computed)
    folder = output_folder(out)
    if every:
        _log_size(model, len(photos), folder)
    for name, photo in tqdm(inputs.named(photos), desc="photographs", disable=len(photos) < 2):
        image, batch = network.read(model, photo)
        maps = vggviz.feature_maps(model, batch, computed)
        if every:
            print(*vggviz.save_feature_maps(maps, folder / name, scale=scale), sep="\n")
            continue
        from vggviz.figures import described_figure  # imported in a thread meanwhile

        if layer:
            figure, _ = vggviz.plot_feature_maps(maps, layer, top=top, scale=scale)
        else:
            figure, _ = vggviz.plot_layers(maps, image=image)
        inputs.save(figure, folder / f"{name}_{inputs.as_file_name(layer or 'layers')}.png")
        described_figure.close(figure)


def _log_size(model: keras.Model, photos: int, folder: Path) -> None:
    """Log how much --all will write."""
    from vggviz._shared import validation
    from vggviz.models.graph import feature_layers, find_step

    shapes = [find_step(model, name).output.shape[1:] for name in feature_layers(model)]
    megabytes = sum(4 * prod(side or 224 for side in shape) for shape in shapes) * photos / 1e6
    log.info("About %s MB will be written into %s.", f"{megabytes:,.0f}", validation.shown(folder))


@click.command("cell")
@inputs.photo_argument
@inputs.layer_option(required=True, help="A convolution.")
@inputs.number_option("--channel", required=True, help="Counted from 0.")
@inputs.number_option("--row", required=True, help="Counted from 0.")
@inputs.number_option("--column", required=True, help="Counted from 0.")
@inputs.number_option("--top", default=8, help="Number of input channels drawn one by one.")
@inputs.figure_option()
@inputs.network_options
def explain_value(network: inputs.Network, *, photo, layer, channel, row, column, top, out) -> None:
    """Show how one value of a feature map is computed.

    Print the products, the bias, the sum and the ReLU.
    """
    inputs.import_drawing()
    model = network.load("maps", until=layer)
    _, batch = network.read(model, photo)
    cell = vggviz.explain_cell(model, batch, layer, channel, row, column)
    figure, _ = vggviz.plot_cell(cell, top=top)
    print(vggviz.text_alternative(figure))
    print(f"{cell.total - cell.bias:.5g} + {cell.bias:.5g} = {cell.total:.5g}, in the map {cell.value:.5g}")
    if out:
        inputs.save(figure, out)


@click.command("explore", cls=inputs.SeveralValues)
@inputs.photos_argument
@inputs.layer_option(
    "layers", multiple=True, metavar="NAME...", help="Only these layers.", show_default="all"
)
@click.option("--runtime", metavar="FOLDER", help="npm's node_modules/@litertjs, to compute in the browser.")
@click.option("--out", metavar="FOLDER", default="vggviz-explorer", help="Folder of the page.")
@inputs.network_options
def write_explorer(network: inputs.Network, *, photos, layers, runtime, out) -> None:
    """Write the interactive explorer as a web page.

    The page holds every feature map of the photographs and the arithmetic of each value. For the whole of
    VGG16 it takes about 20 MB per photograph, and 27 MB for the kernels. With --runtime the page can also
    compute images that are chosen there, and the large maps of all photographs but the first: 5 MB each.
    """
    from vggviz._shared import validation

    inputs.check_photos(photos)
    read = None if network.input == "vgg16" else lambda images: network.preprocess(images.astype("float32"))
    names = {validation.path_text(name): photo for name, photo in inputs.named(photos)}
    page = vggviz.explore(network.load(), names, layers=list(layers) or None, preprocess=read)
    folder = page.save(out, runtime=runtime)
    print(
        f"Saved the page in {validation.shown(folder)}; "
        f"to look at it: python -m http.server --directory {folder}"
    )
