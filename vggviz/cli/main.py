"""The words that the command line understands, and what they mean."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from vggviz.cli import dataset, explain, maps
from vggviz.cli import network as network_module

DESCRIPTION = """\
See inside VGG16, or any convolutional network of Keras.

  vggviz layers                what each layer gives, holds, costs and sees
  vggviz filters               the 64 kernels of the first layer, in colour
  vggviz maps photo.jpg        the strongest feature map of each block
  vggviz maps photo.jpg --layer block3_conv2 --top 36
  vggviz maps *.jpg --all      every channel of every layer, as PNG and .npz
  vggviz cell photo.jpg --layer block3_conv2 --channel 5 --row 20 --column 10
  vggviz stats photos/         busy, silent and dead channels over a folder
  vggviz examples photos/ --layer block3_conv2 --channel 5 9
  vggviz dream block3_conv2:5  the picture that a channel asks for
  vggviz explore photo.jpg     a page with every map, down to the arithmetic
  vggviz why photo.jpg         the classes, and where the network saw the likeliest
  vggviz weights               which weights there are, and where
"""
EPILOG = """\
PHOTO is a picture file, or a sample (cat, astronaut, coffee, rocket ...).
Every command but the last takes --weights imagenet|random|FILE,
or --model FILE.keras. "vggviz COMMAND --help" explains one command.
Mistakes are told in one sentence, with exit status 2.
"""

INPUTS = ("vgg16", "levels", "unit")
CLASSIFIERS = ("linear", "dense")


class Parser(argparse.ArgumentParser):
    """A parser that tells a mistake in one sentence."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong on stderr; exit status 2."""
        self.exit(2, f"{self.prog}: {message}\n")


