"""Figures of feature visualizations and of their optimisation."""

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
from vggviz.figures.artists import show_image
from vggviz.figures.described_figure import describe, fitted
from vggviz.figures.layout import bare, one_axes, one_picture
from vggviz.figures.page import page
from vggviz.figures.scales import MARK, number_text, size_text
from vggviz.images.mosaic import mosaic

MAX_LABELLED = 6
"""Most curves with a colour and a legend entry of their own."""

TITLE_WIDTH = 55
"""Characters in a line of the title above a single image."""


@fitted
def plot_visualization(
    visualization: Visualization, *, columns: int | None = None, ax: Axes | None = None
) -> tuple[Figure, Axes]:
    """Draw the images side by side, each above its label and the value of the objective that it reached.

    Args:
        visualization: from `visualize`, `invert` or `caricature`.
        columns: images in a row; None chooses the layout nearest to a square.
        ax: axes to draw on; None makes a figure.

    Returns:
        The figure and its axes.

    Raises:
        ValueError: `columns` is less than 1.
    """
    validation.instance("A result of visualize, invert or caricature", visualization, Visualization)
    if columns is not None:
        validation.whole("number of columns", columns, 1)
    images, reached = visualization.images, visualization.reached
    count, height, width = images.shape[:3]
    columns = page().columns(columns or math.ceil(math.sqrt(count)), count, has_titles=count <= 9)
    gap = max(2, round(0.09 * columns * width / min(columns, 4)))  # fits a line of text
    pixels = _with_margins(images, columns, gap)
    figure, ax = one_picture(ax, pixels.shape[0] / pixels.shape[1], 4.5 if count == 1 else 8.0)
    show_image(ax, pixels, interpolation="antialiased")
    bare([ax])
    labels, shared = differences(visualization.labels)
    for index, (label, value) in enumerate(zip(labels, reached, strict=True)):
        row, column = divmod(index, columns)
        middle, below = column * (width + gap) + width / 2, row * (height + gap) + height
        text = f"{label}: {number_text(value)}" if label else number_text(value)
        ax.text(middle, below, text, fontsize=7 if columns > 4 else 9, ha="center", va="top", color="black")
    steps = visualization.values.shape[1] - 1
    ax.set_title(_wrapped(shared, f"{steps} steps; below: {visualization.measure}"), fontsize=10)
    described = f"{count} images" if count > 1 else "One image"
    size = size_text((height, width), "pixels")
    describe(figure, f"{described} of {size}, drawn in {steps} steps; {visualization.measure}:")
    describe(figure, _values_description(visualization))
    return figure, ax


def _with_margins(images: np.ndarray, columns: int, gap: int) -> np.ndarray:
    """Images (n, h, w, 3) as one uint8 image, with white gaps between them and a white margin below."""
    whole = np.pad(mosaic(np.moveaxis(images, 0, -1), columns, gap), ((0, gap), (0, 0), (0, 0)))
    empty = np.isnan(whole) | (np.arange(len(whole)) >= len(whole) - gap)[:, np.newaxis, np.newaxis]
    return np.rint(np.where(empty, 255, whole)).astype(np.uint8)


def _wrapped(*texts: str) -> str:
    """Texts one below the other, in lines of at most `TITLE_WIDTH` characters."""
    return "\n".join(line for text in texts for line in textwrap.wrap(text, TITLE_WIDTH))


@fitted
def plot_ascent(visualization: Visualization, *, ax: Axes | None = None) -> tuple[Figure, Axes]:
    """Draw the value of the objective by step, a curve for each image.

    Args:
        visualization: from `visualize`, `invert` or `caricature`.
        ax: axes to draw on; None makes a figure.

    Returns:
        The figure and its axes.
    """
    validation.instance("A result of visualize, invert or caricature", visualization, Visualization)
    labels, shared = differences(visualization.labels)
    values = visualization.values
    figure, ax = one_axes(ax, 8, 4.4)
    few = len(values) <= MAX_LABELLED
    colours = [f"C{index}" for index in range(len(values))] if few else ["0.6"] * len(values)
    lines = []
    for label, curve, colour in zip(labels, values, colours, strict=True):
        lines += ax.plot(curve[:-1], color=colour, linewidth=1, alpha=1 if few else 0.4, label=label)
        ax.plot(len(curve) - 1, curve[-1], ".", color=colour)
    if not few:
        lines = ax.plot(np.median(values, axis=0)[:-1], color=MARK, linewidth=2)
    if len(values) > 1:
        ax.legend(lines, labels if few else ["median"], fontsize=8)  # also labels that begin with "_"
    ax.set_xlabel("step; the dots are the finished images, not moved")
    ax.set_ylabel(visualization.measure)
    ax.set_title(shared, fontsize=10)
    curves = "Curves" if len(values) > 1 else "A curve"
    describe(figure, f"{curves} of the {visualization.measure} in {values.shape[1] - 1} steps:")
    describe(figure, _values_description(visualization))
    return figure, ax


def differences(phrases: Sequence[str]) -> tuple[list[str], str]:
    """The parts in which phrases differ, and the words that they share, with "..." where they differ.

    "channel 3 of conv" and "channel 12 of conv" give "3", "12" and "channel ... of conv".
    """
    split = [phrase.split() for phrase in phrases]
    head = _common_prefix(split)
    rest = [phrase[len(head) :] for phrase in split]
    tail = _common_prefix([phrase[::-1] for phrase in rest])[::-1]
    labels = [" ".join(phrase[: len(phrase) - len(tail)]) for phrase in rest]
    return labels, " ".join([*head, *(["..."] if any(labels) else []), *tail])


def _common_prefix(phrases: Sequence[Sequence[str]]) -> list[str]:
    """The words that all phrases begin with."""
    alike = takewhile(lambda words: len(set(words)) == 1, zip(*phrases, strict=False))
    return [words[0] for words in alike]


def _values_description(visualization: Visualization) -> str:
    """The values reached: of each image, or if there are many their median and extremes."""
    values, reached, labels = visualization.values, visualization.reached, visualization.labels
    if len(values) <= MAX_LABELLED:
        courses = (
            f"{label}, from {number_text(curve[0])} to {number_text(curve[-1])}"
            for label, curve in zip(labels, values, strict=True)
        )
        return f"{'; '.join(courses)}."
    low, high = int(reached.argmin()), int(reached.argmax())
    return (
        f"median from {number_text(np.median(values[:, 0]))} to {number_text(np.median(reached))}; "
        f"the largest at the end {number_text(reached[high])}, {labels[high]}; "
        f"the smallest {number_text(reached[low])}, {labels[low]}."
    )
