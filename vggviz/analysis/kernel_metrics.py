"""What a network has learned, in numbers that can be set beside another's: other weights, or chance.

Kernels and features go in as arrays, so ImageNet's and random weights are measured alike.
"""

from __future__ import annotations

import functools

import numpy as np

from vggviz._shared import validation

CHANCE = 95
"""Percentile of random kernels above which a property counts as learned: one in twenty passes by chance."""
ANGLE_STEP = 5
"""Degrees between the directions of lines that are tried."""
GREY_ANGLE = 60
"""Degrees from grey at which a colour direction counts as opposing colours."""


def orientation_selectivity(kernels: np.ndarray) -> np.ndarray:
    """How nearly a kernel is an edge or a line in one direction, from 0 (not at all) to 1.

    The kernel's pattern is the first singular vector of its variation over the places, all inputs
    together. The number is the share of that pattern's energy which the best edge (a linear ramp in any
    direction) or the best line (the square of such a ramp) explains, whichever is larger.

    Args:
        kernels: float (kh, kw, in, out).

    Returns:
        float64 (out,); 0 for a kernel that is the same at all places.

    Raises:
        ValueError: another shape.
    """
    kernels = _checked(kernels)
    patterns = _patterns(kernels)
    rows, columns = (
        np.indices(kernels.shape[:2]).reshape(2, -1) - (np.array(kernels.shape[:2]) - 1)[:, None] / 2
    )
    shares = [_explained(patterns, np.stack([rows, columns]))]
    for angle in np.radians(np.arange(0, 180, ANGLE_STEP)):
        across = columns * np.cos(angle) + rows * np.sin(angle)
        shares.append(_explained(patterns, across[None] ** 2))
    return np.max(shares, axis=0)


def _patterns(kernels: np.ndarray) -> np.ndarray:
    """Each kernel's main variation over the places, (out, kh kw), of length 1, or 0 where there is none."""
    matrices = (
        kernels.astype(np.float64).transpose(3, 2, 0, 1).reshape(kernels.shape[3], kernels.shape[2], -1)
    )
    matrices -= matrices.mean(axis=2, keepdims=True)
    _, sizes, patterns = np.linalg.svd(matrices, full_matrices=False)
    return np.where(sizes[:, :1] > 1e-12, patterns[:, 0], 0)


def _explained(patterns: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Share of each pattern's energy in the space that the basis (n, kh kw) spans, its mean left out."""
    basis = basis - basis.mean(axis=1, keepdims=True)
    _, sizes, directions = np.linalg.svd(basis, full_matrices=False)
    return ((patterns @ directions[sizes > 1e-9].T) ** 2).sum(axis=1)


def is_oriented(kernels: np.ndarray) -> np.ndarray:
    """Which kernels are nearer to an edge or a line than 95 of 100 random kernels of their shape.

    Args:
        kernels: float (kh, kw, in, out).

    Returns:
        bool (out,). Of kernels drawn from a normal distribution, 5 in 100 are True.
    """
    kernels = _checked(kernels)
    return orientation_selectivity(kernels) > _chance(kernels.shape[:3], "orientation")


def is_colour_opponent(kernels: np.ndarray) -> np.ndarray:
    """Which first-layer kernels set colours against each other.

    A kernel is a pattern times one direction in colour space, as far as its first singular pair goes.
    It counts as colour-opponent if that pair holds more of its energy than in 95 of 100 random
    kernels, and the direction lies more than 60 degrees from grey, so that colours of both signs
    nearly cancel.

    Args:
        kernels: float (kh, kw, 3, out), the colours in any order.

    Returns:
        bool (out,). Of random kernels at most 5 in 100 are True.

    Raises:
        ValueError: another shape, or kernels that do not read three colours.
    """
    kernels = _checked(kernels)
    if kernels.shape[2] != 3:
        raise ValueError(
            f"Kernels that read 3 colours are wanted; those of shape {kernels.shape} read {kernels.shape[2]}."
        )
    share, colours = _one_colour(kernels)
    from_grey = np.abs(colours.sum(axis=1)) / np.sqrt(3)
    return (share > _chance(kernels.shape[:3], "colour")) & (from_grey < np.cos(np.radians(GREY_ANGLE)))


def effective_rank(kernels: np.ndarray) -> float:
    """How many directions a layer's kernels spread over: exp of the entropy of the singular values.

    Roy and Vetterli, "The effective rank", EUSIPCO 2007, definition 1.

    Args:
        kernels: float (kh, kw, in, out), taken as a matrix of kh kw in by out.

    Returns:
        From 1 to the number of kernels (or of weights in one, if that is smaller).

    Raises:
        ValueError: another shape, or kernels that are all zero.
    """
    kernels = _checked(kernels)
    values = np.linalg.svd(kernels.reshape(-1, kernels.shape[-1]), compute_uv=False)
    if not values.any():
        raise ValueError("Kernels that are all zero have no rank; got no other value than 0.")
    shares = values / values.sum()
    shares = shares[shares > 0]
    return float(np.exp(-(shares * np.log(shares)).sum()))


def _one_colour(kernels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of each kernel's energy in its first singular pair, and that pair's colour, (out, 3)."""
    matrices = kernels.transpose(3, 2, 0, 1).reshape(kernels.shape[3], kernels.shape[2], -1)
    colours, sizes, _ = np.linalg.svd(matrices, full_matrices=False)
    return sizes[:, 0] ** 2 / np.maximum((sizes**2).sum(axis=1), 1e-30), colours[:, :, 0]


@functools.cache
def _chance(shape: tuple[int, int, int], measure: str) -> float:
    """The value that a random kernel passes with one chance in twenty."""
    random = np.random.default_rng(0).normal(size=(*shape, 10_000))
    values = orientation_selectivity(random) if measure == "orientation" else _one_colour(random)[0]
    return float(np.percentile(values, CHANCE))


def _checked(kernels: np.ndarray) -> np.ndarray:
    return validation.numbers("Kernels", kernels, "(kh, kw, in, out)", 4)
