"""vggviz itself."""

from __future__ import annotations

import matplotlib

import vggviz
from benchmarks.peers import network
from benchmarks.peers.answering import Work, folders, nothing, serve
from benchmarks.peers.material import CHANNEL, DRAWN, EXPLAINED, MAXIMIZED, SMALL, STEPS, Material
from benchmarks.peers.statistics import arrays
from vggviz._shared import backend
from vggviz.figures import described_figure


def extraction(given: Material) -> Work:
    model = network.vgg16(backend.keras(), given.weights)
    batch = given.batch
    return Work(lambda: vggviz.feature_maps(model, batch))


def one_layer_drawn(given: Material) -> Work:
    maps = {DRAWN: given.maps[DRAWN]}

    def run() -> None:
        figure, _ = vggviz.plot_feature_maps(maps, DRAWN)
        vggviz.save_figure(figure, given.drawings / "ours.png")
        described_figure.close(figure)

    return Work(run, nothing)


def one_layer_saved(given: Material) -> Work:
    maps = {DRAWN: given.maps[DRAWN]}
    return Work(lambda: vggviz.save_feature_maps(maps, given.drawings / "ours-one"), nothing)


def all_layers_drawn(given: Material) -> Work:
    maps = given.maps
    return Work(lambda: vggviz.save_feature_maps(maps, given.drawings / "ours"), nothing)


def folder(given: Material, count: int) -> Work:
    model = network.vgg16(backend.keras(), given.weights)
    images = given.images(count)
    return Work(lambda: vggviz.datasets.dataset_statistics(model, images), arrays)


def grad_cam(given: Material) -> Work:
    model = network.vgg16(backend.keras(), given.weights, classes=True)
    objective, batch = vggviz.objectives.class_logit(given.chosen), given.batch
    return Work(lambda: {"map": vggviz.attribution.grad_cam(model, batch, objective, EXPLAINED)})


def score_cam(given: Material) -> Work:
    model = network.vgg16(backend.keras(), given.weights, size=SMALL, classes=True)
    objective, batch = vggviz.objectives.class_logit(given.chosen), given.small
    return Work(lambda: {"map": vggviz.attribution.score_cam(model, batch, objective, EXPLAINED)})


def maximization(given: Material) -> Work:
    model = network.vgg16(backend.keras(), given.weights)
    objective = vggviz.objectives.channel(MAXIMIZED, CHANNEL)
    return Work(
        lambda: vggviz.feature_visualization.visualize(model, objective, size=224, steps=STEPS),
        lambda drawn: {"reached": drawn.reached},
    )


TASKS = {
    "extraction": extraction,
    "one_layer_drawn": one_layer_drawn,
    "one_layer_saved": one_layer_saved,
    "all_layers_drawn": all_layers_drawn,
    **folders(folder),
    "grad_cam": grad_cam,
    "score_cam": score_cam,
    "maximization": maximization,
}

if __name__ == "__main__":
    matplotlib.use("agg")
    serve(TASKS, ["tensorflow", "keras", "numpy", "matplotlib"])
