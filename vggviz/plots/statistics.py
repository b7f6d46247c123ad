"""Figures of channel statistics, and of measures by layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vggviz._shared import validation
from vggviz.activations.statistics import ChannelStatistics
from vggviz.figures.described_figure import describe, fitted
from vggviz.figures.layout import one_axes
from vggviz.figures.scales import MARK, OKABE_ITO, capital, number_text
from vggviz.models.graph import check_name

LABELS = {
    "apoz": "share of cells not above zero (APoZ)",
    "mean": "mean activation",
    "max": "largest activation",
    "std": "standard deviation",
}
"""The statistics in words."""
MARKERS = "osD^"
"""One for each curve, as some readers cannot tell the colours apart; also the largest number of curves."""


@fitted
def plot_channel_statistics(
    statistics: Mapping[str, ChannelStatistics],
    layer: str | None = None,
    *,
    by: str = "apoz",
    ax: Axes | None = None,
) -> tuple[Figure, Any]:
    """Draw a statistic of the channels: as a box plot per layer, or sorted for one layer.

    Args:
        statistics: {layer: ChannelStatistics}, from `channel_statistics`.
        layer: name of one layer; None draws a box for each layer, with its number of dead channels.
        by: "apoz", "mean", "max" or "std".
        ax: axes to draw on; None makes a figure.

    Returns:
        The figure and its axes.

    Raises:
        ValueError: an unknown layer or statistic.
    """
    validation.one_of("statistic", by, LABELS)
    for found in validation.mapping("Statistics", statistics).values():
        validation.instance("A result of channel_statistics for a layer", found, ChannelStatistics)
    if layer is not None:
        check_name(layer, statistics)
    figure, ax = one_axes(ax, 8, 4.4)
    ax.set_ylabel(LABELS[by])
    if layer is None:
        show_boxes(ax, statistics, by)
        describe(figure, _boxes_description(statistics, by))
    else:
        values, dead = getattr(statistics[layer], by), statistics[layer].dead
        show_sorted(ax, values, dead)
        ax.set_xlabel(f"the {len(values)} channels of {layer}, in order")
        describe(figure, f"{layer}: {LABELS[by]} of {_sorted_description(values, dead)}")
    return figure, ax


@fitted
def plot_by_layer(
    measures: Mapping[str, Mapping[str, float]],
    *,
    label: str = "",
    spread: Mapping[str, Mapping[str, tuple[float, float]]] | None = None,
    ax: Axes | None = None,
) -> tuple[Figure, Axes]:
    """Draw one or several measures as curves over the layers.

    Args:
        measures: {title: {layer: number}}, up to four, all over the same layers.
        label: name of the measure, for the axis.
        spread: {title: {layer: (low, high)}} for some or all of the measures, such as confidence intervals,
            drawn as a band; None for no bands.
        ax: axes to draw on; None makes a figure.

    Returns:
        The figure and its axes.

    Raises:
        ValueError: no measure, more than four, measures of different layers, or a spread of no measure or of
            other layers.
    """
    validation.instance("A text as label", label, str)
    layers = _checked_layers(measures)
    bands = {} if spread is None else _bands(spread, measures)
    figure, ax = one_axes(ax, 8, 4)
    widths = 0.8 + 0.7 * np.arange(len(measures), 0, -1)  # a curve that another covers stays visible
    lines = []
    describe(figure, f"{capital(label) or 'Curves'}; {layers[0]} to {layers[-1]}.")
    for (title, values), colour, marker, width in zip(
        measures.items(), OKABE_ITO.values(), MARKERS, widths, strict=False
    ):
        numbers = np.array([values[layer] for layer in layers], float)
        lines += ax.plot(
            numbers, f"{marker}-", color=colour, label=title, linewidth=width, markersize=3 + 2 * width
        )
        curve = f"{title}: {_curve_description(layers, numbers)}"
        if title in bands:
            low, high = bands[title]
            ax.fill_between(range(len(layers)), low, high, color=colour, alpha=0.2, linewidth=0)
            curve += f"; its band ends from {number_text(low[-1])} to {number_text(high[-1])}"
        describe(figure, f"{curve}.")
    if len(measures) > 1:
        describe(figure, _comparison(measures))
    ax.set_xticks(range(len(layers)), layers, rotation=60, ha="right", fontsize=8)
    ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
    ax.set_ylabel(label)
    ax.legend(lines, list(measures))  # matplotlib leaves out labels of curves that begin with "_"
    return figure, ax


def _checked_layers(measures: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The layers of all measures, which must be the same."""
    if isinstance(measures, Mapping) and not 1 <= len(measures) <= len(MARKERS):
        raise ValueError(f"From 1 to {len(MARKERS)} measures can be drawn; got {len(measures)}.")
    for title, values in validation.mapping("Measures", measures).items():
        for number in validation.mapping(f"The numbers of {title!r}", values).values():
            validation.real(f"measure {title!r} of a layer", number)
    layers = list(next(iter(measures.values())))
    for title, values in measures.items():
        if list(values) != layers:
            raise ValueError(f"All measures must have the layers {layers}; {title!r} has {list(values)}.")
    return layers


