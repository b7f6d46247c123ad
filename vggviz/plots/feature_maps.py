"""Figures of feature maps: a layer as a mosaic, the strongest maps of several layers, a single map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vggviz._shared import validation
from vggviz.activations.statistics import maps_of
from vggviz.figures.artists import extent, hatch, show_image, show_mosaic, show_under, show_values
from vggviz.figures.described_figure import describe, fitted
from vggviz.figures.layout import bare, colour_bar, mosaic_axes, panels
from vggviz.figures.scales import (
    SCALES,
    Scaled,
    capital,
    number_text,
    part_text,
    place_text,
    scale_label,
    scale_maps,
    shares_text,
    size_text,
)
from vggviz.figures.selection import choose_channels, last_of_each_size, strongest
from vggviz.models.graph import listed

MOST_NAMED = 16
"""Most channels that a text alternative lists."""


@fitted
def plot_feature_maps(
    maps: Mapping[str, np.ndarray],
    layer: str,
    *,
    channels: Sequence[int] | None = None,
    top: int | None = None,
    scale: str = "layer",
    clip: float | None = None,
    ax: Axes | None = None,
) -> tuple[Figure, Any]:
    """Draw the feature maps of a layer as one mosaic; dead channels are hatched.

    Args:
        maps: {layer: (N, h, w, c)}; the first image is drawn.
        layer: name of the layer.
        channels: indices of the channels, in the order they are drawn.
        top: number of channels, those of largest maximum, strongest first.
        scale: "channel", "layer" or "global": whose maximum is the brightest colour.
        clip: percentile at which the scale ends, such as 99.5; None is the maximum.
        ax: axes to draw on; None makes a figure.

    Returns:
        The figure and its axes.

    Raises:
        ValueError: an unknown layer or scale, a channel index out of range, or maps of another shape.
    """
    values = maps_of(maps, layer)
    indices = choose_channels(values[0], channels, top)
    scaled = scale_maps(maps, layer, values[0][..., indices], scale, clip)
    columns = int(np.ceil(np.sqrt(len(indices))))
    aspect = np.ceil(len(indices) / columns) * values.shape[1] / (columns * values.shape[2])
    figure, ax = mosaic_axes(ax, float(aspect))
    drawn, note = show_mosaic(ax, scaled, indices, columns)
    label = (
        "activation"
        if scale != "channel"
        else f"activation, as a share of {scaled.label.removeprefix('each map scaled by ')}"
    )
    clipped = "both" if scaled.signed else "max"
    colour_bar(ax, drawn, label, extend="neither" if clip is None else clipped)
    of = "" if len(values) == 1 else f", image 1 of {len(values)}"
    ax.set_title(
        f"{layer}: {len(indices)} of {values.shape[-1]} feature maps{of}\n{scaled.label}{note}", fontsize=10
    )
    describe(figure, _mosaic_description(values[0], layer, indices, scaled))
    return figure, ax


@fitted
def plot_layers(
    maps: Mapping[str, np.ndarray],
    *,
    image: np.ndarray | Mapping[str, np.ndarray] | None = None,
    layers: Sequence[str] | None = None,
    top: int = 1,
    scale: str = "channel",
    ax: Axes | None = None,
) -> tuple[Figure, Any]:
    """Draw the strongest feature maps of several layers after the photograph.

    Args:
        maps: {layer: (N, h, w, c)}; the first image is drawn.
        image: uint8 (H, W, 3), the photograph; or {title: image}, if its title is not "the photograph".
        layers: names; None is the last layer of each map size that is not a pool.
        top: number of channels per layer, those of largest maximum.
        scale: "channel", "layer" or "global": whose maximum is the brightest colour.
        ax: axes to be divided; None makes a figure.

    Returns:
        The figure and the axes, that of the photograph first if there is one, then those of the maps.

    Raises:
        ValueError: an unknown layer or scale, no layer, or more channels than a layer has.
    """
    validation.one_of("scale", scale, SCALES)
    title, picture = _titled(image)
    validation.mapping("Maps of layers", maps)
    values = {layer: maps_of(maps, layer)[0] for layer in (maps if layers is None else listed(layers))}
    layers = last_of_each_size(values) if layers is None else list(values)
    chosen = strongest({layer: values[layer] for layer in layers}, top)
    shapes = [*([] if picture is None else [picture.shape]), *(values[layer].shape for layer, _ in chosen)]
    columns = len(layers) if top > 1 else 3 if len(shapes) <= 6 else 5
    figure, axes = panels(ax, shapes, columns=columns)
    bare(axes)
    if picture is not None:
        show_image(axes[0], picture)
        axes[0].set_title(title, fontsize=9)
    for part, (layer, index) in zip(axes[-len(chosen) :], chosen, strict=True):
        tile = values[layer][..., [index]]
        label = _show_tile(part, tile, scale_maps(maps, layer, tile, scale))
        part.set_title(f"{layer}\nchannel {index}, {label}", fontsize=8)
    label = scale_label(scale, any(values[layer].min() < 0 for layer in layers))
    label = label.replace("all scaled by the layer", "each scaled by its layer")
    after = "" if picture is None else f"After {title}, "
    describe(figure, _layers_description(values, chosen, after, label))
    return figure, axes


@fitted
def plot_channel(
    maps: Mapping[str, np.ndarray],
    layer: str,
    channel: int,
    *,
    image: np.ndarray | Mapping[str, np.ndarray] | None = None,
    overlay: bool = False,
    scale: str = "channel",
    ax: Axes | None = None,
) -> tuple[Figure, Any]:
    """Draw a single feature map, beside the photograph or over it.

    Args:
        maps: {layer: (N, h, w, c)}; the first image is drawn.
        layer: name of the layer.
        channel: the channel's index.
        image: uint8 (H, W, 3), the photograph; or {title: image}, if its title is not "the photograph".
        overlay: draw the map over the photograph instead of beside it.
        scale: "channel", "layer" or "global": whose maximum is the brightest colour.
        ax: axes to draw on; None makes a figure.

    Returns:
        The figure and its axes.

    Raises:
        ValueError: an unknown layer or scale, or a channel index out of range.
    """
    values = maps_of(maps, layer)[0]
    title, picture = _titled(image)
    validation.instance("True or False as overlay", overlay, bool)
    index = validation.whole(f"channel of {layer!r}", channel, 0, values.shape[-1] - 1)
    tile = values[..., index]
    scaled = scale_maps(maps, layer, tile[..., np.newaxis], scale)
    limit = extent(tile) if scale == "channel" else scaled.limit
    under, beside = (picture, None) if overlay else (None, picture)
    shapes = [tile.shape if under is None else under.shape]
    figure, axes = panels(ax, shapes if beside is None else [beside.shape, *shapes], columns=2)
    bare(axes)
    if beside is not None:
        show_image(axes[0], beside)
        axes[0].set_title(title, fontsize=10)
    show_channel(axes[-1], tile, limit, under)
    label = "" if scale == "channel" else f"\n{scaled.label.removeprefix('all ')}"
    axes[-1].set_title(f"{layer}, channel {index}{'' if tile.any() else ': dead here'}{label}", fontsize=10)
    beside_or_under = "" if picture is None else f", {'over' if overlay else 'beside'} {title}"
    name = f"Feature map of {layer}, channel {index}{beside_or_under}"
    describe(figure, f"{name}: {_tile_description(tile, limit)}")
    return figure, axes


def _titled(image: np.ndarray | Mapping[str, np.ndarray] | None) -> tuple[str, np.ndarray | None]:
    """Title and pixels of the photograph, None if there is none."""
    title = "the photograph"
    if isinstance(image, Mapping):
        if len(image) != 1:
            raise ValueError(f"One photograph is drawn, {{title: image}}; got {len(image)} of them.")
        title, image = next(iter(image.items()))
        validation.instance("A text as the photograph's title", title, str)
    return title, None if image is None else validation.image("The photograph", image)


def _show_tile(ax: Axes, tile: np.ndarray, scaled: Scaled) -> str:
    """Draw a map (h, w, 1), hatched if it is dead; returns its maximum as text."""
    show_values(ax, scaled.values[..., 0], scaled.limit, signed=scaled.signed)
    if tile.any():
        return f"max {number_text(tile.max())}"
    hatch(ax, [np.zeros(2)], tile.shape[:2])
    return "dead here"


def _layers_description(
    values: Mapping[str, np.ndarray], chosen: Sequence[tuple[str, int]], after: str, scale: str
) -> str:
    """Text alternative of maps of layers: the channels, their maxima, and of few maps their places."""
    by_layer: dict[str, list[str]] = {}
    for layer, index in chosen:
        tile = values[layer][..., index]
        most = f"maximum {number_text(tile.max())} {part_text(tile)}" if tile.any() else "dead here"
        short = f" ({number_text(tile.max())})" if tile.any() else " (dead here)"
        name = f"channel {index}, {most}" if len(chosen) <= 6 else f"{index}{short}"
        by_layer.setdefault(layer, []).append(name)
    top = len(chosen) // len(by_layer)
    what = "the strongest map" if top == 1 else f"the {top} strongest maps"
    each = what if len(by_layer) == 1 else f"{what} of each of {len(by_layer)} layers"
    unit = "" if len(chosen) <= 6 else ", channel and maximum"
    listed = [f"{layer}: {', '.join(names)}." for layer, names in by_layer.items()]
    return " ".join([capital(f"{after}{each}{unit}, {scale}."), *listed])


def _tile_description(tile: np.ndarray, limit: float) -> str:
    """Text alternative of a map (h, w) drawn up to `limit`."""
    size = size_text(tile.shape, "cells")
    if not tile.any():
        return f"{size}, all zero."
    most = number_text(tile.max())
    shares = shares_text(tile) or "none are zero"
    bright = "" if number_text(limit) == most else f" Brightest colour: {number_text(limit)}."
    return f"{size}, the largest, {most}, {place_text(tile)}; {shares}.{bright}"


def _mosaic_description(values: np.ndarray, layer: str, indices: np.ndarray, scaled: Scaled) -> str:
    """Text alternative of a mosaic: the channels, unless they are many, the strongest and the weakest."""
    drawn, count = values[..., indices], len(indices)
    named = f": channels {', '.join(map(str, indices))}" if 1 < count <= MOST_NAMED else ""
    head = (
        (f"All {count} feature maps of {layer}" if count > 1 else f"The only feature map of {layer}")
        if len(set(indices)) == values.shape[-1]
        else f"{count} of {values.shape[-1]} feature maps of {layer}{named}"
    )
    size = f"{size_text(values.shape, 'cells')} each, {scaled.label}."
    if scaled.dead.all():
        return f"{head}. All {count} of these channels are dead here, zero everywhere. {size}"
    shares = shares_text(drawn, "of the values ") or "no value is zero"
    return f"{head}. {_extremes(drawn, indices)}; {shares}. {_dead(indices[scaled.dead])}{size}"


def _extremes(drawn: np.ndarray, indices: np.ndarray) -> str:
    """The largest activation, and the weakest channel unless it is dead."""
    maxima = drawn.max(axis=(0, 1))
    most, least = int(maxima.argmax()), int(maxima.argmin())
    text = f"The largest activation, {number_text(maxima[most])}, is in channel {indices[most]}"
    if maxima[least] in (0, maxima[most]):
        return text
    return f"{text}; the weakest, {indices[least]}, reaches {number_text(maxima[least])}"


def _dead(indices: np.ndarray) -> str:
    """The dead channels, unless they are many, as a sentence; "" if there are none."""
    if not len(indices):
        return ""
    named = f": {', '.join(map(str, indices))}" if len(indices) <= MOST_NAMED else ""
    return f"{len(indices)} of these channels {'is' if len(indices) == 1 else 'are'} dead here{named}. "


def show_channel(ax: Axes, tile: np.ndarray, limit: float, image: np.ndarray | None) -> None:
    """Draw a map with its colourbar, over the photograph in grey if there is one."""
    drawn = show_values(ax, tile, limit, signed=bool((tile < 0).any()))
    colour_bar(ax, drawn, "activation")
    if image is not None:
        show_under(ax, drawn, image)
    if not tile.any():
        hatch(ax, [np.zeros(2)], (tile if image is None else image).shape[:2])
