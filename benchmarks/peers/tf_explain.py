"""tf-explain, on Keras 2 (tf-keras)."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras
from tf_explain.core.activations import ExtractActivations
from tf_explain.core.grad_cam import GradCAM
from tf_explain.utils.display import filter_display

from benchmarks.peers import network
from benchmarks.peers.answering import Work, nothing, serve
from benchmarks.peers.material import CHANNELS, DRAWN, EXPLAINED, LAYERS, Material


def extraction(given: Material) -> Work:
    """It returns a uint8 image of each layer, not the activations."""
    model = network.vgg16(tf_keras, given.weights)
    explainer, batch = ExtractActivations(), given.batch

    def run() -> dict[str, np.ndarray]:
        return {name: explainer.explain((batch, None), model, [name]) for name in LAYERS}

    return Work(run, lambda grids: {name: _tiles(grid, CHANNELS[name]) for name, grid in grids.items()})


def _tiles(grid: np.ndarray, channels: int) -> np.ndarray:
    """The maps cut out of that image, uint8 (1, h, w, c)."""
    columns = int(np.ceil(np.sqrt(channels)))
    side = grid.shape[1] // columns
    tiles = grid.reshape(-1, side, columns, side).transpose(0, 2, 1, 3).reshape(-1, side, side)
    return tiles[:channels].transpose(1, 2, 0)[np.newaxis]


def one_layer_drawn(given: Material) -> Work:
    maps = {DRAWN: given.maps[DRAWN]}
    return Work(lambda: _drawn(given, maps), nothing)


def all_layers_drawn(given: Material) -> Work:
    maps = given.maps
    return Work(lambda: _drawn(given, maps), nothing)


def _drawn(given: Material, maps: dict[str, np.ndarray]) -> None:
    """Draw and save as its `explain` and `save` do."""
    for name, values in maps.items():
        grid = filter_display(values)
        levels = (grid - grid.min()) / (grid.max() - grid.min())
        image = (np.clip(levels, 0, 1) * 255).astype("uint8")
        ExtractActivations().save(image, given.drawings, f"tf_explain_{name}.png")


def grad_cam(given: Material) -> Work:
    """With plain gradients of the logit; the answer is its weighted sum of maps before colouring."""
    model = network.vgg16(tf_keras, given.weights, classes=True, activation=None)
    explainer, batch, chosen = GradCAM(), given.batch, given.chosen

    def run() -> Any:
        how = {"use_guided_grads": False, "image_weight": 0}
        return explainer.explain((batch, None), model, chosen, EXPLAINED, **how)

    def answer(_: Any) -> dict[str, np.ndarray]:
        parts = explainer.get_gradients_and_filters(model, batch, EXPLAINED, chosen, False)
        cells = tf.nn.relu(tf.stack(explainer.generate_ponderated_output(*parts)))
        return {"map": tf.image.resize(cells[..., np.newaxis], batch.shape[1:3]).numpy()[..., 0]}

    return Work(run, answer)


TASKS = {
    "extraction": extraction,
    "one_layer_drawn": one_layer_drawn,
    "one_layer_saved": one_layer_drawn,
    "all_layers_drawn": all_layers_drawn,
    "grad_cam": grad_cam,
}

if __name__ == "__main__":
    serve(TASKS, ["tf-explain", "tensorflow", "tf-keras", "numpy"])
