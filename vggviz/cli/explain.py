"""Commands that explain a network: feature visualization, and attribution of its classes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

import vggviz
from vggviz._shared.files import output_folder
from vggviz.cli import inputs

if TYPE_CHECKING:
    import keras
    import numpy as np

    from vggviz.objectives import Objective

CAMS = ("grad_cam", "grad_cam_plus_plus", "layer_cam", "score_cam", "eigen_cam")
METHODS = ("saliency", "smooth_grad", "guided_backprop", "integrated_gradients", *CAMS, "occlusion")
"""The library's attribution functions, by name."""
TOP_CLASSES = 5
"""Classes printed."""

classifier_option = inputs.choice_option(
    "--classifier",
    ["linear", "dense"],
    "linear: 200 classes, in this package; dense: ImageNet's 1,000 classes, downloaded once.",
)


@click.command("dream")
@click.argument("targets", metavar="LAYER[:CHANNEL]...", nargs=-1, required=True)
@inputs.number_option("--steps", default=48, help="Number of optimisation steps.")
@inputs.number_option("--size", help="Side in pixels.", show_default="receptive field and jitter")
@inputs.number_option("--seed", default=0, help="Seed of the initial noise.")
@click.option("--out", metavar="FOLDER", default="vggviz-dreams", help="Folder of the images.")
@classifier_option
@inputs.network_options
def draw_visualizations(network: inputs.Network, *, targets, steps, size, seed, out, classifier) -> None:
    """Draw feature visualizations of channels or classes.

    Activation maximization: block3_conv2:5 is one channel, block3_conv2:0-8 are nine, block3_conv2 is every
    channel of the layer, and logits:3 is a class. The expected time is printed first. Each image is saved as
    PNG and .npz once it is finished; if the command is stopped and started again, finished images are kept.
    """
    from vggviz.datasets.folder import unique_names
    from vggviz.figures.described_figure import close

    classes = any(target.split(":")[0] == "logits" for target in targets)
    model = network.load("drawings", classifier=classifier if classes else None)
    wanted = {target: _objectives(model, target) for target in targets}
    settings = {"size": size, "steps": steps, "seed": seed, "preprocess": network.preprocess}
    folder = output_folder(out)
    files = unique_names(((inputs.as_file_name(target), each) for target, each in wanted.items()), files=True)
    for file, objectives in files:
        drawn = vggviz.feature_visualization.visualize(model, objectives, folder=folder, **settings)
        for label, reached in zip(drawn.labels, drawn.reached, strict=True):
            print(f"{reached:10.4g}  {label}")
        figure, _ = vggviz.plot_visualization(drawn)
        inputs.save(figure, folder / f"{file}.png")
        close(figure)


@click.command("why", cls=inputs.SeveralValues)
@inputs.photo_argument
@inputs.number_option("--class", "index", help="Index of a class.", show_default="the most likely")
@click.option(
    "--method",
    "methods",
    type=click.Choice(METHODS),
    multiple=True,
    default=["grad_cam"],
    metavar="NAME...",
    help=f"One or several of {', '.join(METHODS)}.",
)
@inputs.layer_option(help="For class activation maps.", show_default="the last of more than one cell")
@inputs.figure_option(show_default="PHOTO_why.png")
@classifier_option
@inputs.network_options
def explain_class(network: inputs.Network, *, photo, index, methods, layer, out, classifier) -> None:
    """Show the most likely classes and the pixels behind one.

    Print the most likely classes of a photograph and the layer of class activation maps, and draw attribution
    maps of one of the classes.
    """
    if layer and not set(methods) & set(CAMS):
        raise ValueError(f"--layer is for {', '.join(CAMS)}; got --method {' '.join(methods)}.")
    inputs.import_drawing()
    model = network.load(_needed(methods, layer), classifier=classifier, layer=layer)
    image, batch = network.read(model, photo)
    classes = _most_likely(model, batch)
    index = next(iter(classes)) if index is None else index
    label = f"class {index} {classes.get(index, ('', 0))[0]}".rstrip()
    objective = vggviz.objectives.class_logit(index)
    if set(methods) & set(CAMS):
        layer = vggviz.attribution.target_layer(model, layer)
    maps = {
        f"{name}: {label}" + (f",\nlayer {layer}" if name in CAMS else ""): _attribution(
            name, model, batch, objective, layer
        )
        for name in methods
    }
    for likely, (name, value) in classes.items():
        print(f"{likely:5}  {value:10.4g}  {name}".rstrip())
    if layer:
        print(f"target layer: {layer}")
    figure, _ = vggviz.plot_attribution(maps, images=image)
    inputs.save(figure, out or f"{Path(photo).stem}_why.png")


def _objectives(model: keras.Model, target: str) -> list[Objective]:
    """Channels of "LAYER", "LAYER:5" or "LAYER:0-8"; classes where the layer is "logits"."""
    from vggviz.models.graph import unfold
    from vggviz.models.parts import is_logits, part

    network = unfold(model)
    layer, indices = target, None
    if target not in network.steps and (found := re.fullmatch(r"(.+):(\d+)(?:-(\d+))?", target)):
        layer = found[1]
        indices = range(int(found[2]), int(found[3] or found[2]) + 1)
    count = part(model, [layer]).output[layer].shape[-1]
    if indices is None:
        indices = range(count)
    if not indices or indices[-1] >= count:
        raise ValueError(f"{layer!r} has the numbers 0 to {count - 1}; got {target!r}.")
    if is_logits(layer, network):
        return [vggviz.objectives.class_logit(n) for n in indices]
    return [vggviz.objectives.channel(layer, n) for n in indices]


def _needed(methods: Iterable[str], layer: str | None) -> inputs.Use:
    """What attribution methods need of VGG16."""
    from vggviz.forward_only.network import WITH_GRADIENTS

    without = {"eigen_cam", "grad_cam"} if layer in (None, *WITH_GRADIENTS) else {"eigen_cam"}
    return "maps" if without.issuperset(methods) else "gradients"


def _most_likely(model: keras.Model, batch: np.ndarray) -> dict[int, tuple[str, float]]:
    """{index: (label, output)} of the most likely classes; labels are "" where they are not known."""
    from vggviz.activations.forward import run
    from vggviz.models.graph import unfold
    from vggviz.models.loading import ranked

    (outputs,) = run(model, batch, (unfold(model).outputs[0],))
    if outputs.ndim != 2:
        raise ValueError(f"The model gives an output of shape {outputs.shape[1:]}, no classes.")
    labels = vggviz.provenance(model).labels or [""] * outputs.shape[1]
    return {int(k): (labels[k], float(outputs[0, k])) for k in ranked(outputs[0])[:TOP_CLASSES]}


def _attribution(
    name: str, model: keras.Model, batch: np.ndarray, objective: Objective, layer: str | None
) -> np.ndarray:
    """The attribution map (H, W) of one method for one image."""
    method = getattr(vggviz.attribution, name)
    if name == "eigen_cam":
        return method(model, batch, layer)[0]
    if name in CAMS:
        return method(model, batch, objective, layer)[0]
    return method(model, batch, objective)[0]
