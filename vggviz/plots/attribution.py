"""Figures of attribution maps and of deletion and insertion curves."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vggviz._shared import validation
from vggviz.attribution.evaluation import DeletionInsertion
from vggviz.figures.artists import extent, hatch, show_under, show_values
from vggviz.figures.described_figure import describe, fitted
from vggviz.figures.layout import bare, charts, colour_bar, panels
from vggviz.figures.scales import (
    OKABE_ITO,
    SINGLE_SCALES,
    number_text,
    part_text,
    percent_text,
    place_text,
    shares_text,
    size_text,
)

LINE_STYLES = ("-", "--", "-.", ":", "-", "--", ":")
"""One for each colour of the palette."""


@fitted
def plot_attribution(
    maps: Mapping[str, np.ndarray],
    *,
    images: np.ndarray | Mapping[str, np.ndarray] | None = None,
    scale: str = "channel",
    columns: int = 3,
    ax: Axes | None = None,
) -> tuple[Figure, list[Axes]]:
    """Draw attribution maps side by side, each with a colourbar, alone or over the photograph in grey.

    Maps with negative values are drawn in red (evidence for the objective), white (zero) and blue
    (against it); on a shared scale all maps are if one of them is. A map of zeros is hatched.

    Args:
        maps: {title: float (H, W)}, not normalised.
        images: uint8 (H, W, 3) drawn under all maps, or {title: image}; None draws the maps alone.
        scale: "channel" (each map by its largest absolute value) or "global" (all by that of all maps).
        columns: maps in a row at most.
        ax: axes to be divided; None makes a figure.

    Returns:
        The figure and the axes of the maps.

    Raises:
        ValueError: no map, an unknown scale, or a map or image of another shape.
    """
    validation.one_of("scale", scale, SINGLE_SCALES)
    validation.whole("number of columns", columns, 1)
    maps = _checked_maps(maps)
    images_under = {title: _image_under(title, values, images) for title, values in maps.items()}
    whole = np.concatenate([np.ravel(values) for values in maps.values()])
    figure, axes = panels(ax, [values.shape for values in maps.values()], columns=columns)
    bare(axes)
    for part, (title, values) in zip(axes, maps.items(), strict=True):
        _show(part, values, images_under[title], whole if scale == "global" else values)
        part.set_title(title if np.any(values) else f"{title}: zero everywhere", fontsize=9)
    under = any(image is not None for image in images_under.values())
    describe(figure, _description(maps, SINGLE_SCALES[scale], under=under))
    if len(maps) > 1:
        (figure.suptitle if ax is None else ax.set_title)(SINGLE_SCALES[scale], fontsize=10)
    return figure, axes


@fitted
def plot_deletion_insertion(
    curves: Mapping[str, DeletionInsertion], *, ax: Axes | None = None
) -> tuple[Figure, list[Axes]]:
    """Draw the objective while the strongest pixels are deleted, and inserted; mean over the images.

    Args:
        curves: {method: result of `deletion_insertion`}, preferably with a random control.
        ax: axes to be divided; None makes a figure.

    Returns:
        The figure and the axes of both kinds of curves.

    Raises:
        ValueError: no curve, or curves of different objectives.
    """
    for curve in validation.mapping("Curves", curves).values():
        validation.instance("A curve of deletion_insertion", curve, DeletionInsertion)
    labels = {curve.label for curve in curves.values()}
    if len(labels) != 1:
        raise ValueError(f"All curves must be of one objective; got {sorted(labels)}.")
    figure, axes = charts(ax, 2, height=3.6)
    for part, kind, better in zip(axes, ("deletion", "insertion"), ("smaller", "larger"), strict=True):
        areas = _show_curves(part, curves, kind)
        part.set_title(f"{kind}: the {better} the area, the better", fontsize=9)
        describe(figure, f"{kind.capitalize()}, {_areas_description(curves, kind, areas)}.")
    axes[0].set_ylabel(labels.pop(), fontsize=8)
    return figure, axes


def _show_curves(ax: Axes, curves: Mapping[str, DeletionInsertion], kind: str) -> dict[str, str]:
    """Draw the curves of a kind, "deletion" or "insertion"; returns the mean areas as text."""
    lines = list(zip(OKABE_ITO.values(), LINE_STYLES, strict=True))
    areas, drawn = {}, []
    for index, (name, curve) in enumerate(curves.items()):
        areas[name] = number_text(float(getattr(curve, f"{kind}_area").mean()))
        colour, style = lines[index % len(lines)]
        means = getattr(curve, kind).mean(axis=0)
        label = f"{name}, area {areas[name]}"
        drawn += ax.plot(curve.shares, means, style, color=colour, label=label)
    ax.set_xlabel("share of the pixels", fontsize=8)
    ax.tick_params(labelsize=8)
    # matplotlib leaves out labels of curves that begin with "_"
    ax.legend(drawn, [str(line.get_label()) for line in drawn], fontsize=8)
    return areas


def _areas_description(curves: Mapping[str, DeletionInsertion], kind: str, areas: Mapping[str, str]) -> str:
    """The areas under the curves of a kind, the best first."""
    sign, better = (1, "smaller") if kind == "deletion" else (-1, "larger")
    ranked = sorted(curves, key=lambda name: sign * getattr(curves[name], f"{kind}_area").mean())
    listed = "; ".join(f"{areas[name]} for {name}" for name in ranked)
    return f"area under the curve of the {curves[ranked[0]].label}, the {better} the better: {listed}"


def _show(ax: Axes, values: np.ndarray, image: np.ndarray | None, scaled_by: np.ndarray) -> None:
    """Draw a map with its colourbar on the scale of the values `scaled_by`, over an image if there is one."""
    drawn = show_values(ax, values, extent(scaled_by), signed=bool((scaled_by < 0).any()))
    colour_bar(ax, drawn)
    if image is not None:
        show_under(ax, drawn, image)
    if not values.any():
        hatch(ax, [np.zeros(2)], values.shape)


def _description(maps: Mapping[str, np.ndarray], scale: str, *, under: bool) -> str:
    """Text alternative: what the maps have in common, then each by itself, in short if they are many."""
    sizes = {title: size_text(values.shape, "pixels") for title, values in maps.items()}
    size = f" of {sizes[next(iter(maps))]}" if len(set(sizes.values())) == 1 else ""
    count = f"{len(maps)} attribution maps" if len(maps) > 1 else "One attribution map"
    scale = scale if len(maps) > 1 else scale.replace("each map ", "").replace("all maps ", "")
    sentences = [f"{count}{size}{' over the grey photograph' if under else ''}, {scale}."]
    for title, values in maps.items():
        name = title if size else f"{title}, {sizes[title]}"
        sentences.append(f"{name}: {_map_description(values, short=len(maps) > 3)}.")
    return " ".join(sentences)


def _map_description(values: np.ndarray, *, short: bool) -> str:
    """A map: its largest value and where it stands, and shares of the sum of its absolute values."""
    if not values.any():
        return "zero everywhere"
    sizes = np.abs(values).astype(np.float64)
    shares = sizes / sizes.sum()
    quarter = np.sort(shares, axis=None)[::-1][: -(-sizes.size // 4)].sum()
    where = part_text(values) if short else place_text(values)
    below = [f"smallest {number_text(values.min())}"] if (values < 0).any() else []
    facts = [f"largest {number_text(values.max())} {where}", *below]
    facts.append(f"{percent_text(quarter)} in the strongest quarter{'' if short else ' of pixels'}")
    if not short:
        left = shares[:, : shares.shape[1] // 2].sum()
        facts += [f"{percent_text(left)} in the left half", *filter(None, [shares_text(values)])]
    return ", ".join(facts)


def _image_under(
    title: str, values: np.ndarray, images: np.ndarray | Mapping[str, np.ndarray] | None
) -> np.ndarray | None:
    """The image under a map, checked; None if the map is drawn alone."""
    image = images.get(title) if isinstance(images, Mapping) else images
    if image is None:
        return None
    image = validation.image(f"The image under {title!r}", image)
    if image.shape != (*values.shape, 3):
        raise ValueError(
            f"The image under {title!r} must have shape {(*values.shape, 3)}; got {image.shape}."
        )
    return image


def _checked_maps(maps: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    given = validation.mapping("Maps", maps)
    return {
        title: validation.numbers(f"The values of the map {title!r}", values, "(H, W)", 2)
        for title, values in given.items()
    }
