"""Properties of the atlas."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from hypothesis import strategies as st

import properties as p
from properties import Property, arguments
from property_cases.builders import no_images
from vggviz.channel_atlas.folder import FORMAT, maps_sha256, write_head


@functools.cache
def made():
    """An atlas of no layers."""
    folder = Path(tempfile.mkdtemp())
    head = {"format": FORMAT, "weights": maps_sha256(p.model()), "network": "own weights", "recipe": {}}
    write_head(folder, head | {"parts": [], "layers": {}})
    return folder


def is_finished(atlas, layers, **_):
    assert atlas.layers == ([layers] if isinstance(layers, str) else layers)
    return atlas.is_finished


PROPERTIES = {
    "atlas": Property(
        arguments(
            model=p.models,
            images=st.builds(p.sample_images),
            layers=st.sampled_from(["conv_a", ["conv_linear"]]),
            folder=p.folders,
            drawings=st.just(False),
        ),
        is_finished,
        {
            "model": p.no_model,
            "images": no_images,
            "layers": p.no_list_of_layers,
            "folder": p.no_path,
            "drawings": p.anything_but(bool),
            "engine": p.no_word("tensorflow", "torch", "jax"),
            "preprocess": p.no_function,
        },
        slow=True,
    ),
    "read_atlas": Property(
        arguments(folder=st.builds(made), model=st.none() | p.models),
        lambda atlas, **_: atlas.layers == [],
        {
            "folder": p.no_path | st.just("nowhere"),
            "model": p.no_model.filter(lambda value: value is not None),
        },
    ),
}
