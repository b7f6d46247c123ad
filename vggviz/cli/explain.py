"""What the commands do that explain a network: what its channels look for, and why it decides."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from vggviz.cli.inputs import as_batch, load_network, photograph, plain, reading, say_saved

if TYPE_CHECKING:
    import keras
    import numpy as np

    from vggviz.objectives import Objective

CAMS = ("grad_cam", "grad_cam_plus_plus", "layer_cam", "score_cam", "eigen_cam")
METHODS = ("saliency", "smooth_grad", "guided_backprop", "integrated_gradients", *CAMS, "occlusion")
"""Functions of the library that say where, by name."""
LIKELIEST = 5
"""Classes printed."""


def run_dream(options: argparse.Namespace) -> None:
    """Draw the pictures that channels or classes ask for, each saved once it is finished."""
    from vggviz._shared.files import output_folder
    from vggviz.feature_visualization.synthesis import visualize
    from vggviz.figures import described_figure
    from vggviz.models.graph import LOGITS
    from vggviz.plots import visualization

    top = any(what.split(":")[0] == LOGITS for what in options.what)
    model = load_network(options, classifier=options.classifier if top else None)
    wanted = {what: _objectives(model, what) for what in options.what}
    folder = output_folder(options.out)
    for what, objectives in wanted.items():
        drawn = visualize(
            model,
            objectives,
            size=options.size,
            steps=options.steps,
            seed=options.seed,
            folder=folder,
            preprocess=reading(options),
        )
        for words, reached in zip(drawn.labels, drawn.reached, strict=True):
            print(f"{reached:10.4g}  {words}")
        figure, _ = visualization.plot_visualization(drawn)
        say_saved(described_figure.save_figure(figure, folder / f"{plain(what)}.png"))
        described_figure.close(figure)


def run_why(options: argparse.Namespace) -> None:
    """Print the likeliest classes of a photograph, and draw which pixels speak for one."""
    from vggviz.figures import described_figure
    from vggviz.models.graph import find_step
    from vggviz.objectives import class_logit
    from vggviz.plots import attribution

    if options.layer and not set(options.method) & set(CAMS):
        raise ValueError(f"--layer is for {', '.join(CAMS)}; got --method {' '.join(options.method)}.")
    model = load_network(options, classifier=options.classifier)
    if options.layer:
        find_step(model, options.layer)
    image = photograph(model, options.photo)
    batch = as_batch(image, options)
    classes = _likeliest(model, batch)
    number = next(iter(classes)) if options.number is None else options.number
    words = f"class {number} {classes.get(number, ('', 0))[0]}".rstrip()
    maps = {
        f"{name}: {words}": _attribution(name, model, batch, class_logit(number), options.layer)
        for name in options.method
    }
    for likely, (name, value) in classes.items():
        print(f"{likely:5}  {value:10.4g}  {name}".rstrip())
    figure, _ = attribution.plot_attribution(maps, images=image)
    say_saved(described_figure.save_figure(figure, options.out or f"{Path(options.photo).stem}_why.png"))


def _objectives(model: keras.Model, what: str) -> list[Objective]:
    """Channels of "LAYER", "LAYER:5" or "LAYER:0-8"; classes where the layer is "logits"."""
    from vggviz.models.graph import LOGITS, part, unfold
    from vggviz.objectives import channel, class_logit

    layer, numbers = what, None
    if what not in unfold(model).steps and (found := re.fullmatch(r"(.+):(\d+)(?:-(\d+))?", what)):
        layer = found[1]
        numbers = range(int(found[2]), int(found[3] or found[2]) + 1)
    count = part(model, [layer]).output[layer].shape[-1]
    if numbers is None:
        numbers = range(count)
    if not numbers or numbers[-1] >= count:
        raise ValueError(f"{layer!r} has the numbers 0 to {count - 1}; got {what!r}.")
    return [class_logit(n) if layer == LOGITS else channel(layer, n) for n in numbers]


def _likeliest(model: keras.Model, batch: np.ndarray) -> dict[int, tuple[str, float]]:
    """Number, name and output of the likeliest classes; a network of the reader's own has no names."""
    from vggviz.activations.forward import run
    from vggviz.models.graph import unfold
    from vggviz.models.loading import ranked
    from vggviz.models.provenance import provenance

    (outputs,) = run(model, batch, (unfold(model).outputs[0],))
    if outputs.ndim != 2:
        raise ValueError(f"The model gives an output of shape {outputs.shape[1:]}, no classes.")
    labels = provenance(model).labels or [""] * outputs.shape[1]
    return {int(k): (labels[k], float(outputs[0, k])) for k in ranked(outputs[0])[:LIKELIEST]}


def _attribution(
    name: str, model: keras.Model, batch: np.ndarray, objective: Objective, layer: str | None
) -> np.ndarray:
    """The map (H, W) of one method for the one picture."""
    import vggviz

    method = getattr(vggviz, name)
    if name == "eigen_cam":
        return method(model, batch, layer)[0]
    if name in CAMS:
        return method(model, batch, objective, layer)[0]
    return method(model, batch, objective)[0]
