"""Atlases of seeded random numbers, in a folder."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

import vggviz
from vggviz.channel_atlas import folder as atlas_folder
from vggviz.channel_atlas.folder import Atlas

FAMILIES = ["silent", "line", "curve"]
AXES = {
    "orientation": np.arange(0, 180, 7.5).tolist(),
    "hue": np.arange(0, 360, 15.0).tolist(),
    "curvature": [[8, 16, None], [0, 90, 180, 270]],
}


def random_arrays(channels: int, before: int, pictures: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Arrays as an atlas has them, of a layer that reads `before` channels; channel 0 is silent."""
    generator = np.random.default_rng(seed)
    shapes = {"orientation": (24,), "hue": (24,), "curvature": (3, 4)}
    found = {name: generator.random((channels, *shape)) * 80 for name, shape in shapes.items()}
    found |= {f"{name}_spread": 0.1 * values for name, values in found.items()}
    found |= {f"{name}_random": generator.random((channels, *shape)) for name, shape in shapes.items()}
    found |= {"preferred_orientation": generator.random(channels) * 180}
    found |= {"largest": generator.random(channels), "family": generator.integers(0, 3, channels)}
    found |= {"inputs": generator.integers(0, before, (channels, 6))}
    found |= {"input_shares": generator.uniform(-1, 1, (channels, 6))}
    found |= {"expanded": generator.normal(size=(channels, 5, 5, 3))}
    found |= {f"example_{name}": generator.integers(0, 4, (channels, 2)) for name in ("rows", "columns")}
    found |= {"example_images": generator.integers(0, pictures, (channels, 2))}
    found |= {"example_values": generator.random((channels, 2)) * 9}
    found["orientation"][0], found["preferred_orientation"][0] = 0, np.nan
    found["example_images"][0] = -1
    return found


def random_atlas(
    model: keras.Model, place: Path, pictures: list[str], layers: list[str] | None = None
) -> Atlas:
    """An atlas of some convolutions of a network."""
    names = vggviz.conv_layers(model) if layers is None else layers
    place.mkdir()
    entries = {}
    for index, name in enumerate(names):
        weights = vggviz.filters(model, name)
        arrays = random_arrays(weights.shape[-1], weights.shape[-2], len(pictures), index)
        atlas_folder.add_arrays(place / f"{index}.npz", "all", arrays)
        after = names[index + 1] if index + 1 < len(names) else None
        before = names[index - 1] if index else None
        entries[name] = {
            "file": f"{index}.npz",
            "channels": weights.shape[-1],
            "reads": before,
            "feeds": after,
        }
    head = {"format": atlas_folder.FORMAT, "weights": atlas_folder.maps_sha256(model), "network": "seeded"}
    head |= {"recipe": {}, "parts": ["all"], "pictures": pictures, "axes": AXES, "families": FAMILIES}
    head |= {"classes": [], "labels": [], "layers": entries}
    atlas_folder.write_head(place, head)
    return vggviz.read_atlas(place)