def build_parser() -> Parser:
    """The parser of all commands."""
    parser = Parser(
        prog="vggviz",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    network = _network_options()
    scheduler = _scheduler_options()
    _add_layers(subparsers, network)
    _add_filters(subparsers, network)
    _add_maps(subparsers, network)
    _add_cell(subparsers, network)
    _add_stats(subparsers, network, scheduler)
    _add_examples(subparsers, network, scheduler)
    _add_dream(subparsers, network)
    _add_why(subparsers, network)
    _add_explore(subparsers, network)
    _add_weights(subparsers)
    return parser


def _add_layers(subparsers: Any, network: Parser) -> None:
    command = subparsers.add_parser(
        "layers",
        parents=[network],
        help="what each layer gives, holds, costs and sees",
        description="Output shape, parameters, multiplications (MAC), receptive field, effective "
        "stride and padding of each layer.",
    )
    command.set_defaults(run=network_module.run_layers)


def _add_filters(subparsers: Any, network: Parser) -> None:
    command = subparsers.add_parser(
        "filters",
        parents=[network],
        help="draw the kernels of a layer",
        description="The first layer in true colours, deeper ones slice by slice.",
    )
    command.add_argument("--layer", metavar="NAME", help="a convolution; the first if left out")
    command.add_argument("--top", type=int, metavar="N", help="only the N of largest norm")
    command.add_argument(
        "--scale", choices=("channel", "layer"), default="channel", help="what full colour is"
    )
    command.add_argument("--out", metavar="FILE", help=".png, .svg or .pdf; LAYER_filters.png if left out")
    command.set_defaults(run=network_module.run_filters)


def _add_maps(subparsers: Any, network: Parser) -> None:
    command = subparsers.add_parser(
        "maps",
        parents=[network],
        help="draw the feature maps of photographs",
        description="Without --layer or --all: the photograph and the strongest map of each block.",
    )
    command.add_argument("photo", nargs="+", metavar="PHOTO", help="picture files, or names of samples")
    which = command.add_mutually_exclusive_group()
    which.add_argument("--layer", metavar="NAME", help="the channels of one layer in one figure")
    which.add_argument(
        "--all",
        action="store_true",
        help="every channel of every layer: PNG mosaics and one .npz a photograph",
    )
    command.add_argument(
        "--scale",
        choices=("channel", "layer", "global"),
        default="layer",
        help="what the brightest colour is",
    )
    command.add_argument("--top", type=int, metavar="N", help="with --layer: only the N strongest channels")
    command.add_argument("--out", metavar="FOLDER", default="vggviz-maps", help="vggviz-maps if left out")
    command.set_defaults(run=maps.run_maps)


def _add_cell(subparsers: Any, network: Parser) -> None:
    command = subparsers.add_parser(
        "cell",
        parents=[network],
        help="the arithmetic of one number in a map",
        description="The products, the bias, the sum and the ReLU behind one number of a feature map.",
    )
    command.add_argument("photo", metavar="PHOTO", help="a picture file, or the name of a sample")
    command.add_argument("--layer", required=True, metavar="NAME", help="a convolution")
    for name in ("channel", "row", "column"):
        command.add_argument(f"--{name}", type=int, required=True, metavar="N", help="counted from 0")
    command.add_argument(
        "--top", type=int, metavar="N", help="input channels drawn one by one; 8 if left out"
    )
    command.add_argument("--out", metavar="FILE", help="draw it too: .png, .svg or .pdf")
    command.set_defaults(run=maps.run_cell)


def _add_stats(subparsers: Any, network: Parser, scheduler: Parser) -> None:
    command = subparsers.add_parser(
        "stats",
        parents=[network, scheduler],
        help="busy, silent and dead channels over a folder",
        description="Share of zeros (APoZ), dead channels and largest activation of each layer, over "
        "all pictures below a folder, one at a time: memory does not grow with the folder.",
    )
    command.add_argument("folder", metavar="FOLDER")
    command.add_argument("--out", metavar="FILE", help="draw them too: .png, .svg or .pdf")
    command.set_defaults(run=dataset.run_stats)


def _add_examples(subparsers: Any, network: Parser, scheduler: Parser) -> None:
    command = subparsers.add_parser(
        "examples",
        parents=[network, scheduler],
        help="the pictures of a folder that excite a channel most",
        description="Draw what a channel's strongest cells see of the pictures that excite it most, and "
        "print where: the pixels (top, left, bottom, right) in the square cut from the picture's centre. "
        "All pictures below the folder are read once, one at a time.",
    )
    command.add_argument("folder", metavar="FOLDER")
    command.add_argument("--layer", required=True, metavar="NAME", help="a convolution or a pool")
    command.add_argument(
        "--channel", type=int, nargs="+", metavar="N", help="channels; the 8 most excited if left out"
    )
    command.add_argument(
        "--top", type=int, default=9, metavar="N", help="pictures of each channel; 9 if left out"
    )
    command.add_argument("--out", metavar="FILE", help=".png, .svg or .pdf; LAYER_examples.png if left out")
    command.set_defaults(run=dataset.run_examples)


def _add_dream(subparsers: Any, network: Parser) -> None:
    command = subparsers.add_parser(
        "dream",
        parents=[network],
        help="draw the pictures that channels and classes ask for",
        description="Activation maximization. What it will cost is said first. Each picture is saved as "
        "PNG and .npz once it is finished; when the command is stopped and given again, those that are "
        "there are not drawn again.",
    )
    command.add_argument(
        "what",
        nargs="+",
        metavar="LAYER[:CHANNEL]",
        help="block3_conv2:5 is a channel, block3_conv2:0-8 nine of them, block3_conv2 all of a layer; "
        "logits:3 is a class",
    )
    command.add_argument("--steps", type=int, default=48, metavar="N", help="48 if left out")
    command.add_argument(
        "--size",
        type=int,
        metavar="PIXELS",
        help="side of the pictures; as much as a cell sees, and room to move, if left out",
    )
    command.add_argument("--seed", type=int, default=0, metavar="N", help="of the noise they begin with; 0")
    command.add_argument("--out", metavar="FOLDER", default="vggviz-dreams", help="vggviz-dreams if left out")
    _add_classifier(command)
    command.set_defaults(run=explain.run_dream)


def _add_why(subparsers: Any, network: Parser) -> None:
    command = subparsers.add_parser(
        "why",
        parents=[network],
        help="which classes a network sees, and where",
        description="Print the likeliest classes of a photograph, and draw which pixels speak for one.",
    )
    command.add_argument("photo", metavar="PHOTO", help="a picture file, or the name of a sample")
    command.add_argument(
        "--class", dest="number", type=int, metavar="N", help="the class's number; the likeliest if left out"
    )
    command.add_argument(
        "--method",
        nargs="+",
        choices=explain.METHODS,
        default=["grad_cam"],
        metavar="NAME",
        help=f"one or several of {', '.join(explain.METHODS)}; grad_cam if left out",
    )
    command.add_argument(
        "--layer", metavar="NAME", help="of class activation maps; the last convolution if left out"
    )
    command.add_argument("--out", metavar="FILE", help=".png, .svg or .pdf; PHOTO_why.png if left out")
    _add_classifier(command)
    command.set_defaults(run=explain.run_why)


def _add_classifier(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--classifier",
        choices=CLASSIFIERS,
        default="linear",
        help="linear: 200 classes, in this package (the default); dense: ImageNet's 1,000, downloaded once",
    )


def _add_explore(subparsers: Any, network: Parser) -> None:
    command = subparsers.add_parser(
        "explore",
        parents=[network],
        help="a page on which to walk through the network",
        description="Write a page with every map of the photographs and the arithmetic of each number. "
        "All of VGG16 takes about 20 MB a photograph, and 16 MB for the kernels or more.",
    )
    command.add_argument("photo", nargs="+", metavar="PHOTO", help="picture files, or names of samples")
    command.add_argument(
        "--layer", nargs="+", metavar="NAME", help="only these; every convolution and pool if left out"
    )
    command.add_argument(
        "--runtime",
        metavar="FOLDER",
        help="npm's node_modules/@litertjs: the page then computes pictures chosen there, too",
    )
    command.add_argument(
        "--out", metavar="FOLDER", default="vggviz-explorer", help="vggviz-explorer if left out"
    )
    command.set_defaults(run=maps.run_explore)


def _add_weights(subparsers: Any) -> None:
    command = subparsers.add_parser(
        "weights",
        help="which weights there are, and where",
        description="List the sources of weights. ImageNet's are in this package; only the dense classifier "
        "is downloaded.",
    )
    action = command.add_mutually_exclusive_group()
    action.add_argument(
        "--check",
        action="store_true",
        help="whether the package's are whole, and the same as in Keras' own file if that can be had (59 MB)",
    )
    action.add_argument(
        "--fetch",
        action="store_true",
        help="download Keras' own dense classifier if it is not there (553 MB)",
    )
    command.set_defaults(run=network_module.run_weights)


def _scheduler_options() -> Parser:
    options = Parser(add_help=False)
    options.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="let the workers of this Dask scheduler do it, such as tcp://10.0.0.1:8786; the folder and a "
        "network's file must be at the same path on every machine",
    )
    return options


def _network_options() -> Parser:
    options = Parser(add_help=False)
    which = options.add_mutually_exclusive_group()
    which.add_argument(
        "--weights",
        metavar="SOURCE",
        help="imagenet, random or a file; VGGVIZ_WEIGHTS or imagenet if left out",
    )
    which.add_argument("--model", metavar="FILE", help="a network of your own, as Keras saves it (.keras)")
    options.add_argument(
        "--input",
        choices=INPUTS,
        default="vgg16",
        help="what a network of your own reads: as VGG16 does (BGR, means subtracted; the default), "
        "RGB levels from 0 to 255, or RGB from 0 to 1",
    )
    return options
