"""The usual notebook code: a new `Model` and `.predict` per layer, a `plt.subplot` per map."""

from __future__ import annotations

from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np

from benchmarks.peers import by_hand, network
from benchmarks.peers.answering import Work, folders, nothing, serve
from benchmarks.peers.material import DRAWN, LAYERS, Material, read


def extraction(given: Material) -> Work:
    model = network.vgg16(keras, given.weights)
    batch = given.batch
    return Work(lambda: _layer_by_layer(model, batch))


def _layer_by_layer(model: keras.Model, batch: np.ndarray) -> dict[str, np.ndarray]:
    return {
        name: keras.Model(model.input, model.get_layer(name).output).predict(batch, verbose=0)
        for name in LAYERS
    }


def one_layer_drawn(given: Material) -> Work:
    maps = given.maps[DRAWN][0]
    return Work(lambda: _subplots(maps, given.drawings / "classic.png"), nothing)


def all_layers_drawn(given: Material) -> Work:
    maps = given.maps
    return Work(
        lambda: [_subplots(maps[layer][0], given.drawings / f"classic_{layer}.png") for layer in maps],
        nothing,
    )


def _subplots(maps: np.ndarray, path: Path) -> None:
    """Draw a subplot without ticks for each map, at the resolution of our figures."""
    side = int(np.ceil(np.sqrt(maps.shape[-1])))
    figure = plt.figure(figsize=(8, 8))
    for channel in range(maps.shape[-1]):
        ax = plt.subplot(side, side, channel + 1)
        ax.set_xticks([])
        ax.set_yticks([])
        plt.imshow(maps[..., channel], cmap="gray")
    figure.savefig(path, dpi=200)
    plt.close(figure)


def folder(given: Material, count: int) -> Work:
    """Load all images, then compute all maps of all images in memory."""
    model = network.vgg16(keras, given.weights)

    def run() -> dict[str, np.ndarray]:
        batch = read(sorted(given.images(count).iterdir()))
        return by_hand.statistics(_layer_by_layer(model, batch))

    return Work(run)


TASKS = {
    "extraction": extraction,
    "one_layer_drawn": one_layer_drawn,
    "all_layers_drawn": all_layers_drawn,
    **folders(folder),
}

if __name__ == "__main__":
    plt.switch_backend("agg")
    serve(TASKS, ["tensorflow", "keras", "numpy", "matplotlib"])
