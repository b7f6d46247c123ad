"""keract, on Keras 2 (tf-keras)."""

from __future__ import annotations

import keract
import matplotlib.pyplot as plt
import numpy as np
import tf_keras

from benchmarks.peers import by_hand, network
from benchmarks.peers.answering import Work, folders, nothing, serve
from benchmarks.peers.material import DRAWN, LAYERS, Material, read


def extraction(given: Material) -> Work:
    model = network.vgg16(tf_keras, given.weights)
    batch = given.batch
    return Work(lambda: keract.get_activations(model, batch, layer_names=LAYERS))


def one_layer_drawn(given: Material) -> Work:
    maps = {DRAWN: given.maps[DRAWN]}
    return Work(lambda: _drawn(given, maps), nothing)


def all_layers_drawn(given: Material) -> Work:
    maps = given.maps
    return Work(lambda: _drawn(given, maps), nothing)


def _drawn(given: Material, maps: dict[str, np.ndarray]) -> None:
    keract.display_activations(maps, save=True, directory=str(given.drawings / "keract"))
    plt.close("all")


def folder(given: Material, count: int) -> Work:
    """Load all images, then compute all maps in memory, as its functions take and return whole arrays."""
    model = network.vgg16(tf_keras, given.weights)

    def run() -> dict[str, np.ndarray]:
        batch = read(sorted(given.images(count).iterdir()))
        return by_hand.statistics(keract.get_activations(model, batch, layer_names=LAYERS))

    return Work(run)


TASKS = {
    "extraction": extraction,
    "one_layer_drawn": one_layer_drawn,
    "all_layers_drawn": all_layers_drawn,
    **folders(folder),
}

if __name__ == "__main__":
    plt.switch_backend("agg")
    serve(TASKS, ["keract", "tensorflow", "tf-keras", "numpy", "matplotlib"])
