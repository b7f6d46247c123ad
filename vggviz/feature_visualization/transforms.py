"""Small random movements of an image, which what it shows should survive: jitter, scale, rotation.

A pattern that excites a channel only at one exact place, mostly fine noise that leans on the grid of
the pools, is moved off it: Mordvintsev, Olah and Tyka, "Inceptionism", 2015, for jitter; Olah,
Mordvintsev and Schubert, "Feature Visualization", Distill 2017, "Transformation robustness".
"""

from __future__ import annotations

import math
from typing import Any

from vggviz._shared import backend


def moved(images: Any, draws: Any, *, jitter: int, scale: float, rotation: float) -> Any:
    """The images turned, zoomed and shifted, all alike, by one bilinear look-up.

    What leaves on one side comes back on the other: an image made of a spectrum is periodic.

    Args:
        images: float32 (N, H, W, C).
        draws: float32 (4,), each in -1 to 1: the shares of the largest shift down and to the right,
            of the largest zoom, and of the largest rotation.
        jitter: the largest shift in pixels; shifts are whole pixels.
        scale: the largest zoom, in or out: 0.1 for a tenth.
        rotation: the largest rotation in degrees, either way.

    Returns:
        float32 (N, H, W, C).
    """
    tf = backend.tensorflow()
    height, width = images.shape[1:3]
    angle, zoom = draws[3] * math.radians(rotation), 1 + draws[2] * scale
    middle_y, middle_x = (height - 1) / 2, (width - 1) / 2
    y, x = tf.meshgrid(tf.range(float(height)) - middle_y, tf.range(float(width)) - middle_x, indexing="ij")
    rows = (tf.cos(angle) * y - tf.sin(angle) * x) / zoom + middle_y + tf.round(draws[0] * jitter)
    columns = (tf.sin(angle) * y + tf.cos(angle) * x) / zoom + middle_x + tf.round(draws[1] * jitter)
    return look_up(images, rows, columns)


def look_up(images: Any, rows: Any, columns: Any) -> Any:
    """Values of periodic images at places between their pixels, bilinear.

    Args:
        images: float32 (N, H, W, C).
        rows: float32 (h, w), of each place looked at, from 0.
        columns: float32 (h, w).

    Returns:
        float32 (N, h, w, C).
    """
    tf = backend.tensorflow()
    count, height, width, channels = images.shape
    top, left = tf.floor(rows), tf.floor(columns)
    down, right = rows - top, columns - left
    # a row a pixel: one look-up serves all images, and its gradient is one sum over rows
    pixels = tf.reshape(tf.transpose(images, (1, 2, 0, 3)), (height * width, count * channels))
    seen = 0.0
    for step_y, share_y in ((0, 1 - down), (1, down)):
        for step_x, share_x in ((0, 1 - right), (1, right)):
            places = (top + step_y) % height * width + (left + step_x) % width
            share = tf.reshape(share_y * share_x, (-1, 1))
            seen += share * tf.gather(pixels, tf.reshape(tf.cast(places, tf.int32), (-1,)))
    seen = tf.reshape(seen, (*rows.shape, count, channels))
    return tf.transpose(seen, (2, 0, 1, 3))
