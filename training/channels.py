"""Effect sizes of classes, and zeros, of each channel, from the sums over all images."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

Sums = Mapping[str, np.ndarray]


def effect_sizes(counts: np.ndarray, sums: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Effect size of each class on each channel, in standard deviations within a class.

    The mean over the images of a class minus the mean over all other images, divided by the pooled
    standard deviation within the classes.

    Args:
        counts: int (classes,), number of images.
        sums: float (classes, channels), sum of the images' mean activations.
        squares: float (classes, channels), sum of their squares.

    Returns:
        float64 (channels, classes); 0 for a channel of zero variance.
    """
    n, total = np.asarray(counts, float)[:, None], float(np.sum(counts))
    own, others = sums / n, (sums.sum(axis=0) - sums) / (total - n)
    spread = np.sqrt(variances(counts, sums, squares, of_each=False))
    return ((own - others) / np.where(spread > 0, spread, np.inf)).T


def variances(counts: np.ndarray, sums: np.ndarray, squares: np.ndarray, *, of_each: bool) -> np.ndarray:
    """Variance within each class (classes, channels), or pooled over all classes (channels,)."""
    n = np.asarray(counts, float)[:, None]
    within = np.maximum(squares - sums**2 / n, 0)
    return within / (n - 1) if of_each else within.sum(axis=0) / (n.sum() - len(n))


def table(sizes: np.ndarray, layers: Mapping[str, int], *, images: int) -> dict[str, np.ndarray]:
    """The arrays of preferred_classes.npz: effect sizes, layers and numbers of channels and images."""
    return {
        "effect_sizes": sizes.astype(np.float16),
        "layers": np.array(list(layers)),
        "channels": np.array(list(layers.values())),
        "pictures": np.array(images),
    }


def by_layer(layers: Mapping[str, int], zeros: np.ndarray, cells: np.ndarray) -> dict[str, dict[str, float]]:
    """Share of zeros (APoZ: Hu et al., 2016, equation 1) and number of dead channels of each layer.

    Args:
        layers: {name: number of channels}, in order.
        zeros: float (channels of all layers,), number of zero cells.
        cells: float (channels of all layers,), number of all cells.

    Returns:
        {layer: {"zeros": share of zero cells, "dead": number of channels that are always zero}}.
    """
    ends = np.cumsum(list(layers.values()))[:-1]
    parts = zip(layers, np.split(zeros, ends), np.split(cells, ends), strict=True)
    return {name: {"zeros": float((z / c).mean()), "dead": int((z == c).sum())} for name, z, c in parts}
