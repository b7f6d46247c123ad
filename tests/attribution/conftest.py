"""Fixtures that the tests of attribution share."""

import numpy as np
import pytest

import networks


@pytest.fixture(scope="module")
def linear():
    """A network whose output is one weighted sum of the pixels, and the weights (8, 8, 3)."""
    weights = np.random.default_rng(0).normal(size=(8, 8, 3, 1)).astype(np.float32)
    return networks.single(weights, padding="valid", activation=None, size=8), weights[..., 0]


@pytest.fixture
def small():
    return np.random.default_rng(1).normal(0, 9, (2, 8, 8, 3)).astype(np.float32)
