"""Commands about the network: its layers, filters and weights."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import click

import vggviz
from vggviz.cli import inputs

if TYPE_CHECKING:
    import keras
    import numpy as np

log = logging.getLogger("vggviz")


@click.command("layers")
@inputs.network_options
def print_layers(network: inputs.Network) -> None:
    """Print the table of layers.

    For each layer: output shape, parameters, multiply-accumulate operations (MAC), receptive field, effective
    stride and padding.
    """
    print(vggviz.layer_table(network.load("layers")))


@click.command("filters")
@inputs.layer_option(help="A convolution.", show_default="the first")
@inputs.number_option("--top", help="Draw only the N filters of largest norm.")
@inputs.choice_option("--scale", ["channel", "layer"], "Whose largest weight is the strongest colour.")
@inputs.figure_option(show_default="LAYER_filters.png")
@inputs.network_options
def draw_filters(network: inputs.Network, *, layer, top, scale, out) -> None:
    """Draw the kernels of a convolution.

    A layer that reads a colour photograph is drawn in true colours, one that reads a grey one in grey, and
    any other as slices, one for each input channel.
    """
    inputs.import_drawing()
    model = network.load("layers")
    layer = layer or vggviz.conv_layers(model)[0]
    kernels, rgb = _kernels(network, model, layer)
    figure, _ = vggviz.plot_filters(kernels, top=top, scale=scale, rgb=rgb)
    inputs.save(figure, out or f"{inputs.as_file_name(layer)}_filters.png")


def _kernels(network: inputs.Network, model: keras.Model, layer: str) -> tuple[np.ndarray, bool]:
    """The kernels of a convolution, and whether their input channels are red, green and blue."""
    from vggviz.models.kernels import image_channels

    kernels, channels = vggviz.filters(model, layer), image_channels(model, layer)
    if channels and len(channels) == kernels.shape[2] == 3:
        order = "bgr" if network.input == "vgg16" else "rgb"
        return vggviz.filters_rgb(model, layer, order=order), True
    if channels and kernels.shape[2] > 1:
        log.info(
            "%r reads the image's %d channels, which have no colours: each is drawn by itself.",
            layer,
            len(channels),
        )
    return kernels, False


@click.command("weights")
@click.option("--check", is_flag=True, help="Check the package's weights, also against Keras' file (59 MB).")
@click.option("--fetch", is_flag=True, help="Download Keras' dense classifier if it is missing (553 MB).")
def list_weights(*, check, fetch) -> None:
    """List the available weights and their paths.

    ImageNet's weights are in this package; only the dense classifier is downloaded. --check compares them
    with their checksum, and with Keras' own file if that can be downloaded; a copy of them in onnxruntime's
    format is checked by its own.
    """
    from vggviz.models import weights

    inputs.at_most_one(check=check, fetch=fetch)
    if check:
        _check_weights()
    elif fetch:
        print(weights.fetch(weights.KERAS_WHOLE))
    else:
        _list_weights()


def _list_weights() -> None:
    from vggviz._shared import package_data
    from vggviz.forward_only import onnx_file
    from vggviz.models import weights

    whole = weights.KERAS_WHOLE
    cached = "in the cache" if whole.path.is_file() else "not fetched"
    classes = len(package_data.classes(package_data.LINEAR_CLASSES)[0])
    print(f"imagenet  in this package: Keras Applications' own, {package_data.file(package_data.WEIGHTS)}")
    print(f"          with the linear classifier in this package: {classes} classes of Tiny ImageNet")
    print(f"          with the dense one, {cached}: 1,000 classes, {whole.bytes / 1e6:.0f} MB, {whole.path}")
    copies = onnx_file.cached(package_data.WEIGHTS_SHA256)
    written = f"{len(copies)} files in" if copies else "not yet written into"
    print(f"          for onnxruntime, {written} {onnx_file.folder()}")
    print("random    He initialisation, seeded: a control")
    print("FILE      your own .h5, .weights.h5 or .keras")


def _check_weights() -> None:
    """Check the package's weights by their checksum, and against Keras' own file if it can be downloaded."""
    from vggviz._shared import hashing, package_data
    from vggviz.forward_only import onnx_file
    from vggviz.forward_only.network import ForwardOnly
    from vggviz.models import weights

    wanted = ForwardOnly("imagenet", classified=False).shapes
    arrays = weights.read_h5(package_data.weights(), wanted)
    if (found := hashing.arrays_sha256(arrays)) != package_data.ARRAYS_SHA256:
        raise ValueError(f"The package's arrays have sha256 {found}, not {package_data.ARRAYS_SHA256}.")
    print(f"whole: {package_data.file(package_data.WEIGHTS)}")
    for copy in onnx_file.cached(package_data.WEIGHTS_SHA256):
        print(f"whole: {copy}")
    try:
        path = weights.fetch(weights.KERAS_CONVOLUTIONS)
    except ConnectionError as error:
        print(f"not compared with Keras' own file: {error}")
        return
    if (found := hashing.arrays_sha256(weights.read_h5(path, wanted))) != package_data.ARRAYS_SHA256:
        raise ValueError(
            f"The arrays of {str(path)!r} have sha256 {found}, not {package_data.ARRAYS_SHA256}."
        )
    print(f"the same arrays as in Keras' own file: {path}")
