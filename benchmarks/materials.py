"""The input files of the peers: weights, an image, maps, folders of images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

import vggviz
from benchmarks.peers.material import FOLDERS, SMALL

SIDE = 224


def lay_out(folder: Path) -> None:
    """Write the files that `benchmarks.peers.material` reads into a folder."""
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
        _write_images(folder / f"pictures{count}", count)


def _write_images(folder: Path, count: int) -> None:
    """Write random crops of the sample photographs, half of them mirrored."""
    folder.mkdir()
    samples = [vggviz.load_image(name, None) for name in vggviz.sample_images()]
    random = np.random.default_rng(0)
    for index in range(count):
        image = samples[index % len(samples)]
        top, left = (random.integers(0, side - SIDE + 1) for side in image.shape[:2])
        crop = image[top : top + SIDE, left : left + SIDE]
        crop = crop[:, ::-1] if random.random() < 0.5 else crop
        Image.fromarray(np.ascontiguousarray(crop)).save(folder / f"{index:03}.png")
