"""The command that makes an atlas of a network's channels."""

from __future__ import annotations

import click

import vggviz
from vggviz.cli import inputs

ENGINES = ("tensorflow", "torch", "jax")


@click.command("atlas", cls=inputs.SeveralValues)
@click.argument("photos", metavar="[PHOTO...]", nargs=-1)
@inputs.layer_option(
    "layers", multiple=True, metavar="NAME...", help="Only these convolutions.", show_default="all"
)
@inputs.number_option("--channel", help="Print the passport of this channel of the one --layer.")
@click.option("--drawings/--no-drawings", default=True, help="Draw each channel's optimum and its opposite.")
@inputs.choice_option(
    "--engine",
    ENGINES,
    "What draws; PyTorch or JAX where these have a graphics processor and TensorFlow none.",
)
@click.option("--out", metavar="FOLDER", default="vggviz-atlas", help="Folder of the atlas.")
@inputs.network_options
def make_atlas(network: inputs.Network, *, photos, layers, channel, drawings, engine, out) -> None:
    """Make a passport of every channel.

    What each channel is made of and where it goes, what excites it in the photographs (all sample images if
    none is named), how it is tuned, its family, what is lost without it, and its drawings. The expected time
    is printed first; the drawings take the most of it. The folder gets arrays, a table of all numbers as CSV
    with its data dictionary, and sheets of drawings. If the command is stopped and started again, what is
    finished is kept.
    """
    from vggviz._shared import validation
    from vggviz.models.graph import find_step

    chosen = list(layers) or None
    if channel is not None and len(layers) != 1:
        raise ValueError(f"--channel wants one --layer; got {len(layers)}.")
    photos = list(photos) or vggviz.sample_images()
    inputs.check_photos(photos)
    model = network.load(classifier=None if network.model else "linear", layer=layers[0] if layers else None)
    if channel is not None:
        count = find_step(model, layers[0]).output.shape[-1]
        validation.whole(f"channel of {layers[0]!r}", channel, 0, count - 1)
    named = {validation.path_text(name): photo for name, photo in inputs.named(photos)}
    settings = {"layers": chosen, "folder": out, "preprocess": network.preprocess}
    made = vggviz.atlas(model, named, drawings=drawings, engine=engine, **settings)
    if channel is not None:
        print(made.passport(layers[0], channel))
    print(made.folder)
