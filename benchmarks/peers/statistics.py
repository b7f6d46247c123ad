"""Statistics of vggviz as arrays by name, for the comparison."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

import vggviz
from benchmarks.peers import by_hand


def arrays(found: Mapping[str, vggviz.ChannelStatistics]) -> dict[str, np.ndarray]:
    """The arrays that the peers' own loops return as well."""
    return {
        name: values
        for layer, each in found.items()
        for name, values in by_hand.named(layer, each.mean, each.std, each.max, each.apoz).items()
    }
