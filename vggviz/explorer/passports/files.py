"""The files of an atlas in the explorer's folder: numbers, drawings, expanded weights and photographs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from vggviz.channel_atlas import drawings
from vggviz.explorer import encoding
from vggviz.explorer.passports.packing import pack
from vggviz.images.tiles import columns_of, tiled

if TYPE_CHECKING:
    from vggviz.explorer.content import Content

SIDE = 88
"""Largest side of a drawing on the page, in pixels; with `QUALITY` it keeps VGG16's atlas below 16 MB."""
SMALL_SIDE = 48
"""The same of the opposites."""
QUALITY = 38
"""Of drawings and photographs, as WebP."""
SMALLEST = 3
"""Side of the smallest expanded weights that are a picture."""


def files(content: Content, names: Mapping[str, str], ids: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes) of the files of the atlas, none without one.

    Args:
        content: the data of the explorer.
        names: {layer: file name}.
        ids: {name of an example's photograph: its file name}.
    """
    if content.atlas is None:
        return
    sheets = {}
    for layer in shown(content):
        arrays = arrays_of(content, layer)
        yield f"atlas/{names[layer]}.gz", pack(arrays)
        if "expanded" in arrays and arrays["expanded"].shape[1] > SMALLEST:
            tiles = levels_of(arrays["expanded"])
            sheets[names[layer]] = tiles_of(tiles)
            yield f"atlas/{names[layer]}.webp", sheet(tiles, quality=90)
    yield "atlas/atlas.json", encoding.compact_json(about(content, names, ids, sheets))


def shown(content: Content) -> list[str]:
    """The layers of the explorer that its atlas knows, in their order."""
    known = () if content.atlas is None else content.atlas.layers
    return [layer for layer in content.layers if layer in known]


def has_examples(content: Content, layer: str) -> bool:
    """Whether the atlas knows which parts of photographs excite a layer's channels most."""
    return "example_images" in arrays_of(content, layer)


def arrays_of(content: Content, layer: str) -> Mapping[str, np.ndarray]:
    """The arrays of the atlas of a layer; none where it does not know the layer."""
    atlas = content.atlas
    return atlas.arrays(layer) if atlas is not None and layer in atlas.layers else {}


def about(
    content: Content, names: Mapping[str, str], ids: Mapping[str, str], sheets: Mapping[str, Any]
) -> dict[str, Any]:
    """What is said of all layers at once: the axes of the curves, the photographs, and each channel's family.

    Args:
        content: the data of the explorer, with an atlas.
        names: {layer: file name}.
        ids: {name of an example's photograph: its file name}.
        sheets: {file name of a layer: how its expanded weights lie in their sheet}.
    """
    assert content.atlas
    head = content.atlas.head
    layers = {layer: arrays_of(content, layer) for layer in shown(content)}
    return {
        "axes": _finite(head["axes"]),
        "families": head["families"],
        "classes": head.get("classes") or [],
        "labels": head.get("labels") or [],
        "pictures": [ids.get(name) for name in head["pictures"]],
        "layers": {
            names[layer]: {
                "reads": names.get(head["layers"][layer]["reads"]),
                "feeds": names.get(head["layers"][layer]["feeds"]),
                "exact": head["layers"][layer].get("loss_answer_is_exact"),
                "family": arrays["family"].tolist() if "family" in arrays else None,
                "expanded": sheets.get(names[layer]),
            }
            for layer, arrays in layers.items()
        },
    }


def _finite(values: Any) -> Any:
    """The same, with None for numbers that JSON does not have: a straight edge has an infinite radius."""
    if isinstance(values, Mapping):
        return {name: _finite(each) for name, each in values.items()}
    if isinstance(values, (list, tuple)):
        return [_finite(each) for each in values]
    return None if isinstance(values, float) and not math.isfinite(values) else values


def drawings_of(content: Content, layer: str) -> np.ndarray | None:
    """The drawings of a layer, uint8 (c, h, w, 3): those given, or those of the atlas, reduced to `SIDE`."""
    if layer in content.drawings:
        return content.drawings[layer]
    drawn = content.atlas.drawings(layer) if content.atlas is not None and layer in shown(content) else None
    return None if drawn is None else reduced(drawn)


def opposites_of(content: Content, layer: str) -> np.ndarray | None:
    """The drawn opposites of a layer's channels in the atlas, uint8 (c, h, w, 3), reduced to `SMALL_SIDE`."""
    if content.atlas is None or layer not in shown(content):
        return None
    drawn = drawings.read(content.atlas.folder, layer, "opposite")
    return None if drawn is None else reduced(drawn, SMALL_SIDE)


def tiles_of(images: np.ndarray) -> dict[str, Any]:
    """How images lie in their sheet: columns, and rows and columns of each."""
    return {"columns": columns_of(len(images)), "tile": list(images.shape[1:3])}


def reduced(images: np.ndarray, side: int = SIDE) -> np.ndarray:
    """Images uint8 (n, h, w, 3) at most `side` pixels a side, their proportions kept."""
    height, width = images.shape[1:3]
    share = min(1.0, side / max(height, width))
    size = (max(1, round(width * share)), max(1, round(height * share)))
    if size == (width, height):
        return images
    return np.stack(
        [np.asarray(Image.fromarray(one).resize(size, Image.Resampling.LANCZOS)) for one in images]
    )


def sheet(images: np.ndarray, *, quality: int = QUALITY) -> bytes:
    """Encode uint8 (n, h, w, 3) as one WebP, without gaps; see `tiled`."""
    return encoding.webp(tiled(images), quality=quality, method=4)


def levels_of(weights: np.ndarray) -> np.ndarray:
    """Weights (n, h, w, 3) as colours, uint8: 128 is zero, and each image has a scale of its own."""
    values = np.nan_to_num(np.asarray(weights, np.float32))
    largest = np.abs(values).max(axis=(1, 2, 3), keepdims=True)
    return np.rint(128 + 127 * values / np.where(largest > 0, largest, 1)).astype(np.uint8)
