"""Random transformations for transformation robustness: jitter, scale and rotation.

Without them, gradient ascent finds patterns that excite a channel at one exact position only, mostly
high-frequency noise aligned with the grid of the pools. Jitter: Mordvintsev, Olah and Tyka,
"Inceptionism", 2015; all three: Olah, Mordvintsev and Schubert, "Feature Visualization", Distill 2017,
"Transformation robustness".
"""

from __future__ import annotations

import math
from typing import Any

from vggviz._shared import backend


def transform(images: Any, draws: Any, *, jitter: int, scale: float, rotation: float) -> Any:
    """Rotate, zoom and shift all images by the same amounts, with one bilinear interpolation.

    Images wrap around at the edges: those made from a spectrum are periodic.

    Args:
        images: float32 (N, H, W, C).
        draws: float32 (4,) in -1 to 1: fractions of the largest shift down and to the right, of the
            largest zoom, and of the largest rotation.
        jitter: largest shift in pixels; shifts are rounded to whole pixels.
        scale: largest relative zoom in either direction, 0.1 for 10 %.
        rotation: largest rotation in degrees, in either direction.

    Returns:
        float32 (N, H, W, C).
    """
    tf = backend.tensorflow()
    height, width = images.shape[1:3]
    angle, zoom = draws[3] * math.radians(rotation), 1 + draws[2] * scale
    centre_y, centre_x = (height - 1) / 2, (width - 1) / 2
    y, x = tf.meshgrid(tf.range(float(height)) - centre_y, tf.range(float(width)) - centre_x, indexing="ij")
    rows = (tf.cos(angle) * y - tf.sin(angle) * x) / zoom + centre_y + tf.round(draws[0] * jitter)
    columns = (tf.sin(angle) * y + tf.cos(angle) * x) / zoom + centre_x + tf.round(draws[1] * jitter)
    return sample_bilinear(images, rows, columns)


def sample_bilinear(images: Any, rows: Any, columns: Any) -> Any:
    """Sample periodic images at fractional coordinates by bilinear interpolation.

    Args:
        images: float32 (N, H, W, C).
        rows: float32 (h, w), row coordinates in pixels, from 0.
        columns: float32 (h, w), column coordinates in pixels, from 0.

    Returns:
        float32 (N, h, w, C).
    """
    tf = backend.tensorflow()
    count, height, width, channels = images.shape
    top, left = tf.floor(rows), tf.floor(columns)
    down, right = rows - top, columns - left
    # One row per pixel: a single gather serves all images, and its gradient is a single scatter-add.
    pixels = tf.reshape(tf.transpose(images, (1, 2, 0, 3)), (height * width, count * channels))
    sampled = 0.0
    for step_y, weight_y in ((0, 1 - down), (1, down)):
        for step_x, weight_x in ((0, 1 - right), (1, right)):
            indices = (top + step_y) % height * width + (left + step_x) % width
            weight = tf.reshape(weight_y * weight_x, (-1, 1))
            sampled += weight * tf.gather(pixels, tf.reshape(tf.cast(indices, tf.int32), (-1,)))
    sampled = tf.reshape(sampled, (*rows.shape, count, channels))
    return tf.transpose(sampled, (2, 0, 1, 3))
