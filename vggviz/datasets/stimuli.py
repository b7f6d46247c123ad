"""Stimuli of vision research, drawn from their description: bars, shapes, and objects made of shapes.

Every function returns one uint8 RGB image on black ground. Edges are smoothed by drawing at a multiple of the
size and averaging. Images of objects that do not touch are combined with `numpy.maximum`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vggviz._shared import validation

SIDE = 224
FINE = 4
"""Factor of the size at which masks are drawn before they are averaged."""
ROUND = 72
"""Corners of the polygon that is drawn as a circle; a multiple of four keeps it symmetric."""
CORNERS = {"circle": (ROUND, 0.0), "square": (4, 45.0), "diamond": (4, 0.0), "triangle": (3, 90.0)}
"""Number of corners, and the angle of the first, anticlockwise from the right."""


def draw_bar(length: float, *, width: float = 20, level: float = 255) -> np.ndarray:
    """Draw an upright bar in the middle of a black image.

    Args:
        length: pixels from top to bottom, 0 to 224.
        width: pixels from left to right, 0 to 224.
        level: grey level of the bar, 0 to 255.

    Returns:
        uint8 (224, 224, 3).

    Raises:
        ValueError: a length, width or level out of range.
    """
    half_length = validation.real("length of the bar", length, 0, SIDE) / 2
    half_width = validation.real("width of the bar", width, 0, SIDE) / 2
    level = validation.real("level of the bar", level, 0, 255)
    corners = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]]) * (half_length, half_width)
    return _painted(_covered(corners + SIDE / 2), (level,) * 3)


def draw_shape(
    name: str,
    size: float,
    *,
    centre: Sequence[float] = (SIDE / 2, SIDE / 2),
    colour: Sequence[float] = (255, 255, 255),
) -> np.ndarray:
    """Draw a filled shape.

    Args:
        name: "circle", "square", "diamond" or "triangle".
        size: height of the shape in pixels, 1 to 224.
        centre: (row, column) in pixels from the upper left corner of the image; (112, 112) is the middle.
        colour: (red, green, blue), each 0 to 255.

    Returns:
        uint8 (224, 224, 3).

    Raises:
        ValueError: an unknown shape, or a size, centre or colour out of range.
    """
    size = validation.real("size of the shape", size, 1, SIDE)
    place = _numbers("centre (row, column)", centre, 2, SIDE)
    return _painted(_covered(outline(name) * size + place), _numbers("colour", colour, 3, 255))


def draw_shape_of_shapes(large: str, small: str, *, size: float = 160, count: int = 12) -> np.ndarray:
    """Draw a large shape made of small ones, equally spaced along its outline.

    Navon, "Forest before trees: the precedence of global features in visual perception", 1977.

    Args:
        large: "circle", "square", "diamond" or "triangle".
        small: likewise.
        size: height of the large shape in pixels, between centres of small ones, 16 to 192.
        count: number of small shapes, 4 to 32. They are a seventh as high as the large shape.

    Returns:
        uint8 (224, 224, 3), white.

    Raises:
        ValueError: an unknown shape, or a size or count out of range.
    """
    size = validation.real("size of the large shape", size, 16, 192)
    count = validation.whole("number of small shapes (count)", count, 4, 32)
    element = outline(small) * size / 7
    places = _along(outline(large) * size, count) + SIDE / 2
    return _painted(np.sum([_covered(element + place) for place in places], axis=0), (255,) * 3)


def draw_disc_and_square(front: str, *, apart: bool = False, radius: float = 40) -> np.ndarray:
    """Draw a grey disc and a white square whose corner lies at the disc's centre, one in front of the other.

    After Rensink and Enns, "Early completion of occluded objects", 1998. Drawn apart, the disc is the same,
    with or without its notch, and the whole square stands beside it; so in both cases the same pixels change
    with `front`, by the same amount.

    Args:
        front: "disc" or "square"; what covers the other.
        apart: whether the square is moved away from the disc, down and to the right.
        radius: of the disc, in pixels, 8 to 44; the square's sides are twice as long.

    Returns:
        uint8 (224, 224, 3).

    Raises:
        ValueError: another `front`, or a radius out of range.
        TypeError: `apart` is not a bool.
    """
    validation.one_of("shape in front", front, ("disc", "square"))
    validation.instance("True or False as apart", apart, bool)
    radius = validation.real("radius of the disc", radius, 8, 44)
    start = 1.2 * radius + 4
    disc = _covered(outline("circle") * 2 * radius + start)
    corners = np.array([[0, 0], [0, 2], [2, 2], [2, 0]]) * radius
    square, beside = (_covered(corners + start + move) for move in (0, 1.1 * radius))
    notched = disc * (1 - square)
    white = beside if apart else square * (1 - disc if front == "disc" else 1)
    grey = disc if front == "disc" else notched
    return _painted(white + grey / 2, (255,) * 3)


def draw_box(
    seen_from: str = "above", *, solid: bool = True, size: float = 120, turn: float = 0
) -> np.ndarray:
    """Draw three lines that meet in the middle of a hexagon: the near corner of a box, or no box.

    After Enns and Rensink, "Preattentive recovery of three-dimensional orientation from line drawings", 1991.

    Args:
        seen_from: "above" or "below"; the lines then lie around the upper or the lower face of the box.
        solid: whether the lines end at corners of the hexagon, so that a box is seen. Otherwise the same
            lines end in the middle of its sides.
        size: twice the length of a line in pixels, 16 to 160.
        turn: degrees by which the drawing is turned anticlockwise.

    Returns:
        uint8 (224, 224, 3), white lines 3 pixels wide.

    Raises:
        ValueError: another view, or a size or angle out of range.
        TypeError: `solid` is not a bool.
    """
    validation.one_of("view (seen_from)", seen_from, ("above", "below"))
    validation.instance("True or False as solid", solid, bool)
    length = validation.real("size of the drawing", size, 16, 160) / 2
    turn = validation.real("angle (turn)", turn, -360, 360)
    ends = _ring(3, 30 + turn + 180 * (seen_from == "below")) * length
    corners = _ring(6, 30 + turn) if solid else _ring(6, turn) / np.cos(np.pi / 6)
    sides = zip(corners * length, np.roll(corners, -1, axis=0) * length, strict=True)
    lines = [*((np.zeros(2), end) for end in ends), *sides]
    covered = np.max([_covered(_line(*line) + SIDE / 2) for line in lines], axis=0)
    return _painted(covered, (255,) * 3)


def outline(name: str) -> np.ndarray:
    """Corners (row, column) of a shape of height 1 around the middle of its height and width."""
    validation.one_of("shape", name, CORNERS)
    corners = _ring(*CORNERS[name])
    low, high = corners.min(axis=0), corners.max(axis=0)
    return (corners - (low + high) / 2) / (high - low)[0]


def _ring(count: int, start: float) -> np.ndarray:
    """Points (row, column) at equal angles on the unit circle, the first at `start` degrees."""
    angles = np.radians(start + 360 * np.arange(count) / count)
    return np.stack([-np.sin(angles), np.cos(angles)], axis=1)


def _along(corners: np.ndarray, count: int) -> np.ndarray:
    """Points at equal distances along a closed outline, from its first corner on."""
    closed = np.concatenate([corners, corners[:1]])
    passed = np.concatenate([[0], np.linalg.norm(np.diff(closed, axis=0), axis=1).cumsum()])
    wanted = np.arange(count) * passed[-1] / count
    return np.stack([np.interp(wanted, passed, axis) for axis in closed.T], axis=1)


def _line(start: np.ndarray, end: np.ndarray, width: float = 3) -> np.ndarray:
    """Corners of a straight line with the given width."""
    along = (end - start) / np.linalg.norm(end - start)
    across = np.array([-along[1], along[0]]) * width / 2
    return np.array([start + across, end + across, end - across, start - across])


def _covered(corners: np.ndarray) -> np.ndarray:
    """Share of each pixel that a polygon covers, float64 (224, 224)."""
    from skimage.draw import polygon2mask

    middle = corners.mean(axis=0)
    corners = middle + (corners - middle) * (1 - 1e-6)  # points on an edge are left out on all sides alike
    # the middle of a pixel has coordinates (0.5, 0.5) here and (0, 0) in scikit-image
    mask = polygon2mask((SIDE * FINE, SIDE * FINE), corners * FINE - 0.5)
    return mask.reshape(SIDE, FINE, SIDE, FINE).mean(axis=(1, 3))


def _painted(covered: np.ndarray, colour: Sequence[float] | np.ndarray) -> np.ndarray:
    """A colour on black, uint8 (224, 224, 3); where shapes overlap it is not brighter."""
    return np.rint(covered.clip(0, 1)[..., np.newaxis] * np.asarray(colour)).astype(np.uint8)


def _numbers(what: str, values: Sequence[float], count: int, most: float) -> np.ndarray:
    given = validation.numbers(f"The numbers of {what}", values, f"({count},)", 1)
    if len(given) != count or given.min() < 0 or given.max() > most:
        raise ValueError(f"The {what} is {count} numbers from 0 to {most}; got {given.tolist()}.")
    return given
