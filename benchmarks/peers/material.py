"""What every peer is handed: the same weights, the same pictures, the same maps. NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
"""VGG16's convolutional part: how many convolutions a block has, of how many channels."""
CONVOLUTIONS = [f"block{b}_conv{k}" for b, (depth, _) in enumerate(BLOCKS, 1) for k in range(1, depth + 1)]
LAYERS = sorted(CONVOLUTIONS + [f"block{b}_pool" for b in range(1, 6)])
"""The 18 layers in the order of the network, which here is that of the alphabet."""
CHANNELS = {name: BLOCKS[int(name[5]) - 1][1] for name in LAYERS}
MEANS = np.array([103.939, 116.779, 123.68], np.float32)
"""Blue, green, red."""

DRAWN = "block4_conv3"
EXPLAINED = "block5_conv3"
MAXIMIZED, CHANNEL, STEPS = "block4_conv2", 3, 24
"""A channel that answers to noise, too: from one that is silent there, not every peer finds a way up."""
SMALL = 112
"""Side of the picture in pixels where a method takes hundreds of passes through the network."""
TOGETHER = 8
"""Pictures in one forward pass over a folder."""


@dataclass(frozen=True)
class Material:
    """The folder that the measuring program filled.

    Attributes:
        folder: where the files are.
    """

    folder: Path

    @cached_property
    def weights(self) -> dict[str, list[np.ndarray]]:
        """Kernel (kh, kw, in, out) and bias of each convolution, and of "predictions"."""
        with np.load(self.folder / "weights.npz") as kept:
            return {
                name: [kept[f"{name}/kernel"], kept[f"{name}/bias"]]
                for name in (*CONVOLUTIONS, "predictions")
            }

    @cached_property
    def batch(self) -> np.ndarray:
        """One picture as the network reads it, float32 (1, 224, 224, 3)."""
        return np.load(self.folder / "batch.npy")

    @cached_property
    def small(self) -> np.ndarray:
        """The same picture, float32 (1, 112, 112, 3)."""
        return np.load(self.folder / "small.npy")

    @cached_property
    def chosen(self) -> int:
        """Number of the class that is explained."""
        return int(np.load(self.folder / "class.npy"))

    @cached_property
    def maps(self) -> dict[str, np.ndarray]:
        """The maps of the 13 convolutions, float32 (1, h, w, c), for drawing."""
        with np.load(self.folder / "maps.npz") as kept:
            return dict(kept)

    def pictures(self, count: int) -> Path:
        """A folder of so many PNG files of 224 x 224 pixels."""
        return self.folder / f"pictures{count}"

    @property
    def drawings(self) -> Path:
        """A folder for what is drawn."""
        return self.folder / "drawings"


def read(paths: list[Path]) -> np.ndarray:
    """Pictures as the network reads them, float32 (N, 224, 224, 3), the way everybody writes it by hand."""
    from PIL import Image

    pictures = np.stack([np.asarray(Image.open(path).convert("RGB"), np.float32) for path in paths])
    return pictures[..., ::-1] - MEANS
