"""What the commands do that explain a network: what its channels look for, and why it decides."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING

from vggviz.commands import load_network, plain, reading, say_saved

if TYPE_CHECKING:
    from vggviz.examples import Examples

MOST = 8
"""Channels drawn where none is named."""


def run_examples(options: argparse.Namespace) -> None:
    """Print and draw what excites the channels of a layer most, over a folder of pictures."""
    import numpy as np

    from vggviz import channel_plots, figures
    from vggviz.examples import dataset_examples, example_crops
    from vggviz.layers import find_step
    from vggviz.pictures import named_pictures

    named_pictures(options.folder)  # a mistake is told before anything is computed
    model = load_network(options)
    find_step(model, options.layer)
    reads = reading(options)
    (examples,) = dataset_examples(
        model,
        options.folder,
        options.layer,
        channels=options.channel,
        top=options.top,
        preprocess=lambda pictures: reads(pictures.astype(np.float32)),
    ).values()
    strongest = np.argsort(-examples.values[:, 0], kind="stable")[:MOST]
    channels = options.channel or examples.channels[strongest].tolist()
    _print_examples(examples, channels)
    figure, _ = channel_plots.plot_examples(examples, example_crops(examples, options.folder, channels))
    say_saved(figures.save_figure(figure, options.out or f"{plain(options.layer)}_examples.png"))


def _print_examples(examples: Examples, channels: Iterable[int]) -> None:
    print(f"{'channel':>7}{'activation':>12}{'top':>6}{'left':>6}{'bottom':>8}{'right':>7}  picture")
    for channel in channels:
        place = examples.place(channel)
        rows = zip(examples.values[place], examples.boxes(channel), examples.names[place], strict=True)
        for value, (top, left, bottom, right), name in rows:
            print(f"{channel:7}{value:12.4g}{top:6}{left:6}{bottom:8}{right:7}  {name}")
