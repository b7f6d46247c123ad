"""Maps on paper: beside a matplotlib subplot for each map."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np

import vggviz
from benchmarks.timing import Ratio, compare

LAYER = "block4_conv3"


def measure() -> Iterator[Ratio]:
    """Yield the ratios of drawing."""
    matplotlib.use("agg")
    model = vggviz.load_vgg16("random")
    batch = vggviz.preprocess(vggviz.load_image("cat"))
    convolutions = vggviz.feature_maps(model, batch, vggviz.conv_layers(model))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        yield compare(
            "512 maps of 28 x 28: a subplot for each",
            lambda: _ours(convolutions, place),
            lambda: _subplots(convolutions[LAYER][0], place),
            wanted=20,
            short=3,
        )
        yield compare(
            "4,224 maps of 13 layers: a subplot for each",
            lambda: vggviz.save_feature_maps(convolutions, place),
            lambda: [_subplots(maps[0], place) for maps in convolutions.values()],
            wanted=150,
            turns=1,
            short=3,
        )


def _ours(maps: Mapping[str, np.ndarray], folder: Path) -> None:
    figure, _ = vggviz.plot_feature_maps(maps, LAYER)
    vggviz.save_figure(figure, folder / "ours.png")
    plt.close(figure)


def _subplots(maps: np.ndarray, folder: Path) -> None:
    """The classic notebook: `plt.subplot` for each map, ticks off, at the density of our figures."""
    side = int(np.ceil(np.sqrt(maps.shape[-1])))
    figure = plt.figure(figsize=(8, 8))
    for channel in range(maps.shape[-1]):
        ax = plt.subplot(side, side, channel + 1)
        ax.set_xticks([])
        ax.set_yticks([])
        plt.imshow(maps[..., channel], cmap="gray")
    figure.savefig(folder / "classic.png", dpi=200)
    plt.close(figure)
