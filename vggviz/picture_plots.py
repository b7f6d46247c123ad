"""Pictures laid out on a plane, each at a point of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vggviz import checking
from vggviz.figures import bare, describe, one_axes


def plot_picture_map(
    points: np.ndarray,
    pictures: np.ndarray | Sequence[np.ndarray],
    *,
    groups: Sequence[str] | None = None,
    size: float = 0.05,
    ax: Axes | None = None,
) -> tuple[Figure, Axes]:
    """Draw pictures as a map: each in the middle of its point, later ones over earlier ones.

    One scale holds for both directions, so that a distance on paper is the distance of the points.

    Args:
        points: float (N, 2): across, and up.
        pictures: uint8 (N, H, W, 3), or a sequence of N pictures (H, W, 3).
        groups: the name of each picture's group; a name is written at the group's mean point.
        size: longer side of a picture, as a share of the map's longer side.
        ax: axes to draw on; None makes a figure.

    Raises:
        ValueError: points that are not finite numbers (N, 2), a picture of another shape, or another
            number of pictures or names than of points.
    """
    points, pictures = _checked(points, pictures, groups)
    size = checking.real("size of a picture, a share of the map,", size, 0.001, 0.9)
    low, high = points.min(axis=0), points.max(axis=0)
    span = float((high - low).max()) or 1.0
    edge = size * span / (1 - size)
    width, height = np.maximum(high - low + 1.2 * edge, span / 4)
    figure, ax = one_axes(ax, 8, float(np.clip(8 * height / width, 3, 9)))
    for order, ((x, y), picture) in enumerate(zip(points, pictures, strict=True)):
        half_y, half_x = edge / 2 * np.array(picture.shape[:2]) / max(picture.shape[:2])
        ax.imshow(picture, extent=(x - half_x, x + half_x, y - half_y, y + half_y), zorder=1 + order)
    middle = (low + high) / 2
    ax.set_xlim(middle[0] - width / 2, middle[0] + width / 2)
    ax.set_ylim(middle[1] - height / 2, middle[1] + height / 2)
    ax.set_aspect("equal")
    bare([ax])
    ax.set_title(f"{len(points)} pictures, each at its point; one scale for both directions", fontsize=10)
    describe(figure, _about_map(points))
    for name in dict.fromkeys([] if groups is None else groups):
        x, y = points[np.asarray(groups) == name].mean(axis=0)
        box = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.5}
        ax.text(x, y, name, ha="center", va="center", fontsize=9, bbox=box, zorder=len(points) + 2)
        describe(figure, f"{name} lies around ({x:.3g}, {y:.3g}).")
    return figure, ax


def _checked(
    points: np.ndarray, pictures: np.ndarray | Sequence[np.ndarray], groups: Sequence[str] | None
) -> tuple[np.ndarray, list[np.ndarray]]:
    points = checking.numbers("Points", points, "(N, 2)", 2)
    if points.shape[1] != 2:
        raise ValueError(f"Points must be numbers of shape (N, 2); got {points.dtype} {points.shape}.")
    given = {"pictures": list(checking.several("Pictures", pictures))}
    if groups is not None:
        given["names of groups"] = list(checking.several("Names of groups", groups))
    for what, listed in given.items():
        if len(listed) != len(points):
            raise ValueError(f"Each of the {len(points)} points needs one; got {len(listed)} {what}.")
    for name in given.get("names of groups", ()):
        checking.instance("A group's name", name, str)
    return points.astype(np.float64), [checking.picture("A picture", one) for one in given["pictures"]]


def _about_map(points: np.ndarray) -> str:
    (left, low), (right, high) = points.argmin(axis=0), points.argmax(axis=0)
    return (
        f"A map of {len(points)} pictures: picture {left} is farthest left ({points[left, 0]:.3g}), "
        f"{right} farthest right ({points[right, 0]:.3g}), {low} lowest ({points[low, 1]:.3g}), "
        f"{high} highest ({points[high, 1]:.3g})."
    )
