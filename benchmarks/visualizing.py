"""Feature visualization of many channels in a batch of small images, against one by one at full size."""

from __future__ import annotations

from collections.abc import Iterator

import vggviz
from benchmarks.timing import Ratio, compare

EARLY, STEPS = "block2_conv2", 3


def measure() -> Iterator[Ratio]:
    """Yield the ratio for the channels of an early layer."""
    model = vggviz.load_vgg16("random")
    channels = [vggviz.objectives.channel(EARLY, index) for index in range(64)]
    yield compare(
        f"64 channels of {EARLY}: one by one at 224 pixels",
        lambda: vggviz.feature_visualization.visualize(model, channels, steps=STEPS),
        lambda: [
            vggviz.feature_visualization.visualize(model, channel, size=224, steps=STEPS)
            for channel in channels
        ],
        wanted=20,
        turns=1,
        short=3,
    )
