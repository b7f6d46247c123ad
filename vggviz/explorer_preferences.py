"""Which classes each channel of VGG16 with ImageNet's weights prefers, as the explorer's page is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vggviz import layers, preferences
from vggviz.weights import provenance

if TYPE_CHECKING:
    import keras

TOP = 3
"""Classes told of each channel: all channels together are part of the page's first view."""

Preferred = dict[str, list[list[tuple[str, float]]]]


def preferred(model: keras.Model, shown: Iterable[str]) -> Preferred:
    """What each channel of the convolutions shown prefers.

    Args:
        model: any Keras model.
        shown: names of layers.

    Returns:
        {layer: for each channel [(class, effect size with one decimal)], largest first, at most `TOP`,
        all above zero}; {} for any other network than VGG16 with ImageNet's weights.
    """
    if provenance(model).source != "imagenet":
        return {}
    steps = layers.unfold(model).steps
    known = [name for name in layers.conv_layers(model) if name in set(shown)]
    return {
        name: [_of_channel(name, channel) for channel in range(steps[name].output.shape[-1])]
        for name in known
    }


def _of_channel(layer: str, channel: int) -> list[tuple[str, float]]:
    found = preferences.preferred_classes(layer, channel, TOP)
    return [(name, round(size, 1)) for name, size in found if round(size, 1) > 0]


def numbered(found: Preferred) -> tuple[list[str], dict[str, list[list[float]]]]:
    """The same in few bytes: names once, then numbers.

    Returns:
        Names of classes; {layer: for each channel [number of a name, effect size, number, size, ...]}.
    """
    names = sorted({name for channels in found.values() for pairs in channels for name, _ in pairs})
    place = {name: number for number, name in enumerate(names)}
    return names, {
        layer: [[value for name, size in pairs for value in (place[name], size)] for pairs in channels]
        for layer, channels in found.items()
    }
