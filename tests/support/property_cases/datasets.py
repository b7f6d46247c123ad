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


def is_stimulus(found, **_):
    return (found.shape, found.dtype) == ((224, 224, 3), np.uint8)


SHAPES = ["circle", "square", "diamond", "triangle"]
NO_SHAPE = p.no_word(*SHAPES)

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
    "datasets.draw_bar": Property(
        arguments(length=st.floats(0, 224), width=st.floats(0, 224), level=st.floats(0, 255)),
        is_stimulus,
        {name: p.no_real(0) | st.just(256) for name in ("length", "width", "level")},
    ),
    "datasets.draw_shape": Property(
        arguments(
            name=st.sampled_from(SHAPES),
            size=st.floats(1, 224),
            centre=st.tuples(st.floats(0, 224), st.floats(0, 224)),
            colour=st.tuples(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255)),
        ),
        is_stimulus,
        {
            "name": NO_SHAPE,
            "size": p.no_real(1) | st.just(225),
            "centre": p.no_array(2) | st.sampled_from([(1, 2, 3), (-1, 0), (0, 225)]),
            "colour": p.no_array(3) | st.sampled_from([(1, 2), (0, 0, 256)]),
        },
    ),
    "datasets.draw_shape_of_shapes": Property(
        arguments(
            large=st.sampled_from(SHAPES),
            small=st.sampled_from(SHAPES),
            size=st.floats(16, 192),
            count=st.integers(4, 32),
        ),
        is_stimulus,
        {
            "large": NO_SHAPE,
            "small": NO_SHAPE,
            "size": p.no_real(16) | st.just(193),
            "count": p.no_whole(4, 32),
        },
        slow=True,
    ),
    "datasets.draw_disc_and_square": Property(
        arguments(front=st.sampled_from(["disc", "square"]), apart=st.booleans(), radius=st.floats(8, 44)),
        is_stimulus,
        {
            "front": p.no_word("disc", "square"),
            "apart": p.anything_but(bool),
            "radius": p.no_real(8) | st.just(45),
        },
        slow=True,
    ),
    "datasets.draw_box": Property(
        arguments(
            seen_from=st.sampled_from(["above", "below"]),
            solid=st.booleans(),
            size=st.floats(16, 160),
            turn=st.floats(-360, 360),
        ),
        is_stimulus,
        {
            "seen_from": p.no_word("above", "below"),
            "solid": p.anything_but(bool),
            "size": p.no_real(16) | st.just(161),
            "turn": p.no_real(-360) | st.just(361),
        },
        slow=True,
    ),
    "datasets.draw_curve": Property(
        arguments(
            radius=st.floats(4, 1e15) | st.just(float("inf")),
            direction=st.floats(0, 360),
            phase=st.floats(-360, 360),
            contrast=st.floats(0, 1),
            colours=st.just([(0, 0, 0), (255, 128, 0)]),
        ),
        is_stimulus,
        {
            "radius": p.no_real(4).filter(lambda value: value is not np.inf and value != float("inf")),
            "direction": p.no_real(0) | st.just(361),
            "phase": p.no_real(-360) | st.just(361),
            "contrast": p.no_real(0) | st.just(1.01),
            "colours": p.no_array(2, 3) | st.sampled_from([np.ones((2, 4)), [[0, 0, 0], [0, 0, 256]]]),
        },
        slow=True,
    ),
    "datasets.draw_grating": Property(
        arguments(
            orientation=st.floats(0, 360),
            frequency=st.floats(0, 0.5),
            phase=st.floats(-360, 360),
            contrast=st.floats(0, 1),
            colours=st.just([(0, 0, 0), (255, 128, 0)]),
        ),
        is_stimulus,
        {
            "orientation": p.no_real(0) | st.just(361),
            "frequency": p.no_real(0) | st.just(0.51),
            "phase": p.no_real(-360) | st.just(361),
            "contrast": p.no_real(0) | st.just(1.01),
            "colours": p.no_array(2, 3) | st.sampled_from([np.ones((2, 4)), [[0, 0, 0], [0, 0, 256]]]),
        },
    ),
    "datasets.hue_colour": Property(
        arguments(hue=st.floats(0, 360), saturation=st.floats(0, 1)),
        lambda found, **_: found.shape == (3,) and 0 <= found.min() <= found.max() <= 255,
        {"hue": p.no_real(0) | st.just(361), "saturation": p.no_real(0) | st.just(1.01)},
    ),
}
