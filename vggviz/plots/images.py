"""Figures of images and arrays: side by side, or each at a point of the plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from vggviz.figures.scales import SINGLE_SCALES, number_text


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
        describe(figure, _image_description(title, values))
    return figure, axes


def _last_of_rows(has_scale: Sequence[bool], columns: int) -> set[int]:
    """Indices of the last arrays of the rows, whose colour bar holds for the whole row."""
    return set({index // columns: index for index, has in enumerate(has_scale) if has}.values())


def _image_description(title: str, values: np.ndarray) -> str:
    if values.ndim == 3:
        return f"{title}: an image of {values.shape[1]} x {values.shape[0]} pixels."
    low, high = number_text(np.nanmin(values)), number_text(np.nanmax(values))
    return f"{title}: {values.shape[0]} x {values.shape[1]} values, from {low} to {high}."


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
    describe(figure, _map_description(points))
    names = dict.fromkeys([] if groups is None else groups)
    means = {name: points[np.asarray(groups) == name].mean(axis=0) for name in names}
    for name, (x, y) in means.items():
        describe(figure, f"{name} lies around ({number_text(x)}, {number_text(y)}).")
    separate(ax, _written(ax, means, zorder=len(points) + 2))
    return figure, ax


def _written(ax: Axes, means: Mapping[str, np.ndarray], zorder: float) -> list[Text]:
    """Write each name at its point, over the images."""
    box = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.5}
    style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 9, "bbox": box, "zorder": zorder}
    return [ax.text(x, y, name, parse_math=False, **style) for name, (x, y) in means.items()]


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


def _map_description(points: np.ndarray) -> str:
    (left, low), (right, high) = points.argmin(axis=0), points.argmax(axis=0)
    return (
        f"A map of {len(points)} images: image {left} is farthest left ({number_text(points[left, 0])}), "
        f"{right} farthest right ({number_text(points[right, 0])}), "
        f"{low} lowest ({number_text(points[low, 1])}), "
        f"{high} highest ({number_text(points[high, 1])})."
    )


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
