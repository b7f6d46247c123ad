"""The files that every peer reads: weights, a picture, maps, folders of pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

import vggviz
from benchmarks.catalogue import FOLDERS
from benchmarks.peers.material import SMALL

SIDE = 224


def lay_out(folder: Path) -> None:
    """Fill a folder with what `benchmarks.peers.material` reads."""
    model = vggviz.load_vgg16("imagenet", "linear")
    arrays = {}
    for layer in model.layers:
        if layer.weights:
            kernel, bias = layer.get_weights()
            arrays |= {f"{layer.name}/kernel": kernel, f"{layer.name}/bias": bias}
    np.savez(folder / "weights.npz", **arrays)
    image = vggviz.load_image("cat")
    batch = vggviz.preprocess(image)
    np.save(folder / "batch.npy", batch)
    np.save(folder / "small.npy", vggviz.preprocess(vggviz.load_image("cat", SMALL)))
    np.save(folder / "class.npy", model.predict_on_batch(batch).argmax())
    np.savez(folder / "maps.npz", **vggviz.feature_maps(model, batch, vggviz.conv_layers(model)))
    (folder / "drawings").mkdir()
    for count in FOLDERS:
        _write_pictures(folder / f"pictures{count}", count)


def _write_pictures(folder: Path, count: int) -> None:
    """Pieces of the sample photographs, each at another place and perhaps mirrored."""
    folder.mkdir()
    samples = [vggviz.load_image(name, None) for name in vggviz.sample_images()]
    random = np.random.default_rng(0)
    for number in range(count):
        image = samples[number % len(samples)]
        top, left = (random.integers(0, side - SIDE + 1) for side in image.shape[:2])
        piece = image[top : top + SIDE, left : left + SIDE]
        piece = piece[:, ::-1] if random.random() < 0.5 else piece
        Image.fromarray(np.ascontiguousarray(piece)).save(folder / f"{number:03}.png")
