"""The data of the front door."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from vggviz.explorer.hero.places import Sheet
from vggviz.explorer.hero.switches import Switches


@dataclass(frozen=True)
class Content:
    """The attributes of `Hero`.

    Attributes:
        seen: what the network looks at, "a cat".
        is_random: whether the network has random weights.
        channels: number of channels of all convolutions.
        photograph: uint8 (h, h, 3).
        sheets: of the last convolution of each block.
        switches: the answer and the channels that turn it; None for weights without a classifier.
        labels: names of the classes.
    """

    seen: str
    is_random: bool
    channels: int
    photograph: np.ndarray = field(repr=False)
    sheets: tuple[Sheet, ...] = field(repr=False)
    switches: Switches | None = None
    labels: tuple[str, ...] = field(default=(), repr=False)
