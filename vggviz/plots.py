"""From arrays to figures. Every function returns (figure, axes), and writes its scale into the figure.

A figure's text alternative is made from the same numbers: see `text_alternative`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from vggviz import checking
from vggviz.activations import Cell
from vggviz.architecture import LayerTable
from vggviz.channels import ChannelStatistics
from vggviz.choosing import choose, choose_channels, last_of_each_size, maps_of, strongest
from vggviz.drawing import (
    MARK,
    extent,
    hatch,
    show_boxes,
    show_channel,
    show_colours,
    show_mosaic,
    show_slices,
    show_sum,
    show_values,
    write_numbers,
)
from vggviz.figures import bare, describe, mosaic_axes, one_axes, panels, side_bar, three_and_one
from vggviz.layers import check_name, listed
from vggviz.receptive_field import ReceptiveField
from vggviz.scales import SCALES, Scaled, scale_maps

FILTER_SCALES = {
    "filter": "each filter scaled by its own largest weight",
    "layer": "all scaled by the layer's largest weight",
}

Drawn = tuple[Figure, Any]


def plot_images(
    images: Mapping[str, np.ndarray], *, scale: str = "each", columns: int = 4, ax: Axes | None = None
) -> Drawn:
    """Draw pictures and arrays side by side, each under its title.

    Args:
        images: {title: array}: uint8 (H, W, 3) in its colours; numbers (H, W) with a colourbar, zero
            in the middle where some are negative. NaN, as between the tiles of a mosaic, is left white.
        scale: "each" array by its own largest value, or "shared".
        columns: pictures in a row at most.
        ax: axes to be divided; None makes a figure.

    Raises:
        ValueError: an unknown scale, no picture at all, or one of another shape.
    """
    checking.one_of("scale", scale, {"each": "", "shared": ""})
    checking.whole("number of columns", columns, 1)
    images = _checked_pictures(images)
    figure, axes = panels(ax, len(images), columns=columns)
    numbers = [values for values in images.values() if values.ndim == 2]
    shared = max((extent(values) for values in numbers), default=1.0)
    signed = any((values < 0).any() for values in numbers)
    for part, (title, values) in zip(axes, images.items(), strict=True):
        part.set_title(title, fontsize=9)
        if values.ndim == 2:
            whole = scale == "shared"
            below = signed if whole else bool((values < 0).any())
            drawn = show_values(part, values, shared if whole else extent(values), signed=below)
            figure.colorbar(drawn, ax=part, shrink=0.8)
            text = f"{title}: {values.shape[0]} x {values.shape[1]} values, {_range(values)}."
        else:
            part.imshow(values)
            text = f"{title}: a picture of {values.shape[1]} x {values.shape[0]} pixels."
        describe(figure, text)
    bare(axes)
    return figure, axes


def plot_filters(
    kernels: np.ndarray,
    *,
    channels: Sequence[int] | None = None,
    top: int | None = None,
    scale: str = "filter",
    ax: Axes | None = None,
) -> Drawn:
    """Draw the kernels of a layer: those that read three channels in colour, deeper ones slice by slice.

    Args:
        kernels: (kh, kw, in, out). With in = 3 they are taken as red, green, blue (`filters_rgb`),
            mid-grey is zero. Otherwise a row is a filter (8 if neither `channels` nor `top` says
            otherwise), its columns the 16 input slices of largest norm.
        channels: numbers of the filters, in the order they are drawn.
        top: draw only as many, those of largest norm.
        scale: "filter" or "layer": what full colour stands for.
        ax: axes to draw on; None makes a figure.

    Raises:
        ValueError: another shape, an unknown scale, or a filter that is not there.
    """
    checking.one_of("scale", scale, FILTER_SCALES)
    kernels = checking.numbers("Kernels", kernels, "(kh, kw, in, out)", 4)
    norms = np.sqrt((kernels**2).sum(axis=(0, 1, 2)))
    coloured = kernels.shape[2] == 3
    count = len(norms) if coloured else 8
    numbers = choose(np.argsort(-norms, kind="stable"), channels, top, count)
    chosen = kernels[..., numbers]
    limits = np.abs(chosen if scale == "filter" else kernels).max(
        axis=(0, 1, 2) if scale == "filter" else None
    )
    shown = chosen / np.where(limits > 0, limits, 1)
    columns = len(numbers) if len(numbers) <= 10 else max(8, math.ceil(math.sqrt(len(numbers))))
    rows = math.ceil(len(numbers) / columns) if coloured else len(numbers)
    figure, ax = one_axes(ax, 8, 0.6 + 7.6 * rows / columns if coloured else 1.4 + 0.5 * rows)
    words = f"{len(numbers)} of {len(norms)} filters; {FILTER_SCALES[scale]}"
    if coloured:
        show_colours(ax, shown, numbers, columns)
        ax.set_title(f"{words}; mid-grey is zero", fontsize=10, pad=14)
    else:
        show_slices(figure, ax, shown, numbers)
        ax.set_title(f"{words}\n{min(16, kernels.shape[2])} of {kernels.shape[2]} input slices", fontsize=10)
    describe(
        figure,
        f"{words}. Filter {numbers[0]} comes first; the largest norm is {norms.max():.3g} "
        f"(filter {norms.argmax()}), the smallest {norms.min():.3g} (filter {norms.argmin()}).",
    )
    return figure, ax


def plot_feature_maps(
    maps: Mapping[str, np.ndarray],
    layer: str,
    *,
    channels: Sequence[int] | None = None,
    top: int | None = None,
    scale: str = "layer",
    clip: float | None = None,
    ax: Axes | None = None,
) -> Drawn:
    """Draw the feature maps of a layer as one mosaic; dead channels are hatched.

    Args:
        maps: {layer: (N, h, w, c)}; the first picture is drawn.
        layer: the layer.
        channels: numbers of the channels, in the order they are drawn.
        top: draw only as many, those of the largest maximum, strongest first.
        scale: "channel", "layer" or "global": what the brightest colour stands for.
        clip: percentile at which the scale ends, 99.5 say; None is the maximum.
        ax: axes to draw on; None makes a figure.

    Raises:
        ValueError: an unknown layer or scale, or a channel that is not there.
    """
    values = maps_of(maps, layer)
    numbers = choose_channels(maps, layer, channels, top)
    scaled = scale_maps(maps, layer, values[0][..., numbers], scale, clip)
    columns = int(np.ceil(np.sqrt(len(numbers))))
    aspect = np.ceil(len(numbers) / columns) * values.shape[1] / (columns * values.shape[2])
    figure, ax = mosaic_axes(ax, float(aspect))
    drawn, note = show_mosaic(ax, scaled, numbers, columns)
    label = (
        "activation"
        if scale != "channel"
        else f"activation, as a share of {scaled.words.removeprefix('each map scaled by ')}"
    )
    side_bar(ax, drawn, label, extend="neither" if clip is None else "max")
    of = "" if len(values) == 1 else f", picture 1 of {len(values)}"
    ax.set_title(
        f"{layer}: {len(numbers)} of {values.shape[-1]} feature maps{of}\n{scaled.words}{note}", fontsize=10
    )
    describe(figure, _about_maps(values[0], layer, numbers, scaled))
    return figure, ax


def plot_layers(
    maps: Mapping[str, np.ndarray],
    *,
    image: np.ndarray | None = None,
    layers: Sequence[str] | None = None,
    top: int = 1,
    scale: str = "channel",
    ax: Axes | None = None,
) -> Drawn:
    """Draw the strongest feature maps of several layers, with the photograph in front.

    Args:
        maps: {layer: (N, h, w, c)}; the first picture is drawn.
        image: uint8 (H, W, 3), the photograph.
        layers: which; None is the last of each size of map.
        top: how many channels of each, those of the largest maximum.
        scale: "channel", "layer" or "global".
        ax: axes to be divided; None makes a figure.

    Raises:
        ValueError: an unknown layer or scale, no layer at all, or more channels than there are.
    """
    checking.one_of("scale", scale, SCALES)
    image = None if image is None else checking.picture("The photograph", image)
    checking.mapping("Maps of layers", maps)
    layers = last_of_each_size(maps) if layers is None else listed(layers)
    chosen = strongest(maps, layers, top)
    front = 0 if image is None else 1
    count = front + len(chosen)
    columns = len(layers) if top > 1 else 3 if count <= 6 else 5  # few enough to be read on a phone
    figure, axes = panels(ax, count, columns=columns, aspect=1 + 0.055 * columns)
    if image is not None:
        axes[0].imshow(image)
        axes[0].set_title("the photograph", fontsize=9)
    for part, (layer, number) in zip(axes[front:], chosen, strict=True):
        tile = maps_of(maps, layer)[0][..., [number]]
        scaled = scale_maps(maps, layer, tile, scale)
        show_values(part, scaled.values[..., 0], scaled.limit, signed=scaled.signed)
        if not tile.any():
            hatch(part, [np.zeros(2)], tile.shape[:2])
        words = f"max {tile.max():.3g}" if tile.any() else "dead here"
        part.set_title(f"{layer}\nchannel {number}, {words}", fontsize=8)
        describe(figure, f"{layer}: channel {number}, {words.replace('max', 'maximum')}.")
    words = "each scaled by its layer's maximum" if scale == "layer" else SCALES[scale]
    describe(figure, f"{words.capitalize()}.")
    bare(axes)
    return figure, axes


def plot_channel(
    maps: Mapping[str, np.ndarray],
    layer: str,
    channel: int,
    *,
    image: np.ndarray | None = None,
    overlay: bool = False,
    scale: str = "channel",
    ax: Axes | None = None,
) -> Drawn:
    """Draw one feature map large, beside the photograph or over it.

    Args:
        maps: {layer: (N, h, w, c)}; the first picture is drawn.
        layer: the layer.
        channel: the channel's number.
        image: uint8 (H, W, 3), the photograph.
        overlay: lay the map over the photograph instead of beside it.
        scale: "channel", "layer" or "global": whose maximum the brightest colour stands for.
        ax: axes to draw on; None makes a figure.

    Raises:
        ValueError: an unknown layer or scale, or a channel that is not there.
    """
    values = maps_of(maps, layer)[0]
    image = None if image is None else checking.picture("The photograph", image)
    checking.instance("True or False as overlay", overlay, bool)
    number = checking.whole(f"channel of {layer!r}", channel, 0, values.shape[-1] - 1)
    tile = values[..., number]
    scaled = scale_maps(maps, layer, tile[..., np.newaxis], scale)
    limit = extent(tile) if scale == "channel" else scaled.limit
    under, beside = (image, None) if overlay else (None, image)
    count = 1 if beside is None else 2
    figure, axes = panels(ax, count, columns=2, width=4 + 2 * count, aspect=0.95)
    if beside is not None:
        axes[0].imshow(beside)
        axes[0].set_title("the photograph", fontsize=10)
    show_channel(figure, axes[-1], tile, limit, under)
    words = "" if scale == "channel" else f"\n{scaled.words.removeprefix('all ')}"
    axes[-1].set_title(f"{layer}, channel {number}{'' if tile.any() else ': dead here'}{words}", fontsize=10)
    row, column = np.unravel_index(int(tile.argmax()), tile.shape)
    where = f"the largest, {tile.max():.3g}, at row {row}, column {column}" if tile.any() else "all zero"
    describe(
        figure,
        f"Feature map of {layer}, channel {number}: {tile.shape[0]} x {tile.shape[1]} cells, {where}; "
        f"{(tile <= 0).mean():.0%} are zero. Brightest colour: {limit:.3g}.",
    )
    bare(axes)
    return figure, axes


def plot_receptive_field(
    field: ReceptiveField,
    image: np.ndarray,
    row: int | Sequence[int],
    column: int | Sequence[int],
    *,
    ax: Axes | None = None,
) -> Drawn:
    """Draw what one cell sees, or several cells, as boxes on the photograph.

    Args:
        field: the layer's receptive field.
        image: uint8 (H, W, 3).
        row: the cell's row, or rows of several.
        column: the cell's column, or columns of several.
        ax: axes to draw on; None makes a figure.
    """
    checking.instance("What receptive_fields gives for a layer", field, ReceptiveField)
    image = checking.picture("The photograph", image)
    cells = _cells(row, column)
    boxes = [field.box(y, x, image.shape[:2]) for y, x in cells]
    figure, ax = one_axes(ax, 5, 5.3)
    ax.imshow(image)
    for (y, x), (top, left, bottom, right) in zip(cells, boxes, strict=True):
        ax.add_patch(
            Rectangle(
                (left - 0.5, top - 0.5), right - left, bottom - top, fill=False, edgecolor=MARK, linewidth=2
            )
        )
        describe(figure, f"Cell ({y}, {x}) sees rows {top} to {bottom - 1}, columns {left} to {right - 1}.")
    ax.set_title(
        f"receptive field {_pair(field.size)} pixels, a step of {_pair(field.stride)} from cell to cell",
        fontsize=10,
    )
    bare([ax])
    return figure, ax


def plot_channel_statistics(
    statistics: Mapping[str, ChannelStatistics],
    layer: str | None = None,
    *,
    by: str = "apoz",
    ax: Axes | None = None,
) -> Drawn:
    """Draw a statistic of all channels: layer by layer, or of one layer in order.

    Args:
        statistics: {layer: ChannelStatistics}.
        layer: None draws a box for each layer, with the number of dead channels over it.
        by: "apoz", "mean", "max" or "std".
        ax: axes to draw on; None makes a figure.

    Raises:
        ValueError: an unknown layer or statistic.
    """
    checking.one_of("statistic", by, {"apoz": "", "mean": "", "max": "", "std": ""})
    for found in checking.mapping("Statistics", statistics).values():
        checking.instance("What channel_statistics gives for a layer", found, ChannelStatistics)
    if layer is not None:
        check_name(layer, statistics)
    figure, ax = one_axes(ax, 8, 4.4)
    words = {"apoz": "share of zeros (APoZ)", "mean": "mean activation", "max": "largest activation"}
    ax.set_ylabel(words.get(by, "standard deviation"))
    if layer is None:
        show_boxes(figure, ax, statistics, by)
        return figure, ax
    values, dead = getattr(statistics[layer], by), statistics[layer].dead
    order = np.argsort(values, kind="stable")
    ax.bar(np.arange(len(order)), values[order], width=1, color="#0072b2")
    ax.plot(np.flatnonzero(dead[order]), values[order][dead[order]], "x", color=MARK, label="dead channel")
    ax.set_xlabel(f"the {len(order)} channels of {layer}, in order")
    if dead.any():
        ax.legend()
    describe(
        figure,
        f"{layer}: {words.get(by, by)} of {len(order)} channels, {_range(values)}, median "
        f"{np.median(values):.3g}; {dead.sum()} dead.",
    )
    return figure, ax


def plot_layer_table(table: LayerTable, *, ax: Axes | None = None) -> Drawn:
    """Draw where a network's numbers, parameters and work lie, layer by layer.

    Args:
        table: of `layer_table`.
        ax: axes to be divided; None makes a figure.
    """
    checking.instance("What layer_table gives", table, LayerTable)
    figure, axes = panels(ax, 3, columns=3, width=9, aspect=1.5)
    columns: dict[str, list[float]] = {
        "numbers given (millions)": [math.prod(side or 0 for side in row.shape) / 1e6 for row in table],
        "parameters (millions)": [row.parameters / 1e6 for row in table],
        "multiplications (billions)": [(row.macs or 0) / 1e9 for row in table],
    }
    for part, (title, values) in zip(axes, columns.items(), strict=True):
        part.barh(range(len(table)), values, color="#0072b2", tick_label=[row.name for row in table])
        part.invert_yaxis()
        part.set_title(title, fontsize=9)
        part.tick_params(labelsize=7, labelleft=part is axes[0])
        most = int(np.argmax(values))
        describe(
            figure, f"{title}: {sum(values):.3g} in all, most in {table[most].name} ({values[most]:.3g})."
        )
    return figure, axes


def plot_cell(cell: Cell, *, top: int = 8, ax: Axes | None = None) -> Drawn:
    """Draw the arithmetic of one number: patch, kernel, products, and the sum they make.

    Args:
        cell: of `explain_cell`.
        top: input channels drawn one by one; the rest is drawn as one bar.
        ax: axes to be divided; None makes a figure.
    """
    checking.instance("What explain_cell gives", cell, Cell)
    top = checking.whole("number of input channels (top)", top, 1)
    figure, axes = three_and_one(ax)
    sums = cell.by_channel
    order = np.argsort(-np.abs(sums), kind="stable")
    first = int(order[0])
    for part, what in zip(axes, ("patch", "kernel", "products"), strict=False):
        values = getattr(cell, what)[..., first]
        show_values(part, values, extent(values), signed=True)
        write_numbers(part, values)
        part.set_title(f"{what}\ninput channel {first}", fontsize=9)
    bare(axes[:3])
    show_sum(axes[3], cell, order[:top], sums)
    describe(
        figure,
        f"{cell.layer}, channel {cell.channel}, row {cell.row}, column {cell.column}: "
        f"{cell.products.size:,} products sum to {cell.total - cell.bias:.4g}, plus bias {cell.bias:.4g} is "
        f"{cell.total:.4g}; the map holds {cell.value:.4g}. Input channel {first} gives most, "
        f"{sums[first]:.4g}.",
    )
    return figure, axes


def _checked_pictures(images: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    checked = {}
    for title, values in checking.mapping("Pictures", images).items():
        what = f"The values of {title!r}"
        given = checking.array(what, values, "(H, W) or (H, W, 3)", (2, 3), "buif")
        if given.ndim == 3:
            checked[title] = checking.picture(f"The picture {title!r}", given)
        else:
            there = given[~np.isnan(given)]
            checking.finite(what, there if there.size else given)
            checked[title] = given + 0  # of truth values: numbers
    return checked


def _cells(row: int | Sequence[int], column: int | Sequence[int]) -> list[tuple[int, int]]:
    """Rows and columns of one cell or several, in pairs."""
    rows, columns = _numbers("row", row), _numbers("column", column)
    if len(rows) != len(columns) or not rows:
        raise ValueError(
            f"Each cell has a row and a column; got {len(rows)} rows and {len(columns)} columns."
        )
    return list(zip(rows, columns, strict=True))


def _numbers(what: str, given: int | Sequence[int]) -> list[int]:
    several = isinstance(given, (Sequence, np.ndarray)) and not isinstance(given, str)
    return [checking.whole(what, number) for number in (list(given) if several else [given])]  # type: ignore[arg-type]


def _about_maps(values: np.ndarray, layer: str, numbers: np.ndarray, scaled: Scaled) -> str:
    drawn = values[..., numbers]
    strongest = numbers[int(drawn.max(axis=(0, 1)).argmax())]
    return (
        f"{len(numbers)} of {values.shape[-1]} feature maps of {layer}, "
        f"{values.shape[0]} x {values.shape[1]} cells each, {scaled.words}. "
        f"The largest activation, {drawn.max():.3g}, is in channel {strongest}; "
        f"{(drawn <= 0).mean():.0%} of the values are zero; "
        f"{scaled.dead.sum()} of these channels are dead here."
    )


def _range(values: np.ndarray) -> str:
    return f"from {np.nanmin(values):.3g} to {np.nanmax(values):.3g}"


def _pair(value: int | tuple[int, int]) -> str:
    return " x ".join(map(str, (value, value) if isinstance(value, int) else value))
