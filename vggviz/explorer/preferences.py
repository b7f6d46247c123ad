"""Which classes each channel of VGG16 with ImageNet's weights prefers, as the explorer's page is told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vggviz.analysis import preferences
from vggviz.models import graph
from vggviz.models.provenance import provenance

if TYPE_CHECKING:
    import keras

TOP = 3
"""Classes told of each channel."""

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
    steps = graph.unfold(model).steps
    return {
        name: [_of_channel(name, channel) for channel in range(steps[name].output.shape[-1])]
        for name in shown
        if name in graph.conv_layers(model)
    }


def _of_channel(layer: str, channel: int) -> list[tuple[str, float]]:
    found = preferences.preferred_classes(layer, channel, TOP)
    return [(name, round(size, 1)) for name, size in found if round(size, 1) > 0]
