"""Figures of images drawn for a network, and of how they came about."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from itertools import takewhile

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vggviz._shared import validation
from vggviz.feature_visualization.rendering import Visualization
from vggviz.figures.colours import MARK
from vggviz.figures.described_figure import describe
from vggviz.figures.layout import bare, one_axes
from vggviz.figures.scales import number_text
from vggviz.images.mosaic import mosaic

NAMED = 6
"""Curves that can be told apart by their colours, and rows of a legend."""

LETTERS = 55
"""Of a title's line above a single image."""


def plot_visualization(
    visualization: Visualization, *, columns: int | None = None, ax: Axes | None = None
) -> tuple[Figure, Axes]:
    """Draw the images side by side in their own levels, below each what it is and the value it reached.

    Args:
        visualization: of `visualize`, `invert` or `caricature`.
        columns: images in a row; None makes the layout nearest to a square.
        ax: axes to draw on; None makes a figure.
    """
    validation.instance("What visualize, invert or caricature gives", visualization, Visualization)
    if columns is not None:
        validation.whole("number of columns", columns, 1)
    images, reached = visualization.images, visualization.reached
    count, height, width = images.shape[:3]
    columns = min(columns or math.ceil(math.sqrt(count)), count)
    gap = max(2, round(0.09 * columns * width / min(columns, 4)))  # room for a line of text
    whole = np.pad(mosaic(np.moveaxis(images, 0, -1), columns, gap), ((0, gap), (0, 0), (0, 0)))
    empty = np.isnan(whole) | (np.arange(len(whole)) >= len(whole) - gap)[:, np.newaxis, np.newaxis]
    shape = whole.shape[0] / whole.shape[1]
    size = 4.5 if count == 1 else 8.0
    figure, ax = one_axes(ax, size, size * shape + 0.6)
    ax.imshow(np.rint(np.where(empty, 255, whole)).astype(np.uint8), interpolation="antialiased")
    bare([ax])
    labels, shared = differences(visualization.labels)
    for place, (label, value) in enumerate(zip(labels, reached, strict=True)):
        row, column = divmod(place, columns)
        middle, below = column * (width + gap) + width / 2, row * (height + gap) + height
        text = f"{label}: {number_text(value)}" if label else number_text(value)
        ax.text(middle, below, text, fontsize=7 if columns > 4 else 9, ha="center", va="top")
    steps = visualization.values.shape[1] - 1
    lines = textwrap.wrap(shared, LETTERS) + textwrap.wrap(
        f"{steps} steps; below: {visualization.measure}", LETTERS
    )
    ax.set_title("\n".join(lines), fontsize=10)
    described = f"{count} images" if count > 1 else "One image"
    describe(figure, f"{described} of {width} x {height} pixels, {shared}, drawn in {steps} steps.")
    describe(figure, _about(visualization, labels))
    return figure, ax


def plot_ascent(visualization: Visualization, *, ax: Axes | None = None) -> tuple[Figure, Axes]:
    """Draw how the values changed from step to step, a curve for each image.

    Args:
        visualization: of `visualize`, `invert` or `caricature`.
        ax: axes to draw on; None makes a figure.
    """
    validation.instance("What visualize, invert or caricature gives", visualization, Visualization)
    labels, shared = differences(visualization.labels)
    values = visualization.values
    figure, ax = one_axes(ax, 8, 4.4)
    few = len(values) <= NAMED
    colours = [f"C{index}" for index in range(len(values))] if few else ["0.6"] * len(values)
    for label, curve, colour in zip(labels, values, colours, strict=True):
        name = label if few and len(values) > 1 else None
        ax.plot(curve[:-1], color=colour, linewidth=1, alpha=1 if few else 0.4, label=name)
        ax.plot(len(curve) - 1, curve[-1], ".", color=colour)
    if not few:
        ax.plot(np.median(values, axis=0)[:-1], color=MARK, linewidth=2, label="median")
    if len(values) > 1:
        ax.legend(fontsize=8)
    ax.set_xlabel("step; the dots are the finished images, not moved")
    ax.set_ylabel(visualization.measure)
    ax.set_title(shared, fontsize=10)
    describe(figure, f"{visualization.measure.capitalize()} in {values.shape[1] - 1} steps, {shared}.")
    describe(figure, _about(visualization, labels))
    return figure, ax


def differences(label: Sequence[str]) -> tuple[list[str], str]:
    """What tells some phrases apart, and what they share, with "..." where they differ.

    "channel 3 of conv" and "channel 12 of conv" give "3", "12" and "channel ... of conv".
    """
    split = [phrase.split() for phrase in label]
    head = _same(split)
    rest = [phrase[len(head) :] for phrase in split]
    tail = _same([phrase[::-1] for phrase in rest])[::-1]
    labels = [" ".join(phrase[: len(phrase) - len(tail)]) for phrase in rest]
    return labels, " ".join([*head, *(["..."] if any(labels) else []), *tail])


def _same(phrases: Sequence[Sequence[str]]) -> list[str]:
    """The words that all phrases begin with."""
    alike = takewhile(lambda label: len(set(label)) == 1, zip(*phrases, strict=False))
    return [label[0] for label in alike]


def _about(visualization: Visualization, labels: Sequence[str]) -> str:
    """The values reached, image by image where they are few."""
    values, reached = visualization.values, visualization.reached
    if len(values) <= NAMED:
        return " ".join(
            f"{label or 'It'}: from {number_text(curve[0])} to {number_text(curve[-1])}."
            for label, curve in zip(labels, values, strict=True)
        )
    low, high = int(reached.argmin()), int(reached.argmax())
    return (
        f"Median {number_text(np.median(values[:, 0]))} at the start and "
        f"{number_text(np.median(reached))} at the end; "
        f"the smallest, {number_text(reached[low])}, is {labels[low]}, "
        f"the largest, {number_text(reached[high])}, {labels[high]}."
    )