def _bands(
    spread: Mapping[str, Mapping[str, tuple[float, float]]], measures: Mapping[str, Mapping[str, float]]
) -> dict[str, np.ndarray]:
    """Lower and upper ends of each spread, float (2, layers)."""
    bands = {}
    for title, ends in validation.mapping("Spreads", spread).items():
        if title not in measures or list(validation.mapping(f"The spread of {title!r}", ends)) != list(
            measures[title]
        ):
            raise ValueError(
                f"A spread must have the title and the layers of a measure, one of {list(measures)}; "
                f"got {title!r}, {validation.shown(list(ends))}."
            )
        bands[title] = validation.numbers(
            f"Ends of the spread of {title!r}", list(ends.values()), "(layers, 2)", 2
        ).T
        if len(bands[title]) != 2:
            raise ValueError(
                f"A spread is (low, high) for each layer; {title!r} has {len(bands[title])} numbers."
            )
    return bands


def _curve_description(layers: Sequence[str], numbers: np.ndarray) -> str:
    """A curve in words: its ends, and its extremes unless they are at the ends."""
    texts = [_rounded(number, float(np.abs(numbers).max())) for number in numbers]
    if len(set(texts)) == 1:
        return f"{texts[0]} everywhere"
    extremes = [("least", int(numbers.argmin())), ("most", int(numbers.argmax()))]
    inner = [
        f", {word} {texts[k]} at {layers[k]}"
        for word, k in extremes
        if texts[k] not in texts[:: len(texts) - 1]
    ]
    return f"{texts[0]} to {texts[-1]}{''.join(inner)}"


def _rounded(number: float, largest: float) -> str:
    """A number of a curve; one that cannot be told from zero in the figure is said to be so."""
    return "nearly 0" if 0 < abs(number) < largest / 1000 else number_text(number)


def _comparison(measures: Mapping[str, Mapping[str, float]]) -> str:
    """At how many of the layers the first curve lies above each of the others."""
    (first, values), *others = measures.items()
    counts = {title: sum(values[layer] > low[layer] for layer in values) for title, low in others}
    above = ", ".join(f"above {title} at {count}" for title, count in counts.items())
    return f"Of {len(values)} places, {first} is {above}."


def _boxes_description(statistics: Mapping[str, ChannelStatistics], by: str) -> str:
    """The course of the medians, and the layers with dead channels."""
    layers = list(statistics)
    medians = np.array([np.median(getattr(s, by)) for s in statistics.values()])
    dead = [f"{s.dead.sum()} in {layer}" for layer, s in statistics.items() if s.dead.any()]
    named = f"{len(layers)} layers, {layers[0]} to {layers[-1]}" if len(layers) > 1 else layers[0]
    text = f"Boxes of the channels of {named}: {LABELS[by]}, median"
    where = f"Dead channels: {', '.join(dead)}" if dead else "No channel is dead"
    return f"{text} {_curve_description(layers, medians)}. {where}."


def _sorted_description(values: np.ndarray, dead: np.ndarray) -> str:
    """The extremes of a statistic of channels, its median, and how many are dead."""
    silent = f"{dead.sum()} dead" if dead.any() else "none is dead"
    low, high, middle = map(number_text, (np.nanmin(values), np.nanmax(values), np.median(values)))
    return f"{len(values)} channels, from {low} to {high}, median {middle}; {silent}."


def show_sorted(ax: Axes, values: np.ndarray, dead: np.ndarray) -> None:
    """Draw a bar for each channel, the lowest first, with crosses on those that are dead."""
    order = np.argsort(values, kind="stable")
    ax.bar(np.arange(len(order)), values[order], width=1, color=OKABE_ITO["blue"])
    ax.plot(np.flatnonzero(dead[order]), values[order][dead[order]], "x", color=MARK, label="dead channel")
    if dead.any():
        ax.legend()


def show_boxes(ax: Axes, statistics: Mapping[str, ChannelStatistics], by: str) -> None:
    """Draw a box for each layer, with its number of dead channels above."""
    values = [getattr(s, by) for s in statistics.values()]
    ax.boxplot(values, flierprops={"marker": ".", "markersize": 3})
    ax.set_xticks(range(1, 1 + len(values)), list(statistics), rotation=60, fontsize=8)
    ax.margins(y=0.12)
    for position, s in enumerate(statistics.values(), start=1):
        ax.annotate(
            str(s.dead.sum()),
            (position, 1),
            xycoords=("data", "axes fraction"),
            ha="center",
            va="top",
            fontsize=8,
        )
    ax.set_title(
        "by layer; box: half of the channels, line: median, number above: dead channels", fontsize=10
    )
