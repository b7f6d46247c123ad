"""Measures of kernels, to compare trained weights with others or with random ones."""

from __future__ import annotations

import functools

import numpy as np

from vggviz._shared import validation

PERCENTILE = 95
"""Percentile of random kernels used as threshold: 5 in 100 random kernels exceed it."""
ANGLE_STEP = 5
"""Step of the line directions tried, in degrees."""
GREY_ANGLE = 60
"""Smallest angle between a colour-opponent direction and grey, in degrees."""


def orientation_selectivity(kernels: np.ndarray) -> np.ndarray:
    """Orientation selectivity: how well an oriented edge or line explains a kernel, from 0 to 1.

    The kernel's spatial pattern is the first singular vector of its weights (input channels by spatial
    positions, each channel's mean subtracted). The selectivity is the share of the pattern's energy that
    is explained by the best edge (a linear ramp in any direction) or by the best line (the square of
    such a ramp), whichever is larger.

    Args:
        kernels: float (kh, kw, in, out).

    Returns:
        float64 (out,); 0 for a kernel that is spatially constant.

    Raises:
        ValueError: another shape.
    """
    kernels = _checked(kernels)
    patterns = _patterns(kernels)
    rows, columns = (
        np.indices(kernels.shape[:2]).reshape(2, -1) - (np.array(kernels.shape[:2]) - 1)[:, None] / 2
    )
    shares = [_explained_share(patterns, np.stack([rows, columns]))]
    for angle in np.radians(np.arange(0, 180, ANGLE_STEP)):
        across = columns * np.cos(angle) + rows * np.sin(angle)
        shares.append(_explained_share(patterns, across[None] ** 2))
    return np.max(shares, axis=0)


def _patterns(kernels: np.ndarray) -> np.ndarray:
    """Spatial pattern of each kernel, (out, kh kw), of norm 1; 0 for spatially constant kernels."""
    matrices = (
        kernels.astype(np.float64).transpose(3, 2, 0, 1).reshape(kernels.shape[3], kernels.shape[2], -1)
    )
    matrices -= matrices.mean(axis=2, keepdims=True)
    _, sizes, patterns = np.linalg.svd(matrices, full_matrices=False)
    return np.where(sizes[:, :1] > 1e-12, patterns[:, 0], 0)


def _explained_share(patterns: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Share of each pattern's energy in the span of the basis (n, kh kw) after subtraction of its means."""
    basis = basis - basis.mean(axis=1, keepdims=True)
    _, sizes, directions = np.linalg.svd(basis, full_matrices=False)
    return ((patterns @ directions[sizes > 1e-9].T) ** 2).sum(axis=1)


def is_oriented(kernels: np.ndarray) -> np.ndarray:
    """Which kernels have a higher `orientation_selectivity` than 95 of 100 random kernels of their shape.

    Args:
        kernels: float (kh, kw, in, out).

    Returns:
        bool (out,). Of kernels drawn from a normal distribution, 5 in 100 are True.

    Raises:
        ValueError: another shape.
    """
    kernels = _checked(kernels)
    return orientation_selectivity(kernels) > _threshold(kernels.shape[:3], "orientation")


def is_colour_opponent(kernels: np.ndarray) -> np.ndarray:
    """Which kernels of the first layer are colour-opponent.

    The first pair of singular vectors of a kernel is a spatial pattern and a direction in colour space.
    The kernel is colour-opponent if this pair explains more of its energy than in 95 of 100 random
    kernels, and if the direction is more than 60 degrees from grey, so that weights of opposite sign
    nearly cancel for grey input.

    Args:
        kernels: float (kh, kw, 3, out), with the colours in any order.

    Returns:
        bool (out,). Of random kernels at most 5 in 100 are True.

    Raises:
        ValueError: another shape, or other than three input channels.
    """
    kernels = _checked(kernels)
    if kernels.shape[2] != 3:
        raise ValueError(
            f"Kernels that read 3 colours are wanted; those of shape {kernels.shape} read {kernels.shape[2]}."
        )
    share, colours = _main_colour(kernels)
    from_grey = np.abs(colours.sum(axis=1)) / np.sqrt(3)
    return (share > _threshold(kernels.shape[:3], "colour")) & (from_grey < np.cos(np.radians(GREY_ANGLE)))


def effective_rank(kernels: np.ndarray) -> float:
    """Effective rank of a layer's kernels: exp of the entropy of the normalised singular values.

    Roy and Vetterli, "The effective rank", EUSIPCO 2007, definition 1. The singular values are the square
    roots of the eigenvalues of the smaller Gram matrix.

    Args:
        kernels: float (kh, kw, in, out), reshaped to a matrix (kh kw in, out).

    Returns:
        From 1 to the smaller side of the matrix.

    Raises:
        ValueError: another shape, or kernels that are all zero.
    """
    kernels = _checked(kernels)
    values = _singular_values(kernels.reshape(-1, kernels.shape[-1]))
    if not values.any():
        raise ValueError(
            "The effective rank of kernels that are all zero is undefined; got no other value than 0."
        )
    shares = values / values.sum()
    shares = shares[shares > 0]
    return float(np.exp(-(shares * np.log(shares)).sum()))


def _singular_values(matrix: np.ndarray) -> np.ndarray:
    """Singular values of a matrix, as multiples of its largest number, float64.

    The eigenvalues of the smaller Gram matrix take a small part of the time of a decomposition of the matrix.
    Those that may be nothing but rounding errors are 0.
    """
    scaled = matrix.astype(np.float64) / (np.abs(matrix).max() or 1)  # else squares may be out of range
    wide = scaled if scaled.shape[0] <= scaled.shape[1] else scaled.T
    squares = np.linalg.eigvalsh(wide @ wide.T)
    rounding = len(squares) * np.finfo(np.float64).eps * squares.max()
    return np.sqrt(np.where(squares > rounding, squares, 0))


def _main_colour(kernels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of each kernel's energy in its first singular vectors, and the one in colour space, (out, 3)."""
    matrices = kernels.transpose(3, 2, 0, 1).reshape(kernels.shape[3], kernels.shape[2], -1)
    colours, sizes, _ = np.linalg.svd(matrices, full_matrices=False)
    return sizes[:, 0] ** 2 / np.maximum((sizes**2).sum(axis=1), 1e-30), colours[:, :, 0]


@functools.cache
def _threshold(shape: tuple[int, int, int], measure: str) -> float:
    """The 95th percentile of a measure over random kernels."""
    random = np.random.default_rng(0).normal(size=(*shape, 10_000))
    values = orientation_selectivity(random) if measure == "orientation" else _main_colour(random)[0]
    return float(np.percentile(values, PERCENTILE))


def _checked(kernels: np.ndarray) -> np.ndarray:
    return validation.numbers("Kernels", kernels, "(kh, kw, in, out)", 4)
