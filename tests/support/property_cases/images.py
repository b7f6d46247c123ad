"""Properties of loading, preprocessing and arranging images."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

import properties as p
import vggviz
from properties import Property, arguments


def tiles_are_the_maps(whole, maps, columns, gap):
    height, width = maps.shape[:2]
    assert np.array_equal(whole[:height, :width], maps[..., 0])
    return np.isnan(whole).sum() == whole.size - maps.size


def is_image(image, size, **_):
    return image.dtype == np.uint8 and image.ndim == 3 and (size is None or image.shape == (size, size, 3))


def deprocess_inverts(batch, images):
    whole = images if images.ndim == 4 else images[None]
    return np.array_equal(vggviz.deprocess(batch), np.rint(whole))


PROPERTIES = {
    "load_image": Property(
        arguments(
            source=p.photographs | st.sampled_from(["cat", "brick"]),
            size=st.none() | st.integers(1, 64),
            fit=st.sampled_from(["crop", "pad", "stretch"]),
        ),
        is_image,
        {
            "source": st.sampled_from(
                [3, 2.5, object(), [], {}, "nowhere", "x" * 5000, "nul\0byte", b"", b"x"]
            )
            | st.binary(max_size=200)
            | p.no_array(8, 9, 3).filter(lambda value: isinstance(value, np.ndarray) and value.ndim > 3),
            "size": p.no_whole(1, 10_000, optional=True),
            "fit": p.no_word("crop", "pad", "stretch"),
        },
    ),
    "preprocess": Property(
        arguments(images=p.photographs | p.random_array(2, 5, 5, 3, low=0, high=255)),
        deprocess_inverts,
        {
            "images": p.no_array(2, 5, 5, 3).filter(
                lambda v: np.ndim(v) != 3 if isinstance(v, np.ndarray) else 1
            )
        },
    ),
    "deprocess": Property(
        arguments(batch=p.random_array(2, 5, 5, 3)),
        lambda images, batch: images.dtype == np.uint8 and images.shape == batch.shape,
        {
            "batch": p.no_array(2, 5, 5, 3).filter(
                lambda v: np.ndim(v) != 3 if isinstance(v, np.ndarray) else 1
            )
        },
    ),
    "sample_images": Property(arguments(), lambda names: len(set(names)) == len(names) > 5),
    "mosaic": Property(
        arguments(
            maps=p.random_array(p.side, p.side, p.side),
            columns=st.none() | st.integers(1, 8),
            gap=st.integers(0, 3),
        ),
        tiles_are_the_maps,
        {
            "maps": st.sampled_from(
                [None, "x", 3, [], {}, object(), np.zeros(3), [[1], [1, 2]], np.ones((2, 2))]
            ),
            "columns": p.no_whole(1, optional=True) | st.just(10**12),
            "gap": p.no_whole(0) | st.just(10**12),
        },
    ),
}
