"""The inputs of every peer: weights, images and maps. Uses only NumPy, and Pillow to read images."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
"""Number of convolutions and of their channels in each block of VGG16."""
CONVOLUTIONS = [f"block{b}_conv{k}" for b, (depth, _) in enumerate(BLOCKS, 1) for k in range(1, depth + 1)]
LAYERS = sorted(CONVOLUTIONS + [f"block{b}_pool" for b in range(1, 6)])
"""The 18 layers in order, which is also the alphabetical order."""
CHANNELS = {name: BLOCKS[int(name[5]) - 1][1] for name in LAYERS}
MEANS = np.array([103.939, 116.779, 123.68], np.float32)
"""Channel means in the order blue, green, red."""

DRAWN = "block4_conv3"
EXPLAINED = "block5_conv3"
MAXIMIZED, CHANNEL, STEPS = "block4_conv2", 3, 24
"""A channel that noise activates; from zero activation, not every peer can begin to maximise."""
SMALL = 112
"""Side of the image in pixels for methods with hundreds of forward passes."""
TOGETHER = 8
"""Batch size for a folder of images."""
FOLDERS = (50, 200)
"""Numbers of images in the folders."""


@dataclass(frozen=True)
class Material:
    """The input files, written by `benchmarks.materials`.

    Attributes:
        folder: folder of the files.
    """

    folder: Path

    @cached_property
    def weights(self) -> dict[str, list[np.ndarray]]:
        """Kernel (kh, kw, in, out) and bias of each convolution, and of "predictions"."""
        with np.load(self.folder / "weights.npz") as saved:
            return {
                name: [saved[f"{name}/kernel"], saved[f"{name}/bias"]]
                for name in (*CONVOLUTIONS, "predictions")
            }

    @cached_property
    def batch(self) -> np.ndarray:
        """A preprocessed image, float32 (1, 224, 224, 3)."""
        return np.load(self.folder / "batch.npy")

    @cached_property
    def small(self) -> np.ndarray:
        """The same image, float32 (1, 112, 112, 3)."""
        return np.load(self.folder / "small.npy")

    @cached_property
    def chosen(self) -> int:
        """Index of the class that is explained."""
        return int(np.load(self.folder / "class.npy"))

    @cached_property
    def maps(self) -> dict[str, np.ndarray]:
        """The maps of the 13 convolutions, {layer: float32 (1, h, w, c)}, for drawing."""
        with np.load(self.folder / "maps.npz") as saved:
            return dict(saved)

    def images(self, count: int) -> Path:
        """A folder of `count` PNG files of 224 x 224 pixels."""
        return self.folder / f"pictures{count}"

    @property
    def drawings(self) -> Path:
        """A folder for the drawings."""
        return self.folder / "drawings"


def read(paths: list[Path]) -> np.ndarray:
    """Load and preprocess images with Pillow and NumPy, float32 (N, 224, 224, 3)."""
    from PIL import Image

    images = np.stack([np.asarray(Image.open(path).convert("RGB"), np.float32) for path in paths])
    return images[..., ::-1] - MEANS
