"""Commands about the network: its layers, filters and weights."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from vggviz.cli.inputs import load_network, plain, say_saved

if TYPE_CHECKING:
    pass


def run_layers(options: argparse.Namespace) -> None:
    """Print the table of layers."""
    from vggviz.models.summary import layer_table

    print(layer_table(load_network(options)))


def run_filters(options: argparse.Namespace) -> None:
    """Draw the kernels of a layer."""
    from vggviz.figures import described_figure
    from vggviz.models.graph import conv_layers
    from vggviz.models.kernels import filters, filters_rgb
    from vggviz.plots.filters import plot_filters

    model = load_network(options)
    first = conv_layers(model)[0]
    layer = options.layer or first
    kernels = filters_rgb(model) if layer == first else filters(model, layer)
    figure, _ = plot_filters(kernels, top=options.top, scale=options.scale)
    say_saved(described_figure.save_figure(figure, options.out or f"{plain(layer)}_filters.png"))


def run_weights(options: argparse.Namespace) -> None:
    """List the sources of weights; check the package's against Keras' own, or fetch the dense classifier."""
    from vggviz.models import weights

    if options.check:
        _check_weights()
    elif options.fetch:
        print(weights.fetch(weights.KERAS_WHOLE))
    else:
        _list_weights()


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
    from vggviz._shared import hashing, package_data
    from vggviz.models import weights
    from vggviz.models.loading import convolution_shapes

    wanted = convolution_shapes()
    arrays = weights.read_h5(package_data.weights(), wanted)
    if (found := hashing.arrays_sha256(arrays)) != package_data.ARRAYS_SHA256:
        raise ValueError(f"The package's arrays have sha256 {found}, not {package_data.ARRAYS_SHA256}.")
    print(f"whole: {package_data.file(package_data.WEIGHTS)}")
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
