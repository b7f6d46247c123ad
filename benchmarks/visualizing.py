"""Many channels drawn in a batch, at the size that they see, beside one by one at the network's own."""

from __future__ import annotations

from collections.abc import Iterator

import vggviz
from benchmarks.timing import Ratio, compare

EARLY, STEPS = "block2_conv2", 3


def measure() -> Iterator[Ratio]:
    """Yield the ratio of drawing what the channels of an early layer want."""
    model = vggviz.load_vgg16("random")
    channels = [vggviz.objectives.channel(EARLY, number) for number in range(64)]
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
