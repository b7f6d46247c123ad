"""Similarity of channels and images: cosines, Gram matrices, pooled features, nearest neighbours."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vggviz._shared import validation
from vggviz.activations.statistics import check_maps, maps_of

MEASURES = ("cosine", "correlation")
POOLINGS = ("mean", "max")


def channel_similarity(maps: Mapping[str, np.ndarray], layer: str, *, by: str = "cosine") -> np.ndarray:
    """Similarity of the channels of a layer, over all cells of all images.

    Args:
        maps: {layer: float (N, h, w, c)}.
        layer: name of the layer.
        by: "cosine" similarity of the activations, or Pearson "correlation", which subtracts each
            channel's mean, so that two channels are not similar merely because both are always active.

    Returns:
        float64 (c, c), -1 to 1, symmetric. Zero for a channel that is zero everywhere, or constant
        with "correlation".

    Raises:
        ValueError: unknown layer or measure, or maps of another shape.
    """
    validation.one_of("measure", by, MEASURES)
    values = maps_of(maps, layer)
    cells = values.reshape(-1, values.shape[-1]).astype(np.float64)
    if by == "correlation":
        constant = cells.min(axis=0) == cells.max(axis=0)
        cells = np.where(constant, 0, cells - cells.mean(axis=0))
    return _own_cosines(cells.T)


def kernel_similarity(kernels: np.ndarray) -> np.ndarray:
    """Cosine similarity of the kernels of a layer.

    Args:
        kernels: float (kh, kw, in, out), as returned by `filters`.

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
        similarity: float (c, c), as returned by `channel_similarity`.

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
    """Gram matrices of each layer's channels: which are active together, independent of position.

    The mean over all cells of the product of two channels. Gatys, Ecker and Bethge, "Image Style
    Transfer Using Convolutional Neural Networks", 2016, eq. 3, use the sum, which is h w times as
    large; means of images of different sizes can be compared.

    Args:
        maps: {layer: float (N, h, w, c)}.

    Returns:
        ``{layer: float32 (N, c, c)}``, symmetric and positive semidefinite.

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
    """Global pooling: one value for each channel and image, independent of position.

    Args:
        maps: {layer: float (N, h, w, c)}.
        by: "mean" or "max" over the cells.

    Returns:
        ``{layer: float32 (N, c)}``.

    Raises:
        ValueError: unknown pooling, or maps of another shape.
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
    """Nearest neighbours by cosine similarity.

    Args:
        features: float (N, d), one row for each image, such as one layer of `pooled_features`.
        top: number of neighbours; fewer are returned if there are not as many.
        queries: float (Q, d), features whose neighbours are searched. None for `features` themselves,
            each without itself as a neighbour.

    Returns:
        Indices, int (Q, top), of rows of `features`, nearest first, ties sorted by index; and similarities,
        float64 (Q, top), from -1 to 1, 0 for rows of zeros.

    Raises:
        ValueError: features or queries of another shape, or `top` below 1.
    """
    features = validation.numbers("Features", features, "(N, d)", 2).astype(np.float64)
    searched = (
        features
        if queries is None
        else validation.numbers("Queries", queries, "(Q, d)", 2).astype(np.float64)
    )
    top = validation.whole("number of neighbours (top)", top, 1)
    if features.shape[1] != searched.shape[1]:
        raise ValueError(
            "Features and queries must have shapes (N, d) and (Q, d); "
            f"got {features.shape} and {searched.shape}."
        )
    cosines = _cosines(searched, features)
    if queries is None:
        np.fill_diagonal(cosines, -np.inf)
        top = min(top, len(features) - 1)
    indices = np.argsort(-cosines, axis=1, kind="stable")[:, :top]
    return indices, np.take_along_axis(cosines, indices, axis=1)


def _cosines(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Cosine similarities of rows, -1 to 1; 0 for a row of zeros. Copies neither array."""
    norms = _norms(rows)[:, np.newaxis] * _norms(others)
    return np.clip(rows @ others.T / np.where(norms > 0, norms, 1), -1, 1)


def _norms(rows: np.ndarray) -> np.ndarray:
    return np.sqrt(np.einsum("ij,ij->i", rows, rows))


def _own_cosines(rows: np.ndarray) -> np.ndarray:
    """Cosine similarities of all pairs of rows, exactly symmetric."""
    cosines = _cosines(rows, rows)
    return (cosines + cosines.T) / 2
