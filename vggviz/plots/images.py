"""Figures of images and arrays: side by side, or each at a point of the plane."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from vggviz._shared import validation
from vggviz.figures.artists import extent, separate, show_image, show_values
from vggviz.figures.described_figure import describe, fitted
from vggviz.figures.layout import bare, colour_bar, one_picture, panels
from vggviz.figures.page import page
from vggviz.figures.scales import SINGLE_SCALES, area_text, number_text, part_text, percent_text, size_text

MOST_DESCRIBED = 4
"""Most images of which a text alternative tells more than the titles."""
MOST_NUMBERS = 9
"""Most numbers of an array that a text alternative lists."""


@fitted
def plot_images(
    images: Mapping[str, np.ndarray], *, scale: str = "channel", columns: int = 4, ax: Axes | None = None
) -> tuple[Figure, Any]:
    """Draw images and arrays side by side, each under its title.

    Args:
        images: {title: array}: uint8 (H, W, 3) as RGB, numbers (H, W) with a colourbar, zero in the
            middle if any are negative. NaN, as between the tiles of a mosaic, is drawn white.
        scale: "channel" (each array by its largest absolute value) or "global" (all by that of all arrays,
            with one colourbar for a row).
        columns: images in a row at most.
        ax: axes to be divided; None makes a figure.

    Returns:
        The figure and the axes of the images.

    Raises:
        ValueError: an unknown scale, no image, or an array of another shape.
    """
    validation.one_of("scale", scale, SINGLE_SCALES)
    validation.whole("number of columns", columns, 1)
    images = _checked_images(images)
    columns = page().columns(columns, len(images))
    figure, axes = panels(ax, [values.shape for values in images.values()], columns=columns)
    bare(axes)
    numbers = [values for values in images.values() if values.ndim == 2]
    ends = _last_of_rows([values.ndim == 2 for values in images.values()], columns)
    shared = max((extent(values) for values in numbers), default=1.0)
    signed = any((values < 0).any() for values in numbers)
    for index, (part, (title, values)) in enumerate(zip(axes, images.items(), strict=True)):
        part.set_title(title, fontsize=9)
        if values.ndim == 3:
            show_image(part, values)
        elif scale == "global":
            drawn = show_values(part, values, shared, signed=signed)
            if index in ends:
                colour_bar(part, drawn)
        else:
            colour_bar(part, show_values(part, values, extent(values), signed=bool((values < 0).any())))
    describe(figure, _description(images))
    if len(numbers) > 1:
        describe(figure, "All on one colour scale." if scale == "global" else "Each on its own colour scale.")
    return figure, axes


def _last_of_rows(has_scale: Sequence[bool], columns: int) -> set[int]:
    """Indices of the last arrays of the rows, whose colour bar holds for the whole row."""
    return set({index // columns: index for index, has in enumerate(has_scale) if has}.values())


def _description(images: Mapping[str, np.ndarray]) -> str:
    """Text alternative: images, or arrays, that follow each other and have one size are named together."""
    runs = itertools.groupby(images, key=lambda title: images[title].shape)
    few = len(images) <= MOST_DESCRIBED
    sentences = [_run_description({title: images[title] for title in run}, few=few) for _, run in runs]
    if few:
        sentences += _differences(images)
    return " ".join(sentences)


def _run_description(run: Mapping[str, np.ndarray], *, few: bool) -> str:
    """Images or arrays of one size, such as "2 images of 8 x 8 pixels: left, levels 0 to 9; right, ...."."""
    first = next(iter(run.values()))
    kind, unit = ("image", "pixels") if first.ndim == 3 else ("array", "values")
    count = f"{len(run)} {kind}s" if len(run) > 1 else f"An {kind}"
    contents = {title: _contents(values, few=few) for title, values in run.items()}
    shared = "".join({*contents.values()}) if len(run) > 1 and len({*contents.values()}) == 1 else ""
    named = {title: f"{title}{text if not shared else ''}" for title, text in contents.items()}
    each = f"{shared} in each" if shared else ""
    return f"{count} of {size_text(first.shape, unit)}{each}: {'; '.join(_without_repeats(named))}."


def _without_repeats(named: Mapping[str, str]) -> Iterator[str]:
    """Titles whose first of several lines is that of the title before leave it out."""
    before = ""
    for title, text in named.items():
        first, line_break, _ = title.partition("\n")
        yield text.removeprefix(first + line_break) if line_break and first == before else text
        before = first


def _contents(values: np.ndarray, *, few: bool) -> str:
    """What an image or array holds, in short unless they are few; of many images only the titles are told."""
    low, high = number_text(np.nanmin(values)), number_text(np.nanmax(values))
    if values.ndim == 3 and not few:
        return ""
    if low == high:
        return f", {'level ' if values.ndim == 3 else ''}{low} everywhere"
    if values.ndim == 3:
        return f", levels {low} to {high}"
    if values.size <= MOST_NUMBERS:
        rows = (" ".join(map(number_text, row)) for row in values)
        return f", row by row {', '.join(rows)}"
    where = f", the largest {part_text(values)}" if few else ""
    return f", {low} to {high}{where}"


def _differences(images: Mapping[str, np.ndarray]) -> list[str]:
    """Where images and arrays differ from the first one, if they have most places in common with it."""
    first, *_ = images.values()
    found = []
    for title, values in list(images.items())[1:]:
        if values.shape != first.shape:
            continue
        differ = ~np.isclose(values, first, atol=0, equal_nan=True).reshape(*first.shape[:2], -1).all(axis=-1)
        rows, columns = np.nonzero(differ)
        if not len(rows):
            found.append(f"{title}: equal to the first.")
        elif differ.mean() < 0.5:
            share = percent_text(float(differ.mean()))
            found.append(
                f"{title}: differs from the first at {share} of the places, {area_text(rows, columns)}."
            )
    return found


@fitted
def plot_image_map(
    points: np.ndarray,
    images: np.ndarray | Sequence[np.ndarray],
    *,
    groups: Sequence[str] | None = None,
    size: float = 0.05,
    ax: Axes | None = None,
) -> tuple[Figure, Axes]:
    """Draw images as a scatter plot: each centred at its point, later images over earlier ones.

    Both axes have the same scale, so that distances in the figure are distances of the points.

    Args:
        points: float (N, 2), x and y.
        images: uint8 (N, H, W, 3), or a sequence of N images (H, W, 3).
        groups: name of the group of each image, written at the mean of the group's points.
        size: longer side of an image as a share of the longer side of the axes.
        ax: axes to draw on; None makes a figure.

    Returns:
        The figure and its axes.

    Raises:
        ValueError: points that are not finite numbers (N, 2), an image of another shape, or not one
            image and one group name per point.
    """
    points, images = _checked_map(points, images, groups)
    size = validation.real("size of an image, a share of the map,", size, 0.001, 0.9)
    low, high = points.min(axis=0), points.max(axis=0)
    span = float((high - low).max()) or 1.0
    edge = size * span / (1 - size)
    width, height = np.maximum(high - low + 1.2 * edge, span / 4)
    figure, ax = one_picture(ax, float(height / width))
    for order, ((x, y), image) in enumerate(zip(points, images, strict=True)):
        half_y, half_x = edge / 2 * np.array(image.shape[:2]) / max(image.shape[:2])
        show_image(ax, image, extent=(x - half_x, x + half_x, y - half_y, y + half_y), zorder=1 + order)
    (left, bottom), (right, top) = (low + high - (width, height)) / 2, (low + high + (width, height)) / 2
    ax.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    bare([ax])
    ax.set_title(f"{len(points)} images, each at its point; one scale for both directions", fontsize=10)
    names = dict.fromkeys([] if groups is None else groups)
    means = {name: points[np.asarray(groups) == name].mean(axis=0) for name in names}
    describe(figure, _map_description(points, means))
    separate(ax, _written(ax, means, zorder=len(points) + 2))
    return figure, ax


def _written(ax: Axes, means: Mapping[str, np.ndarray], zorder: float) -> list[Text]:
    """Write each name at its point, over the images."""
    box = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.5}
    style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 9, "bbox": box, "zorder": zorder}
    style |= {"color": "black", "parse_math": False, "usetex": False}
    return [ax.text(x, y, name, **style) for name, (x, y) in means.items()]


def _checked_map(
    points: np.ndarray, images: np.ndarray | Sequence[np.ndarray], groups: Sequence[str] | None
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Points as float64 and the list of images; ValueError unless there is one of each per point."""
    points = validation.numbers("Points", points, "(N, 2)", 2)
    if points.shape[1] != 2:
        raise ValueError(f"Points must be numbers of shape (N, 2); got {points.dtype} {points.shape}.")
    given = {"images": list(validation.several("Images", images))}
    if groups is not None:
        given["names of groups"] = list(validation.several("Names of groups", groups))
    for what, listed in given.items():
        if len(listed) != len(points):
            raise ValueError(f"Each of the {len(points)} points needs one; got {len(listed)} {what}.")
    for name in given.get("names of groups", ()):
        validation.instance("A group's name", name, str)
    return points.astype(np.float64), [validation.image("An image", one) for one in given["images"]]


def _map_description(points: np.ndarray, means: Mapping[str, np.ndarray]) -> str:
    """Text alternative of a map of images: the outermost images, and the middles of the groups."""
    (left, low), (right, high) = points.argmin(axis=0), points.argmax(axis=0)
    text = (
        f"A map of {len(points)} images, each at its point: "
        f"x from {number_text(points[left, 0])} (image {left}) to {number_text(points[right, 0])} ({right}), "
        f"y from {number_text(points[low, 1])} ({low}) to {number_text(points[high, 1])} ({high})."
    )
    middles = [f"{name} ({number_text(x)}, {number_text(y)})" for name, (x, y) in means.items()]
    return f"{text} Middles of the groups: {', '.join(middles)}." if middles else text


def _checked_images(images: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    checked = {}
    for title, values in validation.mapping("Images", images).items():
        what = f"The values of {title!r}"
        given = validation.array(what, values, "(H, W) or (H, W, 3)", (2, 3), "buif")
        if given.ndim == 3:
            checked[title] = validation.image(f"The image {title!r}", given)
        else:
            known = given[~np.isnan(given)]
            validation.finite(what, known if known.size else given)
            checked[title] = given + 0  # bool becomes int
    return checked
