"""How channels and images are alike: cosines, Gram matrices, pooled features and neighbours."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vggviz._shared import validation
from vggviz.activations.statistics import check_maps, maps_of

MEASURES = ("cosine", "correlation")
POOLINGS = ("mean", "max")


def channel_similarity(maps: Mapping[str, np.ndarray], layer: str, *, by: str = "cosine") -> np.ndarray:
    """How alike the channels of a layer answer, over every cell of every image.

    Args:
        maps: {layer: float (N, h, w, c)}.
        layer: the layer.
        by: "cosine" of the activations, or "correlation": the cosine of their distances from each
            channel's mean (Pearson), which does not count two channels alike because both are always on.

    Returns:
        float64 (c, c), -1 to 1, symmetric. Zero for a channel without direction, one that is zero
        all over, or with "correlation" constant.

    Raises:
        ValueError: an unknown layer or measure, or maps of another shape.
    """
    validation.one_of("measure", by, MEASURES)
    values = maps_of(maps, layer)
    cells = values.reshape(-1, values.shape[-1]).astype(np.float64)
    if by == "correlation":
        constant = cells.min(axis=0) == cells.max(axis=0)
        cells = np.where(constant, 0, cells - cells.mean(axis=0))
    return _own_cosines(cells.T)


def kernel_similarity(kernels: np.ndarray) -> np.ndarray:
    """How alike the kernels of a layer are: the cosine of their weights.

    Args:
        kernels: float (kh, kw, in, out), as `filters` gives them.

    Returns:
        float64 (out, out), -1 to 1, symmetric; zero for a kernel of zeros.

    Raises:
        ValueError: another shape.
    """
    kernels = validation.numbers("Kernels", kernels, "(kh, kw, in, out)", 4)
    return _own_cosines(kernels.reshape(-1, kernels.shape[-1]).T.astype(np.float64))


def likeness_order(similarity: np.ndarray) -> np.ndarray:
    """Order that puts similar channels side by side.

    The leaves of a hierarchical clustering (average linkage of 1 - similarity), ordered so that neighbours
    are as similar as the tree allows (Bar-Joseph, Gifford and Jaakkola, "Fast optimal leaf ordering for
    hierarchical clustering", 2001). Channels that are similar to no other come last.

    Args:
        similarity: float (c, c), as `channel_similarity` gives it.

    Returns:
        int (c,), channel indices.
    """
    from scipy.cluster import hierarchy  # a quarter of a second that few figures need
    from scipy.spatial.distance import squareform

    others = similarity * (1 - np.eye(len(similarity)))
    is_alone = others.max(axis=1) < 1e-9
    rest = np.flatnonzero(~is_alone)
    if len(rest) > 2:
        distances = 1 - others[np.ix_(rest, rest)] - np.eye(len(rest))
        tree = hierarchy.linkage(squareform(distances, checks=False), "average", optimal_ordering=True)
        rest = rest[hierarchy.leaves_list(tree)]
    return np.concatenate([rest, np.flatnonzero(is_alone)])


def gram_matrix(maps: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Which channels of a layer are active together, wherever in the image: its style.

    The mean over all cells of the product of two channels. Gatys, Ecker and Bethge, "Image Style
    Transfer Using Convolutional Neural Networks", 2016, eq. 3, take the sum: h w times as much. The
    mean lets images of different sizes be compared.

    Args:
        maps: {layer: float (N, h, w, c)}.

    Returns:
        ``{layer: float32 (N, c, c)}``, symmetric, without negative eigenvalues.

    Raises:
        ValueError: maps of another shape.
    """
    grams = {}
    for layer, values in validation.mapping("Maps", maps).items():
        cells = check_maps(layer, values)
        cells = cells.reshape(len(cells), -1, cells.shape[-1])
        grams[layer] = (cells.swapaxes(1, 2) @ cells / np.float32(cells.shape[1])).astype(np.float32)
    return grams


def pooled_features(maps: Mapping[str, np.ndarray], by: str = "mean") -> dict[str, np.ndarray]:
    """One number for each channel and image: what is in the image, no longer where.

    Args:
        maps: {layer: float (N, h, w, c)}.
        by: "mean" over the cells, or "max", the strongest cell.

    Returns:
        ``{layer: float32 (N, c)}``.

    Raises:
        ValueError: an unknown pooling, or maps of another shape.
    """
    validation.one_of("pooling", by, POOLINGS)
    checked = {layer: check_maps(layer, values) for layer, values in validation.mapping("Maps", maps).items()}
    return {
        layer: getattr(values, by)(axis=(1, 2)).astype(np.float32, copy=False)
        for layer, values in checked.items()
    }


def nearest_neighbours(
    features: np.ndarray, top: int = 5, *, queries: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The images whose features point the most the same way.

    Args:
        features: float (N, d), one row an image, such as one layer of `pooled_features`.
        top: how many; fewer where there are not as many.
        queries: float (Q, d), rows to find neighbours of. None takes each of `features`, which is
            then no neighbour of its own.

    Returns:
        numbers, int (Q, top), rows of `features`, nearest first, equals by index; and
        float64 (Q, top), -1 to 1, where a row of zeros has 0 with all.

    Raises:
        ValueError: features of another shape, or a number below 1.
    """
    features = validation.numbers("Features", features, "(N, d)", 2).astype(np.float64)
    asked = (
        features
        if queries is None
        else validation.numbers("Queries", queries, "(Q, d)", 2).astype(np.float64)
    )
    top = validation.whole("number of neighbours (top)", top, 1)
    if features.shape[1] != asked.shape[1]:
        raise ValueError(
            "Features and queries must have shapes (N, d) and (Q, d); "
            f"got {features.shape} and {asked.shape}."
        )
    cosines = _cosines(asked, features)
    if queries is None:
        np.fill_diagonal(cosines, -np.inf)
        top = min(top, len(features) - 1)
    indices = np.argsort(-cosines, axis=1, kind="stable")[:, :top]
    return indices, np.take_along_axis(cosines, indices, axis=1)


def _cosines(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Cosines of the angles between rows, -1 to 1; 0 for a row of zeros. Makes no copy of either."""
    lengths = _lengths(rows)[:, np.newaxis] * _lengths(others)
    return np.clip(rows @ others.T / np.where(lengths > 0, lengths, 1), -1, 1)


def _lengths(rows: np.ndarray) -> np.ndarray:
    return np.sqrt(np.einsum("ij,ij->i", rows, rows))


def _own_cosines(rows: np.ndarray) -> np.ndarray:
    """Cosines between the rows themselves; symmetric to the last bit."""
    cosines = _cosines(rows, rows)
    return (cosines + cosines.T) / 2
