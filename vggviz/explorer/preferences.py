"""Preferred classes of the channels of VGG16 with ImageNet's weights, for the explorer's page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vggviz.analysis import preferences
from vggviz.models import graph
from vggviz.models.provenance import provenance

if TYPE_CHECKING:
    import keras

TOP = 3
"""Classes listed for each channel."""

Preferred = dict[str, list[list[tuple[str, float]]]]


def preferred(model: keras.Model, shown: Iterable[str]) -> Preferred:
    """Preferred classes of each channel of the convolutions shown.

    Args:
        model: any Keras model.
        shown: names of layers.

    Returns:
        {layer: [[(class, effect size), ...], ...]}: for each channel at most `TOP` classes by decreasing
        effect size, rounded to one decimal and above zero; {} for any other network than VGG16 with
        ImageNet's weights.
    """
    if provenance(model).source != "imagenet":
        return {}
    steps = graph.unfold(model).steps
    return {
        name: [_preferred_by(name, channel) for channel in range(steps[name].output.shape[-1])]
        for name in shown
        if name in graph.conv_layers(model)
    }


def _preferred_by(layer: str, channel: int) -> list[tuple[str, float]]:
    found = preferences.preferred_classes(layer, channel, TOP)
    return [(name, round(size, 1)) for name, size in found if round(size, 1) > 0]
