"""Properties of functions that run over many images."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

import properties as p
from properties import Property, arguments
from property_cases.builders import no_images, pairs


def strongest_first(found, **_):
    return all((np.diff(examples.values, axis=1) <= 0).all() for examples in found.values())


def zeros_are_counted(found, **_):
    return all(((part.apoz >= 0) & (part.apoz <= 1)).all() for part in found.values())


PROPERTIES = {
    "datasets.read_images": Property(
        arguments(source=pairs, size=st.none() | st.integers(1, 40)),
        lambda found, source, size: [name for name, _ in found] == list(source),
        {"source": no_images, "size": p.no_whole(1, 10_000, optional=True)},
    ),
    "datasets.dataset_examples": Property(
        arguments(
            model=p.models,
            source=pairs,
            layers=p.layers,
            channels=st.none() | st.lists(st.integers(0, 3), min_size=1, max_size=3),
            top=st.integers(1, 4),
        ),
        strongest_first,
        {
            "model": p.no_model,
            "source": no_images,
            "layers": p.no_list_of_layers,
            "channels": p.no_channels,
            "top": p.no_whole(1),
            "preprocess": p.no_function,
        },
        slow=True,
    ),
    "datasets.dataset_statistics": Property(
        arguments(model=p.models, source=pairs, layers=p.layers),
        zeros_are_counted,
        {
            "model": p.no_model,
            "source": no_images,
            "layers": p.no_list_of_layers,
            "preprocess": p.no_function,
        },
        slow=True,
    ),
    "datasets.example_crops": Property(
        arguments(
            examples=st.builds(p.examples),
            source=st.builds(p.sample_images),
            channels=st.none() | st.lists(st.integers(0, 5), min_size=1, max_size=3),
        ),
        lambda crops, **_: all(piece.dtype == np.uint8 for pieces in crops.values() for piece in pieces),
        {
            "examples": p.anything_but(),
            "source": no_images,
            "channels": p.no_channels.filter(lambda value: value not in ([], {})),
        },
    ),
}
